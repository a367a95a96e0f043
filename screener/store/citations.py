"""Searches, citations and their versions; records as clusters of them."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from screener.model.citation import BadEntry, Citation, Entry
from screener.model.errors import ReviewError
from screener.model.ids import citation_id, version_id
from screener.store.database import Row, Store


@dataclass(frozen=True, slots=True)
class Added:
    """What storing entries did: citations that are new, changed or known, and broken ones."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    repeated: int
    skipped: int


def start_search(store: Store, actor: str, values: Mapping[str, Any]) -> str:
    """Append the row of a search run; `values` are the columns of `searches` but its id."""
    with store.write():
        act = store.act("search", actor)
        store.insert("searches", {"id": act, **values})
    return act


def end_search(store: Store, actor: str, search: str, missing: Collection[str] = ()) -> None:
    with store.write():
        act = store.act("search_end", actor)
        store.insert("search_ends", {"id": act, "search_id": search, "missing": json.dumps(sorted(missing))})


def unfinished_search(store: Store, query: str) -> Row | None:
    return store.row("SELECT * FROM unfinished_searches WHERE query = ? ORDER BY id DESC LIMIT 1", [query])


def fetched_keys(store: Store, search: str) -> frozenset[str]:
    """Accessions that a search run has stored already: what a resumed run need not fetch again."""
    rows = store.rows(
        "SELECT c.source_key FROM found f JOIN versions v ON v.id = f.version_id "
        "JOIN citations c ON c.id = v.citation_id WHERE f.search_id = ? AND c.source_key IS NOT NULL",
        [search],
    )
    return frozenset(row[0] for row in rows)


def last_position(store: Store, search: str) -> int:
    """The highest position that a search run has used, for a good or a broken entry; 0 if none."""
    return int(
        store.value(
            "SELECT coalesce(max(position), 0) FROM (SELECT position FROM found WHERE search_id = :search "
            "UNION ALL SELECT position FROM skipped WHERE search_id = :search)",
            {"search": search},
        )
    )


def add_entries(
    store: Store,
    search: str,
    database: str,
    entries: Iterable[Entry],
    bad: Iterable[BadEntry] = (),
    *,
    offset: int = 0,
    seen: set[str] | None = None,
) -> Added:
    """Store entries of a search as citations, versions and finds; new citations become records of their own.

    `database` is the one that was searched: a file's citations count under it, whatever each entry says.
    Positions count from `offset` + 1. A search that comes in parts hands the same `seen` to each of them, so
    that what an earlier part held counts as repeated.
    """
    new: list[str] = []
    changed: list[str] = []
    seen = set() if seen is None else seen
    unchanged = repeated = skipped = 0
    with store.write():
        for entry in entries:
            key = entry.citation.source_key
            cid = citation_id(database, key, entry.raw)
            vid = version_id(cid, entry.raw)
            is_new = store.insert_new("citations", {"id": cid, "database": database, "source_key": key})
            is_changed = _add_version(store, vid, cid, entry)
            position = offset + entry.position
            store.insert("found", {"search_id": search, "position": position, "version_id": vid})
            if is_new:
                new.append(cid)
                store.execute(
                    "INSERT INTO records (id, preferred, first_seen) VALUES (?, ?, ?)",
                    [cid, cid, f"{search}:{position:08d}"],
                )
                store.execute("INSERT INTO members (citation_id, record_id) VALUES (?, ?)", [cid, cid])
            elif cid in seen:
                repeated += 1
            elif is_changed:
                changed.append(cid)
                # A changed entry is compared again.
                store.execute("DELETE FROM compared WHERE citation_id = ?", [cid])
            else:
                unchanged += 1
            seen.add(cid)
        for broken in bad:
            skipped += 1
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
    return Added(tuple(new), tuple(changed), unchanged, repeated, skipped)


def _add_version(store: Store, vid: str, cid: str, entry: Entry) -> bool:
    citation = entry.citation
    return store.insert_new(
        "versions",
        {
            "id": vid,
            "citation_id": cid,
            "raw": zlib.compress(entry.raw, 6),
            "title": citation.title,
            "year": citation.year,
            "doi": citation.doi,
            "pmid": citation.pmid,
            "fields": json.dumps(citation.to_dict(), ensure_ascii=False),
        },
    )


def searches(store: Store) -> list[Row]:
    """Every search run with what it stored, oldest first."""
    return store.rows(
        "SELECT s.*, a.actor, a.at, (SELECT count(*) FROM found f WHERE f.search_id = s.id) AS stored, "
        "(SELECT count(*) FROM skipped k WHERE k.search_id = s.id) AS skipped, e.missing, "
        "e.id IS NOT NULL AS finished "
        "FROM searches s JOIN acts a ON a.id = s.id LEFT JOIN search_ends e ON e.search_id = s.id ORDER BY s.id"
    )


def file_imported(store: Store, sha256: str, database: str) -> bool:
    return bool(
        store.value(
            "SELECT 1 FROM searches WHERE file_sha256 = ? AND database = ? LIMIT 1", [sha256, database]
        )
    )


def citations(store: Store, ids: Collection[str] | None = None) -> dict[str, Citation]:
    """Current fields of citations by id: all, or the given ones."""
    sql = "SELECT c.citation_id, v.fields FROM current_versions c JOIN versions v ON v.id = c.version_id"
    if ids is None:
        rows = store.rows(sql)
    else:
        rows = []
        for some in _chunks(sorted(ids), 500):
            marks = ", ".join("?" * len(some))
            rows += store.rows(f"{sql} WHERE c.citation_id IN ({marks})", some)
    return {row[0]: Citation.from_dict(json.loads(row[1])) for row in rows}


def count(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM citations"))


def ids(store: Store) -> list[str]:
    """All citations."""
    return [row[0] for row in store.rows("SELECT id FROM citations ORDER BY id")]


def current_versions(store: Store) -> dict[str, str]:
    """The current version of every citation."""
    return {row[0]: row[1] for row in store.rows("SELECT citation_id, version_id FROM current_versions")}


def current_version(store: Store, citation: str) -> str:
    return str(store.value("SELECT version_id FROM current_versions WHERE citation_id = ?", [citation]))


def raw_entry(store: Store, version: str) -> bytes:
    """A version's entry exactly as its database gave it."""
    return zlib.decompress(store.value("SELECT raw FROM versions WHERE id = ?", [version]))


# Records -----------------------------------------------------------------------------------------


def record_ids(store: Store) -> list[str]:
    """All records in the order in which they were first seen."""
    return [row[0] for row in store.rows("SELECT id FROM records ORDER BY first_seen")]


def record_members(store: Store, record: str) -> list[str]:
    rows = store.rows("SELECT citation_id FROM members WHERE record_id = ? ORDER BY citation_id", [record])
    return [row[0] for row in rows]


def members_by_record(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in store.rows("SELECT record_id, citation_id FROM members ORDER BY citation_id"):
        found.setdefault(row[0], []).append(row[1])
    return found


def preferred(store: Store, record: str) -> str:
    return str(store.value("SELECT preferred FROM records WHERE id = ?", [record]))


def preferred_by_record(store: Store) -> dict[str, str]:
    return {row[0]: row[1] for row in store.rows("SELECT id, preferred FROM records")}


def identified(store: Store) -> list[Row]:
    """citation_id, kind, database, times: each citation once per database, repeats within a file kept."""
    return store.rows("SELECT citation_id, kind, database, times FROM identified")


def skipped_entries(store: Store) -> list[Row]:
    return store.rows("SELECT kind, database, raw_sha256, message FROM skipped_entries")


def sources_of(store: Store, record: str) -> list[Row]:
    """Where a record was found: database, accession, kind of source."""
    return store.rows(
        "SELECT DISTINCT c.id, c.database, c.source_key FROM members m JOIN citations c ON c.id = m.citation_id "
        "WHERE m.record_id = ? ORDER BY c.database, c.source_key",
        [record],
    )


def names(store: Store) -> dict[str, str]:
    """How a person names each citation: database:accession, else its id."""
    rows = store.rows("SELECT id, database, source_key FROM citations")
    return {row[0]: f"{row[1]}:{row[2]}" if row[2] else row[0] for row in rows}


def titles(store: Store) -> list[Row]:
    """Every record in the order of the queue: id, title, first author, year, pmid."""
    return store.rows(
        "SELECT r.id, v.title, json_extract(v.fields, '$.authors[0]') AS author, v.year, v.pmid FROM records r "
        "JOIN current_versions c ON c.citation_id = r.preferred JOIN versions v ON v.id = c.version_id "
        "ORDER BY r.first_seen"
    )


def record_of(store: Store, citation: str) -> str:
    """The record that now holds a citation."""
    return str(store.value("SELECT record_id FROM members WHERE citation_id = ?", [citation]))


def unfinished_queries(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT query FROM unfinished_searches ORDER BY id")]


def find_citation(store: Store, reference: str) -> str:
    """The citation that a person means: database:accession or its id. Raises ReviewError if there is none."""
    database, _, key = reference.partition(":")
    found = store.value(
        "SELECT id FROM citations WHERE (database = ? AND source_key = ?) OR id = ?",
        [database.lower(), key, reference],
    )
    if found is None:
        raise ReviewError(
            f"no citation is known as '{reference}'",
            entry=reference,
            expected="database:accession or a citation id",
        )
    return str(found)


def find_record(store: Store, reference: str) -> str:
    """The record that a person means: an id or the start of one, database:accession, PMID, DOI or NCT number.

    Raises ReviewError when nothing or more than one record fits.
    """
    wanted = reference.strip()
    found: set[str] = set()
    member = "SELECT m.record_id FROM members m"
    # Digits alone are a PMID; the start of an id has letters or is long.
    if re.fullmatch(r"[0-9a-f-]{6,36}", wanted.lower()) and not wanted.isdigit():
        like = wanted.lower() + "%"
        found |= {r[0] for r in store.rows(f"{member} WHERE m.citation_id LIKE ? LIMIT 50", [like])}
    database, _, key = wanted.partition(":")
    if key and not found:
        found |= {
            r[0]
            for r in store.rows(
                f"{member} JOIN citations c ON c.id = m.citation_id WHERE c.database = ? AND c.source_key = ?",
                [database.lower(), key],
            )
        }
    bare = key if database.lower() in {"pmid", "doi", "nct"} and key else wanted
    if not found:
        found |= {
            r[0]
            for r in store.rows(
                f"{member} JOIN citations c ON c.id = m.citation_id JOIN versions v ON v.citation_id = c.id "
                "WHERE v.pmid = :key OR v.doi = lower(:key) OR c.source_key = :key",
                {"key": bare},
            )
        }
    if not found:
        raise ReviewError(
            f"no record is known as '{reference}'",
            entry=reference,
            expected="a record id (or its first 6 characters), database:accession, a PMID or a DOI",
        )
    if len(found) > 1:
        raise ReviewError(
            f"'{reference}' fits {len(found)} records: {', '.join(sorted(found)[:5])}",
            entry=reference,
            expected="one record; give more of its id",
        )
    return found.pop()


def _chunks(items: list[str], size: int) -> Iterable[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
