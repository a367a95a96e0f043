"""The queue on the desk: which records wait, in what order, and where in it the person is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual import work
from textual.worker import get_current_worker

from screener.model.errors import ReviewError, ScreenerError
from screener.model.screening import Stage
from screener.sources.changes import Change
from screener.steps import alerts, records, screening
from screener.steps.arranging import Arrangement, prepare, waiting_arranged
from screener.steps.ranking import Answer, Failed, Ranked, Reading
from screener.steps.records import Card
from screener.steps.review import Review
from screener.tui.order import Order
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.desk_dialogs import OrderDialog
from screener.tui.screens.dialogs import FindDialog, LineDialog
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line

# Records from which on the queue is read beside the screen.
MANY = 5_000


class DeskQueue(ReviewScreen):
    """A screen that lays one record after the other before a person; what is drawn of it is for those that follow."""

    def __init__(self, stage: Stage, record: str | None = None) -> None:
        super().__init__()
        self.stage = stage
        self._start_at = record
        self._order: Order | None = None
        self._card: Card | None = None
        self._differs: Mapping[str, tuple[Change, ...]] = {}
        self._how = Arrangement()
        self._waiting = 0  # in all, whatever the filter shows
        self._reading = False  # the queue is being read beside the screen
        self._voted: set[str] = set()  # since that reading began
        self._reopened: list[str] = []  # taken back since
        self._rearranged = False

    def _draw(self) -> None:
        """Read the record on the desk and draw it."""
        raise NotImplementedError

    def _draw_progress(self) -> None:
        """Draw what changes while the record stays."""
        raise NotImplementedError

    def _lay_queue(self) -> None:
        """Read what waits and lay it on the desk; a large queue beside the screen."""
        self._voted.clear()
        self._reopened.clear()
        if not self._beside():
            self._take(*self._read(self.review))
            return
        # The whole queue takes a moment, the first record does not.
        if self._order is None and self.stage is Stage.TITLE_ABSTRACT and self._start_at is None:
            first = screening.first_waiting(self.review)
            self._order = Order([first] if first is not None else [])
        self._reading = True
        self._draw()
        self._read_beside()

    def _beside(self) -> bool:
        return self._how.indexed or records.count(self.review) > MANY

    def _read(self, review: Review) -> tuple[list[str], int, Mapping[str, tuple[Change, ...]]]:
        said = self.workbench.ranked.get(self.stage)
        first = said.records if isinstance(said, Ranked) else ()
        ordered, waiting = waiting_arranged(review, self.stage, self._how, first)
        return ordered, waiting, alerts.to_look_again(review, self.stage)

    @work(thread=True, exclusive=True, group="queue", exit_on_error=False)
    def _read_beside(self) -> None:
        """The queue by a connection of its own, so that no key waits for it."""
        worker = get_current_worker()
        try:
            if self._how.indexed:
                prepare(self.review)
            with self.review.for_reading() as review:
                found = self._read(review)
        except ScreenerError as error:
            self.app.call_from_thread(self._not_read, plain(str(error)))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, *found)

    def _not_read(self, told: str) -> None:
        self._reading = False
        if self._how.words:
            self._how = self.workbench.arranged[self.stage] = replace(self._how, words="")
        self.say("!", told)
        self._draw_progress()

    def _take(self, queue: list[str], waiting: int, differs: Mapping[str, tuple[Change, ...]]) -> None:
        """The queue as it was read; what was voted on meanwhile is done."""
        if not self.is_attached:
            return
        beside, self._reading = self._reading, False
        self._differs = differs
        known = set(queue)
        back = [record for record in self._reopened if record not in known]
        done = known & self._voted
        self._waiting = waiting - len(done) + len(back)
        queue = [*back, *(record for record in queue if record not in done)]
        if self._order is None or self._rearranged:
            self._order = Order(queue)
            self._rearranged = False
        else:
            self._order.refresh(queue)
        if self._start_at is not None:
            self.lay(self._start_at)
            self._start_at = None
        if beside and self._card is not None and self._card.record == self.record:
            # The eye is on it already.
            self._draw_progress()
            self.show_keys()
        else:
            self._draw()

    def _arrange(self, how: Arrangement) -> None:
        """Another order or other words: the queue is laid anew."""
        if how != self._how:
            self._how = self.workbench.arranged[self.stage] = how
            self._rearranged = True
            if how.order == "ranked":
                self.workbench.rank(self.stage)
            self.renew()

    def follow(self, answer: Answer) -> None:
        """The ranking has said something: what is read next follows, the record on the desk stays."""
        if self._how.order == "ranked" and self._order is not None:
            if isinstance(answer, Ranked):
                self._order.prefer(answer.records)
            self._draw_progress()

    def _ranking_words(self) -> str:
        said = self.workbench.ranked.get(self.stage)
        if isinstance(said, Ranked):
            return f"ranked by {said.included:,} in, {said.excluded:,} out"
        if isinstance(said, Reading):
            return f"ranking: {said.done:,} of {said.total:,} texts"
        return "ranking has ended" if isinstance(said, Failed) else "ranking: starting"

    def lay(self, record: str) -> None:
        """Put a record on the desk: one that waits, or one that this person has voted on."""
        if self._order is not None:
            voted = screening.own_vote(self.review, record, self.stage) is not None
            self._order.jump(record, done=voted)

    @property
    def record(self) -> str | None:
        return self._order.current if self._order is not None else None

    def _laid(self) -> Card | None:
        """The record on the desk; what became part of another record since the queue was read is passed over."""
        while self._order is not None and (record := self._order.current) is not None:
            try:
                return records.card(self.review, record)
            except ReviewError:
                self._order.drop()
                self._waiting -= 1
        return None

    def _pass_over(self) -> None:
        """On to what still waits: the next may have got this person's vote in another session, or by a merge."""
        while self._order is not None and (record := self._order.current) is not None:
            if record in self._differs or screening.own_vote(self.review, record, self.stage) is None:
                break
            self._order.finish()
            if not self._reading:
                self._waiting -= 1

    # Walking --------------------------------------------------------------------------------------------

    def action_walk(self, by: int) -> None:
        if self._order is None:
            return
        moved = self._order.forward() if by > 0 else self._order.back()
        if not moved:
            self.say("~", "no other record waits for you" if by > 0 else "this is the first record")
            return
        self._draw()

    def action_find(self) -> None:
        def answer(record: str | None) -> None:
            if record is not None:
                with self.telling():
                    self.lay(record)
                    self._draw()

        self.app.push_screen(FindDialog(self._lines(), self.record), answer)

    def _lines(self) -> list[Line]:
        """The queue, then the records voted on, for finding."""
        titles = {t.record: t for t in records.titles(self.review)}
        mine = {row["record_id"]: row for row in screening.history(self.review, self.stage, limit=1_000_000)}
        order = self._order.ids if self._order is not None else []
        ids = dict.fromkeys([*order, *mine])
        marks = {"include": "+", "exclude": "-", "maybe": "?"}
        return [
            Line(
                r,
                titles[r].line,
                mark=marks[mine[r]["vote"]] if r in mine else "o",
                tail=titles[r].pmid or "",
            )
            for r in ids
            if r in titles
        ]

    def action_order(self) -> None:
        def answer(order: str | None) -> None:
            if order is not None:
                self._arrange(replace(self._how, order=order))

        self.app.push_screen(OrderDialog(self._how.order), answer)

    def action_filter(self) -> None:
        def answer(words: str | None) -> None:
            if words is not None:
                self._arrange(replace(self._how, words=words))

        label = "Only records that have these words; an empty line shows all again"
        self.app.push_screen(LineDialog(label, self._how.words), answer)
