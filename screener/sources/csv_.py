"""CSV and TSV, cut into rows with their exact bytes. What the columns mean stands in `csv_columns`."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, lines_of, text_of
from screener.sources.csv_columns import Columns, UnknownColumn
from screener.sources.cutting import Cut, Note, Options
from screener.sources.mixed import other_format, two_formats

EXPECTED = "a header row with at least one of Title, DOI, PMID or a database's own columns"


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """A row is an entry; blank lines are no rows. A quote that never closes is an InputError."""
    header, rows = table(data, note)
    columns = columns_of(header, options, data.name, "line 1")
    if not columns.known:
        raise InputError(
            f"no column of the header is known: {', '.join(header)[:200]}",
            file=data.name,
            entry="line 1",
            field="header",
            expected=EXPECTED,
        )
    if columns.unread:
        note(f"column(s) not read: {', '.join(columns.unread)[:300]}")
    for row in rows:
        cells = fitted(row.cells, len(header))
        if (cells is None or len(header) == 1) and (what := other_format(row.raw.splitlines()[0])):
            raise two_formats(data.name, row.line, what, "a table")
        if row.problem:
            yield Cut(row.raw, columns, f"line {row.line}: {row.problem}", "a row as RFC 4180 writes it")
        elif cells is None:
            problem = f"line {row.line}: {len(row.cells)} columns, the header has {len(header)}"
            yield Cut(row.raw, columns, problem, f"{len(header)} columns")
        else:
            yield Cut(row.raw, (columns, cells, f"line {row.line}"))


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    columns, cells, place = cut.context
    found: Citation = columns.citation(cells, options.source, lambda text: note(f"{place}, {text}"))
    return found


def columns_of(header: list[str], options: Options, file: str, entry: str) -> Columns:
    """The meaning of a header. Raises InputError for a mapping that does not fit it."""
    try:
        return Columns(header, options.columns)
    except UnknownColumn as error:
        raise InputError(
            error.message, file=file, entry=entry, field="columns", expected=error.expected
        ) from None


def column(data: Input, wanted: str) -> tuple[str, ...] | None:
    """The cells of one column, by the number of the row; None when there is no such column.

    For what a citation does not hold (a label, an id of somebody else's). Bad rows count, as ''.
    """
    header, rows = table(data, lambda _: None)
    names = [each.strip().lower() for each in header]
    if wanted.strip().lower() not in names:
        return None
    place = names.index(wanted.strip().lower())
    cells = ((None if row.problem else fitted(row.cells, len(header))) for row in rows)
    return tuple(each[place].strip() if each else "" for each in cells)


def whole_rows(data: Input) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Any table: the cells of its header, and each row as its line and as many cells.

    For tables that hold no citations alone. A row that does not fit the header is an InputError.
    """
    header, rows = table(data, lambda _: None)

    def fitting() -> Iterator[tuple[int, list[str]]]:
        for row in rows:
            cells = None if row.problem else fitted(row.cells, len(header))
            if cells is None:
                raise InputError(
                    row.problem or f"{len(row.cells)} columns, the header has {len(header)}",
                    file=data.name,
                    entry=f"line {row.line}",
                    expected=f"{len(header)} columns",
                )
            yield row.line, cells

    return header, fitting()


def header_of(head: bytes) -> tuple[list[str], str]:
    """The cells of the first row, whatever it holds, and what parts them; for telling formats apart."""
    lines = (text_of(line)[0] for line in lines_of(head))
    first = next((line for line in lines if _is_content(line)), "")
    mark = _delimiter(first)
    row: list[str] = next(csv.reader([first], delimiter=mark), [])
    return [cell.strip().lstrip("\ufeff") for cell in row], mark


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its bytes, its cells, its line (from 1), and why it could not be cut when it could not."""

    raw: bytes
    cells: list[str]
    line: int
    problem: str | None = None


def table(data: Input, note: Note) -> tuple[list[str], Iterator[Row]]:
    """Header and rows. Where two files were put together the header comes again; that is noted."""
    rows = _rows(data, note)
    header = next(rows, None)
    if header is None or header.problem:
        raise InputError(
            header.problem or "the header is broken" if header else "the file has no header row",
            file=data.name,
            entry="line 1",
            expected=EXPECTED,
        )
    names = _names(header)
    return names, _entries(rows, names, note)


def _entries(rows: Iterator[Row], header: list[str], note: Note) -> Iterator[Row]:
    for row in rows:
        if _names(row) == header:
            note(f"line {row.line}: the header again (two files in one?); it is no entry")
        else:
            yield row


def _names(row: Row) -> list[str]:
    return [cell.strip().lstrip("\ufeff") for cell in row.cells]


def _rows(data: Input, note: Note) -> Iterator[Row]:
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
    taken: list[bytes] = []  # the lines that the reader has asked for since the last row
    lines = data.lines()
    started = 0

    def decoded() -> Iterator[str]:
        for raw in itertools.chain(waiting, lines):
            taken.append(raw)
            text, odd = text_of(raw)
            if odd:
                note(f"line {started + reader.line_num + 1}: {odd}")
            yield text

    waiting: list[bytes] = []
    for raw in lines:
        text = text_of(raw)[0]
        if _is_content(text):
            waiting.append(raw)
            break
        started += 1
    if not waiting:
        return
    reader = csv.reader(decoded(), delimiter=_delimiter(text_of(waiting[0])[0]), strict=True)
    while True:
        cells: list[str] = []
        problem = None
        first = started + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise InputError(
                    "a quotation mark is opened and never closed; the file may be cut short",
                    file=data.name,
                    entry=f"line {first}",
                    expected='a closing "',
                ) from None
            problem = str(error)
        raw = b"".join(taken)
        taken.clear()
        if raw.strip():
            yield Row(raw.strip(b"\r\n"), cells, first, problem)


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not re.match(r"sep=.\s*\Z", line)


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=outside.count)


def fitted(cells: list[str], width: int) -> list[str] | None:
    """The cells when there are as many as columns; empty ones too many at the end do no harm."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells if len(cells) == width else None
