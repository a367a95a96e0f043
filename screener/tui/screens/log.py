"""The log: everything the program said in this session, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import CriteriaDialog
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList


class LogScreen(ReviewScreen):
    PLACE = "log"
    EXPLAIN = "Every message of this session, newest first. Enter shows one in full."
    BINDINGS: ClassVar[list[BindingType]] = []

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="log")

    def renew(self) -> None:
        said = self.workbench.messages_said
        lines = [Line(str(n), line.text, mark=line.mark, tail=line.at[11:19]) for n, line in enumerate(said)][
            ::-1
        ]
        head = (
            f"{len(lines)} messages of this session, times in UTC"
            if lines
            else "Nothing was said in this session."
        )
        self.query_one("#progress", Static).update(Content(head).stylize("bold"))
        self.query_one(LineList).show(lines)

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        line = self.workbench.messages_said[int(event.line.key)]
        self.app.push_screen(CriteriaDialog(Content(f"{line.at}\n\n{line.mark} {plain(line.text)}")))
