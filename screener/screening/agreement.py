"""How far two reviewers agree: every figure that a reader needs of a 2x2 table, or of one of k categories."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from screener.screening import cross_table as ct
from screener.screening.agreement_values import Agreement, Categories, Estimate, McNemar
from screener.screening.resampling import DRAWS, SEED, bootstrap


@lru_cache(maxsize=512)
def agreement(a: int, b: int, c: int, d: int, *, draws: int = DRAWS, seed: int = SEED) -> Agreement:
    """Every figure of one 2x2 table of counts.

    Intervals: Wilson for the observed agreement; normal for kappa, PABAK and AC1. Where a, b or c is below 5 kappa and
    AC1 have bootstrap intervals (`draws` draws of the records; the same `seed` gives the same interval; 0 draws: none).
    """
    n = a + b + c + d
    table = ((a, b), (c, d))
    share, limits = ct.observed(table), ct.wilson(a + d, n)
    low, high = limits or (None, None)
    if min(a, b, c) < 5:
        # In an order that does not depend on who is first: the draws are then the same, too.
        intervals = bootstrap((a, max(b, c), min(b, c), d), (_kappa, _ac1), draws=draws, seed=seed)
        how = "bootstrap"
    else:
        intervals = [
            ct.normal(ct.kappa(table), ct.kappa_se(table)),
            ct.normal(ct.ac1(table), ct.ac1_se(table)),
        ]
        how = "normal"
    return Agreement(
        a,
        b,
        c,
        d,
        Estimate(share, None, low, high, "wilson" if limits else None),
        ct.specific(table, 0),
        ct.specific(table, 1),
        _estimate(ct.kappa(table), ct.kappa_se(table), intervals[0], how),
        ct.kappa_max(table),
        _estimate(
            ct.pabak(table), ct.pabak_se(table), ct.normal(ct.pabak(table), ct.pabak_se(table)), "normal"
        ),
        _estimate(ct.ac1(table), ct.ac1_se(table), intervals[1], how),
        abs(a - d) / n if n else None,
        abs(b - c) / n if n else None,
        mcnemar(b, c),
        n,
    )


Cells = tuple[int, int, int, int]


@lru_cache(maxsize=128)
def agreement_of_records(
    patterns: tuple[tuple[Cells, int], ...], *, draws: int = DRAWS, seed: int = SEED
) -> Agreement:
    """The same where a record is in the table several times, once for each pair of its reviewers.

    `patterns` are the cells (a, b, c, d) that one record adds, and how many records add just these. The pairs of one
    record are not independent: all intervals are from draws of whole records, and there is no standard error and no
    test.
    """
    cells = [sum(cell[i] * count for cell, count in patterns) for i in range(4)]
    plain = agreement(*cells, draws=0)
    turned = [((a, c, b, d), count) for (a, b, c, d), count in patterns]
    same = min(sorted(patterns), sorted(turned))  # whoever is first, the draws are the same
    kinds = [cell for cell, _ in same]

    def of(statistic: Callable[[ct.Counts], float | None]) -> Callable[[Sequence[int]], float | None]:
        def value(drawn: Sequence[int]) -> float | None:
            a, b, c, d = (
                sum(cell[i] * count for cell, count in zip(kinds, drawn, strict=True)) for i in range(4)
            )
            return statistic(((a, b), (c, d)))

        return value

    statistics = [of(each) for each in (ct.observed, ct.kappa, ct.ac1, ct.pabak)]
    intervals = bootstrap([count for _, count in same], statistics, draws=draws, seed=seed)
    values = (plain.observed.value, plain.kappa.value, plain.ac1.value, plain.pabak.value)
    observed, kappa, ac1, pabak = (
        _estimate(value, None, interval, "bootstrap")
        for value, interval in zip(values, intervals, strict=True)
    )
    return replace(
        plain,
        observed=observed,
        kappa=kappa,
        ac1=ac1,
        pabak=pabak,
        mcnemar=McNemar(None, None, "exact"),
        records=sum(count for _, count in patterns),
    )


def _kappa(cells: Sequence[int]) -> float | None:
    return ct.kappa((cells[:2], cells[2:]))


def _ac1(cells: Sequence[int]) -> float | None:
    return ct.ac1((cells[:2], cells[2:]))


def _estimate(
    value: float | None, se: float | None, interval: tuple[float, float] | None, how: str
) -> Estimate:
    # Where nothing varies, in the formula or in the draws, there is no interval, and not one of no width.
    if value is None or interval is None or interval[0] == interval[1]:
        return Estimate(value, se)
    return Estimate(value, se, *interval, how)


def mcnemar(b: int, c: int) -> McNemar:
    """McNemar's test of the records on which the two differ: exact binomial below 25 of them, else (b-c)^2/(b+c)."""
    n = b + c
    if n == 0:
        return McNemar(None, None, "exact")
    if n < 25:
        tail = sum(math.comb(n, i) for i in range(min(b, c) + 1))
        return McNemar(None, min(1.0, 2 * tail / 2**n), "exact")
    statistic = (b - c) ** 2 / n
    return McNemar(statistic, math.erfc(math.sqrt(statistic / 2)), "chi-square")


def categories(names: Sequence[str], pairs: Mapping[tuple[str, str], int]) -> Categories:
    """Every figure of a table of k categories; `pairs` maps (first's, second's) to the number of records.

    `names` are the categories that could be used; AC1 and PABAK depend on their number. Raises ValueError for a pair
    outside them.
    """
    order = {name: i for i, name in enumerate(names)}
    counts = [[0] * len(order) for _ in order]
    for (first, second), count in pairs.items():
        if first not in order or second not in order:
            raise ValueError(f"({first}, {second}) is not of {', '.join(names)}")
        counts[order[first]][order[second]] += count
    n = ct.total(counts)
    agreed = sum(counts[i][i] for i in range(len(counts)))
    limits = ct.wilson(agreed, n)
    low, high = limits or (None, None)
    kappa, kappa_se = ct.kappa(counts), ct.kappa_se(counts)
    ac1, ac1_se = ct.ac1(counts), ct.ac1_se(counts)
    pabak, pabak_se = ct.pabak(counts), ct.pabak_se(counts)
    return Categories(
        tuple(order),
        tuple(map(tuple, counts)),
        Estimate(ct.observed(counts), None, low, high, "wilson" if limits else None),
        _estimate(kappa, kappa_se, ct.normal(kappa, kappa_se), "normal"),
        _estimate(ac1, ac1_se, ct.normal(ac1, ac1_se), "normal"),
        _estimate(pabak, pabak_se, ct.normal(pabak, pabak_se), "normal"),
        {name: ct.specific(counts, i) for name, i in order.items()},
    )
