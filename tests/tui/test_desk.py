"""What the desk offers beside the vote: marks, labels, another order, a filter, the sitting, large reviews."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screener.model.screening import Stage, Vote
from screener.steps import screening, stopping
from screener.steps.ranking import Ranked
from screener.steps.review import Review, adopt
from screener.tui.app import ScreenerApp
from screener.tui.screens import desk_queue
from screener.tui.screens import screening as desk
from tests.builders import add_citations, citation, make_review, opened_as
from tests.tui.driver import SMALL, drive, keyed, press, screen_text, typed

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


async def settled(pilot: Pilot[None]) -> str:
    """The text of the screen once nothing is being read beside it."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return screen_text(pilot)


def test_marks_and_labels_go_with_the_vote(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "p", "p", "i", "i", "o", "o", "o", "s", "s", "s", "s", "enter", "l")
        await typed(pilot, "kras, to discuss,kras")
        await keyed(pilot, "enter")
        before = screen_text(pilot)
        await keyed(pilot, "i")
        return before

    before = drive(me, script)
    assert "P+ I- O?" in before
    assert "labels: kras, to discuss" in before
    record = screening.history(me, TA)[0]["record_id"]
    vote = screening.own_vote(me, record, TA)
    assert vote is not None
    assert vote.marks == {"population": "yes", "intervention": "no", "outcomes": "unclear"}
    assert vote.labels == ("kras", "to discuss")
    assert screening.own_labels(me) == ["kras", "to discuss"]


def test_escape_keeps_no_marks(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "p", "p", "escape")
    assert "P+" not in text


def test_voting_again_keeps_what_stood_beside_the_vote(review: Review) -> None:
    me = opened_as(review, "A")
    record = screening.queue(me, TA)[0]
    screening.vote(me, record, TA, Vote.INCLUDE, note="why", marks={"population": "no"}, labels=["x"])
    press(me, "g", "s", "y", "enter", "m")
    vote = screening.own_vote(me, record, TA)
    assert vote is not None
    assert (vote.vote, vote.note, vote.marks, vote.labels) == (
        Vote.MAYBE,
        "why",
        {"population": "no"},
        ("x",),
    )


def test_labels_stand_in_ones_own_votes(review: Review) -> None:
    me = opened_as(review, "A")
    screening.vote(me, screening.queue(me, TA)[0], TA, Vote.INCLUDE, labels=["to discuss"])
    assert "to discuss | " in press(me, "g", "s", "y")


def test_excluding_at_once_asks_nothing(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "E")
    assert [row["vote"] for row in screening.history(me, TA)] == ["exclude"]
    assert "5 left" in text
    for who in "AB":
        screening.vote(
            opened_as(review, who), screening.queue(opened_as(review, "B"), TA)[-1], TA, Vote.INCLUDE
        )
    press(me, "g", "f", "E")
    assert screening.history(me, FT) == [], "at full text every exclusion has a reason"


def test_another_order_and_a_filter(review: Review) -> None:
    """The rest waits on, and its number is told."""
    me = opened_as(review, "A")
    everything = screening.queue(me, TA)

    async def script(pilot: Pilot[None]) -> tuple[str, str, str, str]:
        await keyed(pilot, "g", "s", "o", "down", "enter")
        newest = await settled(pilot)
        await keyed(pilot, "f")
        await typed(pilot, '"trial 3"')
        await keyed(pilot, "enter")
        narrowed = await settled(pilot)
        await keyed(pilot, "i")
        empty = await settled(pilot)
        await keyed(pilot, "f")
        await pilot.press(*["backspace"] * 12)
        await keyed(pilot, "enter")
        return newest, narrowed, empty, await settled(pilot)

    newest, narrowed, _, again = drive(me, script)
    assert "newest first" in newest
    assert "6 left" in newest
    assert "1 left" in narrowed
    assert "5 more wait" in narrowed
    assert "Trial 3:" in narrowed
    assert "5 left" in again
    assert len(screening.queue(me, TA)) == len(everything) - 1


def test_words_that_cannot_be_understood_leave_the_desk(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "f")
        await typed(pilot, "nosuchword")
        await keyed(pilot, "enter")
        return await settled(pilot)

    text = drive(me, script)
    assert "0 left" in text
    assert "6 more wait" in text


def test_a_shuffled_order_is_ones_own(tmp_path: Path) -> None:
    from screener.steps.arranging import Arrangement, arrange

    review = make_review(tmp_path / "review")
    add_citations(review, (citation(n) for n in range(1, 31)))
    a, b = opened_as(review, "A"), opened_as(review, "B")
    waiting = screening.queue(a, TA)
    how = Arrangement(order="shuffled")
    mine = arrange(a, waiting, how)
    assert sorted(mine) == sorted(waiting)
    assert mine == arrange(a, waiting, how) != arrange(b, waiting, how)
    scored = arrange(a, waiting, Arrangement(order="ranked"), [waiting[5], "gone", waiting[2]])
    assert scored == [waiting[5], waiting[2], *[r for n, r in enumerate(waiting) if n not in (2, 5)]]
    review.close()


def test_the_sitting_is_told(review: Review) -> None:
    text = press(opened_as(review, "A"), "g", "s", "i", "1", "m", "S")
    assert "3 votes: 1 included, 1 excluded, 1 maybe" in text
    assert "3 left: about" in text


def test_a_large_queue_is_read_beside_the_screen(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first record that waits is there at once; a vote cast meanwhile is not asked for again."""
    monkeypatch.setattr(desk_queue, "MANY", 3)
    me = opened_as(review, "A")
    queue = screening.queue(me, TA)
    screening.vote(me, queue[0], TA, Vote.INCLUDE)

    async def script(pilot: Pilot[None]) -> tuple[str, str]:
        app = pilot.app
        assert isinstance(app, ScreenerApp)
        app.go("screen")
        screen = app.screen
        assert isinstance(screen, desk.ScreeningScreen)
        await pilot.pause()
        await keyed(pilot, "i")
        text = await settled(pilot)
        await keyed(pilot, "i", "i", "i", "i")
        return text, await settled(pilot)

    text, end = drive(me, script, SMALL)
    assert "4 left" in text
    assert "reading" not in text
    assert "Nothing waits for you" in end
    assert len(screening.history(me, TA)) == len(queue)


def test_the_first_record_that_waits(review: Review) -> None:
    """Behind one's newest vote; what others settled is passed over."""
    me, other = opened_as(review, "A"), opened_as(review, "B")
    queue = screening.queue(me, TA)
    assert screening.first_waiting(me) == queue[0]
    screening.vote(me, queue[1], TA, Vote.INCLUDE)
    assert screening.first_waiting(me) == queue[2]
    screening.vote(me, queue[-1], TA, Vote.INCLUDE)
    assert screening.first_waiting(me) is None, "only the whole queue knows of those before"
    assert screening.first_waiting(other) == queue[0]


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    for _ in range(1200):
        if holds():
            break
        await asyncio.sleep(0.05)
    await pilot.pause()
    assert holds()


def test_a_ranked_order_follows_the_votes(review: Review) -> None:
    """Off by default; switched on it learns beside the screens, and the record on the desk stays."""
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> tuple[str, str, str]:
        app = pilot.app
        assert isinstance(app, ScreenerApp)
        await keyed(pilot, "g", "s")
        assert app.ranked == {}
        await keyed(pilot, "o", "end", "enter")
        await until(pilot, lambda: isinstance(app.ranked.get(TA), Ranked))
        before = screen_text(pilot)
        screen = app.screen
        assert isinstance(screen, desk.ScreeningScreen)
        on_desk = screen.record
        await keyed(pilot, "i", "E")
        await until(pilot, lambda: getattr(app.ranked.get(TA), "excluded", 0) == 1)
        first = screen.record
        await keyed(pilot, "g", "h", "g", "s")
        assert on_desk != first
        return before, screen_text(pilot), str(first)

    before, after, _ = drive(me, script)
    assert "ranked by 0 in, 0 out" in before
    assert "4 left" in after
    assert len(screening.queue(me, TA)) == 4


def test_the_sitting_tells_of_the_stopping_rule(review: Review) -> None:
    text = (review.folder / "review.toml").read_text("utf-8")
    text = text.replace("[screening.title_abstract]\n", "[screening.title_abstract]\nstop_recall = 0.5\n")
    (review.folder / "review.toml").write_text(text, "utf-8")
    adopt(review, "a stopping rule")
    me = opened_as(review, "A")
    early = press(me, "g", "s", "i", "E", "S")
    assert "The stopping rule: recall 50% with confidence 95%" in early
    assert "read on: 2 of 6 read, 1 included" in early
    assert "x stop here" in early
    # All but one read: what is left could not bring recall below a half.
    press(me, "g", "s", "i", "E", "E", "S", "x")
    assert stopping.standing(me, TA).mine is not None
    stopped = press(me, "g", "s", "S")
    assert "you have stopped; 1 records are left unread by you" in stopped
    assert "nothing is excluded until every screener has stopped" in stopped
    press(me, "g", "s", "S", "u")
    assert stopping.standing(me, TA).mine is None


def test_undo_keeps_what_stood_beside_the_vote(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "n")
        await typed(pilot, "think")
        await keyed(pilot, "enter", "p", "p", "enter", "i", "u")
        back = screen_text(pilot)
        await keyed(pilot, "E")
        return back

    back = drive(me, script)
    assert "note: think" in back
    assert "P+" in back
    vote = screening.own_vote(me, screening.history(me, TA)[0]["record_id"], TA)
    assert vote is not None
    assert (vote.vote, vote.note, vote.marks) == (Vote.EXCLUDE, "think", {"population": "yes"})


def test_the_sitting_and_the_order_stay_when_the_desk_is_left(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "i", "o", "down", "enter")
        await settled(pilot)
        await keyed(pilot, "g", "h", "g", "s")
        return await settled(pilot)

    text = drive(me, script)
    assert "1 this session" in text
    assert "newest first" in text


def test_what_returns_to_the_queue_returns_to_the_desk(review: Review) -> None:
    """A vote of this sitting that was taken back in another session: the desk asks again when it comes to the front."""
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "i", "i")
        screening.undo_last(me, TA)
        await keyed(pilot, "y", "escape")
        return screen_text(pilot)

    assert "5 left" in drive(me, script)
    assert len(screening.queue(me, TA)) == 5


def test_taking_back_while_the_queue_is_read(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading began before: what is taken back meanwhile waits all the same."""
    monkeypatch.setattr(desk_queue, "MANY", 3)
    me = opened_as(review, "A")
    queue = screening.queue(me, TA)
    screening.vote(me, queue[0], TA, Vote.INCLUDE)

    async def script(pilot: Pilot[None]) -> tuple[list[str], str]:
        await keyed(pilot, "g", "s")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, desk.ScreeningScreen)
        stale = screen._read(me)
        screen._reading = True
        await keyed(pilot, "u")
        screen._take(*stale)
        await pilot.pause()
        assert screen._order is not None
        return screen._order.ids, screen_text(pilot)

    ids, text = drive(me, script)
    assert queue[0] in ids
    assert "6 left" in text


def test_an_exclusion_at_once_is_dim_at_full_text(review: Review) -> None:
    for who in "AB":
        screening.vote(
            opened_as(review, who), screening.queue(opened_as(review, "B"), TA)[0], TA, Vote.INCLUDE
        )
    text = press(opened_as(review, "A"), "g", "f", "E")
    assert "an exclusion at full text needs a reason" not in text
