"""A picture as values: boxes, arrows and lines of text at places. Points, from the top left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; x, y are where its baseline starts (or its middle, if centred)."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    centred: bool = False
    upright: bool = False  # turned to be read from below, about its own x, y


@dataclass(frozen=True, slots=True)
class Box:
    key: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]
    shaded: bool = False

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line through the points with its head at the last one."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    notes: tuple[Line, ...]


INK = "#222222"
SHADE = "#e4e9f0"
STROKE = 0.8
HEAD_LENGTH = 6.0
HEAD_WIDTH = 5.0


def head(arrow: Arrow) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """The triangle of an arrow that ends level or upright: tip, then its two other corners."""
    (x0, y0), (x1, y1) = arrow.points[-2:]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    bx, by = x1 - ux * HEAD_LENGTH, y1 - uy * HEAD_LENGTH
    half = HEAD_WIDTH / 2
    return (x1, y1), (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half)
