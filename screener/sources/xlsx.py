"""Excel workbooks (.xlsx): the first sheet with a header that we know, read row by row."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any, TypeVar

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources import csv_
from screener.sources.bytes import Input
from screener.sources.csv_columns import Columns
from screener.sources.cutting import Cut, Note, Options

T = TypeVar("T")

# What a workbook may unpack to, all parts together; a real export of 20,000 entries has about 100 MB.
_MOST = 400 << 20
_HEAD_ROWS = 10
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_ROOT = re.compile(rb"<[A-Za-z]")
_EXPECTED = "an Excel workbook (.xlsx) with a table of citations"


def kind_of(data: Input) -> str:
    """What a zip archive is: 'xlsx', or in words what else."""
    try:
        with zipfile.ZipFile(_file(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return "a zip archive that is damaged or cut short"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "a binary Excel workbook (.xlsb); save it as .xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "an OpenDocument file (.ods); save it as .xlsx or .csv"
    return "a Word document" if "word/document.xml" in names else "a zip archive; unpack it first"


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """A row below the header is an entry; its bytes are the row as a line of CSV. Empty rows are no entries.

    Raises InputError for a workbook that is damaged, locked, unpacks to too much, or has no such sheet.
    """
    file = _file(data)
    _refuse_bombs(file, data.name)
    from openpyxl import load_workbook

    book = _sound(data.name, lambda: load_workbook(file, read_only=True, data_only=True, keep_links=False))
    try:
        yield from _rows_of(book, data.name, options, note)
    finally:
        book.close()


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    return csv_.citation(cut, options, note)


def column(data: Input, wanted: str) -> tuple[str, ...] | None:
    """The cells of one column, as `csv_.column`; None when there is no such column."""
    found: list[str] = []
    for row in cut(data, Options(), lambda _: None):
        if row.problem:
            found.append("")
            continue
        columns, cells, _ = row.context
        names = [each.strip().lower() for each in columns.header]
        if wanted.strip().lower() not in names:
            return None
        found.append(cells[names.index(wanted.strip().lower())].strip())
    return tuple(found)


def _sound(name: str, act: Callable[[], T]) -> T:
    """What openpyxl gives. It takes a workbook at its word: of a broken one comes any error at all."""
    try:
        return act()
    except Exception as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(f"the workbook cannot be read ({error})", file=name, expected=_EXPECTED)


def _file(data: Input) -> Any:
    """The workbook's own bytes, also when it lies gzipped."""
    file = data.open()
    if file.read(2) == b"\x1f\x8b":
        file.seek(0)
        with gzip.open(file) as packed:
            whole = packed.read(_MOST + 1)
        return io.BytesIO(whole)
    file.seek(0)
    return file


def _refuse_bombs(file: Any, name: str) -> None:
    """Sizes and document types are looked at before anything is read; entities are never expanded."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if size > _MOST:
                raise InputError(
                    f"the workbook unpacks to {size >> 20} MB",
                    file=name,
                    expected=f"at most {_MOST >> 20} MB; save the sheet as .csv",
                )
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(part) as opened:
                    head = opened.read(1 << 16)
                root = _ROOT.search(head)
                before = head[: root.start()] if root else head
                if (head and not root) or _DOCTYPE.search(before) or b"\0" in before:
                    raise InputError(
                        f"'{part.filename}' in the workbook declares a document type or is no XML",
                        file=name,
                        expected=_EXPECTED,
                    )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise _damaged(name, error) from error
    file.seek(0)


def _rows(sheet: Any, name: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    rows = sheet.iter_rows()
    number = 0
    while (row := _sound(name, lambda: next(rows, None))) is not None:
        number += 1
        yield number, row


def _rows_of(book: Any, name: str, options: Options, note: Note) -> Iterator[Cut]:
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    problem: InputError | None = None
    widest = 0
    for sheet in sheets:
        # The size that a sheet states may be wrong (some writers say A1).
        sheet.reset_dimensions()
        above = 0
        for number, cells in _rows(sheet, name):
            if above == _HEAD_ROWS:
                break
            header = [text.strip() for text in _trimmed([_text(cell)[0] for cell in cells])]
            if not header:
                continue
            above += 1
            try:
                columns = csv_.columns_of(header, options, name, f"sheet '{sheet.title}', row {number}")
            except InputError as error:
                if len(header) > widest:
                    problem, widest = error, len(header)
                continue
            if columns.known:
                _say_where(sheets, sheet, number, columns, note)
                yield from _entries(sheet, name, number, columns, note)
                return
    if problem and options.columns:
        raise problem
    titles = ", ".join(f"'{sheet.title}'" for sheet in sheets) or "none"
    raise InputError(
        f"no sheet has a header that is known (sheets: {titles})",
        file=name,
        field="header",
        expected=csv_.EXPECTED,
    )


def _say_where(sheets: list[Any], sheet: Any, number: int, columns: Columns, note: Note) -> None:
    others = ", ".join(f"'{each.title}'" for each in sheets if each is not sheet)
    if others:
        note(f"read from sheet '{sheet.title}'; not read: {others}")
    if number > 1:
        note(f"the header is row {number}; what stands above it was passed over")
    if columns.unread:
        note(f"column(s) not read: {', '.join(columns.unread)[:300]}")


def _entries(sheet: Any, name: str, header: int, columns: Columns, note: Note) -> Iterator[Cut]:
    width = len(columns.header)
    for number, row in _rows(sheet, name):
        if number <= header:
            continue
        texts: list[str] = []
        for place, cell in enumerate(row):
            text, odd = _text(cell)
            if odd and place < width:
                note(f"row {number}, column '{columns.header[place]}': {odd}")
            texts.append(text)
        texts = _trimmed(texts)
        if not texts:
            continue
        raw = _csv_line(texts)
        if len(texts) > width:
            problem = f"row {number}: {len(texts)} columns, the header has {width}"
            yield Cut(raw, columns, problem, f"{width} columns")
            continue
        texts += [""] * (width - len(texts))
        if [text.strip() for text in texts] == columns.header:
            note(f"row {number}: the header again; it is no entry")
            continue
        yield Cut(raw, (columns, texts, f"row {number}"))


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def _text(cell: Any) -> tuple[str, str | None]:
    """A cell as text, and what is odd about it. Excel keeps PMIDs as floats and '3-12' as a day."""
    value = cell.value
    if value is None:
        return "", None
    if getattr(cell, "data_type", "") == "e":
        return "", f"holds Excel's error {value}"
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), None
    if isinstance(value, datetime):
        return (value.date().isoformat() if value.time() == time.min else value.isoformat(" ")), None
    return str(value), None


def _csv_line(texts: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(texts)
    return out.getvalue().encode(errors="replace")
