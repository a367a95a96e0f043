"""Studies: included reports grouped by trial; what register numbers suggest; where each study stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.model.errors import ScreenerError
from screener.model.protocol import Role
from screener.steps import alerts, records, studies
from screener.steps.records import Titled
from screener.steps.review import Review
from screener.steps.studies import Standing
from screener.tui.form_text import standing_words
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import FindDialog, FindField, LineDialog
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList


def extracts(review: Review) -> bool:
    """The person fills in forms."""
    return review.me is not None and Role.SCREENER in review.me.roles


def standings(review: Review) -> dict[str, Standing]:
    """Where every study stands; one that cannot be compared says why, and the others stay usable."""
    found = {}
    for study in studies.studies(review):
        try:
            found[study.name] = studies.standing(review, study.name)
        except ScreenerError as error:
            found[study.name] = Standing(study.name, "repair", why=str(error))
    return found


async def open_study(screen: ReviewScreen, study: str) -> None:
    """The desk while forms are filled in; the comparison once both have submitted."""
    from screener.tui.screens.compare import CompareScreen
    from screener.tui.screens.extraction import StudyScreen

    if studies.compared(screen.review, study) is None:
        await screen.app.push_screen(StudyScreen(study))
    else:
        await screen.app.push_screen(CompareScreen(study))


class PickDialog(FindDialog):
    """One of several lines, found by its words. `new`: what enter does with words that no line has."""

    def __init__(self, question: str, lines: Sequence[Line], current: str | None, new: str = "") -> None:
        super().__init__(lines, current)
        self._question = question
        self._new = new

    def body(self) -> Iterator[Widget]:
        widgets = list(super().body())
        yield Static(Content(self._question))
        yield from widgets[1:]

    def _count(self, found: int) -> str:
        return f"{found:,} of {len(self._lines):,}" if found else self._new or "nothing has all these words"

    def take(self) -> None:
        line = self.query_one(LineList).current
        typed = self.query_one(FindField).value.strip()
        if line is not None:
            self.dismiss(line.key)
        elif typed and self._new:
            self.dismiss(typed)


class StudiesScreen(ReviewScreen):
    """Every study with its reports, and the included reports that belong to none yet."""

    PLACE = "studies"
    EXPLAIN = (
        "A study is the trial, its reports are the articles about it. Included reports without a study stand "
        "first; when one shares a register number with a study, enter takes that suggestion. n makes a new study "
        "of a report, l links it to a study, x takes it out again, u takes your last link back. Enter on a study "
        "opens its extraction. The right end says where a study stands for you; the other extractor's forms are "
        "unknown here until both of you have submitted."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new study", id="studies.new", tooltip="A new study of this report"),
        Binding("l", "link", "link", id="studies.link", tooltip="Link this report to a study"),
        Binding("x", "take_out", "take out", id="studies.out", tooltip="Take this report out of its study"),
        Binding("u", "undo", "undo", id="studies.undo", tooltip="Take back your last link of this session"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._study_of: dict[str, str] = {}
        self._suggested: dict[str, str] = {}
        self._names: list[str] = []
        # Reports linked in this session with the study they had before, the last one at the end.
        self._linked: list[tuple[str, str | None]] = []

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="studies")
        yield Static(markup=False, id="next")

    def renew(self) -> None:
        groups = studies.studies(self.review)
        loose = studies.ungrouped(self.review)
        hints = {hint.record: hint for hint in studies.suggestions(self.review)}
        titles = {title.record: title for title in records.titles(self.review)}
        standing = standings(self.review)
        self._study_of = {report: group.name for group in groups for report in group.reports}
        self._suggested = {record: hint.study for record, hint in hints.items()}
        self._names = [group.name for group in groups]
        raised: dict[str, list[str]] = {}
        for alert in alerts.alerts(self.review):
            if alert.open:
                raised.setdefault(alert.record, []).append(alert.kind)
        lines = []
        for record in loose:
            hint = hints.get(record)
            tail = f"{hint.registry_id} is {hint.study}'s too" if hint else "no study"
            lines.append(Line(f"report:{record}", titles[record].line, mark="~" if hint else "!", tail=tail))
        torn = studies.clashes(self.review)
        for group in groups:
            mark, words = standing_words(standing[group.name], extractor=extracts(self.review))
            lines.append(Line(f"study:{group.name}", group.name, mark=mark, tail=words))
            for report in group.reports:
                line = self._report_line(report, titles[report])
                if report in raised:
                    line = replace(line, mark="!", tail=f"{', '.join(raised[report])}: g a")
                if report in torn:
                    names = " and ".join(torn[report])
                    line = replace(line, mark="!", tail=f"was in {names} before a merge: link it again")
                lines.append(line)
        self.query_one(LineList).show(lines)
        self.workbench.count_studies(loose, standing.values())
        self.show_waiting()
        self.query_one("#progress", Static).update(self._head(len(groups), len(loose)))
        self.query_one("#next", Static).update(Content(self._next(bool(lines), len(loose))).stylize("$quiet"))
        self.show_keys()

    def _report_line(self, report: str, title: Titled) -> Line:
        sources = records.card(self.review, report).sources
        more = f" +{len(sources) - 1}" if len(sources) > 1 else ""
        return Line(f"report:{report}", f"  {title.line}", tail=f"{sources[0].reference}{more}", quiet=True)

    def _head(self, groups: int, loose: int) -> Content:
        reports = len(self._study_of)
        words = f"{groups:,} stud{'y' if groups == 1 else 'ies'} in {reports:,} report{'' if reports == 1 else 's'}"
        rest = f"   {loose:,} included report{'' if loose == 1 else 's'} without a study" if loose else ""
        return Content.assemble((words, "bold"), (rest, "$maybe"))

    def _next(self, any_line: bool, loose: int) -> str:
        if not any_line:
            return (
                "Reports come here when every voter has included them at full text (g f). "
                "Then they are grouped into studies, and each study is extracted twice."
            )
        if loose:
            return "enter takes a suggestion, or asks for the study of a report; on a study it opens the extraction"
        return "enter opens the extraction of a study"

    # The line under the cursor -------------------------------------------------------------------

    @property
    def report(self) -> str | None:
        line = self.query_one(LineList).current
        kind, _, key = line.key.partition(":") if line is not None else ("", "", "")
        return key if kind == "report" else None

    async def on_line_list_opened(self, event: LineList.Opened) -> None:
        kind, _, key = event.line.key.partition(":")
        with self.telling():
            if kind == "study":
                await open_study(self, key)
            elif key in self._study_of:
                await open_study(self, self._study_of[key])
            elif key in self._suggested:
                self._link(key, self._suggested[key])
            else:
                self.action_link()

    def on_line_list_moved(self) -> None:
        self.show_keys()

    def _link(self, record: str, study: str | None) -> None:
        before = self._study_of.get(record)
        studies.link(self.review, record, study)
        self._linked.append((record, before))
        self.renew()
        done = f"the report belongs to {study}" if study else f"the report is taken out of {before}"
        self.say("+", f"{done}; u takes it back")

    def action_new(self) -> None:
        record = self.report
        if record is None:
            return

        def answer(name: str | None) -> None:
            if name is not None:
                with self.telling():
                    self._link(record, name)

        self.app.push_screen(LineDialog("Name of the new study, e.g. VELOUR", needed=True), answer)

    def action_link(self) -> None:
        record = self.report
        if record is None:
            return

        def answer(name: str | None) -> None:
            if name is not None:
                with self.telling():
                    self._link(record, name)

        lines = [Line(name, plain(name)) for name in self._names]
        question = "Link to which study? Pick one, or type the name of a new one"
        new = "no study has this name: enter makes it"
        self.app.push_screen(PickDialog(question, lines, self._suggested.get(record), new), answer)

    def action_take_out(self) -> None:
        if self.report is not None:
            self._link(self.report, None)

    def action_undo(self) -> None:
        record, before = self._linked.pop()
        studies.link(self.review, record, before)
        self.renew()
        self.say("+", f"taken back: the report is {f'in {before}' if before else 'in no study'} again")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"new", "link"}:
            return True if self.review.me is not None and self.report is not None else None
        if action == "take_out":
            return True if self.review.me is not None and self.report in self._study_of else None
        if action == "undo":
            return True if self._linked else None
        return True
