"""The screening desk at full text: what it has beside the votes, the report's whereabouts."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from screener.steps import retrieval
from screener.tui.screens.dialogs import LineDialog
from screener.tui.screens.screening import ScreeningScreen

RETRIEVAL_WORDS = {
    None: "~ report not sought yet",
    "sought": "~ report sought",
    "retrieved": "+ report retrieved",
    "not_retrieved": "- report not retrieved",
}


def _whereabouts(told: retrieval.Retrieval) -> str:
    """Short, so that the line above the record stays one line at 80 columns."""
    if not told.attempts:
        return RETRIEVAL_WORDS[told.status]
    if told.status == "sought":
        times = "once," if told.attempts == 1 else f"{told.attempts} times, last"
        return f"~ sought {times} {told.last}"
    attempts = "1 attempt" if told.attempts == 1 else f"{told.attempts} attempts"
    return f"{RETRIEVAL_WORDS[told.status]}, {attempts}"


class FullTextScreen(ScreeningScreen):
    """The desk at full text: two votes, a reason for every exclusion, and the report's whereabouts."""

    PLACE = "fulltext"
    EXPLAIN = (
        "You decide on the whole report: include, or exclude with the reason that stands first in the "
        "protocol "
        "among those that apply. s notes that the report was sought, each time an attempt with its date; r that "
        "it was retrieved, x that it could not be, with what was tried. Votes are blinded as at title/abstract."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sought", "sought", id="desk.sought", tooltip="The report was sought: one more attempt"),
        Binding("r", "retrieved", "retrieved", id="desk.retrieved", tooltip="The report was retrieved"),
        Binding(
            "x", "not_retrieved", "not retrieved", id="desk.not_retrieved", tooltip="The report cannot be had"
        ),
    ]

    def _standing(self) -> Content:
        told = retrieval.retrieval_of(self.review, self.record) if self.record else retrieval.Retrieval()
        return Content("   ").append(Content(_whereabouts(told)).stylize("bold")).append(super()._standing())

    def action_sought(self) -> None:
        record = self.record
        if record is None:
            return

        def answer(text: str | None) -> None:
            if text is not None:
                with self.telling():
                    retrieval.retrieve(self.review, record, "sought", text or None)
                    self._draw_progress()
                    told = retrieval.retrieval_of(self.review, record)
                    self.say("+", f"noted: the report was sought ({told.attempt_words})")

        self.app.push_screen(LineDialog("Sought: where, from whom? (enter alone is fine)"), answer)

    def action_retrieved(self) -> None:
        if self.record is not None:
            retrieval.retrieve(self.review, self.record, "retrieved")
            self._draw()
            self.say("+", "noted: the report was retrieved")

    def action_not_retrieved(self) -> None:
        record = self.record
        if record is None:
            return

        def answer(text: str | None) -> None:
            if text is not None and self._order is not None:
                with self.telling():
                    retrieval.retrieve(self.review, record, "not_retrieved", text or None)
                    if self.record == record:
                        self._order.finish()
                    self._draw()
                    self.say("+", "noted: the report was not retrieved; k goes back, r says that it was")

        tried = retrieval.retrieval_of(self.review, record).attempt_words
        label = f"Not retrieved ({tried}): what was tried? (enter alone is fine)"
        self.app.push_screen(LineDialog(label), answer)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"sought", "retrieved", "not_retrieved"}:
            return True if self.record is not None else None
        return super().check_action(action, parameters)
