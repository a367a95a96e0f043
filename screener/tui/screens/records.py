"""All records: found by words, narrowed, sorted, opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from screener.model.errors import ScreenerError
from screener.model.screening import Outcome, Stage
from screener.steps.browse import ORDERS, Browser, Looking
from screener.steps.browse_words import HELP, understood
from screener.steps.review import open_review
from screener.tui.record_text import record_text
from screener.tui.screens.base import BREAKPOINTS, ReviewScreen
from screener.tui.screens.dialogs import Dialog
from screener.tui.screens.record import RecordScreen
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList
from screener.tui.widgets.record_list import RecordList

# From 120 columns on the record stands beside the list.
BROAD = [*BREAKPOINTS, (120, "-broad")]
# Seconds after the last letter until the search begins.
PAUSE = 0.12


class FilterDialog(Dialog[Looking]):
    """What narrows the list, one line each; enter takes or drops it."""

    def __init__(self, looking: Looking, databases: list[str]) -> None:
        super().__init__()
        self._looking = looking
        self._databases = databases

    def body(self) -> Iterator[Widget]:
        yield Static(Content("Show only").stylize("bold"))
        yield LineList(self._lines())

    def _lines(self) -> list[Line]:
        now = self._looking
        lines = [Line("all", "everything: no filter")]
        for name in self._databases:
            lines.append(Line(f"db:{name}", f"found in {name}", mark="+" if name in now.databases else " "))
        for stage in Stage:
            for outcome in Outcome:
                on = now.status == outcome.value and now.stage is stage
                text = f"{stage.label}: {outcome.value}"
                lines.append(Line(f"{stage.value}:{outcome.value}", text, mark="+" if on else " "))
        lines.append(Line("alerted", "with an open alert", mark="+" if now.alerted else " "))
        return lines

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        now, key = self._looking, event.line.key
        if key == "all":
            now = replace(Looking(typing=True), text=now.text, order=now.order, descending=now.descending)
        elif key == "alerted":
            now = replace(now, alerted=not now.alerted)
        elif key.startswith("db:"):
            name = key[3:]
            rest = tuple(each for each in now.databases if each != name)
            now = replace(now, databases=rest if name in now.databases else (*rest, name))
        else:
            stage, _, status = key.partition(":")
            on = now.status == status and now.stage.value == stage
            now = replace(now, status=None if on else status, stage=Stage(stage))
        self.dismiss(now)


class WordsField(Input):
    """Where the words are typed; down and enter go on to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "leave", "to the list", id="records.to_list", tooltip="Go on to the records"),
        Binding(
            "escape", "empty", "clear", id="records.clear", tooltip="Clear the words, or leave the field"
        ),
    ]

    def action_leave(self) -> None:
        self.screen.query_one(RecordList).focus()

    def action_empty(self) -> None:
        if self.value:
            self.value = ""
        else:
            self.action_leave()


class RecordsScreen(ReviewScreen):
    PLACE = "records"
    EXPLAIN = (
        "Every record of the review. / goes to the words: all of them have to be there, in any citation of the "
        f"record. {HELP}. A PMID, DOI, accession or register number finds its record. f narrows the list, o "
        "changes its order. Where a record stands is told as far as you may see it."
    )
    AUTO_FOCUS = "RecordList"
    HORIZONTAL_BREAKPOINTS = BROAD
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "words", "words", id="records.words", key_display="/", tooltip="Find records by words"
        ),
        Binding("f", "filter", "filter", id="records.filter", tooltip="Show only some records"),
        Binding("o", "order", "order", id="records.order", tooltip="Next order"),
        Binding("O", "turn", "turn round", id="records.turn", tooltip="Turn the order round"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._looking = Looking(typing=True)
        self._timer: Timer | None = None
        self._count = 0
        self._working = ""

    def body(self) -> Iterator[Widget]:
        self._browser = Browser(self.review)
        yield WordsField(placeholder='words, "a phrase", author:, year:2015-2020, PMID, DOI', id="words")
        yield Static(markup=False, id="progress")
        with Horizontal(id="browse"):
            yield RecordList(self._browser.lines, id="records")
            yield VerticalScroll(Static(markup=False, id="preview-text"), can_focus=False, id="preview")

    def renew(self) -> None:
        self._browser.forget_status()
        self._index()

    @work(thread=True, exclusive=True, group="index", exit_on_error=False)
    def _index(self) -> None:
        """The index is brought up to date by a connection of its own: at first it takes some seconds."""
        worker = get_current_worker()

        def progress(done: int, total: int) -> None:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._tell, f"reading {done:,} of {total:,} entries")

        try:
            review = open_review(self.review.folder, self.review.viewer)
            try:
                Browser(review).renew(progress)
            finally:
                review.close()
        except ScreenerError as error:
            self.app.call_from_thread(self.say, "!", plain(str(error)))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._find)

    def _tell(self, text: str) -> None:
        self._working = text
        self._draw_head()

    def on_input_changed(self, _event: Input.Changed) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._find)

    def _find(self) -> None:
        """Look again with what stands in the field."""
        if not self.is_attached:
            return
        self._working = ""
        text = self.query_one(WordsField).value
        order = self._looking.order
        if order == "relevance" and understood(text).query is None:
            order = "queue"
        self._looking = replace(self._looking, text=text, order=order)
        with self.telling():
            self._browser.renew()
            found = self._browser.find(self._looking)
            self._count = len(self._browser.find(Looking()))
            self.query_one(RecordList).show(found)
        self._draw_head()

    def _draw_head(self) -> None:
        if self._working:
            text = self._working
        else:
            shown = len(self.query_one(RecordList).records)
            now = self._looking
            of = f" of {self._count:,}" if shown != self._count else ""
            parts = [f"{shown:,}{of} records", f"by {now.order}{' (turned)' if now.descending else ''}"]
            if now.databases:
                parts.append(f"in {', '.join(now.databases)}")
            if now.status:
                parts.append(f"{now.stage.label}: {now.status}")
            if now.alerted:
                parts.append("with an alert")
            text = " · ".join(parts)
        self.query_one("#progress", Static).update(Content(text).stylize("bold"))

    def on_record_list_moved(self, event: RecordList.Moved) -> None:
        preview = self.query_one("#preview")
        if not preview.display or event.record is None:
            self.query_one("#preview-text", Static).update("")
            return
        with self.telling():
            text = record_text(self.review, event.record, self._looking.text)
            self.query_one("#preview-text", Static).update(text)
            preview.scroll_home(animate=False)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.app.push_screen(RecordScreen(event.record))

    def action_words(self) -> None:
        self.query_one(WordsField).focus()

    def action_filter(self) -> None:
        def answer(looking: Looking | None) -> None:
            if looking is not None:
                self._looking = looking
                self._find()

        self.app.push_screen(FilterDialog(self._looking, self._browser.databases()), answer)

    def action_order(self) -> None:
        orders = [o for o in ORDERS if o != "relevance" or understood(self._looking.text).query is not None]
        at = orders.index(self._looking.order) if self._looking.order in orders else -1
        self._looking = replace(self._looking, order=orders[(at + 1) % len(orders)], descending=False)
        self._find()

    def action_turn(self) -> None:
        self._looking = replace(self._looking, descending=not self._looking.descending)
        self._find()
