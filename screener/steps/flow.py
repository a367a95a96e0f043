"""The PRISMA flow of a review: from the ledger to `handoff.flow_count`, nothing typed in."""

from __future__ import annotations

from screener.handoff.flow import Flow
from screener.handoff.flow_count import FlowRecord, Retrieval, count_flow
from screener.model.screening import Outcome, Stage
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store import intake as store_intake

# How the sources are printed in the diagram.
LABELS = {
    "pubmed": "PubMed",
    "embase": "Embase",
    "central": "CENTRAL",
    "cdsr": "Cochrane Reviews",
    "scopus": "Scopus",
    "wos": "Web of Science",
    "psycinfo": "PsycINFO",
    "proquest": "ProQuest",
    "clinicaltrials": "ClinicalTrials.gov",
    "other": "Other databases",
}
OTHER_LABELS = {
    "citation": "Citation searching",
    "website": "Websites",
    "organisation": "Organisations",
    "other": "Other methods",
}


def printed_source(kind: str, database: str) -> tuple[str, str]:
    """Which box of the flow (database, register, other) a source is counted in, and how it is printed."""
    if kind in OTHER_LABELS:
        return "other", OTHER_LABELS[kind]
    return kind, LABELS[database]


def flow_records(review: Review) -> list[FlowRecord]:
    """Every record with its sources and where it stands, as the review's person may see it."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    record_of = {
        citation: record
        for record, members in store_citations.members_by_record(review.store).items()
        for citation in members
    }
    for row in store_citations.identified(review.store):
        box, name = printed_source(row["kind"], row["database"])
        counts = found.setdefault(record_of[row["citation_id"]], {}).setdefault(box, {})
        counts[name] = counts.get(name, 0) + row["times"]
    of_study = store_extraction.reports_by_record(review.store)
    labels = {reason.id: reason.label for reason in review.protocol.reasons[Stage.FULL_TEXT]}
    retrievals = {"retrieved": Retrieval.RETRIEVED, "not_retrieved": Retrieval.NOT_RETRIEVED}
    rows = []
    for record, state in records.states(review).items():
        sources = found[record]
        reason = state.full_text.reason
        rows.append(
            FlowRecord(
                record=record,
                databases=sources.get("database", {}),
                registers=sources.get("register", {}),
                other=sources.get("other", {}),
                title_abstract=state.title_abstract.outcome,
                excluded_by_automation=state.title_abstract.by_automation,
                retrieval=retrievals.get(state.retrieval or "", Retrieval.OPEN),
                full_text=state.full_text.outcome,
                reason=labels.get(reason, reason) if reason else None,
                study=of_study.get(record) if state.full_text.outcome is Outcome.PASSED else None,
            )
        )
    return rows


def flow(review: Review) -> Flow:
    """The flow as it stands for the review's person; raises ReviewError if it does not add up."""
    names: dict[str, list[str]] = {"database": [], "register": [], "other": []}
    skipped: dict[str, int] = {}
    for run in store_intake.searches(review.store):
        box, name = printed_source(run["kind"], run["database"])
        if name not in names[box]:
            names[box].append(name)
    for row in store_citations.skipped_entries(review.store):
        name = printed_source(row["kind"], row["database"])[1]
        skipped[name] = skipped.get(name, 0) + 1
    return count_flow(
        flow_records(review),
        databases=names["database"],
        registers=names["register"],
        others=names["other"],
        reasons=[reason.label for reason in review.protocol.reasons[Stage.FULL_TEXT]],
        skipped=skipped,
    )
