"""B sees nothing of A's open votes: not a word, not a mark, not a count, on any screen and at any size."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from screener.model.screening import Stage, Vote
from screener.steps import screening
from screener.steps.review import Review
from tests.builders import opened_as
from tests.tui.driver import LARGE, SMALL, drive, everything, keyed

TELLTALE = "tell-tale-note-of-a"
TOUR = (
    [],
    ["g", "d"],
    ["l"],
    ["g", "s"],
    ["c"],
    ["escape", "slash"],
    ["escape", "y"],
    ["escape", "j"],
    ["e"],
    ["escape", "n"],
    ["escape", "question_mark"],
    ["escape", "g", "f"],
    ["slash"],
    ["escape", "y"],
    ["g", "c"],
    ["g", "w"],
    ["g", "k"],
    ["s"],
    ["v"],
    ["L"],
    ["g", "h", "ctrl+p"],
    ["escape", "q"],
    ["escape"],
)


async def tour(pilot: Pilot[None]) -> list[str]:
    """Everything that the app shows on a walk through all screens."""
    seen = []
    for keys in TOUR:
        await keyed(pilot, *keys)
        seen.append(everything(pilot))
    return seen


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_nothing_of_open_votes_is_on_any_screen(review: Review, size: tuple[int, int]) -> None:
    """The whole app is the same before and after A votes, but for the log's times."""
    b = opened_as(review, "B")
    before = drive(b, tour, size)
    a = opened_as(review, "A")
    records = screening.queue(a, Stage.TITLE_ABSTRACT)
    screening.vote(a, records[0], Stage.TITLE_ABSTRACT, Vote.EXCLUDE, reason="design", note=TELLTALE)
    screening.vote(a, records[1], Stage.TITLE_ABSTRACT, Vote.INCLUDE, note=TELLTALE)
    screening.vote(a, records[2], Stage.TITLE_ABSTRACT, Vote.MAYBE, note=TELLTALE)
    after = drive(b, tour, size)

    assert len(before) == len(TOUR)
    assert not any(TELLTALE in text for text in after)
    assert after == before


def test_the_same_walk_shows_a_their_own_votes(review: Review) -> None:
    """The test above would pass if the walk saw nothing at all."""
    a = opened_as(review, "A")
    record = screening.queue(a, Stage.TITLE_ABSTRACT)[0]
    screening.vote(a, record, Stage.TITLE_ABSTRACT, Vote.EXCLUDE, reason="design", note=TELLTALE)

    assert any(TELLTALE in text for text in drive(a, tour, SMALL))
