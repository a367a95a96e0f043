"""The tables of a review for people: studies, effects with their provenance, treatments, exclusions, log.

They are made to be opened in a spreadsheet: see
`csvtext.for_people` for what happens to text that looks like a formula.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from screener.handoff.csvtext import for_people
from screener.model.effects import StudyEffect
from screener.model.protocol import Protocol

# The agreed form of an effect, printed as typed (model.extraction.FIELDS), in the order of a reader.
_PRINTED = (
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
    "population",
    "treatment",
    "comparator",
    "report",
    "page",
    "quote",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFacts:
    """One arm as printed, and the node it is in the network; numbers are text as extracted."""

    name: str
    regimen: str = ""
    node: str = ""
    n: str = ""
    events_os: str = ""
    events_pfs: str = ""
    median_os: str = ""
    median_pfs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """One included study with its reports and arms."""

    study: str
    registration: str = ""
    phase: str = ""
    blinding: str = ""
    line: str = ""
    n_randomised: str = ""
    population: str = ""
    reports: tuple[str, ...] = ()
    arms: tuple[ArmFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedReport:
    """A full text that was read and excluded; `reason` is the protocol's label (PRISMA item 16b)."""

    record: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    reason: str
    note: str = ""


def study_table(studies: Iterable[StudyFacts]) -> str:
    """Study characteristics: one row an arm, the facts of the study repeated on each."""
    arm_fields = ("regimen", "node", "n", "events_os", "events_pfs", "median_os", "median_pfs")
    study_fields = ("registration", "phase", "blinding", "line", "n_randomised", "population")
    rows = [
        [
            study.study,
            *(getattr(study, name) for name in study_fields),
            "; ".join(study.reports),
            arm.name,
            *(getattr(arm, name) for name in arm_fields),
        ]
        for study in studies
        for arm in study.arms or (ArmFacts(name=""),)
    ]
    return for_people(("study", *study_fields, "reports", "arm", *arm_fields), rows)


def effects_table(effects: Iterable[StudyEffect]) -> str:
    """Every agreed effect: the number used, how it came about, and where and what was printed.

    `log_hr`, `se` and its range by rounding are on the log scale with all digits. The columns `printed_*`
    hold what was typed, also where the paper had it the other way round (`inverted`).
    """
    header = (
        *("study", "outcome", "population", "treatment", "comparator"),
        *("log_hr", "se", "se_min", "se_max", "method", "inverted"),
        *("events_treatment", "events_comparator", "n_treatment", "n_comparator"),
        *(f"printed_{name}" for name in _PRINTED),
        "extractors",
    )
    rows = [
        [
            *(effect.study, effect.outcome, effect.population, effect.treatment, effect.comparator),
            *(effect.log_hr, effect.se, effect.se_min, effect.se_max, effect.method),
            "yes" if effect.inverted else "no",
            *effect.events,
            *effect.patients,
            *(effect.printed.get(name, "") for name in _PRINTED),
            "; ".join(effect.extractors),
        ]
        for effect in effects
    ]
    return for_people(header, rows)


def treatment_table(protocol: Protocol, used_by: Mapping[str, Sequence[str]] | None = None) -> str:
    """The grouping of treatments: regimen as printed, its node, the node's mechanism (PRISMA-NMA).

    `used_by` maps a printed regimen to the studies that have it.
    """
    users = used_by or {}
    rows = []
    for regimen in protocol.regimens:
        node = protocol.node(regimen.node)
        mechanism = protocol.mechanism(node.mechanism) if node else None
        rows.append(
            [
                *(regimen.printed, regimen.node, node.label if node else ""),
                *((mechanism.id, mechanism.label) if mechanism else ("", "")),
                "; ".join(users.get(regimen.printed, ())),
            ]
        )
    header = ("printed_regimen", "node", "node_label", "mechanism", "mechanism_label", "studies")
    return for_people(header, rows)


def excluded_table(reports: Iterable[ExcludedReport]) -> str:
    """Full texts excluded, each with its citation and one reason."""
    rows = [
        [r.record, "; ".join(r.authors), r.year, r.title, r.journal, r.doi, r.pmid, r.reason, r.note]
        for r in reports
    ]
    return for_people(
        ("record", "authors", "year", "title", "journal", "doi", "pmid", "reason", "note"), rows
    )


def audit_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The ledger as rows in the order given; the columns are those of all rows, first seen first.

    Lists and mappings become JSON.
    """
    kept = list(rows)
    columns = list(dict.fromkeys(name for row in kept for name in row))
    return for_people(columns, ([_flat(row.get(name)) for name in columns] for row in kept))


def _flat(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value
