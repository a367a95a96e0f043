"""Records that were screened apart and turn out to be one: nothing is settled by the clock, nothing silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.screening import Outcome
from screener.steps import records, retrieval, screening, settling, studies
from screener.steps.review import Review
from tests.steps.team import (
    EXCLUDE,
    FT,
    INCLUDE,
    TA,
    agree,
    disagree,
    judge,
    make_team,
    outcome,
    queue,
    say,
    settle,
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 4)
    yield review
    review.close()


def merged(team: Review, a: str, b: str) -> str:
    judge(team, a, b, "same")
    return next(r for r in records.states(team) if r in (a, b))


@pytest.mark.parametrize("first", [INCLUDE, EXCLUDE])
def test_two_resolutions_are_no_matter_of_the_clock(team: Review, first: object) -> None:
    """Both were of votes that the other did not see: the record is a conflict anew, and a split brings both back."""
    one, other, *_ = records.states(team)
    second = EXCLUDE if first is INCLUDE else INCLUDE
    disagree(team, one)
    disagree(team, other)
    settle(team, "C", one, first)
    settle(team, "C", other, second)
    record = merged(team, one, other)
    assert outcome(team, record) is Outcome.CONFLICT
    assert [c.record for c in settling.conflicts(team)] == [record]
    settle(team, "C", record, INCLUDE)
    assert outcome(team, record) is Outcome.PASSED
    judge(team, one, other, "different")
    states = {r: outcome(team, r) for r in (one, other)}
    assert set(states.values()) == {Outcome.PASSED, Outcome.EXCLUDED}


def test_an_included_report_is_not_excluded_by_another_ones_resolution(team: Review) -> None:
    one, other, *_ = records.states(team)
    for record in (one, other):
        agree(team, record)
    agree(team, one, stage=FT)
    disagree(team, other, FT)
    settle(team, "C", other, EXCLUDE, FT, reason="design")
    record = merged(team, one, other)
    # B said include here and exclude there: B says again.
    assert outcome(team, record, FT) is Outcome.OPEN
    assert queue(team, "B", FT) == [record]
    say(team, "B", record, INCLUDE, FT)
    assert outcome(team, record, FT) is Outcome.PASSED


def test_an_old_resolution_gives_way_to_votes_cast_since(team: Review) -> None:
    one, other, *_ = records.states(team)
    disagree(team, one)
    settle(team, "C", one, EXCLUDE)
    agree(team, other)
    record = merged(team, one, other)
    assert queue(team, "B")[0] == record
    say(team, "B", record, INCLUDE)
    assert outcome(team, record) is Outcome.PASSED


def test_a_resolution_holds_on_after_a_merge_with_what_nobody_voted_on(team: Review) -> None:
    one, other, *_ = records.states(team)
    disagree(team, one)
    settle(team, "C", one, INCLUDE)
    assert outcome(team, merged(team, one, other)) is Outcome.PASSED


def test_unequal_votes_return_whoever_else_has_voted(team: Review) -> None:
    """With others enough to close the stage, the person whose votes differ is still asked."""
    one, other, *_ = records.states(team)
    say(team, "A", one, INCLUDE)
    say(team, "B", one, INCLUDE)
    say(team, "A", other, EXCLUDE)
    say(team, "D", other, INCLUDE)
    record = merged(team, one, other)
    assert outcome(team, record) is Outcome.OPEN
    assert record in queue(team, "A")
    assert record not in queue(team, "B")
    say(team, "A", record, INCLUDE)
    assert outcome(team, record) is Outcome.PASSED
    assert screening.own_vote(team.as_person("A"), record, TA) is not None


def test_a_report_in_hand_is_in_hand(team: Review) -> None:
    one, other, *_ = records.states(team)
    for record in (one, other):
        agree(team, record)
    retrieval.retrieve(team, one, "sought")
    retrieval.retrieve(team, one, "retrieved")
    retrieval.retrieve(team, other, "sought")
    retrieval.retrieve(team, other, "not_retrieved")
    record = merged(team, one, other)
    assert records.state(team, record).retrieval == "retrieved"
    told = retrieval.retrieval_of(team, record)
    assert (told.status, told.attempts) == ("retrieved", 2)
    assert record in queue(team, "A", FT)
    retrieval.retrieve(team, record, "not_retrieved")
    assert records.state(team, record).retrieval == "not_retrieved"
    retrieval.retrieve(team, record, "retrieved")
    assert records.state(team, record).retrieval == retrieval.retrieval_of(team, record).status == "retrieved"


def test_two_studies_of_one_report_are_told(team: Review) -> None:
    one, other, *_ = records.states(team)
    for record, study in ((one, "TRIALX"), (other, "TRIALY")):
        agree(team, record)
        agree(team, record, stage=FT)
        studies.link(team, record, study)
    assert studies.clashes(team) == {}
    record = merged(team, one, other)
    assert studies.clashes(team) == {record: ("TRIALX", "TRIALY")}
    studies.link(team, record, "TRIALY")
    assert studies.clashes(team) == {}
