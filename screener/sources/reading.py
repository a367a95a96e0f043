"""From a file to its entries: detect, cut, read, and say what could not be read."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from screener.model.citation import SOURCES, BadEntry, Entry, ReadResult
from screener.model.errors import InputError
from screener.sources.bytes import ZIP, Input
from screener.sources.cutting import Cut, Format, Notes, Options, take
from screener.sources.detect import FORMATS, detect_input

# The database that a format's entries come from when they do not say.
_SOURCE_OF = {"pubmed_xml": "pubmed", "nbib": "pubmed", "ctgov_json": "clinicaltrials", "wos": "wos"}
_MODULES = {"csv": "csv_", "tsv": "csv_"}


def reader_of(form: str) -> Format:
    """The module that reads a format; loaded when it is needed (lxml is only for XML)."""
    return cast(Format, importlib.import_module(f"screener.sources.{_MODULES.get(form, form)}"))


class Reading:
    """The entries of one file in file order; going through it again reads it again.

    `format` is known at once; `source`, `notes` and `count` are complete when all entries have been gone
    through. A file without any entry raises InputError at its end.
    """

    def __init__(self, data: Input, form: str, options: Options, *, may_be_empty: bool = False) -> None:
        self.file = data.name
        self.format = form
        self.options = options
        self.count = 0
        self._data = data
        self._may_be_empty = may_be_empty
        self._notes = Notes()
        self._sources: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Entry | BadEntry]:
        form = reader_of(self.format)
        for position, piece in enumerate(self.cuts(), 1):
            entry = take(form, piece, position, self.options, self._notes.add)
            self.seen(entry)
            yield entry

    def cuts(self) -> Iterator[Cut]:
        """The entries as they stand in the file; who reads them elsewhere hands the results to `seen`."""
        self.count = 0
        self._sources.clear()
        self._notes = Notes()
        for text in self._data.notes:
            self._notes.add(text)
        for piece in reader_of(self.format).cut(self._data, self.options, self._notes.add):
            self.count += 1
            yield piece
        if not self.count and not self._may_be_empty:
            raise InputError(
                f"the file holds no entry ({self.format})", file=self.file, expected="at least one entry"
            )

    def seen(self, entry: Entry | BadEntry) -> None:
        if isinstance(entry, Entry):
            self._sources[entry.citation.source] += 1

    def note(self, text: str) -> None:
        self._notes.add(text)

    @property
    def notes(self) -> tuple[str, ...]:
        return self._notes.said

    @property
    def source(self) -> str:
        """The database most entries come from; the first of them when two are level."""
        if self.options.source:
            return self.options.source
        if not self._sources:
            return _SOURCE_OF.get(self.format, "other")
        return max(self._sources, key=lambda name: self._sources[name])


def open_file(
    path: str | Path,
    *,
    format: str | None = None,
    source: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """An export file (plain or gzip), ready to be gone through. `format` and `source` overrule what the
    content tells; `columns` says which header of a table holds which field.

    Every entry of the file comes out, readable or not, in file order. A file that cannot be cut into
    entries at all (missing, empty, binary, cut short, of another format) is an InputError.
    """
    return _reading(Input.of_path(Path(path)), format, source, columns)


def read(
    path: str | Path,
    *,
    format: str | None = None,
    source: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> ReadResult:
    """All entries of a file at once; for files that are small enough to be held."""
    return _result(open_file(path, format=format, source=source, columns=columns))


def read_bytes(data: bytes, name: str, *, format: str | None = None, source: str | None = None) -> ReadResult:
    """As `read`, from bytes; `name` stands for the file in the result and in errors."""
    return _result(_reading(Input.of_bytes(data, name), format, source, None))


def read_answer(body: bytes, name: str, format: str) -> ReadResult:
    """What a database answered over the network, in a format that is known; it may hold no entry at all."""
    return _result(Reading(Input.of_bytes(body, name), format, Options(), may_be_empty=True))


def csv_column(path: str | Path, wanted: str) -> tuple[str, ...] | None:
    """One column of a table by the position of the entry (place 0 is entry 1), or None."""
    from screener.sources import csv_, xlsx

    data = Input.of_path(Path(path))
    if data.start.startswith(ZIP):
        return xlsx.column(data, wanted)
    return csv_.column(data, wanted)


def csv_rows(path: str | Path) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Header and rows (line, cells) of a CSV or TSV file that holds more than citations, plain or gzip."""
    from screener.sources import csv_

    return csv_.whole_rows(Input.of_path(Path(path)))


def _reading(
    data: Input, format: str | None, source: str | None, columns: Mapping[str, str] | None
) -> Reading:
    if format is not None and format not in FORMATS:
        raise InputError(
            f"unknown format {format!r}", file=data.name, field="format", expected=" or ".join(FORMATS)
        )
    if source is not None and source not in SOURCES:
        raise InputError(
            f"unknown database {source!r}", file=data.name, field="database", expected=" or ".join(SOURCES)
        )
    return Reading(data, format or detect_input(data, named=bool(columns)).format, Options(source, columns))


def _result(reading: Reading) -> ReadResult:
    entries: list[Entry] = []
    bad: list[BadEntry] = []
    for entry in reading:
        if isinstance(entry, Entry):
            entries.append(entry)
        else:
            bad.append(entry)
    return ReadResult(reading.file, reading.format, reading.source, tuple(entries), tuple(bad), reading.notes)
