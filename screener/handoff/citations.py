"""Citations as a file: RIS, nbib, CSV, BibTeX, JSON lines; what `screener.sources` reads back the same.

Which field goes into which tag stands with each writer and in docs/handoff.md. Order is kept.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields

from screener.handoff.citations_bib import to_bib
from screener.handoff.citations_tagged import to_nbib, to_ris
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


def to_jsonl(citations: Iterable[Citation]) -> Iterator[str]:
    """One JSON object a line with every field of the contract; null or [] where there is none."""
    for c in citations:
        line = json.dumps(c.to_dict(), ensure_ascii=False, allow_nan=False)
        yield line.translate(_LINE_ENDS) + "\n"


def to_csv(citations: Iterable[Citation]) -> Iterator[str]:
    """The contract's columns, lists joined by '; ', cells verbatim (this file is data, not for Excel).

    A list whose items would not survive the joining (one holds ';', is empty or begins like JSON) is
    written as a JSON array, relations always.
    """
    line: list[str] = []

    class Line:
        def write(self, text: str) -> None:
            line.append(text)

    # A lone CR in a cell is quoted only when it is part of the line end.
    writer = csv.writer(Line(), lineterminator="\r\n")
    for row in _rows(citations):
        line.clear()
        writer.writerow(row)
        yield "".join(line).removesuffix("\r\n") + "\n"


def _rows(citations: Iterable[Citation]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for citation in citations:
        yield [_cell(getattr(citation, name)) for name in COLUMNS]


def _cell(value: str | int | tuple[str, ...] | tuple[Relation, ...] | None) -> str:
    if isinstance(value, tuple):
        return _CONTROL.sub(" ", _joined(value)) if value else ""
    return "" if value is None else _CONTROL.sub(" ", str(value))


def _joined(items: tuple[str, ...] | tuple[Relation, ...]) -> str:
    plain = [item for item in items if isinstance(item, str)]
    whole = len(plain) == len(items) and all(item and item == item.strip() for item in plain)
    if whole and plain[0][:1] != "[" and not any(mark in item for item in plain for mark in ";|"):
        return "; ".join(plain)
    values = [item if isinstance(item, str) else asdict(item) for item in items]
    return json.dumps(values, ensure_ascii=False)


_WRITERS:
        raise InputError(f"unknown format {format!r}", field="format", expected=" or ".join(FORMATS))
    return _WRITERS[format](citations)


def to_jsonl(citations: Iterable[Citation]) -> str:
    """One JSON object a line with every field of the contract; null or [] where there is none."""
    lines = (json.dumps(c.to_dict(), ensure_ascii=False, allow_nan=False) for c in citations)
    return "".join(line.translate(_LINE_ENDS) + "\n" for line in lines)


def to_csv(citations: Iterable[Citation]) -> str:
    """The contract's columns, lists joined by '; ', cells verbatim (this file is data, not for Excel).

    A list whose items would not survive the joining is written as a JSON array: one holds ';', or the
    only author is an institution whose comma or 'and' would part it ('Convalife Co., Ltd.').
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for citation in citations:
        values = ((name, getattr(citation, name)) for name in COLUMNS)
        writer.writerow([_joined(v, name) if isinstance(v, tuple) else v for name, v in values])
    return out.getvalue()


def _joined(items: tuple[str, ...], name: str) -> str:
    if any(";" in item or "|" in item for item in items):
        return json.dumps(items, ensure_ascii=False)
    if len(items) != 1:
        return "; ".join(items)
    if name == "authors":
        return json.dumps(items, ensure_ascii=False) if _PARTED.search(items[0]) else items[0]
    # A single item with a comma gets the mark too, or its comma would be taken for the list's.
    return items[0] + (";" if "," in items[0] else "")


_WRITERS: dict[str, Callable[[Iterable[Citation]], Iterator[str]]] = {
    "jsonl": to_jsonl,
    "ris": to_ris,
    "nbib": to_nbib,
    "csv": to_csv,
    "bib": to_bib,
}
FORMATS = tuple(_WRITERS)
