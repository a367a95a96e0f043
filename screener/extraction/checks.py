"""Consistency checks of a hazard ratio, each with its numbers (hr-math section 6).

Every check gives pass, warn or fail. A fail blocks the row until a person decides; a warn is shown with
it. Thresholds that the sources leave open are the constants below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from screener.extraction.printed import Printed, level_z
from screener.extraction.pvalue import PValue, p_of_z

#: A log-rank p and the Cox interval of one trial differ a little; up to this distance in z it is a warning.
Z_TOLERANCE = 0.5
EVENTS_RATIO = (0.8, 1.3)
HR_RANGE = (0.05, 20.0)
SE_RANGE = (0.02, 1.5)
MEDIAN_FACTOR = 2.0
_TINY = 1e-9


class Status(StrEnum):
    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: a message for the reviewer and the numbers behind it."""

    name: str
    status: Status
    message: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """The contract's form; a number that is not finite becomes null."""
        values = {k: _finite(v) for k, v in self.values.items()}
        return {
            "name": self.name,
            "status": self.status.value,
            "message": self.message,
            "values": values,
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """ln(HR) of treatment versus comparator and its SE, each with what rounding allows."""

    log_hr: float
    log_min: float
    log_max: float
    se: float
    se_min: float
    se_max: float

    def z_range(self, sided: str) -> tuple[float, float]:
        """Two-sided: the range of |ln HR|/se. One-sided: of -ln HR/se, above 0 when treatment is better."""
        ses = (max(self.se_min, 1e-12), self.se_max)
        signed = [-b / se for b in (self.log_min, self.log_max) for se in ses]
        low, high = min(signed), max(signed)
        if sided == "one":
            return low, high
        if low <= 0 <= high:
            return 0.0, max(-low, high)
        return min(abs(low), abs(high)), max(abs(low), abs(high))


def order(hr: Printed | None, low: Printed, high: Printed, swapped: bool) -> Check:
    """0 < L <= HR <= U; swapped limits warn, a HR outside its own interval fails (HR scale, as printed)."""
    values: dict[str, Value] = {"hr": hr.value if hr else None, "ci_low": low.value, "ci_high": high.value}
    if hr is not None and not low.value <= hr.value <= high.value:
        message = f"HR {hr.text} lies outside its interval {low.text} to {high.text}"
        return Check("order", Status.FAIL, message, values)
    if swapped:
        message = f"the limits were given as {high.text} to {low.text}: read as {low.text} to {high.text}"
        return Check("order", Status.WARN, message, values)
    return Check("order", Status.PASS, "the limits enclose the HR", values)


def log_symmetry(hr: Printed, low: Printed, high: Printed) -> Check:
    """The geometric middle of the limits must be the HR, as far as rounding of all three can tell."""
    middle_min = (math.log(low.low) + math.log(high.low)) / 2
    middle_max = (math.log(low.high) + math.log(high.high)) / 2
    fits = middle_min <= math.log(hr.high) + _TINY and math.log(hr.low) <= middle_max + _TINY
    values: dict[str, Value] = {
        "hr": hr.value,
        "middle": math.exp((math.log(low.value) + math.log(high.value)) / 2),
        "middle_min": math.exp(middle_min),
        "middle_max": math.exp(middle_max),
    }
    span = f"{math.exp(middle_min):.3f} to {math.exp(middle_max):.3f}"
    if fits:
        return Check("log symmetry", Status.PASS, f"the interval is centred on {span}", values)
    message = (
        f"on the log scale the interval is centred on {span}, not on HR {hr.text}: misprint or no Wald CI"
    )
    return Check("log symmetry", Status.FAIL, message, values)


def p_against_ci(estimate: Estimate, p: PValue) -> tuple[Check, str | None]:
    """The printed p against z = ln HR / se. Also gives the sidedness that fits ("one", "two", None: neither).

    If the paper does not say one-sided or two-sided, both are tried and the one that agrees is kept.
    """
    gaps = {side: _gap(p.z_range(side), estimate.z_range(side)) for side in ("two", "one")}
    low, high = estimate.z_range("one")
    other_tail = _gap(p.z_range("one"), (-high, -low))
    side = p.sided or min(gaps, key=lambda s: gaps[s])
    implied = sorted(p_of_z(z, side) for z in estimate.z_range(side))
    z = -estimate.log_hr / estimate.se
    values: dict[str, Value] = {
        "p": p.printed.value,
        "p_operator": p.operator,
        "p_sided": p.sided,
        "p_sided_used": side,
        "implied_p_two_sided": p_of_z(z, "two"),
        "implied_p_one_sided": p_of_z(z, "one"),
        "implied_p_min": implied[0],
        "implied_p_max": implied[1],
        "z_gap": gaps[side],
    }
    name = "p against CI"
    says = f"the interval implies a {side}-sided p of {implied[0]:.2g} to {implied[1]:.2g}, {p} is printed"
    if gaps[side] <= _TINY:
        if p.sided:
            return Check(name, Status.PASS, says, values), side
        both = max(gaps.values()) <= _TINY
        how = "either sidedness agrees" if both else f"not stated: inferred to be {side}-sided"
        return Check(name, Status.PASS, f"{says}; {how}", values), "two" if both else side
    if side == "one" and other_tail <= _TINY:
        message = f"{p} one-sided agrees only if it was tested for a HR above 1: is the direction right?"
        return Check(name, Status.WARN, message, values), None
    other = "one" if side == "two" else "two"
    if gaps[other] <= _TINY:
        message = f"{says}; it agrees if the p is {other}-sided"
        return Check(name, Status.WARN, message, values), None
    if gaps[side] <= Z_TOLERANCE:
        message = f"{says}; a log-rank p and a Cox interval may differ this much"
        return Check(name, Status.WARN, message, values), None
    message = f"{says}: another test (non-inferiority, interaction), another level, or a misprint"
    return Check(name, Status.FAIL, message, values), None


def significance(
    low: Printed, high: Printed, level: float, p: PValue, sided: str, p_check: Status
) -> Check | None:
    """Two-sided p < 1 - c/100 exactly when the c% interval excludes 1; None if rounding hides it."""
    alpha = 1 - level / 100
    excluded = high.high < 1 or low.low > 1
    if not excluded and not low.high < 1 < high.low:
        return None
    p_low, p_high = p.two_sided_range(sided)
    # A bound p < x at x = alpha is significant; an exact p needs its whole rounding range below alpha.
    if p_high < alpha or (p.operator == "<" and p_high <= alpha + _TINY):
        significant = True
    elif p_low >= alpha - _TINY:
        significant = False
    else:
        return None
    values: dict[str, Value] = {
        "alpha": alpha,
        "ci_excludes_1": str(excluded).lower(),
        "p_two_sided_min": p_low,
        "p_two_sided_max": p_high,
    }
    if significant == excluded:
        return Check("significance", Status.PASS, "p and interval agree on significance", values)
    verdict = "excludes" if excluded else "includes"
    message = f"the {level:g}% interval {verdict} 1 but {p} ({sided}-sided) says otherwise"
    status = Status.FAIL if p_check is Status.FAIL else Status.WARN
    if status is Status.WARN:
        message += ": a stratified log-rank p may differ from the interval of the model"
    return Check("significance", status, message, values)


def se_against_events(se: float, v: float, level: float | None) -> Check:
    """The SE against 1/sqrt(V) of the events (sqrt(1/d_t + 1/d_c) when both arms are known)."""
    expected = 1 / math.sqrt(v)
    ratio = se / expected
    values: dict[str, Value] = {"se": se, "expected": expected, "ratio": ratio}
    if EVENTS_RATIO[0] <= ratio <= EVENTS_RATIO[1]:
        message = f"se {se:.4f} fits the events ({expected:.4f})"
        return Check("se against events", Status.PASS, message, values)
    message = f"se {se:.4f} is {ratio:.2f} times what the events give ({expected:.4f})"
    message += ": a subgroup, another data cut or another confidence level?"
    if level is not None:
        z = level_z(level) * ratio
        values["level_that_fits"] = 100 * (1 - p_of_z(z, "two"))
    return Check("se against events", Status.WARN, message, values)


def plausible_range(log_hr: float, se: float) -> Check:
    """HR outside 0.05-20 or se outside 0.02-1.5 warns."""
    values: dict[str, Value] = {"log_hr": log_hr, "se": se}
    odd = []
    if not math.log(HR_RANGE[0]) <= log_hr <= math.log(HR_RANGE[1]):
        odd.append(f"ln(HR) {log_hr:.2f} is outside HR {HR_RANGE[0]:g} to {HR_RANGE[1]:g}")
    if not SE_RANGE[0] <= se <= SE_RANGE[1]:
        odd.append(f"se {se:.3g} is outside {SE_RANGE[0]:g} to {SE_RANGE[1]:g}")
    if odd:
        return Check("range", Status.WARN, "; ".join(odd), values)
    return Check("range", Status.PASS, "HR and se are in the usual range", values)


def direction(log_hr: float, se: float, favours: str) -> Check:
    """The arm said to do better against the sign of ln(HR), below 0 favouring the treatment (section 5)."""
    values: dict[str, Value] = {"log_hr": log_hr, "se": se, "favours": favours}
    if log_hr == 0 or (log_hr < 0) == (favours == "treatment"):
        return Check("direction", Status.PASS, f"the HR favours the {favours}", values)
    message = f"the paper favours the {favours}, the HR (treatment/comparator) favours the other arm"
    if abs(log_hr) <= se:
        return Check("direction", Status.WARN, f"{message}, within one standard error", values)
    return Check("direction", Status.FAIL, f"{message}: was it printed the other way round?", values)


def medians(log_hr: float, se: float, treatment: float, comparator: float) -> tuple[Check, Check]:
    """Median survival times (one unit for both) against the HR: their ratio, and which arm lives longer.

    The second check, "direction", fails when |ln HR| > se and the longer median belongs to the arm that
    the HR disfavours (hr-math section 5).
    """
    ratio = comparator / treatment
    factor = math.exp(log_hr) / ratio
    values: dict[str, Value] = {
        "median_treatment": treatment,
        "median_comparator": comparator,
        "ratio": ratio,
        "hr": math.exp(log_hr),
    }
    span = f"medians {treatment:g} v {comparator:g} (ratio {ratio:.2f}), HR {math.exp(log_hr):.2f}"
    if 1 / MEDIAN_FACTOR <= factor <= MEDIAN_FACTOR:
        size = Check("medians", Status.PASS, span, values)
    else:
        size = Check("medians", Status.WARN, f"{span}: more than a factor of 2 apart", values)
    with_se: dict[str, Value] = {**values, "log_hr": log_hr, "se": se}
    if (log_hr < 0) == (treatment > comparator) or treatment == comparator or log_hr == 0:
        return size, Check("direction", Status.PASS, f"HR and medians favour the same arm: {span}", with_se)
    if abs(log_hr) <= se:
        message = f"{span}: they favour different arms, within one standard error"
        return size, Check("direction", Status.WARN, message, with_se)
    message = f"{span}: the longer median is in the arm that the HR disfavours"
    return size, Check("direction", Status.FAIL, message, with_se)


def duplicates(effects: Sequence[tuple[str, str, str, str]]) -> list[Check]:
    """The same HR and limits printed for two comparisons of one report: (name, hr, ci_low, ci_high) each."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for name, *numbers in effects:
        if all(n.strip() for n in numbers):
            seen.setdefault((numbers[0].strip(), numbers[1].strip(), numbers[2].strip()), []).append(name)
    return [
        Check(
            "duplicates",
            Status.WARN,
            f"HR {hr} ({low}-{high}) is given for {' and for '.join(names)}",
            {"hr": hr, "ci_low": low, "ci_high": high},
        )
        for (hr, low, high), names in seen.items()
        if len(names) > 1
    ]


def _gap(a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far two intervals are apart; 0 when they overlap."""
    return max(0.0, a[0] - b[1], b[0] - a[1])


def _finite(value: Value) -> Value:
    return None if isinstance(value, float) and not math.isfinite(value) else value
