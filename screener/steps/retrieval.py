"""Getting the reports: sought, retrieved, not retrieved, with every attempt and its date."""

from __future__ import annotations

from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import screening as store_screening


def retrieve(review: Review, record: str, status: str, note: str | None = None) -> None:
    """Say of a report that it is sought, retrieved or not retrieved."""
    me = review.person()
    if status not in {"sought", "retrieved", "not_retrieved"}:
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
    store_screening.add_retrieval(
        review.store, me.id, store_citations.preferred(review.store, record), status, note
    )
