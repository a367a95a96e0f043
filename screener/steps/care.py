"""Looking after a review: is the database sound, do the caches follow from the ledgers, backups."""

from __future__ import annotations

from pathlib import Path

from screener.model.protocol import Role
from screener.steps.deduplication import engine_of, recluster
from screener.steps.review import Review
from screener.store import browse as store_browse
from screener.store import citations as store_citations
from screener.store import intake as store_intake
from screener.store.duplicates import uncompared


def examine(review: Review) -> list[str]:
    """Findings, worst marked with "!"; clusters that do not follow from the verdicts are derived anew."""
    findings = [f"! {text}" for text in review.store.check()]
    if findings:
        return findings
    before = store_citations.members_by_record(review.store)
    waiting = len(uncompared(review.store, engine_of(review)))
    if waiting:
        findings.append(f"{waiting} citations have not been compared with the others: run `screener dedup`")
    else:
        recluster(review, store_citations.ids(review.store))
        after = store_citations.members_by_record(review.store)
        changed = sum(after.get(record) != members for record, members in before.items())
        if changed:
            findings.append(f"{changed} records did not follow from the verdicts and were derived anew")
    store_browse.rebuild(review.store)
    unfinished = store_intake.unfinished_queries(review.store)
    findings += [f"the search '{name}' is unfinished: run it again, it continues" for name in unfinished]
    return findings


def backup(review: Review, file: Path | None = None) -> Path:
    """A complete copy of the database; it holds everybody's votes, so for the coordinator only."""
    review.person(Role.COORDINATOR)
    stamp = review.store.ids.now().strftime("%Y%m%dT%H%M%S")
    return review.store.backup(file or review.folder / "db" / "backups" / f"review-{stamp}.db")
