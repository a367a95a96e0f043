"""How far two reviewers agree: one 2x2 table, or one of k categories, with every figure that a reader needs.

What each figure means and where its formula is from: `docs/agreement.md`. Figures that a table does not define are
None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from screener.screening import cross_table as ct
from screener.screening.resampling import DRAWS, SEED, bootstrap

# From here on an estimate is called stable: records with two votes, and uses of the rarer answer by each reviewer.
ENOUGH_RECORDS, ENOUGH_RARE = 50, 5
FEW = "too few for a stable estimate"

LANDIS_KOCH, COCHRANE = "Landis & Koch 1977", "Cochrane, after Orwin"
# Lower ends of the bands; values are rounded to two digits first, as the bands are printed.
_BANDS = {
    LANDIS_KOCH: (
        (0.81, "almost perfect"),
        (0.61, "substantial"),
        (0.41, "moderate"),
        (0.21, "fair"),
        (0.0, "slight"),
        (-1.0, "poor"),
    ),
    COCHRANE: ((0.75, "excellent"), (0.60, "good"), (0.40, "fair"), (-1.0, "below fair")),
}


def band(kappa: float | None, scale: str) -> str | None:
    """The scale's word for a kappa. The scales are conventions, made for kappa and for nothing else."""
    if kappa is None:
        return None
    rounded = round(kappa, 2) if kappa >= 0 else -1.0 if scale == LANDIS_KOCH else kappa
    return next(word for least, word in _BANDS[scale] if rounded >= least)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with its standard error and 95 % interval; None is 'not defined'.

    `method` tells the interval: "wilson", "normal", "bootstrap", or None where there is none.
    """

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "se": self.se,
            "low": self.low,
            "high": self.high,
            "interval": self.method,
        }


@dataclass(frozen=True, slots=True)
class McNemar:
    """Whether one reviewer includes more than the other: `p` is two-sided, None when they never differed.

    `method` is "exact" (binomial, fewer than 25 differences; no statistic then) or "chi-square" (1 df).
    """

    statistic: float | None
    p: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Include or exclude, by two reviewers: `a` both include, `b` only the first, `c` only the second does, `d` both
    exclude."""

    a: int
    b: int
    c: int
    d: int
    observed: Estimate
    positive: float | None
    negative: float | None
    kappa: Estimate
    kappa_max: float | None
    pabak: Estimate
    ac1: Estimate
    prevalence_index: float | None
    bias_index: float | None
    mcnemar: McNemar

    @property
    def n(self) -> int:
        return self.a + self.b + self.c + self.d

    @property
    def few(self) -> bool:
        """Too few for a stable estimate: records, or uses of the rarer answer by one of the two."""
        rare = min(self.a + self.b, self.a + self.c, self.d + self.b, self.d + self.c)
        return self.n < ENOUGH_RECORDS or rare < ENOUGH_RARE

    @property
    def bands(self) -> dict[str, str | None]:
        return {scale: band(self.kappa.value, scale) for scale in _BANDS}

    def to_dict(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "a": self.a,
            "b": self.b,
            "c": self.c,
            "d": self.d,
            "observed": self.observed.to_dict(),
            "kappa": self.kappa.to_dict(),
            "kappa_max": self.kappa_max,
            "ac1": self.ac1.to_dict(),
            "positive_agreement": self.positive,
            "negative_agreement": self.negative,
            "pabak": self.pabak.to_dict(),
            "prevalence_index": self.prevalence_index,
            "bias_index": self.bias_index,
            "mcnemar": {
                "statistic": self.mcnemar.statistic,
                "p": self.mcnemar.p,
                "method": self.mcnemar.method,
            },
            "bands": self.bands,
            "few": self.few,
        }


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
        intervals = bootstrap((a, b, c, d), (_kappa, _ac1), draws=draws, seed=seed)
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


@dataclass(frozen=True, slots=True)
class Categories:
    """Agreement on k unordered categories: `counts[i][j]`, the first reviewer's category i and the second's j."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    observed: Estimate
    kappa: Estimate
    ac1: Estimate
    pabak: Estimate
    specific: Mapping[str, float | None]
    """Of each category: of the times one of the two used it, the share in which the other did too."""

    @property
    def n(self) -> int:
        return ct.total(self.counts)

    @property
    def few(self) -> bool:
        return self.n < ENOUGH_RECORDS

    def to_dict(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "categories": list(self.names),
            "counts": [list(row) for row in self.counts],
            "observed": self.observed.to_dict(),
            "kappa": self.kappa.to_dict(),
            "ac1": self.ac1.to_dict(),
            "pabak": self.pabak.to_dict(),
            "specific_agreement": dict(self.specific),
            "bands": {scale: band(self.kappa.value, scale) for scale in _BANDS},
            "few": self.few,
        }


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
