"""Rules of the forms, and the risk-of-bias tool."""

from __future__ import annotations

import pytest

from screener.extraction.forms import check_form, check_items
from screener.extraction.rob import DOMAINS, Judgement, judgements, overall, read_judgement
from screener.model.errors import InputError
from screener.model.extraction import Form
from tests.extraction.example import arm, effect, item, protocol

SOUND = {
    "outcome": "os",
    "population": "all randomised",
    "treatment": "T",
    "comparator": "C",
    "hr": "0.70",
    "ci_low": "0.52",
    "ci_high": "0.95",
    "ci_level": "95",
    "p_operator": "<",
    "p_value": "0.05",
    "p_sided": "two",
    "direction": "treatment/comparator",
    "page": "5",
}


def test_a_sound_effect_form_has_no_problem() -> None:
    assert check_form(Form.EFFECT, SOUND, protocol(), arms=["T", "C"]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hr", "0,70"),
        ("hr", "-1"),
        ("ci_low", "low"),
        ("ci_high", ""),
        ("ci_level", "0.95"),
        ("ci_level", "100"),
        ("outcome", "hepatic PFS"),
        ("outcome", ""),
        ("population", " "),
        ("treatment", "X"),
        ("comparator", "t"),
        ("direction", "inverted"),
        ("p_operator", "~"),
        ("p_value", "0.000"),
        ("p_sided", "both"),
        ("colour", "red"),
    ],
)
def test_the_field_at_fault_is_named(field: str, value: str) -> None:
    found = check_form(Form.EFFECT, {**SOUND, field: value}, protocol(), arms=["T", "C"], entry="e")
    assert [p.field for p in found] == [field]
    assert found[0].entry == "e"
    assert found[0].expected


@pytest.mark.parametrize(
    ("form", "values", "field"),
    [
        (Form.ARM, {"name": "T", "regimen": "x", "n": "many"}, "n"),
        (Form.ARM, {"name": "T", "regimen": "x", "median_os": "about 9"}, "median_os"),
        (Form.ARM, {"name": "T"}, "regimen"),
        (Form.STUDY, {"name": "x", "n_randomised": "1.5"}, "n_randomised"),
        (Form.ROB, {"domain": "D8", "judgement": "Low", "support": "s"}, "domain"),
        (Form.ROB, {"domain": "D1", "judgement": "Some concerns", "support": "s"}, "judgement"),
        (Form.ROB, {"domain": "D1", "judgement": "Low"}, "support"),
    ],
)
def test_other_forms(form: Form, values: dict[str, str], field: str) -> None:
    assert [p.field for p in check_form(form, values, protocol())] == [field]


def test_not_reached_is_a_median() -> None:
    values = {"name": "T", "regimen": "x", "median_os": "not reached", "events_os": "0", "n": "1,226"}
    assert check_form(Form.ARM, values, protocol()) == []


def test_a_whole_set_knows_its_arms_and_repeats() -> None:
    sound = [arm("T", "FOLFIRI"), arm("C", "XELOX"), effect(hr="0.7", ci_low="0.5", ci_high="0.9")]
    assert check_items(sound, protocol()) == []
    found = check_items([*sound, arm("t ", "XELOX"), effect(comparator="D")], protocol())
    assert {p.message for p in found} == {"this form is filled in twice", "the study has no arm 'D'"}


def test_domains_are_named_as_robvis_reads_them() -> None:
    # nma-formats section 8, GitHub and CRAN versions of robvis
    assert [(d.id, d.name) for d in DOMAINS] == [
        ("D1", "Random.sequence.generation."),
        ("D2", "Allocation.concealment."),
        ("D3", "Blinding.of.participants.and.personnel."),
        ("D4", "Blinding.of.outcome.assessment"),
        ("D5", "Incomplete.outcome.data"),
        ("D6", "Selective.reporting."),
        ("D7", "Other.sources.of.bias."),
    ]


def rob_items(*words: str) -> list:  # type: ignore[type-arg]
    return [item(Form.ROB, domain=f"D{i}", judgement=w, support="s") for i, w in enumerate(words, start=1)]


def test_published_judgements_of_20050181() -> None:
    # risk-of-bias part A: sequence and concealment Unclear, the other five Low
    judged = judgements(rob_items("uncertain", "Unclear", "low", "Low", "Low", "Low", "Low"))
    assert judged["D1"] is Judgement.UNCLEAR
    assert overall(judged) is Judgement.UNCLEAR
    assert overall(judged, ("D3", "D4", "D5")) is Judgement.LOW


def test_the_summary_rule() -> None:
    low = ["Low"] * 7
    assert overall(judgements(rob_items(*low))) is Judgement.LOW
    assert overall(judgements(rob_items(*low[:6], "High"))) is Judgement.HIGH
    assert overall(judgements(rob_items(*low[:6], "High")), ("D1",)) is Judgement.LOW
    assert overall(judgements(rob_items("Unclear", *low[:5], "High"))) is Judgement.HIGH
    assert overall(judgements(rob_items(*low[:6]))) is None
    assert overall(judgements(rob_items("High"))) is Judgement.HIGH


def test_what_is_no_judgement() -> None:
    with pytest.raises(InputError):
        read_judgement("Moderate")
    with pytest.raises(InputError, match="twice"):
        judgements([*rob_items("Low"), *rob_items("High")])
    with pytest.raises(InputError):
        overall({}, ())
