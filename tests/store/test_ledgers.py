"""Ledgers take new rows and nothing else; what the schema file says is what a new database is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from screener.model.extraction import Form, Item
from screener.model.screening import Stage, Vote
from screener.steps import deduplication
from screener.steps.review import Review
from screener.store import alerts, citations, duplicates, extraction, intake, rounds, screening
from screener.store.migrations import LEDGERS_0001, LEDGERS_0002, LEDGERS_0003
from screener.store.schema import schema_text
from tests.builders import add_citations, citation, make_review

# Columns that may hold any text: a replaced row could be told by them.
FREE = {"at", "reason", "platform", "missing", "source_key", "title", "evidence", "note", "why", "fields"}
FREE |= {
    "drawn",
    "rule",
    "pilot_id",
    "stop_id",
    "keys",
    "message",
    "study",
    "value",
    "rows",
    "version_id",
    "citation_id",
}
CACHES = {"meta", "records", "members", "compared", "_sqlite_migrations", "notices", "lines", "worded"}
CACHES |= {"words", "words_config", "words_data", "words_docsize", "words_idx"}
# What one row says is which two things belong together.
ALL_KEY = {"pilot_records", "stop_records"}
LEDGERS = (*LEDGERS_0001, *LEDGERS_0002, *LEDGERS_0003)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A review with a row in every ledger."""
    review = make_review(tmp_path_factory.mktemp("ledgers") / "review")
    first, second = add_citations(review, [citation(1), citation(2)])
    store = review.store
    protocol = str(review.protocol_id)
    search = store.value("SELECT id FROM searches")
    version = citations.current_version(store, first)
    with store.write():
        store.insert(
            "skipped",
            {"search_id": search, "position": 9, "raw": b"x", "raw_sha256": "0", "message": "broken"},
        )
        a, b = sorted((first, second))
        versions = {
            "version_a": citations.current_version(store, a),
            "version_b": citations.current_version(store, b),
        }
        verdict = {"a": a, "b": b, **versions, "verdict": "ask", "score": 0.5, "evidence": {}}
        duplicates.add_engine_verdicts(store, "none", [verdict], [])
        duplicates.add_person_verdict(store, "A", a, b, "different", None)
        for person in ("A", "B"):
            screening.add_decision(
                store,
                person,
                citation=first,
                version=version,
                stage=Stage.TITLE_ABSTRACT,
                vote=Vote.INCLUDE,
                reason=None,
                note=None,
                protocol_id=protocol,
                replaces=None,
            )
        screening.add_reveal(store, "C", first, Stage.TITLE_ABSTRACT)
        screening.add_resolution(
            store,
            "C",
            record=first,
            citation=first,
            stage=Stage.TITLE_ABSTRACT,
            outcome=Vote.INCLUDE,
            reason=None,
            how="adjudication",
            why="read",
        )
        screening.add_retrieval(store, "A", first, "retrieved", None)
        extraction.link_report(store, "A", first, "TRIAL", None)
        extraction.add_extraction(store, "A", Item("TRIAL", Form.STUDY, "study", {"name": "TRIAL"}))
        extraction.submit(store, "A", "TRIAL")
        extraction.settle(
            store, "A", study="TRIAL", form=Form.STUDY, item="study", field="line", value="2", why="read"
        )
        extraction.add_snapshot(store, "C", "{}", "[]")
        intake.add_returned(store, search, ["1", "2"])
        alerts.add_mark(store, "A", "alert", None)
        stage = Stage.TITLE_ABSTRACT
        pilot = rounds.add_pilot(
            store, "C", stage=stage, name="first", drawn="2 chosen", voters=2, citations=[first, second]
        )
        rounds.end_pilot(store, "C", pilot, None)
        rounds.add_stop(store, "A", stage=stage, rule={"p": 0.01}, citations=[second], replaces=None)
    deduplication.recluster(review)
    yield review
    review.close()


def tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {row[0] for row in rows}


def test_every_table_is_a_ledger_or_a_known_cache(full: Review) -> None:
    """A table added without being guarded, or without being called a cache, is noticed."""
    assert tables(full.store.conn) == set(LEDGERS) | CACHES
    assert len(set(LEDGERS)) == len(LEDGERS)


def test_the_triggers_are_those_of_the_ledgers(full: Review) -> None:
    """Three guards on each ledger, and no trigger beside them."""
    rows = full.store.rows("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    wanted = {(f"{table}_no_{verb}", table) for table in LEDGERS for verb in ("update", "delete", "replace")}
    assert {(row[0], row[1]) for row in rows} == wanted


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_a_ledger_row_cannot_be_changed(full: Review, table: str, verb: str) -> None:
    """UPDATE and DELETE of an existing row are refused, and the row is as it was."""
    store = full.store
    before = [tuple(row) for row in store.rows(f"SELECT * FROM {table}")]
    assert before, f"the fixture lacks a row in {table}"
    column = store.rows(f"SELECT name FROM pragma_table_info('{table}')")[0][0]
    statement = {
        "update": f"UPDATE {table} SET {column} = {column}",
        "delete": f"DELETE FROM {table}",
    }[verb]
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is a ledger"):
        store.conn.execute(statement)
    assert [tuple(row) for row in store.rows(f"SELECT * FROM {table}")] == before


@pytest.mark.parametrize("table", LEDGERS)
def test_a_ledger_row_cannot_be_replaced(full: Review, table: str) -> None:
    """INSERT OR REPLACE by a tool whose replace fires no delete trigger changes nothing either."""
    bare = sqlite3.connect(full.store.path)
    before = bare.execute(f"SELECT * FROM {table}").fetchall()
    columns = [row[0] for row in bare.execute(f"SELECT name FROM pragma_table_info('{table}')")]
    free = [c for c in columns if c in FREE] if table not in ALL_KEY else []
    other = [f"coalesce({c}, '') || 'x'" if c in free[-1:] else c for c in columns]
    assert free or table in ALL_KEY, f"no column of {table} may hold just any text"

    with suppress(sqlite3.IntegrityError):
        bare.execute(f"INSERT OR REPLACE INTO {table} SELECT {', '.join(other)} FROM {table} LIMIT 1")

    assert bare.execute(f"SELECT * FROM {table}").fetchall() == before
    bare.close()


def test_the_guards_hold_for_any_sqlite_tool(full: Review) -> None:
    """The refusal is in the file, not in the program: a bare connection meets it too."""
    bare = sqlite3.connect(full.store.path)
    with pytest.raises(sqlite3.IntegrityError, match="decisions is a ledger"):
        bare.execute("DELETE FROM decisions")
    bare.close()


def test_schema_file_is_the_schema() -> None:
    """db/schema.sql is what the migrations make; after a change run `make schema`."""
    kept = Path(__file__).parents[2] / "db" / "schema.sql"
    assert kept.read_text("utf-8") == schema_text()


def test_the_schema_text_builds_the_database(full: Review) -> None:
    """The readable schema is complete: run as SQL it gives the tables, views and triggers of a review."""
    fresh = sqlite3.connect(":memory:")
    fresh.executescript(schema_text())
    names = (
        "SELECT type, name FROM sqlite_master "
        "WHERE sql IS NOT NULL AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\'"
    )
    assert set(fresh.execute(names)) == {tuple(row) for row in full.store.rows(names)}
    fresh.close()


def test_no_row_points_nowhere(full: Review) -> None:
    """Foreign keys are on: a decision on an unknown citation is refused."""
    assert full.store.check() == []
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        full.store.conn.execute(
            "INSERT INTO reveals SELECT id, 'nobody', 'full_text' FROM acts WHERE kind = 'flow'"
        )
