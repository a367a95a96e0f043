"""An entry on its way in: cut out of its file, then read. Every format is a `cut` and a `citation`.

Cutting is cheap and goes through the file once, from its start to its end; reading an entry needs nothing
but the entry and what `cut` gave along with it. So a file is never held as a whole, and entries can be read
by several processes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from screener.model.citation import BadEntry, Citation, Entry
from screener.sources.bytes import Input

IDENTIFIER = "a title, a DOI, a PMID, a registry number or an accession number"

# Says what is odd about a file or an entry and does no harm; shown once with the file.
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cut:
    """One entry as it stands in its file, or (with `problem`) a piece of it that is none.

    `context` is what reading the entry needs to know of its file, such as the header of a table; it can be
    pickled.
    """

    raw: bytes
    context: Any = None
    problem: str | None = None
    expected: str | None = None


class Unreadable(Exception):
    """One entry cannot be read: why, in which field, and what was expected."""

    def __init__(self, message: str, field: str | None = None, expected: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read: `source` overrules the database that its entries speak of, `columns` names
    the columns of a table (field of a citation -> header)."""

    source: str | None = None
    columns: Mapping[str, str] | None = None


class Format(Protocol):
    """What every reader's module offers."""

    def cut(self, data: Input, options: Options, note: Note) -> Iterator[Cut]:
        """The entries in file order. Raises InputError for a file that cannot be cut."""
        ...

    def citation(self, cut: Cut, options: Options, note: Note) -> Citation:
        """The fields of an entry. Raises Unreadable."""
        ...


class Notes:
    """Collects notes, each text once; what is said of very many entries is counted instead of listed."""

    MOST = 50

    def __init__(self) -> None:
        self._said: dict[str, None] = {}
        self._more = 0

    def add(self, text: str) -> None:
        if not text or text in self._said:
            return
        if len(self._said) < self.MOST:
            self._said[text] = None
        else:
            self._more += 1

    @property
    def said(self) -> tuple[str, ...]:
        more = (f"and {self._more} more of this kind",) if self._more else ()
        return (*self._said, *more)


def take(form: Format, cut: Cut, position: int, options: Options, note: Note) -> Entry | BadEntry:
    """Reads one entry; a citation without title and identifier is bad."""
    if cut.problem is not None:
        return BadEntry(position, cut.raw, cut.problem, None, cut.expected)
    try:
        found = form.citation(cut, options, lambda text: note(f"entry {position}: {text}"))
    except Unreadable as error:
        return BadEntry(position, cut.raw, error.message, error.field, error.expected)
    c = found
    if c.title or c.source_key or c.doi or c.pmid or c.pmcid or c.registry_ids:
        return Entry(position, cut.raw, found)
    return BadEntry(position, cut.raw, "the entry has no title and no identifier", "title", IDENTIFIER)
