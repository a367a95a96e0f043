"""Pilots, and the stops of ranked stages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from screener.model.screening import Stage
from screener.store.database import Row, Store

# Pilots ------------------------------------------------------------------------------------------


def add_pilot(
    store: Store, actor: str, *, stage: Stage, name: str, drawn: str, voters: int, citations: Iterable[str]
) -> str:
    with store.write():
        act = store.act("pilot", actor)
        store.insert(
            "pilots", {"id": act, "stage": stage.value, "name": name, "drawn": drawn, "voters": voters}
        )
        store.insert_many("pilot_records", ["pilot_id", "citation_id"], [(act, c) for c in sorted(citations)])
    return act


def end_pilot(store: Store, actor: str, pilot: str, note: str | None) -> str:
    with store.write():
        act = store.act("pilot_end", actor)
        store.insert("pilot_ends", {"id": act, "pilot_id": pilot, "note": note})
    return act


def pilots(store: Store, stage: Stage) -> list[Row]:
    """All pilots of a stage, the oldest first: id, name, drawn, voters, actor, at, ended (a time or None), note."""
    return store.rows(
        "SELECT p.id, p.name, p.drawn, p.voters, a.actor, a.at, ea.at AS ended, e.note FROM pilots p "
        "JOIN acts a ON a.id = p.id LEFT JOIN pilot_ends e ON e.pilot_id = p.id LEFT JOIN acts ea ON ea.id = e.id "
        "WHERE p.stage = ? ORDER BY p.id",
        [stage.value],
    )


def open_pilot(store: Store, stage: Stage) -> Row | None:
    return store.row("SELECT * FROM open_pilots WHERE stage = ? ORDER BY id DESC", [stage.value])


def pilot_records(store: Store, pilot: str) -> set[str]:
    """The records that hold the citations of a pilot now."""
    return {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT m.record_id FROM pilot_records p JOIN members m ON m.citation_id = p.citation_id "
            "WHERE p.pilot_id = ?",
            [pilot],
        )
    }


def pilot_voters(store: Store, stage: Stage, record: str | None = None) -> dict[str, int]:
    """How many voters each record of an open pilot needs."""
    return {
        row[0]: row[1]
        for row in store.rows(
            "SELECT m.record_id, max(o.voters) FROM open_pilots o JOIN pilot_records p ON p.pilot_id = o.id "
            "JOIN members m ON m.citation_id = p.citation_id WHERE o.stage = :stage "
            "AND (:record IS NULL OR m.record_id = :record) GROUP BY m.record_id",
            {"stage": stage.value, "record": record},
        )
    }


# Stops -------------------------------------------------------------------------------------------


def add_stop(
    store: Store,
    actor: str,
    *,
    stage: Stage,
    rule: Mapping[str, Any] | None,
    citations: Iterable[str],
    replaces: str | None,
) -> str:
    """A voter's rule is met and these stay unread; a `rule` of None takes the stop back."""
    with store.write():
        act = store.act("stop", actor, replaces=replaces)
        said = json.dumps(dict(rule), sort_keys=True) if rule is not None else None
        store.insert("stops", {"id": act, "stage": stage.value, "rule": said})
        store.insert_many("stop_records", ["stop_id", "citation_id"], [(act, c) for c in sorted(citations)])
    return act


def stop_of(store: Store, actor: str, stage: Stage) -> Row | None:
    """A person's own stop at a stage, if it stands: id, rule, at."""
    return store.row(
        "SELECT id, rule, at FROM current_stops WHERE actor = ? AND stage = ? ORDER BY id DESC",
        [actor, stage.value],
    )


def stopped_records(store: Store, stop: str) -> set[str]:
    return {
        row[0]
        for row in store.rows(
            "SELECT DISTINCT m.record_id FROM stop_records r JOIN members m ON m.citation_id = r.citation_id "
            "WHERE r.stop_id = ?",
            [stop],
        )
    }


def left_unread(store: Store, stage: Stage, record: str | None = None) -> set[str]:
    """Records that all screeners stopped before reading; with `record` only that one is looked at."""
    if store.value("SELECT 1 FROM stops LIMIT 1") is None:
        return set()
    if record is not None and not store.value(
        "SELECT 1 FROM members m JOIN stop_records r ON r.citation_id = m.citation_id WHERE m.record_id = ? LIMIT 1",
        [record],
    ):
        return set()
    rows = store.rows(
        "SELECT record_id FROM left_unread WHERE stage = :stage AND (:record IS NULL OR record_id = :record)",
        {"stage": stage.value, "record": record},
    )
    return {row[0] for row in rows}


def stops_in_force(store: Store, stage: Stage) -> list[Row]:
    """The stops of all screeners, once the last of them has stopped; before that none: how far others have read
    is theirs."""
    return store.rows(
        "SELECT s.actor, s.rule, s.at FROM current_stops s WHERE s.stage = :stage AND "
        "(SELECT count(DISTINCT o.actor) FROM current_stops o WHERE o.stage = :stage AND o.actor IN "
        " (SELECT value FROM json_each((SELECT screeners FROM current_protocol)))) = "
        "(SELECT json_array_length(screeners) FROM current_protocol) ORDER BY s.actor",
        {"stage": stage.value},
    )
