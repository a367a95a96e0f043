"""Studies, filled forms, submissions and settlements.

As with votes, an extractor's forms on a study are readable by others only once the extractors have
submitted that study (two of them, and this one among them); the extractor's own are always readable.
"""

from __future__ import annotations

import json

from screener.model.extraction import Form, Item
from screener.store.database import Row, Store

EXTRACTORS = 2

_VISIBLE = (
    "(actor = :viewer OR ((SELECT count(*) FROM submitted s WHERE s.study = current_extractions.study) "
    f">= {EXTRACTORS} AND EXISTS (SELECT 1 FROM submitted s "
    "WHERE s.study = current_extractions.study AND s.actor = current_extractions.actor)))"
)


def link_report(store: Store, actor: str, citation: str, study: str | None, note: str | None) -> str:
    """Say that a report belongs to a study (None: to no study any more)."""
    with store.write():
        act = store.act("study_report", actor)
        store.insert("study_reports", {"id": act, "citation_id": citation, "study": study, "note": note})
    return act


def linked_citations(store: Store, record: str) -> list[str]:
    """The citations of a record that were ever linked to a study."""
    rows = store.rows(
        "SELECT DISTINCT s.citation_id FROM study_reports s JOIN members m ON m.citation_id = s.citation_id "
        "WHERE m.record_id = ? ORDER BY 1",
        [record],
    )
    return [row[0] for row in rows]


def study_clashes(store: Store) -> dict[str, tuple[str, ...]]:
    return {
        row[0]: tuple(row[1].split("; "))
        for row in store.rows("SELECT record_id, studies FROM study_clashes")
    }


def reports_by_record(store: Store) -> dict[str, str]:
    """The study of every record that belongs to one."""
    return {row[0]: row[1] for row in store.rows("SELECT record_id, study FROM current_study_reports")}


def add_extraction(store: Store, actor: str, item: Item, *, withdraw: bool = False) -> str:
    """Append a filled form; it replaces the extractor's earlier one of the same study, form and item."""
    with store.write():
        earlier = store.value(
            "SELECT id FROM current_extractions WHERE actor = ? AND study = ? AND form = ? AND item = ?",
            [actor, item.study, item.form.value, item.key],
        )
        act = store.act("extraction", actor, replaces=earlier)
        store.insert(
            "extractions",
            {
                "id": act,
                "study": item.study,
                "form": item.form.value,
                "item": item.key,
                "fields": None if withdraw else json.dumps(item.values, ensure_ascii=False, sort_keys=True),
            },
        )
    return act


def items(store: Store, viewer: str | None, study: str | None = None) -> dict[tuple[str, str], list[Item]]:
    """Forms the viewer may see, by (study, extractor)."""
    found: dict[tuple[str, str], list[Item]] = {}
    for row in store.rows(
        "SELECT study, actor, form, item, fields FROM current_extractions "
        f"WHERE {_VISIBLE} AND (:study IS NULL OR study = :study) ORDER BY id",
        {"viewer": viewer, "study": study},
    ):
        item = Item(row["study"], Form(row["form"]), row["item"], json.loads(row["fields"]))
        found.setdefault((row["study"], row["actor"]), []).append(item)
    return found


def submit(store: Store, actor: str, study: str) -> str:
    with store.write():
        act = store.act("submission", actor)
        store.insert("submissions", {"id": act, "study": study})
    return act


def submitted(store: Store, viewer: str | None) -> dict[str, set[str]]:
    """Who has finished which study, as far as the viewer may know: finished by both, or by the viewer."""
    found: dict[str, set[str]] = {}
    for row in store.rows("SELECT study, actor FROM submitted"):
        found.setdefault(row[0], set()).add(row[1])
    shown: dict[str, set[str]] = {}
    for study, people in found.items():
        if len(people) >= EXTRACTORS:
            shown[study] = people
        elif viewer is not None and viewer in people:
            shown[study] = {viewer}
    return shown


def settle(
    store: Store, actor: str, *, study: str, form: Form, item: str, field: str, value: str, why: str
) -> str:
    with store.write():
        act = store.act("settlement", actor)
        store.insert(
            "settlements",
            {
                "id": act,
                "study": study,
                "form": form.value,
                "item": item,
                "field": field,
                "value": value,
                "why": why,
            },
        )
    return act


def settlements(store: Store, study: str | None = None) -> list[Row]:
    return store.rows(
        "SELECT study, form, item, field, value, why, actor, at FROM current_settlements "
        "WHERE :study IS NULL OR study = :study",
        {"study": study},
    )


def add_snapshot(store: Store, actor: str, counts: str, rows: str) -> str:
    """Keep a published flow with the rows behind its boxes."""
    with store.write():
        act = store.act("flow", actor)
        store.insert("flow_snapshots", {"id": act, "counts": counts, "rows": rows})
    return act


def last_snapshot(store: Store) -> str | None:
    """The counts of the flow that was published last."""
    found = store.value("SELECT counts FROM flow_snapshots ORDER BY id DESC LIMIT 1")
    return str(found) if found is not None else None
