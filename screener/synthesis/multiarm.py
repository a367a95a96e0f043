"""One study's contrasts as engines want them: versus one baseline arm, with the covariance it brings.

In a study of three or more arms the contrasts with the baseline share its sampling error. Their covariance
is the variance of the baseline arm's log hazard (hr-math section 8; Franchini 2012, Woods 2010): from the
printed third contrast, from the events, or assumed and labelled so. All values are on the log scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from screener.extraction.printed import read_number
from screener.model.effects import StudyEffect
from screener.model.errors import InputError

#: Contrasts that miss closing the triangle by more than this many SEs are not of one analysis.
INCONSISTENT = 0.5

PRINTED = "from the printed contrasts between the other arms"
ASSUMED = (
    "assumed: half of the smallest squared standard error (no events of the baseline arm, no third contrast)"
)


@dataclass(frozen=True, slots=True)
class Contrast:
    """ln(HR) of `treatment` versus `comparator`; the ids are nodes or mechanisms. `rounding` is how far
    ln(HR) may be off by the printed digits; `events` are those of (treatment, comparator)."""

    treatment: str
    comparator: str
    y: float
    se: float
    rounding: float = 0.0
    events: tuple[int | None, int | None] = (None, None)

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.treatment, self.comparator))

    def versus(self, baseline: str) -> float:
        """ln(HR) of the other arm versus `baseline`."""
        return self.y if self.comparator == baseline else -self.y


@dataclass(frozen=True, slots=True)
class StudyContrasts:
    """One study in one network.

    `arms`: ids, the baseline first. `contrasts`: (arm, ln HR versus the baseline, SE), one for each further
    arm in the order of `arms`. `baseline_se`: the SE of the baseline arm's own log hazard, the square root
    of the covariance between contrasts; None for two arms. `pairs`: (t1, t2, ln HR of t1 versus t2, SE) for
    every pair of arms, computed from unrounded values, so that they add up exactly. `covariance_source`
    says where the covariance comes from ("" for two arms); `notes` what a reader should know.
    """

    study: str
    arms: tuple[str, ...]
    contrasts: tuple[tuple[str, float, float], ...]
    baseline_se: float | None
    pairs: tuple[tuple[str, str, float, float], ...]
    covariance_source: str = ""
    notes: tuple[str, ...] = ()


class Unusable(Exception):
    """A multi-arm study that cannot be written as contrasts with one baseline; the message says why."""


def contrast_of(effect: StudyEffect, ids: Mapping[str, str]) -> Contrast:
    """An effect at the level of a network: `ids` maps its nodes. Raises InputError for an unusable number."""
    for value, name in ((effect.log_hr, "log_hr"), (effect.se, "se")):
        if not math.isfinite(value) or (name == "se" and value <= 0):
            raise InputError(
                f"{name} is {value}", entry=effect.study, field=name, expected="a finite number, se above 0"
            )
    treatment, comparator = ids[effect.treatment], ids[effect.comparator]
    return Contrast(treatment, comparator, effect.log_hr, effect.se, _rounding(effect), effect.events)


def combine(study: str, contrasts: Sequence[Contrast], preferred: Sequence[str] = ()) -> StudyContrasts:
    """Contrasts of one study, each pair of arms once and all connected, as one `StudyContrasts`.

    Two arms: the baseline is the comparator as recorded. More: the arm that has a contrast with every other
    arm; of several the one most often the comparator, then the first in `preferred`, then by name. Raises
    Unusable if there is no such arm, or if the contrasts contradict each other by more than rounding and
    half a standard error.
    """
    if len(contrasts) == 1:
        only = contrasts[0]
        row = (only.treatment, only.comparator, only.y, only.se)
        return StudyContrasts(study, (row[1], row[0]), ((row[0], only.y, only.se),), None, (row,))
    by_pair = {c.pair: c for c in contrasts}
    baseline = _baseline(contrasts, preferred)
    others = sorted({arm for c in contrasts for arm in c.pair} - {baseline})
    direct = {arm: by_pair[frozenset((arm, baseline))] for arm in others}
    y = {arm: direct[arm].versus(baseline) for arm in others}
    se = {arm: direct[arm].se for arm in others}
    thirds = [c for c in sorted(contrasts, key=lambda c: sorted(c.pair)) if baseline not in c.pair]
    notes = [note for c in thirds if (note := _closure(c, y, direct))]
    variance, source = _covariance(baseline, contrasts, se, thirds)
    if thirds and not source.startswith(PRINTED):
        notes.append("the printed third contrast gives no possible covariance")
    pairs = [(arm, baseline, y[arm], se[arm]) for arm in others]
    for a, b in combinations(others, 2):
        pairs.append((a, b, y[a] - y[b], math.sqrt(se[a] ** 2 + se[b] ** 2 - 2 * variance)))
    return StudyContrasts(
        study=study,
        arms=(baseline, *others),
        contrasts=tuple((arm, y[arm], se[arm]) for arm in others),
        baseline_se=math.sqrt(variance),
        pairs=tuple(pairs),
        covariance_source=source,
        notes=tuple(notes),
    )


def _baseline(contrasts: Sequence[Contrast], preferred: Sequence[str]) -> str:
    arms = sorted({arm for c in contrasts for arm in c.pair})
    shared = [arm for arm in arms if sum(arm in c.pair for c in contrasts) == len(arms) - 1]
    if not shared:
        raise Unusable(f"no arm has a contrast with every other arm ({', '.join(arms)}): no common baseline")
    place = {node: i for i, node in reversed(list(enumerate(preferred)))}
    return min(
        shared,
        key=lambda arm: (-sum(c.comparator == arm for c in contrasts), place.get(arm, len(place)), arm),
    )


def _covariance(
    baseline: str, contrasts: Sequence[Contrast], se: Mapping[str, float], thirds: Sequence[Contrast]
) -> tuple[float, str]:
    """The variance of the baseline arm and its source. It must lie between 0 and the smallest se^2: then,
    and only then, the covariance matrix is positive definite for any number of arms."""
    smallest = min(se.values()) ** 2
    from_thirds = []
    for third in thirds:
        a, b = sorted(third.pair)
        from_thirds.append((se[a] ** 2 + se[b] ** 2 - third.se**2) / 2)
    if from_thirds:
        mean = math.fsum(from_thirds) / len(from_thirds)
        if 0 < mean < smallest:
            exact = "exact" if len(se) == 2 else f"mean over {len(from_thirds)}"
            return mean, f"{PRINTED} ({exact})"
    counts = {
        n
        for c in contrasts
        for arm, n in zip((c.treatment, c.comparator), c.events, strict=True)
        if arm == baseline and n
    }
    if len(counts) == 1:
        events = counts.pop()
        if 1 / events < smallest:
            return 1 / events, f"from the events of the baseline arm (1/{events})"
    return smallest / 2, ASSUMED


def _closure(third: Contrast, y: Mapping[str, float], direct: Mapping[str, Contrast]) -> str | None:
    """b_23 = b_13 - b_12 within rounding; a note if it is a little off. Raises Unusable if far off."""
    a, b = third.treatment, third.comparator
    implied = y[a] - y[b]
    gap = abs(third.y - implied)
    allowed = third.rounding + direct[a].rounding + direct[b].rounding + 1e-9
    if gap <= allowed:
        return None
    text = f"ln(HR) of {a} versus {b} is {third.y:.4f}, the contrasts with the baseline give {implied:.4f}"
    if gap > max(allowed, INCONSISTENT * third.se):
        raise Unusable(f"the contrasts do not add up: {text}")
    return f"{text}: the latter is used"


def _rounding(effect: StudyEffect) -> float:
    """Half the last printed digit of the HR on the log scale; 0 when no HR was printed."""
    text = effect.printed.get("hr", "")
    if not text.strip():
        return 0.0
    try:
        hr = read_number(text, "hr")
    except InputError:
        return 0.0
    return math.log(hr.high / hr.low) / 2
