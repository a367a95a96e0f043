"""The fields of a form: a line to type in, and a choice of a few values; label left, field right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from screener.tui.text import plain

# The keys of a form, in a field of text (whose own arrows and enter mean something else) and outside of one.
FORM_KEYS: list[BindingType] = [
    Binding(
        "enter,ctrl+s", "screen.keep", "keep", id="form.keep", key_display="enter", tooltip="Keep this form"
    ),
    Binding(
        "down",
        "screen.field(1)",
        "field",
        id="form.next",
        key_display="↑↓",
        tooltip="Next field; so does tab",
    ),
    Binding("up", "screen.field(-1)", "field before", id="form.before", show=False, tooltip="Field before"),
    Binding(
        "pagedown", "screen.words(1)", "words", id="form.page_down", tooltip="Next page of the report's words"
    ),
    Binding(
        "pageup",
        "screen.words(-1)",
        "page up",
        id="form.page_up",
        show=False,
        tooltip="Page before of the report's words",
    ),
]


class TextField(Input):
    """A line to type in; `known` values are offered in grey while typing, → takes them."""

    BINDINGS: ClassVar[list[BindingType]] = FORM_KEYS

    def __init__(self, name: str, value: str, hint: str, known: Sequence[str] = ()) -> None:
        super().__init__(
            value,
            placeholder=hint,
            compact=True,
            select_on_focus=False,
            suggester=SuggestFromList([k for k in known if k], case_sensitive=False) if known else None,
            name=name,
        )
        self.cursor_blink = False


class Choice(Static, can_focus=True):
    """One of a few values, or none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space,right", "turn(1)", "change", id="choice.next", key_display="space", tooltip="Next value"
        ),
        Binding("left", "turn(-1)", "value before", id="choice.before", show=False, tooltip="Value before"),
        *(
            Binding(
                str(n),
                f"pick({n})",
                "pick",
                id=f"choice.pick_{n}",
                show=n == 1,
                key_display="1-9" if n == 1 else None,
                tooltip=f"Value {n}",
            )
            for n in range(1, 10)
        ),
        Binding("backspace,delete", "clear", "empty", id="choice.clear", show=False, tooltip="No value"),
    ]

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        choice: Choice

    def __init__(self, name: str, value: str, hint: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__(markup=False, name=name)
        self._hint = hint
        self._options = list(options)
        if value and value not in [v for v, _ in self._options]:
            self._options.append((value, value))
        self.value = value

    def on_mount(self) -> None:
        self._draw()

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        if self.is_mounted:
            self._draw()

    def choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self._draw()
            self.post_message(self.Changed(self))

    def _draw(self) -> None:
        words = next((words for value, words in self._options if value == self.value), "")
        text = Content(plain(words)) if self.value else Content(plain(self._hint)).stylize("$quiet")
        if self.has_focus:
            text = Content.assemble(("‹ ", "$key"), text, (" ›", "$key"))
        self.update(text)

    def action_turn(self, by: int) -> None:
        values = ["", *(value for value, _ in self._options)]
        at = values.index(self.value) if self.value in values else 0
        self.choose(values[(at + by) % len(values)])

    def action_pick(self, number: int) -> None:
        if number <= len(self._options):
            self.choose(self._options[number - 1][0])

    def action_clear(self) -> None:
        self.choose("")


class JudgementChoice(Choice):
    """Low, High or Unclear, by their letters too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "choose_value('Low')", "low", id="choice.low", tooltip="Low risk of bias"),
        Binding("h", "choose_value('High')", "high", id="choice.high", tooltip="High risk of bias"),
        Binding(
            "u", "choose_value('Unclear')", "unclear", id="choice.unclear", tooltip="Unclear risk of bias"
        ),
    ]

    def action_choose_value(self, value: str) -> None:
        self.choose(value)


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The fields of a form; the arrows go from field to field and do not scroll."""


class FieldRow(Horizontal):
    """Label and field on one line."""

    def __init__(self, label: str, field: TextField | Choice) -> None:
        super().__init__()
        self.field = field
        self._label = Static(Content(label), classes="label")

    def compose(self) -> Iterator[Widget]:
        yield self._label
        yield self.field

    def mark(self, bad: bool) -> None:
        """A field with a mistake says so beside its name."""
        self._label.set_class(bad, "-bad")
