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


def _guard(db: Database, tables: tuple[str, ...]) -> None:
    """Triggers that refuse every UPDATE and DELETE on a ledger."""
    for table in tables:
        for verb in ("update", "delete"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is a ledger: rows are added, never changed'); END"
            )


@migrations()
def m0001_review(db: Database) -> None:
    _run(db, "m0001_review.sql")
    _guard(db, LEDGERS_0001)


NAMES = ("m0001_review",)
