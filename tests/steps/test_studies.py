"""Studies: grouping reports, two blinded extractions, comparing, settling, agreeing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import InputError, ReviewError
from screener.model.extraction import Form, item_key
from screener.steps import screening, studies, tables_out
from screener.steps.handoff import rob_rows
from screener.steps.review import Review
from screener.store import extraction as store_extraction
from tests.builders import add_citations, citation
from tests.steps.team import EXCLUDE, FT, include, make_team, queue, settle

EFFECT = {
    "outcome": "OS",
    "population": "all randomised",
    "treatment": "drug",
    "comparator": "placebo",
    "hr": "0.70",
    "ci_low": "0.50",
    "ci_high": "0.98",
}
KEY = item_key(Form.EFFECT, EFFECT)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    """A review with one included report, of the study TRIAL."""
    review = make_team(tmp_path / "review", 3)
    include(review, queue(review, "A")[0], "TRIAL")
    yield review
    review.close()


def extract(review: Review, who: str, *, submit: bool = True, **changes: str) -> None:
    """Two arms and one effect by one extractor."""
    person = review.as_person(who)
    for arm, regimen in (("drug", "drug A"), ("placebo", "placebo")):
        studies.fill(person, "TRIAL", Form.ARM, {"name": arm, "regimen": regimen})
    studies.fill(person, "TRIAL", Form.EFFECT, {**EFFECT, **changes})
    if submit:
        studies.submit(person, "TRIAL")


def test_only_included_reports_belong_to_a_study(team: Review) -> None:
    """An open record cannot be linked; a linked one can be taken out; a formula is no name."""
    first, second = queue(team, "D")[:2]
    with pytest.raises(ReviewError, match="only included reports"):
        studies.link(team, first, "OTHER")
    include(team, second, "OTHER")
    assert [s.name for s in studies.studies(team)] == ["OTHER", "TRIAL"]
    studies.link(team, second, None)
    assert studies.ungrouped(team) == [second]
    for name in ("", "  ", "=1+1", "@x"):
        with pytest.raises(InputError):
            studies.link(team, second, name)


def test_a_report_that_falls_out_takes_its_study_along(team: Review) -> None:
    """A study without an included report is none; it comes back with the report."""
    (study,) = studies.studies(team)
    record = study.reports[0]
    screening.take_back(team.as_person("A"), record, FT)
    assert studies.studies(team) == []
    screening.vote(team.as_person("A"), record, FT, EXCLUDE, reason="design")
    settle(team, "C", record, screening.Vote.INCLUDE, FT)
    assert studies.studies(team) == [study]


def test_register_numbers_suggest_studies(team: Review) -> None:
    """An ungrouped report that shares a register number with a grouped one is suggested for its study."""
    one, other, alone = add_citations(
        team,
        [
            citation(61, registry_ids=("NCT00000061",)),
            citation(62, registry_ids=("NCT00000061",)),
            citation(63, registry_ids=("NCT00000063",)),
        ],
    )
    include(team, one, "SIXTY")
    include(team, other)
    include(team, alone)
    assert [(s.record, s.study, s.registry_id) for s in studies.suggestions(team)] == [
        (other, "SIXTY", "NCT00000061")
    ]


def test_extraction_is_blind_until_both_have_submitted(team: Review) -> None:
    """Each sees only the own forms, finished or not, until both have submitted; then both see both."""
    extract(team, "A", hr="0.71")
    assert studies.compared(team.as_person("A"), "TRIAL") is None
    for who in ("B", "C", None):
        seen = team.as_person(who)
        assert store_extraction.items(team.store, who) == {}
        assert store_extraction.submitted(team.store, who) == {}
        assert studies.agreed(seen, "TRIAL").waits_for == "not both extractors have submitted it"
        assert tables_out.extraction_csv(seen)[1] == 0
    extract(team, "B", submit=False)
    assert {who for _, who in store_extraction.items(team.store, "B")} == {"B"}
    assert {who for _, who in store_extraction.items(team.store, "A")} == {"A"}
    studies.submit(team.as_person("B"), "TRIAL")
    for who in ("A", "B", "C", None):
        assert {one for _, one in store_extraction.items(team.store, who)} == {"A", "B"}
        found = studies.compared(team.as_person(who), "TRIAL")
        assert found is not None
        assert found.extractors == ("A", "B")


def test_a_third_extractor_stays_blind_and_unseen(team: Review) -> None:
    """What D has filled in and not submitted is D's own, also after A and B have finished."""
    extract(team, "D", submit=False, hr="0.99")
    extract(team, "A")
    extract(team, "B")
    for who in ("A", "B", "C"):
        assert {one for _, one in store_extraction.items(team.store, who)} == {"A", "B"}
    found = studies.compared(team, "TRIAL")
    assert found is not None
    assert found.extractors == ("A", "B")


def test_equal_readings_agree_at_once(team: Review) -> None:
    """0.70 and 0.7 are one reading; of both the longer text is kept."""
    extract(team, "A")
    extract(team, "B", hr="0.7", ci_low="0.5")
    agreed = studies.agreed(team, "TRIAL")
    assert agreed.waits_for is None
    assert agreed.items is not None
    (effect,) = [item for item in agreed.items if item.form is Form.EFFECT]
    assert (effect.values["hr"], effect.values["ci_low"]) == ("0.70", "0.50")


def test_differences_are_settled(team: Review) -> None:
    """A difference waits for a word with a reason; the settled value is in the agreed form."""
    extract(team, "A", ci_high="0.98")
    extract(team, "B", ci_high="0.89")
    assert studies.agreed(team, "TRIAL").waits_for == "1 readings are not settled"
    with pytest.raises(InputError, match="says why"):
        studies.settle(team, "TRIAL", Form.EFFECT, KEY, "ci_high", "0.98", " ")
    with pytest.raises(ReviewError, match="to settle"):
        studies.settle(team, "TRIAL", Form.EFFECT, KEY, "colour", "red", "read")
    with pytest.raises(ReviewError, match="neither extracted"):
        studies.settle(team.as_person("D"), "TRIAL", Form.EFFECT, KEY, "ci_high", "0.98", "read")
    studies.settle(team, "TRIAL", Form.EFFECT, KEY, "ci_high", "0.98", "page 5")
    items = studies.agreed(team, "TRIAL").items
    assert items is not None
    assert [i.values["ci_high"] for i in items if i.form is Form.EFFECT] == ["0.98"]
    (row,) = studies.settlement_log(team)
    assert (row["value"], row["actor"], row["why"]) == ("0.98", "C", "page 5")
    studies.settle(team, "TRIAL", Form.EFFECT, KEY, "ci_high", "0.89", "no, page 6")
    items = studies.agreed(team, "TRIAL").items
    assert items is not None
    assert [i.values["ci_high"] for i in items if i.form is Form.EFFECT] == ["0.89"]


def test_what_both_misread_is_corrected_by_a_settlement(team: Review) -> None:
    """After both have submitted nobody changes a form; a correction is a settlement with its reason."""
    extract(team, "A", hr="0.77")
    extract(team, "B", hr="0.77")
    (wrong,) = [i for i in studies.own_items(team.as_person("A"), "TRIAL") if i.form is Form.EFFECT]
    with pytest.raises(ReviewError, match="see each other's forms"):
        studies.fill(team.as_person("A"), "TRIAL", Form.EFFECT, {**wrong.values, "hr": "0.70"})
    with pytest.raises(ReviewError, match="see each other's forms"):
        studies.withdraw(team.as_person("A"), "TRIAL", Form.EFFECT, wrong.key)

    studies.settle(team.as_person("A"), "TRIAL", Form.EFFECT, KEY, "hr", "0.70", "table 2, not the abstract")

    items = studies.agreed(team, "TRIAL").items
    assert items is not None
    assert [i.values["hr"] for i in items if i.form is Form.EFFECT] == ["0.70"]


@pytest.mark.parametrize(("word", "effects"), [("keep", 2), ("drop", 1)])
def test_a_form_of_one_extractor(team: Review, word: str, effects: int) -> None:
    """A form that only one filled in is kept or dropped by a word, and waits until then."""
    extract(team, "A", submit=False)
    extra = {**EFFECT, "data_cut": "2021"}
    studies.fill(team.as_person("A"), "TRIAL", Form.EFFECT, extra)
    studies.submit(team.as_person("A"), "TRIAL")
    extract(team, "B")
    key = item_key(Form.EFFECT, extra)
    assert studies.agreed(team, "TRIAL").items is None
    with pytest.raises(InputError, match="settles nothing"):
        studies.settle(team, "TRIAL", Form.EFFECT, key, "*", "perhaps", "read")
    studies.settle(team, "TRIAL", Form.EFFECT, key, "*", word, "read")
    items = studies.agreed(team, "TRIAL").items
    assert items is not None
    assert sum(i.form is Form.EFFECT for i in items) == effects


def test_nothing_to_settle_before_both_submitted(team: Review) -> None:
    """A settlement before both have submitted would tell that they differ."""
    extract(team, "A")
    extract(team, "B", submit=False, hr="0.71")
    with pytest.raises(ReviewError, match="waits for both extractors"):
        studies.settle(team, "TRIAL", Form.EFFECT, KEY, "hr", "0.70", "read")


def test_forms_are_replaced_and_withdrawn(team: Review) -> None:
    """Filling a form again replaces it, withdrawing takes it out; every row stays in the ledger."""
    person = team.as_person("A")
    extract(team, "A", submit=False)
    studies.fill(person, "TRIAL", Form.EFFECT, {**EFFECT, "hr": "0.72"})
    assert [i.values["hr"] for i in studies.own_items(person, "TRIAL") if i.form is Form.EFFECT] == ["0.72"]
    studies.withdraw(person, "TRIAL", Form.EFFECT, KEY)
    assert [i.form for i in studies.own_items(person, "TRIAL")] == [Form.ARM, Form.ARM]
    with pytest.raises(ReviewError, match="you have no effect form"):
        studies.withdraw(person, "TRIAL", Form.EFFECT, KEY)
    rows = team.store.rows("SELECT fields IS NULL FROM extractions WHERE form = 'effect' ORDER BY id")
    assert [row[0] for row in rows] == [0, 0, 1]


@pytest.mark.parametrize(
    ("form", "values", "message"),
    [
        (Form.EFFECT, {**EFFECT, "hr": "-1"}, "hr"),
        (Form.EFFECT, {**EFFECT, "outcome": "PFS"}, "no outcome of the protocol"),
        (Form.EFFECT, {**EFFECT, "treatment": "water"}, "no arm 'water'"),
        (Form.EFFECT, {k: v for k, v in EFFECT.items() if k != "ci_low"}, "half an interval"),
        (Form.ARM, {"name": "drug", "regimen": "drug A", "n": "1.5"}, "n"),
        (Form.ROB, {"domain": "luck", "judgement": "low", "support": "x"}, "domain"),
    ],
)
def test_a_wrong_form_is_refused(team: Review, form: Form, values: dict[str, str], message: str) -> None:
    """Mistakes are found when the form is filled in; nothing is written."""
    extract(team, "A", submit=False)
    before = team.store.value("SELECT count(*) FROM extractions")
    with pytest.raises(InputError, match=message):
        studies.fill(team.as_person("A"), "TRIAL", form, values)
    assert team.store.value("SELECT count(*) FROM extractions") == before


def test_who_extracts_and_what(team: Review) -> None:
    """Extractors are screeners; a study is known; nobody submits an empty one."""
    with pytest.raises(ReviewError, match="C is adjudicator"):
        studies.fill(team, "TRIAL", Form.ARM, {"name": "drug", "regimen": "drug A"})
    with pytest.raises(ReviewError, match="there is no study 'NONE'"):
        studies.fill(team.as_person("A"), "NONE", Form.ARM, {"name": "drug", "regimen": "drug A"})
    with pytest.raises(ReviewError, match="filled in no form"):
        studies.submit(team.as_person("A"), "TRIAL")


def test_a_settled_value_is_checked_like_a_typed_one(team: Review) -> None:
    """'abc' is no limit of an interval, whoever says so."""
    extract(team, "A", ci_high="0.98")
    extract(team, "B", ci_high="0.89")
    with pytest.raises(InputError, match="abc"):
        studies.settle(team, "TRIAL", Form.EFFECT, KEY, "ci_high", "abc", "typed")
    assert studies.agreed(team, "TRIAL").waits_for == "1 readings are not settled"


def test_risk_of_bias_shows_what_is_agreed_so_far(team: Review) -> None:
    """Missing domains are empty, the study is not hidden."""
    extract(team, "A")
    extract(team, "B")

    (row,) = rob_rows(team)

    assert row["study"] == "TRIAL"
    assert row["overall"] == ""
