"""The flow in characters: the same words as the picture, boxes drawn for a terminal."""

from __future__ import annotations

import textwrap

from screener.handoff.flow import Flow
from screener.handoff.flow_words import TITLES, Words, provisional, words

_ROWS = {
    "b": (
        ("found", "removed"),
        ("screened", "excluded"),
        ("sought", "not_retrieved"),
        ("assessed", "excl_reason"),
        ("included", None),
    ),
    "c": (
        ("oth_found", "oth_removed"),
        ("oth_sought", "oth_not_retrieved"),
        ("oth_assessed", "oth_excl_reason"),
    ),
}


def flow_text(flow: Flow, width: int = 78) -> str:
    """The diagram as lines of at most `width` characters; a sum that fails is marked with `!`."""
    boxes = words(flow)
    lines = [f"~ {line}" for line in textwrap.wrap(provisional(flow) or "", width - 2)]
    for column in ("b", "c") if flow.template == "N2" else ("b",):
        lines += ["", TITLES[column]]
        rows = _ROWS[column]
        for number, (main, side) in enumerate(rows):
            beside = boxes.get(side) if side else None
            lines += _row(boxes[main], beside, width, last=number == len(rows) - 1)
    lines += [
        f"! {identity.name}: {identity.left}, but the other boxes give {identity.right}"
        for identity in flow.identities
        if not identity.holds
    ]
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _row(main: Words, side: Words | None, width: int, *, last: bool) -> list[str]:
    half = (width - 4) // 2
    left = _box(main, half)
    right = _box(side, half) if side else []
    height = max(len(left), len(right))
    joined = []
    for i in range(height):
        arrow = " ──▸" if right and i == 1 else "    "
        # Below a shorter main box its own line goes on down to the next row.
        rest = " " * half if last else "│".center(half)
        a = left[i] if i < len(left) else rest
        joined.append(a + arrow + (right[i] if i < len(right) else ""))
    return joined if last else [*joined, "▾".center(half)]


def _box(text: Words, width: int) -> list[str]:
    inner = width - 4
    lines = []
    for depth, line in text:
        indent = "  " * depth
        wrapped = textwrap.wrap(
            line,
            inner,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
        )
        lines += [part.replace("\u00a0", " ") for part in wrapped]
    return [
        "┌" + "─" * (width - 2) + "┐",
        *(f"│ {line.ljust(inner)} │" for line in lines),
        "└" + "─" * (width - 2) + "┘",
    ]
