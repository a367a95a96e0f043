"""What every screen has: the road at the top, the message line and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from screener.model.errors import ScreenerError
from screener.steps.review import Review
from screener.tui.widgets.key_line import KeyLine
from screener.tui.widgets.message_line import MessageLine
from screener.tui.widgets.road_line import RoadLine

if TYPE_CHECKING:
    from screener.tui.app import ScreenerApp


# From 100 columns on there is room beside the record.
BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]


class ReviewScreen(Screen[None]):
    """A screen of the review. `PLACE` is its step of the road, `EXPLAIN` what `?` says about it."""

    PLACE: ClassVar[str] = "home"
    EXPLAIN: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    AUTO_FOCUS: ClassVar[str | None] = "LineList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "back", id="app.back", tooltip="Back to where you came from"),
    ]

    @property
    def road(self) -> str:
        """The step of the road that is lit."""
        return self.PLACE

    @property
    def workbench(self) -> ScreenerApp:
        return cast("ScreenerApp", self.app)

    @property
    def review(self) -> Review:
        return self.workbench.review

    def compose(self) -> ComposeResult:
        yield RoadLine(self.workbench.review_title, self.review.viewer or "nobody", self.road)
        yield from self.body()
        yield MessageLine()
        yield KeyLine()

    def body(self) -> Iterator[Widget]:
        """The widgets between the road and the message line."""
        raise NotImplementedError

    # A dialog lies over the screen: when it closes, nothing need be read again.
    _under_dialog = False

    def on_screen_suspend(self) -> None:
        self._under_dialog = isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        if self._under_dialog:
            self._under_dialog = False
            return
        if not self.is_current:
            return
        self.show_waiting()
        with self.telling():
            self.renew()

    def renew(self) -> None:
        """Read the review again and draw it; called whenever the screen comes to the front."""

    def show_waiting(self) -> None:
        for road in self.query(RoadLine):  # none while the screen is being made
            road.show(self.workbench.waiting)

    def show_keys(self) -> None:
        """What the keys can do has changed."""
        self.refresh_bindings()
        for line in self.query(KeyLine):
            line.renew()

    def say(self, mark: str, text: str) -> None:
        """Put a message on the line and into the log."""
        self.workbench.log_line(mark, text)
        for line in self.query(MessageLine):
            line.say(mark, text)

    def hush(self) -> None:
        """The next key was pressed: the message has been read."""
        for line in self.query(MessageLine):
            line.clear()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """A failure inside becomes a message; the screen stays as it was."""
        try:
            yield
        except ScreenerError as error:
            self.say("!", str(error))
