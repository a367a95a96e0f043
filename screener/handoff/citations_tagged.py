"""The two tagged formats, RIS and PubMed's nbib, and what their tags hold.

| field | RIS | nbib |
| --- | --- | --- |
| source, source_key | DB (our name of the database), AN | OID ("embase: L123"; PubMed's own: PMID) |
| title, abstract | TI, AB | TI, AB |
| authors | AU, one a line | FAU; a name without comma: CN |
| journal, year, volume, issue | JO, PY, VL, IS | JT, DP, VI, IP |
| pages, as printed | SP | PG |
| doi, pmid, pmcid | DO, C5, C2 | LID "... [doi]", PMID, PMC |
| registry_ids | C1, one a line | SI "registry/number" |
| language, publication_types, keywords | LA, M3, KW | LA, PT, OT |

nbib is PubMed's own format; an entry of another database carries its name and key in OID, and an empty
PMID where it has none. PsycINFO's M3 is its classification, so there RIS keeps only the type that TY names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from screener.model.citation import Citation

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
_BANKS = (("NCT", "ClinicalTrials.gov"), ("ISRCTN", "ISRCTN"), ("EUCTR", "EudraCT"), ("ACTRN", "ANZCTR"))
_LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
# Unicode's own line separator: keeps a line end inside a value that must stay on one line.
_BREAK = "\u2028"


def to_ris(citations: Iterable[Citation]) -> str:
    """RIS, an empty line between entries."""
    return "\n".join("".join(f"{tag}  - {text}\n" for tag, text in _ris(c)) for c in citations)


def to_nbib(citations: Iterable[Citation]) -> str:
    """PubMed's format; every entry starts with PMID, empty where there is none."""
    return "\n".join("".join(f"{tag:<4}- {text}\n" for tag, text in _nbib(c)) for c in citations)


def _ris(c: Citation) -> Iterator[tuple[str, str]]:
    yield "TY", _ris_type(c.publication_types)
    yield from _some("DB", c.source)
    yield from _some("AN", c.source_key)
    yield from _some("TI", c.title)
    yield from _each("AU", c.authors)
    yield from _some("JO", c.journal)
    yield from _some("PY", str(c.year) if c.year is not None else None)
    yield from _some("VL", c.volume)
    yield from _some("IS", c.issue)
    yield from _some("SP", c.pages)
    yield from _some("DO", c.doi)
    yield from _some("C5", c.pmid)
    yield from _some("C2", c.pmcid)
    yield from _each("C1", c.registry_ids)
    yield from _some("LA", c.language)
    yield from _each("M3", c.publication_types)
    yield from _each("KW", c.keywords)
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
    yield from _some("VI", c.volume)
    yield from _some("IP", c.issue)
    yield from _some("DP", str(c.year) if c.year is not None else None)
    yield from _some("TI", c.title)
    yield from _some("PG", c.pages)
    if c.doi:
        yield "LID", f"{_line(c.doi)} [doi]"
    if lines := _paragraphs(c.abstract):
        yield "AB", _BREAK.join(lines)
    for name in c.authors:
        yield ("FAU" if "," in name else "CN"), _line(name)
    yield from _some("LA", c.language)
    for number in c.registry_ids:
        bank = next((bank for start, bank in _BANKS if number.startswith(start)), "ICTRP")
        yield "SI", f"{bank}/{_line(number)}"
    yield from _each("PT", c.publication_types)
    yield from _some("JT", c.journal)
    yield from _each("OT", c.keywords)
    yield from _some("PMC", c.pmcid)


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
