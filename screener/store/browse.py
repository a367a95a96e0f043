"""Browsing all records: full-text search, lines for sorting. Both are caches, brought up to date on demand.

The full-text table holds words only (FTS5, contentless). A run of Chinese, Japanese or Korean characters goes in
as its pairs, since nothing parts their words: so any piece of two characters or more is found.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from screener.store.database import Row, Store

# Chinese, Japanese and Korean letters.
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_ARTICLE = re.compile(r"\A(?:the|an|a)\s+")
_OPENING = "[(\"'“‘«¿¡ "
_BATCH = 2000
ORDERS = {
    "queue": "first_seen, record_id",
    "title": "title = '', title, record_id",
    "author": "author = '', author, year, record_id",
    "year": "year IS NULL, year DESC, first_seen, record_id",
    "journal": "journal = '', journal, year, record_id",
}


def folded(text: str | None) -> str:
    """For sorting: lower case, without accents, brackets, quotes and a leading article."""
    plain = unicodedata.normalize("NFKD", (text or "").casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c)).lstrip(_OPENING)
    return _ARTICLE.sub("", bare, count=1).lstrip(_OPENING)


def pairs(text: str) -> str:
    """Text for the index and for looking in it: without accents, and runs without spaces between words as
    their overlapping pairs."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFKD", text.casefold())
    # Put together again: Korean letters fall into their parts, which are no accents.
    text = unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))

    def part(match: re.Match[str]) -> str:
        run = match[0]
        if len(run) == 1:
            return f" {run} "
        return " " + " ".join(run[n : n + 2] for n in range(len(run) - 1)) + " "

    return _CJK.sub(part, text)


# Bringing the caches up to date ---------------------------------------------------------------------


def token(store: Store) -> str:
    """Changes whenever records, their clusters or their versions may have changed."""
    row = store.rows(
        "SELECT (SELECT max(id) FROM searches), (SELECT max(id) FROM search_ends), "
        "(SELECT max(id) FROM person_verdicts), (SELECT count(*) FROM engine_verdicts), "
        "(SELECT count(*) FROM found), (SELECT count(*) FROM versions), (SELECT count(*) FROM records)"
    )[0]
    return "/".join(str(part) for part in row)


def index(store: Store, progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Bring words and lines up to date; gives how many versions and records were done."""
    now = token(store)
    if store.value("SELECT value FROM meta WHERE key = 'browse'") == now:
        return 0
    with store.write():
        done = _words(store, progress) + _lines(store)
        store.execute(
            "INSERT INTO meta (key, value) VALUES ('browse', ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [now],
        )
    return done


def rebuild(store: Store) -> None:
    """Make both caches anew."""
    with store.write():
        store.execute("INSERT INTO words (words) VALUES ('delete-all')")
        store.execute("DELETE FROM worded")
        store.execute("DELETE FROM lines")
        store.execute("DELETE FROM meta WHERE key = 'browse'")
    index(store)


def _words(store: Store, progress: Callable[[int, int], None]) -> int:
    new = [
        row[0]
        for row in store.rows(
            "SELECT id FROM versions v WHERE NOT EXISTS (SELECT 1 FROM worded w WHERE w.version_id = v.id)"
        )
    ]
    number = store.value("SELECT coalesce(max(number), 0) FROM worded")
    for start in range(0, len(new), _BATCH):
        rows = [
            (number + place, vid, *_texts(json.loads(fields)))
            for place, (vid, fields) in enumerate(_fields(store, new[start : start + _BATCH]), 1)
        ]
        number += len(rows)
        store.execute_many(
            "INSERT INTO worded (number, version_id) VALUES (?, ?)", [(row[0], row[1]) for row in rows]
        )
        store.execute_many(
            "INSERT INTO words (rowid, title, abstract, authors, other) VALUES (?, ?, ?, ?, ?)",
            [(row[0], *row[2:]) for row in rows],
        )
        progress(min(start + _BATCH, len(new)), len(new))
    return len(new)


def _texts(fields: dict[str, Any]) -> tuple[str, str, str, str]:
    """Title, abstract, authors, and all else that a person may look for."""
    other = [
        fields.get(name)
        for name in ("journal", "doi", "pmid", "pmcid", "source_key", "conference", "language")
    ]
    lists = [
        *fields.get("keywords", ()),
        *fields.get("registry_ids", ()),
        *fields.get("publication_types", ()),
    ]
    return (
        pairs(" ".join(filter(None, (fields.get("title"), fields.get("original_title"))))),
        pairs(fields.get("abstract") or ""),
        pairs("; ".join(fields.get("authors", ()))),
        pairs("; ".join(str(each) for each in (*other, *lists) if each)),
    )


def _fields(store: Store, versions: Sequence[str]) -> Iterator[tuple[str, str]]:
    for start in range(0, len(versions), 500):
        some = versions[start : start + 500]
        marks = ", ".join("?" * len(some))
        for row in store.rows(f"SELECT id, fields FROM versions WHERE id IN ({marks})", some):
            yield row[0], row[1]


def _lines(store: Store) -> int:
    """Lines of records that are new, show another version, or stand elsewhere in the queue; lost ones go."""
    shown = {
        row[0]: (row[1], row[2])
        for row in store.rows(
            "SELECT r.id, c.version_id, r.first_seen FROM records r JOIN current_versions c "
            "ON c.citation_id = r.preferred"
        )
    }
    held = {
        row[0]: (row[1], row[2]) for row in store.rows("SELECT record_id, version_id, first_seen FROM lines")
    }
    lost = [(record,) for record in held if record not in shown]
    stale = [record for record, made in shown.items() if held.get(record) != made]
    store.execute_many("DELETE FROM lines WHERE record_id = ?", lost)
    of_version: dict[str, list[str]] = {}
    for record in stale:
        of_version.setdefault(shown[record][0], []).append(record)
    rows = []
    for version, text in _fields(store, sorted(of_version)):
        fields = json.loads(text)
        authors = fields.get("authors") or [""]
        made = (
            folded(fields.get("title")),
            folded(authors[0]),
            fields.get("year"),
            folded(fields.get("journal")),
        )
        rows += [(record, version, shown[record][1], *made) for record in of_version[version]]
    store.execute_many(
        "INSERT INTO lines (record_id, version_id, first_seen, title, author, year, journal) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id) DO UPDATE SET version_id = excluded.version_id, "
        "first_seen = excluded.first_seen, title = excluded.title, author = excluded.author, "
        "year = excluded.year, journal = excluded.journal",
        rows,
    )
    return len(stale)


# Reading ------------------------------------------------------------------------------------------


def ordered(store: Store, order: str) -> list[str]:
    """All records in one of ORDERS."""
    return [row[0] for row in store.rows(f"SELECT record_id FROM lines ORDER BY {ORDERS[order]}")]


def years(store: Store) -> dict[str, int | None]:
    return {row[0]: row[1] for row in store.rows("SELECT record_id, year FROM lines")}


def matching(store: Store, query: str, *, ranked: bool = False) -> dict[str, float]:
    """Records with a current version that fits an FTS5 query, with the best rank (the lower the better).

    Ranking takes the longer part of the time: without `ranked` all ranks are 0.
    """
    rank = "words.rank" if ranked else "0.0"
    outdated = {row[0] for row in _outdated(store)}
    found: dict[str, float] = {}
    for row in store.rows(
        f"SELECT m.record_id, w.version_id, {rank} FROM words JOIN worded w ON w.number = words.rowid "
        "JOIN versions v ON v.id = w.version_id JOIN members m ON m.citation_id = v.citation_id "
        "WHERE words MATCH ?",
        [query],
    ):
        if row[1] not in outdated:
            found[row[0]] = min(row[2], found.get(row[0], 0.0))
    return found


def _outdated(store: Store) -> list[Row]:
    """Versions that a later one has taken the place of."""
    return store.rows(
        "SELECT v.id FROM versions v WHERE v.citation_id IN "
        "(SELECT citation_id FROM versions GROUP BY citation_id HAVING count(*) > 1) "
        "AND v.id <> (SELECT f.version_id FROM versions o JOIN found f ON f.version_id = o.id "
        "WHERE o.citation_id = v.citation_id ORDER BY f.search_id DESC, f.position DESC LIMIT 1)"
    )


def with_identifier(store: Store, text: str) -> set[str]:
    """Records of which a citation has this accession, PMID or DOI."""
    return {
        row[0]
        for row in store.rows(
            "SELECT m.record_id FROM members m JOIN citations c ON c.id = m.citation_id "
            "WHERE c.source_key = :key UNION SELECT m.record_id FROM members m "
            "JOIN versions v ON v.citation_id = m.citation_id WHERE v.pmid = :key OR v.doi = lower(:key)",
            {"key": text},
        )
    }


def in_databases(store: Store, databases: Iterable[str]) -> set[str]:
    wanted = list(databases)
    marks = ", ".join("?" * len(wanted))
    return {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT m.record_id FROM citations c JOIN members m ON m.citation_id = c.id "
            f"WHERE c.database IN ({marks})",
            wanted,
        )
    }


def found_in(store: Store, search: str) -> set[str]:
    """Records of which a run of a search returned a citation."""
    return {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT m.record_id FROM found f JOIN versions v ON v.id = f.version_id "
            "JOIN members m ON m.citation_id = v.citation_id WHERE f.search_id = ?",
            [search],
        )
    }


def databases(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT DISTINCT database FROM citations ORDER BY database")]


def details(store: Store, records: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """For some records: the fields (JSON) of the version shown, and the databases it was found in."""
    found: dict[str, tuple[str, list[str]]] = {}
    for start in range(0, len(records), 400):
        some = records[start : start + 400]
        marks = ", ".join("?" * len(some))
        where: dict[str, list[str]] = {}
        for row in store.rows(
            "SELECT DISTINCT m.record_id, c.database FROM members m JOIN citations c ON c.id = m.citation_id "
            f"WHERE m.record_id IN ({marks}) ORDER BY c.database",
            some,
        ):
            where.setdefault(row[0], []).append(row[1])
        for row in store.rows(
            f"SELECT l.record_id, v.fields FROM lines l JOIN versions v ON v.id = l.version_id "
            f"WHERE l.record_id IN ({marks})",
            some,
        ):
            found[row[0]] = (row[1], where.get(row[0], []))
    return found
