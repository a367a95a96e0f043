"""How several values stand in one cell or one line, written and read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

# What a spreadsheet would run; one apostrophe before it is a guard and no part of the text.
_FORMULA = frozenset("=+-@\t\r")


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that `handoff.csvtext.for_people` puts before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'")[:1] in _FORMULA else cell


def joined(items: Sequence[str]) -> str:
    """Words as one cell, parted by '; '; a JSON array where that would not give the same words back."""
    text = "; ".join(items)
    return text if tuple(items) == parted(text) else json.dumps(list(items), ensure_ascii=False)


def parted(cell: str) -> tuple[str, ...]:
    """What `joined` wrote, or words parted by semicolons."""
    if cell.startswith("["):
        try:
            listed = json.loads(cell)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
            return tuple(listed)
    return tuple(word for part in cell.split(";") if (word := part.strip()))


def marks_cell(marks: Mapping[str, str]) -> str:
    """PICOS marks as one cell: 'population=yes; outcomes=unclear'."""
    return "; ".join(f"{element}={mark}" for element, mark in sorted(marks.items()))


def marks_of(cell: str) -> dict[str, str]:
    """What `marks_cell` wrote; a mark that is none keeps its words, so that it can be named."""
    pairs = (part.partition("=")[::2] for part in parted(cell))
    return {element.strip(): mark.strip() for element, mark in pairs}


def words(cell: str, by: str) -> tuple[str, ...]:
    """The parts of a cell, each once, blanks and the outer quotation marks aside."""
    found = (part.strip().strip('"').strip() for part in re.split(by, cell))
    return tuple(dict.fromkeys(word for word in found if word))


def lines(texts: Iterable[str | None]) -> str | None:
    """Texts one below the other; None if there is none."""
    return "\n".join(text for text in texts if text) or None
