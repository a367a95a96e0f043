"""Two raters, k categories: coefficients of agreement from the table of counts.

`counts[i][j]` is the number of records that rater 1 put into category i and rater 2 into category j. Every function
gives None where its coefficient is not defined; never a 0 or 1 in its stead. Coefficients have no unit, shares
lie in 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Counts = Sequence[Sequence[int]]

Z = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


def total(counts: Counts) -> int:
    return sum(map(sum, counts))


def margins(counts: Counts) -> tuple[list[int], list[int]]:
    """How often rater 1 and rater 2 used each category."""
    return [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]


def observed(counts: Counts) -> float | None:
    """p_o, the share of records that both put into one category; None without records."""
    n = total(counts)
    return sum(counts[i][i] for i in range(len(counts))) / n if n else None


def kappa(counts: Counts) -> float | None:
    """Cohen's kappa, (p_o - p_e) / (1 - p_e) with p_e from each rater's own margins (Cohen 1960).

    None where p_e = 1: both raters used one category only, the same one.
    """
    n = total(counts)
    rows, columns = margins(counts)
    chance = sum(r * c for r, c in zip(rows, columns, strict=True))  # n squared times p_e, exact
    if chance == n * n:
        return None
    return (n * sum(counts[i][i] for i in range(len(counts))) - chance) / (n * n - chance)


def kappa_se(counts: Counts) -> float | None:
    """The standard error of kappa for intervals, not for testing kappa = 0 (Fleiss, Cohen, Everitt 1969)."""
    k = kappa(counts)
    if k is None:
        return None
    n = total(counts)
    first, second = ([m / n for m in each] for each in margins(counts))
    expected = sum(r * c for r, c in zip(first, second, strict=True))
    size = range(len(counts))
    on = sum(counts[i][i] / n * (1 - (first[i] + second[i]) * (1 - k)) ** 2 for i in size)
    off = sum(counts[i][j] / n * (second[i] + first[j]) ** 2 for i in size for j in size if i != j)
    variance = on + (1 - k) ** 2 * off - (k - expected * (1 - k)) ** 2
    return math.sqrt(max(0.0, variance) / n) / (1 - expected)


def kappa_max(counts: Counts) -> float | None:
    """The largest kappa that these margins allow; None where kappa is not defined."""
    n = total(counts)
    rows, columns = margins(counts)
    chance = sum(r * c for r, c in zip(rows, columns, strict=True))
    if chance == n * n:
        return None
    best = sum(min(r, c) for r, c in zip(rows, columns, strict=True))
    return (n * best - chance) / (n * n - chance)


def pabak(counts: Counts) -> float | None:
    """Kappa as if every category were equally frequent, (k p_o - 1) / (k - 1) (Byrt, Bishop, Carlin 1993)."""
    share, k = observed(counts), len(counts)
    return (k * share - 1) / (k - 1) if share is not None and k > 1 else None


def pabak_se(counts: Counts) -> float | None:
    """Its standard error, k/(k-1) sqrt(p_o (1 - p_o) / n)."""
    share, k = observed(counts), len(counts)
    if share is None or k < 2:
        return None
    return k / (k - 1) * math.sqrt(share * (1 - share) / total(counts))


def ac1(counts: Counts) -> float | None:
    """Gwet's AC1, (p_o - p_g) / (1 - p_g), p_g = sum pi_k (1 - pi_k) / (k - 1), pi_k the mean of the two margins'
    shares (Gwet 2008). `counts` has a row for every category the raters could use, used or not."""
    share, k = observed(counts), len(counts)
    if share is None or k < 2:
        return None
    chance = _gwet_chance(counts)
    return (share - chance) / (1 - chance)


def ac1_se(counts: Counts) -> float | None:
    """Its standard error (Gwet 2008, records as a sample); None with fewer than two records."""
    coefficient, n, k = ac1(counts), total(counts), len(counts)
    if coefficient is None or n < 2:
        return None
    pi, chance = _gwet_shares(counts), _gwet_chance(counts)
    squares = 0.0
    for i in range(k):
        for j in range(k):
            if counts[i][j]:
                same = 1.0 if i == j else 0.0
                expected = ((1 - pi[i]) + (1 - pi[j])) / 2 / (k - 1)
                each = (same - chance) / (1 - chance) - 2 * (1 - coefficient) * (expected - chance) / (
                    1 - chance
                )
                squares += counts[i][j] * (each - coefficient) ** 2
    return math.sqrt(squares / (n * (n - 1)))


def _gwet_shares(counts: Counts) -> list[float]:
    n = total(counts)
    return [(r + c) / (2 * n) for r, c in zip(*margins(counts), strict=True)]


def _gwet_chance(counts: Counts) -> float:
    return sum(pi * (1 - pi) for pi in _gwet_shares(counts)) / (len(counts) - 1)


def specific(counts: Counts, category: int) -> float | None:
    """Agreement on one category, 2 n_ii / (n_i. + n_.i): of the times a rater used it, the share in which the other did
    too. Positive agreement for include, negative agreement for exclude. None if nobody used it."""
    rows, columns = margins(counts)
    used = rows[category] + columns[category]
    return 2 * counts[category][category] / used if used else None


def wilson(hits: int, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a share after Wilson (1927); None without records."""
    if not n:
        return None
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # The ends are exact where there is nothing to be uncertain about on that side.
    return (0.0 if hits == 0 else max(0.0, middle - half)), (1.0 if hits == n else min(1.0, middle + half))


def normal(value: float | None, se: float | None) -> tuple[float, float] | None:
    """value -/+ 1.96 se, cut to [-1, 1]."""
    if value is None or se is None:
        return None
    return max(-1.0, value - Z * se), min(1.0, value + Z * se)
