"""`db/schema.sql`: the schema of a fresh review database as text, for people and for diffs."""

from __future__ import annotations

import sqlite3

import sqlite_utils

from screener.store.migrations import migrations


def schema_text() -> str:
    """Tables, indexes, triggers and views of a new database, in a fixed order."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrations.apply(sqlite_utils.Database(connection))
    order = {"table": 0, "index": 1, "trigger": 2, "view": 3}
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master "
        "WHERE sql IS NOT NULL AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\' "
        "AND tbl_name NOT LIKE 'words\\_%' ESCAPE '\\'"  # made by the full-text table itself
    ).fetchall()
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    head = "-- Generated from the migrations (make schema); do not edit. A test keeps it true.\n\n"
    return head + "\n\n".join(f"{row[2]};" for row in rows) + "\n"
