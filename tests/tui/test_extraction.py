"""Studies, two blinded extractors at their forms, comparing and settling: the ledger first, then the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from screener.model.extraction import Form, Item
from screener.model.screening import Outcome, Stage
from screener.steps import records, studies
from screener.steps.review import Review
from screener.tui.app import ScreenerApp
from screener.tui.screens import compare, extraction, extraction_form
from screener.tui.screens import studies as studies_screen
from screener.tui.screens.base import ReviewScreen
from screener.tui.widgets import form_field
from screener.tui.widgets.key_line import key_name
from tests.builders import add_citations, citation, make_review, opened_as
from tests.steps.team import include
from tests.tui.driver import LARGE, SMALL, drive, everything, keyed, press, screen_text, typed

DOCS = Path(__file__).parents[2] / "docs" / "screens.md"
AWKWARD = "A trial x [/i] y of [drug A] versus [b]placebo[/b] [corrected]"
Steps = tuple[str | list[str], ...]


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Review]:
    """A review with one included report of the study TRIAL, opened as C."""
    review = make_review(tmp_path / "review")
    (record,) = add_citations(review, [citation(1, title=AWKWARD, registry_ids=("NCT00000001",))])
    include(review, record, "TRIAL")
    yield review
    review.close()


async def play(pilot: Pilot[None], *steps: str) -> None:
    """Keys by name; '=' before what is typed."""
    for step in steps:
        if step.startswith("="):
            await typed(pilot, step[1:])
        else:
            await keyed(pilot, step)


def played(review: Review, *steps: str, size: tuple[int, int] = (120, 36)) -> str:
    async def script(pilot: Pilot[None]) -> str:
        await play(pilot, *steps)
        return screen_text(pilot)

    return str(drive(review, script, size))


def forms(review: Review, who: str, form: Form) -> list[dict[str, str]]:
    return [i.values for i in studies.own_items(opened_as(review, who), "TRIAL") if i.form is form]


DESK = ("g", "x", "enter")
ARMS = ("a", "=drug", "tab", "=drug A", "enter", "a", "=placebo", "tab", "=placebo", "enter")


def effect(hr: str, low: str = "0.50", high: str = "0.98") -> tuple[str, ...]:
    """Outcome OS by its digit, population, the two arms as they are, then the numbers."""
    numbers = ("tab", f"={hr}", "tab", f"={low}", "tab", f"={high}", "tab", "=95")
    return ("e", "1", "tab", "=all randomised", "tab", "tab", *numbers)


def fill(review: Review, who: str, hr: str = "0.70", *, submit: bool = True) -> None:
    """By way of the steps, as the keys would."""
    person = opened_as(review, who)
    for arm, regimen in (("drug", "drug A"), ("placebo", "placebo")):
        studies.fill(person, "TRIAL", Form.ARM, {"name": arm, "regimen": regimen})
    values = {"outcome": "OS", "population": "all randomised", "treatment": "drug", "comparator": "placebo"}
    values |= {"hr": hr, "ci_low": "0.50", "ci_high": "0.98", "ci_level": "95"}
    studies.fill(person, "TRIAL", Form.EFFECT, values)
    if submit:
        studies.submit(person, "TRIAL")


# Filling in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_two_extractors_fill_in_differ_settle_and_agree(trial: Review, size: tuple[int, int]) -> None:
    """The whole way, by keyboard only."""
    a, b = opened_as(trial, "A"), opened_as(trial, "B")

    waiting = played(a, *DESK, *ARMS, *effect("0.70"), "enter", "s", "enter", size=size)
    assert [v["hr"] for v in forms(trial, "A", Form.EFFECT)] == ["0.70"]
    assert "submitted; it waits for the other extractor" in waiting
    assert studies.compared(a, "TRIAL") is None

    blind = played(b, "g", "x", size=size)
    assert "not started" in blind
    both = played(b, *DESK, *ARMS, *effect("0.71"), "enter", "s", "enter", size=size)
    assert "submitted; both have: c compares" in both
    found = studies.compared(a, "TRIAL")
    assert found is not None
    assert [(d.field, d.a, d.b) for d in found.comparison.differences] == [("hr", "0.70", "0.71")]

    assert "1 reading to settle" in played(a, "g", "x", size=size)
    differing = played(a, *DESK, size=size)
    assert "1 of 1 readings to settle" in differing
    assert "0.70" in differing
    assert "0.71" in differing
    agreed = played(a, *DESK, "1", "=table 2", "enter", size=size)
    done = studies.agreed(a, "TRIAL")
    assert done.items is not None
    assert [i.values["hr"] for i in done.items if i.form is Form.EFFECT] == ["0.70"]
    assert "agreed: 1 reading settled" in agreed
    assert "log HR -0.357" in agreed
    assert "settled: 0.70, A: table 2" in agreed
    assert "agreed" in played(b, "g", "t", size=size)


def test_nothing_of_the_others_open_forms_is_on_any_screen(trial: Review) -> None:
    """What B sees is the same before A has filled in a form and after A has submitted."""
    b = opened_as(trial, "B")

    async def tour(pilot: Pilot[None]) -> list[str]:
        seen = []
        for keys in (
            ["g", "t"],
            ["enter"],
            ["a"],
            ["escape", "b"],
            ["escape", "g", "x"],
            ["enter"],
            ["c", "f"],
        ):
            await keyed(pilot, *keys)
            seen.append(everything(pilot))
        return seen

    before = drive(b, tour)
    fill(trial, "A", hr="0.4242", submit=False)
    between = drive(b, tour)
    studies.submit(opened_as(trial, "A"), "TRIAL")
    after = drive(b, tour)

    assert before == between == after
    assert "TRIAL" in after[0]
    assert "0.4242" in played(opened_as(trial, "A"), *DESK)


def test_a_wrong_number_speaks_while_typing_and_is_refused_by_name(trial: Review) -> None:
    a = opened_as(trial, "A")

    async def script(pilot: Pilot[None]) -> tuple[str, str]:
        await play(pilot, *DESK, *ARMS, *effect("0,7"))
        typing = screen_text(pilot)
        await play(pilot, "enter")
        return typing, screen_text(pilot)

    typing, refused = drive(a, script, LARGE)

    assert "! HR: '0,7' is not such a number (expected a number above 0, such as 0.70)" in typing
    assert "hr: '0,7' is not such a number" in " ".join(refused.split())
    assert "new effect" in refused
    assert forms(trial, "A", Form.EFFECT) == []


def test_the_checks_speak_while_typing(trial: Review) -> None:
    a = opened_as(trial, "A")
    good = played(a, *DESK, *ARMS, *effect("0.70"), size=LARGE)
    bad = played(a, *DESK, *effect("0.70", high="0.60"), size=LARGE)

    assert "log HR -0.357   SE 0.1717" in good
    assert "B HR and CI" in good
    assert "+ order" in good
    assert "+ log symmetry" in good
    assert "nodes drug_a v placebo · population" in good
    assert "! order:" in bad
    assert "population" in played(a, *DESK, "e", "1", size=SMALL)


def test_what_the_dictionaries_lack_is_said(trial: Review) -> None:
    text = played(opened_as(trial, "A"), *DESK, "a", "=drug", "tab", "=an unknown regimen", size=SMALL)

    assert "the regimen 'an unknown regimen' is not in the dictionary" in " ".join(text.split())


def test_arms_are_chosen_and_swapped(trial: Review) -> None:
    a = opened_as(trial, "A")
    start = (*DESK, *ARMS, "e", "1", "tab", "=all randomised", "tab")
    played(a, *start, "v", "tab", "tab", "=0.9", "enter")
    played(
        a, *DESK, "e", "1", "tab", "=women", "tab", "space", "space", "2", "tab", "1", "tab", "=0.8", "enter"
    )

    sides = [(v["population"], v["treatment"], v["comparator"]) for v in forms(trial, "A", Form.EFFECT)]
    assert sides == [("all randomised", "placebo", "drug"), ("women", "placebo", "drug")]
    assert all("direction" not in values for values in forms(trial, "A", Form.EFFECT))


def test_an_effect_needs_two_arms(trial: Review) -> None:
    assert "an effect compares two arms" in played(opened_as(trial, "A"), *DESK, "e")


def test_bias_by_letters_and_digits(trial: Review) -> None:
    a = opened_as(trial, "A")
    text = played(
        a,
        *DESK,
        "b",
        "l",
        "tab",
        "=computer list",
        "enter",
        "b",
        "2",
        "tab",
        "=not told",
        "tab",
        "=3",
        "enter",
    )

    assert forms(trial, "A", Form.ROB) == [
        {"domain": "D1", "judgement": "Low", "support": "computer list"},
        {"domain": "D2", "judgement": "High", "support": "not told", "page": "3"},
    ]
    assert "+  D1 Random sequence generation" in text
    assert "-  D2 Allocation concealment" in text
    assert "not judged" in text


def test_the_study_form_knows_the_register_number(trial: Review) -> None:
    played(opened_as(trial, "A"), *DESK, "S", "enter")

    assert forms(trial, "A", Form.STUDY) == [
        {"name": "TRIAL", "registration": "NCT00000001", "main_report": "pubmed:99000001"}
    ]


def test_escape_writes_nothing_and_what_was_typed_comes_back(trial: Review) -> None:
    a = opened_as(trial, "A")
    text = played(a, *DESK, "a", "=half a na", "escape", "a")

    assert forms(trial, "A", Form.ARM) == []
    assert "half a na" in text
    assert "what you typed before is back" in text


def test_an_edited_form_replaces_its_old_self_and_undo_brings_it_back(trial: Review) -> None:
    """A new name is a new key: the old form is withdrawn with it."""
    a = opened_as(trial, "A")
    renamed = (*DESK, *ARMS, "enter", *["backspace"] * 7, "=control", "tab", "enter")
    played(a, *renamed)
    assert [v["name"] for v in forms(trial, "A", Form.ARM)] == ["drug", "control"]

    again = played(a, *DESK, "down", "down", "down", "down", "enter", "=x", "enter", "u")
    assert sorted(v["name"] for v in forms(trial, "A", Form.ARM)) == ["control", "drug"]
    assert "taken back" in again


def test_the_same_form_twice_is_refused(trial: Review) -> None:
    a = opened_as(trial, "A")
    text = played(a, *DESK, *ARMS, "a", "=Drug", "tab", "=another", "enter")

    assert "you have filled in Drug already" in text
    assert [v["regimen"] for v in forms(trial, "A", Form.ARM)] == ["drug A", "placebo"]


def test_withdraw_and_undo(trial: Review) -> None:
    a = opened_as(trial, "A")
    text = played(a, *DESK, *ARMS, "x")
    assert [v["name"] for v in forms(trial, "A", Form.ARM)] == ["drug"]
    assert "withdrawn: arm placebo" in text

    played(a, *DESK, "a", "=third", "tab", "=drug A", "enter", "u")
    assert [v["name"] for v in forms(trial, "A", Form.ARM)] == ["drug"]
    played(a, *DESK, "down", "down", "down", "x", "u")
    assert [v["name"] for v in forms(trial, "A", Form.ARM)] == ["drug"]


def test_submit_asks_and_escape_submits_nothing(trial: Review) -> None:
    a = opened_as(trial, "A")
    text = played(a, *DESK, *ARMS, "s")

    assert "Submit TRIAL with 2 forms? Still open: no study form, no effect, no judgement." in " ".join(
        text.split()
    )
    played(a, *DESK, "s", "escape")
    assert studies.standing(a, "TRIAL").part == "fill"


# Comparing --------------------------------------------------------------------------------------------


def test_a_form_that_only_one_has_is_kept_or_dropped(trial: Review) -> None:
    fill(trial, "A", submit=False)
    a = opened_as(trial, "A")
    studies.fill(a, "TRIAL", Form.ROB, {"domain": "D1", "judgement": "Low", "support": "list"})
    studies.fill(a, "TRIAL", Form.ROB, {"domain": "D2", "judgement": "Low", "support": "phone"})
    studies.submit(a, "TRIAL")
    fill(trial, "B")

    text = played(opened_as(trial, "B"), *DESK, "1", "k", "=right", "enter", "d", "=no", "enter")

    done = studies.agreed(trial, "TRIAL")
    assert done.items is not None
    assert [i.key for i in done.items if i.form is Form.ROB] == ["D1"]
    assert "agreed: 2 readings settled" in text


def test_another_value_is_typed_and_settled_again(trial: Review) -> None:
    fill(trial, "A")
    fill(trial, "B", hr="0.71")
    c = opened_as(trial, "C")

    played(c, *DESK, "t", "backspace", "=2", "enter", "=both misread", "enter")
    text = played(c, *DESK, "2", "=no", "enter")

    done = studies.agreed(trial, "TRIAL")
    assert done.items is not None
    assert [i.values["hr"] for i in done.items if i.form is Form.EFFECT] == ["0.71"]
    values = [row["value"] for row in studies.settlement_log(trial)]
    assert values == ["0.71"]
    assert "settled: HR 0.71; nothing is left to settle" in text


def test_what_both_misread_is_corrected(trial: Review) -> None:
    fill(trial, "A")
    fill(trial, "B")
    a = opened_as(trial, "A")

    assert "agreed: no reading differs" in played(a, *DESK)
    text = played(a, *DESK, "r", "=model", "enter", "=stratified", "enter", "=table 2", "enter")

    done = studies.agreed(trial, "TRIAL")
    assert done.items is not None
    assert [i.values["model"] for i in done.items if i.form is Form.EFFECT] == ["stratified"]
    assert "settled: stratified, A: table 2" in text


def test_after_both_have_submitted_the_forms_are_closed(trial: Review) -> None:
    fill(trial, "A")
    fill(trial, "B")
    a = opened_as(trial, "A")
    text = played(a, *DESK, "f", "a", "x", "end", "up", "enter")

    assert "both have submitted" in text
    assert len(forms(trial, "A", Form.ARM)) == 2


def test_who_does_not_extract_sees_who_has_the_ball(trial: Review) -> None:
    fill(trial, "A", submit=False)
    text = played(trial, "g", "x", "enter", "a", "e", "s")

    assert "waits for its extractors" in text
    assert "0.70" not in text


# Studies ------------------------------------------------------------------------------------------------


@pytest.fixture
def loose(trial: Review) -> Review:
    """Two more included reports: one shares the register number of TRIAL."""
    more = [citation(2, registry_ids=("NCT00000001",)), citation(3)]
    for record in add_citations(trial, more):
        include(trial, record)
    return trial


def groups(review: Review) -> dict[str, int]:
    return {study.name: len(study.reports) for study in studies.studies(review)}


def test_enter_takes_the_suggestion_and_undo_takes_it_back(loose: Review) -> None:
    a = opened_as(loose, "A")
    start = press(a, "g", "t")
    assert "NCT00000001 is TRIAL's too" in start
    assert "2 included reports without a study" in start
    assert "Studies 2" in start

    press(a, "g", "t", "enter")
    assert groups(loose) == {"TRIAL": 2}
    press(a, "g", "t", "end", "x", "u", "x")
    assert groups(loose) == {"TRIAL": 1}


def test_a_new_study_and_a_link(loose: Review) -> None:
    a = opened_as(loose, "A")
    played(a, "g", "t", "down", "n", "=OTHER", "enter")
    assert groups(loose) == {"OTHER": 1, "TRIAL": 1}
    played(a, "g", "t", "l", "=oth", "enter")
    assert groups(loose) == {"OTHER": 2, "TRIAL": 1}
    text = played(a, "g", "t", "down", "down", "l", "=BRAND NEW", "enter")
    assert "BRAND NEW" in groups(loose)
    assert "belongs to BRAND NEW" in text


def test_a_formula_is_no_name(loose: Review) -> None:
    text = played(opened_as(loose, "A"), "g", "t", "n", "==1+1", "enter")

    assert "may not start like a formula" in text
    assert groups(loose) == {"TRIAL": 1}


def test_an_empty_review_says_what_happens_next(review: Review) -> None:
    a = opened_as(review, "A")

    assert "Reports come here when every voter has included them" in " ".join(press(a, "g", "t").split())
    assert "No study waits for you" in press(a, "g", "x")


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_titles_come_out_to_the_letter(trial: Review, size: tuple[int, int]) -> None:
    a = opened_as(trial, "A")
    state = records.states(trial)
    assert [s.at(Stage.FULL_TEXT).outcome for s in state.values()] == [Outcome.PASSED]

    assert "x [/i] y of [drug" in press(a, "g", "t", size=size)
    assert AWKWARD in " ".join(press(a, *DESK, size=size).split()) or size == LARGE
    kept = played(a, *DESK, "a", "=[b]arm[/b]", "tab", "=[/i] x", "enter", size=size)
    assert "[b]arm[/b]" in kept


# Keys ----------------------------------------------------------------------------------------------------

HOLDERS = [
    studies_screen.StudiesScreen,
    extraction.StudyScreen,
    extraction_form.FormScreen,
    compare.CompareScreen,
    form_field.Choice,
    form_field.JudgementChoice,
]


def own(holder: type) -> list[Binding]:
    return [b for b in vars(holder).get("BINDINGS", []) if isinstance(b, Binding)]


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_key_has_an_id_words_and_a_place_in_the_documentation(holder: type) -> None:
    assert own(holder)
    text = DOCS.read_text("utf-8")
    for binding in own(holder):
        assert all((binding.id, binding.tooltip, binding.description)), binding
        row = next((line for line in text.splitlines() if f"| `{binding.id}` |" in line), "")
        for key in binding.key.split(","):
            assert f"`{key_name(key)}`" in row.partition(f"`{binding.id}`")[0], binding


@pytest.mark.parametrize("holder", [h for h in HOLDERS if issubclass(h, ReviewScreen)])
def test_no_key_means_two_things(holder: type) -> None:
    classes: list[type] = [ScreenerApp, *(c for c in holder.__mro__ if issubclass(c, ReviewScreen))]
    keys = [key for each in classes for binding in own(each) for key in binding.key.split(",")]

    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_keys_are_on_the_screens(trial: Review, size: tuple[int, int]) -> None:
    fill(trial, "A")
    a, b = opened_as(trial, "A"), opened_as(trial, "B")

    def shown(review: Review, *keys: str) -> None:
        async def script(pilot: Pilot[None]) -> tuple[str, Any]:
            await keyed(pilot, *keys)
            return " ".join(screen_text(pilot).split()), dict(pilot.app.screen.active_bindings)

        text, active = drive(review, script, size)
        for key, each in active.items():
            if each.binding.id and each.binding.show:
                words = f"{key_name(key, each.binding.key_display)} {each.binding.description}"
                fellows = [k for k, e in active.items() if e.binding.id == each.binding.id]
                assert words in text or fellows[0] != key, words

    shown(a, *DESK)
    shown(a, "g", "t")
    shown(b, *DESK, "b")
    shown(b, *DESK, "a")
    fill(trial, "B", hr="0.71")
    shown(b, *DESK)


def test_items_are_values() -> None:
    """The key of a line tells forms of one key apart."""
    keys = {extraction.line_key(Item("S", form, "name", {})) for form in Form}

    assert len(keys) == len(Form)
