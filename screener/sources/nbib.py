"""PubMed's own text format (.nbib, MEDLINE text): four-letter tags, six blanks before a continued line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from screener.model.citation import SOURCES, Citation, Relation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options
from screener.sources.dates import iso_date
from screener.sources.fields import (
    author,
    doi_of,
    keywords,
    language_of,
    orcid_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    pmid_of,
    unique,
    year_of,
)
from screener.sources.pubmed_fields import printed_source, titles
from screener.sources.registries import bank_ids, registry_ids

_TAG = re.compile(r"([A-Z][A-Z0-9 ]{3})- ?(.*)")
_START = re.compile(rb"(?:\xef\xbb\xbf)?PMID- ?")
# How another format begins; a continued line is indented, so no abstract's line looks so.
_FOREIGN = re.compile(rb"(?:\xef\xbb\xbf)?(?:(TY  - )|<(?:\?xml|!DOCTYPE|html|Pubmed\w*Article))")

_DOI_MARK = re.compile(r"\s*\[doi\]\s*$", re.IGNORECASE)
_PMID_MARK = re.compile(r"\s*\bPMID:\s*(\d+)\W*$")

# Comments and corrections in the words of PubMed's XML.
_RELATIONS = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRF": "CorrectedandRepublishedFrom",
    "CRI": "CorrectedandRepublishedIn",
    "ECF": "ExpressionOfConcernFor",
    "ECI": "ExpressionOfConcernIn",
    "EFR": "ErratumFor",
    "EIN": "ErratumIn",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPF": "RepublishedFrom",
    "RPI": "RepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
# Other people of an entry, whose identifiers are not an author's.
_OTHERS = frozenset({"IR", "FIR", "ED", "FED", "PS", "FPS"})

# The tags of one entry with what stands in them, in their order.
Told = list[tuple[str, str]]


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """Entries begin at `PMID- `; the blank lines after one are not part of it."""
    outside = 0
    ended = True  # PubMed ends every entry with its source line
    others_ended = False
    raw: list[bytes] | None = None
    for number, line in enumerate(data.lines(), 1):
        if _START.match(line):
            if raw is not None:
                yield Cut(b"".join(raw).rstrip())
                others_ended = ended
            raw, ended = [], False
        elif found := _FOREIGN.match(line):
            raise InputError(
                f"another format ({'RIS' if found[1] else 'XML or a web page'}) begins in line {number}",
                file=data.name,
                entry=f"line {number}",
                expected="one format in a file",
            )
        if raw is None:
            outside += bool(line.strip())
        else:
            raw.append(line)
            ended = ended or line.startswith(b"SO  -")
    if raw is not None:
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{outside} line(s) before the first entry ignored")
    if others_ended and not ended:
        note("the last entry has no source line (SO), unlike the one before it; the file may be cut short")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    told: list[list[str]] = []
    for line in re.split(r"\r\n|\r|\n", text):
        if match := _TAG.match(line.lstrip("\ufeff")):
            told.append([match[1].strip(), match[2].strip()])
        elif told and line.strip():
            told[-1][1] = f"{told[-1][1]} {line.strip()}".strip()
            if not line.startswith(" "):
                note(f"a line without a tag was taken to continue {told[-1][0]}")
    return _citation([(tag, value) for tag, value in told], options.source or "pubmed")


def _citation(told: Told, source: str) -> Citation:
    tags: dict[str, list[str]] = defaultdict(list)
    for tag, value in told:
        tags[tag].append(value)

    def first(*wanted: str) -> str | None:
        return next((value for tag in wanted for value in tags.get(tag, ()) if value), None)

    title, original = titles(first("TI"), first("TT"))
    abstract = paragraphs(first("AB"))
    pmid = pmid_of(first("PMID"))
    people, orcids = _people(told)
    headings = keywords(value.partition("/")[0] for value in tags.get("MH", ()))
    banks = (value.partition("/") for value in tags.get("SI", ()))
    # Our own nbib files name another database's entries so: 'OID - embase: L373000001'.
    other, _, key = (first("OID") or "").partition(":")
    foreign = other in SOURCES and source == "pubmed"
    return Citation(
        source=other if foreign else source,
        source_key=(plain(key) if foreign else None) or (None if foreign else pmid),
        title=title or plain(first("BTI", "CTI")),
        abstract=abstract,
        authors=people,
        journal=plain(first("JT", "TA")) or (plain(first("BTI")) if first("TI") else None),
        year=year_of(first("DP"), first("DEP"), first("EDAT")),
        volume=plain(first("VI")),
        issue=plain(first("IP")),
        pages=pages_of(first("PG")),
        doi=doi_of(
            *(_DOI_MARK.sub("", v) for t in ("AID", "LID") for v in tags.get(t, ()) if _DOI_MARK.search(v))
        ),
        pmid=pmid,
        pmcid=pmcid_of(first("PMC")),
        registry_ids=unique(
            [number for bank, _, key in banks for number in bank_ids(bank, (key,))]
            + ([] if other == "clinicaltrials" else [*registry_ids(title, abstract)])
        ),
        language=language_of(*tags.get("LA", ())),
        publication_types=unique(map(plain, tags.get("PT", ()))),
        keywords=keywords([*tags.get("OT", ()), *headings]),
        original_title=original,
        orcids=orcids,
        published=iso_date(first("DEP")) or iso_date(first("DP")),
        entered=iso_date(first("CRDT")) or iso_date(first("EDAT")),
        revised=iso_date(first("LR")),
        subject_headings=headings,
        relations=tuple(_relation(tag, value) for tag, value in told if tag in _RELATIONS and value),
    )


def _people(told: Told) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Full names and groups in the order printed, short names only where full ones are missing; and their
    ORCIDs in the same order ('' for none) when there is any."""
    named = "FAU" if any(tag == "FAU" for tag, _ in told) else "AU"
    names: list[str] = []
    orcids: list[str] = []
    theirs = False
    for tag, value in told:
        if tag in (named, "CN"):
            name = author(value) if tag == named else plain(value)
            theirs = name is not None
            if name:
                names.append(name)
                orcids.append("")
        elif tag in _OTHERS:
            theirs = False
        elif tag == "AUID" and theirs:
            orcids[-1] = orcids[-1] or (orcid_of(value) if "ORCID" in value.upper() else None) or ""
    return tuple(names), tuple(orcids) if any(orcids) else ()


def _relation(tag: str, value: str) -> Relation:
    """'Cancer. 1999 Feb 1;85(3):507-11. PMID: 10091719'"""
    match = _PMID_MARK.search(value)
    return Relation(
        _RELATIONS[tag],
        match[1] if match else None,
        printed_source(value[: match.start()] if match else value),
    )
