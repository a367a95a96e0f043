"""The agreement screen: numbers where there are some, and what it says where there are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.steps import pilots, records
from screener.steps.review import Review
from tests.builders import opened_as
from tests.steps.team import EXCLUDE, FT, INCLUDE, TA, agree, disagree, make_team, say
from tests.tui.driver import LARGE, SMALL, press


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 8)
    yield review
    review.close()


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_before_anything_is_closed_it_says_when_numbers_come(review: Review, size: tuple[int, int]) -> None:
    text = press(opened_as(review, "A"), "g", "k", size=size)

    assert "Title/abstract, main screening: votes at closing, 0 records" in text
    assert "No numbers yet. A record enters when two reviewers have voted" in text


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_three_figures_stand_together(team: Review, size: tuple[int, int]) -> None:
    every = list(records.states(team))
    agree(team, every[0])
    agree(team, every[1], EXCLUDE)
    disagree(team, every[2])
    text = press(opened_as(team, "B"), "g", "k", size=size)

    assert "a 1 both include   b 1 only A   c 0 only B   d 1 both exclude" in text
    lines = [line.strip() for line in text.split("\n")]
    names = [line.split("  ")[0] for line in lines if line.startswith(("kappa", "AC1", "positive"))]
    assert [name.split(" 0")[0] for name in names] == ["kappa", "AC1", "positive agreement"]
    assert "fair (Landis & Koch 1977)" in text or "slight" in text or "moderate" in text
    assert "~ too few for a stable estimate" in text


def test_keys_lead_through_stages_votes_and_pilots(team: Review) -> None:
    every = list(records.states(team))
    pilots.start(team, TA, name="first round", chosen=[every[0]])
    for who in "ABDE":
        say(team, who, every[0], INCLUDE)
    pilots.end(team, TA)
    agree(team, every[1])
    agree(team, every[1], EXCLUDE, FT)
    b = opened_as(team, "B")

    assert "p shows, apart from these: pilot 'first round'" in press(b, "g", "k")
    assert "Title/abstract, pilot 'first round': votes at closing, 1 record" in press(b, "g", "k", "p")
    assert "Title/abstract, main screening" in press(b, "g", "k", "p", "p")
    assert "first votes, 1 record" in press(b, "g", "k", "v")
    at_full_text = press(b, "g", "k", "s")
    assert "Full text, main screening" in at_full_text
    assert "Reasons, of 1 that both exclude" in at_full_text


def test_home_leads_there(review: Review) -> None:
    assert "Agreement" in press(opened_as(review, "A"))
    assert "No numbers yet" in press(opened_as(review, "A"), "end", "enter")
