"""Getting the reports: sought, retrieved, not retrieved, with every attempt and its date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import screening as store_screening

STATUSES = ("sought", "retrieved", "not_retrieved")
# Of several citations' last words the first of these holds (the view `current_retrievals`).
_WEIGHT = {"retrieved": 0, "sought": 1, "not_retrieved": 2}


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was done to get one report.

    `status` is the last that was said, None if nothing was; where citations that had words of their own were merged,
    a report in hand is in hand. An attempt is a 'sought': `attempts` counts them, `first`
    and `last` are the dates of the first and the last one (ISO 8601, UTC). `by`, `at` and `note` are of whatever was
    said last.
    """

    status: str | None = None
    attempts: int = 0
    first: str | None = None
    last: str | None = None
    by: str | None = None
    at: str | None = None
    note: str | None = None

    @property
    def attempt_words(self) -> str:
        """'2 attempts, last on 2024-03-02', '1 attempt, on ...', 'no attempt on record'."""
        if not self.attempts:
            return "no attempt on record"
        if self.attempts == 1:
            return f"1 attempt, on {self.last}"
        return f"{self.attempts} attempts, last on {self.last}"


def retrieve(review: Review, record: str, status: str, note: str | None = None) -> None:
    """Say of a report that it is sought, retrieved or not retrieved. Each 'sought' is one attempt, made today."""
    review.refresh()
    me = review.person()
    if status not in STATUSES:
        raise ReviewError(f"'{status}' is no retrieval status", expected="sought, retrieved or not_retrieved")
    state = records.state(review, record)
    if state.title_abstract.outcome is not Outcome.PASSED:
        raise ReviewError(
            f"the record has not passed title/abstract ({state.title_abstract.outcome.value})", entry=record
        )
    if status == "not_retrieved" and state.full_text.outcome in {Outcome.PASSED, Outcome.EXCLUDED}:
        raise ReviewError(
            "the report has been assessed", entry=record, expected="a report without an outcome"
        )
    with review.store.write():
        for citation in _where(review, record, status):
            store_screening.add_retrieval(review.store, me.id, citation, status, note)


def _where(review: Review, record: str, status: str) -> list[str]:
    """The citations that a new word is said on: where the word that holds stands, and after a merge wherever else one
    stands that would outweigh the new one."""
    newest = {r["citation_id"]: r["status"] for r in store_screening.retrieval_attempts(review.store, record)}
    if not newest:
        return [store_citations.preferred(review.store, record)]
    best = min(newest, key=lambda citation: _WEIGHT[newest[citation]])
    return [c for c in newest if c == best or _WEIGHT[newest[c]] < _WEIGHT[status]]


def retrieval_of(review: Review, record: str) -> Retrieval:
    """What was done to get one report."""
    return _told([tuple(row) for row in store_screening.retrieval_attempts(review.store, record)])


def retrievals(review: Review) -> dict[str, Retrieval]:
    """What was done to get the reports of all records that passed title/abstract, in the order of the queue."""
    said: dict[str, list[tuple[str, str, str | None, str, str]]] = defaultdict(list)
    for row in store_screening.all_retrieval_attempts(review.store):
        said[row["record_id"]].append(
            (row["citation_id"], row["status"], row["note"], row["actor"], row["at"])
        )
    return {
        record: _told(said[record])
        for record, state in records.states(review).items()
        if state.title_abstract.outcome is Outcome.PASSED
    }


def _told(said: list[tuple[str, str, str | None, str, str]]) -> Retrieval:
    if not said:
        return Retrieval()
    days = [at[:10] for _, status, _, _, at in said if status == "sought"]
    newest = {row[0]: row for row in said}
    # The newest of the weightiest.
    _, status, note, by, at = min(reversed(list(newest.values())), key=lambda row: _WEIGHT[row[1]])
    return Retrieval(
        status, len(days), days[0] if days else None, days[-1] if days else None, by, at[:10], note
    )
