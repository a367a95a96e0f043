"""The saved queries of a review and the log of what was searched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from screener.model.errors import InputError
from screener.sources.queries import Query, read_query
from screener.steps.review import Review
from screener.store import citations as store_citations


def all_queries(review: Review) -> list[Query]:
    """Every queries/*.toml, by name."""
    return [read_query(path) for path in sorted((review.folder / "queries").glob("*.toml"))]


def chosen_queries(review: Review, names: Sequence[str] = ()) -> list[Query]:
    """The named queries, else all that can be run: those for PubMed and those that name their result files."""
    queries = {query.id: query for query in all_queries(review)}
    for name in names:
        if name not in queries:
            raise InputError(
                f"there is no query '{name}'",
                file=str(review.folder / "queries"),
                expected=", ".join(queries) or "a TOML file in this folder",
            )
    able = [query for query in queries.values() if query.database == "pubmed" or query.files]
    chosen = [queries[name] for name in names] or able
    if not chosen:
        raise InputError(
            "there is no query to run", file=str(review.folder / "queries"), expected="a queries/NAME.toml"
        )
    return chosen


def search_log(review: Review) -> list[dict[str, Any]]:
    """Every search run, oldest first, as PRISMA-S wants it: strategy, database, platform, date, hits."""
    return [
        {
            "id": row["id"],
            "query": row["query"],
            "database": row["database"],
            "kind": row["kind"],
            "platform": row["platform"],
            "searched_on": row["searched_on"],
            "strategy": row["strategy"],
            "query_translation": row["query_translation"],
            "messages": json.loads(row["messages"]),
            "hits": row["hits"],
            "stored": row["stored"],
            "skipped": row["skipped"],
            "missing": json.loads(row["missing"]) if row["missing"] else [],
            "file": row["file"],
            "format": row["format"],
            "by": row["actor"],
            "at": row["at"],
            "finished": bool(row["finished"]),
        }
        for row in store_citations.searches(review.store)
    ]
