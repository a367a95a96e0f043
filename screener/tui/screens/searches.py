"""The searches: every run with what it brought, what the database said, and running them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

from screener.steps import deduplication, queries, searching
from screener.steps.databases import clients
from screener.steps.review import open_review
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import AskDialog
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList


class Stopped(Exception):
    """The person stopped the run; what was stored stays, the next run continues."""


class SearchesScreen(ReviewScreen):
    PLACE = "search"
    EXPLAIN = (
        "Every search that was run or imported, newest first: what it found, what was new, changed, or no "
        "longer returned. ! marks what the database could not find, what is missing, and unfinished runs. "
        "Refresh lists every accession again and reads what is new or revised; the full check reads everything."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "run(False)", "run now", id="search.run", tooltip="Refresh all saved queries now"),
        Binding(
            "N", "run(True)", "full check", id="search.full", tooltip="Read every record of all queries again"
        ),
        Binding("x", "stop", "stop", id="search.stop", tooltip="Stop the run; the next one continues it"),
        Binding("a", "alerts", "alerts", id="search.alerts", tooltip="Retracted, corrected, changed, lost"),
    ]

    _run: Worker[searching.Refreshed] | None = None
    _told: tuple[str, int, int | None] = ("", 0, None)

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="searches")

    def renew(self) -> None:
        self._log = queries.search_log(self.review)
        self.query_one(LineList).show([_line(run) for run in reversed(self._log)])
        self._draw_head()

    def _draw_head(self) -> None:
        if self._run is not None:
            what, done, total = self._told
            of = f" of {total:,}" if total else ""
            text = f"{what}: {done:,}{of}" if what else "starting"
        elif not self._log:
            text = "Nothing was searched yet: write queries/NAME.toml and press n, or `screener import FILE`."
        else:
            last = max(run["searched_on"] or run["at"][:10] for run in self._log)
            text = f"{len(self._log):,} runs, the last on {last}"
        self.query_one("#progress", Static).update(Content(plain(text)).stylize("bold"))

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        run = next(run for run in self._log if run["id"] == event.line.key)
        self.app.push_screen(SearchScreen(run))

    def action_alerts(self) -> None:
        from screener.tui.screens.alerts import AlertsScreen

        self.app.push_screen(AlertsScreen())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run":
            return None if self._run is not None else True
        if action == "stop":
            return True if self._run is not None else None
        return True

    # Running ---------------------------------------------------------------------------------

    def action_run(self, full: bool) -> None:
        chosen = queries.chosen_queries(self.review)
        names = ", ".join(query.id for query in chosen)

        def answer(yes: bool | None) -> None:
            if yes:
                self._start(full)

        how = "Read every record again of" if full else "Refresh"
        self.app.push_screen(AskDialog(plain(f"{how} {len(chosen)} queries ({names})?")), answer)

    def _start(self, full: bool) -> None:
        folder, person = self.review.folder, self.review.viewer
        self._told = ("", 0, None)

        def work() -> searching.Refreshed:
            # A connection of its own: SQLite's belong to the thread that made them.
            worker = get_current_worker()

            def progress(what: str, done: int, total: int | None) -> None:
                if worker.is_cancelled:
                    raise Stopped
                self._told = (what, done, total)
                self.app.call_from_thread(self._draw_progress)

            review = open_review(folder, person)
            try:
                done = searching.refresh(
                    review, queries.chosen_queries(review), clients(), full=full, progress=progress
                )
                deduplication.deduplicate(review, progress)
                return done
            finally:
                review.close()

        self._run = self.run_worker(work, thread=True, exit_on_error=False, group="search")
        self._draw_head()
        self.show_keys()

    def _draw_progress(self) -> None:
        if self.is_mounted and self.is_attached:
            self._draw_head()

    def action_stop(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self.say("~", "stopping; what was read stays, the next run continues")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._run or event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        self._run = None
        with self.telling():
            self.renew()
        self.show_keys()
        if event.state is WorkerState.SUCCESS:
            self._say_done(event.worker.result)
        elif event.state is WorkerState.ERROR and not isinstance(event.worker.error, Stopped):
            self.say("!", plain(str(event.worker.error)))
        else:
            self.say("~", "stopped; run it again, it continues")

    def _say_done(self, done: Any) -> None:
        new = sum(run.new for run in done.runs)
        changed = sum(run.changed for run in done.runs)
        gone = sum(len(run.gone) for run in done.runs)
        for name, error in done.failed:
            self.say("!", plain(f"{name}: {error}"))
        if not done.failed:
            self.say("+", f"{new:,} new, {changed:,} changed, {gone:,} no longer returned")


def _line(run: dict[str, Any]) -> Line:
    loud = run["messages"] or run["missing"] or not run["finished"]
    what = f"{run['query']}  {run['hits']:,} in {run['platform'] or run['database']}"
    parts = [f"{run[name]:,} {name}" for name in ("new", "changed", "repeated") if run[name]]
    if run["gone"]:
        parts.append(f"{len(run['gone']):,} gone")
    if run["skipped"]:
        parts.append(f"{run['skipped']:,} not readable")
    if not run["finished"]:
        parts.append(run["state"])
    mark = "!" if loud else "+" if run["new"] else " "
    date = run["searched_on"] or run["at"][:10]
    return Line(
        run["id"], f"{date}  {what}", mark=mark, tail=" · ".join(parts), quiet=run["state"] == "abandoned"
    )


class SearchScreen(ReviewScreen):
    """One run: its counts, what the database said, the strategy verbatim."""

    PLACE = "search"
    EXPLAIN = (
        "One search as it was run: counts, what the database said of it, and the strategy to the letter."
    )
    AUTO_FOCUS = "#search"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, run: dict[str, Any]) -> None:
        super().__init__()
        self._run_shown = run

    def body(self) -> Iterator[Widget]:
        yield VerticalScroll(Static(markup=False, id="search-text"), id="search")

    def renew(self) -> None:
        self.query_one("#search-text", Static).update(run_text(self._run_shown))


def run_text(run: dict[str, Any]) -> Content:
    """All that is known of a run; what the database complained of stands first."""
    date = run["searched_on"] or run["at"][:10]
    parts: list[Any] = [(f"{plain(run['query'])}  {date}", "bold"), "\n"]
    for message in run["messages"]:
        parts += [(f"! {plain(message)}", "bold $error"), "\n"]
    if run["missing"]:
        parts += [(f"! counted but not returned: {plain(', '.join(run['missing']))}", "bold $error"), "\n"]
    if not run["finished"]:
        parts += [(f"! {run['state']}", "bold $error"), "\n"]
    parts.append("\n")
    since = f", revisions since {run['since']}" if run["since"] else ""
    facts = [
        ("database", run["database"]),
        ("platform", run["platform"]),
        ("kind", run["kind"]),
        ("searched by", run["searched_by"] or run["by"]),
        ("read", ("every record" if run["scope"] == "full" else "what was new or revised") + since),
        ("hits", f"{run['hits']:,}"),
        *(
            (name, f"{run[name]:,}")
            for name in ("new", "changed", "unchanged", "repeated")
            if run[name] is not None
        ),
        ("not readable", f"{run['skipped']:,}" if run["skipped"] else None),
        ("no longer returned", ", ".join(run["gone"])),
        ("limits", "; ".join(run["limits"])),
        ("file", run["file"]),
        ("notes", run["notes"]),
    ]
    for name, value in facts:
        if value:
            parts += [(f"{name:<20}", "bold"), plain(value), "\n"]
    for name, text in (("strategy", run["strategy"]), ("read by the database as", run["query_translation"])):
        if text:
            parts += ["\n", (name, "bold"), "\n", plain(text).strip("\n"), "\n"]
    return Content.assemble(*parts)
