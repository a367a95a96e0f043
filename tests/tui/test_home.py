"""Home, the log, help, colours, and failures."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from screener.model.errors import StoreError
from screener.model.screening import Stage, Vote
from screener.steps import screening
from screener.steps.review import Review
from screener.tui.theme import THEMES
from tests.builders import make_review, opened_as
from tests.tui.driver import LARGE, SMALL, drive, keyed, press, screen_text
from tests.tui.pictures import draw


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_home_says_what_waits_and_enter_opens_it(review: Review, size: tuple[int, int]) -> None:
    me = opened_as(review, "A")

    assert "6 of 6" in press(me, size=size)
    assert "Trial 1:" in press(me, "enter", size=size)


def test_home_counts_again_when_the_screen_comes_back(review: Review) -> None:
    text = press(opened_as(review, "A"), "g", "s", "i", "i", "escape")

    assert "4 of 6" in text
    assert "33 % done" in text


def test_an_empty_review_says_what_to_do(tmp_path: Path) -> None:
    made = make_review(tmp_path / "empty")
    try:
        for keys in ([], ["g", "s"]):
            text = " ".join(press(opened_as(made, "A"), *keys, size=SMALL).split())
            assert "`screener search run` or `screener import` brings them" in text
    finally:
        made.close()


def test_when_nothing_waits_home_says_who_has_the_ball(review: Review) -> None:
    me = opened_as(review, "A")
    for record in screening.queue(me, Stage.TITLE_ABSTRACT):
        screening.vote(me, record, Stage.TITLE_ABSTRACT, Vote.INCLUDE)

    text = " ".join(press(me, size=SMALL).split())
    assert "The ball is with the other screeners (B) or the adjudicator (C)" in text


def test_a_failure_while_reading_is_a_message(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_review: Review) -> None:
        raise StoreError("the database is locked")

    async def script(pilot: Pilot[None]) -> tuple[str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(screening, "overview", fail)
            await keyed(pilot, "r")
            first = screen_text(pilot)
        await keyed(pilot, "r")
        return first, screen_text(pilot)

    failed, after = drive(opened_as(review, "A"), script)

    assert "! the database is locked" in failed
    assert "locked" not in after
    assert "6 of 6" in after


def test_leaving_asks_and_escape_stays(review: Review) -> None:
    async def script(pilot: Pilot[None]) -> tuple[str, bool]:
        await keyed(pilot, "q")
        asked = screen_text(pilot)
        await keyed(pilot, "escape")
        running = pilot.app.is_running
        await pilot.press("q", "enter")
        return asked, running

    asked, running = drive(opened_as(review, "A"), script)

    assert "Everything you did is on disk." in asked
    assert running


def test_help_explains_the_screen_it_was_called_from(review: Review) -> None:
    text = press(opened_as(review, "A"), "g", "s", "question_mark", size=LARGE)

    assert "You read one record and give it one vote" in text
    assert "Take back your last vote" in text
    assert "~ unsure" in text


def test_colours_go_round(review: Review) -> None:
    async def script(pilot: Pilot[None]) -> list[str]:
        names = []
        for _ in range(len(THEMES) + 1):
            await keyed(pilot, "T")
            names.append(pilot.app.theme)
        return names

    names = drive(opened_as(review, "A"), script)

    assert set(names) == {theme.name for theme in THEMES}
    assert names[0] == names[-1]


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
def test_the_words_are_the_same_in_all_colours(example: Review, theme: str) -> None:
    svg = draw(opened_as(example, "A"), ["g", "s"], size=SMALL, theme=theme)

    assert "BACKGROUND:" in svg
    assert "include" in svg
    assert "@font-face" not in svg
    assert "https://" not in svg


def test_marks_stand_without_colour(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    me = opened_as(review, "A")
    text = press(me, "g", "s", "i", "2", "m", "y")

    marks = [line.strip()[:4] for line in text.split("\n") if "Author" in line]
    assert [mark.strip("▸ ")[:1] for mark in marks] == ["?", "-", "+"]
