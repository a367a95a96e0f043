"""Ordered migrations: plain SQL, recorded in the database, never edited once released.

Ledger tables are never rebuilt (`transform` drops triggers); a migration that adds a ledger table names it
in its list, so that its guards are made with it.
"""

from __future__ import annotations

from importlib import resources

from sqlite_utils import Database, Migrations

migrations = Migrations("screener")

LEDGERS_0001 = (
    "acts",
    "protocol_versions",
    "searches",
    "search_ends",
    "citations",
    "versions",
    "found",
    "skipped",
    "engine_verdicts",
    "person_verdicts",
    "decisions",
    "reveals",
    "resolutions",
    "retrievals",
    "study_reports",
    "extractions",
    "submissions",
    "settlements",
    "flow_snapshots",
)


def _run(db: Database, name: str) -> None:
    for statement in _statements((resources.files("screener.store") / "sql" / name).read_text("utf-8")):
        db.conn.execute(statement)


def _statements(script: str) -> list[str]:
    """A script as single statements: `executescript` would commit the open transaction."""
    import sqlite3

    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return found


# What makes a row the same row. Content may come again and is then passed over; an act never does.
_CONTENT = ("citations", "versions", "engine_verdicts")
_KEYS = {
    "returned": "search_id = NEW.search_id",
    "found": "search_id = NEW.search_id AND position = NEW.position",
    "skipped": "search_id = NEW.search_id AND position = NEW.position",
    "pilot_records": "pilot_id = NEW.pilot_id AND citation_id = NEW.citation_id",
    "stop_records": "stop_id = NEW.stop_id AND citation_id = NEW.citation_id",
    "acts": "id = NEW.id OR (device = NEW.device AND seq = NEW.seq)",
}


def _guard(db: Database, tables: tuple[str, ...]) -> None:
    """Triggers that refuse every UPDATE, DELETE and REPLACE on a ledger."""
    for table in tables:
        for verb in ("update", "delete"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is a ledger: rows are added, never changed'); END"
            )
        # INSERT OR REPLACE deletes without firing delete triggers unless recursive_triggers is on.
        refuse = "IGNORE" if table in _CONTENT else f"ABORT, '{table} is a ledger: the row is there already'"
        db.conn.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {_KEYS.get(table, 'id = NEW.id')}) "
            f"BEGIN SELECT RAISE({refuse}); END"
        )


@migrations()
def m0001_review(db: Database) -> None:
    _run(db, "m0001_review.sql")
    _guard(db, LEDGERS_0001)


LEDGERS_0002 = ("returned", "alert_marks")


@migrations()
def m0002_searches(db: Database) -> None:
    _run(db, "m0002_searches.sql")
    _guard(db, LEDGERS_0002)


LEDGERS_0003 = ("pilots", "pilot_records", "pilot_ends", "stops", "stop_records")


@migrations()
def m0003_screening(db: Database) -> None:
    _run(db, "m0003_screening.sql")
    _guard(db, LEDGERS_0003)


NAMES = ("m0001_review", "m0002_searches", "m0003_screening")
