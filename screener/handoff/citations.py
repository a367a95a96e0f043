"""Citations as a file: RIS, nbib, CSV, BibTeX, JSON lines; what `screener.sources` reads back the same.

Which field goes into which tag stands with each writer and in docs/handoff.md. Order is kept.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields

from screener.handoff.citations_bib import bib_entries
from screener.handoff.citations_tagged import nbib_entries, ris_entries
from screener.model.citation import Citation, Relation
from screener.model.errors import InputError

COLUMNS = tuple(field.name for field in fields(Citation))

# What a line-based reader might take for a line end, though JSON does not.
_LINE_ENDS = {ord(c): f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"}
# No text file has these; a reader would take the file for binary data.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_citations(citations: Iterable[Citation], format: str) -> str:
    """The citations as text of one of FORMATS, in their order; encode it as UTF-8.

    Raises InputError for a format that is not there.
    """
    return "".join(stream_citations(citations, format))


def stream_citations(citations: Iterable[Citation], format: str) -> Iterator[str]:
    """As `write_citations`, piece by piece: no more than one citation is held at a time."""
    if format not in _WRITERS:
        raise InputError(f"unknown format {format!r}", field="format", expected=" or ".join(FORMATS))
    return _WRITERS[format](citations)


def _jsonl(citations: Iterable[Citation]) -> Iterator[str]:
    """One JSON object a line with every field of the contract; null or [] where there is none."""
    for c in citations:
        line = json.dumps(c.to_dict(), ensure_ascii=False, allow_nan=False)
        yield line.translate(_LINE_ENDS) + "\n"


class _Line:
    """Where `csv` writes one row."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def _csv(citations: Iterable[Citation]) -> Iterator[str]:
    """The contract's columns, lists joined by '; ', cells verbatim (this file is data, not for Excel).

    A list whose items would not survive the joining (one holds ';', is empty or begins like JSON) is
    written as a JSON array, relations always.
    """
    line = _Line()
    # `csv` quotes a lone CR in a cell only when it is part of the line end.
    writer = csv.writer(line, lineterminator="\r\n")
    for row in _rows(citations):
        writer.writerow(row)
        yield line.text.removesuffix("\r\n") + "\n"


def csv_annotated(
    entries: Iterable[tuple[Citation, Sequence[object]]], columns: Sequence[str]
) -> Iterator[str]:
    """As CSV of citations, with more columns at the end; None is an empty cell."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *columns])
    yield line.text.removesuffix("\r\n") + "\n"
    for citation, more in entries:
        _, cells = _rows([citation])
        writer.writerow([*cells, *("" if value is None else str(value) for value in more)])
        yield line.text.removesuffix("\r\n") + "\n"


def to_csv(citations: Iterable[Citation]) -> str:
    return "".join(_csv(citations))


def _rows(citations: Iterable[Citation]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for citation in citations:
        yield [_CONTROL.sub(" ", _cell(getattr(citation, name))) for name in COLUMNS]


def _cell(value: str | int | tuple[str | Relation, ...] | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, tuple):
        return str(value)
    items = [item for item in value if isinstance(item, str)]
    whole = len(items) == len(value) and all(item and item == item.strip() for item in items)
    if whole and "".join(items)[:1] != "[" and not any(mark in item for item in items for mark in ";|"):
        return "; ".join(items)
    listed = [item if isinstance(item, str) else asdict(item) for item in value]
    return json.dumps(listed, ensure_ascii=False)


_WRITERS: dict[str, Callable[[Iterable[Citation]], Iterator[str]]] = {
    "jsonl": _jsonl,
    "ris": ris_entries,
    "nbib": nbib_entries,
    "csv": _csv,
    "bib": bib_entries,
}
FORMATS = tuple(_WRITERS)
