"""The flow diagram as SVG text: the same flow gives the same bytes, and nothing outside is needed."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from screener.handoff.flow_picture import INK, SHADE, STROKE, Arrow, Box, Line, Picture, head

FONT = "Arial, Helvetica, sans-serif"


def to_svg(picture: Picture) -> str:
    """One SVG document; sizes are points."""
    size = f'width="{_n(picture.width)}pt" height="{_n(picture.height)}pt"'
    view = f'viewBox="0 0 {_n(picture.width)} {_n(picture.height)}"'
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img"',
        f'  font-family="{FONT}" fill="{INK}">',
        f"<title>{_text(picture.title)}</title>",
        f'<rect width="{_n(picture.width)}" height="{_n(picture.height)}" fill="#ffffff"/>',
        *(_box(box) for box in picture.boxes),
        *(_arrow(arrow) for arrow in picture.arrows),
        *(_line(line) for line in picture.notes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(box: Box) -> str:
    frame = f'fill="{SHADE}"' if box.shaded else f'fill="#ffffff" stroke="{INK}" stroke-width="{_n(STROKE)}"'
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    return "\n".join([f"<rect {place} {frame}/>", *(_line(line) for line in box.lines)])


def _line(line: Line) -> str:
    turned = f' transform="rotate(-90 {_n(line.x)} {_n(line.y)})"' if line.upright else ""
    bold = ' font-weight="bold"' if line.bold else ""
    anchor = ' text-anchor="middle"' if line.centred else ""
    place = f'x="{_n(line.x)}" y="{_n(line.y)}" font-size="{_n(line.size)}"'
    return f"<text {place}{bold}{anchor}{turned}>{_text(line.text)}</text>"


def _arrow(arrow: Arrow) -> str:
    tip = head(arrow)
    # The shaft stops inside the head, so that its blunt end does not show at the tip.
    middle = ((tip[1][0] + tip[2][0]) / 2, (tip[1][1] + tip[2][1]) / 2)
    shaft = _points([*arrow.points[:-1], middle])
    return (
        f'<polyline points="{shaft}" fill="none" stroke="{INK}" stroke-width="{_n(STROKE)}"/>\n'
        f'<polygon points="{_points(tip)}"/>'
    )


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Escaped, without the control characters that XML cannot hold."""
    return escape("".join(c if c >= " " else " " for c in text), quote=False)
