"""Reviews for tests: a real folder with a real database, made in a moment."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from screener.model.citation import Citation, Entry
from screener.model.ids import ActIds
from screener.steps import review as review_step
from screener.steps.intake import prepared
from screener.steps.review import Review
from screener.store import intake as store_intake

START = 1_700_000_000.0


def fixed_ids(seed: int = 0) -> ActIds:
    """A clock that moves one second an act, and repeatable randomness."""
    ticks = iter(range(10_000_000))
    return ActIds(now=lambda: START + next(ticks) / 10, entropy=random.Random(seed).randbytes)


def citation(number: int, **changes: object) -> Citation:
    """A made-up trial record; every number gives another one."""
    values: dict[str, object] = {
        "source": "pubmed",
        "source_key": str(99_000_000 + number),
        "title": f"Trial {number}: a randomised comparison of drug A with placebo",
        "abstract": f"BACKGROUND: Trial {number} asked whether drug A helps.\nRESULTS: The hazard ratio was 0.7.",
        "authors": (f"Author{number}, Anna", "Other, Bo"),
        "journal": "Journal of Made-up Trials",
        "year": 2020,
        "pmid": str(99_000_000 + number),
    }
    return Citation(**{**values, **changes})  # type: ignore[arg-type]


def entries(citations: Iterable[Citation]) -> list[Entry]:
    return [Entry(n, repr(c).encode(), c) for n, c in enumerate(citations, 1)]


def add_citations(review: Review, citations: Iterable[Citation], database: str = "pubmed") -> list[str]:
    """Store citations as one search; gives their ids, which are their records' ids too."""
    given = entries(citations)
    search = store_intake.start_search(
        review.store,
        "C",
        {
            "query": "test",
            "database": database,
            "kind": "register" if database == "clinicaltrials" else "database",
            "platform": None,
            "searched_on": "2023-07-31",
            "strategy": None,
            "term": None,
            "query_translation": None,
            "messages": "[]",
            "hits": len(given),
            "file": None,
            "file_sha256": None,
            "format": "test",
        },
    )
    rows = [prepared(database, each) for each in given]
    store_intake.add_entries(review.store, search, database, rows)
    new, _ = store_intake.touched(review.store, search)
    store_intake.end_search(review.store, "C", search, outcome=store_intake.outcome(review.store, search))
    return [row.citation_id for row in rows if row.citation_id in new]


def make_review(folder: Path, records: int = 0, *, seed: int = 0) -> Review:
    """A review with the template's protocol adopted (screeners A and B; C adjudicates and coordinates)."""
    ids = fixed_ids(seed)
    review_step.init_review(folder, ids=ids).close()
    opened = review_step.open_review(folder, "C", ids=ids)
    review_step.adopt(opened, "first version")
    if records:
        add_citations(opened, (citation(n) for n in range(1, records + 1)))
    return opened


def opened_as(review: Review, reviewer: str) -> Review:
    """The same review seen by another person, over the same connection."""
    return review.as_person(reviewer)
