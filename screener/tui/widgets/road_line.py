"""The road of the review at the top: its steps in order, what waits for me at each, and who I am."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from screener.tui.places import PLACES
from screener.tui.text import fitted, plain

SHORT = 4  # letters of a step's name on a narrow screen; its key is among them


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
        road = self._road()
        if road.cell_length + cell_len(self._person) + 3 > width:
            road = self._road(SHORT)
        room = width - road.cell_length - cell_len(self._person) - 3
        title = fitted(self._title, max(0, room)) if room > 3 else ""
        self.update(Content.assemble((title, "bold"), " ", road, "  ", (self._person, "bold")), layout=False)

    def _road(self, letters: int | None = None) -> Content:
        """The steps with what waits at each; names of `letters` letters where there is no room for more."""
        steps: list[Content] = []
        for place in PLACES:
            if not place.road:
                continue
            here = place.id == self._here
            count = self._waiting.get(place.id)
            at = place.label.lower().index(place.letter)
            label = place.label if here else place.label[:letters].rstrip()
            step = Content.assemble(
                "▸" if here else " ",
                label[:at],
                (label[at], "underline"),
                label[at + 1 :],
                f" {count:,}" if count else "",
            )
            steps.append(step.stylize("bold $primary") if here else step)
        return Content(" ").join(steps)
