"""What searching a database over the network gives, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from screener.model.citation import BadEntry, Entry


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What the database made of a search: how it was read, what it could not find, every accession.

    `count` is the database's own; `keys` (PMIDs, NCT numbers) are as many, each once, in its order. `errors`
    and `warnings` are the database's words, such as 'PhraseNotFound: abcxyz'.
    """

    term: str
    count: int
    keys: tuple[str, ...]
    query_translation: str = ""
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page. `missing` were asked for twice and not given: deleted or merged.

    `position` of an entry is the place of its accession in the answer of the search, from 1.
    """

    entries: tuple[Entry, ...]
    bad: tuple[BadEntry, ...] = ()
    missing: tuple[str, ...] = ()


class Remote(Protocol):
    """A database that the program can search itself. All raise SourceError when it is down or refuses."""

    def search(self, term: str) -> SearchAnswer:
        """Run a search; every accession that it returns is in the answer, however many there are."""
        ...

    def revised_since(self, term: str, day: date) -> frozenset[str]:
        """Those of the search that the database has entered or revised on or after a day."""
        ...

    def fetch(self, answer: SearchAnswer, *, skip: frozenset[str] = frozenset()) -> Iterator[Page]:
        """The records of a search, page by page, but for the accessions of `skip`."""
        ...
