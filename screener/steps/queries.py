"""The saved queries of a review and the log of what was searched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from screener.model.errors import InputError
from screener.sources.queries import Query, read_query
from screener.steps.review import Review
from screener.store import intake as store_intake
from screener.store.database import Row


def all_queries(review: Review) -> list[Query]:
    """Every queries/*.toml, by name."""
    return [read_query(path) for path in sorted((review.folder / "queries").glob("*.toml"))]


def chosen_queries(review: Review, names: Sequence[str] = ()) -> list[Query]:
    """The named queries, else all that can be run: those that the program can search itself, and those that
    name their result files."""
    queries = {query.id: query for query in all_queries(review)}
    for name in names:
        if name not in queries:
            raise InputError(
                f"there is no query '{name}'",
                file=str(review.folder / "queries"),
                expected=", ".join(queries) or "a TOML file in this folder",
            )
    able = [query for query in queries.values() if query.searchable or query.files]
    chosen = [queries[name] for name in names] or able
    if not chosen:
        raise InputError(
            "there is no query to run", file=str(review.folder / "queries"), expected="a queries/NAME.toml"
        )
    return chosen


def search_log(review: Review) -> list[dict[str, Any]]:
    """Every search run, oldest first, as PRISMA-S wants it: strategy, database, platform, date, limits, hits.

    `new`, `changed`, `unchanged` and `repeated` count citations; `gone` lists accessions that the run before
    returned and this one did not. `state` is finished, unfinished or abandoned (a later run took its place).
    """
    return [_logged(row) for row in store_intake.searches(review.store)]


def _logged(row: Row) -> dict[str, Any]:
    counts = json.loads(row["counts"]) if row["counts"] else {}
    unfinished = "abandoned" if row["superseded"] else "unfinished"
    return {
        "id": row["id"],
        "query": row["query"],
        "database": row["database"],
        "kind": row["kind"],
        "platform": row["platform"],
        "searched_on": row["searched_on"],
        "searched_by": row["searched_by"],
        "strategy": row["strategy"],
        "term": row["term"],
        "query_translation": row["query_translation"],
        "limits": json.loads(row["limits"]),
        "notes": row["notes"],
        "messages": json.loads(row["messages"]),
        "scope": row["scope"],
        "since": row["since"],
        "hits": row["hits"],
        "stored": row["stored"],
        "skipped": row["skipped"],
        "missing": json.loads(row["missing"]) if row["missing"] else [],
        **{name: counts.get(name) for name in ("new", "changed", "unchanged", "repeated")},
        "gone": json.loads(row["gone"]) if row["gone"] else [],
        "file": row["file"],
        "format": row["format"],
        "by": row["actor"],
        "at": row["at"],
        "finished": bool(row["finished"]),
        "state": "finished" if row["finished"] else unfinished,
    }
