"""From agreed forms to effects, and every way of being left out."""

from __future__ import annotations

import math
from datetime import date

import pytest

from screener.extraction.effects import derive_effect, duplicate_effects, gather, note_resolves, study_effects
from screener.extraction.selection import cut_date, model_rank
from screener.model.effects import LeftOut, StudyEffect
from screener.model.extraction import Form, Item
from tests.extraction.example import arm, effect, item, protocol

CORRECT = {"hr": "0.77", "ci_low": "0.62", "ci_high": "0.94", "ci_level": "95"}  # H045, verified
ARMS = [arm("T", "bevacizumab + FOLFIRI"), arm("C", "FOLFIRI")]


def run(*items: Item) -> tuple[list[StudyEffect], list[LeftOut]]:
    return study_effects("Trial", items, protocol(), extractors=("ana", "ben"))


def reason(*items: Item) -> str:
    effects, left_out = run(*items)
    assert effects == []
    assert len(left_out) == 1
    return left_out[0].reason


def test_a_sound_form_becomes_an_effect() -> None:
    # H074 SUNLIGHT OS, verified: 0.61 (0.49-0.77)
    arms = [
        arm("T", "Bevacizumab +  folfiri", n="246", events_os="148", median_os="10.8"),
        arm("C", "FOLFIRI", n="246", events_os="183", median_os="7.5"),
    ]
    made = effect(hr="0.61", ci_low="0.49", ci_high="0.77", ci_level="95", p_value="<0.001", p_sided="two")
    effects, left_out = run(*arms, made)
    assert left_out == []
    (found,) = effects
    assert (found.outcome, found.population) == ("OS", "all")
    assert (found.treatment, found.comparator) == ("bev_CTFU", "CTFU")
    assert found.log_hr == pytest.approx(math.log(0.61))
    assert found.se == pytest.approx(0.1153, abs=5e-5)
    assert (found.se_min, found.se_max) == pytest.approx((0.1111, 0.1196), abs=5e-5)
    assert (found.method, found.inverted) == ("B", False)
    assert found.printed == made.values
    assert found.extractors == ("ana", "ben")
    assert found.events == (148, 183)
    assert found.patients == (246, 246)


def test_a_hr_printed_the_other_way_round_is_turned() -> None:
    effects, _ = run(*ARMS, effect(**CORRECT, direction="comparator/treatment"))
    assert effects[0].log_hr == pytest.approx(-math.log(0.77))
    assert effects[0].inverted
    assert effects[0].printed["hr"] == "0.77"


def test_se_from_p_when_no_interval_is_printed() -> None:
    # E3200 (hr-math section 4)
    effects, _ = run(*ARMS, effect(hr="0.751", p_value="0.0012", p_sided="two"))
    assert effects[0].method == "D"
    assert effects[0].se == pytest.approx(0.0884, abs=5e-5)


class TestLeftOut:
    def test_hr_without_interval_and_p(self) -> None:
        assert "no CI and no usable p" in reason(*ARMS, effect(hr="0.94"))

    def test_hr_with_a_bound_of_p(self) -> None:
        text = reason(*ARMS, effect(hr="0.518", p_value="0.0001", p_operator="<"))
        assert "no CI and no usable p" in text
        assert "bound" in text

    def test_hr_near_1_with_p(self) -> None:
        assert "too near 1" in reason(*ARMS, effect(hr="1.02", p_value="0.870", p_sided="two"))

    def test_a_se_from_events_alone_is_too_rough(self) -> None:
        arms = [arm("T", "bevacizumab + FOLFIRI", events_os="90"), arm("C", "FOLFIRI", events_os="95")]
        assert "method G" in reason(*arms, effect(hr="0.94"))

    def test_no_hr_at_all(self) -> None:
        assert "hr" in reason(*ARMS, effect(p_value="0.826", p_sided="two"))

    def test_a_population_that_is_none_of_the_review(self) -> None:
        text = reason(*ARMS, effect(**CORRECT, population="Japanese patients"))
        assert "a regional subgroup" in text

    def test_a_population_the_dictionary_lacks(self) -> None:
        assert "'women' is not in" in reason(*ARMS, effect(**CORRECT, population="women"))

    def test_an_outcome_look_alike(self) -> None:
        assert "'hepatic PFS'" in reason(*ARMS, effect(**CORRECT, outcome="hepatic PFS"))

    def test_a_regimen_the_dictionary_lacks(self) -> None:
        text = reason(arm("T", "DEBIRI"), ARMS[1], effect(**CORRECT))
        assert "'DEBIRI'" in text
        assert "dictionary" in text

    def test_an_arm_without_form(self) -> None:
        assert "'T' has no arm form" in reason(ARMS[1], effect(**CORRECT))

    def test_a_dose_comparison(self) -> None:
        # the rule for EAGLE (hr-math section 7)
        arms = [arm("T", "bevacizumab 10 mg/kg + FOLFIRI"), arm("C", "bevacizumab + FOLFIRI")]
        assert "dose comparison" in reason(*arms, effect(hr="0.95", ci_low="0.75", ci_high="1.21"))

    def test_failed_checks(self) -> None:
        text = reason(*ARMS, effect(hr="1.20", ci_low="0.52", ci_high="0.95", ci_level="95"))
        assert "order" in text
        assert "outside its interval" in text

    def test_a_value_that_is_no_number(self) -> None:
        assert "ci_level" in reason(*ARMS, effect(**{**CORRECT, "ci_level": "950"}))

    def test_another_time_origin(self) -> None:
        # H015, verified: 0.90 (0.77-1.05) from the start of first line
        other = effect(hr="0.90", ci_low="0.77", ci_high="1.05", time_origin="start of first line")
        assert "start of first line" in reason(*ARMS, other)
        effects, _ = run(*ARMS, effect(**CORRECT, time_origin="randomisation"), other)
        assert [e.printed["hr"] for e in effects] == ["0.77"]


class TestDirection:
    arms = (
        arm("T", "bevacizumab + FOLFIRI", median_os="9.0"),
        arm("C", "FOLFIRI", median_os="12.0"),
    )

    def test_a_conflict_with_the_medians_blocks(self) -> None:
        text = reason(*self.arms, effect(**CORRECT))
        assert "direction" in text
        assert "9 v 12" in text

    @pytest.mark.parametrize(
        "decision",
        [{"note": "Direction resolved: curves cross"}, {"direction": "treatment/comparator"}],
    )
    def test_a_decision_of_the_extractors_counts(self, decision: dict[str, str]) -> None:
        form = effect(**CORRECT, **decision)
        effects, left_out = run(*self.arms, form)
        assert len(effects) == 1
        assert left_out == []
        result = derive_effect(form, gather("Trial", [*self.arms, form]), protocol())
        assert [c.status for c in result.checks if c.name == "direction"] == ["warn"]

    def test_within_one_se_it_only_warns(self) -> None:
        # H022 WJOG6210G, verified: 1.16 (0.76-1.77), medians 16.2 v 13.4
        arms = [
            arm("T", "panitumumab + FOLFIRI", median_os="16.2"),
            arm("C", "bevacizumab + FOLFIRI", median_os="13.4"),
        ]
        effects, _ = run(*arms, effect(hr="1.16", ci_low="0.76", ci_high="1.77", ci_level="95"))
        assert len(effects) == 1

    @pytest.mark.parametrize(
        ("note", "resolves"),
        [
            ("resolved", True),
            ("unresolved", False),
            ("not yet resolved", False),
            ("resolve before use", False),
        ],
    )
    def test_what_a_note_says(self, note: str, resolves: bool) -> None:
        assert note_resolves(note) is resolves


class TestSelection:
    def test_the_latest_data_cut(self) -> None:
        early = effect(**{**CORRECT, "hr": "0.70", "data_cut": "interim, 2011-07-21"})
        late = effect(**CORRECT, data_cut="2012-02")
        effects, left_out = run(*ARMS, early, late)
        assert [e.printed["hr"] for e in effects] == ["0.77"]
        assert "superseded (data cut: interim, 2011-07-21)" in left_out[0].reason

    def test_stratified_over_adjusted_post_hoc(self) -> None:
        arms = [*ARMS, arm("C2", "FOLFOX4")]
        # H001 and H006 VELOUR, verified
        main = effect(hr="0.817", ci_low="0.713", ci_high="0.937", ci_level="95.34", model="stratified")
        post = effect(
            hr="0.73", ci_low="0.61", ci_high="0.86", ci_level="95", model="adjusted, post hoc",
            comparator="C2", data_cut="2013-05-01",
        )  # fmt: skip
        effects, left_out = run(*arms, main, post)
        assert [e.printed["model"] for e in effects] == ["stratified"]
        assert "another model" in left_out[0].reason

    def test_the_whole_trial_over_a_subgroup(self) -> None:
        effects, left_out = run(*ARMS, effect(**CORRECT), effect(**CORRECT, population="KRAS wild type"))
        assert [e.printed["population"] for e in effects] == ["all randomised"]
        assert "subgroup" in left_out[0].reason

    def test_two_subgroups_of_one_population_are_a_question(self) -> None:
        effects, left_out = run(
            *ARMS,
            effect(**CORRECT, population="KRAS wild type", data_cut="2010"),
            effect(**CORRECT, population="RAS wild type", data_cut="2012"),
        )
        assert effects == []
        assert len(left_out) == 2
        assert all("must choose" in x.reason for x in left_out)

    def test_equal_rows_are_a_question(self) -> None:
        arms = [*ARMS, arm("T2", "bevacizumab 10 mg/kg + FOLFIRI")]
        effects, left_out = run(*arms, effect(**CORRECT), effect(**CORRECT, treatment="T2"))
        assert effects == []
        assert len(left_out) == 2

    def test_a_blocked_row_is_not_replaced_by_a_lesser_one(self) -> None:
        broken = effect(hr="1.20", ci_low="0.52", ci_high="0.95", ci_level="95", data_cut="2012-02-01")
        effects, left_out = run(*ARMS, broken, effect(**CORRECT, data_cut="2011-01-01"))
        assert effects == []
        assert len(left_out) == 2

    def test_other_outcomes_and_populations_are_other_rows(self) -> None:
        rows = [
            effect(**CORRECT),
            effect(**CORRECT, outcome="PFS"),
            effect(**CORRECT, population="liver-only metastases"),
        ]
        effects, left_out = run(*ARMS, *rows)
        assert {(e.outcome, e.population) for e in effects} == {
            ("OS", "all"),
            ("PFS", "all"),
            ("OS", "liver"),
        }
        assert left_out == []

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2012-02-06", date(2012, 2, 6)),
            ("2012-02", date(2012, 2, 1)),
            ("final analysis 2012", date(2012, 1, 1)),
            ("6 February 2012", date(2012, 2, 6)),
            ("Feb 6, 2012", date(2012, 2, 6)),
            ("July 2020", date(2020, 7, 1)),
            ("final", None),
            ("", None),
            ("2012-13-45", None),
        ],
    )
    def test_dates_of_data_cuts(self, text: str, day: date | None) -> None:
        assert cut_date(text) == day

    def test_models(self) -> None:
        ranks = [model_rank(t) for t in ("Stratified Cox", "pre-specified", "", "unstratified", "unadjusted")]
        assert ranks == [0, 0, 1, 1, 1]
        assert (model_rank("adjusted"), model_rank("post-hoc, stratified")) == (2, 3)


def test_counts_of_the_whole_trial_do_not_go_with_a_subgroup() -> None:
    arms = [
        arm("T", "bevacizumab + FOLFIRI", n="300", events_os="200"),
        arm("C", "FOLFIRI", n="300", events_os="210"),
    ]
    rows = [effect(**CORRECT), effect(**CORRECT, population="liver-only metastases")]
    effects, _ = run(*arms, *rows)
    by_population = {e.population: e for e in effects}
    assert by_population["all"].events == (200, 210)
    assert by_population["liver"].events == (None, None)
    assert by_population["liver"].patients == (None, None)
    # unless the study form says that these are the trial's patients
    study = item(Form.STUDY, name="Trial", population="Liver-only metastases")
    effects, _ = run(study, *arms, rows[1])
    assert effects[0].events == (200, 210)


def test_one_hr_at_two_comparisons_is_noticed() -> None:
    forms = [effect(**CORRECT), effect(**CORRECT, comparator="D")]
    assert len(duplicate_effects(gather("Trial", forms))) == 1


def test_the_order_of_the_items_does_not_matter() -> None:
    rows = [*ARMS, effect(**CORRECT), effect(**CORRECT, outcome="PFS"), effect(**CORRECT, population="x")]
    assert run(*rows) == run(*rows[::-1])


def test_items_of_other_studies_are_ignored() -> None:
    effects, left_out = run(*ARMS, effect("Other", **CORRECT))
    assert (effects, left_out) == ([], [])
