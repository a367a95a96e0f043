"""The parameters of a ClinicalTrials.gov search, and their one text: a line `query.cond=...` for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from screener.model.errors import InputError

_QUERIES = ("cond", "term", "locn", "titles", "intr", "outc", "spons", "lead", "id", "patient")
_FILTERS = ("overallStatus", "geo", "ids", "advanced", "synonyms")
# What decides which studies are found. Pages, fields and order are the program's business.
PARAMETERS = (
    *(f"query.{name}" for name in _QUERIES),
    *(f"filter.{name}" for name in _FILTERS),
    *(f"postFilter.{name}" for name in _FILTERS),
    "aggFilters",
)
_OURS = frozenset(
    {"format", "markupFormat", "fields", "sort", "countTotal", "pageSize", "pageToken", "geoDecay"}
)
# Parameters that are lists, with what stands between their values.
_LISTS = {
    **{f"{kind}.{name}": "|" for kind in ("filter", "postFilter") for name in ("ids", "synonyms")},
    **{f"{kind}.overallStatus": "|" for kind in ("filter", "postFilter")},
    "aggFilters": ",",
}
STATUSES = (
    "ACTIVE_NOT_RECRUITING",
    "COMPLETED",
    "ENROLLING_BY_INVITATION",
    "NOT_YET_RECRUITING",
    "RECRUITING",
    "SUSPENDED",
    "TERMINATED",
    "WITHDRAWN",
    "AVAILABLE",
    "NO_LONGER_AVAILABLE",
    "TEMPORARILY_NOT_AVAILABLE",
    "APPROVED_FOR_MARKETING",
    "WITHHELD",
    "UNKNOWN",
)


def term_of_parameters(values: Mapping[str, Any]) -> str:
    """The canonical text: a line a parameter, sorted by name, line breaks in a value made spaces.

    Tables are taken for dotted names: `query.cond = "x"` in TOML is a table `query`. InputError with the
    parameter as its field for a name that the database does not know and for a value that it would refuse.
    """
    flat = _flat(values)
    if not flat:
        raise InputError("there is no parameter", field="parameters", expected='"query.cond" = "..."')
    return "\n".join(f"{name}={_checked(name, flat[name])}" for name in sorted(flat))


def parameters_of(term: str) -> dict[str, str]:
    """The parameters of a canonical text, checked again."""
    found: dict[str, str] = {}
    for line in term.splitlines():
        name, equals, value = line.partition("=")
        if not equals:
            raise InputError(f"'{line}' is no parameter", field="term", expected="query.cond=...")
        found[name] = _checked(name, value)
    if not found:
        raise InputError("the search has no parameters", field="term", expected="query.cond=...")
    return found


def revised_since(parameters: Mapping[str, str], day: date) -> dict[str, str]:
    """The same search, but for the studies that were posted or revised on or after a day."""
    late = f"AREA[LastUpdatePostDate]RANGE[{day.isoformat()},MAX]"
    given = parameters.get("filter.advanced")
    return {**parameters, "filter.advanced": f"({given}) AND {late}" if given else late}


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _checked(name: str, value: Any) -> str:
    if name in _OURS:
        raise InputError("the program sets this parameter itself", field=name, expected=" ".join(PARAMETERS))
    if name not in PARAMETERS:
        raise InputError("unknown parameter", field=name, expected=" ".join(PARAMETERS))
    if isinstance(value, str):
        text = " ".join(value.split())
    elif name not in _LISTS:
        raise InputError("the value is no text", field=name, expected="text")
    elif isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value):
        text = _LISTS[name].join(" ".join(each.split()) for each in value)
    else:
        raise InputError(
            "the value is neither text nor a list of text", field=name, expected='["...", "..."]'
        )
    if not text:
        raise InputError("the value is empty", field=name, expected="text")
    if name.endswith(".overallStatus"):
        for each in re.split(r"[|,]", text):
            if each.strip() not in STATUSES:
                raise InputError(f"unknown status {each.strip()!r}", field=name, expected=" ".join(STATUSES))
    return text
