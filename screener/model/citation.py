"""Citations: one entry as one database gave it, and what reading a file gives."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The fields of one entry, made plain but not made up: what the source lacks is None or empty.

    `authors` are 'Family, Given' or a collective name; `doi` is bare and lower case; `pmid`, `pmcid`
    and `source_key` are text; `registry_ids` are upper case; `pages` are as printed.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain values in the order of the contract; tuples become lists."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Citation:
        known = {f.name for f in fields(cls)}
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in known
        }
        return cls(**plain)


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
