"""Dates as exports print them, as far as they are told: '2021', '2021-06', '2021-06-03'."""

from __future__ import annotations

import re
from calendar import monthrange

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_YEAR = r"(?P<year>(?:18|19|20)\d\d)"
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# The best told first; each must begin where the date begins.
_SHAPES = tuple(
    re.compile(pattern + r"(?!\d)")
    for pattern in (
        # 2021-06-03, 2021/06/03/, 2019/10//undefined, 2018//
        rf"{_YEAR}(?:[-/.](?P<month>\d{{1,2}})(?:[-/.]{_DAY})?)?",
        # 20210603
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        # 2021 Jun 3, 2021 Jun-Jul
        rf"{_YEAR}[ -]{_WORD}(?:[ -]{_DAY})?",
        # 3 June 2021, 1-Dec-2025
        rf"{_DAY}[ -]{_WORD},?[ -]{_YEAR}",
        # June 3, 2021; Jun 2021
        rf"{_WORD}(?: {_DAY},)?[ -]{_YEAR}",
        # 24/06/2025 or 06/24/2025: told apart only when one of them can be no month
        rf"(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})/{_YEAR}",
    )
)
# Without its year: 'SEP', 'OCT-DEC', 'Mar 16', '1-Dec-25' (as a spreadsheet shows it).
_YEARLESS = (
    re.compile(rf"{_DAY}-{_WORD}-(?P<short>\d\d)\Z"),
    re.compile(rf"{_WORD}(?: {_DAY})?(?!\d)"),
    re.compile(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<short>\d\d)\Z"),
)
_ONLY_YEAR = re.compile(r"(?:18|19|20)\d\d/{0,3}")


def iso_date(text: str | None, year: int | None = None) -> str | None:
    """The date that a text begins with, or None. `year` is what the entry says elsewhere.

    It completes a date that lacks its year or has two digits of it; a date of another year is None, and an
    impossible day or month is left out.
    """
    text = (text or "").strip()
    if not text:
        return None
    if _ONLY_YEAR.fullmatch(text):
        return text[:4] if year in (None, int(text[:4])) else None
    found: dict[str, str] = {}
    for shape in _SHAPES:
        if (match := shape.match(text)) and len(match.groupdict()) >= len(found):
            parts = {name: value for name, value in match.groupdict().items() if value}
            found = parts if len(parts) > len(found) else found
    if not found and year:
        found = next((m.groupdict() for shape in _YEARLESS if (m := shape.match(text))), {})
        short = found.get("short")
        if not found or (short and int(short) != year % 100):
            return None
        found["year"] = str(year)
    if not found or (year and int(found["year"]) != year):
        return None
    return _written(int(found["year"]), *_month_and_day(found))


def _month_and_day(found: dict[str, str]) -> tuple[int | None, int | None]:
    if word := found.get("word"):
        month = _MONTHS.get(word[:3].lower())
        day = found.get("day")
        return month, int(day) if day else None
    if "one" in found:
        one, two = int(found["one"]), int(found["two"])
        if one > 12 or one == two:
            return two, one
        return (one, two) if two > 12 else (None, None)
    month_text, day = found.get("month"), found.get("day")
    return int(month_text) if month_text else None, int(day) if day else None


def _written(year: int, month: int | None, day: int | None) -> str:
    if not month or not 1 <= month <= 12:
        return f"{year}"
    if not day or not 1 <= day <= monthrange(year, month)[1]:
        return f"{year}-{month:02}"
    return f"{year}-{month:02}-{day:02}"
