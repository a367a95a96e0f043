"""Percentile intervals from resampled tables, for counts too small for a normal interval. Seeded; no arrays needed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

DRAWS = 2000
SEED = 20230731
# Of the draws, the share in which the coefficient must be defined for an interval to be given.
_DEFINED = 0.95


def bootstrap(
    cells: Sequence[int],
    statistics: Sequence[Callable[[Sequence[int]], float | None]],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> list[tuple[float, float] | None]:
    """95 % percentile intervals (2.5 % and 97.5 %) of statistics of a table's cells, records drawn with replacement.

    To draw n records is to draw the cells from a multinomial distribution, which is what is done. Draws in which a
    statistic is not defined are left out; if they are more than 5 % of all, its interval is None.
    """
    source = random.Random(seed)
    n = sum(cells)
    order = sorted(
        range(len(cells)), key=lambda i: cells[i]
    )  # the frequent ones last: they take what is left
    found: list[list[float]] = [[] for _ in statistics]
    for _ in range(draws if n else 0):
        drawn = [0] * len(cells)
        left, weight = n, n
        for i in order:
            drawn[i] = left if cells[i] == weight else binomial(source, left, cells[i] / weight)
            left -= drawn[i]
            weight -= cells[i]
            if not left:
                break
        for values, statistic in zip(found, statistics, strict=True):
            value = statistic(drawn)
            if value is not None:
                values.append(value)
    return [
        _middle(sorted(values)) if len(values) >= max(1.0, _DEFINED * draws) else None for values in found
    ]


def _middle(values: Sequence[float]) -> tuple[float, float]:
    return _quantile(values, 0.025), _quantile(values, 0.975)


def _quantile(values: Sequence[float], share: float) -> float:
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def binomial(source: random.Random, n: int, p: float) -> int:
    """How many of n trials succeed with probability p: exact, in about log n steps.

    While n is large one order statistic of n uniform numbers (a beta variate) splits the trials in two and one half
    is settled at once (Relles 1972); what remains is counted by the gaps between successes.
    """
    if p > 0.5:
        return n - binomial(source, n, 1 - p)
    hits = 0
    while n * p > 12:
        middle = (n + 1) // 2
        split = source.betavariate(middle, n - middle + 1)  # the middle-th smallest of n uniforms
        if split <= p:
            hits += middle
            n -= middle
            p = (p - split) / (1 - split)
        else:
            n = middle - 1
            p = p / split
        if p > 0.5:
            return hits + n - binomial(source, n, 1 - p)
    if p <= 0 or n <= 0:
        return hits
    gap = math.log1p(-p)
    trial = 0
    while True:
        trial += math.floor(math.log1p(-source.random()) / gap) + 1
        if trial > n:
            return hits
        hits += 1
