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

    press(opened_as(review, "A"), "g", "d", "l", "enter", "2")
    assert said(review) == [(a, b, "different")]
    assert records(review) == 6

    press(opened_as(review, "A"), "g", "d", "l", "enter", "u")
    assert said(review) == []
    assert records(review) == 5


def test_no_pair_says_what_happens_next(review: Review) -> None:
    assert "No pair waits." in press(opened_as(review, "A"), "g", "d")
