"""ASReview's exports: a column `asreview_label` (version 2) or `included` (version 1) in tables, notes in RIS.

1 is relevant, 0 irrelevant; empty or -1 was not seen. RIS says ASReview_relevant, ASReview_irrelevant or
ASReview_not_seen in a note (N1); version 2 adds its other columns as notes 'asreview_note: "..."', values as JSON.
There are no reasons and there is no stage. A label of version 2 has its name and address: the name is the reviewer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from screener.model.citation import Citation
from screener.sources.decisions.cells import lines, words
from screener.sources.decisions.values import Said

MARK = re.compile(r"\bASReview_(relevant|irrelevant|not_seen)\b")
_MARKS = re.compile(r"\bASReview_\w+\b\.?")
_FIELD = re.compile(r"\s*(asreview_\w+)\s*:\s*(.*)", re.DOTALL)
LABEL = ("asreview label", "included")
_VOTES = {
    "1": "include",
    "1.0": "include",
    "true": "include",
    "0": "exclude",
    "0.0": "exclude",
    "false": "exclude",
}
_UNSEEN = frozenset({"", "-1", "-1.0", "nan", "none", "null"})


def is_table(keys: Sequence[str]) -> bool:
    """Whether a header is ASReview's; keys as `csv_columns.key_of` makes them."""
    return "asreview label" in keys or (
        "included" in keys and any(key.startswith("asreview ") for key in keys)
    )


def said_row(
    place: str, reference: str | None, citation: Citation | None, cells: Mapping[str, str]
) -> list[Said]:
    """The vote of one row, if the record was seen. `cells` by key of the header."""
    label = next((cells[key] for key in LABEL if cells.get(key)), "").strip().lower()
    if label in _UNSEEN:
        return []
    # One column a tag, or one for all of them.
    tags = [
        tag
        for key, cell in cells.items()
        if key.startswith("asreview tag") and cell.strip().lower() not in {*_UNSEEN, "0", "false"}
        for tag in (
            [key.removeprefix("asreview tag").strip()] if _ticked(key, cell) else words(cell, r"[;,|]")
        )
    ]
    return [
        Said(
            place=place,
            reference=reference,
            citation=citation,
            reviewer=cells.get("asreview user name", "").strip()
            or cells.get("asreview user email", "").strip()
            or None,
            vote=_VOTES.get(label, label),
            note=cells.get("asreview note", "").strip() or cells.get("exported notes", "").strip() or None,
            labels=tuple(dict.fromkeys(tags)),
        )
    ]


def _ticked(key: str, cell: str) -> bool:
    return key.startswith("asreview tag ") and cell.strip().lower() in {"1", "1.0", "true"}


def said_entry(
    place: str, reference: str | None, citation: Citation | None, notes: Sequence[str]
) -> list[Said]:
    """The vote in the notes of one RIS entry, if the record was seen."""
    cells: dict[str, str] = {}
    beside: list[str] = []
    word = None
    for note in notes:
        if field := _FIELD.fullmatch(note):
            cells[field[1].replace("_", " ")] = _json(field[2])
        elif mark := MARK.search(note):
            word = word or mark[1]
            # What stands in the same note is about the decision; other notes are the database's.
            beside.append(" ".join(_MARKS.sub("", note).split()))
    if word in {None, "not_seen"}:
        return []
    cells["asreview label"] = "1" if word == "relevant" else "0"
    cells.setdefault("asreview note", lines(beside) or "")
    return said_row(place, reference, citation, cells)


def _json(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    return "" if value is None else str(value)
