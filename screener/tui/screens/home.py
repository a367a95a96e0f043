"""Home: what waits for this person, the flow so far, and what is new."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import get_current_worker

from screener.handoff.flow import Flow
from screener.model.errors import ScreenerError
from screener.model.protocol import Role
from screener.model.screening import Stage
from screener.steps import flow as flow_step
from screener.steps import records
from screener.steps.review import Review
from screener.tui.flow_text import flow_text
from screener.tui.screens.base import BREAKPOINTS, ReviewScreen
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList

if TYPE_CHECKING:
    from screener.tui.app import Reading

# Records from which on the review is read beside the screen.
MANY = 5_000
EVERY = 5.0  # seconds between readings
DIAGRAM = (80, 44)  # cells of width and height from which the flow is drawn as a diagram
QUICK = 0.05  # seconds; a review that takes longer to read is read again only when the screen comes back


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that home shows; `flow` is why not where it does not add up."""

    reading: Reading
    news: list[str]
    flow: Flow | str
    took: float


class HomeScreen(ReviewScreen):
    PLACE = "home"
    EXPLAIN = (
        "What waits for you, step by step. Enter opens the step under the cursor; g and a letter lead "
        "to any step "
        "from anywhere. Counts are built from your own votes and from records on which every voter has voted."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "read", "refresh", id="home.refresh", tooltip="Read the review again now"),
    ]

    _timer: Timer | None = None
    _flow: Flow | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(Content(plain(self.workbench.review_question)), id="question")
        with Horizontal(id="home"):
            with Vertical(id="mine"):
                waits = Vertical(LineList(id="waits"), Static(markup=False, id="next"), id="waits-box")
                waits.border_title = "waits for you"
                yield waits
                news = VerticalScroll(Static(markup=False, id="news"), can_focus=False, id="news-box")
                news.border_title = "news"
                yield news
            flow = VerticalScroll(Static(markup=False, id="flow"), can_focus=False, id="flow-box")
            flow.border_title = "the flow so far"
            yield flow

    def on_mount(self) -> None:
        self._timer = self.set_interval(EVERY, self._tick)

    def _tick(self) -> None:
        if self.is_current:
            with self.telling():
                self.renew()

    def renew(self) -> None:
        if records.count(self.review) > MANY:
            if not self.query_one("#waits", LineList).lines:
                self.query_one("#next", Static).update(Content("reading the review ...").stylize("$quiet"))
            self._read_beside()
        else:
            self._take(self._read(self.review))

    def _read(self, review: Review) -> _Seen:
        reading = self.workbench.read(review)
        start = time.perf_counter()
        flow: Flow | str
        try:
            flow = flow_step.flow(review)
        except ScreenerError as error:
            flow = str(error)
        took = reading.took + time.perf_counter() - start
        return _Seen(reading, self.workbench.news(review), flow, took)

    @work(thread=True, exclusive=True, group="home", exit_on_error=False)
    def _read_beside(self) -> None:
        """A large review by a connection of its own, so that no key waits for it."""
        worker = get_current_worker()
        try:
            with self.review.for_reading() as review:
                seen = self._read(review)
        except ScreenerError as error:
            self.app.call_from_thread(self.say, "!", str(error))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, seen)

    def _take(self, seen: _Seen) -> None:
        if not self.is_attached:
            return
        self.workbench.take(seen.reading)
        self.show_waiting()
        overview = seen.reading.overview
        self._draw_waits(overview.waiting, overview.eligible, seen.reading.pairs)
        news = Content("\n".join(plain(line) for line in seen.news) or "nothing new")
        self.query_one("#news", Static).update(news)
        if isinstance(seen.flow, str):
            self._flow = None
            self.query_one("#flow", Static).update(Content(f"! {seen.flow}").stylize("$conflict"))
        else:
            self._flow = seen.flow
        self._fit_flow()
        if seen.took > QUICK and self._timer is not None:
            self._timer.pause()

    def _draw_waits(self, waiting: dict[Stage, int], eligible: dict[Stage, int], pairs: int) -> None:
        me = self.review.me
        votes = me is not None and Role.SCREENER in me.roles
        counts = self.workbench.waiting

        def stage_line(place: str, label: str, stage: Stage) -> Line:
            if not votes:
                return Line(place, f"{label:<12} not yours: you do not screen", quiet=True)
            done = eligible[stage] - waiting[stage]
            share = f"{100 * done // eligible[stage]} % done" if eligible[stage] else ""
            text = f"{label:<12}{waiting[stage]:>6,} of {eligible[stage]:,}"
            return Line(
                place, text, mark="o" if waiting[stage] else " ", tail=share, quiet=not waiting[stage]
            )

        def count_line(place: str, label: str, mark: str) -> Line:
            count = counts.get(place, 0)
            return Line(place, f"{label:<12}{count:>6,}", mark=mark if count else " ", quiet=not count)

        lines = [
            Line(
                "duplicates",
                f"{'Duplicates':<12}{pairs:>6,} pair{'' if pairs == 1 else 's'}",
                mark="~" if pairs else " ",
                quiet=not pairs,
            ),
            stage_line("screen", "Screen", Stage.TITLE_ABSTRACT),
            stage_line("fulltext", "Full text", Stage.FULL_TEXT),
            count_line("conflicts", "Conflicts", "!"),
            count_line("studies", "Studies", "o"),
            count_line("extract", "Extract", "o"),
            Line("flow", "Flow diagram", mark=" "),
        ]
        # A small screen keeps the row for the flow; g k leads there from everywhere.
        if self.app.size.width >= BREAKPOINTS[1][0]:
            lines.append(Line("agreement", "Agreement", mark=" "))
        found = self.query_one("#waits", LineList)
        first = not found.lines
        start = next((n for mark in "o!~" for n, line in enumerate(lines) if line.mark == mark), 1)
        found.show(lines, cursor=start if first else None)
        self.query_one("#next", Static).update(Content(self._next(votes, eligible)).stylize("$quiet"))

    def _next(self, votes: bool, eligible: dict[Stage, int]) -> str:
        """What happens next, and who has the ball."""
        counts = self.workbench.waiting
        if self.review.me is None:
            return "It is not known who you are: start with --as ID to vote."
        if not eligible[Stage.TITLE_ABSTRACT]:
            return "No records yet: `screener search run` or `screener import` brings them."
        if any(counts.values()):
            return "enter opens the step under the cursor"
        protocol = self.review.protocol
        others = ", ".join(r.id for r in protocol.with_role(Role.SCREENER) if r.id != self.review.viewer)
        judges = ", ".join(r.id for r in protocol.with_role(Role.ADJUDICATOR) if r.id != self.review.viewer)
        if votes:
            ball = f"the other screeners ({others})" + (f" or the adjudicator ({judges})" if judges else "")
        else:
            ball = f"the screeners ({others})"
        return f"Nothing waits for you. The ball is with {ball}; conflicts come here when all have voted."

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit_flow)

    def _fit_flow(self) -> None:
        """The diagram where there is room for it, else its numbers in a few lines."""
        if self._flow is None:
            return
        width = self.query_one("#flow-box").size.width
        roomy = width >= DIAGRAM[0] and self.app.size.height >= DIAGRAM[1]
        text = flow_text(self._flow, width - 3) if roomy else flow_lines(self._flow)
        self.query_one("#flow", Static).update(text)

    def action_read(self) -> None:
        self.renew()
        self.say("+", "read again")

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.workbench.go(event.line.key)


def flow_lines(flow: Flow) -> Content:
    """The flow in the words of the road: what was found, what left, what is open."""
    sources = {**flow.db_found, **flow.reg_found, **flow.oth_found}
    found = sum(sources.values())
    removed = flow.dup_removed + flow.oth_dup
    other = flow.auto_removed + flow.other_removed + flow.oth_removed
    excluded = sum(flow.excl_reason.values()) + sum(flow.oth_excl_reason.values())
    lines: list[Content] = []

    def line(count: int, words: str, tail: str = "") -> None:
        lines.append(
            Content.assemble((f"{count:>7,}", "bold"), f" {words}", (f"  {tail}" if tail else "", "$quiet"))
        )

    line(found, "found", "  ".join(f"{plain(name)} {count:,}" for name, count in sources.items()))
    line(removed, "duplicates", f"{other:,} removed otherwise" if other else "")
    line(flow.screened, "screened", f"{flow.excluded:,} excluded")
    line(
        flow.sought + flow.oth_sought,
        "sought",
        f"{flow.not_retrieved + flow.oth_not_retrieved:,} not retrieved",
    )
    line(flow.assessed + flow.oth_assessed, "assessed", f"{excluded:,} excluded with reasons")
    line(flow.new_studies, "studies", f"in {flow.new_reports:,} reports")
    if flow.provisional:
        lines.append(Content(f"provisional: {flow.open_total:,} still open").stylize("$maybe"))
    bad = [identity for identity in flow.identities if not identity.holds]
    lines += [Content(f"! {i.name}: {i.left:,} but {i.right:,}").stylize("bold $conflict") for i in bad]
    return Content("\n").join(lines)
