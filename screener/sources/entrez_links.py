"""PubMed's answers about citations: which papers cite which (elink), and which PMID a reference has (ecitmatch)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screener.sources.servers import Again

LINKS = {"cited_by": "pubmed_pubmed_citedin", "references": "pubmed_pubmed_refs"}


@dataclass(frozen=True, slots=True)
class CitationText:
    """What a reference says of a paper; '' where it says nothing. `author` is 'Family I'."""

    journal: str = ""
    year: str = ""
    volume: str = ""
    first_page: str = ""
    author: str = ""


def read_links(root: Any, asked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The linked PMIDs of each that was asked for; `root` is an <eLinkResult>."""
    found: dict[str, tuple[str, ...]] = {}
    for linkset in root.iterfind("LinkSet"):
        pmid = (linkset.findtext("IdList/Id") or "").strip()
        linked = (each.text or "" for each in linkset.iterfind("LinkSetDb/Link/Id"))
        found[pmid] = tuple(dict.fromkeys(each.strip() for each in linked if each.strip()))
    if set(found) != set(asked):
        raise Again(f"links of {len(asked)} records were asked for and those of {len(found)} came")
    return found


def as_bdata(citations: Sequence[CitationText]) -> list[dict[str, str]]:
    """As Bio.Entrez wants it; a bar or a line end in a field would part it."""
    return [
        {
            "journal_title": _field(each.journal),
            "year": _field(each.year),
            "volume": _field(each.volume),
            "first_page": _field(each.first_page),
            "author_name": _field(each.author),
            "key": f"c{number}",
        }
        for number, each in enumerate(citations)
    ]


def _field(text: str) -> str:
    return " ".join(text.replace("|", " ").split())


def read_matches(body: bytes, count: int) -> tuple[str | None, ...]:
    """The PMID of each citation, or None: not found, or more than one fits."""
    found: dict[str, str | None] = {}
    for line in body.decode(errors="replace").splitlines():
        parts = line.strip().split("|")
        if len(parts) >= 7:
            found[parts[5].strip()] = parts[6].strip() if parts[6].strip().isdecimal() else None
    if set(found) != {f"c{number}" for number in range(count)}:
        raise Again(f"{count} citations were sent and {len(found)} came back")
    return tuple(found[f"c{number}"] for number in range(count))
