"""From agreed forms of one study to effects that a network can take, or the reason why not.

Nothing is guessed: what cannot be resolved through the protocol's dictionaries, or does not pass its
checks, is left out with a reason that says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from screener.extraction import checks
from screener.extraction.checks import Check, Status
from screener.extraction.forms import COMPARATOR_FIRST, DIRECTIONS, fold, outcome_of, read_median
from screener.extraction.hr import HrInput, HrResult, derive
from screener.extraction.printed import given, read_count
from screener.extraction.selection import Row, select
from screener.model.effects import LeftOut, StudyEffect
from screener.model.errors import InputError
from screener.model.extraction import Form, Item
from screener.model.protocol import Outcome, Protocol

#: Methods good enough for a network; G (events alone) is not.
USABLE = frozenset("ABCDE")

_RESOLVED = re.compile(r"\bresolved\b")
_UNRESOLVED = re.compile(r"\b(?:not|never|to be|until|un)\b[\w ]{0,12}\bresolved\b")
_WHOLE_TRIAL = re.compile(r"^(?:all\b|itt\b|intention[- ]to[- ]treat|full analysis)")


@dataclass(frozen=True, slots=True)
class Study:
    """The agreed forms of one study, by kind; arms by folded name."""

    name: str
    facts: Mapping[str, str]
    arms: Mapping[str, Mapping[str, str]]
    effects: tuple[Item, ...]

    def is_whole(self, printed: str) -> bool:
        """Whether a printed population is all patients of the arms: only then do their counts apply."""
        wanted = fold(printed)
        stated = fold(self.facts.get("population", ""))
        if wanted == stated or _WHOLE_TRIAL.match(wanted):
            return True
        return not stated and len({fold(e.values.get("population", "")) for e in self.effects}) == 1


def gather(study: str, items: Iterable[Item]) -> Study:
    """Sort the agreed items of one study; items of other studies are ignored."""
    mine = [item for item in items if item.study == study]
    return Study(
        name=study,
        facts=next((i.values for i in mine if i.form is Form.STUDY), {}),
        arms={fold(i.values.get("name", i.key)): i.values for i in mine if i.form is Form.ARM},
        effects=tuple(sorted((i for i in mine if i.form is Form.EFFECT), key=lambda i: fold(i.key))),
    )


def study_effects(
    study: str, items: Iterable[Item], protocol: Protocol, *, extractors: tuple[str, ...] = ()
) -> tuple[list[StudyEffect], list[LeftOut]]:
    """Turn the agreed items of one study into effects, one for each outcome, population and contrast.

    Of several rows for one of these the selection rule (`screener.extraction.selection`) takes one before
    its checks are looked at, so that a row that waits for a decision is not silently replaced by a lesser
    one; a row without interval and usable p does not compete. `extractors` are the people who agreed.
    """
    forms = gather(study, items)
    left_out: list[LeftOut] = []
    rows: list[Row] = []
    for item in forms.effects:
        row = _row(item, forms, protocol)
        if isinstance(row, LeftOut):
            left_out.append(row)
        else:
            rows.append(row)
    chosen, passed_over = select(rows)
    left_out += passed_over
    effects: list[StudyEffect] = []
    for row in chosen:
        made = _effect(row, forms, protocol, extractors)
        if isinstance(made, LeftOut):
            left_out.append(made)
        else:
            effects.append(made)
    return effects, left_out


def derive_effect(item: Item, study: Study, protocol: Protocol) -> HrResult:
    """`derive` of an agreed effect form with all checks the study's arms allow, medians included.

    A direction conflict between HR and medians fails, unless a person has decided: the form's note says
    "resolved", or its `direction` is filled in; then it warns. Raises InputError as `derive` does, naming
    the form's field.
    """
    values = item.values
    counts = _counts(item, study, outcome_of(protocol, values.get("outcome", "")))
    direction = values.get("direction", "").strip()
    if direction and direction not in DIRECTIONS:
        raise InputError(
            f"{direction!r} is no direction", field="direction", expected=" or ".join(DIRECTIONS)
        )
    try:
        result = derive(
            HrInput(
                hr=values.get("hr"),
                ci_low=values.get("ci_low"),
                ci_high=values.get("ci_high"),
                level=values.get("ci_level"),
                p=values.get("p_value"),
                p_operator=values.get("p_operator"),
                p_sided=values.get("p_sided"),
                events_t=counts.get("events_t"),
                events_c=counts.get("events_c"),
                n_t=counts.get("n_t"),
                n_c=counts.get("n_c"),
                invert=direction == COMPARATOR_FIRST,
            )
        )
    except InputError as error:
        named = {"level": "ci_level", "p": "p_value"}.get(error.field or "", error.field)
        raise InputError(error.message, field=named, expected=error.expected) from error
    times = [read_median(counts[k], k) for k in ("median_t", "median_c") if k in counts]
    if result.log_hr is None or result.se is None or len(times) < 2 or times[0] is None or times[1] is None:
        return result
    found = checks.medians(result.log_hr, result.se, times[0], times[1])
    decided = bool(direction) or note_resolves(values.get("note", ""))
    return replace(result, checks=(*result.checks, *(_decide(c, decided) for c in found)))


def duplicate_effects(study: Study) -> list[Check]:
    """Warnings for a HR and interval that stand at two different comparisons of one study."""

    def numbers(e: Item) -> tuple[str, str, str, str]:
        return e.key, e.values.get("hr", ""), e.values.get("ci_low", ""), e.values.get("ci_high", "")

    return checks.duplicates([numbers(e) for e in study.effects])


def note_resolves(note: str) -> bool:
    """Whether a note says that the direction conflict was resolved ("not resolved" does not)."""
    folded = fold(note)
    return bool(_RESOLVED.search(folded)) and not _UNRESOLVED.search(folded)


def _decide(check: Check, decided: bool) -> Check:
    if check.status is not Status.FAIL:
        return check
    if decided:
        message = f"{check.message}; the direction was decided by the extractors"
        return replace(check, status=Status.WARN, message=message)
    hint = "state the direction, or say in the note how it was resolved"
    return replace(check, message=f"{check.message}: {hint}")


def _row(item: Item, study: Study, protocol: Protocol) -> Row | LeftOut:
    """Resolve outcome, population and arms; and see whether there are numbers at all."""
    values = item.values
    outcome_text, printed = values.get("outcome", "").strip(), values.get("population", "").strip()

    def out(reason: str, outcome: str = outcome_text, population: str = printed) -> LeftOut:
        return LeftOut(study.name, outcome, population, reason)

    outcome = outcome_of(protocol, outcome_text)
    if outcome is None:
        return out(f"the outcome {outcome_text!r} is none of the protocol's")
    population = _population(printed, protocol)
    if isinstance(population, str):
        return out(population, outcome.id)
    nodes: list[str] = []
    for side in ("treatment", "comparator"):
        arm = values.get(side, "").strip()
        form = study.arms.get(fold(arm))
        if form is None:
            return out(f"the {side} arm {arm!r} has no arm form", outcome.id, population[0])
        regimen = form.get("regimen", "").strip()
        node = protocol.node_of(regimen)
        if node is None:
            reason = f"the regimen {regimen!r} of arm {arm!r} is not in the protocol's dictionary"
            return out(reason, outcome.id, population[0])
        nodes.append(node.id)
    if nodes[0] == nodes[1]:
        reason = f"both arms are {nodes[0]}: a comparison within one treatment (dose comparison)"
        return out(reason, outcome.id, population[0])
    origin = fold(values.get("time_origin", ""))
    if origin and not re.fullmatch(r"(?:from |time from )?randomi[sz]ation", origin):
        reason = f"another time origin ({values['time_origin'].strip()}): not the protocol's outcome"
        return out(reason, outcome.id, population[0])
    lacking = _lacking(item, study, protocol)
    if lacking:
        return out(lacking, outcome.id, population[0])
    return Row(item, outcome.id, population[0], nodes[0], nodes[1], study.is_whole(printed))


def _population(printed: str, protocol: Protocol) -> tuple[str] | str:
    """(review population,), or the reason why there is none."""
    rule = protocol.population_of(printed)
    if rule is not None:
        if rule.population is None:
            return f"the population {printed!r} is none of the review's: {rule.reason}"
        return (rule.population,)
    own = next((p.id for p in protocol.populations if fold(printed) in (fold(p.id), fold(p.label))), None)
    return (own,) if own else f"the population {printed!r} is not in the protocol's dictionary"


def _lacking(item: Item, study: Study, protocol: Protocol) -> str | None:
    """Why a row has no standard error at all, or None."""
    values = item.values
    try:
        result = derive_effect(item, study, protocol)
    except InputError as error:
        return str(error)
    hr = f"HR {values.get('hr', '').strip()}"
    if result.method == "G":
        return (
            f"{hr} has no CI and no usable p: a standard error from the events alone (method G) is too rough"
        )
    if result.se is None and not given(values.get("ci_low")):
        return f"{hr} has no CI and no usable p: {'; '.join(c.message for c in result.failed)}"
    return None


def _effect(row: Row, study: Study, protocol: Protocol, extractors: tuple[str, ...]) -> StudyEffect | LeftOut:
    values = row.item.values
    result = derive_effect(row.item, study, protocol)
    if result.blocked or result.method not in USABLE:
        reasons = "; ".join(f"{c.name}: {c.message}" for c in result.failed)
        return LeftOut(study.name, row.outcome, row.population, f"a check failed: {reasons}")
    assert result.log_hr is not None  # not blocked: there is a SE, and so an estimate
    assert result.se is not None
    assert result.se_min is not None
    assert result.se_max is not None
    assert result.method is not None
    counts = _counts(row.item, study, outcome_of(protocol, row.outcome))
    whole = {name: read_count(text, name) for name, text in counts.items() if name[:6] != "median"}
    return StudyEffect(
        study=study.name,
        outcome=row.outcome,
        population=row.population,
        treatment=row.treatment,
        comparator=row.comparator,
        log_hr=result.log_hr,
        se=result.se,
        se_min=result.se_min,
        se_max=result.se_max,
        method=result.method,
        inverted=result.inverted,
        printed=dict(values),
        extractors=extractors,
        events=(whole.get("events_t"), whole.get("events_c")),
        patients=(whole.get("n_t"), whole.get("n_c")),
    )


def _counts(item: Item, study: Study, outcome: Outcome | None) -> dict[str, str]:
    """Events, patients and medians of both arms as text, where both have them and they apply."""
    if not study.is_whole(item.values.get("population", "")) or outcome is None:
        return {}
    suffix = fold(outcome.id)
    sides = [study.arms.get(fold(item.values.get(s, "")), {}) for s in ("treatment", "comparator")]
    found: dict[str, str] = {}
    for name, field in (("events", f"events_{suffix}"), ("n", "n"), ("median", f"median_{suffix}")):
        texts = [arm.get(field, "") for arm in sides]
        if all(given(t) for t in texts):
            found |= {f"{name}_t": texts[0], f"{name}_c": texts[1]}
    return found
