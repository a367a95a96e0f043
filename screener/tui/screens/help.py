"""Help: what a screen is for, and each of its keys with what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.tui.screens.base import ReviewScreen
from screener.tui.widgets.key_line import key_name

MARKS = (
    "Marks: + include   - exclude   ? maybe   ! conflict or error   ~ unsure   o open.   "
    "Letters: P population  I intervention  C comparator  O outcomes  S study design  R report."
)


class HelpScreen(ReviewScreen):
    """Explains the screen it was called from."""

    PLACE = "help"
    EXPLAIN = "This is the help."
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down", "scroll(1)", "scroll", id="help.down", key_display="↑↓", tooltip="One line down; ↑ one up"
        ),
        Binding("up", "scroll(-1)", "up", id="help.up", show=False, tooltip="One line up"),
        Binding(
            "space,pagedown", "page(1)", "more", id="help.page_down", key_display="space", tooltip="Next page"
        ),
        Binding("pageup", "page(-1)", "page up", id="help.page_up", show=False, tooltip="Page before"),
    ]

    def __init__(self, of: ReviewScreen) -> None:
        super().__init__()
        rows = [
            (key_name(key, active.binding.key_display), active.binding.tooltip)
            for key, active in of.active_bindings.items()
            if active.binding.id is not None
        ]
        rows = list(dict.fromkeys(rows))
        width = max(len(name) for name, _ in rows)
        keys = [Content.assemble((f"{name:<{width}}", "bold $key"), f"  {tip}") for name, tip in rows]
        self._text = Content("\n\n").join([Content(of.EXPLAIN), Content("\n").join(keys), Content(MARKS)])

    def body(self) -> Iterator[Widget]:
        yield VerticalScroll(Static(self._text), can_focus=False, id="help")

    def action_scroll(self, by: int) -> None:
        self.query_one("#help").scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        box = self.query_one("#help")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)
