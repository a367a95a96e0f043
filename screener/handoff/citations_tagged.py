"""The two tagged formats, RIS and PubMed's nbib, and what their tags hold.

| field | RIS | nbib |
| --- | --- | --- |
| source, source_key | DB (our name of the database), AN | OID ("embase: L123"; PubMed's own: PMID) |
| title, original_title, abstract | TI, TT, AB | TI, TT, AB |
| authors, orcids | AU, one a line; AI, a line an author | FAU; a name without comma: CN; AUID |
| journal, year, volume, issue | JO, PY, VL, IS | JT, DP, VI, IP |
| pages, as printed | SP | PG |
| doi, pmid, pmcid | DO, C5, C2 | LID "... [doi]", PMID, PMC |
| registry_ids, accessions | C1, C8, one a line | SI "registry/number", - |
| language, publication_types | LA, M3 | LA, PT |
| keywords, subject_headings | KW, DE | OT, MH |
| published, entered, revised | DA, U3, U4 | DP or DEP, EDAT, LR |
| conference, relations | C3, N1 | -, CIN, CON ... (PubMed's own kinds) |

RIS of ours is known by DB right behind TY and read back to the letter. nbib is PubMed's own format; an entry
of another database carries its name and key in OID, and an empty PMID where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from screener.model.citation import Citation, Relation

# What TY says of a reader's own types; GEN says nothing, so that nothing is made up.
_TY = {
    "abstract": "ABST",
    "book": "BOOK",
    "book chapter": "CHAP",
    "conference proceeding": "CONF",
    "conference paper": "CPAPER",
    "journal article": "JOUR",
    "report": "RPRT",
    "thesis": "THES",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# PubMed's kinds of links between papers and their tags in nbib.
_LINKS = {
    "AssociatedDataset": "DDIN",
    "AssociatedPublication": "DRIN",
    "CommentIn": "CIN",
    "CommentOn": "CON",
    "CorrectedandRepublishedFrom": "CRF",
    "CorrectedandRepublishedIn": "CRI",
    "ErratumFor": "EFR",
    "ErratumIn": "EIN",
    "ExpressionOfConcernFor": "ECF",
    "ExpressionOfConcernIn": "ECI",
    "OriginalReportIn": "ORI",
    "RepublishedFrom": "RPF",
    "RepublishedIn": "RPI",
    "RetractionIn": "RIN",
    "RetractionOf": "ROF",
    "SummaryForPatientsIn": "SPIN",
    "UpdateIn": "UIN",
    "UpdateOf": "UOF",
}
_BANKS = (("NCT", "ClinicalTrials.gov"), ("ISRCTN", "ISRCTN"), ("EUCTR", "EudraCT"), ("ACTRN", "ANZCTR"))
_LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
# Unicode's own line separator: keeps a line end inside a value that must stay on one line.
_BREAK = "\u2028"


def ris_entries(citations: Iterable[Citation]) -> Iterator[str]:
    """RIS, one piece an entry, an empty line between entries."""
    return _entries(citations, lambda c: (f"{tag}  - {text}\n" for tag, text in _ris(c)))


def ris_annotated(entries: Iterable[tuple[Citation, Iterable[tuple[str, str]]]]) -> Iterator[str]:
    """As `ris_entries`, with more tags at the end of each entry; their values are one line each."""
    for number, (citation, more) in enumerate(entries):
        *tags, end = _ris(citation)
        lines = "".join(f"{tag}  - {text}\n" for tag, text in [*tags, *more, end])
        yield ("\n" if number else "") + lines


def nbib_entries(citations: Iterable[Citation]) -> Iterator[str]:
    """PubMed's format, one piece an entry; every entry starts with PMID, empty where there is none."""
    return _entries(citations, lambda c: (f"{tag:<4}- {text}\n" for tag, text in _nbib(c)))


def to_ris(citations: Iterable[Citation]) -> str:
    return "".join(ris_entries(citations))


def to_nbib(citations: Iterable[Citation]) -> str:
    return "".join(nbib_entries(citations))


def _entries(citations: Iterable[Citation], lines: Callable[[Citation], Iterator[str]]) -> Iterator[str]:
    for number, citation in enumerate(citations):
        yield ("\n" if number else "") + "".join(lines(citation))


def _ris(c: Citation) -> Iterator[tuple[str, str]]:
    yield "TY", _ris_type(c.publication_types)
    yield from _some("DB", c.source)
    yield from _some("AN", c.source_key)
    yield from _some("TI", c.title)
    yield from _some("TT", c.original_title)
    yield from _each("AU", c.authors)
    if any(c.orcids):
        for name, orcid in zip(c.authors, c.orcids, strict=True):
            yield "AI", _line(f"{name}; ORCID: {orcid}" if orcid else name)
    yield from _some("JO", c.journal)
    yield from _some("C3", c.conference)
    yield from _some("PY", str(c.year) if c.year is not None else None)
    if c.published:
        yield "DA", "/".join((*c.published.split("-"), "", "")[:3]) + "/"
    yield from _some("VL", c.volume)
    yield from _some("IS", c.issue)
    yield from _some("SP", c.pages)
    yield from _some("DO", c.doi)
    yield from _some("C5", c.pmid)
    yield from _some("C2", c.pmcid)
    yield from _each("C1", c.registry_ids)
    yield from _each("C8", c.accessions)
    yield from _some("LA", c.language)
    yield from _each("M3", c.publication_types)
    yield from _each("KW", c.keywords)
    yield from _each("DE", c.subject_headings)
    yield from _some("U3", c.entered)
    yield from _some("U4", c.revised)
    for relation in c.relations:
        yield "N1", f"{relation.kind}: {_related(relation, '; ')}".rstrip()
    if lines := _paragraphs(c.abstract):
        yield "AB", _ris_abstract(lines)
    yield "ER", ""


def _ris_type(types: tuple[str, ...]) -> str:
    named = (_TY.get(each.casefold()) for each in types)
    return next((name for name in named if name), "JOUR" if types else "GEN")


def _ris_abstract(lines: list[str]) -> str:
    """Paragraphs on lines of their own, indented so that none looks like a tag.

    Readers take an unfinished line for a wrapped one, so there the line end is Unicode's separator.
    """
    written = previous = lines[0]
    for line in lines[1:]:
        glue = "\n      " if previous.rstrip().endswith((".", "?", "!", ":")) else _BREAK
        written, previous = written + glue + line, line
    return written


def _nbib(c: Citation) -> Iterator[tuple[str, str]]:
    yield "PMID", c.pmid or ""
    if c.source != "pubmed":
        yield "OID", f"{c.source}: {_line(c.source_key or '')}".rstrip()
    if c.revised and len(c.revised) == 10:
        yield "LR", c.revised.replace("-", "")
    yield from _some("VI", c.volume)
    yield from _some("IP", c.issue)
    yield from _some("DP", _nbib_date(c))
    if c.published and len(c.published) == 10 and c.published[:4] != f"{c.year}":
        yield "DEP", c.published.replace("-", "")
    yield from _some("TI", c.title)
    yield from _some("TT", c.original_title)
    yield from _some("PG", c.pages)
    if c.doi:
        yield "LID", f"{_line(c.doi)} [doi]"
    if lines := _paragraphs(c.abstract):
        yield "AB", _BREAK.join(lines)
    for place, name in enumerate(c.authors):
        yield ("FAU" if "," in name else "CN"), _line(name)
        if c.orcids and c.orcids[place]:
            yield "AUID", f"ORCID: {_line(c.orcids[place])}"
    yield from _some("LA", c.language)
    for number in c.registry_ids:
        bank = next((bank for start, bank in _BANKS if number.startswith(start)), "ICTRP")
        yield "SI", f"{bank}/{_line(number)}"
    yield from _each("PT", c.publication_types)
    yield from _some("JT", c.journal)
    for relation in c.relations:
        if tag := _LINKS.get(relation.kind):
            yield tag, _related(relation, ". ")
    yield from _each("MH", c.subject_headings)
    headings = frozenset(c.subject_headings)
    yield from _each("OT", (each for each in c.keywords if each not in headings))
    yield from _some("PMC", c.pmcid)
    if c.entered and len(c.entered) == 10:
        yield "EDAT", f"{c.entered.replace('-', '/')} 06:00"


def _nbib_date(c: Citation) -> str | None:
    """'2021 Jun 3': the date of publication, unless it is of another year than the issue (then it is in DEP)."""
    if not c.published or c.published[:4] != f"{c.year}":
        return str(c.year) if c.year is not None else None
    year, *rest = c.published.split("-")
    return " ".join(
        [year, *(_MONTHS[int(month) - 1] for month in rest[:1]), *(str(int(d)) for d in rest[1:])]
    )


def _related(relation: Relation, glue: str) -> str:
    """'J Invented. 2020;1:1; PMID: 123'"""
    parts = (relation.text, f"PMID: {relation.pmid}" if relation.pmid else None)
    return _line(glue.join(part for part in parts if part))


def _some(tag: str, text: str | None) -> Iterator[tuple[str, str]]:
    if text:
        yield tag, _line(text)


def _each(tag: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        yield from _some(tag, text)


def _paragraphs(text: str | None) -> list[str]:
    return [line for line in _LINE_END.split(text or "") if line.strip()]


def _line(text: str) -> str:
    """One line: a stray line end in a field would cut the entry."""
    return _LINE_END.sub(" ", text)
