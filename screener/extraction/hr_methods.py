"""The methods B, C, D, E and G: each turns printed numbers into ln(HR) and SE, or says why it cannot.

hr-math section 1; B to E after Parmar 1998 and Tierney 2007. A method that does not apply leaves the
draft alone; one that applies but must not be used leaves a refusal with its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from screener.extraction import checks
from screener.extraction.checks import Check, Estimate, Status, Value
from screener.extraction.hr_input import HrNumbers
from screener.extraction.printed import level_z
from screener.extraction.pvalue import PValue
from screener.model.errors import InputError

ASSUMED_LEVEL = 95.0
# How far rounding may move the SE of method D, as largest over smallest.
WIDE = 1.25  # HR and p together: a warning
TOO_WIDE = 2.0  # HR and p together: refused
NEAR_ONE = 0.05  # closer than this to ln(HR) = 0, WIDE by the HR alone is refused


@dataclass(slots=True)
class Draft:
    """What the methods have found so far, in canonical direction."""

    estimate: Estimate | None = None
    log_hr: float | None = None
    method: str | None = None
    level: float | None = None
    checks: list[Check] = field(default_factory=list)
    refusals: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def from_ci(read: HrNumbers, draft: Draft) -> None:
    """B: b = ln HR, C: b = (ln L + ln U)/2; se = (ln U - ln L)/(2 Z), its range from the rounding."""
    low, high = read.low, read.high
    if low is None or high is None:
        return
    level = read.level
    if level is None:
        level = ASSUMED_LEVEL
        draft.notes.append("the confidence level is not stated: 95 is assumed")
        message = "the paper does not state the level of the interval: 95 is assumed"
        draft.checks.append(Check("level not stated", Status.WARN, message, {"assumed": level}))
    draft.level = level
    draft.checks.append(checks.order(read.hr, low, high, read.swapped))
    if read.hr is not None and draft.checks[-1].status is not Status.FAIL:
        draft.checks.append(checks.log_symmetry(read.hr, low, high))
    z2 = 2 * level_z(level)
    se = (math.log(high.value) - math.log(low.value)) / z2
    se_min = max(0.0, (math.log(high.low) - math.log(low.high)) / z2)
    se_max = (math.log(high.high) - math.log(low.low)) / z2
    if read.hr is not None:
        b, b_low, b_high = (math.log(x) for x in (read.hr.value, read.hr.low, read.hr.high))
        draft.method = "B"
    else:
        b_low = (math.log(low.low) + math.log(high.low)) / 2
        b_high = (math.log(low.high) + math.log(high.high)) / 2
        b = (math.log(low.value) + math.log(high.value)) / 2
        draft.method = "C"
    draft.log_hr = read.sign * b
    if se <= 0:
        draft.method = None
        message = f"both limits are {low.text}: the interval has no width"
        values: dict[str, Value] = {"ci_low": low.value, "ci_high": high.value}
        draft.refusals.append(Check("interval width", Status.FAIL, message, values))
        return
    draft.estimate = _estimate(read.sign, (b, b_low, b_high), (se, se_min, se_max))


def from_p(read: HrNumbers, draft: Draft) -> None:
    """D: se = |b|/z of an exact p. Refused for a bound and near HR = 1."""
    if read.hr is None or read.p is None or read.low is not None:
        return
    p, hr = read.p, read.hr
    side = p.sided or "two"
    b, b_low, b_high = (math.log(x) for x in (hr.value, hr.low, hr.high))
    z, (z_low, z_high) = abs(p.z(side)), _abs_range(p.z_range(side))
    refuse: str | None = None
    values: dict[str, Value] = {"hr": hr.value, "p": p.printed.value, "p_operator": p.operator}
    if not p.exact:
        bound = "at most" if p.operator == "<" else "at least"
        values["se_bound"] = abs(b) / z if z > 0 else None
        refuse = f"{p} is a bound, not a value: it only says that se is {bound} {abs(b) / z if z else 0:.4f}"
    elif b_low <= 0 <= b_high or z_low <= 0:
        values |= {"log_hr_min": b_low, "log_hr_max": b_high, "z_min": z_low, "z_max": z_high}
        spans = f"HR {hr.low:.4g} to {hr.high:.4g}, z {z_low:.3g} to {z_high:.3g}"
        refuse = f"HR {hr.text} with {p} allows almost any se: rounding spans {spans}"
    else:
        near, far = sorted((abs(b_low), abs(b_high)))
        se, se_min, se_max = abs(b) / z, near / z_high, far / z_low
        se_hr = (near / z, far / z)
        values |= {"se": se, "se_min": se_min, "se_max": se_max}
        if abs(b) < NEAR_ONE and far / near > WIDE:
            refuse = (
                f"HR {hr.text} is too near 1: {hr.low:.4g} to {hr.high:.4g} alone moves se {se:.4f} "
                f"from {se_hr[0]:.4f} to {se_hr[1]:.4f}"
            )
        elif se_max / se_min > TOO_WIDE:
            refuse = f"rounding of HR and p moves se {se:.4f} from {se_min:.4f} to {se_max:.4f}"
        elif se_max / se_min > WIDE:
            message = f"rounding of HR and p leaves se {se:.4f} between {se_min:.4f} and {se_max:.4f}"
            draft.checks.append(Check("method D", Status.WARN, message, dict(values)))
    if refuse:
        draft.refusals.append(Check("method D", Status.FAIL, refuse, values))
        return
    draft.method, draft.log_hr = "D", read.sign * b
    draft.estimate = _estimate(read.sign, (b, b_low, b_high), (se, se_min, se_max))
    message = f"se {se:.4f} ({se_min:.4f} to {se_max:.4f}) comes from {p}, taken as {side}-sided"
    draft.checks.append(_sidedness(p, values, message, lambda s: abs(b) / abs(p.z(s)) if p.z(s) else None))
    if side == "one" and (read.sign * b < 0) != (p.z(side) > 0):
        message = f"{p} one-sided and HR {hr.text} point to different arms: is the direction right?"
        draft.checks.append(Check("direction", Status.WARN, message, {"log_hr": read.sign * b}))


def from_log_rank(read: HrNumbers, draft: Draft) -> None:
    """E: b = sign z/sqrt(V), se = 1/sqrt(V), from log-rank p, events and direction; no HR printed."""
    if read.hr is not None or read.low is not None or read.p is None or read.v is None:
        return
    p = read.p
    if not p.exact:
        message = f"{p} is a bound, not a value: method E needs an exact p"
        draft.refusals.append(Check("method E", Status.FAIL, message, {"p": p.printed.value}))
        return
    if p.printed.value >= 1:
        message = f"{p} says only that there is no difference: method E gives nothing from it"
        draft.refusals.append(Check("method E", Status.FAIL, message, {"p": p.printed.value}))
        return
    if read.favours is None:
        raise InputError(
            "p and events do not tell which arm does better",
            field="favours",
            expected="treatment or comparator",
        )
    side = p.sided or "two"
    root = math.sqrt(read.v)
    sign = -1 if read.favours == "treatment" else 1

    def log_hr(sided: str) -> float:
        return -p.z("one") / root if sided == "one" else sign * p.z("two") / root

    b, se = log_hr(side), 1 / root
    draft.method, draft.log_hr = "E", b
    draft.estimate = Estimate(b, b, b, se, se, se)
    message = f"ln(HR) {b:.4f} comes from {p} ({side}-sided) and V {read.v:.2f} of the events"
    values: dict[str, Value] = {"p": p.printed.value, "v": read.v, "o_minus_e": b * read.v}
    draft.checks.append(_sidedness(p, values, message, lambda s: math.exp(log_hr(s))))


def from_events(read: HrNumbers, draft: Draft) -> None:
    """G: printed HR with se = 1/sqrt(V) of the events; rough, and labelled so."""
    if read.hr is None or read.low is not None or read.v is None:
        return
    b, b_low, b_high = (math.log(x) for x in (read.hr.value, read.hr.low, read.hr.high))
    se = 1 / math.sqrt(read.v)
    draft.method, draft.log_hr = "G", read.sign * b
    draft.estimate = _estimate(read.sign, (b, b_low, b_high), (se, se, se))
    message = f"rough: se {se:.4f} comes from the number of events alone, not from the model of the HR"
    draft.checks.append(Check("method G", Status.WARN, message, {"v": read.v, "se": se}))


def _sidedness(
    p: PValue, values: dict[str, Value], message: str, by_side: Callable[[str], float | None]
) -> Check:
    if p.sided:
        return Check("sidedness", Status.PASS, message, values)
    one, two = by_side("one"), by_side("two")
    shown = values | {"if_one_sided": one, "if_two_sided": two}
    message += f"; the paper does not say so (one-sided gives {one:.4f})" if one is not None else ""
    return Check("sidedness not stated", Status.WARN, message, shown)


def _estimate(sign: int, b: tuple[float, float, float], se: tuple[float, float, float]) -> Estimate:
    """In canonical direction; `b` and `se` are (point, from, to) as printed."""
    low, high = sorted((sign * b[1], sign * b[2]))
    return Estimate(sign * b[0], low, high, *se)


def _abs_range(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    if low < 0 < high:
        return 0.0, max(-low, high)
    return min(abs(low), abs(high)), max(abs(low), abs(high))
