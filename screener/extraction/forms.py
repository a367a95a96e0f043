"""The rules of the extraction forms: which field takes what. One form in, all its problems out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from screener.extraction.printed import given, read_count, read_level, read_number
from screener.extraction.pvalue import OPERATORS, read_p, read_sided
from screener.extraction.rob import read_domain, read_judgement
from screener.model.errors import InputError, Problem
from screener.model.extraction import FIELDS, Form, Item
from screener.model.protocol import Outcome, Protocol

#: Fields compared as numbers: 0.70 and 0.7 are the same reading.
NUMERIC = frozenset(
    {"n_randomised", "n", "events_os", "events_pfs", "median_os", "median_pfs", "hr", "ci_low"}
    | {"ci_high", "ci_level", "p_value"}
)
REQUIRED: dict[Form, tuple[str, ...]] = {
    Form.STUDY: ("name",),
    Form.ARM: ("name", "regimen"),
    Form.EFFECT: ("outcome", "population", "treatment", "comparator"),
    Form.ROB: ("domain", "judgement", "support"),
}
TREATMENT_FIRST = "treatment/comparator"
COMPARATOR_FIRST = "comparator/treatment"
DIRECTIONS = (TREATMENT_FIRST, COMPARATOR_FIRST)

_NOT_REACHED = frozenset({"nr", "not reached", "ne", "not estimable"})


def fold(text: str) -> str:
    """Text for comparison: blanks and case do not count."""
    return " ".join(text.casefold().split())


def outcome_of(protocol: Protocol, text: str) -> Outcome | None:
    """The protocol's outcome with this id or label, blanks and case aside."""
    wanted = fold(text)
    return next((o for o in protocol.outcomes if wanted in (fold(o.id), fold(o.label))), None)


def read_median(text: str, field: str) -> float | None:
    """A median time (its unit is the study's own); None for "not reached". Raises InputError."""
    if fold(text) in _NOT_REACHED:
        return None
    return read_number(text, field, "a time above 0, or 'not reached'").value


def check_form(
    form: Form,
    values: Mapping[str, str],
    protocol: Protocol,
    *,
    arms: Collection[str] | None = None,
    entry: str | None = None,
) -> list[Problem]:
    """Everything wrong with one form's values; an empty list if nothing is.

    `arms` are the names of the study's arm forms; None leaves that rule out (the arms are not known
    yet). `entry` names the form in the findings. An empty field counts as not filled in.
    """
    problems: list[Problem] = []

    def problem(message: str, field: str, expected: str | None = None) -> None:
        problems.append(Problem(message, entry=entry, field=field, expected=expected))

    for field in values:
        if field not in FIELDS[form]:
            problem(f"the {form} form has no such field", field, ", ".join(FIELDS[form]))
    filled = {f: t.strip() for f, t in values.items() if f in FIELDS[form] and given(t)}
    for field in REQUIRED[form]:
        if field not in filled:
            problem("not filled in", field, "a value")
    for field, text in filled.items():
        reader = _READERS.get(field)
        try:
            if reader:
                reader(text, field)
        except InputError as error:
            problem(error.message, field, error.expected)
    if form is Form.EFFECT:
        problems += _check_effect(filled, protocol, arms, entry)
    return problems


def check_items(items: Iterable[Item], protocol: Protocol) -> list[Problem]:
    """Everything wrong with one extractor's forms of one study, arms and repeated forms included."""
    kept = list(items)
    arms = [i.values.get("name", "") for i in kept if i.form is Form.ARM]
    problems: list[Problem] = []
    seen: set[tuple[str, Form, str]] = set()
    for item in kept:
        entry = f"{item.study}: {item.form} {item.key}".rstrip()
        spot = (item.study, item.form, fold(item.key))
        if spot in seen:
            problems.append(Problem("this form is filled in twice", entry=entry, expected="one form an item"))
        seen.add(spot)
        problems += check_form(item.form, item.values, protocol, arms=arms, entry=entry)
    return problems


def _check_effect(
    filled: Mapping[str, str], protocol: Protocol, arms: Collection[str] | None, entry: str | None
) -> list[Problem]:
    problems: list[Problem] = []
    outcome = filled.get("outcome")
    if outcome is not None and outcome_of(protocol, outcome) is None:
        known = ", ".join(o.id for o in protocol.outcomes)
        problems.append(Problem(f"{outcome!r} is no outcome of the protocol", None, entry, "outcome", known))
    names = {fold(a): a for a in arms} if arms is not None else None
    for field in ("treatment", "comparator"):
        text = filled.get(field)
        if text is not None and names is not None and fold(text) not in names:
            known = ", ".join(names.values()) or "an arm form first"
            problems.append(Problem(f"the study has no arm {text!r}", None, entry, field, known))
    both = [fold(filled[f]) for f in ("treatment", "comparator") if f in filled]
    if len(both) == 2 and both[0] == both[1]:
        problems.append(Problem("an arm against itself", None, entry, "comparator", "another arm"))
    if ("ci_low" in filled) != ("ci_high" in filled):
        missing = "ci_high" if "ci_low" in filled else "ci_low"
        problems.append(Problem("half an interval", None, entry, missing, "both limits or none"))
    if "p_value" in filled:
        try:
            operator = filled.get("p_operator")  # a wrong one has been named already
            read_p(filled["p_value"], operator if operator in OPERATORS else None, None, "p_value")
        except InputError as error:
            problems.append(Problem(error.message, None, entry, error.field, error.expected))
    return problems


def _one_of(*allowed: str) -> Callable[[str, str], object]:
    def read(text: str, field: str) -> None:
        if text not in allowed:
            raise InputError(f"{text!r} is not allowed here", field=field, expected=" or ".join(allowed))

    return read


def _ratio(text: str, field: str) -> None:
    read_number(text, field)


_READERS: dict[str, Callable[[str, str], object]] = {
    "n_randomised": read_count,
    "n": read_count,
    "events_os": read_count,
    "events_pfs": read_count,
    "median_os": read_median,
    "median_pfs": read_median,
    "hr": _ratio,
    "ci_low": _ratio,
    "ci_high": _ratio,
    "ci_level": read_level,
    "p_operator": _one_of(*OPERATORS),
    "p_sided": lambda text, _field: read_sided(text),
    "direction": _one_of(*DIRECTIONS),
    "domain": lambda text, _field: read_domain(text),
    "judgement": lambda text, _field: read_judgement(text),
}
