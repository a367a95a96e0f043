"""The small questions of the screening desk: PICOS marks, the order of the queue, the sitting so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.model.protocol import ELEMENTS, Criterion
from screener.steps.arranging import ORDERS
from screener.tui.screens.dialogs import Dialog
from screener.tui.stop_text import StopTold
from screener.tui.text import plain
from screener.tui.theme import LETTERS, NAMES, element_style
from screener.tui.widgets.line_list import Line, LineList

# A mark as one sign, as votes have them.
SIGNS = {"yes": "+", "no": "-", "unclear": "?"}
_NEXT = {None: "yes", "yes": "no", "no": "unclear", "unclear": None}


def marks_content(marks: Mapping[str, str]) -> Content:
    """'P+ I- S?' in the colours of the elements, those without a mark left out."""
    parts = [
        Content(f"{LETTERS[e]}{SIGNS[marks[e]]}").stylize(f"bold {element_style(e)}")
        for e in ELEMENTS
        if e in marks
    ]
    return Content(" ").join(parts)


class MarksDialog(Dialog[dict[str, str]]):
    """Each element's letter goes through yes, no, unclear and nothing; enter keeps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                LETTERS[e].lower(),
                f"mark('{e}')",
                NAMES[e],
                id=f"marks.{e}",
                tooltip=f"{NAMES[e].capitalize()}: yes, no, unclear, nothing",
            )
            for e in ELEMENTS
        ),
        Binding("enter", "keep", "keep", id="marks.keep", tooltip="Keep the marks; they go with your vote"),
    ]

    def __init__(self, criteria: tuple[Criterion, ...], marks: Mapping[str, str]) -> None:
        super().__init__()
        self._criteria = {c.element: c for c in criteria}
        self._marks = dict(marks)

    def body(self) -> Iterator[Widget]:
        yield Static(Content("Does the record fit? A letter marks its element; the marks go with your vote."))
        yield Static(self._lines(), id="marks")

    def _lines(self) -> Content:
        lines = []
        for e in ELEMENTS:
            mark = self._marks.get(e)
            said = f"{SIGNS[mark]} {mark}" if mark else "·"
            style = f"bold {element_style(e)}"
            head = Content.assemble((f"{LETTERS[e]} ", style), (f"{said:<11}", "bold" if mark else "$quiet"))
            lines.append(head.append(Content(plain(self._criteria[e].include))))
        return Content("\n").join(lines)

    def action_mark(self, element: str) -> None:
        after = _NEXT[self._marks.get(element)]
        if after is None:
            self._marks.pop(element, None)
        else:
            self._marks[element] = after
        self.query_one("#marks", Static).update(self._lines())

    def action_keep(self) -> None:
        self.dismiss(self._marks)


class OrderDialog(Dialog[str]):
    """The order in which the records that wait are laid on the desk."""

    AUTO_FOCUS = "LineList"

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def body(self) -> Iterator[Widget]:
        yield Static(Content("The order of your queue; nobody else's changes"))
        lines = [Line(o, words, mark="o" if o == self._current else " ") for o, words in ORDERS.items()]
        found = LineList(lines)
        found.cursor = list(ORDERS).index(self._current)
        yield found

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.dismiss(event.line.key)


class SittingDialog(Dialog[str]):
    """The sitting so far, what is left at this pace, and the stopping rule; gives back "stop" or "undo"."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop here", id="sitting.stop", tooltip="Stop here: leave the rest unread"),
        Binding("u", "take_back", "read on", id="sitting.undo", tooltip="Take your stop back and read on"),
        Binding("enter,S", "cancel", "close", id="sitting.close", key_display="enter", tooltip="Close"),
    ]

    def __init__(self, content: Content, told: StopTold | None = None) -> None:
        super().__init__()
        self._content = content
        self._told = told

    def body(self) -> Iterator[Widget]:
        yield Static(self._content)

    def action_stop(self) -> None:
        self.dismiss("stop")

    def action_take_back(self) -> None:
        self.dismiss("undo")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return True if self._told is not None and self._told.can_stop else None
        if action == "take_back":
            return True if self._told is not None and self._told.stopped else None
        return super().check_action(action, parameters)
