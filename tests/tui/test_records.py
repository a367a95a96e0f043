"""The record browser on the screen: words, filters, order, a record with all its versions."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from screener.model.citation import Relation
from screener.steps import deduplication
from screener.steps.review import Review
from screener.tui.widgets.record_list import RecordList
from tests.builders import add_citations, citation, opened_as
from tests.tui.driver import LARGE, SMALL, drive, keyed, screen_text, typed

BROAD = (160, 40)


async def settled(pilot: Pilot[None]) -> None:
    """The index is up to date and the last words have been looked for."""
    await pilot.app.workers.wait_for_complete()
    screen = pilot.app.screen
    for timer in list(screen._timers):
        if getattr(screen, "_timer", None) is timer:
            timer.stop()
            screen._find()  # type: ignore[attr-defined]
    await pilot.pause()


def shown(review: Review, *keys: str, words: str = "", size: tuple[int, int] = SMALL) -> str:
    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "r")
        await settled(pilot)
        if words:
            await keyed(pilot, "slash")
            await typed(pilot, words)
            await settled(pilot)
            await keyed(pilot, "enter")
        await keyed(pilot, *keys)
        await settled(pilot)
        return screen_text(pilot)

    return str(drive(review, script, size))


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_all_records_with_their_number(example: Review, size: tuple[int, int]) -> None:
    text = shown(example, size=size)
    count = example.store.value("SELECT count(*) FROM records")
    assert f"{count:,} records · by queue" in text
    assert "[Article in German]." in text
    assert "x [/i] y" in text


def test_words_narrow_while_they_are_typed(example: Review) -> None:
    text = shown(example, words="best supp")
    assert " of " in text.split(" records")[0]
    assert "Drug A plus best supportive care" in text


def test_the_record_beside_the_list_marks_the_words(example: Review) -> None:
    text = shown(example, words="placebo", size=BROAD)
    assert "identifiers" in text
    assert "title/abstract" in text


def test_order_and_turning_it_round(review: Review) -> None:
    assert "by title" in shown(review, "o")
    assert "by title (turned)" in shown(review, "o", "O")


def test_a_filter_is_named_and_dropped_again(review: Review) -> None:
    assert "0 of 6 records" in shown(review, "f", "end", "enter")
    assert "with an alert" in shown(review, "f", "end", "enter")
    again = shown(review, "f", "end", "enter", "f", "enter")
    assert "6 records" in again
    assert "with an alert" not in again


def test_a_record_with_its_versions_and_what_happened_to_it(review: Review) -> None:
    """Retraction first and loud; what differs between the versions, field by field; the raw entry by a key."""
    add_citations(
        review, [citation(1, year=2021, relations=(Relation("RetractionIn", "7", "J Made Up. 2024"),))]
    )
    deduplication.deduplicate(review)
    opened = shown(review, "enter", size=LARGE)
    assert "! RetractionIn: J Made Up. 2024" in opened
    assert "- 2020" in opened
    assert "+ 2021" in opened
    assert "pubmed:99000001" in opened
    assert "Citation(" in shown(review, "enter", "r", size=LARGE)


def test_the_list_goes_by_keys_and_keeps_its_place(review: Review) -> None:
    async def script(pilot: Pilot[None]) -> tuple[str | None, str | None, str | None]:
        await keyed(pilot, "g", "r")
        await settled(pilot)
        records = pilot.app.screen.query_one(RecordList)
        await keyed(pilot, "down", "down")
        third = records.current
        await keyed(pilot, "enter", "escape")
        await settled(pilot)
        back = pilot.app.screen.query_one(RecordList).current
        await keyed(pilot, "end")
        return third, back, pilot.app.screen.query_one(RecordList).current

    third, back, last = drive(review, script)
    everything = [row[0] for row in review.store.rows("SELECT id FROM records ORDER BY first_seen")]
    assert (third, back, last) == (everything[2], everything[2], everything[-1])


def test_only_the_lines_on_the_screen_are_read(review: Review) -> None:
    add_citations(review, [citation(n, title=f"Trial number {n} of many") for n in range(100, 700)])

    async def script(pilot: Pilot[None]) -> int:
        await keyed(pilot, "g", "r")
        await settled(pilot)
        return len(pilot.app.screen.query_one(RecordList)._lines)

    assert 0 < drive(review, script, SMALL) < 60


def test_nothing_of_another_s_open_vote(review: Review) -> None:
    from screener.model.screening import Stage, Vote
    from screener.steps import screening

    before = shown(opened_as(review, "B"), "enter", size=LARGE)
    first = str(review.store.value("SELECT id FROM records ORDER BY first_seen"))
    screening.vote(opened_as(review, "A"), first, Stage.TITLE_ABSTRACT, Vote.EXCLUDE)
    assert shown(opened_as(review, "B"), "enter", size=LARGE) == before
