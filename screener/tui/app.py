"""The app: one open review, one person; screens are pushed on the home screen."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from screener.model.errors import ReviewError, ScreenerError
from screener.model.extraction import Form
from screener.model.protocol import Role
from screener.model.screening import Stage
from screener.steps import alerts, deduplication, queries, screening, studies
from screener.steps.arranging import Arrangement
from screener.steps.ranking import Answer, Failed, Ranker
from screener.steps.review import Review
from screener.steps.studies import Standing
from screener.tui import theme
from screener.tui.draft import Draft
from screener.tui.pace import Pace
from screener.tui.places import PLACES, make_screen
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import AskDialog, GoDialog
from screener.tui.screens.home import HomeScreen
from screener.tui.screens.screening import ScreeningScreen
from screener.tui.screens.studies import standings
from screener.tui.widgets.key_line import key_name, ordered


@dataclass(frozen=True, slots=True)
class LogLine:
    """What the program said: when (UTC, ISO 8601), its mark, the words."""

    at: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the home screen and the road show, and how long it took to read (seconds). `groups`: reports without a study
    and forms that wait; None if the screens know already."""

    overview: screening.Overview
    pairs: int
    took: float
    groups: tuple[int, int] | None


class ScreenerApp(App[None]):
    """Screener for the person of `review`. `clock` gives seconds and measures the pace only."""

    CSS_PATH = Path(__file__).with_name("screener.tcss")
    TITLE = "Screener"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "go", "go", id="app.go", tooltip="Go to another step: g and its letter"),
        Binding("question_mark", "help", "help", id="app.help", tooltip="Explain this screen and its keys"),
        Binding("L", "log", "log", id="app.log", tooltip="Everything the program said in this session"),
        Binding(
            "T", "theme", "colours", id="app.theme", tooltip="Next colours: light, dark, the terminal's own"
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "all",
            id="app.palette",
            priority=True,
            tooltip="Every action by its name",
        ),
        Binding("q", "leave", "quit", id="app.quit", tooltip="Leave Screener; everything is on disk"),
    ]

    # Leave what the start made out of later garbage collections: a full one costs 50 ms between two keys.
    settle_memory = False

    def __init__(self, review: Review, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.review = review
        self.clock = clock
        self.messages_said: list[LogLine] = []
        self.waiting: dict[str, int] = {}
        # What was written beside votes and not cast yet, by stage and record.
        self.drafts: dict[tuple[Stage, str], Draft] = {}
        # The processes that learn from the person's votes, by stage, and what they said last.
        self._rankers: dict[Stage, Ranker] = {}
        self.ranked: dict[Stage, Answer] = {}
        # The sitting goes on when the desk is left for another place, and so does the order of its queue.
        self.paces: dict[Stage, Pace] = {}
        self.arranged: dict[Stage, Arrangement] = {}
        # Forms that were typed and not kept yet, by study, form and item.
        self.form_drafts: dict[tuple[str, Form, str], dict[str, str]] = {}
        for each in theme.THEMES:
            self.register_theme(each)
        # TEXTUAL_THEME may have named the dark one before it was registered: only a change makes colours anew.
        self.theme = "screener-light"
        self.theme = "screener-dark"

    @property
    def review_title(self) -> str:
        try:
            return self.review.protocol.short_title
        except ReviewError:
            return self.review.folder.name

    @property
    def review_question(self) -> str:
        try:
            return self.review.protocol.question
        except ReviewError as error:
            return str(error)

    def news(self, review: Review) -> list[str]:
        """What happened in the review, newest first: the searches, and what this session said last."""
        found = []
        raised = [alert for alert in alerts.alerts(review) if alert.open]
        for kind in alerts.KINDS:
            count = sum(alert.kind == kind for alert in raised)
            if count:
                found.append(f"! {count:,} {kind}: g a shows what it touches")
        for run in reversed(queries.search_log(review)):
            done = "" if run["finished"] else f", {run['state']}"
            new = "" if run["new"] is None else f", {run['new']:,} new"
            loud = f", {len(run['messages'])} messages" if run["messages"] else ""
            date = run["searched_on"] or ""
            found.append(f"{date} {run['query']}: {run['hits']:,} in {run['database']}{new}{loud}{done}")
        return found[:8]

    def get_default_screen(self) -> Screen[Any]:
        return HomeScreen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.DEFAULTS

    def on_ready(self) -> None:
        if self.settle_memory:
            gc.collect()
            gc.freeze()

    # Reading ---------------------------------------------------------------------------------

    def read(self, review: Review) -> Reading:
        """Read what waits for the person, for home and for the road; also in a thread. Raises ScreenerError."""
        start = time.perf_counter()
        overview = screening.overview(review)
        pairs = len(deduplication.waiting_pairs(review))
        took = time.perf_counter() - start
        groups = None
        if "extract" not in self.waiting:
            # Read once at the start, then by the screens of the studies: comparing all of them takes a moment.
            waiting = sum(each.waits for each in standings(review).values())
            groups = len(studies.ungrouped(review)), waiting
        return Reading(overview, pairs, took, groups)

    def take(self, reading: Reading) -> None:
        """What was read stands on the road from here on."""
        overview, votes = reading.overview, screens(self.review)
        if reading.groups is not None:
            self.waiting = {**self.waiting, "studies": reading.groups[0], "extract": reading.groups[1]}
        self.waiting = {
            **self.waiting,
            "screen": overview.waiting[Stage.TITLE_ABSTRACT] if votes else 0,
            "fulltext": overview.waiting[Stage.FULL_TEXT] if votes else 0,
            "conflicts": overview.conflicts,
            "duplicates": reading.pairs,
        }

    def count_studies(self, ungrouped: Sequence[str], standing: Iterable[Standing]) -> None:
        """What the screens of the studies know."""
        waiting = sum(each.waits for each in standing)
        self.waiting = {**self.waiting, "studies": len(ungrouped), "extract": waiting}

    def count(self, place_id: str, waiting: int) -> None:
        """A screen knows how many wait at its own step."""
        self.waiting = {**self.waiting, place_id: waiting}
        if isinstance(self.screen, ReviewScreen):
            self.screen.show_waiting()

    # Ranking ---------------------------------------------------------------------------------

    def rank(self, stage: Stage) -> None:
        """Learn from the person's votes from here on; the desk follows what comes of it."""
        if stage not in self._rankers:
            ranker = Ranker(self.review, stage)
            self._rankers[stage] = ranker
            Thread(target=self._listen, args=(stage, ranker), daemon=True).start()

    def votes_changed(self, stage: Stage) -> None:
        if stage in self._rankers:
            self._rankers[stage].votes_changed()

    def _listen(self, stage: Stage, ranker: Ranker) -> None:
        for answer in ranker.answers():
            with suppress(RuntimeError):  # the screens are gone
                self.call_from_thread(self._answered, stage, answer)

    def _answered(self, stage: Stage, answer: Answer) -> None:
        self.ranked[stage] = answer
        if isinstance(answer, Failed):
            self.tell("!", f"the ranking has ended ({answer.message}); the order stays")
        for screen in self.screen_stack:
            if isinstance(screen, ScreeningScreen) and screen.stage is stage:
                screen.follow(answer)

    def on_unmount(self) -> None:
        for ranker in self._rankers.values():
            ranker.close()

    # Saying ----------------------------------------------------------------------------------

    def log_line(self, mark: str, text: str) -> None:
        self.messages_said.append(LogLine(datetime.now(UTC).isoformat(timespec="seconds"), mark, text))

    def tell(self, mark: str, text: str) -> None:
        """A message on the screen of the review that is on top, and in the log."""
        top = next((s for s in reversed(self.screen_stack) if isinstance(s, ReviewScreen)), None)
        if top is None:
            self.log_line(mark, text)
        else:
            top.say(mark, text)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(self.screen, ReviewScreen):
            self.screen.hush()
        await super().on_event(event)

    async def run_action(self, action: Any, default_namespace: Any = None, namespaces: Any = None) -> bool:
        """Whatever a key does may fail; the failure becomes a message and the screen stays."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except ScreenerError as error:
            self.tell("!", str(error))
            return True

    # Keys that work everywhere ------------------------------------------------------------------

    def action_go(self) -> None:
        self.push_screen(GoDialog(), self._go_to)

    def _go_to(self, chosen: str | None) -> None:
        if chosen is not None:
            self.go(chosen)

    def go(self, place_id: str) -> None:
        """Leave for another place; the way back from there is home."""
        if isinstance(self.screen, ReviewScreen) and place_id == self.screen.PLACE:
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if place_id != "home":
            self.push_screen(make_screen(place_id))

    async def action_back(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_help(self) -> None:
        from screener.tui.screens.help import HelpScreen

        if isinstance(self.screen, ReviewScreen) and not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_log(self) -> None:
        if not (isinstance(self.screen, ReviewScreen) and self.screen.PLACE == "log"):
            self.push_screen(make_screen("log"))

    def action_theme(self) -> None:
        names = [each.name for each in theme.THEMES]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]
        self.tell("+", f"colours: {self.theme}")

    def action_help_quit(self) -> None:
        """Ctrl-C: Textual's own answer would lie over the screen; ours asks."""
        self.action_leave()

    def action_leave(self) -> None:
        def answer(yes: bool | None) -> None:
            if yes:
                self.exit()

        notes = len(self.drafts)
        lost = f" {notes} notes belong to no vote yet and are dropped." if notes else ""
        self.push_screen(AskDialog(f"Leave Screener? Everything you did is on disk.{lost}"), answer)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back" and len(self.screen_stack) <= 1:
            return None
        return True

    # The palette ----------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of the screen by its name, every place, every theme."""
        for key, active in ordered(list(screen.active_bindings.items())):
            binding = active.binding
            if not active.enabled or binding.action == "command_palette":
                continue
            yield SystemCommand(
                binding.tooltip,
                f"key {key_name(key, binding.key_display)}",
                self._runner(active.node, binding.action),
            )
        for each in PLACES:
            yield SystemCommand(f"Go to {each.label}", each.help, self._goer(each.id))
        for each_theme in theme.THEMES:
            yield SystemCommand(f"Colours: {each_theme.name}", "", self._theme_setter(each_theme.name))

    def _runner(self, node: Any, action: str) -> Callable[[], Any]:
        return lambda: self.run_action(action, node)

    def _goer(self, place_id: str) -> Callable[[], Any]:
        return lambda: self.go(place_id)

    def _theme_setter(self, name: str) -> Callable[[], None]:
        def choose() -> None:
            self.theme = name

        return choose


def screens(review: Review) -> bool:
    """The person votes at the stages of screening."""
    return review.me is not None and Role.SCREENER in review.me.roles


def run(review: Review, *, keymap: Mapping[str, str] | None = None) -> None:
    """Open the screens for the person of the review; `keymap`: binding id to keys."""
    # A thread that reads a large review beside the screens gives way to a key ten times sooner than by default.
    sys.setswitchinterval(0.0005)
    app = ScreenerApp(review)
    app.animation_level = "none"
    app.settle_memory = True
    wanted = os.environ.get("TEXTUAL_THEME")
    if wanted in app.available_themes:
        app.theme = wanted
    if keymap:
        app.set_keymap(dict(keymap))
    app.run()
