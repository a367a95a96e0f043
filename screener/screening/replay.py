"""A labelled data set replayed: what ranking would have saved its reviewers.

The figures are those of Cohen 2006 (WSS@95) and of the contract: recall after a tenth, and the loss, which is
0 for the perfect order and 1 for the worst.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from screener.model.errors import InputError
from screener.screening.ranking import Features, rank
from screener.screening.stopping import recall_curve

_NEW_SHARE = 50  # the model is fitted anew when one vote in this many is new


@dataclass(frozen=True, slots=True)
class Figures:
    """What one order of reading was worth.

    `wss_95`: share of reading saved at 95 % recall against random order, 1 - r95/N - .05; `read_95`: r95, the
    records read when ceil(.95 includes) are found; `recall_10`: share of includes in the first ceil(.1 N);
    `loss`: area between the perfect recall curve and this one, over the area between perfect and worst.
    """

    wss_95: float
    recall_10: float
    loss: float
    read_95: int


def figures(labels: Sequence[int]) -> Figures:
    """Figures of labels (1 included, 0 excluded) of all records, in the order of reading.

    Raises InputError without an include or without an exclude: then no order is better than another.
    """
    curve = recall_curve(labels)
    total, included = len(curve), curve[-1] if curve else 0
    if included in (0, total):
        raise InputError("an order needs includes and excludes to be judged", field="labels")
    wanted = ceil(Fraction(95, 100) * included)
    read_95 = next(read for read, found in enumerate(curve, 1) if found >= wanted)
    perfect = included * (total - (included - 1) / 2)
    return Figures(
        wss_95=1 - read_95 / total - 0.05,
        recall_10=curve[ceil(Fraction(total, 10)) - 1] / included,
        loss=(perfect - sum(curve)) / (included * (total - included)),
        read_95=read_95,
    )


def priors(labels: Sequence[int], seed: int) -> tuple[int, int]:
    """One include and one exclude at random, as places from 0. Raises InputError if there are not both."""
    places = (
        [i for i, label in enumerate(labels) if label],
        [i for i, label in enumerate(labels) if not label],
    )
    for some, name in zip(places, ("include", "exclude"), strict=True):
        if not some:
            raise InputError(f"no record is labelled {name}", expected="at least one include and one exclude")
    drawn = random.Random(seed)
    return drawn.choice(places[0]), drawn.choice(places[1])


def replay(
    features: Features,
    labels: Sequence[int],
    first: Sequence[int],
    *,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _read: None,
) -> list[int]:
    """The order (places from 0) in which a reviewer with these labels would read all records.

    Starts with `first`; then the most promising ones, the model being fitted anew after each record up to the
    hundredth and whenever 2 % more were read afterwards. `progress` is told how many are read.
    """
    read = list(first)
    while len(read) < len(labels):
        progress(len(read))
        order = rank(features, {place: labels[place] for place in read}, seed=seed)
        read += order[: max(1, len(read) // _NEW_SHARE)].tolist()
    progress(len(read))
    return read
