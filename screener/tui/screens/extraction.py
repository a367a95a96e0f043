"""Extraction: the studies that wait for this person, and the desk of one study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.extraction.hr import HrResult
from screener.extraction.rob import DOMAINS
from screener.model.errors import InputError
from screener.model.extraction import Form, Item
from screener.screening import Highlighter
from screener.steps import records, studies
from screener.steps.records import Card
from screener.tui.form_text import (
    TITLES,
    derived,
    form_content,
    item_mark,
    item_words,
    standing_words,
)
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import AskDialog
from screener.tui.screens.studies import extracts, open_study, standings
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList
from screener.tui.widgets.reader import Reader

# What enter on a heading, and the letter, adds.
ADD_KEYS = {Form.STUDY: "S", Form.ARM: "a", Form.EFFECT: "e", Form.ROB: "b"}
ONE = {Form.STUDY: "study form", Form.ARM: "arm", Form.EFFECT: "effect", Form.ROB: "judgement"}


class ExtractScreen(ReviewScreen):
    """The studies, those first that wait for this person."""

    PLACE = "extract"
    EXPLAIN = (
        "The studies to be extracted, those first that wait for you. Two extractors fill in the forms of a study "
        "without seeing each other's; when both have submitted it, the forms open and every difference is settled "
        "with a reason. Enter opens the desk of a study, or the comparison once both have submitted."
    )

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="extract")
        yield Static(markup=False, id="next")

    def renew(self) -> None:
        found = sorted(
            standings(self.review).values(), key=lambda s: (not s.waits, s.part == "agreed", s.study)
        )
        lines = []
        for standing in found:
            mark, words = standing_words(standing, extractor=extracts(self.review))
            lines.append(
                Line(standing.study, standing.study, mark=mark, tail=words, quiet=not standing.waits)
            )
        self.query_one(LineList).show(lines)
        waiting = sum(s.waits for s in found)
        agreed = sum(s.part == "agreed" for s in found)
        self.workbench.count("extract", waiting)
        head = f"{waiting:,} of {len(found):,} studies wait for you" if waiting else "No study waits for you."
        self.query_one("#progress", Static).update(Content.assemble((head, "bold"), f"   {agreed:,} agreed"))
        if not found:
            hint = "Studies come here when included reports have been grouped under Studies (g t)."
        elif waiting or not extracts(self.review):
            hint = "enter opens a study"
        else:
            hint = "The ball is with the other extractor; differences come here when both have submitted a study."
        self.query_one("#next", Static).update(Content(hint).stylize("$quiet"))

    async def on_line_list_opened(self, event: LineList.Opened) -> None:
        with self.telling():
            await open_study(self, event.line.key)


class ReportView(ReviewScreen):
    """A screen with the words of a study's reports on the left."""

    def __init__(self, study: str, at: int = 0) -> None:
        super().__init__()
        self.study = study
        self._at = at
        self._cards: list[Card] = []

    def reader(self) -> Reader:
        return Reader(Highlighter(self.review.protocol.criteria))

    def read_reports(self) -> None:
        groups = {group.name: group.reports for group in studies.studies(self.review)}
        self._cards = [records.card(self.review, report) for report in groups.get(self.study, ())]
        self._at = min(self._at, max(0, len(self._cards) - 1))
        self.draw_report()

    @property
    def cards(self) -> Sequence[Card]:
        return self._cards

    @property
    def card(self) -> Card | None:
        return self._cards[self._at] if self._at < len(self._cards) else None

    def draw_report(self) -> None:
        reader = self.query_one(Reader)
        if self.card is not None:
            reader.show(self.card)
        else:
            reader.show_nothing(Content("No included report belongs to this study any more."))

    @property
    def report_words(self) -> str:
        return f"report {self._at + 1} of {len(self._cards)}" if len(self._cards) > 1 else ""

    def action_report(self, by: int) -> None:
        if self._cards:
            self._at = (self._at + by) % len(self._cards)
            self.draw_report()
            self.draw_progress()

    def draw_progress(self) -> None:
        """The line under the road."""

    def action_words(self, by: int) -> None:
        self.query_one(Reader).scroll_pages(by)

    def action_highlights(self) -> None:
        self.query_one(Reader).toggle_highlights()


class StudyScreen(ReportView):
    """The desk of one study: its reports, and this person's forms."""

    PLACE = "study"
    road = "extract"
    EXPLAIN = (
        "The words of the study's reports, and your forms: the study itself, its arms, the effects, and the risk of "
        "bias in seven domains. A letter adds a form, enter edits the one under the cursor, x withdraws it, u takes "
        "your last step back. Marks: + the checks pass, ~ one warns, ! one blocks; for bias + low, - high, ? "
        "unclear. Nobody sees your forms until both extractors have submitted the study (s); then c compares them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add('arm')", "arm", id="study.arm", tooltip="Add an arm"),
        Binding("e", "add('effect')", "effect", id="study.effect", tooltip="Add an effect: a hazard ratio"),
        Binding("b", "add('rob')", "bias", id="study.bias", tooltip="Judge the next domain of risk of bias"),
        Binding("S", "add('study')", "study", id="study.study", tooltip="The form about the study itself"),
        Binding(
            "x", "withdraw", "withdraw", id="study.withdraw", tooltip="Withdraw the form under the cursor"
        ),
        Binding("u", "undo", "undo", id="study.undo", tooltip="Take back your last step on this study"),
        Binding("s", "submit", "submit", id="study.submit", tooltip="Say that you have finished this study"),
        Binding("c", "compare", "compare", id="study.compare", tooltip="Both extractors' forms side by side"),
        Binding(
            "right_square_bracket,tab",
            "report(1)",
            "report",
            id="study.report",
            key_display="[ ]",
            tooltip="The next report of the study; [ the one before",
        ),
        Binding(
            "left_square_bracket",
            "report(-1)",
            "report before",
            id="study.report_before",
            show=False,
            tooltip="The report before",
        ),
        Binding("space", "words(1)", "more", id="study.page_down", tooltip="Next page of the report's words"),
        Binding(
            "backspace",
            "words(-1)",
            "page up",
            id="study.page_up",
            show=False,
            tooltip="Page before of the words",
        ),
        Binding("h", "highlights", "marks", id="study.highlights", tooltip="Highlight terms on or off"),
    ]

    def __init__(self, study: str) -> None:
        super().__init__(study)
        self._items: dict[str, Item] = {}
        self._results: dict[str, HrResult | InputError] = {}
        self._open = self._submitted = False
        # What takes a step back: form, key and the values before (None: it was not there).
        self._steps: list[list[tuple[Form, str, dict[str, str] | None]]] = []

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        with Horizontal(id="extraction"):
            yield self.reader()
            with Vertical(id="forms-side"):
                yield LineList(id="forms")
                yield VerticalScroll(Static(markup=False, id="form-text"), can_focus=False, id="form-box")

    def renew(self) -> None:
        self.read_reports()
        self._read_forms()

    # The forms -----------------------------------------------------------------------------------

    def _read_forms(self, cursor: str | None = None) -> None:
        mine = studies.own_items(self.review, self.study) if extracts(self.review) else []
        self._items = {line_key(item): item for item in mine}
        self._results = {
            key: self._check(item) for key, item in self._items.items() if item.form is Form.EFFECT
        }
        self._open = studies.compared(self.review, self.study) is not None
        self._submitted = not self._open and studies.standing(self.review, self.study).part == "wait"
        lines = self._lines()
        at = next((n for n, line in enumerate(lines) if line.key == cursor), None)
        self.query_one(LineList).show(lines, cursor=at)
        self.draw_progress()
        self._draw_form()
        self.show_keys()

    def _check(self, item: Item) -> HrResult | InputError:
        try:
            return studies.effect_checks(self.review, self.study, item.values)
        except InputError as error:
            return error

    def _lines(self) -> list[Line]:
        lines = []
        for form in Form:
            tail = f"{ADD_KEYS[form]} adds one" if form in (Form.ARM, Form.EFFECT) else ""
            lines.append(Line(f"add:{form.value}", f"─ {TITLES[form]}", tail=tail, quiet=True))
            of_form = [item for item in self._items.values() if item.form is form]
            for item in sorted(of_form, key=lambda i: i.key) if form is Form.ROB else of_form:
                key = line_key(item)
                words, numbers = item_words(item)
                mark = item_mark(item, self._results.get(key))
                lines.append(Line(key, words, mark=mark, tail=numbers))
            if form is Form.ROB:
                judged = {item.key for item in of_form}
                for domain in DOMAINS:
                    if domain.id not in judged:
                        words = f"{domain.id} {domain.label}"
                        lines.append(
                            Line(f"judge:{domain.id}", words, mark="o", tail="not judged", quiet=True)
                        )
            elif form is Form.STUDY and not of_form:
                lines.append(Line("add:study:", "not filled in", mark="o", tail="S", quiet=True))
        order = {domain.id: n for n, domain in enumerate(DOMAINS)}
        bias = [
            line for line in lines if line.key.partition(":")[0] == "judge" or line.key.startswith("rob|")
        ]
        rest = [line for line in lines if line not in bias]
        return [*rest, *sorted(bias, key=lambda line: order.get(line.text[:2], 9))]

    def draw_progress(self) -> None:
        standing = studies.standing(self.review, self.study)
        mark, words = standing_words(standing, extractor=extracts(self.review))
        if self._open:
            words += "; both have submitted: c compares"
        parts = [part for part in (self.report_words, f"{mark} {words}") if part]
        line = Content.assemble((plain(self.study), "bold"), "   ", " · ".join(parts))
        self.query_one("#progress", Static).update(line)

    @property
    def item(self) -> Item | None:
        """The form under the cursor."""
        line = self.query_one(LineList).current
        return self._items.get(line.key) if line is not None else None

    def _draw_form(self) -> None:
        item = self.item
        text = Content("")
        if item is not None:
            text = form_content(item, self._results.get(line_key(item)))
            arms = [i for i in self._items.values() if i.form is Form.ARM]
            more = derived(item.form, item.values, arms, self.review.protocol)
            text = Content("\n").join([text, *([Content("")] if more else []), *more])
        self.query_one("#form-text", Static).update(text)

    def on_line_list_moved(self) -> None:
        self._draw_form()
        self.show_keys()

    async def on_line_list_opened(self, event: LineList.Opened) -> None:
        if not self.filling:
            if self._open:
                self.say(
                    "~", "both have submitted: c compares, and a correction is settled there with its reason"
                )
            return
        kind, _, key = event.line.key.partition(":")
        with self.telling():
            if event.line.key in self._items:
                await self._edit(self._items[event.line.key])
            elif kind == "judge":
                await self._add(Form.ROB, {"domain": key})
            else:
                await self.action_add(key.rstrip(":"))

    @property
    def filling(self) -> bool:
        """This person may still add and change forms: before both extractors have submitted."""
        return extracts(self.review) and not self._open

    # Filling in ----------------------------------------------------------------------------------

    async def action_add(self, name: str) -> None:
        form = Form(name)
        of_form = [item for item in self._items.values() if item.form is form]
        if form is Form.STUDY:
            if of_form:
                await self._edit(of_form[0])
            else:
                await self._add(form, {"name": self.study, **self._from_reports()})
        elif form is Form.EFFECT:
            arms = [item.values.get("name", "") for item in self._items.values() if item.form is Form.ARM]
            if len(arms) < 2:
                self.say("~", "an effect compares two arms: a records an arm")
                return
            preset = dict(zip(("treatment", "comparator"), arms, strict=False)) if len(arms) == 2 else {}
            outcomes = self.review.protocol.outcomes
            preset |= {"outcome": outcomes[0].id} if len(outcomes) == 1 else {}
            preset |= {"report": self.card.sources[0].reference} if self.card is not None else {}
            await self._add(form, preset)
        elif form is Form.ROB:
            judged = {item.key for item in of_form}
            waiting = [domain.id for domain in DOMAINS if domain.id not in judged]
            if not waiting:
                self.say("~", "all seven domains are judged; enter on one edits it")
                return
            await self._add(form, {"domain": waiting[0]})
        else:
            await self._add(form, {})

    def _from_reports(self) -> dict[str, str]:
        """What the reports' own fields say of the study: the register number, and which report there is."""
        numbers = dict.fromkeys(number for card in self._cards for number in card.fields.registry_ids)
        found = {"registration": next(iter(numbers))} if len(numbers) == 1 else {}
        if len(self._cards) == 1:
            found["main_report"] = self._cards[0].sources[0].reference
        return found

    async def _add(self, form: Form, preset: dict[str, str]) -> None:
        await self._open_form(form, preset, None)

    async def _edit(self, item: Item) -> None:
        await self._open_form(item.form, item.values, item)

    async def _open_form(self, form: Form, values: dict[str, str], item: Item | None) -> None:
        from screener.tui.screens.extraction_form import FormScreen

        await self.app.push_screen(FormScreen(self, form, values, item, at=self._at))

    @property
    def items(self) -> Sequence[Item]:
        """This person's forms of the study, as they were read last."""
        return list(self._items.values())

    def keep(self, form: Form, values: dict[str, str], before: Item | None) -> str:
        """Write a form; one whose key has changed replaces the one it was made from. Raises ScreenerError."""
        key = studies.fill(self.review, self.study, form, values)
        steps: list[tuple[Form, str, dict[str, str] | None]] = []
        if before is not None and before.key != key:
            studies.withdraw(self.review, self.study, form, before.key)
            steps = [(form, key, None), (form, before.key, before.values)]
        else:
            steps = [(form, key, before.values if before is not None else None)]
        self._steps.append(steps)
        self._read_forms(line_key(Item(self.study, form, key, values)))
        return key

    def action_withdraw(self) -> None:
        item = self.item
        if item is None:
            return
        studies.withdraw(self.review, self.study, item.form, item.key)
        self._steps.append([(item.form, item.key, item.values)])
        self._read_forms()
        self.say("+", f"withdrawn: {ONE[item.form]} {item.key}; u brings it back")

    def action_undo(self) -> None:
        if not self._steps:
            self.say("~", "nothing of this session to take back; x withdraws the form under the cursor")
            return
        for form, key, values in self._steps[-1]:
            if values is None:
                studies.withdraw(self.review, self.study, form, key)
            else:
                studies.fill(self.review, self.study, form, values)
        form, key, values = self._steps.pop()[-1]
        self._read_forms(line_key(Item(self.study, form, key, {})))
        done = "is withdrawn" if values is None else "is as it was before"
        self.say("+", f"taken back: {ONE[form]} {key} {done}")

    def action_submit(self) -> None:
        judged = {item.key for item in self.items if item.form is Form.ROB}
        lacks = [f"no {ONE[form]}" for form in Form if not any(i.form is form for i in self.items)]
        if judged and len(judged) < len(DOMAINS):
            lacks.append(f"{len(DOMAINS) - len(judged)} domains of bias not judged")
        still = f" Still open: {', '.join(lacks)}." if lacks else ""
        question = (
            f"Submit {plain(self.study)} with {len(self.items)} forms?{still} When the other extractor has "
            "submitted it too, you see each other's forms; that cannot be undone."
        )

        def answer(yes: bool | None) -> None:
            if yes:
                with self.telling():
                    studies.submit(self.review, self.study)
                    self._read_forms()
                    more = "both have: c compares" if self._open else "it waits for the other extractor"
                    self.say("+", f"submitted; {more}")

        self.app.push_screen(AskDialog(question), answer)

    async def action_compare(self) -> None:
        from screener.tui.screens.compare import CompareScreen

        await self.app.push_screen(CompareScreen(self.study))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "add":
            return True if self.filling else None
        if action == "withdraw":
            return True if self.is_mounted and self.filling and self.item is not None else None
        if action == "undo":
            return True if self._steps and self.filling else None
        if action == "submit":
            return True if self._items and self.filling and not self._submitted else None
        if action == "compare":
            return True if self._open else None
        if action == "report":
            return True if len(self._cards) > 1 else None
        return True


def line_key(item: Item) -> str:
    return f"{item.form.value}|{item.key}"
