"""A hazard ratio that a network can take: agreed, on the log scale, in one direction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEffect:
    """One agreed effect of one study for one outcome and one review population.

    `log_hr` is ln(HR) of treatment versus comparator: below 0 favours the treatment when small values
    are desirable. `se` is its standard error; `se_min` and `se_max` are what rounding of the printed
    numbers allows. `method` is the id of `extraction.hr` (A to H). `treatment` and `comparator` are node
    ids of the protocol. `printed` keeps the agreed form as typed; `inverted` says that the printed HR was
    comparator versus treatment. `events` and `patients` are per arm in the order (treatment, comparator).
    """

    study: str
    outcome: str
    population: str
    treatment: str
    comparator: str
    log_hr: float
    se: float
    se_min: float
    se_max: float
    method: str
    inverted: bool
    printed: dict[str, str]
    extractors: tuple[str, ...]
    events: tuple[int | None, int | None] = (None, None)
    patients: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An agreed effect that is in no network file, and why; or a population without any."""

    study: str
    outcome: str
    population: str
    reason: str
