"""Two extractors' forms side by side: where they differ, what was settled, and what they agreed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.extraction.compare import DROP, KEEP, WHOLE
from screener.extraction.forms import fold
from screener.model.extraction import FIELDS, Form, Item
from screener.steps import studies
from screener.tui.form_text import form_content, item_words, label, marked_line
from screener.tui.pair_text import compared as marked_pair
from screener.tui.screens.dialogs import LineDialog
from screener.tui.screens.extraction import ONE, ReportView
from screener.tui.screens.studies import PickDialog, extracts
from screener.tui.text import fitted, plain
from screener.tui.widgets.line_list import Line, LineList
from screener.tui.widgets.reader import Reader

EMPTY = "(empty)"
# Fields that say where a reading stands in the report.
EVIDENCE = ("report", "page", "quote", "support", "note")


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing to settle: a field, or (field "*") a form that only one extractor has. `said`: (value, words)."""

    form: Form
    key: str
    field: str
    a: str
    b: str
    said: tuple[str, str] | None

    @property
    def whole(self) -> bool:
        return self.field == WHOLE


class CompareScreen(ReportView):
    """What both extractors read, once both have submitted the study."""

    PLACE = "compare"
    road = "extract"
    EXPLAIN = (
        "Every reading on which the two extractors differ, with both values and what was settled. 1 takes the first "
        "one's value, 2 the second one's, t types another; of a form that only one of them filled in, k keeps it and "
        "d drops it. r corrects a field that both read alike. One line says why. Settling again replaces what was "
        "said; the ledger keeps both. When nothing is left to settle, the study is agreed, and its effects stand "
        "below with log hazard ratio and standard error, or with the reason why no network takes them."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "1", "take(0)", "first's", id="compare.first", tooltip="Settle with the first extractor's value"
        ),
        Binding(
            "2", "take(1)", "second's", id="compare.second", tooltip="Settle with the second one's value"
        ),
        Binding("t", "type", "type", id="compare.type", tooltip="Settle with another value, typed"),
        Binding("k", "whole('keep')", "keep", id="compare.keep", tooltip="Keep the form that only one has"),
        Binding("d", "whole('drop')", "drop", id="compare.drop", tooltip="Drop the form that only one has"),
        Binding("r", "correct", "correct", id="compare.correct", tooltip="Correct what both read alike"),
        Binding("f", "forms", "your forms", id="compare.forms", tooltip="Your own forms of this study"),
        Binding(
            "right_square_bracket,tab",
            "report(1)",
            "report",
            id="compare.report",
            key_display="[ ]",
            tooltip="The next report of the study; [ the one before",
        ),
        Binding(
            "left_square_bracket",
            "report(-1)",
            "report before",
            id="compare.report_before",
            show=False,
            tooltip="The report before",
        ),
        Binding("space", "detail(1)", "more", id="compare.page_down", tooltip="Below the list: next page"),
        Binding(
            "backspace",
            "detail(-1)",
            "page up",
            id="compare.page_up",
            show=False,
            tooltip="Below the list: page up",
        ),
        Binding(
            "w", "words", "words", id="compare.words", tooltip="The report's words, or the readings again"
        ),
    ]

    def __init__(self, study: str) -> None:
        super().__init__(study)
        self._people = ("", "")
        self._readings: dict[str, Reading] = {}
        self._forms: dict[str, list[Item]] = {}
        self._unsettled = 0
        self._mine = False

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        with Horizontal(id="extraction"):
            yield self.reader()
            with Vertical(id="forms-side"):
                yield Static(markup=False, id="columns")
                yield LineList(id="readings")
                yield VerticalScroll(Static(markup=False, id="reading"), can_focus=False, id="reading-box")

    def on_mount(self) -> None:
        self.add_class("-compare")

    def renew(self) -> None:
        self.read_reports()
        self._read()

    def _read(self, *, forward: bool = False) -> None:
        found = studies.compared(self.review, self.study)
        lines = self.query_one(LineList)
        self._readings = {}
        if found is not None:
            self._people = found.extractors
            self._forms = studies.readings(self.review, self.study)
            self._unsettled = found.unsettled
            self._mine = studies.standing(self.review, self.study).mine
            self._readings = {line_key(r.form, r.key, r.field): r for r in self._all(found)}
        still = [n for n, reading in enumerate(self._readings.values()) if reading.said is None]
        after = next((n for n in still if n >= lines.cursor), still[0] if still else None)
        at = after if forward else None
        lines.show(self._lines(), cursor=at)
        self.draw_progress()
        self._draw_reading()
        self.show_keys()

    def _all(self, found: studies.Compared) -> list[Reading]:
        why = {
            (Form(row["form"]), fold(row["item"]), row["field"]): f"{row['actor']}: {row['why']}"
            for row in studies.settlement_log(self.review)
            if row["study"] == self.study
        }
        values = {(form, fold(key), field): text for (form, key, field), text in found.settled.items()}

        def said(form: Form, key: str, field: str) -> tuple[str, str] | None:
            spot = (form, fold(key), field)
            return (values[spot], why.get(spot, "")) if spot in values else None

        comparison = found.comparison
        readings = [
            Reading(d.form, d.key, d.field, d.a, d.b, said(d.form, d.key, d.field))
            for d in comparison.differences
        ]
        for items, a, b in ((comparison.only_a, "has it", "-"), (comparison.only_b, "-", "has it")):
            readings += [Reading(i.form, i.key, WHOLE, a, b, said(i.form, i.key, WHOLE)) for i in items]
        differ = {(r.form, fold(r.key), r.field) for r in readings}
        for form, key, field in found.settled:
            # A settlement without a difference corrects what both read alike.
            spot = (form, fold(key))
            if spot in found.both and field in FIELDS[form] and (*spot, field) not in differ:
                both = [i.values.get(field, "") for i in self._of(form, key)]
                readings.append(Reading(form, key, field, both[0], both[-1], said(form, key, field)))
        order = list(Form)
        return sorted(readings, key=lambda r: (order.index(r.form), fold(r.key)))

    # Drawing -------------------------------------------------------------------------------------

    def _widths(self) -> tuple[int, int]:
        """Cells of the left part (form and field), and of each of the three columns."""
        width = self.query_one(LineList).size.width or self.app.size.width
        column = max(9, min(24, (width - 4) // 6))
        return max(12, width - 4 - 2 - 3 * (column + 2)), column

    def _row(self, what: str, *cells: str) -> str:
        left, column = self._widths()
        return "  ".join([fitted(what, left), *(fitted(cell, column) for cell in cells)])

    def _lines(self) -> list[Line]:
        lines = []
        for key, reading in self._readings.items():
            what = f"{self._field(reading)} · {self._about(reading)}"
            settled = (reading.said[0] or EMPTY) if reading.said is not None else "open"
            text = self._row(what, reading.a or EMPTY, reading.b or EMPTY, settled)
            lines.append(Line(key, text, mark="+" if reading.said is not None else "!"))
        return lines

    def _field(self, reading: Reading) -> str:
        return ONE[reading.form] if reading.whole else label(reading.form, reading.field)

    def _about(self, reading: Reading) -> str:
        item = next(iter(self._both(reading)), None)
        return item_words(item)[0] if item is not None else plain(reading.key)

    def _both(self, reading: Reading) -> list[Item]:
        return self._of(reading.form, reading.key)

    def _of(self, form: Form, key: str) -> list[Item]:
        """The form of either extractor, as far as they have it."""
        return [
            item
            for person in self._people
            for item in self._forms.get(person, ())
            if item.form is form and fold(item.key) == fold(key)
        ]

    def on_resize(self) -> None:
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self.is_mounted:
            self.query_one("#columns", Static).update(
                Content("    " + self._row("the readings that differ", *self._people, "settled")).stylize(
                    "$quiet"
                )
            )
            self.query_one(LineList).show(self._lines())

    def draw_progress(self) -> None:
        count = len(self._readings)
        if self._unsettled:
            state = Content(f"! {self._unsettled} of {count} readings to settle").stylize("bold $conflict")
        else:
            done = studies.agreed(self.review, self.study)
            differ = f"{count} reading{'' if count == 1 else 's'} settled" if count else "no reading differs"
            if done.items is not None:
                state = Content(f"+ agreed: {differ}").stylize("bold $include")
            else:
                state = Content(f"! {plain(done.waits_for)}").stylize("bold $conflict")
        parts = [plain(f"{self._people[0]} and {self._people[1]}")]
        parts += [self.report_words] if self.report_words else []
        words = " · ".join(parts)
        self.query_one("#progress", Static).update(
            Content.assemble((plain(self.study), "bold"), "   ", state, f"   {words}")
        )
        self._redraw()

    @property
    def reading(self) -> Reading | None:
        line = self.query_one(LineList).current
        return self._readings.get(line.key) if line is not None else None

    def _draw_reading(self) -> None:
        parts = []
        if self.reading is not None:
            parts.append(self._reading_content(self.reading))
        if not self._unsettled:
            parts.append(self._agreed_content())
        self.query_one("#reading", Static).update(Content("\n\n").join(parts))
        self.query_one("#reading-box").scroll_home(animate=False)

    def _reading_content(self, reading: Reading) -> Content:
        lines = [Content.assemble((plain(reading.key), "bold"), f"   {self._field(reading)}")]
        items = {
            person: next((i for i in self._both(reading) if i in self._forms.get(person, ())), None)
            for person in self._people
        }
        if reading.whole:
            for person, item in items.items():
                if item is None:
                    lines.append(Content(f"{person} has not filled in this form").stylize("$quiet"))
                else:
                    lines += [Content(f"{person} read").stylize("$quiet"), form_content(item)]
        else:
            both = marked_pair(plain(reading.a), plain(reading.b))
            for n, (person, text) in enumerate(zip(self._people, both, strict=True)):
                value = text if text.plain else Content(EMPTY).stylize("$quiet")
                item = items[person]
                where = self._evidence(item) if item is not None else ""
                lines.append(
                    Content.assemble((f"{n + 1} {person:<6} ", "bold $key"), value, (f"   {where}", "$quiet"))
                )
        if reading.said is not None:
            value_words = reading.said[0] or EMPTY
            lines.append(marked_line("+", f"settled: {value_words}, {reading.said[1]}"))
        return Content("\n").join(lines)

    def _evidence(self, item: Item) -> str:
        parts = [
            f"{label(item.form, f)}: {item.values[f]}"
            for f in EVIDENCE
            if item.values.get(f) and f in item.values
        ]
        return plain(" · ".join(parts))

    def _agreed_content(self) -> Content:
        """What the study gives to a network, and what it does not."""
        effects, left_out = studies.effects(self.review, self.study)
        lines = []
        for effect in effects:
            words = f"{effect.outcome}, {effect.population}: {effect.treatment} v {effect.comparator}"
            numbers = f"   log HR {effect.log_hr:+.3f}   SE {effect.se:.4f}"
            lines.append(
                Content.assemble(
                    ("+ ", "$include"), plain(words), (numbers, "bold"), (f"   {effect.method}", "$quiet")
                )
            )
        for each in left_out:
            words = ", ".join(part for part in (each.outcome, each.population) if part)
            lines.append(marked_line("~", f"{words}: in no network, {each.reason}"))
        if not lines and studies.agreed(self.review, self.study).items is not None:
            lines.append(
                Content("The extractors agreed that the study has no effect to pool.").stylize("$quiet")
            )
        return Content("\n").join(lines)

    def on_line_list_opened(self) -> None:
        if self.reading is not None and self.reading.whole:
            self.say("~", "only one of the two has this form: k keeps it, d drops it")
        elif self._mine:
            self.action_type()

    def on_line_list_moved(self) -> None:
        self._draw_reading()
        self.show_keys()

    def action_detail(self, by: int) -> None:
        if self.has_class("-words"):
            self.query_one(Reader).scroll_pages(by)
            return
        box = self.query_one("#reading-box")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)

    def action_words(self, by: int = 0) -> None:
        """On a narrow screen the words take the place of the readings."""
        self.toggle_class("-words")

    async def action_forms(self) -> None:
        from screener.tui.screens.extraction import StudyScreen

        await self.app.push_screen(StudyScreen(self.study))

    # Settling ------------------------------------------------------------------------------------

    def action_take(self, side: int) -> None:
        if self.reading is not None and not self.reading.whole:
            self._ask_why(self.reading, (self.reading.a, self.reading.b)[side])

    def action_type(self) -> None:
        if self.reading is not None and not self.reading.whole:
            self._type(self.reading)

    def _type(self, reading: Reading) -> None:
        def answer(value: str | None) -> None:
            if value is not None:
                self._ask_why(reading, value)

        start = reading.said[0] if reading.said is not None else reading.a
        self.app.push_screen(
            LineDialog(f"{self._field(reading)}, as it should be (empty: not printed)", start), answer
        )

    def action_correct(self) -> None:
        """A field that both read alike, chosen from all of them."""
        found = {
            line_key(item.form, item.key, field): Reading(
                item.form, item.key, field, item.values.get(field, ""), "", None
            )
            for item in self._forms.get(self._people[0], ())
            if len(self._of(item.form, item.key)) > 1
            for field in FIELDS[item.form]
        }
        rest = {key: reading for key, reading in found.items() if key not in self._readings}
        lines = [
            Line(key, f"{self._field(r)} · {self._about(r)}", tail=fitted(plain(r.a) or EMPTY, 24).rstrip())
            for key, r in rest.items()
        ]

        def answer(key: str | None) -> None:
            if key is not None:
                self._type(rest[key])

        self.app.push_screen(
            PickDialog("Correct which field? Words of the field or the form", lines, None), answer
        )

    def action_whole(self, word: str) -> None:
        if self.reading is not None and self.reading.whole:
            self._ask_why(self.reading, {"keep": KEEP, "drop": DROP}[word])

    def _ask_why(self, reading: Reading, value: str) -> None:
        def answer(why: str | None) -> None:
            if why is not None:
                with self.telling():
                    self._settle(reading, value, why)

        question = f"{self._field(reading)}: {plain(value) or EMPTY}. Why?"
        self.app.push_screen(LineDialog(question, needed=True), answer)

    def _settle(self, reading: Reading, value: str, why: str) -> None:
        studies.settle(self.review, self.study, reading.form, reading.key, reading.field, value, why)
        self._read(forward=True)
        left = f"{self._unsettled} left" if self._unsettled else "nothing is left to settle"
        self.say("+", f"settled: {self._field(reading)} {plain(value) or EMPTY}; {left}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"take", "type", "whole"}:
            reading = self.reading if self.is_mounted else None
            fits = reading is not None and reading.whole == (action == "whole")
            return True if fits and self._mine else None
        if action == "correct":
            return True if self._mine else None
        if action == "forms":
            return True if extracts(self.review) else None
        if action == "report":
            return True if len(self._cards) > 1 else None
        return True


def line_key(form: Form, key: str, field: str) -> str:
    return f"{form.value}|{key}|{field}"
