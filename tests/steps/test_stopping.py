"""Reading in ranked order and stopping early: one's own votes only, all or nobody, and nothing for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import flow as flow_step
from screener.steps import handoff, pilots, ranking, records, stopping
from screener.steps.ranking import Ranked, Ranker
from screener.steps.review import Review, adopt
from screener.steps.screening import queue as waiting_for
from tests.builders import add_citations, citation
from tests.steps.team import EXCLUDE, INCLUDE, MAYBE, TA, make_team, outcome, protocol_text, queue, say, undo

SCREENERS = ("A", "B", "D", "E")


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    """400 records; the protocol lets a person stop at a recall of 0.8."""
    review = make_team(tmp_path / "review", 400)
    text = protocol_text().replace(
        "[screening.title_abstract]\n",
        "[screening.title_abstract]\nstop_recall = 0.8\nstop_confidence = 0.9\n",
    )
    # Two screeners are enough here.
    text = text.replace('id = "D"', 'active = false\nid = "D"').replace(
        'id = "E"\nname = "Fifth reviewer"\nroles = ["screener", "adjudicator"]',
        'id = "E"\nname = "Fifth reviewer"\nroles = ["adjudicator"]',
    )
    (review.folder / "review.toml").write_text(text, "utf-8")
    adopt(review, "a stopping rule")
    yield review
    review.close()


def read(team: Review, who: str, count: int, includes: int = 20) -> list[str]:
    """Vote on the first records, the includes first."""
    some = queue(team, who)[:count]
    for number, record in enumerate(some):
        say(team, who, record, INCLUDE if number < includes else EXCLUDE)
    return some


def test_nothing_is_left_out_until_all_have_stopped(team: Review) -> None:
    every = list(records.states(team))
    a, b = team.as_person("A"), team.as_person("B")
    read(team, "A", 60)
    with pytest.raises(ReviewError, match="rule is not met"):
        stopping.stop(a, TA)
    read(team, "A", 190, 0)
    found = stopping.rule(a, TA)
    assert (found.met, found.read, found.found, found.total, found.target) == (True, 250, 20, 400, 0.8)
    mine = stopping.stop(a, TA)
    assert (mine.all_stopped, mine.left) == (False, 0)
    assert queue(team, "A") == []
    assert all(outcome(team, r, who="B") is Outcome.OPEN for r in every[250:])
    assert stopping.standing(b, TA) == stopping.Standing(None, False, 0), "how far A is, B does not see"
    assert ",stop," not in handoff.audit_csv(team), "nor in the log that the team shares"
    with pytest.raises(ReviewError, match="you have stopped"):
        say(team, "A", every[-1], INCLUDE)

    read(team, "B", 260)
    both = stopping.stop(b, TA)
    assert (both.all_stopped, both.left) == (True, 140)
    assert handoff.audit_csv(team).count(",stop,") == 2
    status = records.state(team, every[-1]).title_abstract
    assert (status.outcome, status.by_automation) == (Outcome.EXCLUDED, True)
    # What one of them read is no automation's: it waits for the other, who has to read on for it.
    assert outcome(team, every[255]) is Outcome.OPEN
    drawn = flow_step.flow(team)
    assert (drawn.excluded_by_automation, drawn.excluded_by_human) == (140, 230)
    assert drawn.excluded == 370
    assert drawn.open["title_abstract"] == 10

    (new,) = add_citations(team, [citation(900)])
    assert queue(team, "B") == [new], "what comes later waits"
    stopping.undo(a, TA)
    assert stopping.standing(b, TA).all_stopped is False
    assert len(queue(team, "A")) == 151
    assert outcome(team, every[-1]) is Outcome.OPEN
    say(team, "A", every[-1], INCLUDE)
    with pytest.raises(ReviewError, match="you have not stopped"):
        stopping.undo(a, TA)


def test_stopping_needs_a_rule_in_the_protocol_and_no_open_pilot(tmp_path: Path, team: Review) -> None:
    plain = make_team(tmp_path / "plain", 3)
    with pytest.raises(ReviewError, match="no stopping rule"):
        stopping.stop(plain.as_person("A"), TA)
    plain.close()
    pilots.start(team, TA, name="p", size=3)
    with pytest.raises(ReviewError, match="pilot is open"):
        stopping.stop(team.as_person("A"), TA)
    with pytest.raises(ReviewError, match="role screener"):
        stopping.rule(team, TA)


def test_votes_are_counted_in_the_order_in_which_they_were_cast(team: Review) -> None:
    first, second, third, *_ = queue(team, "A")
    for record, choice in ((second, MAYBE), (first, EXCLUDE), (third, INCLUDE)):
        say(team, "A", record, choice)
    undo(team, "A", third)
    say(team, "B", third, INCLUDE)
    assert list(ranking.own_labels_of(team.store, "A", TA).items()) == [(second, 1), (first, 0)]


def test_the_ranking_learns_from_ones_own_votes_only(tmp_path: Path) -> None:
    """A process of its own; what others vote changes nothing in it."""
    review = make_team(tmp_path / "review")
    subjects = ("liver surgery of colorectal metastases", "knitting patterns of northern sheep")
    made = [
        citation(n, title=f"{subjects[n % 2]}, report {n}", abstract=None, keywords=()) for n in range(1, 41)
    ]
    every = add_citations(review, made)
    kinds = dict(zip(every, (subjects[n % 2] for n in range(1, 41)), strict=True))
    a = review.as_person("A")
    for record in every[:4]:
        say(review, "A", record, INCLUDE if kinds[record] == subjects[0] else EXCLUDE)
    ranker = Ranker(a, TA)
    try:
        answers = (each for each in ranker.answers() if isinstance(each, Ranked))
        found = next(answers)
        assert (found.included, found.excluded) == (2, 2)
        assert set(found.records) == set(waiting_for(a, TA)), "ranked, never hidden"
        assert {kinds[r] for r in found.records[:18]} == {subjects[0]}
        for record in every[4:12]:
            say(review, "B", record, EXCLUDE if kinds[record] == subjects[0] else INCLUDE)
        ranker.votes_changed()
        assert next(answers) == found
        for record in every[4:10]:
            say(review, "A", record, EXCLUDE if kinds[record] == subjects[0] else INCLUDE)
        for record in every[:4]:
            say(review, "A", record, EXCLUDE if kinds[record] == subjects[0] else INCLUDE)
        ranker.votes_changed()
        turned = next(answers)
        assert (turned.included, turned.excluded) == (5, 5)
        assert {kinds[r] for r in turned.records[:10]} == {subjects[1]}
    finally:
        ranker.close()
        ranker.close()
    assert (review.folder / "db" / "ranking.npz").exists()
    again = Ranker(a, TA)
    try:
        assert next(each for each in again.answers() if isinstance(each, Ranked)) == turned
    finally:
        again.close()
    review.close()
