"""RIS as `screener.handoff` writes it: every value is final and taken to the letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from screener.model.citation import SOURCES, Citation, Relation
from screener.sources.dates import iso_date

_NAMES = [[name] for name in SOURCES]
_PMID = re.compile(r"(?:^|; )PMID: (\d+)$")


def is_own(tags: Mapping[str, list[str]]) -> bool:
    """Our writer, and no database or reference manager, puts DB first and names our databases in it."""
    return [*islice(tags, 2)] == ["reference_type", "DB"] and tags["DB"][:1] in _NAMES


def citation(tags: Mapping[str, list[str]], source: str | None) -> Citation:
    """The very citation that was written; `source` overrules its database."""

    def one(tag: str) -> str | None:
        return next(iter(tags.get(tag, ())), None)

    def every(tag: str) -> tuple[str, ...]:
        return tuple(tags.get(tag, ()))

    year = one("PY")
    authors = every("AU")
    orcids = tuple(line.rpartition("; ORCID: ")[2] if "; ORCID: " in line else "" for line in every("AI"))
    abstract = one("AB")
    return Citation(
        source=source or tags["DB"][0],
        source_key=one("AN"),
        title=one("TI"),
        abstract="\n".join(line.strip() for line in abstract.split("\u2028")) if abstract else None,
        authors=authors,
        journal=one("JO"),
        year=int(year) if year and year.isdecimal() else None,
        volume=one("VL"),
        issue=one("IS"),
        pages=one("SP"),
        doi=one("DO"),
        pmid=one("C5"),
        pmcid=one("C2"),
        registry_ids=every("C1"),
        language=one("LA"),
        publication_types=every("M3"),
        keywords=every("KW"),
        original_title=one("TT"),
        orcids=orcids if len(orcids) == len(authors) else (),
        accessions=every("C8"),
        published=iso_date(one("DA")),
        entered=one("U3"),
        revised=one("U4"),
        subject_headings=every("DE"),
        conference=one("C3"),
        relations=tuple(_relation(line) for line in every("N1")),
    )


def _relation(line: str) -> Relation:
    kind, _, rest = line.partition(":")
    rest = rest.strip()
    match = _PMID.search(rest)
    text = rest[: match.start()] if match else rest
    return Relation(kind, match[1] if match else None, text or None)
