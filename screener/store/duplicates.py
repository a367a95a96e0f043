"""Verdicts on pairs of citations, and the clusters that follow (a cache)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from screener.model.ids import content_id
from screener.store.database import Row, Store


def uncompared(store: Store, engine: str) -> list[str]:
    """Citations that this version of the engine has not compared with the others."""
    rows = store.rows(
        "SELECT c.id FROM citations c WHERE NOT EXISTS "
        "(SELECT 1 FROM compared k WHERE k.citation_id = c.id AND k.engine = ?) ORDER BY c.id",
        [engine],
    )
    return [row[0] for row in rows]


def add_engine_verdicts(
    store: Store, engine: str, verdicts: Iterable[Mapping[str, Any]], compared: Iterable[str]
) -> None:
    """Append verdicts (keys a, b, version_a, version_b, verdict, score, evidence) and remember which
    citations were compared. A verdict is on two citations as they stood: a changed one gets a new verdict."""
    with store.write():
        for verdict in verdicts:
            store.insert_new(
                "engine_verdicts",
                {
                    "id": content_id("engine", verdict["version_a"], verdict["version_b"], engine),
                    "a": verdict["a"],
                    "b": verdict["b"],
                    "version_a": verdict["version_a"],
                    "version_b": verdict["version_b"],
                    "engine": engine,
                    "verdict": verdict["verdict"],
                    "score": verdict["score"],
                    "evidence": json.dumps(verdict["evidence"], ensure_ascii=False, sort_keys=True),
                },
            )
        store.execute_many(
            "INSERT OR IGNORE INTO compared (citation_id, engine) VALUES (?, ?)",
            [(citation, engine) for citation in compared],
        )


def engine_verdicts(store: Store, engine: str) -> list[Row]:
    """The engine's verdicts on citations as they stand now."""
    return store.rows(
        "WITH now AS MATERIALIZED (SELECT version_id FROM current_versions) "
        "SELECT e.a, e.b, e.verdict, e.score, e.evidence FROM engine_verdicts e "
        "WHERE e.engine = ? AND e.version_a IN (SELECT version_id FROM now) "
        "AND e.version_b IN (SELECT version_id FROM now) ORDER BY e.a, e.b",
        [engine],
    )


def add_person_verdict(store: Store, actor: str, a: str, b: str, verdict: str, note: str | None) -> str:
    """Append one person's verdict; it replaces that person's earlier one on the pair."""
    first, second = sorted((a, b))
    with store.write():
        earlier = store.value(
            "SELECT id FROM person_verdict_heads WHERE a = ? AND b = ? AND actor = ?", [first, second, actor]
        )
        act = store.act("duplicate", actor, replaces=earlier)
        store.insert(
            "person_verdicts", {"id": act, "a": first, "b": second, "verdict": verdict, "note": note}
        )
    return act


def person_verdicts(store: Store) -> list[Row]:
    return store.rows("SELECT id, a, b, verdict, note, actor, at FROM person_verdict_heads ORDER BY id")


def save_clusters(store: Store, record_of: Mapping[str, str], preferred: Mapping[str, str]) -> int:
    """Replace the cached clusters by these; gives how many citations changed their record.

    `record_of` maps every citation to its record; `preferred` maps every record to the citation shown.
    """
    with store.write():
        before = {row[0]: row[1] for row in store.rows("SELECT citation_id, record_id FROM members")}
        moved = [
            (record, citation) for citation, record in record_of.items() if before.get(citation) != record
        ]
        shown = {row[0]: row[1] for row in store.rows("SELECT id, preferred FROM records")}
        if moved:
            store.execute_many(
                "INSERT INTO members (record_id, citation_id) VALUES (?, ?) "
                "ON CONFLICT (citation_id) DO UPDATE SET record_id = excluded.record_id",
                moved,
            )
        gone = [(record,) for record in shown if record not in preferred]
        if gone:
            store.execute_many("DELETE FROM records WHERE id = ?", gone)
        changed = [(r, p) for r, p in preferred.items() if shown.get(r) != p]
        if changed:
            store.execute_many(
                "INSERT INTO records (id, preferred, first_seen) VALUES (?, ?, '') "
                "ON CONFLICT (id) DO UPDATE SET preferred = excluded.preferred",
                changed,
            )
        touched = sorted({record for record, _ in moved} | {r for r, p in changed})
        store.execute_many(
            "UPDATE records SET first_seen = (SELECT min(f.search_id || ':' || printf('%08d', f.position)) "
            "FROM members m JOIN versions v ON v.citation_id = m.citation_id JOIN found f ON f.version_id = v.id "
            "WHERE m.record_id = records.id) WHERE id = ?",
            [(record,) for record in touched],
        )
    return len(moved)


def first_seen(store: Store, citations: Sequence[str]) -> dict[str, str]:
    """When each citation first turned up, as a text that sorts: the order of records."""
    found: dict[str, str] = {}
    for start in range(0, len(citations), 500):
        some = citations[start : start + 500]
        for row in store.rows(
            "SELECT v.citation_id, min(f.search_id || ':' || printf('%08d', f.position)) "
            "FROM versions v JOIN found f ON f.version_id = v.id "
            f"WHERE v.citation_id IN ({', '.join('?' * len(some))}) GROUP BY v.citation_id",
            some,
        ):
            found[row[0]] = row[1]
    return found
