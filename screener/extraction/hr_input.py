"""A printed hazard ratio as text, and the same as numbers: what is unusable is refused here, by field."""

from __future__ import annotations

import math
from dataclasses import dataclass

from screener.extraction.printed import Printed, given, read_count, read_level, read_number
from screener.extraction.pvalue import PValue, read_p, read_sided
from screener.model.errors import InputError

ARMS = ("treatment", "comparator")


@dataclass(frozen=True, slots=True, kw_only=True)
class HrInput:
    """One printed result, as text (HR scale). None: not printed.

    `level` is the percent of the interval; `events_t`, `events_c`, `n_t` and `n_c` belong to treatment
    and comparator whatever the printed direction; `events` is the total when the arms are not known.
    `favours` is the arm that the paper says does better ("treatment" or "comparator"; fewer events is
    better). `invert`: the printed HR and interval are comparator versus treatment.
    """

    hr: str | None = None
    ci_low: str | None = None
    ci_high: str | None = None
    level: str | None = None
    p: str | None = None
    p_operator: str | None = None
    p_sided: str | None = None
    events: str | None = None
    events_t: str | None = None
    events_c: str | None = None
    n_t: str | None = None
    n_c: str | None = None
    favours: str | None = None
    invert: bool = False


@dataclass(frozen=True, slots=True)
class HrNumbers:
    """The input as numbers, in printed direction; limits in order."""

    hr: Printed | None
    low: Printed | None
    high: Printed | None
    swapped: bool
    level: float | None
    p: PValue | None
    v: float | None
    v_note: str | None
    favours: str | None
    sign: int  # -1 when the printed direction is comparator versus treatment


def variance_v(
    *,
    events_t: int | None = None,
    events_c: int | None = None,
    events: int | None = None,
    n_t: int | None = None,
    n_c: int | None = None,
) -> float:
    """V of the log-rank statistic, 1/se^2 (hr-math section 2; Parmar 1998, Tierney 2007).

    d_t d_c/(d_t + d_c) from events per arm; d n_t n_c/(n_t + n_c)^2 from the total and the patients; d/4
    from the total alone, assuming 1:1 allocation. Raises InputError when there are no events.
    """
    if events_t is not None and events_c is not None:
        if min(events_t, events_c) < 1:
            raise InputError("an arm without events", field="events_t", expected="1 event or more per arm")
        return events_t * events_c / (events_t + events_c)
    if events is None or events < 1:
        raise InputError("no events", field="events", expected="1 event or more")
    if n_t and n_c:
        return events * n_t * n_c / (n_t + n_c) ** 2
    return events / 4


def read_input(printed: HrInput) -> HrNumbers:
    """The numbers of an input. Raises InputError naming the field and what was expected."""

    def number(name: str) -> Printed | None:
        text = getattr(printed, name)
        return read_number(text, name) if given(text) else None

    hr, low, high = number("hr"), number("ci_low"), number("ci_high")
    for here, other, name in ((low, high, "ci_low"), (high, low, "ci_high")):
        if here is None and other is not None:
            raise InputError("half an interval is printed", field=name, expected="both limits or none")
    swapped = low is not None and high is not None and low.value > high.value
    if swapped:
        low, high = high, low
    text = printed.p
    p = read_p(text, printed.p_operator, printed.p_sided) if text is not None and given(text) else None
    if p is None:
        read_sided(printed.p_sided)
    level = read_level(printed.level) if printed.level is not None and given(printed.level) else None
    favours = _read_favours(printed.favours)
    v, v_note = _read_v(printed)
    if hr is None and low is None and (p is None or v is None):
        raise InputError(
            "nothing to compute a hazard ratio from",
            field="hr",
            expected="hr, or both ci_low and ci_high, or p with events and favours",
        )
    return HrNumbers(hr, low, high, swapped, level, p, v, v_note, favours, -1 if printed.invert else 1)


def _read_favours(text: str | None) -> str | None:
    if text is None or not given(text):
        return None
    clean = text.strip().casefold()
    if clean not in ARMS:
        raise InputError(f"{text.strip()!r} is no arm", field="favours", expected="treatment or comparator")
    return clean


def _read_v(printed: HrInput) -> tuple[float | None, str | None]:
    """V of the events, and a note when it rests on an assumption."""
    counts: dict[str, int] = {}
    for name in ("events", "events_t", "events_c", "n_t", "n_c"):
        text = getattr(printed, name)
        if given(text):
            counts[name] = read_count(text, name)
    for one, other in (("events_t", "events_c"), ("n_t", "n_c")):
        for name, pair in ((one, other), (other, one)):
            if pair in counts and name not in counts:
                raise InputError(f"{pair} is given alone", field=name, expected=f"a count, as for {pair}")
            if name in counts and counts[name] < 1:
                raise InputError(f"{name} is 0", field=name, expected="1 or more")
    for arm in ("t", "c"):
        if counts.get(f"events_{arm}", 0) > counts.get(f"n_{arm}", math.inf):
            raise InputError("more events than patients", field=f"events_{arm}", expected=f"up to n_{arm}")
    if "events_t" in counts:
        total = counts["events_t"] + counts["events_c"]
        if counts.get("events", total) != total:
            raise InputError(f"the arms add up to {total}", field="events", expected=f"{total} or nothing")
        return variance_v(events_t=counts["events_t"], events_c=counts["events_c"]), None
    if "events" not in counts:
        return None, None
    if "n_t" in counts:
        if counts["events"] > counts["n_t"] + counts["n_c"]:
            raise InputError("more events than patients", field="events", expected="up to n_t + n_c")
        return variance_v(events=counts["events"], n_t=counts["n_t"], n_c=counts["n_c"]), None
    note = "V is a quarter of the events: 1:1 allocation is assumed"
    return variance_v(events=counts["events"]), note
