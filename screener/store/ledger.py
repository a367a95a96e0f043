"""Acts in general: the adopted protocol, the audit log, review-wide facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from screener.store.database import Row, Store


@dataclass(frozen=True, slots=True)
class AdoptedProtocol:
    id: str
    text: str
    hash: str
    reason: str
    actor: str
    at: str


def protocol_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def adopt_protocol(
    store: Store,
    actor: str,
    text: str,
    reason: str,
    *,
    voters: Mapping[str, int],
    verify: Mapping[str, str | None],
    screeners: Sequence[str],
) -> str:
    """Append a protocol version; it is in force from here on.

    `voters` and `verify` map each stage to what `screening.rules` makes of its rules; `screeners` are those who
    have not left.
    """
    with store.write():
        previous = store.value("SELECT id FROM current_protocol")
        act = store.act("protocol", actor, replaces=previous)
        store.insert(
            "protocol_versions",
            {
                "id": act,
                "hash": protocol_hash(text),
                "text": text,
                "reason": reason,
                **{f"voters_{stage}": number for stage, number in voters.items()},
                **{f"verify_{stage}": limit for stage, limit in verify.items()},
                "screeners": json.dumps(sorted(screeners)),
            },
        )
    return act


def adopted_protocol(store: Store) -> AdoptedProtocol | None:
    row = store.row("SELECT id, text, hash, reason, actor, at FROM current_protocol")
    return AdoptedProtocol(*row) if row is not None else None


def protocol_in_force(store: Store) -> str | None:
    """The id of the adopted version."""
    found = store.value("SELECT id FROM current_protocol")
    return str(found) if found else None


def protocol_versions(store: Store) -> list[Row]:
    return store.rows(
        "SELECT p.id, p.hash, p.reason, a.actor, a.at FROM protocol_versions p JOIN acts a USING (id) ORDER BY p.id"
    )


# Not worth a word in the log.
_NOTHING = (None, "{}", "[]")

# What each kind of act said: its table, and the columns worth a line in the log.
_SAID = {
    "protocol": ("protocol_versions", ("hash", "reason")),
    "search": ("searches", ("query", "database", "hits")),
    "search_end": ("search_ends", ("search_id", "missing")),
    "duplicate": ("person_verdicts", ("a", "b", "verdict", "note")),
    "decision": ("decisions", ("citation_id", "stage", "vote", "reason", "note", "marks", "labels")),
    "pilot": ("pilots", ("stage", "name", "drawn", "voters")),
    "pilot_end": ("pilot_ends", ("pilot_id", "note")),
    "stop": ("stops", ("stage", "rule")),
    "reveal": ("reveals", ("citation_id", "stage")),
    "resolution": ("resolutions", ("citation_id", "stage", "outcome", "reason", "how", "why", "confirms")),
    "retrieval": ("retrievals", ("citation_id", "status", "note")),
    "study_report": ("study_reports", ("citation_id", "study", "note")),
    "extraction": ("extractions", ("study", "form", "item", "fields")),
    "submission": ("submissions", ("study",)),
    "settlement": ("settlements", ("study", "form", "item", "field", "value", "why")),
    "flow": ("flow_snapshots", ()),
}


def audit(store: Store) -> list[dict[str, Any]]:
    """Every act in the order of its time, with what was said; the whole file, so for the coordinator only."""
    rows: list[dict[str, Any]] = []
    for kind, (table, columns) in _SAID.items():
        chosen = "".join(f", t.{column}" for column in columns)
        for row in store.rows(
            f"SELECT a.id, a.at, a.actor, a.kind, a.replaces{chosen} FROM acts a JOIN {table} t ON t.id = a.id "
            "WHERE a.kind = ?",
            [kind],
        ):
            said = {column: row[column] for column in columns if row[column] not in _NOTHING}
            rows.append(
                {**{name: row[name] for name in ("id", "at", "actor", "kind", "replaces")}, "said": said}
            )
    return sorted(rows, key=lambda row: str(row["id"]))


def actors(store: Store) -> set[str]:
    """Everybody who said something."""
    return {row[0] for row in store.rows("SELECT DISTINCT actor FROM acts")}


def count_acts(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM acts"))
