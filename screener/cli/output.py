"""What the program prints: data on stdout, talk and progress on stderr, the verdict as exit code."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from screener.model.errors import ScreenerError


def clean(value: Any) -> Any:
    """JSON has no NaN or infinity: unknown values are null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [clean(item) for item in items]
    return value


def data(value: Mapping[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(clean(value), ensure_ascii=False, indent=2, allow_nan=False))


def line(text: str = "") -> None:
    """One line of a result on stdout."""
    print(text)


def say(text: str) -> None:
    """Talk, on stderr."""
    print(text, file=sys.stderr)


def error(failure: ScreenerError, *, as_json: bool) -> None:
    if as_json:
        data({"error": failure.to_dict()})
    else:
        say(f"screener: {failure}")


def table(header: Sequence[str], rows: Sequence[Sequence[object]], *, widest: int = 60) -> None:
    """A plain table on stdout; long cells are cut with an ellipsis, nothing else is changed."""
    from rich.cells import cell_len, set_cell_size

    def cell(value: object) -> str:
        text = "" if value is None else " ".join(str(value).split())
        return text if cell_len(text) <= widest else set_cell_size(text, widest - 1) + "…"

    cells = [[cell(value) for value in row] for row in [header, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(header))]
    for number, row in enumerate(cells):
        line("  ".join(set_cell_size(text, width) for text, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            line("  ".join("-" * width for width in widths))


def hazard_ratio(derived: Mapping[str, Any]) -> None:
    """The contract's `hr` object for people: numbers first, then each check with its mark."""
    for name in ("log_hr", "se", "se_min", "se_max", "method", "level", "inverted"):
        value = derived[name]
        shown = "-" if value is None else f"{value:.6g}" if isinstance(value, float) else value
        line(f"{name:9} {shown}")
    marks = {"pass": "+", "warn": "~", "fail": "!"}
    for check in derived["checks"]:
        line(f"{marks[check['status']]} {check['name']}: {check['message']}")


class Progress:
    """Progress on stderr: a line that is redrawn in a terminal, a line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._last = time.monotonic()  # what is done at once says nothing
        self._open = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        finished = total is not None and done >= total
        if not finished and now - self._last < (0.1 if self._tty else 5.0):
            return
        self._last = now
        share = f" of {total:,}" if total is not None else ""
        text = f"{what}: {done:,}{share}"
        if self._tty:
            print(f"\r\x1b[K{text}", end="\n" if finished else "", file=sys.stderr, flush=True)
            self._open = not finished
        elif not finished:
            say(text)

    def close(self) -> None:
        if self._open:
            print(file=sys.stderr)
