"""Citations: one entry as one database gave it, and what reading a file gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

# The databases the program knows by name (contracts, section 7); anything else is "other".
SOURCES = (
    "pubmed",
    "embase",
    "central",
    "cdsr",
    "scopus",
    "wos",
    "psycinfo",
    "proquest",
    "clinicaltrials",
    "other",
)

# How a source is counted in the flow (PRISMA 2020): trial registers apart from databases.
REGISTERS = frozenset({"clinicaltrials"})


@dataclass(frozen=True, slots=True)
class Relation:
    """What an entry says of another one: a retraction, an erratum, a comment, a trial's paper.

    `kind` is the database's word (PubMed's RefType: RetractionIn, ErratumFor, CommentOn, ...; of a register
    entry Result, Derived: papers of the trial; Background: only cited). `pmid` where it is told; `text` is
    what is printed.
    """

    kind: str
    pmid: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The fields of one entry, made plain but not made up: what the source lacks is None or empty.

    `authors` are 'Family, Given' or a collective name; `doi` is bare and lower case; `pmid`, `pmcid`
    and `source_key` are text; `registry_ids` are upper case; `pages` are as printed.

    `orcids` is empty, or as long as `authors` with '' where none is known. `accessions` are the numbers that
    other databases gave the same work ('embase:L373000001'). `published`, `entered` (into the database)
    and `revised` (there) are ISO 8601 dates as far as they are told ('2021', '2021-06', '2021-06-03').
    `keywords` are all terms; those of a controlled vocabulary (MeSH, Emtree) stand in `subject_headings` too.
    """

    source: str
    source_key: str | None = None
    title: str | None = None
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    journal: str | None = None
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    registry_ids: tuple[str, ...] = ()
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    original_title: str | None = None
    orcids: tuple[str, ...] = ()
    accessions: tuple[str, ...] = ()
    published: str | None = None
    entered: str | None = None
    revised: str | None = None
    subject_headings: tuple[str, ...] = ()
    conference: str | None = None
    relations: tuple[Relation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values in the order of the contract; tuples become lists, relations objects."""
        values = {name: getattr(self, name) for name in NAMES}
        for name in _LISTS:
            values[name] = list(values[name])
        values["relations"] = [
            {"kind": each.kind, "pmid": each.pmid, "text": each.text} for each in self.relations
        ]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Citation:
        """What `to_dict` gave, also by an older version of the program; unknown names are passed over."""
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in _KNOWN
        }
        if known.get("relations"):
            known["relations"] = tuple(Relation(**each) for each in known["relations"])
        return cls(**known)


NAMES = tuple(field.name for field in fields(Citation))
_KNOWN = frozenset(NAMES)
_LISTS = (
    "authors",
    "registry_ids",
    "publication_types",
    "keywords",
    "orcids",
    "accessions",
    "subject_headings",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One readable entry of a file or an answer: its place (from 1), its bytes, its citation."""

    position: int
    raw: bytes
    citation: Citation


@dataclass(frozen=True, slots=True)
class BadEntry:
    """One entry that could not be read: its place, its bytes, and why."""

    position: int
    raw: bytes
    message: str
    field: str | None = None
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All of a file: nothing is dropped, what could not be read stands in `bad`."""

    file: str
    format: str
    source: str
    entries: tuple[Entry, ...]
    bad: tuple[BadEntry, ...] = ()
    notes: tuple[str, ...] = ()
