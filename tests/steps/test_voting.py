"""Casting, changing and taking back votes; when a record-stage closes and opens again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import records, screening, settling
from screener.steps import review as review_step
from screener.steps.review import Review, open_review
from screener.store import screening as store_screening
from tests.builders import add_citations
from tests.steps.team import (
    EXCLUDE,
    FT,
    INCLUDE,
    MAYBE,
    TA,
    agree,
    disagree,
    make_team,
    outcome,
    protocol_text,
    queue,
    say,
    settle,
    undo,
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    yield review
    review.close()


def chain(review: Review) -> list[tuple[str | None, bool]]:
    """Every decision row in order: its vote, and whether it replaces the row before it."""
    rows = review.store.rows(
        "SELECT a.id, a.replaces, d.vote FROM decisions d JOIN acts a USING (id) ORDER BY id"
    )
    before = [None, *(row["id"] for row in rows)]
    return [(row["vote"], row["replaces"] == before[n] is not None) for n, row in enumerate(rows)]


def test_a_vote_is_on_the_version_that_was_shown(team: Review) -> None:
    """A newer version that came in while the record was on the screen is not what was voted on."""
    a = team.as_person("A")
    record = queue(team, "A")[0]
    shown = records.card(a, record)
    add_citations(team, [replace(shown.fields, title="A corrected title")])
    assert records.card(a, record).version != shown.version

    screening.vote(a, record, TA, INCLUDE, shown=shown)

    (head,) = store_screening.own_heads(team.store, "A", record, TA)
    assert head["version_id"] == shown.version


def test_a_change_of_mind_is_a_new_row(team: Review) -> None:
    """Vote, change, undo, vote again: four rows, each replacing the one before; nothing is lost."""
    record = queue(team, "A")[0]
    say(team, "A", record, INCLUDE)
    say(team, "A", record, EXCLUDE, reason="design", note="second thoughts")
    undo(team, "A", record)
    say(team, "A", record, MAYBE)
    assert chain(team) == [("include", False), ("exclude", True), (None, True), ("maybe", True)]
    mine = screening.own_vote(team.as_person("A"), record, TA)
    assert mine is not None
    assert (mine.vote, mine.reason, mine.note) == (MAYBE, None, None)


def test_queue_is_what_waits_for_the_person(team: Review) -> None:
    """A voted record leaves the voter's queue only, and comes back to its old place when taken back."""
    whole = queue(team, "A")
    assert queue(team, "B") == whole
    say(team, "A", whole[2], INCLUDE)
    assert queue(team, "A") == [*whole[:2], *whole[3:]]
    assert queue(team, "B") == whole
    undo(team, "A", whole[2])
    assert queue(team, "A") == whole


def test_undo_last_takes_the_newest_vote(team: Review) -> None:
    """Undo goes back vote by vote, and says so when there is none left."""
    person = team.as_person("A")
    first, second, *_ = queue(team, "A")
    say(team, "A", second, INCLUDE)
    say(team, "A", first, INCLUDE)
    say(team, "B", first, INCLUDE)
    assert screening.undo_last(person, TA) == first
    assert [row["record_id"] for row in screening.history(person, TA)] == [second]
    assert screening.undo_last(person, TA) == second
    with pytest.raises(ReviewError, match="no vote"):
        screening.undo_last(person, TA)
    with pytest.raises(ReviewError, match="you hold no vote"):
        undo(team, "A", first)


@pytest.mark.parametrize(
    ("a", "b", "closed"),
    [
        (INCLUDE, INCLUDE, Outcome.PASSED),
        (INCLUDE, MAYBE, Outcome.PASSED),
        (MAYBE, MAYBE, Outcome.PASSED),
        (EXCLUDE, EXCLUDE, Outcome.EXCLUDED),
        (INCLUDE, EXCLUDE, Outcome.CONFLICT),
        (MAYBE, EXCLUDE, Outcome.CONFLICT),
    ],
)
def test_the_second_vote_closes(team: Review, a: object, b: object, closed: Outcome) -> None:
    """One vote leaves the record open for everybody, the voter included; the second closes it for all."""
    record = queue(team, "A")[0]
    say(team, "A", record, a)  # type: ignore[arg-type]
    assert {outcome(team, record, who=who) for who in (None, "A", "B", "C")} == {Outcome.OPEN}
    say(team, "B", record, b)  # type: ignore[arg-type]
    assert {outcome(team, record, who=who) for who in (None, "A", "B", "C")} == {closed}


def test_undo_before_reveal_opens_the_stage_again(team: Review) -> None:
    """Both have voted and nobody was shown the votes: one takes the vote back and both may still change."""
    record = queue(team, "A")[0]
    disagree(team, record)
    undo(team, "B", record)
    assert outcome(team, record) is Outcome.OPEN
    assert record in queue(team, "B")
    assert record not in queue(team, "A")
    say(team, "A", record, EXCLUDE)
    say(team, "B", record, EXCLUDE)
    assert outcome(team, record) is Outcome.EXCLUDED


def test_after_reveal_votes_stand(team: Review) -> None:
    """Once a conflict was opened neither voter can change or take back a vote: no row is written."""
    record = queue(team, "A")[0]
    disagree(team, record)
    settling.open_conflict(team, record, TA)
    rows = len(chain(team))
    for who in ("A", "B"):
        with pytest.raises(ReviewError, match="have been shown"):
            say(team, who, record, MAYBE)
        with pytest.raises(ReviewError, match="have been shown"):
            undo(team, who, record)
    assert len(chain(team)) == rows


def test_opening_a_conflict_is_recorded_once(team: Review) -> None:
    """That votes were shown is a ledger row with who saw them first; listing conflicts shows nothing."""
    record = queue(team, "A")[0]
    disagree(team, record)
    assert [c.record for c in settling.conflicts(team)] == [record]
    assert team.store.value("SELECT count(*) FROM reveals") == 0
    for _ in range(2):
        view = settling.open_conflict(team, record, TA)
    assert [(v.reviewer, v.vote) for v in view.votes] == [("A", INCLUDE), ("B", EXCLUDE)]
    rows = team.store.rows("SELECT actor, stage FROM reveals JOIN acts USING (id)")
    assert [tuple(row) for row in rows] == [("C", "title_abstract")]


def test_a_third_screener_finds_the_record_closed(team: Review) -> None:
    """With two required voters the first two decide; a third cannot vote, but can where one has voted."""
    first, second, *_ = queue(team, "D")
    agree(team, first)
    assert first not in queue(team, "D")
    with pytest.raises(ReviewError, match="the required voters have voted"):
        say(team, "D", first, EXCLUDE)
    say(team, "A", second, INCLUDE)
    say(team, "D", second, INCLUDE)
    assert outcome(team, second) is Outcome.PASSED
    assert second not in queue(team, "B")


def test_three_required_voters(tmp_path: Path) -> None:
    """With three required voters two votes decide nothing and show nothing."""
    review = make_team(tmp_path / "three", 1, voters=3)
    (record,) = queue(review, "A")
    disagree(review, record)
    assert outcome(review, record) is Outcome.OPEN
    assert settling.conflicts(review) == []
    say(review, "D", record, EXCLUDE)
    assert outcome(review, record) is Outcome.CONFLICT
    review.close()


def test_more_required_voters_reopen_closed_records(team: Review) -> None:
    """An adoption that asks for three voters opens what two had closed, shown or not, for a third one."""
    first, second, *_ = queue(team, "A")
    disagree(team, first)
    agree(team, second)
    settling.open_conflict(team, first, TA)
    (team.folder / "review.toml").write_text(protocol_text(3), "utf-8")
    review_step.adopt(team, "a third voter")
    assert {outcome(team, record) for record in (first, second)} == {Outcome.OPEN}
    assert {first, second} <= set(queue(team, "D"))
    with pytest.raises(ReviewError, match="have been shown"):
        undo(team, "A", first)
    say(team, "D", first, INCLUDE)
    say(team, "D", second, INCLUDE)
    assert outcome(team, first) is Outcome.CONFLICT
    assert outcome(team, second) is Outcome.PASSED


def test_full_text_waits_for_title_abstract(team: Review) -> None:
    """No full-text vote before the record has passed title/abstract, nor after it has not."""
    first, second, *_ = queue(team, "A")
    for record in (first, second):
        with pytest.raises(ReviewError, match="title/abstract: open"):
            say(team, "A", record, INCLUDE, FT)
    assert queue(team, "A", FT) == []
    agree(team, first)
    agree(team, second, EXCLUDE)
    assert queue(team, "A", FT) == [first]
    with pytest.raises(ReviewError, match="title/abstract: excluded"):
        say(team, "A", second, INCLUDE, FT)
    say(team, "A", first, INCLUDE, FT)
    assert outcome(team, first, FT) is Outcome.OPEN


def test_parked_votes_cannot_be_changed(team: Review) -> None:
    """When title/abstract is undone, full-text votes rest: they count for nothing and cannot be changed."""
    record = queue(team, "A")[0]
    agree(team, record)
    agree(team, record, stage=FT)
    say(team, "A", record, EXCLUDE)
    assert outcome(team, record) is Outcome.CONFLICT
    assert outcome(team, record, FT) is Outcome.WAITING
    with pytest.raises(ReviewError, match="title/abstract: conflict"):
        say(team, "A", record, EXCLUDE, FT)
    settle(team, "C", record, INCLUDE)
    assert outcome(team, record, FT) is Outcome.PASSED


@pytest.mark.parametrize(
    ("choice", "stage", "reason", "message"),
    [
        (MAYBE, FT, None, "no vote at full text"),
        (EXCLUDE, FT, None, "needs a reason"),
        (EXCLUDE, FT, "weather", "no exclusion reason"),
        (INCLUDE, FT, "design", "belongs to an exclusion"),
        (EXCLUDE, TA, "outcome", "no exclusion reason"),
        (MAYBE, TA, "design", "belongs to an exclusion"),
    ],
)
def test_reasons(team: Review, choice: object, stage: object, reason: str | None, message: str) -> None:
    """A reason is one of the stage's own, goes with an exclusion, and is required at full text."""
    record = queue(team, "A")[0]
    agree(team, record)
    rows = len(chain(team))
    with pytest.raises(ReviewError, match=message):
        screening.vote(team.as_person("A"), record, stage, choice, reason=reason)  # type: ignore[arg-type]
    assert len(chain(team)) == rows


@pytest.mark.parametrize(("rule", "settled"), [("order", Outcome.EXCLUDED), ("resolve", Outcome.CONFLICT)])
def test_differing_reasons(tmp_path: Path, rule: str, settled: Outcome) -> None:
    """At full text differing reasons settle by the protocol's order, or wait, as the protocol says."""
    review = make_team(tmp_path / "reasons", 1, reason_conflicts=rule)
    (record,) = queue(review, "A")
    agree(review, record)
    say(review, "A", record, EXCLUDE, FT, reason="outcome")
    say(review, "B", record, EXCLUDE, FT, reason="design")
    found = records.state(review, record).full_text
    assert found.outcome is settled
    assert found.reason == ("design" if rule == "order" else None)
    review.close()


def test_who_may_vote(team: Review) -> None:
    """Only screeners vote: the coordinator does not, nobody does not, a stranger is named."""
    record = queue(team, "A")[0]
    with pytest.raises(ReviewError, match="C is adjudicator, coordinator"):
        screening.vote(team, record, TA, INCLUDE)
    with pytest.raises(ReviewError, match="not known who you are") as caught:
        screening.vote(team.as_person(None), record, TA, INCLUDE)
    assert caught.value.field == "--as"
    with pytest.raises(ReviewError, match="'Z' is no reviewer"):
        team.as_person("Z")


def test_a_decision_is_tied_to_what_was_in_force(team: Review) -> None:
    """After an adoption by another process a vote is tied to the new protocol, and obeys its reasons."""
    person = team.as_person("A")
    record = queue(team, "A")[0]
    other = open_review(team.folder, "C")
    draft = other.folder / "review.toml"
    draft.write_text(draft.read_text("utf-8").replace('id = "design"', 'id = "no_trial"'), "utf-8")
    newest = review_step.adopt(other, "another reason")
    other.close()
    with pytest.raises(ReviewError, match="no exclusion reason"):
        screening.vote(person, record, TA, EXCLUDE, reason="design")
    screening.vote(person, record, TA, EXCLUDE, reason="no_trial")
    assert team.store.value("SELECT protocol_id FROM decisions") == newest


def test_a_role_that_was_taken_away_is_gone(team: Review) -> None:
    """Somebody who is no screener any more in the version in force cannot vote from an open program."""
    person = team.as_person("A")
    record = queue(team, "A")[0]
    draft = team.folder / "review.toml"
    text = draft.read_text("utf-8")
    screener = 'name = "First reviewer"\nroles = ["screener"]'
    assert screener in text
    draft.write_text(text.replace(screener, screener.replace("screener", "adjudicator")), "utf-8")
    review_step.adopt(team, "A adjudicates")
    with pytest.raises(ReviewError, match="A is adjudicator"):
        screening.vote(person, record, TA, INCLUDE)
