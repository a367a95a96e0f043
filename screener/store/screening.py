"""Votes, reveals, resolutions, retrievals. Whoever reads here gets what that person may see.

Blinding is in the queries (contracts, section 3): a viewer's votes are those of record-stages that the
required voters have closed, plus the viewer's own. `viewer=None` reads closed record-stages only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from screener.model.screening import CastVote, Resolution, Stage, Vote
from screener.store.database import Row, Store

_VISIBLE = "(holders >= required OR actor = :viewer)"
_CAST = "actor, vote, reason, note, marks, labels, decision_id, at"


def add_decision(
    store: Store,
    actor: str,
    *,
    citation: str,
    version: str,
    stage: Stage,
    vote: Vote | None,
    reason: str | None,
    note: str | None,
    protocol_id: str,
    replaces: str | None,
    marks: Mapping[str, str] = MappingProxyType({}),
    labels: Sequence[str] = (),
) -> str:
    """Append one vote (None takes the replaced one back)."""
    with store.write():
        act = store.act("decision", actor, replaces=replaces)
        store.insert(
            "decisions",
            {
                "id": act,
                "citation_id": citation,
                "version_id": version,
                "stage": stage.value,
                "vote": vote.value if vote else None,
                "reason": reason,
                "note": note,
                "marks": json.dumps(dict(sorted(marks.items()))),
                "labels": json.dumps(list(labels), ensure_ascii=False),
                "protocol_id": protocol_id,
            },
        )
    return act


def own_heads(store: Store, actor: str, record: str, stage: Stage) -> list[Row]:
    """A person's current decisions on the citations of a record; several after a merge."""
    return store.rows(
        "SELECT h.id, h.citation_id, h.version_id, h.vote, h.reason, h.note FROM decision_heads h "
        "JOIN members m ON m.citation_id = h.citation_id "
        "WHERE m.record_id = ? AND h.stage = ? AND h.actor = ? ORDER BY h.id",
        [record, stage.value, actor],
    )


def torn_records(store: Store, stage: Stage, record: str | None = None) -> set[str]:
    """Records on which somebody's votes differ since a merge; with `record` only that one is looked at."""
    rows = store.rows(
        "SELECT DISTINCT record_id FROM torn_votes WHERE stage = :stage AND (:record IS NULL OR record_id = :record)",
        {"stage": stage.value, "record": record},
    )
    return {row[0] for row in rows}


def own_history(store: Store, actor: str, stage: Stage, limit: int = 200) -> list[Row]:
    """A person's own votes at a stage, newest first: record, vote, reason, note, time."""
    return store.rows(
        "SELECT h.id, m.record_id, h.vote, h.reason, h.note, h.marks, h.labels, h.at FROM decision_heads h "
        "JOIN members m ON m.citation_id = h.citation_id "
        "WHERE h.actor = ? AND h.stage = ? AND h.vote IS NOT NULL ORDER BY h.id DESC LIMIT ?",
        [actor, stage.value, limit],
    )


def labels_of(store: Store, actor: str) -> list[str]:
    """A person's own labels, the commonest first."""
    rows = store.rows(
        "SELECT l.value, count(*) FROM decision_heads h, json_each(h.labels) l "
        "WHERE h.actor = ? AND h.labels <> '[]' AND h.vote IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
        [actor],
    )
    return [row[0] for row in rows]


def own_words(store: Store, actor: str, record: str, stage: Stage) -> list[tuple[Any, ...]]:
    """All that a person said of a record at a stage, the oldest first, what was said twice in a row once.

    Each as vote (None: taken back), reason, note, marks in order, labels.
    """
    found: list[tuple[Any, ...]] = []
    for row in store.rows(
        "SELECT d.vote, d.reason, d.note, d.marks, d.labels FROM decisions d JOIN acts a ON a.id = d.id "
        "JOIN members m ON m.citation_id = d.citation_id "
        "WHERE m.record_id = ? AND d.stage = ? AND a.actor = ? ORDER BY d.id",
        [record, stage.value, actor],
    ):
        marks = tuple(sorted(json.loads(row["marks"]).items()))
        words = (row["vote"], row["reason"], row["note"] or None, marks, tuple(json.loads(row["labels"])))
        if not found or found[-1] != words:
            found.append(words)
    return found


def visible_votes(store: Store, stage: Stage, viewer: str | None) -> dict[str, list[CastVote]]:
    """Votes of every record at a stage that the viewer may see."""
    found: dict[str, list[CastVote]] = {}
    for row in store.rows(
        f"SELECT record_id, {_CAST} FROM votes WHERE stage = :stage AND {_VISIBLE} ORDER BY decision_id",
        {"stage": stage.value, "viewer": viewer},
    ):
        found.setdefault(row["record_id"], []).append(_cast(row))
    return found


def votes_on(store: Store, record: str, stage: Stage, viewer: str | None) -> list[CastVote]:
    """Votes on one record at one stage that the viewer may see."""
    rows = store.rows(
        f"SELECT {_CAST} FROM votes "
        f"WHERE record_id = :record AND stage = :stage AND {_VISIBLE} ORDER BY decision_id",
        {"record": record, "stage": stage.value, "viewer": viewer},
    )
    return [_cast(row) for row in rows]


def _cast(row: Row) -> CastVote:
    return CastVote(
        reviewer=row["actor"],
        vote=Vote(row["vote"]),
        reason=row["reason"],
        note=row["note"],
        # Most votes have neither, and there are many votes.
        marks=json.loads(row["marks"]) if row["marks"] != "{}" else {},
        labels=tuple(json.loads(row["labels"])) if row["labels"] != "[]" else (),
        decision_id=row["decision_id"],
        at=row["at"],
    )


def voted_records(store: Store, actor: str, stage: Stage) -> set[str]:
    """Records on which this person holds a vote at this stage."""
    return {
        row[0]
        for row in store.rows(
            "SELECT record_id FROM votes WHERE stage = ? AND actor = ?", [stage.value, actor]
        )
    }


def is_revealed(store: Store, record: str, stage: Stage) -> bool:
    return bool(
        store.value(
            "SELECT 1 FROM members m JOIN reveals r ON r.citation_id = m.citation_id "
            "WHERE m.record_id = ? AND r.stage = ? LIMIT 1",
            [record, stage.value],
        )
    )


def add_reveal(store: Store, actor: str, record: str, stage: Stage) -> None:
    """Note that the votes of a closed record-stage were shown: once for each citation they were cast on.

    Like the votes, the note stays with its citation when the record is split.
    """
    with store.write():
        shown = store.rows(
            "SELECT DISTINCT h.citation_id FROM decision_heads h JOIN members m ON m.citation_id = h.citation_id "
            "WHERE m.record_id = :record AND h.stage = :stage AND h.vote IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM reveals r WHERE r.citation_id = h.citation_id AND r.stage = h.stage) "
            "ORDER BY h.citation_id",
            {"record": record, "stage": stage.value},
        )
        for row in shown:
            act = store.act("reveal", actor)
            store.insert("reveals", {"id": act, "citation_id": row[0], "stage": stage.value})


def voted_citation(store: Store, record: str, stage: Stage) -> str | None:
    """The citation of a record that the newest vote at a stage was cast on."""
    found = store.value(
        "SELECT h.citation_id FROM decision_heads h JOIN members m ON m.citation_id = h.citation_id "
        "WHERE m.record_id = ? AND h.stage = ? AND h.vote IS NOT NULL ORDER BY h.id DESC LIMIT 1",
        [record, stage.value],
    )
    return str(found) if found else None


def add_resolution(
    store: Store,
    actor: str,
    *,
    citation: str,
    stage: Stage,
    outcome: Vote,
    reason: str | None,
    how: str,
    why: str,
    record: str,
    confirms: str | None = None,
    replaces: str | None = None,
) -> str:
    """Append the outcome of a conflict, with the votes that it settles: all that stand on the record-stage now."""
    with store.write():
        settles = store.rows(
            "SELECT h.id FROM decision_heads h JOIN members m ON m.citation_id = h.citation_id "
            "WHERE m.record_id = ? AND h.stage = ? AND h.vote IS NOT NULL ORDER BY h.id",
            [record, stage.value],
        )
        act = store.act("resolution", actor, replaces=replaces)
        store.insert(
            "resolutions",
            {
                "id": act,
                "citation_id": citation,
                "stage": stage.value,
                "outcome": outcome.value,
                "reason": reason,
                "how": how,
                "why": why,
                "confirms": confirms,
                "settles": json.dumps([row[0] for row in settles]),
            },
        )
    return act


_RESOLUTION = (
    "SELECT record_id, outcome, reason, how, why, actor, confirmed_by "
    "FROM current_resolutions WHERE stage = ?"
)


def resolutions(store: Store, stage: Stage) -> dict[str, Resolution]:
    return {row["record_id"]: _resolution(row) for row in store.rows(_RESOLUTION, [stage.value])}


def resolution_on(store: Store, record: str, stage: Stage) -> Resolution | None:
    row = store.row(f"{_RESOLUTION} AND record_id = ?", [stage.value, record])
    return _resolution(row) if row is not None else None


def resolution_head(store: Store, record: str, stage: Stage) -> str | None:
    found = store.value(
        "SELECT id FROM current_resolutions WHERE stage = ? AND record_id = ?", [stage.value, record]
    )
    return str(found) if found else None


def _resolution(row: Row) -> Resolution:
    by = (row["actor"], row["confirmed_by"]) if row["confirmed_by"] else (row["actor"],)
    return Resolution(Vote(row["outcome"]), row["reason"], by, row["how"], row["why"])


def proposal_on(store: Store, record: str, stage: Stage) -> Row | None:
    """The consensus that one voter wrote and nobody has confirmed yet."""
    return store.row(
        "SELECT id, outcome, reason, why, actor, at FROM open_proposals WHERE record_id = ? AND stage = ?",
        [record, stage.value],
    )


def add_retrieval(
    store: Store,
    actor: str,
    citation: str,
    status: str,
    note: str | None,
    *,
    file: str | None = None,
    file_sha256: str | None = None,
) -> str:
    with store.write():
        act = store.act("retrieval", actor)
        store.insert(
            "retrievals",
            {
                "id": act,
                "citation_id": citation,
                "status": status,
                "note": note,
                "file": file,
                "file_sha256": file_sha256,
            },
        )
    return act


def retrievals(store: Store) -> dict[str, Row]:
    """The latest retrieval row of each record that has one."""
    return {row["record_id"]: row for row in store.rows("SELECT * FROM current_retrievals")}


def retrieval_attempts(store: Store, record: str) -> list[Row]:
    """All that was said of getting a report, the oldest first: of which citation, status, note, who, when."""
    return store.rows(
        "SELECT citation_id, status, note, actor, at FROM retrieval_attempts WHERE record_id = ? ORDER BY id",
        [record],
    )


def all_retrieval_attempts(store: Store) -> list[Row]:
    """As `retrieval_attempts`, of every record: record_id too."""
    return store.rows(
        "SELECT record_id, citation_id, status, note, actor, at FROM retrieval_attempts ORDER BY id"
    )


def retrieval_on(store: Store, record: str) -> Row | None:
    return store.row("SELECT * FROM current_retrievals WHERE record_id = ?", [record])


def reasons_in_use(store: Store) -> dict[Stage, set[str]]:
    """Exclusion reasons of current votes and of resolutions, by stage: for the coordinator's adoption."""
    found: dict[Stage, set[str]] = {stage: set() for stage in Stage}
    for row in store.rows(
        "SELECT stage, reason FROM decision_heads WHERE vote IS NOT NULL AND reason IS NOT NULL "
        "UNION SELECT stage, reason FROM resolutions WHERE reason IS NOT NULL"
    ):
        found[Stage(row[0])].add(row[1])
    return found
