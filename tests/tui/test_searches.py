"""The searches and the alerts on the screen: what was found loudly not, what changed, running them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screener.model.citation import Relation
from screener.steps import deduplication
from screener.steps.review import Review
from screener.tui.screens.searches import SearchesScreen
from tests.builders import add_citations, citation, opened_as
from tests.entrez_server import serve
from tests.sources.samples import article, article_set
from tests.tui.driver import LARGE, SMALL, drive, keyed, press, screen_text

QUERY = """
database = "pubmed"
platform = "PubMed"
kind = "database"
date = 2023-07-31
by = "Sam Searcher"
strategy = "{term}"
"""


@pytest.fixture
def pubmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three records behind a real server, which the environment names."""
    folder = tmp_path / "pubmed"
    folder.mkdir()
    made = [article(str(n), f"Zzdrug in trial {n}.") for n in (501, 502, 503)]
    (folder / "set.xml").write_bytes(article_set(*made))
    with serve(folder) as server:
        monkeypatch.setenv("SCREENER_EUTILS_URL", str(server))
        yield server


def save(review: Review, term: str) -> None:
    (review.folder / "queries" / "drug.toml").write_text(QUERY.format(term=term), "utf-8")


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_every_run_with_what_it_brought(review: Review, size: tuple[int, int]) -> None:
    text = press(review, "g", "e", size=size)
    assert "1 runs" in text
    assert "test  6 in pubmed" in text
    assert "6 new" in text


@pytest.mark.usefixtures("pubmed")
def test_running_now_with_a_phrase_that_is_not_found(review: Review) -> None:
    """The run is a row with its numbers; what PubMed did not find is loud, in the list and opened."""
    save(review, "zzdrug[ti] OR nosuchword[ti]")

    async def script(pilot: Pilot[None]) -> tuple[str, str]:
        await keyed(pilot, "g", "e", "n", "enter")
        await settled(pilot)
        listed = screen_text(pilot)
        await keyed(pilot, "home", "enter")
        return listed, screen_text(pilot)

    listed, opened = drive(review, script, LARGE)
    assert "3 new" in listed
    assert "!  " in next(line for line in listed.splitlines() if "drug  3 in PubMed" in line)
    assert "! PhraseNotFound: nosuchword" in opened
    assert "zzdrug[ti] OR nosuchword[ti]" in opened
    assert review.store.value("SELECT count(*) FROM citations") == 9


def test_a_server_that_is_down_is_said_and_the_screen_stays(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at the address: an error, never zero results."""
    monkeypatch.setenv("SCREENER_EUTILS_URL", "http://127.0.0.1:9/entrez/eutils/")
    save(review, "zzdrug[ti]")

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "e", "n", "enter")
        await settled(pilot)
        return screen_text(pilot)

    text = drive(review, script, LARGE)
    assert "down or cannot be reached" in text
    assert review.store.value("SELECT count(*) FROM searches WHERE query = 'drug'") == 0


def test_alerts_open_and_are_seen_to(review: Review) -> None:
    """The list, what an alert touches, and the key that says it was seen to."""
    add_citations(review, [citation(1, relations=(Relation("RetractionIn", "7", "J Made Up. 2024"),))])
    deduplication.deduplicate(review)
    person = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> tuple[str, str, str]:
        await keyed(pilot, "g", "a")
        listed = screen_text(pilot)
        await keyed(pilot, "enter")
        opened = screen_text(pilot)
        await keyed(pilot, "escape", "s", "enter")
        return listed, opened, screen_text(pilot)

    listed, opened, seen = drive(person, script, SMALL)
    assert "1 of 1 alerts are open" in listed
    assert "J Made Up. 2024" in opened
    assert "seen to by A" in seen
    assert "! 1 retraction" not in press(person)


def test_home_tells_of_alerts(review: Review) -> None:
    add_citations(review, [citation(1, relations=(Relation("RetractionIn", "7", "J Made Up. 2024"),))])
    assert "! 1 retraction" in press(review, size=LARGE)


def test_the_screen_explains_itself(review: Review) -> None:
    assert "newest first" in SearchesScreen.EXPLAIN
    assert "run now" in press(review, "g", "e")
