"""Where everything of the flow diagram goes: one layout, drawn alike by every painter.

Rows are identified, screened, sought, assessed, included; a column is a main box with its side box
(what left there). Boxes of a row start level; those of nearly equal height are made equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from screener.handoff.flow import Flow, check
from screener.handoff.flow_picture import Arrow, Box, Line, Picture
from screener.handoff.flow_words import STAGES, TITLES, Words, provisional, words
from screener.handoff.text_width import text_width, wrap

SIZE = 9.0
SMALL = 7.0
LEADING = 12.0
PAD = 7.0
INDENT = 9.0
HANG = 15.0  # deeper than an item below it, so that a wrapped line is not taken for one
MARGIN = 14.0
ROW_GAP = 22.0
STAGE_WIDTH = 20.0
EVEN_FROM = 0.6  # a box at least this tall, against its row, is stretched to the row
RISE = 0.36  # half the height of a capital, in font sizes: from a line's middle to its baseline

SOURCE = "Flow diagram after PRISMA 2020 (Page et al., BMJ 2021;372:n71)."


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: where its main and side boxes stand, and their keys row by row."""

    title: str
    x: float
    main: float
    gap: float
    side: float
    rows: tuple[tuple[str | None, str | None], ...]

    @property
    def side_x(self) -> float:
        return self.x + self.main + self.gap

    @property
    def right(self) -> float:
        return self.side_x + self.side


_ROWS_B = (
    ("found", "removed"),
    ("screened", "excluded"),
    ("sought", "not_retrieved"),
    ("assessed", "excl_reason"),
    ("included", None),
)
_ROWS_C = (
    ("oth_found", "oth_removed"),
    (None, None),
    ("oth_sought", "oth_not_retrieved"),
    ("oth_assessed", "oth_excl_reason"),
    (None, None),
)
_STAGE_ROWS = ((0, 0), (1, 3), (4, 4))
_LEFT = MARGIN + STAGE_WIDTH + 10


def layout(flow: Flow, *, as_of: str | None = None) -> Picture:
    """Place the diagram of a flow; `as_of` is printed below it. Refuses a flow that does not add up."""
    check(flow)
    texts = words(flow)
    columns = _columns(flow.template)
    width = columns[-1].right + MARGIN
    notes, y = _top_notes(flow, width)
    boxes = [_title(column, y) for column in columns]
    y = boxes[0].bottom + 12
    spans: list[tuple[float, float]] = []
    for row in range(len(_ROWS_B)):
        placed = _row(columns, row, y, texts)
        bottom = y + max(_row_minimum(row), *(box.height for box in placed))
        spans.append((y, bottom))
        boxes += placed
        y = bottom + ROW_GAP
    boxes += [
        _stage(name, spans[a][0], spans[b][1]) for name, (a, b) in zip(STAGES, _STAGE_ROWS, strict=True)
    ]
    foot = " ".join([*([f"As of {as_of}."] if as_of else []), SOURCE])
    y = spans[-1][1] + 18
    notes.append(Line(_LEFT, y, foot, SMALL))
    return Picture(
        "PRISMA 2020 flow diagram", width, y + MARGIN, tuple(boxes), _arrows(columns, boxes), tuple(notes)
    )


def _columns(template: str) -> list[_Column]:
    if template == "N1":
        return [_Column(TITLES["b"], _LEFT, 218, 34, 235, _ROWS_B)]
    b = _Column(TITLES["b"], _LEFT, 212, 24, 202, _ROWS_B)
    return [b, _Column(TITLES["c"], b.right + 26, 204, 24, 172, _ROWS_C)]


def _top_notes(flow: Flow, width: float) -> tuple[list[Line], float]:
    text = provisional(flow)
    if text is None:
        return [], MARGIN
    lines = wrap(text, width - _LEFT - MARGIN, SIZE, bold=True)
    notes = [Line(_LEFT, MARGIN + SIZE + i * LEADING, line, SIZE, bold=True) for i, line in enumerate(lines)]
    return notes, MARGIN + len(lines) * LEADING + 6


def _title(column: _Column, y: float) -> Box:
    width = column.right - column.x
    lines = wrap(column.title, width - 2 * PAD, SIZE, bold=True)
    height = len(lines) * LEADING + PAD
    middle = column.x + width / 2
    placed = tuple(
        Line(middle, y + PAD / 2 + (i + 0.5) * LEADING + RISE * SIZE, text, SIZE, bold=True, centred=True)
        for i, text in enumerate(lines)
    )
    return Box(f"title:{column.title}", column.x, y, width, height, placed, shaded=True)


def _stage(name: str, top: float, bottom: float) -> Box:
    middle = (top + bottom) / 2
    line = Line(
        MARGIN + STAGE_WIDTH / 2 + RISE * SIZE, middle, name, SIZE, bold=True, centred=True, upright=True
    )
    return Box(f"stage:{name}", MARGIN, top, STAGE_WIDTH, bottom - top, (line,), shaded=True)


def _row_minimum(row: int) -> float:
    """Tall enough for the stage's name beside it, if the stage is this row alone."""
    for name, (first, last) in zip(STAGES, _STAGE_ROWS, strict=True):
        if first == last == row:
            return text_width(name, SIZE, bold=True) + 2 * PAD
    return 2 * LEADING + 2 * PAD


def _row(columns: list[_Column], row: int, y: float, texts: dict[str, Words]) -> list[Box]:
    pairs = []
    for column in columns:
        main, side = column.rows[row]
        places = ((main, column.x, column.main), (side, column.side_x, column.side))
        pairs.append([(k, x, w, _lines(texts[k], w)) for k, x, w in places if k is not None and k in texts])
    heights = [_evened([_natural(lines) for *_, lines in pair]) for pair in pairs]
    tallest = max([_row_minimum(row), *(h for pair in heights for h in pair)])
    return [
        _box(key, x, y, width, tallest if height >= EVEN_FROM * tallest else height, lines)
        for pair, sizes in zip(pairs, heights, strict=True)
        for (key, x, width, lines), height in zip(pair, sizes, strict=True)
    ]


def _natural(lines: list[tuple[float, str]]) -> float:
    return max(len(lines), 2) * LEADING + 2 * PAD


def _evened(heights: list[float]) -> list[float]:
    """A main box and its side box are made equal if they nearly are."""
    if heights and min(heights) >= EVEN_FROM * max(heights):
        return [max(heights)] * len(heights)
    return heights


def _lines(text: Words, width: float) -> list[tuple[float, str]]:
    """Every line of a box with its distance from the box's left padding; wrapped lines hang."""
    lines: list[tuple[float, str]] = []
    for depth, sentence in text:
        indent = depth * INDENT
        pieces = wrap(sentence, width - 2 * PAD - indent, SIZE, hang=HANG)
        lines += [(indent + (HANG if i else 0), piece) for i, piece in enumerate(pieces)]
    return lines


def _box(key: str, x: float, y: float, width: float, height: float, lines: list[tuple[float, str]]) -> Box:
    top = y + (height - len(lines) * LEADING) / 2
    placed = tuple(
        Line(x + PAD + indent, top + (i + 0.5) * LEADING + RISE * SIZE, text, SIZE)
        for i, (indent, text) in enumerate(lines)
    )
    return Box(key, x, y, width, height, placed)


def _arrows(columns: list[_Column], boxes: list[Box]) -> tuple[Arrow, ...]:
    at = {box.key: box for box in boxes}
    arrows: list[Arrow] = []
    for column in columns:
        mains = [at[main] for main, _ in column.rows if main in at]
        arrows += [_down(upper, lower) for upper, lower in pairwise(mains)]
        arrows += [
            _across(at[main], at[side])
            for main, side in column.rows
            if main in at and side is not None and side in at
        ]
    if "oth_assessed" in at:
        start, end = at["oth_assessed"], at["included"]
        x, y = start.x + start.width / 2, end.y + end.height / 2
        arrows.append(Arrow(((x, start.bottom), (x, y), (end.right, y))))
    return tuple(arrows)


def _down(upper: Box, lower: Box) -> Arrow:
    x = upper.x + upper.width / 2
    return Arrow(((x, upper.bottom), (x, lower.y)))


def _across(main: Box, side: Box) -> Arrow:
    y = main.y + min(main.height, side.height) / 2
    return Arrow(((main.right, y), (side.x, y)))
