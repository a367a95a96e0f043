"""The recall curve and the stopping rule: its arithmetic, its laws, and how often it is wrong."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.errors import InputError
from screener.screening.stopping import LOOKS, recall_curve, stop_point, stopping

LABELS = st.lists(st.integers(0, 1), max_size=40)


def hypergeometric(at_most: int, population: int, good: int, drawn: int) -> Fraction:
    """P(X <= at_most) by counting, as a fraction."""
    hands = comb(population, drawn)
    return Fraction(
        sum(comb(good, x) * comb(population - good, drawn - x) for x in range(min(at_most, good, drawn) + 1)),
        hands,
    )


def by_counting(labels: list[int], total: int, target: str) -> Fraction:
    """The p value from the definition: every stretch, exact arithmetic, no shortcut."""
    found = sum(labels)
    missed = int(found / Fraction(target)) + 1 - found
    if missed > total - len(labels):
        return Fraction(0)
    p = [
        hypergeometric(sum(labels[s:]), total - s, sum(labels[s:]) + missed, len(labels) - s)
        for s in range(len(labels))
    ]
    return min([Fraction(1), *(LOOKS * each for each in p)])


def test_the_curve() -> None:
    """Cumulative includes, in the order of reading."""
    assert recall_curve([1, 0, 1, 0]) == [1, 1, 2, 2]
    assert recall_curve([]) == []


@given(LABELS, st.integers(0, 30), st.sampled_from(["0.8", "0.95", "1.0"]))
@settings(deadline=None, max_examples=150)
def test_the_p_value_is_that_of_the_definition(labels: list[int], unread: int, target: str) -> None:
    """The few stretches that are looked at hold the smallest p value of all, to twelve digits."""
    total = len(labels) + unread
    found = stopping(labels, total, target=float(target))
    assert found.p_value == pytest.approx(float(by_counting(labels, total, target)), rel=1e-9, abs=1e-12)
    assert found.met == (found.p_value < 1 - 0.95)


@given(LABELS, st.integers(0, 30))
@settings(deadline=None, max_examples=100)
def test_the_first_stop_is_that_of_a_walk(labels: list[int], unread: int) -> None:
    """Skipping runs of excludes finds the same record as looking after each."""
    total = len(labels) + unread
    walked = next((n for n in range(1, len(labels) + 1) if stopping(labels[:n], total, target=0.8).met), None)
    assert stop_point(labels, total, target=0.8) == walked


@given(LABELS, st.integers(0, 30))
@settings(deadline=None, max_examples=100)
def test_bounds(labels: list[int], unread: int) -> None:
    """What may be there in all lies between what was found and what can be."""
    found = stopping(labels, len(labels) + unread)
    assert sum(labels) <= found.total_likely <= found.total_most <= sum(labels) + unread


def test_all_read() -> None:
    """When nothing is unread, nothing was missed."""
    found = stopping([1, 0, 0], 3)
    assert (found.met, found.p_value, found.total_most, found.recall_least) == (True, 0.0, 1, 1.0)


def test_nothing_read() -> None:
    """No vote, no knowledge."""
    found = stopping([], 50)
    assert (found.met, found.p_value, found.total_most, found.recall_least) == (False, 1.0, 50, None)
    assert stopping([], 0).met


def test_recall_that_is_the_target_exactly_is_reached() -> None:
    """19 of 20 are 95 %: H0 needs two that were missed, although 19/.95 is a little over 20 in floating point."""
    labels = [1] * 19 + [0] * 80
    assert stopping(labels, 100).p_value == 0.0  # one unread record cannot hide two
    assert stopping(labels, 101).p_value > 0.0


def test_includes_then_a_long_run_of_excludes() -> None:
    """After the last of 20 includes 2 of 1,000 records may still be includes; the rule is met in the run."""
    labels = [1] * 20 + [0] * 980
    assert not stopping(labels[:300], 1_000).met
    at = stop_point(labels, 1_000)
    assert at is not None
    assert stopping(labels[:at], 1_000).met
    assert not stopping(labels[: at - 1], 1_000).met
    assert "may stop" in stopping(labels[:at], 1_000).describe()
    assert stop_point(labels, 1_000, first=at + 10) == at + 10


@pytest.mark.parametrize("includes", [15, 60, 120])
def test_the_rule_is_seldom_wrong_in_random_order(includes: int) -> None:
    """Looked at after every record, it ends below the target in less than 5 % of random orders (fixed draws)."""
    drawn = np.random.default_rng(7)
    total, orders, wrong = 400, 120, 0
    for _ in range(orders):
        labels = np.zeros(total, dtype=int)
        labels[drawn.choice(total, includes, replace=False)] = 1
        at = stop_point(labels.tolist(), total)
        wrong += at is not None and bool(labels[:at].sum() < 0.95 * includes)
    assert wrong / orders < 0.05


@pytest.mark.parametrize(
    ("labels", "total", "target", "confidence"),
    [
        ([2], 5, 0.95, 0.95),
        ([1, 0], 1, 0.95, 0.95),
        ([1], 2, 0.0, 0.95),
        ([1], 2, 1.1, 0.95),
        ([1], 2, 0.9, 1.0),
    ],
)
def test_what_is_refused(labels: list[int], total: int, target: float, confidence: float) -> None:
    """Values outside their ranges are named."""
    with pytest.raises(InputError):
        stopping(labels, total, target=target, confidence=confidence)
