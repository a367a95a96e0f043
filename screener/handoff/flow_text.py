"""The flow in characters: the same words as the picture, boxes drawn for a terminal."""

from __future__ import annotations

import textwrap

from rich.cells import cell_len

from screener.handoff.flow import Flow
from screener.handoff.flow_words import TITLES, Words, provisional, words

ROWS_B = (
    ("found", "removed"),
    ("screened", "excluded"),
    ("sought", "not_retrieved"),
    ("assessed", "excl_reason"),
    ("included", None),
)
ROWS_C = (
    ("oth_found", "oth_removed"),
    ("oth_sought", "oth_not_retrieved"),
    ("oth_assessed", "oth_excl_reason"),
)
# The box that an identity is about.
BOX_OF = {"new_reports": "included"}


def flow_text(flow: Flow, width: int = 78) -> str:
    """The diagram, at most `width` cells wide; other methods follow below the databases' column.

    What is open stands first, then a blank line. A box whose sum fails says so in a line with `! `.
    """
    texts = words(flow)
    wrong = {
        BOX_OF.get(i.name, i.name): f"! {i.left:,} here, {i.right:,} from the other boxes"
        for i in flow.identities
        if not i.holds
    }
    note = provisional(flow)
    lines = [*textwrap.wrap(note, width), ""] if note is not None else []
    lines += _column(TITLES["b"], ROWS_B, texts, wrong, width)
    if flow.template == "N2":
        lines += ["", *_column(TITLES["c"], ROWS_C, texts, wrong, width)]
    return "\n".join(lines).replace("\u00a0", " ")


def _column(
    title: str,
    rows: tuple[tuple[str, str | None], ...],
    texts: dict[str, Words],
    wrong: dict[str, str],
    width: int,
) -> list[str]:
    main = max(30, min(60, (width - 6) // 2))
    side = main
    lines = [title, ""]
    for n, (left, right) in enumerate(rows):
        box = _box(texts[left], main, wrong.get(left))
        other = _box(texts[right], side, wrong.get(right)) if right and right in texts else []
        last = n == len(rows) - 1
        height = max(len(box), len(other))
        arrow = 1
        for y in range(height):
            if y < len(box):
                start = box[y]
            elif last:
                start = " " * main
            else:
                start = _stem(main)
            joint = "────▶ " if other and y == arrow else "      "
            if other and y == arrow:
                start = start[:-1] + "├"
            lines.append((start + joint + (other[y] if y < len(other) else "")).rstrip())
        if not last:
            lines += [_stem(main).rstrip(), _stem(main, "▼").rstrip()]
    return lines


def _stem(width: int, mark: str = "│") -> str:
    return " " * (width // 2) + mark + " " * (width - width // 2 - 1)


def _box(content: Words, width: int, wrong: str | None) -> list[str]:
    room = width - 4
    lines: list[str] = []
    for depth, text in content:
        indent = "  " * depth
        # The no-break spaces keep '(n = 5)' together.
        lines += textwrap.wrap(
            text,
            room,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
            break_long_words=cell_len(text) > room,
        )
    if wrong:
        lines.append(wrong)
    body = [f"│ {line + ' ' * (room - cell_len(line))} │" for line in lines]
    return ["┌" + "─" * (width - 2) + "┐", *body, "└" + "─" * (width - 2) + "┘"]
