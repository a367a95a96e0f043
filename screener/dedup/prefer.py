"""Which of a record's citations is shown, and what the others add to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from screener.model.citation import REGISTERS, Citation
from screener.model.errors import InputError


def preferred(citations: Mapping[str, Citation], members: Collection[str]) -> str:
    """The member to show: PubMed's before other databases', a register's last; among equals the most complete
    (fields filled, then the longest abstract), then the smallest id."""
    if not members:
        raise InputError("a record without citations")

    def rank(id_: str) -> tuple[int, int, int, str]:
        citation = citations[id_]
        source = 0 if citation.source == "pubmed" else 2 if citation.source in REGISTERS else 1
        filled = sum(1 for value in citation.to_dict().values() if value not in (None, "", []))
        return source, -filled, -len(citation.abstract or ""), id_

    return min(members, key=rank)


# What a citation lacks is taken from the first other one that has it.
_FILLED = (
    "abstract",
    "doi",
    "pmid",
    "pmcid",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "language",
)
_GATHERED = ("registry_ids", "publication_types", "keywords")


def united(citations: Mapping[str, Citation], members: Collection[str], shown: str | None = None) -> Citation:
    """The citation `shown` (if not given the `preferred` one) with what it lacks: identifiers, the abstract, year
    and place of the other members, in the order of their ids. What it has is never replaced.

    Register numbers, types and keywords are those of all; `accessions` names every other database's entry.
    """
    shown = shown or preferred(citations, members)
    values = citations[shown].to_dict()
    others = [citations[id_] for id_ in sorted(members) if id_ != shown]
    for name in _FILLED:
        if values[name] is None:
            values[name] = next((v for o in others if (v := getattr(o, name)) is not None), None)
    for name in _GATHERED:
        known = {text.casefold() for text in values[name]}
        for other in others:
            for text in getattr(other, name):
                if text.casefold() not in known:
                    known.add(text.casefold())
                    values[name].append(text)
    own = f"{citations[shown].source}:{citations[shown].source_key}"
    theirs = (
        a for o in others for a in (f"{o.source}:{o.source_key}" if o.source_key else "", *o.accessions)
    )
    named = (*citations[shown].accessions, *(a for a in theirs if a and a != own))
    values["accessions"] = list(dict.fromkeys(named))
    return Citation.from_dict(values)
