"""When a reviewer who reads in ranked order may stop: a recall curve and a statistical test.

The test is that of Callaghan & Müller-Hansen 2020 (Systematic Reviews 9:273, doi 10.1186/s13643-020-01521-4),
in its form for records read in ranked order. What it promises and what not stands in docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

from screener.model.errors import InputError

#: The test looks at many stretches and after every vote; its smallest p value is multiplied by this. By
#: simulation the share of wrong stops in random order then stays under 1 - confidence (tests, docs/ranking.md).
LOOKS = 4

ASSUMES = (
    "the records read last are at least as likely to be includes as those not read; "
    "the votes are right; all records of the stage are in the ranking"
)


@dataclass(frozen=True, slots=True)
class Stop:
    """What the votes so far say about the hypothesis 'recall is below the target'.

    `p_value` is the test's with the correction for many looks (at most 1), `met` whether it is below
    1 - confidence. `total_most` is the largest number of includes in all `total` records that the same test
    does not reject; `total_likely` the largest whose uncorrected p value is one half or more. `recall_least` is
    found / total_most; None while nothing is found. `assumes` is what the numbers rest on.
    """

    met: bool
    p_value: float
    read: int
    found: int
    total: int
    target: float
    confidence: float
    total_likely: int
    total_most: int
    recall_least: float | None
    assumes: str = ASSUMES

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def describe(self) -> str:
        """One line for people."""
        said = f"{self.read:,} of {self.total:,} read, {self.found:,} included"
        said += f"; at {self.confidence:.0%} confidence at most {self.total_most:,} in all"
        verdict = "may stop" if self.met else "read on"
        return f"{verdict}: {said}; p = {self.p_value:.3g} for a recall below {self.target:.0%}"


def recall_curve(labels: Sequence[int]) -> list[int]:
    """How many includes were found after 1, 2, ... records read. `labels` are 0 or 1 in the order of reading."""
    return list(accumulate(_checked(labels)))


def stopping(labels: Sequence[int], total: int, *, target: float = 0.95, confidence: float = 0.95) -> Stop:
    """The test after these votes.

    `labels`: 1 included, 0 excluded, in the order in which the records were read; `total`: all records of the
    stage, read or not; `target`: recall, the share of all includes that shall be found.

    H0: recall < target, that is, there are at least K = floor(found / target) + 1 includes. Take any last
    stretch of the reading, of n records with k includes, as a random sample from the M records that were
    unread when it began. Under H0 at least K - found + k of those are includes, and the probability of meeting
    only k or fewer of them is P(X <= k), X ~ Hypergeometric(M, K - found + k, n). The p value is the smallest of
    all stretches, times LOOKS. With fewer unread records than H0 needs missed includes it is 0.

    Raises InputError for labels other than 0 and 1, more labels than records, a target outside (0, 1] and a
    confidence outside (0, 1).
    """
    read = _checked(labels)
    _check(len(read), total, target, confidence)
    urns = _Urns(read, total)
    least = urns.least_missed(target)
    p = min(1.0, LOOKS * urns.p(least))
    most = urns.found + urns.most_missed((1 - confidence) / LOOKS)
    return Stop(
        met=p < 1 - confidence,
        p_value=p,
        read=len(read),
        found=urns.found,
        total=total,
        target=target,
        confidence=confidence,
        total_likely=urns.found + urns.most_missed(0.5),
        total_most=most,
        recall_least=urns.found / most if urns.found else None,
    )


def stop_point(
    labels: Sequence[int], total: int, *, target: float = 0.95, confidence: float = 0.95, first: int = 1
) -> int | None:
    """After how many of these records, at least `first`, the rule was met for the first time; None if never.

    Arguments and errors as for `stopping`. The p value falls with every exclude, so that whole runs of
    excludes are looked at once and only the one with the answer is halved.
    """
    read = _checked(labels)
    _check(len(read), total, target, confidence)

    def met(count: int) -> bool:
        urns = _Urns(read[:count], total)
        return LOOKS * urns.p(urns.least_missed(target)) < 1 - confidence

    low = max(1, first)
    while low <= len(read):
        high = next(
            (at for at in range(low, len(read)) if read[at]), len(read)
        )  # the run ends before an include
        if met(high):
            while low < high:
                middle = (low + high) // 2
                if met(middle):
                    high = middle
                else:
                    low = middle + 1
            return low
        low = high + 1
    return None


class _Urns:
    """The stretches that can have the smallest p value: the whole reading, and what came after each include.

    A stretch that is one exclude longer has the same k and a smaller p value, so no others need be looked at.
    """

    def __init__(self, labels: list[int], total: int) -> None:
        import numpy as np

        values = np.asarray(labels, dtype=np.int64)
        starts = np.concatenate(([0], np.flatnonzero(values) + 1))
        starts = starts[starts < len(values)]
        before = np.concatenate(([0], np.cumsum(values)))[starts]
        self.found = int(values.sum())
        self.unread = total - len(values)
        self._included = self.found - before
        self._size = len(values) - starts
        self._population = total - starts

    def least_missed(self, target: float) -> int:
        """The smallest number of unread includes with which recall is below the target."""
        return int(self.found / Fraction(str(target))) + 1 - self.found

    def p(self, missed: int) -> float:
        """The smallest p value of 'at least `missed` of the unread are includes', without correction."""
        from scipy.stats import hypergeom

        if missed > self.unread:
            return 0.0
        if not len(self._size):
            return 1.0
        p = hypergeom.cdf(self._included, self._population, self._included + missed, self._size)
        return float(p.min())

    def most_missed(self, level: float) -> int:
        """The largest number of unread includes whose p value is `level` or more; p falls with that number."""
        low, high = 0, self.unread
        while low < high:
            middle = (low + high + 1) // 2
            if self.p(middle) >= level:
                low = middle
            else:
                high = middle - 1
        return low


def _checked(labels: Sequence[int]) -> list[int]:
    read = [int(label) for label in labels]
    if any(label not in (0, 1) for label in read):
        raise InputError("a label that is neither 1 nor 0", field="labels", expected="1 or 0")
    return read


def _check(read: int, total: int, target: float, confidence: float) -> None:
    if read > total:
        raise InputError(f"{read:,} records read of {total:,}", field="total", expected=f"at least {read:,}")
    if not 0 < target <= 1:
        raise InputError(f"{target} is no recall", field="target", expected="more than 0, at most 1")
    if not 0 < confidence < 1:
        raise InputError(f"{confidence} is no confidence", field="confidence", expected="between 0 and 1")
