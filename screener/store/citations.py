"""Citations and their versions; records as clusters of them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable, Sequence

from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.store.database import Row, Store


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


def records_behind(store: Store, record: str | None, limit: int = 200) -> list[str]:
    """The next records in the order of the queue behind one of them, or the first ones."""
    rows = store.rows(
        "SELECT id FROM records WHERE :record IS NULL "
        "OR first_seen > (SELECT first_seen FROM records WHERE id = :record) ORDER BY first_seen LIMIT :limit",
        {"record": record, "limit": limit},
    )
    return [row[0] for row in rows]


def count_records(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM records"))


def version_ids(store: Store, wanted: Sequence[str]) -> list[str]:
    """The current version of each of these citations, in their order."""
    found = dict(tuple(row) for row in store.rows("SELECT citation_id, version_id FROM current_versions"))
    return [found[citation] for citation in wanted]


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


def find_citation(store: Store, reference: str) -> str:
    """The citation that a person means: database:accession, its id or the start of one, a PMID or a DOI.

    Raises ReviewError if none fits, or several.
    """
    wanted = reference.strip()
    database, _, key = wanted.partition(":")
    found = {
        row[0]
        for row in store.rows(
            "SELECT id FROM citations WHERE (database = ? AND source_key = ?) OR id = ?",
            [database.lower(), key, wanted],
        )
    }
    if not found and re.fullmatch(r"[0-9a-f-]{6,36}", wanted.lower()) and not wanted.isdigit():
        rows = store.rows("SELECT id FROM citations WHERE id LIKE ? LIMIT 50", [wanted.lower() + "%"])
        found = {row[0] for row in rows}
    if not found:
        bare = key if database.lower() in {"pmid", "doi"} and key else wanted
        rows = store.rows(
            "SELECT DISTINCT citation_id FROM versions WHERE pmid = :key OR doi = lower(:key) LIMIT 50",
            {"key": bare},
        )
        found = {row[0] for row in rows}
    if len(found) == 1:
        return str(found.pop())
    if found:
        known = names(store)
        raise ReviewError(
            f"'{reference}' fits {len(found)} citations: {', '.join(sorted(known[c] for c in found)[:5])}",
            entry=reference,
            expected="one citation: database:accession",
        )
    raise ReviewError(
        f"no citation is known as '{reference}'",
        entry=reference,
        expected="database:accession, a citation id (or its first 6 characters), a PMID or a DOI",
    )


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
