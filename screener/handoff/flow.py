"""The PRISMA 2020 flow: every box counted from the records, and the sums that must hold.

Boxes have the keys of the flow contract. Column B is databases and registers, column C (`oth_`)
other methods; a record with any database or register citation is in B. A review under way has open
records, so the sums name them: a record still to be decided at title and abstract stands in
`screened` and in `open`, and is neither excluded nor sought. The sums hold at every moment.

    screened = found - dup_removed - auto_removed - other_removed
    sought = screened - excluded - open.title_abstract - open.title_abstract_conflicts
    assessed = sought - not_retrieved - open.retrieval
    new_reports = what both columns assessed - excluded with reasons - open at full text
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from screener.model.errors import ReviewError

OPEN_STAGES = (
    "title_abstract",
    "title_abstract_conflicts",
    "retrieval",
    "full_text",
    "full_text_conflicts",
    "study",
)
OPEN_LABELS = {
    "title_abstract": "awaiting title/abstract screening",
    "title_abstract_conflicts": "in conflict at title/abstract",
    "retrieval": "awaiting retrieval",
    "full_text": "awaiting full-text assessment",
    "full_text_conflicts": "in conflict at full text",
    "study": "included but not yet tied to a study",
}


def no_open() -> dict[str, int]:
    return dict.fromkeys(OPEN_STAGES, 0)


@dataclass(frozen=True, slots=True)
class Identity:
    """Two sides that must be equal; `name` is the box it is about."""

    name: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        return self.left == self.right

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "left": self.left, "right": self.right, "holds": self.holds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The boxes of one flow diagram.

    `oth_dup`, `oth_removed` and `oth_excluded` have no box in the PRISMA template, which shows no
    screening for other methods, but are needed for the sums and told in the diagram. `prev_` and
    `total_` belong to updated reviews and are None.
    """

    db_found: Mapping[str, int] = field(default_factory=dict)
    reg_found: Mapping[str, int] = field(default_factory=dict)
    dup_removed: int = 0
    auto_removed: int = 0
    other_removed: int = 0
    screened: int = 0
    excluded: int = 0
    excluded_by_human: int = 0
    excluded_by_automation: int = 0
    sought: int = 0
    not_retrieved: int = 0
    assessed: int = 0
    excl_reason: Mapping[str, int] = field(default_factory=dict)
    oth_found: Mapping[str, int] = field(default_factory=dict)
    oth_dup: int = 0
    oth_removed: int = 0
    oth_excluded: int = 0
    oth_sought: int = 0
    oth_not_retrieved: int = 0
    oth_assessed: int = 0
    oth_excl_reason: Mapping[str, int] = field(default_factory=dict)
    new_studies: int = 0
    new_reports: int = 0
    total_studies: int | None = None
    total_reports: int | None = None
    prev_studies: int | None = None
    prev_reports: int | None = None
    open: Mapping[str, int] = field(default_factory=no_open)
    oth_open: Mapping[str, int] = field(default_factory=no_open)

    @property
    def provisional(self) -> bool:
        """Something is still to be done in either column."""
        return self.open_total > 0

    @property
    def open_total(self) -> int:
        return sum(self.open.values()) + sum(self.oth_open.values())

    @property
    def template(self) -> str:
        """N1: databases and registers only; N2: other methods too."""
        return "N2" if sum(self.oth_found.values()) else "N1"

    @property
    def identities(self) -> tuple[Identity, ...]:
        return identities(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for `flow --json`."""
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        boxes = {name: dict(value) if isinstance(value, Mapping) else value for name, value in values}
        return {
            "template": self.template,
            "provisional": self.provisional,
            **boxes,
            "identities": [identity.to_dict() for identity in self.identities],
        }


def identities(flow: Flow) -> tuple[Identity, ...]:
    """The sums of PRISMA 2020, open records named in them."""
    found = sum(flow.db_found.values()) + sum(flow.reg_found.values())
    oth_found = sum(flow.oth_found.values())
    waiting, oth_waiting = flow.open, flow.oth_open
    return (
        Identity(
            "screened", flow.screened, found - flow.dup_removed - flow.auto_removed - flow.other_removed
        ),
        Identity("excluded", flow.excluded, flow.excluded_by_human + flow.excluded_by_automation),
        Identity("sought", flow.sought, flow.screened - flow.excluded - _screening(waiting)),
        Identity("assessed", flow.assessed, flow.sought - flow.not_retrieved - waiting["retrieval"]),
        Identity(
            "oth_sought",
            flow.oth_sought,
            oth_found - flow.oth_dup - flow.oth_removed - flow.oth_excluded - _screening(oth_waiting),
        ),
        Identity(
            "oth_assessed",
            flow.oth_assessed,
            flow.oth_sought - flow.oth_not_retrieved - oth_waiting["retrieval"],
        ),
        Identity(
            "new_reports",
            flow.new_reports,
            (flow.assessed - sum(flow.excl_reason.values()) - _full_text(waiting))
            + (flow.oth_assessed - sum(flow.oth_excl_reason.values()) - _full_text(oth_waiting)),
        ),
    )


def check(flow: Flow) -> None:
    """Raise ReviewError naming the box and both numbers if a sum does not hold or a count cannot be."""
    for identity in identities(flow):
        if not identity.holds:
            raise ReviewError(
                f"the flow does not add up: {identity.name} is {identity.left}, "
                f"but the other boxes give {identity.right}",
                field=identity.name,
                expected=str(identity.right),
            )
    for box in fields(flow):
        value = getattr(flow, box.name)
        counts = value.items() if isinstance(value, Mapping) else [("", value)]
        for name, count in counts:
            if count is not None and count < 0:
                raise ReviewError(f"the flow has {count} in {box.name} {name}".strip(), field=box.name)
    tied = flow.new_reports - flow.open["study"] - flow.oth_open["study"]
    if flow.new_studies > tied:
        raise ReviewError(
            f"the flow has {flow.new_studies} studies in {tied} reports that are tied to a study",
            field="new_studies",
        )


def _screening(waiting: Mapping[str, int]) -> int:
    return waiting["title_abstract"] + waiting["title_abstract_conflicts"]


def _full_text(waiting: Mapping[str, int]) -> int:
    return waiting["full_text"] + waiting["full_text_conflicts"]
