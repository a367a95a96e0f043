"""What is known of the agreement of two reviewers, as values: coefficients with intervals, tables, words for kappa.

What each figure means and where its formula is from: `docs/agreement.md`. Figures that a table does not define are
None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from screener.screening import cross_table as ct

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
    """Whether one reviewer includes more than the other: `p` is two-sided, None when they never differed, or when
    records count more than once.

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
    records: int
    """Fewer than n where several pairs of reviewers read the same record."""

    @property
    def n(self) -> int:
        return self.a + self.b + self.c + self.d

    @property
    def few(self) -> bool:
        """Too few for a stable estimate: records, or uses of the rarer answer by one of the two."""
        rare = min(self.a + self.b, self.a + self.c, self.d + self.b, self.d + self.c)
        return self.records < ENOUGH_RECORDS or rare < ENOUGH_RARE

    @property
    def repeated(self) -> bool:
        """Records count more than once, in several pairs of reviewers."""
        return self.n > self.records

    @property
    def bands(self) -> dict[str, str | None]:
        return {scale: band(self.kappa.value, scale) for scale in _BANDS}

    def to_dict(self) -> dict[str, Any]:
        return {
            "records": self.records,
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
