"""A list of any length: it holds ids, and reads only the lines that are on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

from screener.steps.browse import RecordLine
from screener.tui.text import fitted, plain

Read = Callable[[Sequence[str]], dict[str, RecordLine]]
# Lines kept of what was on the screen lately.
_KEPT = 2000


class RecordList(ScrollView, can_focus=True):
    """Records in one line each: author and year, title, databases."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"record-list--cursor", "record-list--quiet"}
    DEFAULT_CSS = """
    RecordList { height: 1fr; }
    RecordList .record-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    RecordList .record-list--quiet { color: $quiet; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="records.open", tooltip="Open this record"),
        Binding(
            "down", "move(1)", "up", id="records.down", key_display="↑↓", show=False, tooltip="One line down"
        ),
        Binding("up", "move(-1)", "up", id="records.up", show=False, tooltip="One line up"),
        Binding("pagedown,space", "page(1)", "more", id="records.page_down", show=False, tooltip="Next page"),
        Binding("pageup", "page(-1)", "page up", id="records.page_up", show=False, tooltip="Page before"),
        Binding("home", "edge(0)", "first", id="records.first", show=False, tooltip="To the first record"),
        Binding("end", "edge(1)", "last", id="records.last", show=False, tooltip="To the last record"),
    ]

    @dataclass
    class Opened(Message):
        record: str

    @dataclass
    class Moved(Message):
        record: str | None

    def __init__(self, read: Read, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._read = read
        self._records: Sequence[str] = ()
        self._lines: dict[str, RecordLine] = {}
        self.cursor = 0

    @property
    def records(self) -> Sequence[str]:
        return self._records

    @property
    def current(self) -> str | None:
        return self._records[self.cursor] if self.cursor < len(self._records) else None

    def show(self, records: Sequence[str]) -> None:
        """Other records; the cursor stays on its record if that is still there and near, else goes to the top."""
        here = self.current
        self._records = records
        self._lines.clear()
        self.cursor = 0
        if here is not None and here in records[:5000]:
            self.cursor = records[:5000].index(here)
        self.virtual_size = Size(0, len(records))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved(self.current))

    def _line(self, index: int) -> RecordLine | None:
        record = self._records[index]
        if record not in self._lines:
            if len(self._lines) > _KEPT:
                self._lines.clear()
            first = max(0, self.scroll_offset.y - 5)
            page = list(self._records[first : first + self.size.height + 10])
            self._lines |= self._read(page if record in page else [record])
        return self._lines.get(record)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width or self.size.width
        index = y + self.scroll_offset.y
        base = self.rich_style
        if index >= len(self._records):
            return Strip.blank(width, base)
        line = self._line(index)
        here = index == self.cursor
        if here:
            base += self.get_component_rich_style("record-list--cursor", partial=True)
            if self.has_focus:
                base += Style(bold=True)
        quiet = base if here else base + self.get_component_rich_style("record-list--quiet", partial=True)
        pointer = "▸ " if here and self.has_focus else "  "
        if line is None:
            return Strip([Segment(f"{pointer}…", quiet)]).adjust_cell_length(width, base)
        who = fitted(plain(line.author), 14 if width >= 100 else 10)
        head = f"{who} {line.year or '    '}  "
        tail = ", ".join(line.databases) if width >= 100 else ""
        room = max(0, width - 2 - cell_len(head) - (cell_len(tail) + 2 if tail else 0))
        segments = [
            Segment(pointer, base),
            Segment(head, quiet),
            Segment(fitted(plain(line.title).replace("\n", " "), room), base),
        ]
        if tail:
            segments.append(Segment(f"  {tail}", quiet))
        return Strip(segments).adjust_cell_length(width, base)

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self.current))

    def action_move(self, by: int) -> None:
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self.cursor + by * max(1, self.size.height - 1))

    def action_edge(self, end: int) -> None:
        self._go(len(self._records) - 1 if end else 0)

    def _go(self, to: int) -> None:
        if not self._records:
            return
        to = max(0, min(to, len(self._records) - 1))
        if to != self.cursor:
            self.cursor = to
            self._reveal()
            self.refresh()
            self.post_message(self.Moved(self.current))

    def _reveal(self) -> None:
        if self.is_mounted and self._records:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def on_click(self, event: object) -> None:
        y = getattr(event, "y", 0) + self.scroll_offset.y
        if y < len(self._records):
            self._go(y)
            self.action_open()

    def watch_has_focus(self, _focused: bool) -> None:
        super().watch_has_focus(_focused)
        self.refresh()
