"""The screening desk at full text: what it has beside the votes, the report's whereabouts."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from screener.steps import records, retrieval
from screener.tui.screens.dialogs import LineDialog
from screener.tui.screens.screening import ScreeningScreen

RETRIEVAL_WORDS = {
    None: "~ report not sought yet",
    "sought": "~ report sought",
    "retrieved": "+ report retrieved",
    "not_retrieved": "- report not retrieved",
}


class FullTextScreen(ScreeningScreen):
    """The desk at full text: two votes, a reason for every exclusion, and the report's whereabouts."""

    PLACE = "fulltext"
    EXPLAIN = (
        "You decide on the whole report: include, or exclude with the reason that stands first in the "
        "protocol "
        "among those that apply. r notes that the report was retrieved, x that it could not be, with "
        "what was "
        "tried. Votes are blinded as at title/abstract."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retrieved", "retrieved", id="desk.retrieved", tooltip="The report was retrieved"),
        Binding(
            "x", "not_retrieved", "not retrieved", id="desk.not_retrieved", tooltip="The report cannot be had"
        ),
    ]

    def _standing(self) -> Content:
        state = records.state(self.review, self.record).retrieval if self.record else None
        words = Content("   ").append(Content(RETRIEVAL_WORDS[state]).stylize("bold"))
        return words.append(super()._standing())

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

        self.app.push_screen(LineDialog("Not retrieved: what was tried? (enter alone is fine)"), answer)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"retrieved", "not_retrieved"}:
            return True if self.record is not None else None
        return super().check_action(action, parameters)
