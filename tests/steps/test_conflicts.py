"""How conflicts are settled: by an adjudicator who did not vote, or by the voters' consensus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import records, settling
from screener.steps.review import Review
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
    queue,
    say,
    settle,
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 3)
    yield review
    review.close()


@pytest.fixture
def conflict(team: Review) -> str:
    """A record on which A says include and B exclude."""
    record = queue(team, "A")[0]
    disagree(team, record)
    return record


def roles(review: Review, record: str, *people: str) -> list[str]:
    """What each of these people can do about the conflict."""
    found = []
    for who in people:
        listed = {c.record: c.role for c in settling.conflicts(review.as_person(who))}
        found.append(listed.get(record, "no conflict"))
    return found


def ledger(review: Review) -> list[tuple[str, str, str, str]]:
    rows = review.store.rows(
        "SELECT actor, outcome, how, why FROM resolutions JOIN acts USING (id) ORDER BY id"
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def test_parts_in_a_conflict(team: Review, conflict: str) -> None:
    """Voters may propose, adjudicators who did not vote may decide, other screeners may not."""
    assert roles(team, conflict, "A", "B", "C", "D", "E") == [
        "propose",
        "propose",
        "adjudicate",
        "none",
        "adjudicate",
    ]


def test_adjudication(team: Review, conflict: str) -> None:
    """An adjudicator's word settles, with who and why; the conflict is gone for all."""
    settle(team, "C", conflict, INCLUDE, why="C read the paper")
    assert outcome(team, conflict) is Outcome.PASSED
    assert roles(team, conflict, "A", "B", "C") == ["no conflict"] * 3
    assert ledger(team) == [("C", "include", "adjudication", "C read the paper")]


def test_an_adjudicator_who_voted_cannot_adjudicate(team: Review) -> None:
    """E is screener and adjudicator: on a record that E voted on E is a voter."""
    record = queue(team, "E")[0]
    say(team, "E", record, INCLUDE)
    say(team, "B", record, EXCLUDE)
    assert roles(team, record, "E", "C") == ["propose", "adjudicate"]
    with pytest.raises(ReviewError, match="did not vote on the record"):
        settle(team, "E", record, INCLUDE)
    assert ledger(team) == []
    settle(team, "C", record, INCLUDE)
    assert outcome(team, record) is Outcome.PASSED


@pytest.mark.parametrize("who", ["A", "D"])
def test_without_the_role_nobody_adjudicates(team: Review, conflict: str, who: str) -> None:
    """Neither a voter nor another screener decides alone."""
    with pytest.raises(ReviewError, match="an adjudicator has that role"):
        settle(team, who, conflict, INCLUDE)


def test_consensus_needs_the_other_voter(team: Review, conflict: str) -> None:
    """One voter writes, the conflict stays; the other confirms, and both names stand under it."""
    settle(team, "A", conflict, EXCLUDE, how="consensus", why="A was wrong", reason="design")
    assert outcome(team, conflict) is Outcome.CONFLICT
    assert roles(team, conflict, "A", "B", "C", "D") == ["wait", "confirm", "adjudicate", "none"]
    view = settling.open_conflict(team.as_person("B"), conflict, TA)
    assert view.proposal is not None
    assert (view.proposal["actor"], view.proposal["why"]) == ("A", "A was wrong")
    settle(team, "B", conflict, EXCLUDE, how="consensus", why="", confirm=True)
    state = records.state(team, conflict).title_abstract
    assert (state.outcome, state.reason) == (Outcome.EXCLUDED, "design")
    assert ledger(team) == [
        ("A", "exclude", "consensus", "A was wrong"),
        ("B", "exclude", "consensus", "A was wrong"),
    ]


def test_what_confirms_nothing(team: Review, conflict: str) -> None:
    """No confirming of one's own word, of another outcome, by an outsider, or when nothing was proposed."""
    with pytest.raises(ReviewError, match="no such consensus"):
        settle(team, "B", conflict, INCLUDE, how="consensus", confirm=True)
    settle(team, "A", conflict, INCLUDE, how="consensus")
    for who, choice, message in (
        ("A", INCLUDE, "no such consensus"),
        ("B", EXCLUDE, "no such consensus"),
        ("D", INCLUDE, "between the voters"),
        ("C", INCLUDE, "between the voters"),
    ):
        with pytest.raises(ReviewError, match=message):
            settle(team, who, conflict, choice, how="consensus", confirm=True)
    assert len(ledger(team)) == 1
    assert outcome(team, conflict) is Outcome.CONFLICT


def test_a_counter_proposal_replaces_the_first(team: Review, conflict: str) -> None:
    """B writes another consensus instead of confirming: now A's word is asked for, and the first is void."""
    settle(team, "A", conflict, INCLUDE, how="consensus")
    settle(team, "B", conflict, EXCLUDE, how="consensus", why="no trial", reason="design")
    assert roles(team, conflict, "A", "B") == ["confirm", "wait"]
    with pytest.raises(ReviewError, match="no such consensus"):
        settle(team, "B", conflict, INCLUDE, how="consensus", confirm=True)
    settle(team, "A", conflict, EXCLUDE, how="consensus", confirm=True)
    assert outcome(team, conflict) is Outcome.EXCLUDED


def test_an_adjudication_overtakes_a_waiting_consensus(team: Review, conflict: str) -> None:
    """What was settled meanwhile cannot be overturned by confirming an old proposal."""
    settle(team, "A", conflict, INCLUDE, how="consensus")
    settle(team, "C", conflict, EXCLUDE, reason="design")
    with pytest.raises(ReviewError, match="no such consensus"):
        settle(team, "B", conflict, INCLUDE, how="consensus", confirm=True)
    assert outcome(team, conflict) is Outcome.EXCLUDED


def test_settling_anew_parks_and_revives_later_votes(team: Review, conflict: str) -> None:
    """Include, vote at full text, exclude instead (votes rest), include again (they count again)."""
    settle(team, "C", conflict, INCLUDE)
    agree(team, conflict, stage=FT)
    assert outcome(team, conflict, FT) is Outcome.PASSED
    settle(team, "C", conflict, EXCLUDE, why="second reading", reason="design")
    assert outcome(team, conflict, FT) is Outcome.WAITING
    assert conflict not in queue(team, "A", FT)
    assert team.store.value("SELECT count(*) FROM decisions WHERE stage = 'full_text'") == 2
    settle(team, "C", conflict, INCLUDE, why="third reading")
    assert outcome(team, conflict, FT) is Outcome.PASSED
    chain = team.store.rows("SELECT replaces FROM resolutions JOIN acts USING (id) ORDER BY id")
    ids = [row[0] for row in team.store.rows("SELECT id FROM resolutions ORDER BY id")]
    assert [row[0] for row in chain] == [None, ids[0], ids[1]]


def test_a_proposal_to_settle_anew_leaves_the_old_until_confirmed(team: Review, conflict: str) -> None:
    """An adjudicated record stays as it is while a consensus against it waits."""
    settle(team, "C", conflict, INCLUDE)
    settle(team, "B", conflict, EXCLUDE, how="consensus", reason="design")
    assert outcome(team, conflict) is Outcome.PASSED
    settle(team, "A", conflict, EXCLUDE, how="consensus", confirm=True)
    assert outcome(team, conflict) is Outcome.EXCLUDED


def test_full_text_exclusion_has_a_reason(team: Review) -> None:
    """A resolution takes the given reason, else the first in the protocol's order among the votes."""
    first, second, third = queue(team, "A")
    for record in (first, second, third):
        agree(team, record)
        say(team, "A", record, INCLUDE, FT)
        say(team, "B", record, EXCLUDE, FT, reason="outcome")
    settle(team, "C", first, EXCLUDE, FT)
    settle(team, "C", second, EXCLUDE, FT, reason="population")
    with pytest.raises(ReviewError, match="'weather' is no exclusion reason"):
        settle(team, "C", third, EXCLUDE, FT, reason="weather")
    assert [records.state(team, record).full_text.reason for record in (first, second, third)] == [
        "outcome",
        "population",
        None,
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"choice": MAYBE}, "a resolution decides"),
        ({"why": "  "}, "says why"),
        ({"how": "dice"}, "no way to settle"),
    ],
)
def test_a_resolution_is_complete(
    team: Review, conflict: str, change: dict[str, object], message: str
) -> None:
    """A resolution says include or exclude, why, and by which of the two ways; nothing is written else."""
    given = {"choice": INCLUDE, "why": "read", "how": "adjudication", **change}
    with pytest.raises(ReviewError, match=message):
        settle(team, "C", conflict, given.pop("choice"), **given)  # type: ignore[arg-type]
    assert ledger(team) == []


def test_nothing_to_settle(team: Review) -> None:
    """No resolution of an open record, nor of an agreed one whose votes nobody has been shown."""
    first, second, _ = queue(team, "A")
    agree(team, second)
    for record, state in ((first, "open"), (second, "passed")):
        with pytest.raises(ReviewError, match=f"no conflict on this record at title/abstract: {state}"):
            settle(team, "C", record, EXCLUDE)
        with pytest.raises(ReviewError, match="there is no conflict"):
            settling.open_conflict(team, record, TA)


def test_an_agreement_that_was_shown_changes_by_a_resolution(team: Review) -> None:
    """Votes that were exported cannot be changed any more, so the agreed outcome can be settled anew."""
    from screener.steps.tables_out import decisions_csv

    record = queue(team, "A")[0]
    agree(team, record)
    decisions_csv(team.as_person("A"))
    with pytest.raises(ReviewError, match="have been shown"):
        say(team, "B", record, EXCLUDE)
    settle(team, "C", record, EXCLUDE, reason="design")
    assert outcome(team, record) is Outcome.EXCLUDED


def test_an_outsider_is_not_shown_the_votes(team: Review, conflict: str) -> None:
    """A screener without a part in the conflict cannot open it, and nothing is recorded as shown."""
    with pytest.raises(ReviewError, match="settled by their voters or by an adjudicator"):
        settling.open_conflict(team.as_person("D"), conflict, TA)
    assert team.store.value("SELECT count(*) FROM reveals") == 0
