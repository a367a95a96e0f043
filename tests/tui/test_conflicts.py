"""The conflict desk: asking before showing, adjudication, consensus."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from screener.model.screening import Outcome, Stage, Vote
from screener.steps import records, screening
from screener.steps.review import Review
from screener.store import screening as store_screening
from tests.builders import opened_as
from tests.tui.driver import LARGE, SMALL, drive, everything, keyed, press, screen_text, typed

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def conflict(review: Review) -> str:
    """A excludes, B includes the first record."""
    a, b = opened_as(review, "A"), opened_as(review, "B")
    record = screening.queue(a, TA)[0]
    screening.vote(a, record, TA, Vote.EXCLUDE, reason="design", note="it looks like a cohort")
    screening.vote(b, record, TA, Vote.INCLUDE, note="randomised in the methods")
    return record


def settled(review: Review, record: str, stage: Stage = TA) -> Outcome:
    return records.state(review, record).at(stage).outcome


def test_opening_asks_first_and_escape_shows_nothing(review: Review) -> None:
    record = conflict(review)

    async def script(pilot: Pilot[None]) -> list[str]:
        await keyed(pilot, "g", "c")
        seen = [everything(pilot)]
        await keyed(pilot, "enter")
        seen.append(everything(pilot))
        await keyed(pilot, "escape")
        return [*seen, everything(pilot)]

    seen = drive(review, script)

    assert not store_screening.is_revealed(review.store, record, TA)
    assert "cannot be undone" in seen[1]
    assert not any("cohort" in text for text in seen)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_both_votes_stand_side_by_side(review: Review, size: tuple[int, int]) -> None:
    record = conflict(review)
    text = press(review, "g", "c", "enter", "enter", size=size)

    assert store_screening.is_revealed(review.store, record, TA)
    row = next(line for line in text.split("\n") if "- exclude" in line)
    assert "+ include" in row
    assert "reason: wrong study design" in text
    assert "note: it looks like a cohort" in text
    assert "note: randomised in the methods" in text


def test_an_adjudicator_decides_with_a_why(review: Review) -> None:
    record = conflict(review)

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "c", "enter", "enter", "i", "enter")
        assert settled(review, record) is Outcome.CONFLICT  # an empty why settles nothing
        await typed(pilot, "the methods say randomised")
        await keyed(pilot, "enter")
        return screen_text(pilot)

    text = drive(review, script)

    assert settled(review, record) is Outcome.PASSED
    resolution = store_screening.resolution_on(review.store, record, TA)
    assert resolution is not None
    assert (resolution.how, resolution.why, resolution.by) == (
        "adjudication",
        "the methods say randomised",
        ("C",),
    )
    assert "+ settled: include" in text
    assert "No conflict waits for you." in text


def test_voters_propose_and_confirm(review: Review) -> None:
    record = conflict(review)

    async def propose(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "c", "enter", "enter", "e")
        await typed(pilot, "a cohort after all")
        await keyed(pilot, "enter")
        return screen_text(pilot)

    text = drive(opened_as(review, "A"), propose)

    assert settled(review, record) is Outcome.CONFLICT
    assert "your consensus waits for the other voter" in text

    seen = press(opened_as(review, "B"), "g", "c", "enter", "enter")
    assert "A proposes: - exclude" in seen
    assert "a cohort after all" in seen

    press(opened_as(review, "B"), "g", "c", "enter", "enter", "a")
    assert settled(review, record) is Outcome.EXCLUDED
    resolution = store_screening.resolution_on(review.store, record, TA)
    assert resolution is not None
    assert (resolution.how, resolution.by) == ("consensus", ("A", "B"))


def test_an_exclusion_at_full_text_asks_for_the_reason(review: Review) -> None:
    a, b = opened_as(review, "A"), opened_as(review, "B")
    record = screening.queue(a, TA)[0]
    for person in (a, b):
        screening.vote(person, record, TA, Vote.INCLUDE)
    screening.vote(a, record, FT, Vote.EXCLUDE, reason="design")
    screening.vote(b, record, FT, Vote.INCLUDE)

    async def script(pilot: Pilot[None]) -> None:
        await keyed(pilot, "g", "c", "enter", "enter", "e", "3")
        await typed(pilot, "no outcome")
        await keyed(pilot, "enter")

    drive(review, script)

    state = records.state(review, record).full_text
    assert (state.outcome, state.reason) == (Outcome.EXCLUDED, "outcome")
