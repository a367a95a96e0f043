"""What the columns of a CSV mean: CENTRAL, Embase, Scopus, PubMed, ClinicalTrials.gov, Rayyan, our own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from screener.model.citation import SOURCES, Citation
from screener.sources.fields import (
    authors,
    doi_of,
    keywords,
    language_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    split_names,
    unique,
    year_of,
)
from screener.sources.registries import registry_ids

# Field -> headers that hold it, the best first. Compared in lower case, signs as blanks.
_HEADERS = {
    "title": "title|article title|study title|primary title|document title|ti|t1|original title",
    "abstract": "abstract|abstract note|notes abstract|brief summary|ab",
    "authors": "author names|author full names|authors|author s|author|au",
    "journal": "source title|journal|journal book|journal title|publication title|publication name|"
    "secondary title|t2",
    "year": "year|publication year|published year|py|date of publication|publication date|"
    "first posted|start date",
    "volume": "volume|vl",
    "issue": "issue|number|is",
    "doi": "doi|article doi|do",
    "pmid": "pmid|pubmed id|pubmedid|medline pmid|pubmed",
    "pmcid": "pmcid|pmc id|pmc|pubmed central id",
    "language": "language|language of original document|article language|la",
    "types": "publication types|publication type|document type|item type|type|study type",
    "keywords": "keywords|author keywords|index keywords|emtree medical index terms|emtree drug index terms|"
    "manual tags|mesh terms|conditions|interventions",
    "registry": "registry ids|nct number|ctgov id|ictrp id|clinical trial numbers|other ids|"
    "trial registration",
    "links": "url|urls|link|links|full text link|open url link|study url|embase link",
}
_KEYS = {
    "central": "central id",
    "scopus": "eid",
    "embase": "embase accession id|accession number|pui|embase id|unique id",
    "clinicaltrials": "nct number",
    "pubmed": "pmid",
    "wos": "ut unique wos id|ut|accession number",
    "other": "accession number",
}
# A database's export is known by columns that only it has; all of one set must be there.
_MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("central", ("central id",)),
    ("scopus", ("eid", "source title")),
    ("wos", ("ut unique wos id",)),
    ("embase", ("author names", "original title")),
    ("embase", ("author names", "embase accession id")),
    ("embase", ("author names", "full record entry date")),
    ("clinicaltrials", ("nct number",)),
    ("pubmed", ("pmid", "journal book")),
)
# 'Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014'
_EMBASE_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>\d{4})\)(?: (?P<volume>[^\s:(]+)?(?::(?P<issue>[^\s(]+))?)?"
    r"(?: \((?P<pages>[^)]+)\))?[. ]"
)


def _key(header: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", header.lower()).split())


class Columns:
    """The header of one file: which column holds what, and which database wrote it."""

    def __init__(self, header: list[str], mapping: Mapping[str, str] | None = None) -> None:
        self._place: dict[str, int] = {}
        for place, name in enumerate(header):
            self._place.setdefault(_key(name), place)
        self.source = next(
            (name for name, marks in _MARKS if all(mark in self._place for mark in marks)), "other"
        )
        # A file of `screener convert`: its values are final and only taken apart.
        self._ours = {"source", "source key", "registry ids"} <= self._place.keys()
        names = "|".join(_HEADERS[field] for field in ("title", "doi", "pmid", "registry"))
        self.known = self.source != "other" or any(name in self._place for name in names.split("|"))

    def _cells(self, cells: list[str], names: str) -> list[str]:
        """The cells of the named columns that are not empty, in the order of the names."""
        found = (cells[self._place[name]] for name in names.split("|") if name in self._place)
        return [text.strip() for text in found if text.strip()]

    def _first(self, cells: list[str], names: str) -> str | None:
        return next(iter(self._cells(cells, names)), None)

    def citation(self, cells: list[str], source: str | None) -> Citation:
        """One row; `source` overrules the database that the row or the header speaks of."""

        def first(field: str) -> str | None:
            return self._first(cells, _HEADERS[field])

        def every(field: str) -> list[str]:
            return self._cells(cells, _HEADERS[field])

        said = self._first(cells, "source|database|database name") or ""
        known = source or (said.lower() if said.lower() in SOURCES else self.source)
        printed = self._embase_source(cells) if self.source == "embase" else {}
        title, abstract = plain(first("title")), paragraphs(first("abstract"))
        pmid = next(
            (m[1] for each in every("pmid") if (m := re.search(r"(?<!\d)0*([1-9]\d{0,8})(?!\d)", each))), None
        )
        numbers = self._numbers(cells, () if known == "clinicaltrials" else (title, abstract))
        links = every("links")
        return Citation(
            source=known,
            source_key=self._accession(cells, known, pmid, numbers, links),
            title=title,
            abstract=abstract,
            authors=self._authors(first("authors")),
            journal=plain(first("journal")) or printed.get("journal") or self._journal(cells, said),
            year=year_of(*every("year"), printed.get("year")),
            volume=plain(first("volume")) or printed.get("volume"),
            issue=plain(first("issue")) or printed.get("issue"),
            pages=self._pages(cells) or pages_of(printed.get("pages")),
            doi=doi_of(*every("doi"), *(each for each in links if "doi.org/" in each or "id=doi:" in each)),
            pmid=pmid,
            pmcid=pmcid_of(*every("pmcid")),
            registry_ids=numbers,
            language=language_of(first("language")),
            publication_types=self._types(cells),
            keywords=keywords(part for each in every("keywords") for part in _parts(each)),
        )

    def _numbers(self, cells: list[str], texts: tuple[str | None, ...]) -> tuple[str, ...]:
        """Trial registrations of the columns that hold them, then those in the texts."""
        if self._ours:
            parts = (part.strip() for part in _parts(self._first(cells, "registry ids") or "", ";|"))
            listed = [number for part in parts for number in registry_ids(part) or (part.upper(),)]
            return unique([*listed, *registry_ids(*texts)])
        named = self._cells(cells, _HEADERS["registry"])
        # CENTRAL names the number of a register's entry as its author.
        own = self._cells(cells, "central id|author s") if self.source == "central" else []
        return registry_ids(*named, *texts, *own)

    def _authors(self, cell: str | None) -> tuple[str, ...]:
        names = tuple(filter(None, map(plain, _names(cell)))) if self._ours else authors(_names(cell))
        return tuple(name for name in names if not registry_ids(name))

    def _accession(
        self, cells: list[str], source: str, pmid: str | None, numbers: Iterable[str], links: list[str]
    ) -> str | None:
        own = self._first(cells, "source key")
        if own:
            return own
        if source == "pubmed":
            return pmid
        if source == "clinicaltrials":
            return next((number for number in numbers if number.startswith("NCT")), None)
        key = plain(self._first(cells, _KEYS.get(source, "accession number")))
        if source == "embase" and not key:
            found = (re.search(r"[?&]id=(L\d{5,12})", each) for each in links)
            key = next((match[1] for match in found if match), None)
        rayyan = self._first(cells, "key") or ""
        return key or (rayyan if rayyan.startswith("rayyan-") else None)

    def _journal(self, cells: list[str], said: str) -> str | None:
        """'Source' is the journal in CENTRAL, the database in Scopus and in our own files."""
        if self.source == "clinicaltrials":
            return "ClinicalTrials.gov"
        if self.source in ("central", "other") and said.lower() not in SOURCES:
            return plain(self._first(cells, "source"))
        return None

    def _embase_source(self, cells: list[str]) -> dict[str, str]:
        match = _EMBASE_SOURCE.match(self._first(cells, "source") or "")
        return {name: text for name, text in match.groupdict().items() if text} if match else {}

    def _pages(self, cells: list[str]) -> str | None:
        printed = pages_of(self._first(cells, "pages|page range|page|pg"))
        if not printed:
            printed = pages_of(
                self._first(cells, "page start|first page|start page|sp"),
                self._first(cells, "page end|last page|end page|ep"),
            )
        return printed or pages_of(self._first(cells, "art no|article number"))

    def _types(self, cells: list[str]) -> tuple[str, ...]:
        if self.source == "clinicaltrials":
            return ("Trial registry record",)
        cell = self._first(cells, _HEADERS["types"])
        return unique(plain(part) for part in _parts(cell or "", ";|"))


def _names(cell: str | None) -> list[str]:
    if not cell:
        return []
    listed = _json_list(cell)
    return listed if listed is not None else split_names(re.sub(r"\(\d{8,}\)", "", cell))


def _parts(cell: str, marks: str = ";|,") -> list[str]:
    """A cell that holds a list: JSON, or split at the first of the marks it has, not inside brackets."""
    listed = _json_list(cell)
    if listed is not None:
        return listed
    mark = next((mark for mark in marks if mark in cell), None)
    if not mark:
        return [cell]
    parts, depth = [""], 0
    # Cut at brackets and marks; a mark inside brackets belongs to its part.
    for piece in re.split(rf"([()\[\]]|{re.escape(mark)})", cell):
        if piece == mark and depth == 0:
            parts.append("")
            continue
        depth = max(0, depth + (piece in ("(", "[")) - (piece in (")", "]")))
        parts[-1] += piece
    return parts


def _json_list(cell: str) -> list[str] | None:
    if not cell.startswith("["):
        return None
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return [str(value) for value in values] if isinstance(values, list) else None
