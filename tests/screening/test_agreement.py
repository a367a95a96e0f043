"""Coefficients of agreement: printed figures, laws, and tables that define nothing."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.screening import cross_table as ct
from screener.screening.agreement import agreement, agreement_of_records, categories, mcnemar
from screener.screening.agreement_values import COCHRANE, LANDIS_KOCH, band
from screener.screening.resampling import binomial, bootstrap

# a b c d, then p_o, kappa, se, maximum kappa, PABAK, se, AC1, se, positive agreement; kappa and AC1 as irrCAC has them.
VECTORS = [
    (45, 15, 5, 35, 0.800, 0.6000, 0.0784, 0.8000, 0.6000, 0.0800, 0.6040, 0.0803, 0.8182),
    (40, 20, 15, 925, 0.965, 0.6771, 0.0513, 0.9539, 0.9300, 0.0116, 0.9607, 0.0067, 0.6957),
    (2, 3, 5, 990, 0.992, 0.3294, 0.1762, 0.8324, 0.9840, 0.0056, 0.9919, 0.0029, 0.3333),
    (0, 5, 5, 990, 0.990, -0.0050, 0.0016, 1.0000, 0.9800, 0.0063, 0.9899, 0.0032, 0.0000),
]
cells = st.integers(0, 60)
tables = st.tuples(cells, cells, cells, cells)


def quick(*counts: int):  # type: ignore[no-untyped-def]
    return agreement(*counts, draws=0)


@pytest.mark.parametrize("row", VECTORS)
def test_printed_figures(row: tuple[float, ...]) -> None:
    found = quick(*(int(x) for x in row[:4]))
    got = [
        found.observed.value,
        found.kappa.value,
        found.kappa.se,
        found.kappa_max,
        found.pabak.value,
        found.pabak.se,
        found.ac1.value,
        found.ac1.se,
        found.positive,
    ]
    assert [round(x or 0, 4) for x in got] == pytest.approx(list(row[4:]), abs=1e-9)


def test_the_prevalence_paradox_is_seen_in_positive_agreement() -> None:
    """99 % raw agreement and a high AC1, and not one record that both would read."""
    found = quick(0, 5, 5, 990)
    assert found.ac1.value > 0.98
    assert found.positive == 0.0
    assert found.prevalence_index == pytest.approx(0.99)
    assert found.bands == {LANDIS_KOCH: "poor", COCHRANE: "below fair"}


def test_one_answer_only_defines_no_kappa() -> None:
    for counts in ((7, 0, 0, 0), (0, 0, 0, 7)):
        found = agreement(*counts)
        assert (found.kappa.value, found.kappa.se, found.kappa.low, found.kappa_max) == (None,) * 4
        assert found.observed.value == 1.0
        assert found.ac1.value == 1.0
        assert found.bands == {LANDIS_KOCH: None, COCHRANE: None}
    assert found.positive is None
    assert found.negative == 1.0


def test_no_records_define_nothing() -> None:
    found = agreement(0, 0, 0, 0)
    assert found.n == 0
    assert found.few
    figures = found.to_dict()
    assert figures["observed"]["value"] is None
    for name in ("kappa", "ac1", "pabak"):
        assert set(figures[name].values()) == {None}
    assert figures["mcnemar"]["p"] is None


@pytest.mark.parametrize(
    ("counts", "few"),
    [
        ((5, 0, 0, 44), True),
        ((5, 0, 0, 45), False),
        ((4, 0, 0, 96), True),
        ((4, 1, 1, 94), False),
        ((4, 1, 0, 95), True),
        ((96, 0, 0, 4), True),
    ],
)
def test_too_few_for_a_stable_estimate(counts: tuple[int, int, int, int], few: bool) -> None:
    """Fewer than 50 records, or one of the two used an answer fewer than 5 times."""
    assert quick(*counts).few is few


@pytest.mark.parametrize(
    ("value", "landis", "cochrane"),
    [
        (-0.001, "poor", "below fair"),
        (0.0, "slight", "below fair"),
        (0.204, "slight", "below fair"),
        (0.205001, "fair", "below fair"),
        (0.4, "fair", "fair"),
        (0.41, "moderate", "fair"),
        (0.6, "moderate", "good"),
        (0.61, "substantial", "good"),
        (0.75, "substantial", "excellent"),
        (0.81, "almost perfect", "excellent"),
        (1.0, "almost perfect", "excellent"),
    ],
)
def test_bands(value: float, landis: str, cochrane: str) -> None:
    assert (band(value, LANDIS_KOCH), band(value, COCHRANE)) == (landis, cochrane)


def test_mcnemar() -> None:
    exact = mcnemar(2, 8)
    assert exact.p == pytest.approx(float(Fraction(2 * (1 + 10 + 45), 2**10)))
    assert exact.method == "exact"
    assert mcnemar(3, 3).p == 1.0
    large = mcnemar(30, 10)
    assert large.statistic == 10.0
    assert large.p == pytest.approx(0.001565, abs=1e-6)
    assert large.method == "chi-square"


def test_a_wilson_interval() -> None:
    assert ct.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert ct.wilson(0, 10)[0] == 0.0  # type: ignore[index]
    assert ct.wilson(10, 10)[1] == 1.0  # type: ignore[index]


@given(tables)
def test_the_order_of_the_reviewers_does_not_matter(t: tuple[int, int, int, int]) -> None:
    a, b, c, d = t
    one, other = quick(a, b, c, d).to_dict(), quick(a, c, b, d).to_dict()
    for name in ("kappa", "ac1", "observed", "pabak"):
        for key, value in one[name].items():
            assert value == (
                pytest.approx(other[name][key]) if isinstance(value, float) else other[name][key]
            )
    for name in ("kappa_max", "positive_agreement", "negative_agreement", "bias_index", "mcnemar", "few"):
        assert one[name] == other[name]


@given(tables)
def test_exchanging_include_and_exclude_exchanges_positive_and_negative(t: tuple[int, int, int, int]) -> None:
    a, b, c, d = t
    one, other = quick(a, b, c, d), quick(d, c, b, a)
    assert (one.positive, one.negative) == (other.negative, other.positive)
    for name in ("kappa", "ac1", "pabak"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.value == (None if theirs.value is None else pytest.approx(theirs.value))
        assert mine.se == (None if theirs.se is None else pytest.approx(theirs.se, abs=1e-7))
    assert one.few == other.few


@given(tables)
def test_ranges_and_order(t: tuple[int, int, int, int]) -> None:
    """Coefficients lie in [-1, 1], kappa below its maximum, 1 only when nobody differs, intervals hold the value."""
    found = quick(*t)
    assert (found.kappa.value is None) == (found.kappa_max is None)
    if found.kappa.value is not None and found.kappa_max is not None:
        assert -1 <= found.kappa.value <= found.kappa_max + 1e-12
        assert found.kappa_max <= 1
        assert (found.kappa.value == 1) == (found.b + found.c == 0)
    if found.n:
        assert found.ac1.value is not None
        assert found.pabak.value is not None
        assert -1 <= found.ac1.value <= 1
        assert found.ac1.value >= found.pabak.value - 1e-12
        assert found.observed.low - 1e-12 <= found.observed.value <= found.observed.high + 1e-12
    for each in (found.kappa, found.ac1, found.pabak):
        if each.low is not None:
            assert -1 <= each.low <= each.value <= each.high <= 1


@given(tables)
def test_two_categories_are_the_two_by_two_table(t: tuple[int, int, int, int]) -> None:
    a, b, c, d = t
    pairs = {("in", "in"): a, ("in", "out"): b, ("out", "in"): c, ("out", "out"): d}
    many, two = categories(("in", "out"), pairs), quick(*t)
    assert (many.kappa.value, many.ac1.value) == (two.kappa.value, two.ac1.value)
    assert many.specific == {"in": two.positive, "out": two.negative}


def test_three_categories_by_hand() -> None:
    """p_o = 70/100; margins (40, 20, 40) and (40, 20, 40): p_e = 0.36, kappa = 0.34/0.64."""
    pairs = {
        ("include", "include"): 30,
        ("include", "maybe"): 5,
        ("include", "exclude"): 5,
        ("maybe", "include"): 5,
        ("maybe", "maybe"): 10,
        ("maybe", "exclude"): 5,
        ("exclude", "include"): 5,
        ("exclude", "maybe"): 5,
        ("exclude", "exclude"): 30,
    }
    found = categories(("include", "maybe", "exclude"), pairs)
    assert found.kappa.value == pytest.approx(0.34 / 0.64)
    # p_g = (0.4*0.6 + 0.2*0.8 + 0.4*0.6) / 2 = 0.32
    assert found.ac1.value == pytest.approx(0.38 / 0.68)
    assert found.pabak.value == pytest.approx(0.55)
    assert found.specific["maybe"] == pytest.approx(0.5)
    with pytest.raises(ValueError):
        categories(("include", "exclude"), pairs)


def test_a_category_nobody_used_changes_no_kappa() -> None:
    pairs = {("a", "a"): 10, ("a", "b"): 2, ("b", "a"): 3, ("b", "b"): 9}
    two, three = categories("ab", pairs), categories("abc", pairs)
    assert two.kappa.value == three.kappa.value
    assert two.kappa.se == pytest.approx(three.kappa.se)
    assert three.specific["c"] is None
    assert categories("a", {("a", "a"): 4}).ac1.value is None


def test_small_cells_have_bootstrap_intervals_that_a_seed_repeats() -> None:
    small = agreement(2, 3, 5, 990)
    assert small.kappa.method == small.ac1.method == "bootstrap"
    assert small == agreement.__wrapped__(2, 3, 5, 990)
    assert small.kappa.low < 0.05 < small.kappa.value < small.kappa.high < 0.8
    assert agreement(45, 15, 5, 35).kappa.method == "normal"
    near = agreement(30, 4, 6, 60)
    normal = ct.normal(near.kappa.value, near.kappa.se)
    assert (near.kappa.low, near.kappa.high) == pytest.approx(normal, abs=0.06)


def test_an_interval_is_not_made_of_draws_without_a_value() -> None:
    """With one difference in 100 a third of the draws have no kappa."""
    found = agreement(0, 1, 0, 99)
    assert found.kappa.value == 0.0
    assert found.kappa.low is None
    assert found.ac1.method == "bootstrap"


@settings(max_examples=25, deadline=None)
@given(tables, st.integers(0, 9))
def test_a_bootstrap_keeps_the_number_of_records(t: tuple[int, int, int, int], seed: int) -> None:
    seen = []

    def note(drawn):  # type: ignore[no-untyped-def]
        seen.append(tuple(drawn))
        return 0.5

    bootstrap(t, [note], draws=20, seed=seed)
    assert {sum(drawn) for drawn in seen} <= {sum(t)}
    assert all(drawn[i] == 0 for drawn in seen for i in range(4) if t[i] == 0)


@pytest.mark.parametrize(("n", "p"), [(5, 0.3), (40, 0.02), (60, 0.5), (200, 0.35), (3000, 0.9)])
def test_binomial_draws_have_the_distribution(n: int, p: float) -> None:
    """4000 draws against the exact distribution function: no gap beyond what chance gives once in 10,000 times."""
    source = random.Random(7)
    draws = sorted(binomial(source, n, p) for _ in range(4000))
    exact, below = 0.0, 0.0
    for k in range(n + 1):
        exact += comb(n, k) * p**k * (1 - p) ** (n - k) if n < 500 else 0.0
        if n < 500:
            below = sum(x <= k for x in draws) / 4000
            assert abs(below - exact) < 0.0353
    mean = sum(draws) / 4000
    assert isclose(mean, n * p, abs_tol=4 * (n * p * (1 - p) / 4000) ** 0.5)


def test_without_a_difference_there_is_no_interval_of_no_width() -> None:
    """Ten of ten is no proof of certainty; the observed agreement says how little is known."""
    found = agreement(5, 0, 0, 5)
    assert (found.kappa.value, found.kappa.low, found.ac1.low, found.pabak.low) == (1.0, None, None, None)
    assert found.observed.low == pytest.approx(0.7225, abs=1e-4)


def test_whole_records_are_drawn_where_they_count_several_times() -> None:
    """Each record twice: the coefficients are those of the records, the intervals too, and not narrower."""
    once = agreement(20, 8, 6, 40)
    twice = agreement_of_records(
        (((2, 0, 0, 0), 20), ((0, 2, 0, 0), 8), ((0, 0, 2, 0), 6), ((0, 0, 0, 2), 40))
    )
    assert (twice.records, twice.n, twice.repeated, once.repeated) == (74, 148, True, False)
    assert twice.kappa.value == pytest.approx(once.kappa.value)
    assert (twice.kappa.low, twice.kappa.high) == pytest.approx((once.kappa.low, once.kappa.high), abs=0.05)
    assert (twice.kappa.se, twice.mcnemar.p, twice.kappa.method) == (None, None, "bootstrap")
    naive = agreement(40, 16, 12, 80)
    assert naive.kappa.high - naive.kappa.low < 0.8 * (twice.kappa.high - twice.kappa.low)  # type: ignore[operator]


def test_intervals_do_not_depend_on_who_is_first() -> None:
    assert agreement(6, 2, 4, 70).kappa == agreement(6, 4, 2, 70).kappa
    one = agreement_of_records((((1, 2, 0, 0), 9), ((3, 0, 0, 0), 20), ((0, 0, 1, 2), 4), ((0, 0, 0, 3), 50)))
    other = agreement_of_records(
        (((1, 0, 2, 0), 9), ((3, 0, 0, 0), 20), ((0, 1, 0, 2), 4), ((0, 0, 0, 3), 50))
    )
    assert (one.kappa, one.ac1, one.n) == (other.kappa, other.ac1, 249)
    assert (one.b, one.c) == (other.c, other.b) == (18, 4)


def delta_se(statistic, counts):  # type: ignore[no-untyped-def]
    """The standard error of a function of cell shares by the delta method, its gradient by differences."""
    n, size = ct.total(counts), len(counts)
    step = 1e-4 * n

    def moved(i: int, j: int, by: float) -> float:
        return statistic(
            [[x + (by if (r, c) == (i, j) else 0) for c, x in enumerate(row)] for r, row in enumerate(counts)]
        )

    # Shares stay a distribution: adding records to a cell moves all shares, and what is constant drops out.
    slope = {
        (i, j): (moved(i, j, step) - moved(i, j, -step)) / (2 * step) * n
        for i in range(size)
        for j in range(size)
    }
    mean = sum(counts[i][j] / n * g for (i, j), g in slope.items())
    return (sum(counts[i][j] / n * (g - mean) ** 2 for (i, j), g in slope.items()) / n) ** 0.5


@given(st.lists(st.lists(st.integers(2, 40), min_size=3, max_size=3), min_size=3, max_size=3))
def test_standard_errors_of_three_categories_are_those_of_the_delta_method(counts: list[list[int]]) -> None:
    n = ct.total(counts)
    assert ct.kappa_se(counts) == pytest.approx(delta_se(ct.kappa, counts), rel=1e-3)
    assert ct.ac1_se(counts) == pytest.approx(delta_se(ct.ac1, counts) * (n / (n - 1)) ** 0.5, rel=1e-3)
