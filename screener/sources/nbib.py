"""PubMed's own text format (.nbib, MEDLINE text): four-letter tags, six blanks before a continued line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from screener.model.citation import SOURCES, Citation
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options
from screener.sources.fields import (
    authors,
    doi_of,
    keywords,
    language_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    pmid_of,
    unique,
    year_of,
)
from screener.sources.registries import bank_ids, registry_ids

_TAG = re.compile(r"([A-Z][A-Z0-9 ]{3})- ?(.*)")
_START = re.compile(rb"(?:\xef\xbb\xbf)?PMID- ?")

_DOI_MARK = re.compile(r"\s*\[doi\]\s*$", re.IGNORECASE)


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """Entries begin at `PMID- `; the blank lines after one are not part of it."""
    outside = 0
    raw: list[bytes] | None = None
    for line in data.lines():
        if _START.match(line):
            if raw is not None:
                yield Cut(b"".join(raw).rstrip())
            raw = []
        if raw is None:
            outside += bool(line.strip())
        else:
            raw.append(line)
    if raw is not None:
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{outside} line(s) before the first entry ignored")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    tags: dict[str, list[str]] = defaultdict(list)
    names: list[str] = []
    last: str | None = None
    for line in re.split(r"\r\n|\r|\n", text):
        match = _TAG.match(line.lstrip("\ufeff"))
        if match:
            last = match[1].strip()
            tags[last].append(match[2].strip())
            if last in ("FAU", "CN"):
                names.append(last)
        elif last and line.strip():
            tags[last][-1] = f"{tags[last][-1]} {line.strip()}".strip()
            if not line.startswith(" "):
                note(f"a line without a tag was taken to continue {last}")
    return _citation(tags, names, options.source or "pubmed")


def _citation(tags: dict[str, list[str]], names: list[str], source: str) -> Citation:
    def first(*wanted: str) -> str | None:
        return next((value for tag in wanted for value in tags.get(tag, ()) if value), None)

    title = plain(first("TI", "TT", "BTI", "CTI"))
    abstract = paragraphs(first("AB"))
    pmid = pmid_of(first("PMID"))
    banks = (value.partition("/") for value in tags.get("SI", ()))
    # Our own nbib files name another database's entries so: 'OID - embase: L373000001'.
    other, _, key = (first("OID") or "").partition(":")
    foreign = other in SOURCES and source == "pubmed"
    return Citation(
        source=other if foreign else source,
        source_key=(plain(key) if foreign else None) or (None if foreign else pmid),
        title=title,
        abstract=abstract,
        authors=_authors(tags, names),
        journal=plain(first("JT", "TA")) or (plain(first("BTI")) if first("TI") else None),
        year=year_of(first("DP"), first("DEP"), first("EDAT")),
        volume=plain(first("VI")),
        issue=plain(first("IP")),
        pages=pages_of(first("PG")),
        doi=doi_of(
            *(_DOI_MARK.sub("", v) for t in ("LID", "AID") for v in tags.get(t, ()) if _DOI_MARK.search(v))
        ),
        pmid=pmid,
        pmcid=pmcid_of(first("PMC")),
        registry_ids=unique(
            [number for bank, _, key in banks for number in bank_ids(bank, (key,))]
            + ([] if other == "clinicaltrials" else [*registry_ids(title, abstract)])
        ),
        language=language_of(*tags.get("LA", ())),
        publication_types=unique(map(plain, tags.get("PT", ()))),
        keywords=keywords(value for tag in ("OT", "MH") for value in tags.get(tag, ())),
    )


def _authors(tags: dict[str, list[str]], order: list[str]) -> tuple[str, ...]:
    """Full names and groups in the order printed; short names only where full ones are missing."""
    if not tags.get("FAU"):
        return authors([*tags.get("AU", ()), *tags.get("CN", ())])
    values = {tag: iter(tags[tag]) for tag in ("FAU", "CN")}
    found: list[str] = []
    for tag in order:
        value = next(values[tag])
        found.extend(authors((value,)) if tag == "FAU" else unique((plain(value),)))
    return tuple(found)
