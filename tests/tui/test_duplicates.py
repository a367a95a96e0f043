"""The pair desk: one key a verdict, undo, and splitting a citation out of its record."""

from __future__ import annotations

import pytest

from screener import dedup
from screener.steps import deduplication
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import duplicates as store_duplicates
from tests.builders import opened_as
from tests.tui.driver import LARGE, SMALL, press


def unsure(
    review: Review, pairs: int = 2, verdict: dedup.Verdict = dedup.Verdict.ASK
) -> list[tuple[str, str]]:
    """The engine's word on the first records, two by two."""
    ids = sorted(store_citations.record_ids(review.store))
    versions = store_citations.current_versions(review.store)
    found = []
    rows = []
    for n in range(pairs):
        a, b = ids[2 * n], ids[2 * n + 1]
        said = dedup.PairVerdict(a, b, verdict, 0.9 - n / 10, "title alike", disagree=("pages",))
        rows.append(
            {
                "a": a,
                "b": b,
                "version_a": versions[a],
                "version_b": versions[b],
                "verdict": verdict.value,
                "score": said.score,
                "evidence": said.to_dict(),
            }
        )
        found.append((a, b))
    store_duplicates.add_engine_verdicts(review.store, dedup.ENGINE_VERSION, rows, ids)
    deduplication.recluster(review)
    return found


def records(review: Review) -> int:
    return len(store_citations.record_ids(review.store))


def said(review: Review) -> list[tuple[str, str, str]]:
    return [(r["a"], r["b"], r["verdict"]) for r in store_duplicates.person_verdicts(review.store)]


@pytest.mark.parametrize(
    ("key", "verdict", "left"), [("s", "same", 5), ("d", "different", 6), ("x", "ask", 6)]
)
def test_one_key_one_verdict(review: Review, key: str, verdict: str, left: int) -> None:
    pairs = unsure(review)
    text = press(opened_as(review, "A"), "g", "d", key)

    assert said(review) == [(*pairs[0], verdict)]
    assert records(review) == left
    assert "pair 1 of 1" in text


def test_undo_takes_the_word_back(review: Review) -> None:
    unsure(review)
    text = press(opened_as(review, "A"), "g", "d", "s", "u")

    assert said(review) == []
    assert records(review) == 6
    assert "pair 1 of 2" in text


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_same_field_stands_on_the_same_row(review: Review, size: tuple[int, int]) -> None:
    unsure(review)
    rows = press(opened_as(review, "A"), "g", "d", size=size).split("\n")

    assert any("ask, 0.90: title alike" in row for row in rows)
    journal = next(row for row in rows if row.strip().startswith("journal"))
    assert journal.count("Journal of Made-up Trials") == 2
    assert "=" in journal
    pmid = next(row for row in rows if row.strip().startswith("PMID"))
    assert pmid.count("990000") == 2
    assert "~" in pmid


def test_a_merge_is_split_and_joined_again(review: Review) -> None:
    a, b = unsure(review, 1, dedup.Verdict.SAME)[0]
    assert records(review) == 5

    text = press(opened_as(review, "A"), "g", "d", "l", "enter", "down", "x")
    assert said(review) == [(a, b, "different")]
    assert records(review) == 6
    assert "a record of its own" in text

    press(opened_as(review, "A"), "g", "d", "l", "enter", "u")
    assert said(review) == []
    assert records(review) == 5


def three(review: Review) -> list[str]:
    """A record of three: two joined by the engine, the third by B."""
    a, b = unsure(review, 1, dedup.Verdict.SAME)[0]
    third = sorted(set(store_citations.record_ids(review.store)) - {a, b})[0]
    other = opened_as(review, "B")
    deduplication.judge(other, a, third, "same", "same trial, same page")
    return [a, b, third]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_record_of_three_shows_its_members_and_why(review: Review, size: tuple[int, int]) -> None:
    members = three(review)
    names = store_citations.names(review.store)
    text = press(opened_as(review, "A"), "g", "d", "l", size=size)
    assert "1 records of several citations" in text
    assert "3 citations, B" in text

    text = press(opened_as(review, "A"), "g", "d", "l", "enter", "down", size=size)
    assert "record · 3 citations" in text
    assert all(names[c] in text for c in members)
    assert text.count("shown") >= 1
    assert "title alike" in text or "B says same (same trial, same page)" in text


def test_a_member_is_split_out_of_three_and_back(review: Review) -> None:
    members = three(review)
    before = store_citations.members_by_record(review.store)
    app = opened_as(review, "A")
    text = press(app, "g", "d", "l", "enter", "down", "down", "x")
    assert "record · 2 citations" in text
    parted = {c for pair in said(review) for c in pair[:2] if pair[2] == "different"}
    assert parted == set(members)
    assert records(review) == 5

    press(opened_as(review, "A"), "g", "d", "l", "enter")
    for pair in [(a, b) for a, b, verdict in said(review) if verdict == "different"]:
        deduplication.judge(opened_as(review, "A"), *pair, "withdrawn")
    assert store_citations.members_by_record(review.store) == before


def test_undo_in_a_record_takes_the_split_back(review: Review) -> None:
    three(review)
    before = store_citations.members_by_record(review.store)
    press(opened_as(review, "A"), "g", "d", "l", "enter", "down", "x", "u")
    assert store_citations.members_by_record(review.store) == before


def test_a_pair_says_that_a_side_is_one_of_several(review: Review) -> None:
    """And opens that record: what is said on the pair is said on all of it."""
    pairs = unsure(review, 2)
    spare = sorted(set(store_citations.record_ids(review.store)) - {c for pair in pairs for c in pair})[0]
    deduplication.judge(opened_as(review, "B"), pairs[0][1], spare, "same")
    text = press(opened_as(review, "A"), "g", "d")
    assert "right is one of 2 in its record" in text
    assert "record · 2 citations" in press(opened_as(review, "A"), "g", "d", "o")


def test_no_pair_says_what_happens_next(review: Review) -> None:
    assert "No pair waits." in press(opened_as(review, "A"), "g", "d")
