"""The protocol: what `review.toml` says, as values. Reading and checking it is `screener.protocol`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from screener.model.screening import Stage

ELEMENTS = ("population", "intervention", "comparator", "outcomes", "study_design")


class Role(StrEnum):
    SCREENER = "screener"
    ADJUDICATOR = "adjudicator"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One PICOS element: what lets a record in, what keeps it out, what to highlight."""

    element: str
    include: str
    exclude: str
    highlight: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewer:
    id: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    """False: has left the review. What such a person said counts on; nothing is added to it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """An exclusion reason; `element` is a PICOS element, or "report" for language, type and date."""

    id: str
    label: str
    element: str


@dataclass(frozen=True, slots=True)
class Outcome:
    id: str
    label: str
    measure: str
    role: str
    small_values: str  # "desirable" for HRs of death or progression


@dataclass(frozen=True, slots=True)
class Population:
    """A population of the review, i.e. one network."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class PopulationRule:
    """A printed population and the review population it counts as, with the reason why."""

    printed: str
    population: str | None  # None: counts as none of the review's populations
    reason: str


@dataclass(frozen=True, slots=True)
class Node:
    """A treatment as the network knows it; `id` is safe for every receiver (letters, digits, _)."""

    id: str
    label: str
    mechanism: str


@dataclass(frozen=True, slots=True)
class Mechanism:
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Regimen:
    """A regimen as printed, and the node it is."""

    printed: str
    node: str


@dataclass(frozen=True, slots=True)
class SourceLimit:
    """A limit that holds for one source only, e.g. conference abstracts from 2021."""

    source: str
    from_year: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class StageRules:
    """Who decides at a stage, and when."""

    voters: int = 2
    """Votes that close a record-stage; which of the screeners cast them does not matter."""
    verify: float = 0.0
    """With one voter: the share of records, drawn by their ids, that a second one reads too."""
    maybe: str = "passes"
    """Title/abstract only. "passes": a maybe lets pass as an include does; "conflict": it has to be settled, unless
    all voters say maybe."""
    reason_conflicts: str = "order"
    """Full text only. "order": differing reasons settle by the protocol's list; "resolve": they are a conflict."""
    settled_by: str = "either"
    """Who settles conflicts: "consensus" of the voters, an "adjudicator", or "either"."""
    stop_recall: float = 0.0
    """The recall at which a person who reads in ranked order may stop; 0: nobody stops early."""
    stop_confidence: float = 0.95
    conflict_names: str = "shown"
    """Whether an opened conflict says who voted how: "shown" or "hidden"."""


@dataclass(frozen=True, slots=True)
class DuplicateRules:
    """What counts as one record where the field has no consensus: "separate" or "merge"."""

    preprints: str = "separate"
    """A preprint and the journal article that it became."""
    cochrane_versions: str = "separate"
    """The updates (pub2, pub3, ...) of one Cochrane review."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """The adopted plan of one review. Order of reasons is the order in which they settle a tie."""

    title: str
    short_title: str
    question: str
    registration: str | None
    criteria: tuple[Criterion, ...]
    languages: tuple[str, ...]
    date_from: date | None
    date_to: date | None
    source_limits: tuple[SourceLimit, ...]
    reviewers: tuple[Reviewer, ...]
    rules: dict[Stage, StageRules]
    reasons: dict[Stage, tuple[Reason, ...]]
    outcomes: tuple[Outcome, ...]
    populations: tuple[Population, ...]
    population_rules: tuple[PopulationRule, ...]
    mechanisms: tuple[Mechanism, ...]
    nodes: tuple[Node, ...]
    regimens: tuple[Regimen, ...]
    rob_tool: str
    references: tuple[str, ...]  # preferred reference nodes, first one present in a network is taken
    text: str  # the TOML as read, kept with the adopted version
    duplicates: DuplicateRules = DuplicateRules()

    def reviewer(self, reviewer_id: str) -> Reviewer | None:
        return next((r for r in self.reviewers if r.id == reviewer_id), None)

    def with_role(self, role: Role) -> tuple[Reviewer, ...]:
        """Those who have the role and have not left."""
        return tuple(r for r in self.reviewers if r.active and role in r.roles)

    def reason(self, stage: Stage, reason_id: str) -> Reason | None:
        return next((r for r in self.reasons[stage] if r.id == reason_id), None)

    def node(self, node_id: str) -> Node | None:
        return next((n for n in self.nodes if n.id == node_id), None)

    def mechanism(self, mechanism_id: str) -> Mechanism | None:
        return next((m for m in self.mechanisms if m.id == mechanism_id), None)

    def node_of(self, printed: str) -> Node | None:
        """The node of a printed regimen, blanks and case aside; None if the dictionary lacks it."""
        wanted = _fold(printed)
        hit = next((r.node for r in self.regimens if _fold(r.printed) == wanted), None)
        return self.node(hit) if hit else None

    def population_of(self, printed: str) -> PopulationRule | None:
        """The rule for a printed population; None if the dictionary lacks it."""
        wanted = _fold(printed)
        return next((r for r in self.population_rules if _fold(r.printed) == wanted), None)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
