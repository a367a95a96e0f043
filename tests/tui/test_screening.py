"""The desk: every key's effect on the ledger first, on the screen second."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from screener.model.errors import StoreError
from screener.model.screening import Stage, Vote
from screener.steps import records, screening, settling
from screener.steps.review import Review
from screener.store import screening as store_screening
from screener.tui.app import ScreenerApp
from screener.tui.screens.screening import ScreeningScreen
from tests.builders import opened_as
from tests.tui.driver import LARGE, SMALL, drive, keyed, press, screen_text, typed

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT


def votes(review: Review, stage: Stage = TA) -> list[tuple[str, str | None, str | None]]:
    """Vote, reason and note, oldest first."""
    return [(r["vote"], r["reason"], r["note"]) for r in screening.history(review, stage)][::-1]


def passed(review: Review, record: str) -> None:
    """Both screeners let a record pass title/abstract."""
    for person in "AB":
        screening.vote(opened_as(review, person), record, TA, Vote.INCLUDE)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["i"], ("include", None, None)),
        (["m"], ("maybe", None, None)),
        (["2"], ("exclude", "design", None)),
        (["e", "1"], ("exclude", "population", None)),
        (["e", "enter"], ("exclude", None, None)),
        (["e", "down", "down", "enter"], ("exclude", "design", None)),
    ],
)
def test_one_key_one_vote(
    review: Review, keys: list[str], expected: tuple[str, str | None, str | None]
) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", *keys)

    assert votes(me) == [expected]
    assert "5 left" in text
    assert "Trial 2:" in text


def test_escape_from_the_reasons_votes_nothing(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "e", "escape")

    assert votes(me) == []
    assert "Trial 1:" in text


def test_a_digit_without_a_reason_does_nothing(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "9")

    assert votes(me) == []
    assert "Trial 1:" in text


def test_a_note_goes_with_the_next_vote_and_stays_with_its_record(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "n")
        await typed(pilot, "ask the author")
        await keyed(pilot, "enter", "j", "i", "k", "k", "i")
        return screen_text(pilot)

    drive(me, script)

    assert votes(me) == [("include", None, None), ("include", None, "ask the author")]


def test_letters_in_a_note_do_not_vote(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> None:
        await keyed(pilot, "g", "s", "n")
        await typed(pilot, "eium123 gq?")
        await keyed(pilot, "escape")

    drive(me, script)

    assert votes(me) == []


def test_undo_takes_back_the_newest_vote_and_returns_to_it(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "i", "1", "u")

    assert votes(me) == [("include", None, None)]
    assert "Trial 2:" in text
    assert "5 left" in text


def test_undo_without_a_vote_is_a_message_and_no_traceback(review: Review) -> None:
    text = press(opened_as(review, "A"), "g", "s", "u")

    assert "! you have no vote at title/abstract to take back" in text
    assert "Trial 1:" in text


def test_skipped_records_come_back(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "j", "i", "i", "i", "i", "i")

    assert len(votes(me)) == 5
    assert "Trial 1:" in text
    assert "1 left" in text


def test_back_at_the_first_record_says_so(review: Review) -> None:
    assert "this is the first record" in press(opened_as(review, "A"), "g", "s", "k")


def test_the_message_leaves_with_the_next_key_and_stays_in_the_log(review: Review) -> None:
    me = opened_as(review, "A")

    assert "first record" not in press(me, "g", "s", "k", "h", "h", "c", "escape")
    assert "first record" in press(me, "g", "s", "k", "L")


def test_find_by_words_jumps_there(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "slash")
        await typed(pilot, "randomised 99000004")
        await keyed(pilot, "enter", "i")
        return screen_text(pilot)

    drive(me, script)

    found = {t.record: t for t in records.titles(me)}
    voted = screening.history(me, TA)
    assert [found[row["record_id"]].pmid for row in voted] == ["99000004"]


def test_an_older_vote_is_changed_from_the_history(review: Review) -> None:
    me = opened_as(review, "A")
    text = press(me, "g", "s", "i", "i", "i", "y", "end", "enter")

    assert "Trial 1:" in text
    assert "your vote: + include" in text

    press(me, "g", "s", "y", "end", "enter", "2")
    changed = screening.own_vote(me, screening.history(me, TA)[0]["record_id"], TA)
    assert changed is not None
    assert (changed.vote, changed.reason) == (Vote.EXCLUDE, "design")
    assert len(votes(me)) == 3


def test_an_empty_queue_says_who_has_the_ball(review: Review) -> None:
    text = press(opened_as(review, "A"), "g", "s", *"iiiiii", size=SMALL)

    assert "Nothing waits for you at title/abstract." in text
    assert "The other screeners have the ball: B (Second reviewer)" in " ".join(text.split())


def test_full_text_needs_a_reason_and_takes_no_maybe(review: Review) -> None:
    me = opened_as(review, "A")
    passed(review, screening.queue(me, TA)[0])
    text = press(me, "g", "f", "m", "e", "enter")

    assert votes(me, FT) == [("exclude", "population", None)]
    assert "Nothing waits for you at full text" in text

    press(me, "g", "f", "u", "m")
    assert votes(me, FT) == []


def test_not_retrieved_is_noted_and_leaves_the_queue(review: Review) -> None:
    me = opened_as(review, "A")
    record = screening.queue(me, TA)[0]
    passed(review, record)

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "f", "x")
        await typed(pilot, "library has no copy")
        await keyed(pilot, "enter")
        return screen_text(pilot)

    text = drive(me, script)

    row = store_screening.retrieval_on(me.store, record)
    assert row is not None
    assert (row["status"], row["note"]) == ("not_retrieved", "library has no copy")
    assert screening.queue(me, FT) == []
    assert "0 left" in text


def test_attempts_to_get_the_report(review: Review) -> None:
    """s notes an attempt with where; the line and the question of x count them, with the date of the last."""
    me = opened_as(review, "A")
    record = screening.queue(me, TA)[0]
    passed(review, record)

    async def script(pilot: Pilot[None]) -> tuple[str, str, str]:
        await keyed(pilot, "g", "f", "s")
        await typed(pilot, "asked the library")
        await keyed(pilot, "enter")
        once = screen_text(pilot)
        await keyed(pilot, "s", "enter", "s", "escape")
        twice = screen_text(pilot)
        await keyed(pilot, "x")
        return once, twice, screen_text(pilot)

    once, twice, asked = drive(me, script, size=SMALL)

    assert "~ sought once, 2023-11-14" in once
    assert "~ sought 2 times, last 2023-11-14" in twice
    assert "Not retrieved (2 attempts, last on 2023-11-14)" in asked
    rows = store_screening.retrieval_attempts(me.store, record)
    assert [(row["status"], row["note"]) for row in rows] == [
        ("sought", "asked the library"),
        ("sought", None),
    ]


def test_a_vote_that_is_refused_keeps_the_record(review: Review) -> None:
    """The other process settled the record meanwhile: the vote is refused, told, and nothing is lost."""
    me = opened_as(review, "A")
    record = screening.queue(me, TA)[0]

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s")
        screening.vote(me, record, TA, Vote.INCLUDE)
        screening.vote(opened_as(review, "B"), record, TA, Vote.EXCLUDE)
        settling.open_conflict(opened_as(review, "C"), record, TA)
        await keyed(pilot, "2")
        return screen_text(pilot)

    text = drive(me, script)

    assert votes(me) == [("include", None, None)]
    assert "the votes on this record have been shown" in text
    assert "Trial 1:" in text


def test_a_store_that_fails_leaves_the_screen_usable(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s")
        with monkeypatch.context() as patch:

            def fail(*_: object, **__: object) -> None:
                raise StoreError("the disk is full", file="review.db")

            patch.setattr(screening, "vote", fail)
            await keyed(pilot, "i")
            text = screen_text(pilot)
        await keyed(pilot, "i")
        return text

    text = drive(me, script)

    assert "! review.db: the disk is full" in text
    assert "Trial 1:" in text
    assert len(votes(me)) == 1


def test_who_does_not_screen_is_told(review: Review) -> None:
    text = press(review, "g", "s", "i", "1", "e", "m", "u")

    assert "C is adjudicator, coordinator" in text


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_titles_come_out_to_the_letter(example: Review, size: tuple[int, int]) -> None:
    me = opened_as(example, "A")

    async def script(pilot: Pilot[None]) -> list[str]:
        await keyed(pilot, "g", "s")
        seen = [screen_text(pilot)]
        for _ in range(5):
            await keyed(pilot, "j")
            seen.append(screen_text(pilot))
        await keyed(pilot, "slash")
        return [*seen, screen_text(pilot)]

    first, german, brackets, japanese, greek, _, found = drive(me, script, size)

    rows = first.split("\n")
    assert "PMID 99000001" in first
    assert "NCT00000001" in first
    assert [row.strip() for row in german.split("\n")][2].startswith("[Article in German].")
    assert "(no abstract)" in german
    assert "A trial x [/i] y of [drug A] versus [b]placebo[/b] [corrected]" in brackets
    assert "Bracketed [text] stays." in brackets
    assert "転移性大腸癌に対する薬剤A" in japanese
    assert "TGF-β, α₂-μακροσφαιρίνη" in greek
    assert "cafe\u0301" in greek
    assert "[Article in German]." in found
    # The title stands on the same row for every record.
    assert "Drug A plus" in rows[2]
    assert "転移性大腸癌" in japanese.split("\n")[2]


def test_highlights_can_be_switched_off(example: Review) -> None:
    me = opened_as(example, "A")

    async def script(pilot: Pilot[None]) -> tuple[int, int]:
        await keyed(pilot, "g", "s")
        title = pilot.app.screen.query_one("#title")
        on = len(title.content.spans)  # type: ignore[attr-defined]
        await keyed(pilot, "h")
        return on, len(title.content.spans)  # type: ignore[attr-defined]

    on, off = drive(me, script)

    assert on >= 6
    assert off == 0


def test_narrow_folds_the_criteria_and_c_opens_them(example: Review) -> None:
    me = opened_as(example, "A")

    folded = press(me, "g", "s", size=SMALL)
    assert "P population" in folded
    assert "First treatment of metastatic disease" not in folded
    assert "1 P not population" in folded

    opened = press(me, "g", "s", "c", size=SMALL)
    assert "First treatment of metastatic disease" in opened

    wide = press(me, "g", "s", size=LARGE)
    assert "- First treatment of metastatic disease" in wide
    assert "1 P Not previously treated" in wide


def test_the_next_record_is_drawn_without_reading_the_queue_again(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = opened_as(review, "A")
    calls: list[Stage] = []
    real = screening.queue

    def counted(of: Review, stage: Stage) -> list[str]:
        calls.append(stage)
        return real(of, stage)

    monkeypatch.setattr(screening, "queue", counted)
    press(me, "g", "s", "i", "1", "m", "e", "enter")

    assert calls == [TA]
    assert len(votes(me)) == 4


def test_drafts_survive_leaving_the_desk(review: Review) -> None:
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "n")
        await typed(pilot, "later")
        await keyed(pilot, "enter", "g", "h", "g", "s")
        assert isinstance(pilot.app, ScreenerApp)
        assert isinstance(pilot.app.screen, ScreeningScreen)
        return screen_text(pilot)

    assert "note: later" in drive(me, script)
