"""What the columns of a table mean: CENTRAL, Embase, Scopus, Web of Science, PubMed, ClinicalTrials.gov,
Rayyan, Covidence, Zotero, and any table whose columns are named by the user."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from screener.model.citation import NAMES, SOURCES, Citation
from screener.sources import csv_own
from screener.sources.csv_headers import ALSO, HEADERS, KEYS, LINKS, MARKS
from screener.sources.cutting import Note
from screener.sources.dates import iso_date
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
from screener.sources.ris_links import accessions, orcids

# 'Endoscopic Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014'
_EMBASE_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>\d{4})\)(?: (?P<volume>[^\s:(]+)?(?::(?P<issue>[^\s(]+))?)?"
    r"(?: \((?P<pages>[^)]+)\))?(?: Article Number: (?P<number>[^\s.]+))?[. ]"
    r"(?:.*?Date of Publication: (?P<date>[^.]*\d{4}))?"
)


# PubMed's 'Citation': 'J Invented. 2020 Jun 3;12(4):101-110. doi: ...'
_PUBMED_SOURCE = re.compile(
    r"\. (?P<date>\d{4}(?: [A-Z][a-z]{2}(?: \d{1,2})?)?)[^;.]*;(?P<volume>[^(:;.]*)"
    r"(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>[^.]+))?\."
)
_PMID = re.compile(r"(?<![\d.])0*([1-9]\d{0,8})(?![\d.]*\d|\d*[eE][+-])")
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
# What a spreadsheet makes of '3-12' or of a long number.
_SPREADSHEET = re.compile(
    rf"\d{{1,2}}-(?:{_MONTH})(?:-\d\d(?:\d\d)?)?|(?:{_MONTH})-\d\d|\d{{1,2}}/\d{{1,2}}/(?:\d\d){{1,2}}|"
    r"\d{4}-\d\d-\d\d(?: 00:00:00)?|\d(?:[.,]\d+)?[eE]\+\d+"
)
# '1-8' as a spreadsheet shows it, whichever of the two it took for the day.
_DAY = re.compile(rf"(\d{{1,2}})-({_MONTH})")


def _pages_of_day(text: str) -> str | None:
    """The two numbers that a spreadsheet took for a day and a month, the smaller first: '01-Aug' is 1-8."""
    if not (match := _DAY.fullmatch(text)):
        return None
    day, month = int(match[1]), _MONTH.split("|").index(match[2]) + 1
    return f"{min(day, month)}-{max(day, month)}"


def key_of(header: str) -> str:
    """How headers are compared: lower case, signs as blanks."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", header.lower()).split())


class UnknownColumn(ValueError):
    """A mapping names a field or a header that is not there: the message, and what there is."""

    def __init__(self, message: str, expected: str) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


class Columns:
    """The header of one table: which column holds what, and which database wrote it.

    `mapping` (field of a citation -> header) overrules the known headers. Raises UnknownColumn.
    """

    def __init__(self, header: list[str], mapping: Mapping[str, str] | None = None) -> None:
        self.header = header
        self._place: dict[str, int] = {}
        self._places: dict[str, tuple[int, ...]] = {}
        """What `_cells` was asked for before: the places of those names."""
        for place, name in enumerate(header):
            self._place.setdefault(key_of(name), place)
        self.source = next(
            (name for name, marks in MARKS if all(mark in self._place for mark in marks)), "other"
        )
        self._mapped = self._checked(mapping or {})
        # A file of `screener convert`: its values are final.
        self._own = not self._mapped and csv_own.is_own(header)
        names = "|".join(HEADERS[field] for field in ("title", "doi", "pmid", "registry_ids"))
        self.known = (
            bool(self._mapped) or self.source != "other" or any(n in self._place for n in names.split("|"))
        )

    def _checked(self, mapping: Mapping[str, str]) -> dict[str, str]:
        fields = [name for name in NAMES if name in HEADERS]
        for field, header in mapping.items():
            if field not in fields:
                raise UnknownColumn(f"a citation has no field '{field}'", ", ".join(fields))
            if key_of(header) not in self._place:
                raise UnknownColumn(
                    f"the table has no column '{header}'", ", ".join(filter(None, self.header))
                )
        return {field: key_of(header) for field, header in mapping.items()}

    @property
    def unread(self) -> list[str]:
        """The columns of a table of no known database that hold nothing we know."""
        if self._own or self.source != "other":
            return []
        known = {*"|".join([*HEADERS.values(), *KEYS.values(), LINKS, *ALSO]).split("|")}
        known.update(self._mapped.values())
        return [name for name in self.header if name and key_of(name) not in known]

    def _cells(self, cells: list[str], names: str) -> list[str]:
        """The cells of the named columns that are not empty, in the order of the names."""
        places = self._places.get(names)
        if places is None:
            places = tuple(self._place[name] for name in names.split("|") if name in self._place)
            self._places[names] = places
        return [text for place in places if (text := cells[place].strip())]

    def _first(self, cells: list[str], names: str) -> str | None:
        return next(iter(self._cells(cells, names)), None)

    def citation(self, cells: list[str], source: str | None, note: Note) -> Citation:
        """One row; `source` overrules the database that the row or the header speaks of."""
        if self._own:
            return csv_own.citation(self.header, cells, source)

        def every(field: str) -> list[str]:
            return self._cells(cells, self._mapped.get(field) or HEADERS[field])

        def first(field: str) -> str | None:
            return next(iter(every(field)), None)

        def sound(field: str) -> str | None:
            """A value that no spreadsheet has spoilt."""
            text = first(field)
            return text if text and not self._spoilt(field, text, cells, note) else None

        said = first("source") or ""
        known = source or (said.lower() if said.lower() in SOURCES else self.source)
        printed = self._printed(cells)
        title, abstract = plain(first("title")), paragraphs(first("abstract"))
        pmid = self._pmid(every("pmid"), cells, note)
        numbers = self._numbers(cells, every, () if known == "clinicaltrials" else (title, abstract))
        links = self._cells(cells, LINKS)
        original = plain(first("original_title"))
        terms = [part for each in every("keywords") for part in _parts(each)]
        headings = [part for each in self._headings(cells, every) for part in _parts(each)]
        # A trial's author is its sponsor, as in the register's other formats.
        names = self._authors(
            self._first(cells, "sponsor") if known == "clinicaltrials" else first("authors")
        )
        year = year_of(*every("year"), printed.get("year"), printed.get("date"))
        conference = plain(first("conference"))
        return Citation(
            source=known,
            source_key=self._accession(cells, known, pmid, numbers, links),
            title=title,
            abstract=abstract,
            authors=names,
            journal=plain(first("journal")) or printed.get("journal") or self._journal(cells, said),
            year=year,
            volume=plain(sound("volume")) or printed.get("volume"),
            issue=plain(sound("issue")) or printed.get("issue"),
            pages=self._pages(cells, self._paged(first("pages"), cells, note), note)
            or pages_of(printed.get("pages") or printed.get("number")),
            doi=doi_of(*every("doi"), *(each for each in links if "doi.org/" in each or "id=doi:" in each)),
            pmid=pmid,
            pmcid=pmcid_of(*every("pmcid")),
            registry_ids=numbers,
            language=language_of(first("language")),
            publication_types=self._types(every("publication_types")),
            keywords=keywords([*terms, *headings]),
            original_title=original if original != title else None,
            orcids=orcids(every("orcids"), names),
            accessions=accessions(every("accessions"), links, known),
            published=self._published(cells, every("published"), printed, year),
            entered=next((day for each in every("entered") if (day := iso_date(each))), None),
            revised=iso_date(first("revised")),
            subject_headings=keywords(headings),
            conference=conference if conference != title else None,
        )

    def _paged(self, text: str | None, cells: list[str], note: Note) -> str | None:
        if text and (pages := _pages_of_day(text)):
            note(f"column '{self._header_of('pages', text, cells)}': '{text}' was read as {pages}")
            return pages
        return text if text and not self._spoilt("pages", text, cells, note) else None

    def _header_of(self, field: str, text: str, cells: list[str]) -> str:
        place = next((place for place, cell in enumerate(cells) if cell.strip() == text), None)
        return self.header[place] if place is not None else field

    def _spoilt(self, field: str, text: str, cells: list[str], note: Note) -> bool:
        """Whether a spreadsheet has made a date or a rounded number of the value; noted when so."""
        if not _SPREADSHEET.fullmatch(text):
            return False
        note(
            f"column '{self._header_of(field, text, cells)}': '{text}' was spoilt by a spreadsheet; left out"
        )
        return True

    def _pmid(self, values: list[str], cells: list[str], note: Note) -> str | None:
        for value in values:
            if self._spoilt("pmid", value, cells, note):
                continue
            if match := _PMID.search(value.removesuffix(".0")):
                return match[1]
        extra = re.search(r"\bPMID: ?([1-9]\d{0,8})\b", self._first(cells, "extra") or "")
        return extra[1] if extra else None

    def _headings(self, cells: list[str], every: Callable[[str], list[str]]) -> list[str]:
        """The terms of a vocabulary, with those that only one database's column of keywords holds."""
        own = {"scopus": "index keywords", "central": "keywords"}.get(self.source)
        return [*every("subject_headings"), *(self._cells(cells, own) if own else [])]

    def _published(
        self, cells: list[str], values: list[str], printed: dict[str, str], year: int | None
    ) -> str | None:
        if not year:
            return None
        # Covidence keeps the month apart. Rayyan's month and day are not those of the publication.
        month = self._first(cells, "published month")
        told = [*values, printed.get("date"), f"{month} {year}" if month else None, str(year)]
        return max((day for each in told if (day := iso_date(each, year))), key=len, default=None)

    def _numbers(
        self, cells: list[str], every: Callable[[str], list[str]], texts: tuple[str | None, ...]
    ) -> tuple[str, ...]:
        """Trial registrations of the columns that hold them, then those in the texts."""
        # CENTRAL names the number of a register's entry as its author.
        own = self._cells(cells, "central id|author s") if self.source == "central" else []
        return registry_ids(*every("registry_ids"), *texts, *own)

    def _authors(self, cell: str | None) -> tuple[str, ...]:
        return tuple(name for name in authors(_names(cell)) if not registry_ids(name))

    def _accession(
        self, cells: list[str], source: str, pmid: str | None, numbers: Iterable[str], links: list[str]
    ) -> str | None:
        own = self._first(cells, self._mapped.get("source_key") or "source key")
        if own:
            return own
        if source == "pubmed":
            return pmid
        if source == "clinicaltrials":
            return next((number for number in numbers if number.startswith("NCT")), None)
        key = plain(self._first(cells, KEYS.get(source, "accession number")))
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

    def _printed(self, cells: list[str]) -> dict[str, str]:
        """What a database prints in one cell: journal, date, volume, issue, pages."""
        if self.source == "pubmed":
            match = _PUBMED_SOURCE.search(self._first(cells, "citation") or "")
        elif self.source == "embase":
            match = _EMBASE_SOURCE.match(self._first(cells, "source") or "")
        else:
            return {}
        return {name: text.strip() for name, text in match.groupdict().items() if text} if match else {}

    def _pages(self, cells: list[str], printed: str | None, note: Note) -> str | None:
        whole = pages_of(printed)
        if whole or "pages" in self._mapped:
            return whole
        ends = [
            self._first(cells, "page start|first page|start page|sp|beginning page"),
            self._first(cells, "page end|last page|end page|ep|ending page"),
        ]
        start, end = (None if each and self._spoilt("pages", each, cells, note) else each for each in ends)
        return pages_of(start, end) or pages_of(self._first(cells, "art no|article number"))

    def _types(self, values: list[str]) -> tuple[str, ...]:
        if self.source == "clinicaltrials":
            return ("Trial registry record",)
        # Web of Science has letters in 'Publication Type' (J, C, B).
        told = next((value for value in values if len(value) > 1), "")
        return unique(plain(part) for part in _parts(told, ";|"))


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
