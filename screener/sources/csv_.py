"""CSV, cut into rows with their exact bytes. What the columns mean stands in `csv_columns`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from screener.model.errors import InputError
from screener.sources.bytes import lines_of, text_of
from screener.sources.csv_columns import Columns
from screener.sources.entries import Found

_EXPECTED = "a header row with at least one of Title, DOI, PMID or a database's own columns"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its bytes, its cells, its line (from 1), and why it could not be cut when it could not."""

    raw: bytes
    cells: list[str]
    line: int
    problem: str | None = None


def read(data: bytes, name: str, source: str | None) -> Found:
    found = Found()
    header, rows = table(data, name, found)
    columns = Columns(header)
    if not columns.known:
        raise InputError(
            f"no column of the header is known: {', '.join(header)[:200]}",
            file=name,
            entry="line 1",
            field="header",
            expected=_EXPECTED,
        )
    for row in rows:
        cells = _fitted(row.cells, len(header))
        if row.problem:
            found.reject(row.raw, f"line {row.line}: {row.problem}", None, "a row as RFC 4180 writes it")
        elif cells is None:
            found.reject(
                row.raw,
                f"line {row.line}: {len(row.cells)} columns, the header has {len(header)}",
                None,
                f"{len(header)} columns",
            )
        else:
            found.add(row.raw, columns.citation(cells, source))
    return found


def column(data: bytes, name: str, wanted: str) -> tuple[str, ...] | None:
    """The cells of one column, by the number of the row; None when there is no such column.

    For what a citation does not hold (a label, an id of somebody else's). Bad rows count, as ''.
    """
    header, rows = table(data, name, Found())
    names = [each.strip().lower() for each in header]
    if wanted.strip().lower() not in names:
        return None
    place = names.index(wanted.strip().lower())
    cells = ((None if row.problem else _fitted(row.cells, len(header))) for row in rows)
    return tuple(each[place].strip() if each else "" for each in cells)


def header_of(data: bytes) -> list[str]:
    """The first row, whatever it holds; for telling formats apart."""
    lines = _decoded(lines_of(data[:200_000]), Found())
    first = next((line for line in lines if line.strip() and not re.match(r"sep=.\s*\Z", line)), "")
    row: list[str] = next(csv.reader([first], delimiter=_delimiter(first)), [])
    return [cell.strip().lstrip("\ufeff") for cell in row]


def table(data: bytes, name: str, found: Found) -> tuple[list[str], Iterator[Row]]:
    """Header and rows; blank lines are no rows. A quote that never closes is an InputError."""
    raws = lines_of(data)
    lines = _decoded(raws, found)
    first = next(
        (n for n, line in enumerate(lines) if line.strip() and not re.match(r"sep=.\s*\Z", line)), None
    )
    if first is None:
        raise InputError("the file has no header row", file=name, expected=_EXPECTED)
    all_rows = _rows(raws, lines, first, _delimiter(lines[first]), name)
    header = next(all_rows, None)
    if header is None or header.problem:
        raise InputError(
            header.problem or "the header is broken" if header else "the file has no header row",
            file=name,
            entry="line 1",
            expected=_EXPECTED,
        )
    return [cell.strip().lstrip("\ufeff") for cell in header.cells], all_rows


def _rows(raws: list[bytes], lines: list[str], first: int, delimiter: str, name: str) -> Iterator[Row]:
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))
    # The reader says how many lines it has taken, hence where a row's bytes end.
    reader = csv.reader(lines[first:], delimiter=delimiter, strict=True)
    done = first
    while True:
        cells: list[str] = []
        problem = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise InputError(
                    "a quotation mark is opened and never closed; the file may be cut short",
                    file=name,
                    entry=f"line {done + 1}",
                    expected='a closing "',
                ) from None
            problem = str(error)
        end = first + reader.line_num
        raw = b"".join(raws[done:end])
        line, done = done + 1, end
        if raw.strip():
            yield Row(raw.strip(b"\r\n"), cells, line, problem)


def _decoded(raws: list[bytes], found: Found) -> list[str]:
    lines = []
    for number, raw in enumerate(raws, 1):
        text, odd = text_of(raw)
        if odd:
            found.note(f"line {number}: {odd}")
        lines.append(text)
    return lines


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=outside.count)


def _fitted(cells: list[str], width: int) -> list[str] | None:
    """The cells when there are as many as columns; empty ones too many at the end do no harm."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells if len(cells) == width else None
