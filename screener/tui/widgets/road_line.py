"""The road of the review at the top: its steps in order, what waits for me at each, and who I am."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from screener.tui.places import PLACES
from screener.tui.text import fitted, plain


class RoadLine(Static):
    """`g` and the underlined letter lead to a step."""

    def __init__(self, title: str, person: str, here: str) -> None:
        super().__init__(markup=False)
        self._title = plain(title)
        self._person = plain(person)
        self._here = here
        self._waiting: Mapping[str, int] = {}

    def show(self, waiting: Mapping[str, int]) -> None:
        if waiting != self._waiting:
            self._waiting = dict(waiting)
            self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.size.width or self.app.size.width
        steps: list[Content] = []
        for place in PLACES:
            if not place.road:
                continue
            here = place.id == self._here
            count = self._waiting.get(place.id)
            at = place.label.lower().index(place.letter)
            step = Content.assemble(
                "▸" if here else " ",
                place.label[:at],
                (place.label[at], "underline"),
                place.label[at + 1 :],
                f" {count:,}" if count else "",
            )
            steps.append(step.stylize("bold $primary") if here else step)
        road = Content(" ").join(steps)
        room = width - road.cell_length - cell_len(self._person) - 3
        title = fitted(self._title, max(0, room)) if room > 3 else ""
        self.update(Content.assemble((title, "bold"), " ", road, "  ", (self._person, "bold")), layout=False)
