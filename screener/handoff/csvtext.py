"""CSV as text, in two kinds: for R, verbatim; for people, safe to open in a spreadsheet.

Both are UTF-8 without a byte-order mark, with commas, dot decimals and LF (nma-formats, section 0).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence

from screener.model.errors import ReviewError

NA = None  # written as bare NA by `for_engines`, as an empty cell by `for_people`

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?")


def for_engines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV as R's `write.csv(row.names = FALSE)` would: names quoted, numbers bare, None as NA.

    A number is written with all its digits (`repr`), so that reading gives the very same float.
    """
    lines = [",".join(_quoted(name) for name in header)]
    lines += [",".join(_engine_cell(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def for_people(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV for a spreadsheet: None is empty, and text that a spreadsheet would run gets an apostrophe.

    Text that starts with = + - @ or a tab is prefixed with '; plain numbers such as -0.494 are not.
    """
    out = io.StringIO()
    # `csv` quotes a lone CR in a cell only when it is part of the line end.
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for row in (header, *([_people_cell(value) for value in row] for row in rows)):
        writer.writerow(row)
        out.write(line.getvalue().removesuffix("\r\n") + "\n")
        line.seek(0)
        line.truncate()
    return out.getvalue()


def number(value: float) -> str:
    """All digits of a float; minus zero is zero, and what is not a number is refused."""
    if not math.isfinite(value):
        raise ReviewError(f"{value} cannot be written as a number")
    return repr(float(value) + 0.0)


def _engine_cell(value: object) -> str:
    if value is None:
        return "NA"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _people_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return number(value)
    text = str(value)
    # Text that begins with apostrophes before such a sign gets one more, so that reading takes one off.
    if text.lstrip("'").startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
