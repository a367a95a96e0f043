"""Acts are in one order, whatever the clock does: what was said last is what counts."""

from __future__ import annotations

import uuid
from itertools import pairwise
from pathlib import Path

import pytest

from screener.model.errors import StoreError
from screener.model.ids import ActIds
from screener.model.screening import Outcome
from screener.steps import records, retrieval, screening
from screener.steps.review import adopt, open_review
from screener.store.opening import open_store
from tests.steps.team import EXCLUDE, INCLUDE, TA, disagree, make_team, outcome, queue, settle

BEFORE = 1_600_000_000.0


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """After the clock was set back by years the later word still counts: resolution, retrieval, protocol."""
    review = make_team(tmp_path / "review", 1)
    (record,) = queue(review, "A")
    disagree(review, record)
    settle(review, "C", record, EXCLUDE, reason="design")
    in_force = review.protocol_id
    review.close()
    review = open_review(review.folder, "C", ids=ActIds(now=lambda: BEFORE))
    settle(review, "C", record, INCLUDE)
    assert outcome(review, record) is Outcome.PASSED
    retrieval.retrieve(review, record, "sought")
    retrieval.retrieve(review, record, "retrieved")
    assert records.state(review, record).retrieval == "retrieved"
    draft = review.folder / "review.toml"
    draft.write_text(draft.read_text("utf-8").replace("Short title", "New title"), "utf-8")
    assert adopt(review, "second version") == review.protocol_id != in_force
    assert review.protocol.short_title == "New title"
    ids = [row[0] for row in review.store.rows("SELECT id FROM acts ORDER BY seq")]
    assert all(a < b for a, b in pairwise(ids))
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in ids} == {(7, uuid.RFC_4122)}
    # The time that is told is the clock's own.
    assert review.store.value("SELECT at FROM acts ORDER BY seq DESC LIMIT 1").startswith("2020-")
    review.close()


def test_two_programs_in_one_millisecond(tmp_path: Path) -> None:
    """Two open programs whose clocks stand still: acts are numbered and named in the order of their commits."""
    review = make_team(tmp_path / "review", 1)
    review.close()
    path = review.store.path
    one = open_store(path, ids=ActIds(now=lambda: BEFORE))
    other = open_store(path, ids=ActIds(now=lambda: BEFORE))
    made = []
    for _ in range(20):
        for store in (one, other):
            with store.write():
                made.append(store.act("test", "A"))
    assert made == sorted(set(made))
    assert [row[0] for row in one.rows("SELECT id FROM acts WHERE kind = 'test' ORDER BY seq")] == made
    other.close()
    one.close()


def test_writes_belong_in_a_transaction(tmp_path: Path) -> None:
    """Outside `write()` nothing can be written; a failed block leaves nothing; nested blocks are one."""
    review = make_team(tmp_path / "review", 1)
    store = review.store
    before = store.value("SELECT count(*) FROM acts")
    with pytest.raises(RuntimeError, match="writes belong in"):
        store.act("test", "A")

    def broken_off() -> None:
        with store.write():
            with store.write():
                store.act("test", "A")
            raise ZeroDivisionError

    def misspelt() -> None:
        with store.write():
            store.act("test", "A")
            store.insert("reveals", {"id": "x", "colour": "red"})

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert store.value("SELECT count(*) FROM acts") == before
    assert not store.conn.in_transaction
    with pytest.raises(StoreError, match="no column named colour"):
        misspelt()
    assert store.value("SELECT count(*) FROM acts") == before
    assert screening.overview(review.as_person("A")).waiting[TA] == 1
    review.close()
