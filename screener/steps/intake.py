"""From an export file to rows that are ready to be stored, in little memory and on every core.

The file is cut here; its entries are read and compressed by worker processes when there are many; the rows
wait in a temporary file, so that the review's database is locked only while they are written.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO

from screener.model.citation import BadEntry, Entry
from screener.sources.changes import notices
from screener.sources.cutting import Cut, Options, take
from screener.sources.reading import Reading, reader_of
from screener.steps.workers import pool, starting
from screener.store.intake import Prepared, prepare

CHUNK = 500
# A file below this size (bytes) is read faster than other processes start; gzip packs about six to one.
SMALL = 6_000_000


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of a chunk: rows, bad entries, and what is odd about them."""

    rows: list[Prepared]
    bad: list[BadEntry]
    notes: list[str]


def prepared(database: str, entry: Entry) -> Prepared:
    """The row of one entry."""
    told = ((notice.kind, notice.pmid, notice.text) for notice in notices(entry.citation))
    return prepare(database, entry, told)


def _read(form: str, options: Options, database: str, first: int, cuts: list[Cut]) -> _Read:
    """Runs in a worker process too."""
    reader = reader_of(form)
    notes: list[str] = []
    found = _Read([], [], notes)
    for position, piece in enumerate(cuts, first):
        entry = take(reader, piece, position, options, notes.append)
        if isinstance(entry, BadEntry):
            found.bad.append(entry)
        else:
            found.rows.append(prepared(database, entry))
    return found


@dataclass
class Spool:
    """The rows of one file, in file order, on the disk; `bad` are its unreadable entries.

    To be used in a `with` statement: the temporary file goes away at its end.
    """

    reading: Reading
    database: str
    count: int = 0
    bad: list[BadEntry] = field(default_factory=list)
    _file: IO[bytes] | None = None

    def chunks(self) -> Iterator[list[Prepared]]:
        """The rows, some hundred at a time."""
        assert self._file is not None
        self._file.seek(0)
        while True:
            try:
                rows: list[Prepared] = pickle.load(self._file)
            except EOFError:
                return
            yield rows

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def spool(
    reading: Reading, path: Path, database: str | None, progress: Callable[[int], None] = lambda _: None
) -> Spool:
    """Read all of a file. `database` is the one that was searched; None: the one most entries speak of.

    Raises InputError for a file that cannot be cut; unreadable entries are in `bad`.
    """
    known = database or _database_of(reading)
    made = Spool(reading, known)
    file = tempfile.TemporaryFile(prefix="screener-import-")  # noqa: SIM115 - closed by the spool
    made._file = file
    try:
        for read in _all(reading, path, known):
            pickle.dump(read.rows, file, pickle.HIGHEST_PROTOCOL)
            made.count += len(read.rows)
            made.bad += read.bad
            for text in read.notes:
                reading.note(text)
            progress(made.count + len(made.bad))
    except BaseException:
        file.close()
        raise
    return made


def _database_of(reading: Reading) -> str:
    """The database that most entries speak of; told by the first thousand."""
    if reading.options.source:
        return reading.options.source
    deque(islice(reading, 1000), maxlen=0)
    return reading.source


def _all(reading: Reading, path: Path, database: str) -> Iterator[_Read]:
    chunks = _chunks(reading.cuts())
    workers = min(os.cpu_count() or 1, 4)
    size = path.stat().st_size * (6 if path.suffix.lower() == ".gz" else 1)
    if workers < 2 or size < SMALL:
        for first, cuts in chunks:
            yield _read(reading.format, reading.options, database, first, cuts)
        return
    with pool(workers) as others:
        waiting: deque[Future[_Read]] = deque()
        for first, cuts in chunks:
            with starting():
                waiting.append(others.submit(_read, reading.format, reading.options, database, first, cuts))
            if len(waiting) > workers + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(cuts: Iterator[Cut]) -> Iterator[tuple[int, list[Cut]]]:
    first = 1
    while some := list(islice(cuts, CHUNK)):
        yield first, some
        first += len(some)
