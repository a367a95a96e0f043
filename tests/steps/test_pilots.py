"""A calibration round: what waits, when it closes, who may see what; samples for a second voter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.errors import InputError, ReviewError
from screener.model.screening import Outcome
from screener.screening import required_votes
from screener.steps import handoff, pilots, records, settling, tables_out
from screener.steps.review import Review, adopt
from screener.store import rounds
from screener.store import screening as store_screening
from tests.steps.team import (
    EXCLUDE,
    FT,
    INCLUDE,
    TA,
    agree,
    disagree,
    make_team,
    outcome,
    protocol_text,
    queue,
    say,
    undo,
)

SCREENERS = ("A", "B", "D", "E")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    yield review
    review.close()


def test_a_round_is_all_that_waits_until_it_ends(team: Review) -> None:
    every = list(records.states(team))
    begun = pilots.start(team, TA, name="first", size=2, seed=3)
    assert (begun.records, begun.read, begun.voters, begun.mine) == (2, 0, 4, None)
    assert begun.drawn == "2 drawn at random of 6 (seed 3)"
    picked = queue(team, "A")
    assert len(picked) == 2
    assert all(queue(team, who) == picked for who in SCREENERS)
    for who in SCREENERS[:3]:
        say(team, who, picked[0], INCLUDE)
    assert outcome(team, picked[0]) is Outcome.OPEN, "three of four have voted"
    assert store_screening.votes_on(team.store, picked[0], TA, "E") == []
    say(team, "E", picked[0], INCLUDE)
    assert outcome(team, picked[0]) is Outcome.PASSED
    assert pilots.pilots(team.as_person("B"), TA)[0].mine == 1
    done = pilots.end(team, TA, "criterion 3 reworded")
    assert (done.read, done.note) == (1, "criterion 3 reworded")
    assert queue(team, "A") == [r for r in every if r != picked[0]]
    agree(team, picked[1], EXCLUDE)
    assert outcome(team, picked[1]) is Outcome.EXCLUDED, "two are enough from here on"


def test_records_outside_an_open_round_take_no_vote(team: Review) -> None:
    """Nor by command; a vote that stands already may be changed."""
    first, second, third, *_ = records.states(team)
    say(team, "A", second, INCLUDE)
    pilots.start(team, TA, name="p", chosen=[first])
    with pytest.raises(ReviewError, match="a pilot is open"):
        say(team, "A", third, INCLUDE)
    say(team, "A", second, EXCLUDE)
    pilots.end(team, TA)
    say(team, "A", third, INCLUDE)


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    drawn = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        review = make_team(tmp_path / name, 30)
        pilots.start(review, TA, name="p", size=5, seed=seed)
        drawn.append(set(queue(review, "A")))
        review.close()
    assert drawn[0] == drawn[1] != drawn[2]


def test_votes_before_and_after_count_once_a_round_ends(team: Review) -> None:
    """A vote cast before is one of the round's; ending early closes what has votes enough."""
    first, second, *_ = records.states(team)
    say(team, "A", first, INCLUDE)
    pilots.start(team, TA, name="p", chosen=[first, second])
    assert queue(team, "A") == [second]
    say(team, "B", first, EXCLUDE)
    assert outcome(team, first) is Outcome.OPEN
    pilots.end(team, TA)
    assert outcome(team, first) is Outcome.CONFLICT


def test_undo_within_a_round(team: Review) -> None:
    first = next(iter(records.states(team)))
    pilots.start(team, TA, name="p", chosen=[first])
    say(team, "A", first, INCLUDE)
    undo(team, "A", first)
    assert queue(team, "A") == [first]


def test_rounds_of_the_two_stages_do_not_meet(team: Review) -> None:
    first, second, *_ = records.states(team)
    agree(team, first)
    agree(team, second)
    pilots.start(team, FT, name="full texts", chosen=[second])
    assert queue(team, "A", FT) == [second]
    assert len(queue(team, "A", TA)) == 4


def test_what_is_refused(team: Review) -> None:
    first = next(iter(records.states(team)))
    with pytest.raises(ReviewError, match="A is screener"):
        pilots.start(team.as_person("A"), TA, name="p", size=1)
    with pytest.raises(ReviewError, match="7 records cannot be drawn"):
        pilots.start(team, TA, name="p", size=7)
    with pytest.raises(InputError, match="needs records"):
        pilots.start(team, TA, name="p")
    with pytest.raises(ReviewError, match="no pilot is open"):
        pilots.end(team, TA)
    agree(team, first)
    with pytest.raises(ReviewError, match="not open"):
        pilots.start(team, TA, name="p", chosen=[first])
    pilots.start(team, TA, name="p", size=1)
    with pytest.raises(ReviewError, match="a pilot is open"):
        pilots.start(team, TA, name="q", size=1)


def _with(team: Review, line: str, text: str | None = None) -> None:
    """The protocol with more lines at title/abstract."""
    base = text or protocol_text()
    changed = base.replace("[screening.title_abstract]\n", f"[screening.title_abstract]\n{line}\n")
    (team.folder / "review.toml").write_text(changed, "utf-8")
    adopt(team, "other rules")


def test_a_sample_is_read_by_a_second(tmp_path: Path) -> None:
    """One voter closes a record, two those of the sample; SQL, where blinding is, draws the same ones."""
    review = make_team(tmp_path / "review", 60, voters=1)
    _with(review, "verify = 0.3", protocol_text(1))
    rules = review.protocol.rules[TA]
    every = list(records.states(review))
    sample = {r for r in every if required_votes(rules, r) == 2}
    assert 5 < len(sample) < 40
    for record in every:
        say(review, "A", record, INCLUDE)
    assert set(queue(review, "B")) == sample
    assert {r for r in every if outcome(review, r) is Outcome.PASSED} == set(every) - sample
    seen = set(store_screening.visible_votes(review.store, TA, "B"))
    assert seen == set(every) - sample, "open votes of the sample stay A's"
    for record in sample:
        say(review, "B", record, EXCLUDE)
    assert {c.record for c in settling.conflicts(review)} == sample
    review.close()


@settings(max_examples=8, deadline=None)
@given(share=st.sampled_from([0.01, 0.25, 0.5, 0.99, 1.0]), seed=st.integers(0, 3))
def test_sql_and_the_rules_require_the_same(
    tmp_path_factory: pytest.TempPathFactory, share: float, seed: int
) -> None:
    review = make_team(tmp_path_factory.mktemp("v") / "review", 25, voters=1, seed=seed)
    _with(review, f"verify = {share}", protocol_text(1))
    every = list(records.states(review))
    for record in every:
        say(review, "A", record, INCLUDE)
    open_still = [record for record in every if outcome(review, record) is Outcome.OPEN]
    if open_still:
        pilots.start(review, TA, name="p", chosen=open_still[:5])
    said = dict(review.store.rows("SELECT record_id, required FROM votes WHERE stage = ?", [TA.value]))
    piloted = rounds.pilot_voters(review.store, TA)
    assert said == {r: required_votes(review.protocol.rules[TA], r, piloted.get(r)) for r in every}
    review.close()


@pytest.mark.parametrize(
    ("settled_by", "voters_part", "other_part"),
    [
        ("either", "propose", "adjudicate"),
        ("consensus", "propose", "none"),
        ("adjudicator", "none", "adjudicate"),
    ],
)
def test_who_settles(team: Review, settled_by: str, voters_part: str, other_part: str) -> None:
    _with(team, f'settled_by = "{settled_by}"')
    first = next(iter(records.states(team)))
    disagree(team, first)
    assert settling.conflicts(team.as_person("A"))[0].role == voters_part
    assert settling.conflicts(team)[0].role == other_part
    acts = {
        "none": None,
        "propose": lambda: settling.resolve(
            team.as_person("A"), first, TA, INCLUDE, how="consensus", why="read together"
        ),
        "adjudicate": lambda: settling.resolve(team, first, TA, INCLUDE, how="adjudication", why="read"),
    }
    for part, how, who in (
        (voters_part, "consensus", team.as_person("A")),
        (other_part, "adjudication", team),
    ):
        if part == "none":
            with pytest.raises(ReviewError, match="settled another way"):
                settling.resolve(who, first, TA, INCLUDE, how=how, why="read")
        else:
            assert acts[part] is not None
    acts[other_part if other_part != "none" else voters_part]()


def test_names_in_a_conflict_are_hidden(team: Review) -> None:
    _with(team, 'conflict_names = "hidden"')
    first = next(iter(records.states(team)))
    disagree(team, first)
    text, count = tables_out.decisions_csv(team.as_person("B"))
    assert count == 1, "an export tells no more than the conflict does"
    assert ",A," not in text
    assert ",decision," not in handoff.audit_csv(team), "nor does the log"
    seen = settling.open_conflict(team, first, TA)
    assert {v.reviewer for v in seen.votes} == {"other voter 1", "other voter 2"}
    settling.resolve(team.as_person("A"), first, TA, INCLUDE, how="consensus", why="read together")
    mine = settling.open_conflict(team.as_person("B"), first, TA)
    assert {v.reviewer for v in mine.votes} == {"B", "other voter 1"}
    assert mine.proposal is not None
    assert mine.proposal["actor"] == "another voter"
