"""A list of any length that draws only the lines it shows (a DataTable would measure every cell first)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screener.tui.text import fitted, plain


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a mark, the words, and something short at the right end. `key` is what enter gives back."""

    key: str
    text: str
    mark: str = " "
    tail: str = ""
    quiet: bool = False


class LineList(ScrollView, can_focus=True):
    """Rows with a cursor; `Opened` is posted by enter or a click."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-list--cursor",
        "line-list--include",
        "line-list--exclude",
        "line-list--maybe",
        "line-list--conflict",
        "line-list--quiet",
    }
    MARK_STYLES: ClassVar[dict[str, str]] = {
        "+": "line-list--include",
        "-": "line-list--exclude",
        "?": "line-list--maybe",
        "!": "line-list--conflict",
        "~": "line-list--maybe",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="list.open", tooltip="Open the line under the cursor"),
        Binding("up", "move(-1)", "up", id="list.up", key_display="↑↓", tooltip="One line up; ↓ one down"),
        Binding("down", "move(1)", "down", id="list.down", show=False, tooltip="One line down"),
        Binding("pageup", "page(-1)", "page up", id="list.page_up", show=False, tooltip="One page up"),
        Binding("pagedown", "page(1)", "page down", id="list.page_down", show=False, tooltip="One page down"),
        Binding("home", "edge(0)", "first", id="list.first", show=False, tooltip="To the first line"),
        Binding("end", "edge(1)", "last", id="list.last", show=False, tooltip="To the last line"),
    ]

    @dataclass
    class Opened(Message):
        """A line was chosen."""

        list: LineList
        line: Line

        @property
        def control(self) -> LineList:
            return self.list

    @dataclass
    class Moved(Message):
        """The cursor is on another line."""

        list: LineList
        line: Line

        @property
        def control(self) -> LineList:
            return self.list

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = list(lines)
        self.cursor = 0

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    @property
    def current(self) -> Line | None:
        return self._lines[self.cursor] if self.cursor < len(self._lines) else None

    def show(self, lines: Sequence[Line], *, cursor: int | None = None) -> None:
        """Other lines; the cursor stays on its key unless told where to go."""
        key = self.current.key if self.current else None
        self._lines = list(lines)
        if cursor is None:
            kept = (n for n, line in enumerate(self._lines) if line.key == key)
            cursor = next(kept, min(self.cursor, max(0, len(self._lines) - 1)))
        self.cursor = cursor
        self._measure()
        self._reveal()
        self.refresh()

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        self._measure()
        self._reveal()

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self._lines))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width or self.size.width
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[index]
        here = index == self.cursor
        base = self.rich_style
        if here:
            base += self.get_component_rich_style("line-list--cursor", partial=True)
            if self.has_focus:
                base += Style(bold=True)
        words = base
        if line.quiet and not here:
            words = base + self.get_component_rich_style("line-list--quiet", partial=True)
        mark = base
        if line.mark in self.MARK_STYLES:
            mark = base + self.get_component_rich_style(self.MARK_STYLES[line.mark], partial=True)
        tail = plain(line.tail)
        room = max(0, width - 4 - (cell_len(tail) + 2 if tail else 0))
        text = fitted(plain(line.text).replace("\n", " "), room)
        pointer = "▸" if here and self.has_focus else " "
        segments = [
            Segment(pointer, base),
            Segment(line.mark, mark),
            Segment("  ", base),
            Segment(text, words),
        ]
        if tail:
            segments.append(Segment(f"  {tail}", words))
        return Strip(segments, width).adjust_cell_length(width, base)

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self, self.current))

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self.cursor + by * max(1, self.size.height - 1))

    def action_edge(self, end: int) -> None:
        self._go(len(self._lines) - 1 if end else 0)

    def _go(self, to: int) -> None:
        if not self._lines:
            return
        to = max(0, min(to, len(self._lines) - 1))
        if to != self.cursor:
            self.cursor = to
            self._reveal()
            self.refresh()
            self.post_message(self.Moved(self, self._lines[to]))

    def _reveal(self) -> None:
        if self.is_mounted and self._lines:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def on_click(self, event: object) -> None:
        y = getattr(event, "y", 0) + self.scroll_offset.y
        if y < len(self._lines):
            self._go(y)
            self.action_open()

    def watch_has_focus(self, _focused: bool) -> None:
        super().watch_has_focus(_focused)
        self.refresh()
