"""From the state of every record to the boxes of the flow; nothing is ever typed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from screener.handoff.flow import Flow, check, no_open
from screener.model.errors import ReviewError
from screener.model.screening import Outcome

NO_REASON = "reason not recorded"


class Removed(StrEnum):
    """Why a record left before anybody screened it, duplicates aside."""

    AUTOMATION = "automation"
    OTHER = "other"


class Retrieval(StrEnum):
    OPEN = "open"
    RETRIEVED = "retrieved"
    NOT_RETRIEVED = "not_retrieved"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRecord:
    """Where one record (cluster of citations) stands.

    `databases`, `registers` and `other` map the printed name of a source ("PubMed",
    "ClinicalTrials.gov", "citation searching") to the number of this record's citations from it: each
    citation once over all runs, repeats within a file included. `reason` is the label to print, of a
    report excluded at full text. `study` is the included report's study. `excluded_by_automation`: left
    unread by a ranked stop. A decision at full text says that the report was retrieved.
    """

    record: str
    databases: Mapping[str, int] = field(default_factory=dict)
    registers: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, int] = field(default_factory=dict)
    removed: Removed | None = None
    title_abstract: Outcome = Outcome.OPEN
    excluded_by_automation: bool = False
    retrieval: Retrieval = Retrieval.OPEN
    full_text: Outcome = Outcome.OPEN
    reason: str | None = None
    study: str | None = None

    @property
    def in_databases(self) -> bool:
        """In column B: any citation from a database or a register."""
        return sum(self.databases.values()) + sum(self.registers.values()) > 0


@dataclass(slots=True)
class _Column:
    """The tally of one column."""

    duplicates: int = 0
    auto_removed: int = 0
    other_removed: int = 0
    screened: int = 0
    by_human: int = 0
    by_automation: int = 0
    sought: int = 0
    not_retrieved: int = 0
    assessed: int = 0
    included: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=no_open)


def count_flow(
    records: Iterable[FlowRecord],
    *,
    databases: Sequence[str] = (),
    registers: Sequence[str] = (),
    others: Sequence[str] = (),
    reasons: Sequence[str] = (),
    skipped: Mapping[str, int] | None = None,
) -> Flow:
    """Count every box. The sums are checked before the flow is returned.

    `databases`, `registers`, `others` name the sources searched, in the order to print; one without any
    citation is shown as 0. `reasons` is the protocol's order of reasons. `skipped` maps a named source to
    its broken entries: they count as identified and as removed for other reasons.
    Raises ReviewError for a record without a citation or a skipped source that is not named.
    """
    b, c = _Column(), _Column()
    db, reg, oth = (Counter(dict.fromkeys(names, 0)) for names in (databases, registers, others))
    studies: set[str] = set()
    for record in records:
        for found, counts in ((db, record.databases), (reg, record.registers), (oth, record.other)):
            found.update(counts)
        own = sum(record.databases.values()) + sum(record.registers.values())
        by_others = sum(record.other.values())
        if own + by_others < 1:
            raise ReviewError("the record has no citation, so it cannot be in the flow", entry=record.record)
        if record.in_databases:
            b.duplicates += own - 1
            c.duplicates += by_others
        else:
            c.duplicates += by_others - 1
        _tally(record, b if record.in_databases else c, studies)
    for source, n in (skipped or {}).items():
        found, column = _place(source, db, reg, oth, b, c)
        found[source] += n
        column.other_removed += n
    flow = Flow(
        db_found=_ordered(db, databases),
        reg_found=_ordered(reg, registers),
        dup_removed=b.duplicates,
        auto_removed=b.auto_removed,
        other_removed=b.other_removed,
        screened=b.screened,
        excluded=b.by_human + b.by_automation,
        excluded_by_human=b.by_human,
        excluded_by_automation=b.by_automation,
        sought=b.sought,
        not_retrieved=b.not_retrieved,
        assessed=b.assessed,
        excl_reason=_ordered(b.reasons, reasons),
        oth_found=_ordered(oth, others),
        oth_dup=c.duplicates,
        oth_removed=c.auto_removed + c.other_removed,
        oth_excluded=c.by_human + c.by_automation,
        oth_sought=c.sought,
        oth_not_retrieved=c.not_retrieved,
        oth_assessed=c.assessed,
        oth_excl_reason=_ordered(c.reasons, reasons),
        new_studies=len(studies),
        new_reports=b.included + c.included,
        open=b.waiting,
        oth_open=c.waiting,
    )
    check(flow)
    return flow


def _tally(record: FlowRecord, column: _Column, studies: set[str]) -> None:
    """Walk one record down its column until it stops."""
    if record.removed is Removed.AUTOMATION:
        column.auto_removed += 1
        return
    if record.removed is Removed.OTHER:
        column.other_removed += 1
        return
    column.screened += 1
    match record.title_abstract:
        case Outcome.PASSED:
            _tally_report(record, column, studies)
        case Outcome.EXCLUDED if record.excluded_by_automation:
            column.by_automation += 1
        case Outcome.EXCLUDED:
            column.by_human += 1
        case Outcome.CONFLICT:
            column.waiting["title_abstract_conflicts"] += 1
        case _:
            column.waiting["title_abstract"] += 1


def _tally_report(record: FlowRecord, column: _Column, studies: set[str]) -> None:
    column.sought += 1
    decided = record.full_text in (Outcome.PASSED, Outcome.EXCLUDED, Outcome.CONFLICT)
    if not decided and record.retrieval is Retrieval.NOT_RETRIEVED:
        column.not_retrieved += 1
        return
    if not decided and record.retrieval is Retrieval.OPEN:
        column.waiting["retrieval"] += 1
        return
    column.assessed += 1
    match record.full_text:
        case Outcome.PASSED:
            column.included += 1
            if record.study is None:
                column.waiting["study"] += 1
            else:
                studies.add(record.study)
        case Outcome.EXCLUDED:
            column.reasons[record.reason or NO_REASON] += 1
        case Outcome.CONFLICT:
            column.waiting["full_text_conflicts"] += 1
        case _:
            column.waiting["full_text"] += 1


def _place(
    source: str, db: Counter[str], reg: Counter[str], oth: Counter[str], b: _Column, c: _Column
) -> tuple[Counter[str], _Column]:
    for found, column in ((db, b), (reg, b), (oth, c)):
        if source in found:
            return found, column
    raise ReviewError(f"entries were skipped in {source!r}, which is not among the sources searched")


def _ordered(counts: Counter[str], order: Sequence[str]) -> dict[str, int]:
    """In the given order, then by name; names that were given stay even at 0, except reasons."""
    names = [n for n in dict.fromkeys(order) if n in counts]
    return {name: counts[name] for name in [*names, *sorted(counts.keys() - set(names))]}
