"""Two extractors side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.extraction.compare import DROP, KEEP, WHOLE, agreed, compare, equal
from screener.model.errors import InputError, ReviewError
from screener.model.extraction import Form, Item
from tests.extraction.example import arm, effect, item


def test_equal_numbers_and_folded_text_do_not_differ() -> None:
    a = [
        effect(hr="0.70", model="Stratified  Cox", page="5", quote="HR 0.70"),
        arm("T", "FOLFIRI", n="1,226"),
    ]
    b = [
        effect(hr="0.7", model="stratified cox", page="5", quote="0.70 (table 2)"),
        arm("t", "folfiri", n="1226"),
    ]
    assert compare(a, b).agrees


@pytest.mark.parametrize(
    ("field", "a", "b", "same"),
    [
        ("hr", "0.70", "0.7", True),
        ("hr", "0·70", "0.70", True),
        ("hr", ".7", "0.70", True),
        ("hr", "0.70", "0.71", False),
        ("ci_level", "95", "95%", True),
        ("p_value", "", "0.05", False),
        ("judgement", "uncertain", "Unclear", True),
        ("judgement", "Low", "High", False),
        ("registration", "007", "7", False),
        ("regimen", "FOLFIRI + bev", " folfiri +  BEV", True),
    ],
)
def test_when_two_readings_are_one(field: str, a: str, b: str, same: bool) -> None:
    assert equal(field, a, b) is same


def test_differences_name_form_key_field_and_both_readings() -> None:
    found = compare([effect(hr="0.70", direction="")], [effect(hr="0.71", direction="treatment/comparator")])
    assert [(d.field, d.a, d.b) for d in found.differences] == [
        ("hr", "0.70", "0.71"),
        ("direction", "", "treatment/comparator"),
    ]
    assert found.differences[0].form is Form.EFFECT
    assert found.differences[0].key == "OS | all randomised | T v C"


def test_items_of_one_extractor_only() -> None:
    both, mine, theirs = effect(hr="0.7"), effect(outcome="PFS", hr="0.5"), arm("T", "FOLFIRI")
    found = compare([both, mine], [theirs, both])
    assert (found.only_a, found.only_b) == ((mine,), (theirs,))
    assert not found.agrees


def test_agreed_refuses_while_anything_is_open() -> None:
    a, b = [effect(hr="0.70", page="5")], [effect(hr="0.71", page="5"), arm("T", "FOLFIRI")]
    with pytest.raises(ReviewError, match=r"2 readings.*hr \(0\.70 or 0\.71\).*only one extractor"):
        agreed(a, b, {})


def test_agreed_takes_equal_values_and_settled_ones() -> None:
    key = "OS | all randomised | T v C"
    a = [effect(hr="0.70", ci_low="0.5", note="from the abstract")]
    b = [effect(hr="0.71", ci_low="0.50"), arm("T", "FOLFIRI"), arm("C", "XELOX")]
    settled = {
        (Form.EFFECT, key, "hr"): "0.71",
        (Form.ARM, "T", WHOLE): KEEP,
        (Form.ARM, "C", WHOLE): DROP,
    }
    first, second = agreed(a, b, settled)
    assert first.values == {"name": "T", "regimen": "FOLFIRI"}
    assert second.values["hr"] == "0.71"
    assert second.values["ci_low"] == "0.50"  # the longer text was printed
    assert second.values["note"] == "from the abstract"


def test_a_settlement_may_clear_a_field() -> None:
    found = agreed([effect(p_value="0.05")], [effect()], {(Form.EFFECT, effect().key, "p_value"): ""})
    assert "p_value" not in found[0].values


def test_both_notes_are_kept() -> None:
    found = agreed([effect(note="direction resolved")], [effect(note="table 2")], {})
    assert found[0].values["note"] == "direction resolved | table 2"


def test_what_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="twice"):
        compare([arm("T", "x"), arm("t", "y")], [])
    with pytest.raises(InputError, match="several studies"):
        compare([arm("T", "x", study="A")], [arm("T", "x", study="B")])
    with pytest.raises(InputError, match="settles nothing"):
        agreed([arm("T", "x")], [], {(Form.ARM, "T", WHOLE): "yes"})


readings = st.fixed_dictionaries(
    {
        "hr": st.sampled_from(["0.7", "0.70", "0.71", ""]),
        "model": st.sampled_from(["Cox", "cox ", "log-rank"]),
    }
)
sides = st.dictionaries(st.sampled_from(["T", "U", "V"]), readings, max_size=3).map(
    lambda d: [effect(treatment=t, **v) for t, v in d.items()]
)


@given(sides, sides)
def test_law_comparison_is_symmetric(a: list[Item], b: list[Item]) -> None:
    one, other = compare(a, b), compare(b, a)
    assert [(d.key, d.field, d.a, d.b) for d in one.differences] == [
        (d.key, d.field, d.b, d.a) for d in other.differences
    ]
    assert (one.only_a, one.only_b) == (other.only_b, other.only_a)
    assert compare(a, a).agrees
    assert compare(a[::-1], b) == one


@given(sides, sides)
def test_law_the_agreed_items_do_not_depend_on_the_side(a: list[Item], b: list[Item]) -> None:
    found = compare(a, b)
    settled = {(d.form, d.key, d.field): max(d.a, d.b) for d in found.differences}
    settled |= {(i.form, i.key, WHOLE): KEEP for i in (*found.only_a, *found.only_b)}
    assert agreed(a, b, settled) == agreed(b, a, settled)
    assert len(agreed(a, b, settled)) == len({i.key for i in (*a, *b)})


def test_risk_of_bias_is_compared_by_domain() -> None:
    a = [item(Form.ROB, domain="D1", judgement="Low", support="'computer generated' (p. 2)")]
    b = [item(Form.ROB, domain="D1", judgement="Unclear", support="not described")]
    assert [d.field for d in compare(a, b).differences] == ["judgement"]
