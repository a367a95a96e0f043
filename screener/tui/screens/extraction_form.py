"""One form of the extraction desk: the report's words beside it, checks that speak while typing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.extraction.checks import Status
from screener.extraction.forms import COMPARATOR_FIRST, TREATMENT_FIRST, fold
from screener.extraction.hr import HrResult
from screener.extraction.printed import given
from screener.extraction.rob import DOMAINS, Judgement
from screener.model.errors import InputError
from screener.model.extraction import FIELDS, Form, Item, item_key
from screener.steps import studies
from screener.tui.form_text import (
    check_lines,
    derived,
    estimate_lines,
    hint,
    label,
    marked_line,
    note_lines,
    passed_line,
    problem_words,
)
from screener.tui.screens.extraction import ONE, ReportView
from screener.tui.text import plain
from screener.tui.widgets.form_field import FORM_KEYS, Choice, FieldRow, Fields, JudgementChoice, TextField

if TYPE_CHECKING:
    from screener.tui.screens.extraction import StudyScreen

MODELS = ("stratified", "unstratified", "adjusted", "post hoc")
BLINDINGS = ("open label", "single blind", "double blind")
# Where a form begins to be filled in; the fields before are known when it opens.
FIRST = {Form.STUDY: "registration", Form.ARM: "name", Form.EFFECT: "outcome", Form.ROB: "judgement"}


class FormScreen(ReportView):
    """Nothing is written until enter; escape leaves, and what was typed comes back with the form."""

    PLACE = "form"
    road = "extract"
    AUTO_FOCUS = ""
    EXPLAIN = (
        "One field a line; copy what is printed, digit by digit, and leave empty what is not. While you type, the "
        "log hazard ratio, its standard error and every check stand below: + passes, ~ warns, ! is wrong or blocks. "
        "A grey ending is a known value: the right arrow takes it. Enter keeps the form; escape leaves and writes "
        "nothing, and what you typed is there again when you open the form. The direction stays empty, unless you "
        "decide a doubt about it: a direction that is filled in counts as a person's word."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *FORM_KEYS,
        Binding("v,ctrl+t", "swap", "swap", id="form.swap", tooltip="Swap treatment and comparator"),
        Binding(
            "ctrl+o", "room", "checks", id="form.room", tooltip="The checks in full, or the report's words"
        ),
        Binding("ctrl+r", "report(1)", "report", id="form.report", tooltip="The next report of the study"),
    ]

    def __init__(
        self, desk: StudyScreen, form: Form, values: dict[str, str], item: Item | None, *, at: int
    ) -> None:
        super().__init__(desk.study, at)
        self._desk = desk
        self._form = form
        self._item = item
        self._start = dict(values)
        self._rows: dict[str, FieldRow] = {}
        self._arms = [each for each in desk.items if each.form is Form.ARM]

    @property
    def _draft_key(self) -> tuple[str, Form, str]:
        if self._item is not None:
            return self.study, self._form, self._item.key
        # A judgement that is not there yet is a draft of its domain.
        return self.study, self._form, f"new:{self._start.get('domain', '')}"

    def body(self) -> Iterator[Widget]:
        draft = self.workbench.form_drafts.get(self._draft_key)
        values = draft if draft is not None else self._start
        self._rows = {
            field: FieldRow(label(self._form, field), self._field(field, values.get(field, "")))
            for field in FIELDS[self._form]
        }
        yield Static(markup=False, id="progress")
        with Horizontal(id="extraction"):
            yield self.reader()
            with Vertical(id="forms-side"):
                yield Fields(*self._rows.values(), id="fields")
                yield Static(markup=False, id="hint")
                yield VerticalScroll(Static(markup=False, id="checks"), can_focus=False, id="checks-box")

    def on_mount(self) -> None:
        self.read_reports()
        self.draw_progress()
        self._rows[FIRST[self._form]].field.focus()
        self._check()
        if self._draft_key in self.workbench.form_drafts:
            self.say("~", "what you typed before is back; nothing of it is written yet")

    def on_resize(self) -> None:
        self.call_after_refresh(self._check)

    def draw_progress(self) -> None:
        what = f"{'edit' if self._item else 'new'} {ONE[self._form]}"
        parts = [part for part in (what, self.report_words) if part]
        line = Content.assemble((plain(self.study), "bold"), "   ", " · ".join(parts))
        self.query_one("#progress", Static).update(line)

    # Fields ---------------------------------------------------------------------------------------

    def _field(self, field: str, value: str) -> TextField | Choice:
        words = hint(self._form, field)
        if field == "judgement":
            return JudgementChoice(field, value, words, [(j.value, j.value) for j in Judgement])
        options = self._options(field)
        if options is not None:
            return Choice(field, value, words, options)
        return TextField(field, value, words, self._known(field))

    def _options(self, field: str) -> Sequence[tuple[str, str]] | None:
        """Values of a field that takes one of a few; None for a line to type in."""
        if field == "outcome":
            return [(o.id, f"{o.id}  {o.label}") for o in self.review.protocol.outcomes]
        if field in {"treatment", "comparator"}:
            return [(name, name) for name in (arm.values.get("name", "") for arm in self._arms)]
        if field == "p_operator":
            return [("=", "="), ("<", "<"), (">", ">")]
        if field == "p_sided":
            return [("two", "two-sided"), ("one", "one-sided")]
        if field == "direction":
            return [
                (TREATMENT_FIRST, "as printed: treatment / comparator"),
                (COMPARATOR_FIRST, "turned: comparator / treatment"),
            ]
        if field == "domain":
            return [(d.id, f"{d.id}  {d.label}") for d in DOMAINS]
        return None

    def _known(self, field: str) -> Sequence[str]:
        """Values that are offered while typing: the dictionaries', the reports', those of the other forms."""
        protocol = self.review.protocol
        mine = [each.values[field] for each in self._desk.items if each.values.get(field)]
        if field == "regimen":
            mine = [regimen.printed for regimen in protocol.regimens]
        elif field == "population":
            mine += [rule.printed for rule in protocol.population_rules]
        elif field in {"report", "main_report"}:
            mine += [source.reference for card in self._desk.cards for source in card.sources]
        elif field == "model":
            mine = list(MODELS)
        elif field == "blinding":
            mine = list(BLINDINGS)
        elif field not in {"data_cut", "time_origin", "ci_level"}:
            mine = []
        return list(dict.fromkeys(mine))

    def _text(self, field: str) -> str:
        return self._rows[field].field.value.strip()

    @property
    def values(self) -> dict[str, str]:
        """What is filled in, as typed."""
        return {field: self._text(field) for field in self._rows if self._text(field)}

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        name = event.widget.name
        if name in self._rows:
            words = f"{label(self._form, name)}: {hint(self._form, name)}"
            self.query_one("#hint", Static).update(Content(words).stylize("$quiet"))
            self.show_keys()

    def action_field(self, by: int) -> None:
        fields = [row.field for row in self._rows.values()]
        at = next((n for n, field in enumerate(fields) if field.has_focus), 0)
        fields[(at + by) % len(fields)].focus()

    # Checks ---------------------------------------------------------------------------------------

    def on_input_changed(self) -> None:
        self._changed()

    def on_choice_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        if self.values != {field: text.strip() for field, text in self._start.items() if given(text)}:
            self.workbench.form_drafts[self._draft_key] = self.values
        else:
            self.workbench.form_drafts.pop(self._draft_key, None)
        self._check()

    def _check(self) -> None:
        """What the form says so far; a field that is still empty is no mistake yet."""
        with self.telling():
            values = self.values
            problems = studies.form_problems(self.review, self.study, self._form, values)
            missing = [p.field for p in problems if p.field and not values.get(p.field)]
            wrong = [p for p in problems if p.field not in missing]
            lines = [marked_line("!", problem_words(self._form, p)) for p in wrong]
            if missing:
                needs = ", ".join(label(self._form, field) for field in missing)
                lines.append(Content(f"o still needs: {needs}").stylize("$quiet"))
            result: HrResult | None = None
            if self._form is Form.EFFECT and any(
                values.get(f) for f in ("hr", "ci_low", "ci_high", "p_value")
            ):
                try:
                    result = studies.effect_checks(self.review, self.study, values)
                except InputError as error:
                    if error.field not in [p.field for p in wrong]:
                        lines.append(marked_line("!", problem_words(self._form, error)))
            if result is not None:
                lines += [*estimate_lines(result), *check_lines(result, Status.FAIL, Status.WARN)]
            lines += derived(self._form, values, self._arms, self.review.protocol)
            if result is not None:
                brief = self.has_class("-narrow") and not self.has_class("-room")
                lines += passed_line(result) if brief else check_lines(result, Status.PASS)
                lines += note_lines(result)
            for field, row in self._rows.items():
                row.mark(field in [p.field for p in wrong])
            self.query_one("#checks", Static).update(Content("\n").join(lines))

    # Keeping --------------------------------------------------------------------------------------

    async def action_keep(self) -> None:
        values = self.values
        key = item_key(self._form, values)
        own = self._item.key if self._item is not None else None
        twin = next((i for i in self._desk.items if i.form is self._form and fold(i.key) == fold(key)), None)
        if key and twin is not None and twin.key != own:
            raise InputError(
                f"you have filled in {key} already",
                entry=self.study,
                expected="enter on it, on the desk, edits it",
            )
        try:
            self._desk.keep(self._form, values, self._item)
        except InputError as error:
            if error.field in self._rows:
                self._rows[error.field].field.focus()
            raise
        self.workbench.form_drafts.pop(self._draft_key, None)
        await self.app.pop_screen()
        self.workbench.tell("+", f"kept: {ONE[self._form]} {key}; u takes it back")

    def action_room(self) -> None:
        """On a narrow screen the checks take the place of the report's words."""
        self.toggle_class("-room")
        self._check()

    def action_swap(self) -> None:
        one, other = (self._rows[field].field for field in ("treatment", "comparator"))
        if isinstance(one, Choice) and isinstance(other, Choice):
            first, second = one.value, other.value
            one.choose(second)
            other.choose(first)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "swap":
            return True if self._form is Form.EFFECT else None
        if action == "report":
            return True if len(self._cards) > 1 else None
        return True
