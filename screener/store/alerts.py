"""What refreshes turned up about citations that the review has already: notices, other versions, marks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from screener.model.citation import Citation
from screener.store.database import Row, Store


def notices(store: Store) -> list[Row]:
    """citation_id, record_id, kind, pmid, text: what the current versions tell of retractions and the like."""
    return store.rows(
        "SELECT v.citation_id, m.record_id, n.kind, n.pmid, n.text FROM notices n "
        "JOIN versions v ON v.id = n.version_id JOIN members m ON m.citation_id = v.citation_id "
        "WHERE n.version_id = (SELECT f.version_id FROM versions w JOIN found f ON f.version_id = w.id "
        "WHERE w.citation_id = v.citation_id ORDER BY f.search_id DESC, f.position DESC LIMIT 1) "
        "ORDER BY v.citation_id, n.kind, n.text"
    )


def with_pmid(store: Store, pmid: str) -> list[Row]:
    """citation_id, record_id of every citation that has a PMID."""
    return store.rows(
        "SELECT DISTINCT v.citation_id, m.record_id FROM versions v JOIN members m ON m.citation_id = v.citation_id "
        "WHERE v.pmid = ? ORDER BY v.citation_id",
        [pmid],
    )


def with_accession(store: Store, database: str, key: str) -> Row | None:
    """citation_id, record_id."""
    return store.row(
        "SELECT c.id AS citation_id, m.record_id FROM citations c JOIN members m ON m.citation_id = c.id "
        "WHERE c.source_key = ? AND c.database = ?",
        [key, database],
    )


def changed_citations(store: Store) -> list[str]:
    """Citations of which the review has more than one version."""
    return [
        row[0]
        for row in store.rows("SELECT citation_id FROM versions GROUP BY citation_id HAVING count(*) > 1")
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a citation: its fields, and the first and the last day on which a search returned it."""

    version: str
    citation: Citation
    first: str
    last: str


def versions(store: Store, citation: str) -> list[Seen]:
    """All versions of a citation, the one returned last at the end."""
    rows = store.rows(
        "SELECT v.id, v.fields, min(coalesce(s.searched_on, substr(a.at, 1, 10))) AS first, "
        "max(coalesce(s.searched_on, substr(a.at, 1, 10))) AS last, "
        "max(f.search_id || printf('%09d', f.position)) AS place "
        "FROM versions v JOIN found f ON f.version_id = v.id JOIN searches s ON s.id = f.search_id "
        "JOIN acts a ON a.id = s.id WHERE v.citation_id = ? GROUP BY v.id ORDER BY place",
        [citation],
    )
    return [
        Seen(row["id"], Citation.from_dict(json.loads(row["fields"])), row["first"], row["last"])
        for row in rows
    ]


def votes_on_versions(store: Store, citation: str) -> list[Row]:
    """stage, actor, version_id, decision id of everybody's current votes on a citation: for the steps, which
    show each person no more than that person may see."""
    return store.rows(
        "SELECT h.stage, h.actor, h.version_id, h.id FROM decision_heads h "
        "WHERE h.citation_id = ? AND h.vote IS NOT NULL ORDER BY h.id",
        [citation],
    )


def add_mark(store: Store, actor: str, alert: str, note: str | None) -> str:
    """Somebody has seen to an alert."""
    with store.write():
        act = store.act("alert_mark", actor)
        store.insert("alert_marks", {"id": act, "alert": alert, "note": note})
    return act


def marks(store: Store) -> list[Row]:
    """alert, note, actor, at; the oldest first."""
    return store.rows(
        "SELECT m.alert, m.note, a.actor, a.at FROM alert_marks m JOIN acts a ON a.id = m.id ORDER BY m.id"
    )


def last_runs(store: Store) -> list[Row]:
    """The newest finished run of every query: id, query, database, searched_on, gone (JSON)."""
    return store.rows(
        "SELECT s.id, s.query, s.database, s.searched_on, e.gone FROM searches s "
        "JOIN search_ends e ON e.search_id = s.id WHERE s.id = (SELECT max(n.id) FROM searches n "
        "JOIN search_ends x ON x.search_id = n.id WHERE n.query = s.query) ORDER BY s.id"
    )


def all_gone(store: Store) -> list[Row]:
    """query, database, searched_on, gone (JSON) of every run after which something was gone."""
    return store.rows(
        "SELECT s.query, s.database, s.searched_on, e.gone FROM searches s "
        "JOIN search_ends e ON e.search_id = s.id WHERE e.gone IS NOT NULL AND e.gone <> '[]' ORDER BY s.id"
    )
