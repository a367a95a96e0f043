"""What agreement is computed from: everything that was said on closed record-stages by those who closed them."""

from __future__ import annotations

from screener.model.screening import Stage
from screener.store.database import Row, Store


def closed_decisions(store: Store, stage: Stage) -> list[Row]:
    """All decisions of the people who hold a vote on a closed record-stage: record_id, id, at, actor, vote, reason,
    replaces; in the order of records, then of time. Decisions of others on the same record are open, and not here."""
    return store.rows(
        "WITH closed AS MATERIALIZED "
        "(SELECT record_id, actor FROM votes WHERE stage = :stage AND holders >= required AND holders > 1) "
        "SELECT c.record_id, d.id, a.at, a.actor, d.vote, d.reason, a.replaces FROM closed c "
        "CROSS JOIN members m ON m.record_id = c.record_id "
        "CROSS JOIN decisions d ON d.citation_id = m.citation_id AND d.stage = :stage "
        "CROSS JOIN acts a ON a.id = d.id AND a.actor = c.actor ORDER BY c.record_id, d.id",
        {"stage": stage.value},
    )


def first_shown(store: Store, stage: Stage) -> dict[str, str]:
    """By record: the id of the act that first showed or settled its votes at a stage."""
    return {
        row[0]: row[1]
        for row in store.rows(
            "SELECT m.record_id, min(x.id) FROM (SELECT id, citation_id, stage FROM reveals "
            "UNION ALL SELECT id, citation_id, stage FROM resolutions) x "
            "JOIN members m ON m.citation_id = x.citation_id WHERE x.stage = ? GROUP BY m.record_id",
            [stage.value],
        )
    }


def piloted(store: Store, stage: Stage) -> dict[str, str]:
    """By record: the id of the first pilot of the stage that had it."""
    return {
        row[0]: row[1]
        for row in store.rows(
            "SELECT m.record_id, min(p.id) FROM pilots p JOIN pilot_records r ON r.pilot_id = p.id "
            "JOIN members m ON m.citation_id = r.citation_id WHERE p.stage = ? GROUP BY m.record_id",
            [stage.value],
        )
    }
