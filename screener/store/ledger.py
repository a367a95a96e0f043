"""Acts in general: the adopted protocol, the audit log, review-wide facts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

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
    store: Store, actor: str, text: str, reason: str, *, voters_title_abstract: int, voters_full_text: int
) -> str:
    """Append a protocol version; it is in force from here on."""
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
                "voters_title_abstract": voters_title_abstract,
                "voters_full_text": voters_full_text,
            },
        )
    return act


def adopted_protocol(store: Store) -> AdoptedProtocol | None:
    row = store.row("SELECT id, text, hash, reason, actor, at FROM current_protocol")
    return AdoptedProtocol(*row) if row is not None else None


def protocol_versions(store: Store) -> list[Row]:
    return store.rows(
        "SELECT p.id, p.hash, p.reason, a.actor, a.at FROM protocol_versions p JOIN acts a USING (id) ORDER BY p.id"
    )


def acts(store: Store) -> list[Row]:
    """Every act in the order of its time: reads the whole file, so for the coordinator only."""
    return store.rows("SELECT id, at, actor, kind, replaces, device, seq FROM acts ORDER BY id")


def count_acts(store: Store) -> int:
    return int(store.value("SELECT count(*) FROM acts"))
