"""From what a paper prints to ln(HR) and its standard error, with every doubt on the table.

Methods (hr-math section 1): B HR and interval; C interval only; D HR and exact p; E p, events and
direction; G HR and events (rough). The result is always treatment versus comparator on the natural log
scale; `invert` says that the paper printed comparator versus treatment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from screener.extraction import checks
from screener.extraction.checks import Check, Status, Value
from screener.extraction.hr_input import HrInput, HrNumbers, read_input, variance_v
from screener.extraction.hr_methods import Draft, from_ci, from_events, from_log_rank, from_p

__all__ = ["Check", "HrInput", "HrResult", "derive", "invert", "o_minus_e", "variance_v"]

METHODS = (from_ci, from_p, from_log_rank, from_events)  # in order of preference


@dataclass(frozen=True, slots=True, kw_only=True)
class HrResult:
    """ln(HR) of treatment versus comparator, its SE, and what was checked.

    `log_hr`, `se`, `se_min` and `se_max` are on the log scale; `hr`, `ci_low` and `ci_high` are the
    printed numbers on the HR scale, turned round if `inverted`. `se` and `method` are None when nothing
    usable was printed; a failed check then says why. `level` is the one used (95 when assumed; then the
    check "level not stated" warns), None when no interval was used.
    """

    log_hr: float | None
    se: float | None
    se_min: float | None
    se_max: float | None
    method: str | None
    level: float | None
    inverted: bool
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    hr: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(c for c in self.checks if c.status is Status.FAIL)

    @property
    def blocked(self) -> bool:
        """No network may take the row: a check failed or there is no SE."""
        return self.se is None or bool(self.failed)

    def to_dict(self) -> dict[str, object]:
        """Exactly the keys of `hr --json` (contracts, section 7)."""
        return {
            "log_hr": self.log_hr,
            "se": self.se,
            "se_min": self.se_min,
            "se_max": self.se_max,
            "method": self.method,
            "level": self.level,
            "inverted": self.inverted,
            "checks": [c.to_dict() for c in self.checks],
        }


def invert(printed: HrInput) -> HrInput:
    """The same numbers read in the other direction. Twice is identity: printed text is never changed."""
    return replace(printed, invert=not printed.invert)


def o_minus_e(log_hr: float, se: float) -> tuple[float, float]:
    """(O-E, V) of an estimate: V = 1/se^2, O-E = ln(HR) V; below 0 favours treatment (section 2)."""
    v = 1 / se**2
    return log_hr * v, v


def derive(printed: HrInput) -> HrResult:
    """ln(HR) and SE by the best method that the printed numbers allow, with all checks they allow.

    Raises InputError naming the field when a value is unusable (not a number, not above 0, level not
    within 50 to 100, half an interval, nothing at all). Numbers that contradict each other are no error:
    a check fails and the result is `blocked`.
    """
    read = read_input(printed)
    draft = Draft()
    for method in METHODS:
        if draft.estimate is None:
            method(read, draft)
    if draft.log_hr is None and read.hr is not None:
        draft.log_hr = read.sign * math.log(read.hr.value)
    _collect_refusals(read, draft)
    _common_checks(read, draft)
    estimate = draft.estimate
    hr, ci_low, ci_high = _canonical(read)
    return HrResult(
        log_hr=None if draft.log_hr is None else draft.log_hr + 0.0,  # no -0.0
        se=estimate.se if estimate else None,
        se_min=estimate.se_min if estimate else None,
        se_max=estimate.se_max if estimate else None,
        method=draft.method,
        level=draft.level,
        inverted=printed.invert,
        checks=tuple(draft.checks),
        notes=tuple(draft.notes),
        hr=hr,
        ci_low=ci_low,
        ci_high=ci_high,
    )


def _collect_refusals(read: HrNumbers, draft: Draft) -> None:
    """Refused methods fail the result when nothing else worked, else they are only told."""
    if draft.estimate is not None:
        draft.checks += [replace(c, status=Status.WARN) for c in draft.refusals]
        return
    draft.checks += draft.refusals
    if not draft.refusals:
        message = "there is no interval, no exact p and no number of events: the HR has no standard error"
        values: dict[str, Value] = {"hr": read.hr.value if read.hr else None}
        draft.checks.append(Check("method", Status.FAIL, message, values))


def _common_checks(read: HrNumbers, draft: Draft) -> None:
    estimate = draft.estimate
    if estimate is None:
        return
    if read.low is not None and read.high is not None and read.p is not None and draft.level is not None:
        check, side = checks.p_against_ci(estimate, read.p)
        draft.checks.append(check)
        if side and read.p.sided is None:
            draft.notes.append(
                f"the sidedness of {read.p} is not stated: {side}-sided agrees with the interval"
            )
        decided = read.p.sided or side or "two"
        more = checks.significance(read.low, read.high, draft.level, read.p, decided, check.status)
        draft.checks += [more] if more else []
    if read.v is not None and draft.method in ("B", "C", "D"):
        draft.checks.append(checks.se_against_events(estimate.se, read.v, draft.level))
    if read.v is not None and read.v_note:
        draft.notes.append(read.v_note)
    if read.favours:
        draft.checks.append(checks.direction(estimate.log_hr, estimate.se, read.favours))
    draft.checks.append(checks.plausible_range(estimate.log_hr, estimate.se))


def _canonical(read: HrNumbers) -> tuple[float | None, float | None, float | None]:
    hr, low, high = (x.value if x else None for x in (read.hr, read.low, read.high))
    if read.sign > 0:
        return hr, low, high
    return (1 / hr if hr else None), (1 / high if high else None), (1 / low if low else None)
