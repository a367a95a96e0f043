"""What extractors record: arms, effects, study facts, risk of bias; and what they agreed on.

A recorded item is a flat form of text values, exactly as typed: printed digits survive. An item is
addressed by study, form and item key, so that two extractors' forms can be laid side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    STUDY = "study"
    ARM = "arm"
    EFFECT = "effect"
    ROB = "rob"


FIELDS: dict[Form, tuple[str, ...]] = {
    Form.STUDY: (
        "name",
        "registration",
        "phase",
        "blinding",
        "line",
        "n_randomised",
        "population",
        "main_report",
    ),
    Form.ARM: ("name", "regimen", "n", "events_os", "events_pfs", "median_os", "median_pfs"),
    Form.EFFECT: (
        "outcome",
        "population",
        "treatment",
        "comparator",
        "hr",
        "ci_low",
        "ci_high",
        "ci_level",
        "p_operator",
        "p_value",
        "p_sided",
        "model",
        "time_origin",
        "data_cut",
        "direction",
        "report",
        "page",
        "quote",
        "note",
    ),
    Form.ROB: ("domain", "judgement", "support", "page"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One filled form of one extractor (or the agreed one): `values` maps field to text."""

    study: str
    form: Form
    key: str
    values: dict[str, str]


def item_key(form: Form, values: dict[str, str]) -> str:
    """What makes two extractors' forms the same item: the contrast and its population for an effect."""
    if form is Form.STUDY:
        return "study"
    if form is Form.ARM:
        return values.get("name", "")
    if form is Form.ROB:
        return values.get("domain", "")
    parts = [values.get(name, "") for name in ("outcome", "population")]
    parts.append(f"{values.get('treatment', '')} v {values.get('comparator', '')}")
    parts += [values[name] for name in ("time_origin", "data_cut") if values.get(name)]
    return " | ".join(parts)
