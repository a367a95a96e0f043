"""Verdicts on pairs of citations, and the clusters that follow (a cache)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from screener.model.citation import Citation
from screener.model.ids import content_id
from screener.store.database import Row, Store

# Versions that a later one of the same citation has replaced. The view `current_versions` would look at all
# finds; few citations have a second version.
_OLD = """
WITH several AS (SELECT citation_id FROM versions GROUP BY citation_id HAVING count(*) > 1),
ranked AS (
    SELECT v.rowid AS number, v.id,
           row_number() OVER (PARTITION BY v.citation_id ORDER BY f.search_id DESC, f.position DESC) AS rank
    FROM several s JOIN versions v ON v.citation_id = s.citation_id LEFT JOIN found f ON f.version_id = v.id
),
old AS MATERIALIZED (SELECT number, id FROM ranked EXCEPT SELECT number, id FROM ranked WHERE rank = 1)
"""


class Snapshot(Mapping[str, Citation]):
    """All citations as they stand now, each read when it is asked for. What others add or change meanwhile is
    not in it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.end = int(store.value("SELECT coalesce(max(rowid), 0) FROM versions")) + 1
        """The number above all versions; they are numbered from 1 in the order in which they came."""
        old = store.rows(f"{_OLD} SELECT number FROM old WHERE number < ?", [self.end])
        self.old = frozenset(int(row[0]) for row in old)
        """The numbers of versions that are replaced."""

    def version(self, citation: str) -> str:
        return str(self._row(citation)["id"])

    def _row(self, citation: str) -> Row:
        rows = self._store.rows(
            "SELECT rowid AS number, id, fields FROM versions WHERE citation_id = ? AND rowid < ?",
            [citation, self.end],
        )
        for row in rows:
            if row["number"] not in self.old:
                return row
        raise KeyError(citation)

    def __getitem__(self, citation: str) -> Citation:
        return Citation.from_dict(json.loads(self._row(citation)["fields"]))

    def __iter__(self) -> Iterator[str]:
        for row in self._store.rows("SELECT rowid, citation_id FROM versions WHERE rowid < ?", [self.end]):
            if row[0] not in self.old:
                yield row[1]

    def __len__(self) -> int:
        return int(self._store.value("SELECT count(*) FROM versions WHERE rowid < ?", [self.end])) - len(
            self.old
        )


def versions_between(
    store: Store, start: int, end: int, old: Collection[int]
) -> Iterator[tuple[str, Citation]]:
    """Citations by the numbers of their versions, `start` to below `end`, without the `old` ones."""
    for first in range(start, end, 500):
        for row in store.rows(
            "SELECT rowid, citation_id, fields FROM versions WHERE rowid >= ? AND rowid < ? ORDER BY rowid",
            [first, min(first + 500, end)],
        ):
            if row[0] not in old:
                yield row[1], Citation.from_dict(json.loads(row[2]))


def uncompared(store: Store, engine: str) -> list[str]:
    """Citations that this version of the engine has not compared with the others."""
    rows = store.rows(
        "SELECT c.id FROM citations c WHERE NOT EXISTS "
        "(SELECT 1 FROM compared k WHERE k.citation_id = c.id AND k.engine = ?) ORDER BY c.id",
        [engine],
    )
    return [row[0] for row in rows]


def unknown_engine(store: Store, engine: str) -> bool:
    """Whether this version of the engine has compared nothing yet, but another has."""
    return bool(
        store.value(
            "SELECT EXISTS (SELECT 1 FROM compared) AND NOT EXISTS (SELECT 1 FROM compared WHERE engine = ?)",
            [engine],
        )
    )


def add_engine_verdicts(
    store: Store, engine: str, verdicts: Iterable[Mapping[str, Any]], compared: Iterable[str]
) -> None:
    """Append verdicts (keys a, b, version_a, version_b, verdict, score, evidence) and remember which
    citations were compared. A verdict is on two citations as they stood: a changed one gets a new verdict."""
    with store.write():
        store.execute_many(
            "INSERT OR IGNORE INTO engine_verdicts "
            "(id, a, b, version_a, version_b, engine, verdict, score, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    content_id("engine", verdict["version_a"], verdict["version_b"], engine),
                    verdict["a"],
                    verdict["b"],
                    verdict["version_a"],
                    verdict["version_b"],
                    engine,
                    verdict["verdict"],
                    verdict["score"],
                    json.dumps(verdict["evidence"], ensure_ascii=False, sort_keys=True),
                )
                for verdict in verdicts
            ],
        )
        store.execute_many(
            "INSERT OR IGNORE INTO compared (citation_id, engine) VALUES (?, ?)",
            [(citation, engine) for citation in compared],
        )


def engine_verdicts(store: Store, engine: str) -> list[Row]:
    """The engine's verdicts on citations as they stand now: a, b, verdict, score, evidence (JSON)."""
    return store.rows(
        f"{_OLD} SELECT e.a, e.b, e.verdict, e.score, e.evidence FROM engine_verdicts e "
        "WHERE e.engine = ? AND e.version_a NOT IN (SELECT id FROM old) "
        "AND e.version_b NOT IN (SELECT id FROM old) ORDER BY e.a, e.b",
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


def earlier_verdict(store: Store, actor: str, a: str, b: str) -> str | None:
    """What a person's current word on a pair replaced."""
    first, second = sorted((a, b))
    found = store.value(
        "SELECT p.verdict FROM person_verdict_heads h JOIN acts n ON n.id = h.id "
        "JOIN person_verdicts p ON p.id = n.replaces WHERE h.a = ? AND h.b = ? AND h.actor = ?",
        [first, second, actor],
    )
    return str(found) if found is not None else None


def person_verdicts(store: Store) -> list[Row]:
    return store.rows("SELECT id, a, b, verdict, note, actor, at FROM person_verdict_heads ORDER BY id")


def unlike_alone(store: Store) -> dict[str, str | None]:
    """Citations that the cache does not hold as a record of their own and shown there, with the record that
    each is in (None: in no record). All others are records of one citation, which has their id."""
    found: dict[str, str | None] = {}
    for row in store.rows("SELECT id FROM citations WHERE id NOT IN (SELECT citation_id FROM members)"):
        found[row[0]] = None
    # Its members are together, elsewhere, without a record, or not shown.
    for row in store.rows(
        "SELECT citation_id, record_id FROM members WHERE record_id IN ("
        "SELECT record_id FROM members WHERE record_id <> citation_id "
        "UNION SELECT record_id FROM members WHERE record_id NOT IN (SELECT id FROM records) "
        "UNION SELECT id FROM records WHERE preferred <> id)"
    ):
        found[row[0]] = row[1]
    return found


def records_shown(store: Store, records: Collection[str]) -> dict[str, str]:
    """Those of the records that there are, with the citation that each shows."""
    found: dict[str, str] = {}
    for some in _chunks(sorted(records)):
        marks = ", ".join("?" * len(some))
        found |= {
            row[0]: row[1]
            for row in store.rows(f"SELECT id, preferred FROM records WHERE id IN ({marks})", some)
        }
    return found


def empty_records(store: Store) -> list[str]:
    rows = store.rows("SELECT id FROM records WHERE id NOT IN (SELECT record_id FROM members)")
    return [row[0] for row in rows]


def save_clusters(store: Store, moved: Mapping[str, str], shown: Mapping[str, str]) -> None:
    """Change the cached clusters: `moved` has the new record of citations that changed it, `shown` the
    citation shown by records for which that is new. Records that are empty then are gone."""
    with store.write():
        store.execute_many(
            "INSERT INTO members (record_id, citation_id) VALUES (?, ?) "
            "ON CONFLICT (citation_id) DO UPDATE SET record_id = excluded.record_id",
            [(record, citation) for citation, record in moved.items()],
        )
        store.execute_many("DELETE FROM records WHERE id = ?", [(r,) for r in empty_records(store)])
        store.execute_many(
            "INSERT INTO records (id, preferred, first_seen) VALUES (?, ?, '') "
            "ON CONFLICT (id) DO UPDATE SET preferred = excluded.preferred",
            list(shown.items()),
        )
        store.execute_many(
            "UPDATE records SET first_seen = (SELECT min(f.search_id || ':' || printf('%08d', f.position)) "
            "FROM members m JOIN versions v ON v.citation_id = m.citation_id JOIN found f ON f.version_id = v.id "
            "WHERE m.record_id = records.id) WHERE id = ?",
            [(record,) for record in sorted({*moved.values(), *shown})],
        )


def first_seen(store: Store, citations: Sequence[str]) -> dict[str, str]:
    """When each citation first turned up, as a text that sorts: the order of records."""
    found: dict[str, str] = {}
    for some in _chunks(citations):
        for row in store.rows(
            "SELECT v.citation_id, min(f.search_id || ':' || printf('%08d', f.position)) "
            "FROM versions v JOIN found f ON f.version_id = v.id "
            f"WHERE v.citation_id IN ({', '.join('?' * len(some))}) GROUP BY v.citation_id",
            some,
        ):
            found[row[0]] = row[1]
    return found


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), 500):
        yield items[start : start + 500]
