"""Small questions at the bottom of the screen. A dialog gives its answer back and writes nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from screener.model.protocol import Reason
from screener.tui.places import PLACES
from screener.tui.screens.base import BREAKPOINTS
from screener.tui.text import plain
from screener.tui.theme import LETTERS, NAMES, element_style
from screener.tui.widgets.key_line import KeyLine
from screener.tui.widgets.line_list import Line, LineList

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A box at the bottom; escape gives None back."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "cancel", "back", id="dialog.cancel", tooltip="Close this question; nothing is done"
        ),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield from self.body()
            yield KeyLine()

    def body(self) -> Iterator[Widget]:
        raise NotImplementedError

    def action_cancel(self) -> None:
        self.dismiss(None)


class AskDialog(Dialog[bool]):
    """A question before what cannot be undone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "yes", "yes", id="dialog.yes", key_display="enter", tooltip="Yes, do it"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def body(self) -> Iterator[Widget]:
        yield Static(Content(self._question))

    def action_yes(self) -> None:
        self.dismiss(True)


class GoDialog(Dialog[str]):
    """The places and their letters; the letter leads there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            p.letter, f"go('{p.id}')", p.label.lower(), id=f"go.{p.id}", tooltip=f"Go to {p.label}: {p.help}"
        )
        for p in PLACES
    ]

    def body(self) -> Iterator[Widget]:
        yield Static(Content("Go to"))

    def action_go(self, place_id: str) -> None:
        self.dismiss(place_id)


class Field(Input):
    """A line to type in; its `enter` has a name on the key line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "submit", "keep", id="dialog.keep", tooltip="Keep what is typed, or go to what is found"
        ),
    ]

    def __init__(self, value: str = "") -> None:
        super().__init__(value, compact=True, select_on_focus=False)
        self.cursor_blink = False


class LineDialog(Dialog[str]):
    """One line of text; enter gives it back."""

    def __init__(self, label: str, value: str = "", *, needed: bool = False) -> None:
        super().__init__()
        self._label = label
        self._value = value
        self._needed = needed

    def body(self) -> Iterator[Widget]:
        yield Static(Content(self._label))
        yield Field(self._value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text or not self._needed:
            self.dismiss(text)


@dataclass(frozen=True, slots=True)
class Why:
    """The reason chosen; None: no reason."""

    reason: str | None


class ReasonDialog(Dialog[Why]):
    """Why a record is excluded: a digit, or the cursor and enter. `needed`: 'no reason' is not offered."""

    AUTO_FOCUS = "LineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            str(n),
            f"reason({n})",
            "that reason",
            id=f"why.reason_{n}",
            show=n == 1,
            key_display="1-9",
            tooltip=f"Reason {n}",
        )
        for n in range(1, 10)
    ]

    def __init__(self, reasons: Sequence[Reason], *, needed: bool) -> None:
        super().__init__()
        self._reasons = tuple(reasons)
        self._needed = needed

    def body(self) -> Iterator[Widget]:
        yield Static(Content("Exclude: why?" if self._needed else "Exclude: why? (enter for no reason)"))
        lines = [] if self._needed else [Line("", "no reason", mark=" ")]
        lines += [
            Line(r.id, r.label, mark=str(n) if n < 10 else " ", tail=NAMES.get(r.element, r.element))
            for n, r in enumerate(self._reasons, 1)
        ]
        yield LineList(lines)

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.dismiss(Why(event.line.key or None))

    def action_reason(self, number: int) -> None:
        if number <= len(self._reasons):
            self.dismiss(Why(self._reasons[number - 1].id))


class FindField(Field):
    """What is looked for; the arrows walk the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up", "screen.move(-1)", "up", id="find.up", key_display="↑↓", tooltip="One line up; ↓ one down"
        ),
        Binding("down", "screen.move(1)", "down", id="find.down", show=False, tooltip="One line down"),
        Binding("pageup", "screen.page(-1)", "page up", id="find.page_up", show=False, tooltip="One page up"),
        Binding(
            "pagedown",
            "screen.page(1)",
            "page down",
            id="find.page_down",
            show=False,
            tooltip="One page down",
        ),
    ]


class FindDialog(Dialog[str]):
    """Records by words of their title, first author, year or PMID; enter goes to the one under the cursor."""

    AUTO_FOCUS = "Input"

    def __init__(self, lines: Sequence[Line], current: str | None) -> None:
        super().__init__()
        self._lines = list(lines)
        self._folded = [fold(f"{line.text} {line.tail}") for line in self._lines]
        self._current = current

    def body(self) -> Iterator[Widget]:
        yield Static(Content("Find in your records: words of the title, the first author, the year, a PMID"))
        yield FindField()
        at = next((n for n, line in enumerate(self._lines) if line.key == self._current), 0)
        found = LineList(self._lines)
        found.can_focus = False
        found.cursor = at
        yield found
        yield Static(Content(self._count(len(self._lines))), id="count")

    def on_mount(self) -> None:
        found = self.query_one(LineList)
        self.call_after_refresh(found.show, self._lines, cursor=found.cursor)

    def on_input_changed(self, event: Input.Changed) -> None:
        words = fold(event.value).split()
        lines = [
            line
            for line, text in zip(self._lines, self._folded, strict=True)
            if all(w in text for w in words)
        ]
        self.query_one(LineList).show(lines, cursor=0 if words else None)
        self.query_one("#count", Static).update(Content(self._count(len(lines))))

    def _count(self, found: int) -> str:
        return f"{found:,} of {len(self._lines):,}" if found else "no record has all these words"

    def on_input_submitted(self) -> None:
        self.take()

    def take(self) -> None:
        """Enter: the line under the cursor."""
        line = self.query_one(LineList).current
        if line is not None:
            self.dismiss(line.key)

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.dismiss(event.line.key)

    def action_move(self, by: int) -> None:
        self.query_one(LineList).action_move(by)

    def action_page(self, by: int) -> None:
        self.query_one(LineList).action_page(by)


def fold(text: str) -> str:
    """Case and accents aside, for searching."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", plain(text).casefold()) if not unicodedata.combining(c)
    )


class CriteriaDialog(Dialog[None]):
    """The criteria and the reasons in full."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "close", id="criteria.close", tooltip="Close the criteria"),
        Binding(
            "up", "scroll(-1)", "up", id="criteria.up", key_display="↑↓", tooltip="One line up; ↓ one down"
        ),
        Binding("down", "scroll(1)", "down", id="criteria.down", show=False, tooltip="One line down"),
        Binding(
            "space,pagedown",
            "page(1)",
            "more",
            id="criteria.page_down",
            key_display="space",
            tooltip="Next page",
        ),
        Binding("pageup", "page(-1)", "page up", id="criteria.page_up", show=False, tooltip="Page before"),
    ]

    def __init__(self, criteria: Content) -> None:
        super().__init__()
        self._criteria = criteria

    def body(self) -> Iterator[Widget]:
        scroll = VerticalScroll(Static(self._criteria), can_focus=False)
        yield scroll

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=by * max(1, scroll.size.height - 1), animate=False)


def reason_content(number: int, reason: Reason, words: str) -> Content:
    """'3 wrong outcome' in the colour of its PICOS element, with the element's letter."""
    digit = str(number) if number < 10 else "·"
    letter = LETTERS.get(reason.element, " ")
    style = element_style(reason.element)
    return Content.assemble((digit, "bold $key"), " ", (letter, f"bold {style}"), " ", plain(words))
