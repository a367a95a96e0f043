"""Searches and what they return: runs, entries, citations and their versions come into the ledger here."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from screener.model.citation import BadEntry, Entry
from screener.model.ids import citation_id, version_id
from screener.store.database import Row, Store

# Of the raw entries; higher levels save a few percent and cost half as much again.
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry as it goes into the ledger: everything that takes time is done, and it can be pickled.

    `notices` are (kind, pmid, text) of retractions and the like that the entry tells of.
    """

    position: int
    citation_id: str
    version_id: str
    source_key: str | None
    raw: bytes
    title: str | None
    year: int | None
    doi: str | None
    pmid: str | None
    fields: str
    notices: tuple[tuple[str, str | None, str], ...]


def prepare(database: str, entry: Entry, notices: Iterable[tuple[str, str | None, str]] = ()) -> Prepared:
    """`database` is the one that was searched: an entry counts under it, whatever it says itself."""
    citation = entry.citation
    if citation.source == "other":
        # A table does not say where it comes from; whoever imported it did.
        citation = replace(citation, source=database)
    cid = citation_id(database, citation.source_key, entry.raw)
    return Prepared(
        position=entry.position,
        citation_id=cid,
        version_id=version_id(cid, entry.raw),
        source_key=citation.source_key,
        raw=zlib.compress(entry.raw, _LEVEL),
        title=citation.title,
        year=citation.year,
        doi=citation.doi,
        pmid=citation.pmid,
        fields=json.dumps(citation.to_dict(), ensure_ascii=False),
        notices=tuple(notices),
    )


def start_search(store: Store, actor: str, values: Mapping[str, Any]) -> str:
    """Append the row of a search run; `values` are the columns of `searches` but its id."""
    with store.write():
        act = store.act("search", actor)
        store.insert("searches", {"id": act, **values})
    return act


def add_returned(store: Store, search: str, keys: Sequence[str]) -> None:
    """Every accession that the run of a search returned, in the database's order."""
    with store.write():
        store.insert("returned", {"search_id": search, "keys": zlib.compress("\n".join(keys).encode())})


def add_entries(
    store: Store, search: str, database: str, entries: Sequence[Prepared], *, offset: int = 0
) -> None:
    """Store entries of a run as citations, versions and finds; new citations become records of their own.

    Positions count from `offset` + 1.
    """
    with store.write():
        known = _known(store, "citations", [e.citation_id for e in entries])
        held = _known(store, "versions", [e.version_id for e in entries])
        fresh: dict[str, Prepared] = {}
        versions: dict[str, Prepared] = {}
        for entry in entries:
            if entry.citation_id not in known:
                fresh.setdefault(entry.citation_id, entry)
            if entry.version_id not in held:
                versions.setdefault(entry.version_id, entry)
        store.insert_many(
            "citations",
            ("id", "database", "source_key"),
            [(e.citation_id, database, e.source_key) for e in fresh.values()],
        )
        store.insert_many(
            "versions",
            ("id", "citation_id", "raw", "title", "year", "doi", "pmid", "fields"),
            [
                (e.version_id, e.citation_id, e.raw, e.title, e.year, e.doi, e.pmid, e.fields)
                for e in versions.values()
            ],
        )
        store.insert_many(
            "found",
            ("search_id", "position", "version_id"),
            [(search, offset + e.position, e.version_id) for e in entries],
        )
        store.execute_many(
            "INSERT INTO records (id, preferred, first_seen) VALUES (?, ?, ?)",
            [(cid, cid, f"{search}:{offset + e.position:08d}") for cid, e in fresh.items()],
        )
        store.execute_many(
            "INSERT INTO members (citation_id, record_id) VALUES (?, ?)", [(cid, cid) for cid in fresh]
        )
        store.execute_many(
            "INSERT INTO notices (version_id, kind, pmid, text) VALUES (?, ?, ?, ?)",
            [(vid, *notice) for vid, e in versions.items() for notice in e.notices],
        )
        # A changed entry is compared again.
        store.execute_many(
            "DELETE FROM compared WHERE citation_id = ?",
            [(e.citation_id,) for e in versions.values() if e.citation_id in known],
        )


def _known(store: Store, table: str, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        marks = ", ".join("?" * len(some))
        found.update(row[0] for row in store.rows(f"SELECT id FROM {table} WHERE id IN ({marks})", some))
    return found


def add_skipped(store: Store, search: str, bad: Iterable[BadEntry], *, offset: int = 0) -> None:
    """Entries of a run that could not be read."""
    with store.write():
        for broken in bad:
            store.insert(
                "skipped",
                {
                    "search_id": search,
                    "position": offset + broken.position,
                    "raw": zlib.compress(broken.raw),
                    "raw_sha256": hashlib.sha256(broken.raw).hexdigest(),
                    "message": broken.message,
                },
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run brought: citations that are new, changed (another version than last seen), unchanged;
    `repeated` are further entries of citations that the same run had already."""

    new: int
    changed: int
    unchanged: int
    repeated: int


_LAST_SEEN = """
WITH mine AS (
    SELECT v.citation_id, f.version_id, max(f.position) AS position
    FROM found f JOIN versions v ON v.id = f.version_id WHERE f.search_id = :search GROUP BY v.citation_id
), before AS (
    SELECT citation_id, version_id FROM (
        SELECT v.citation_id, f.version_id,
               row_number() OVER (PARTITION BY v.citation_id ORDER BY f.search_id DESC, f.position DESC) AS rank
        FROM mine m JOIN versions v ON v.citation_id = m.citation_id JOIN found f ON f.version_id = v.id
        WHERE f.search_id < :search
    ) WHERE rank = 1
)
SELECT m.citation_id, m.version_id, b.version_id AS was
FROM mine m LEFT JOIN before b ON b.citation_id = m.citation_id
"""


def outcome(store: Store, search: str, *, listed: int | None = None) -> Outcome:
    """Counted from the finds of the run; `listed` accessions that were not read again are unchanged."""
    new, changed, same = store.rows(
        f"SELECT coalesce(sum(was IS NULL), 0), coalesce(sum(was <> version_id), 0), "
        f"coalesce(sum(was = version_id), 0) FROM ({_LAST_SEEN})",
        {"search": search},
    )[0]
    finds = store.value("SELECT count(*) FROM found WHERE search_id = ?", [search])
    read = new + changed + same
    unread = max(0, listed - read) if listed is not None else 0
    return Outcome(new, changed, same + unread, finds - read)


def touched(store: Store, search: str) -> tuple[list[str], list[str]]:
    """The citations that are new with a run, and those that it found changed."""
    rows = store.rows(_LAST_SEEN + " WHERE was IS NULL OR was <> m.version_id", {"search": search})
    new = [row["citation_id"] for row in rows if row["was"] is None]
    return new, [row["citation_id"] for row in rows if row["was"] is not None]


def end_search(
    store: Store,
    actor: str,
    search: str,
    *,
    outcome: Outcome,
    missing: Collection[str] = (),
    gone: Collection[str] = (),
) -> None:
    """`missing`: accessions asked for and not given; `gone`: of the run before and not of this one."""
    with store.write():
        act = store.act("search_end", actor)
        store.insert(
            "search_ends",
            {
                "id": act,
                "search_id": search,
                "missing": json.dumps(sorted(missing), ensure_ascii=False),
                "counts": json.dumps(asdict(outcome)),
                "gone": json.dumps(sorted(gone)),
            },
        )


def unfinished_search(store: Store, query: str) -> Row | None:
    """The run of a query that was interrupted, unless a later one has taken its place."""
    return store.row("SELECT * FROM unfinished_searches WHERE query = ? ORDER BY id DESC LIMIT 1", [query])


def unfinished_queries(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT query FROM unfinished_searches ORDER BY id")]


def last_finished(store: Store, query: str, *, before: str | None = None) -> Row | None:
    """The newest finished run of a query (before a given one)."""
    return store.row(
        "SELECT s.* FROM searches s WHERE s.query = :query AND (:before IS NULL OR s.id < :before) "
        "AND EXISTS (SELECT 1 FROM search_ends e WHERE e.search_id = s.id) ORDER BY s.id DESC LIMIT 1",
        {"query": query, "before": before},
    )


def returned_keys(store: Store, search: str) -> list[str]:
    """The accessions that a run returned: its list, or (a file) those of its entries."""
    keys = store.value("SELECT keys FROM returned WHERE search_id = ?", [search])
    if keys is not None:
        return [key for key in zlib.decompress(keys).decode().split("\n") if key]
    return sorted(fetched_keys(store, search))


def fetched_keys(store: Store, search: str) -> frozenset[str]:
    """Accessions that a run has stored already: what a resumed run need not fetch again."""
    rows = store.rows(
        "SELECT DISTINCT c.source_key FROM found f JOIN versions v ON v.id = f.version_id "
        "JOIN citations c ON c.id = v.citation_id WHERE f.search_id = ? AND c.source_key IS NOT NULL",
        [search],
    )
    return frozenset(row[0] for row in rows)


def known_keys(store: Store, database: str, keys: Sequence[str]) -> frozenset[str]:
    """Those of some accessions of a database that the review has an entry of."""
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        marks = ", ".join("?" * len(some))
        found.update(
            row[0]
            for row in store.rows(
                f"SELECT source_key FROM citations WHERE source_key IN ({marks}) AND database = ?",
                [*some, database],
            )
        )
    return frozenset(found)


def last_position(store: Store, search: str) -> int:
    """The highest position that a run has used, for a good or a broken entry; 0 if none."""
    return int(
        store.value(
            "SELECT coalesce(max(position), 0) FROM (SELECT position FROM found WHERE search_id = :search "
            "UNION ALL SELECT position FROM skipped WHERE search_id = :search)",
            {"search": search},
        )
    )


def skipped_count(store: Store, search: str) -> int:
    return int(store.value("SELECT count(*) FROM skipped WHERE search_id = ?", [search]))


def file_imported(store: Store, sha256: str, database: str) -> bool:
    return bool(
        store.value(
            "SELECT 1 FROM searches WHERE file_sha256 = ? AND database = ? LIMIT 1", [sha256, database]
        )
    )


def searches(store: Store) -> list[Row]:
    """Every run with what it stored, oldest first."""
    return store.rows(
        "SELECT s.*, a.actor, a.at, (SELECT count(*) FROM found f WHERE f.search_id = s.id) AS stored, "
        "(SELECT count(*) FROM skipped k WHERE k.search_id = s.id) AS skipped, "
        "e.missing, e.counts, e.gone, e.id IS NOT NULL AS finished, "
        "EXISTS (SELECT 1 FROM searches n WHERE n.query = s.query AND n.id > s.id) AS superseded "
        "FROM searches s JOIN acts a ON a.id = s.id LEFT JOIN search_ends e ON e.search_id = s.id ORDER BY s.id"
    )
