"""Ids: what a person says gets a time-ordered UUID, what a machine derives gets a content id.

Two copies of a review that import one file must agree on its citations, hence UUIDv5 of the content;
two people who act at the same moment must never collide, hence UUIDv7 (RFC 9562, section 5.7).
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

NAMESPACE = uuid.UUID("6f1c2a0e-6f0e-5d7e-9b57-5c4ee3a0c001")


def content_id(*parts: str) -> str:
    """The id of a derived thing: equal parts give equal ids, on every machine."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def citation_id(database: str, source_key: str | None, raw: bytes) -> str:
    """Database and accession, else the SHA-256 of the raw entry (contracts, section 1)."""
    if source_key:
        return content_id("citation", database, source_key)
    return content_id("citation", database, "sha256", hashlib.sha256(raw).hexdigest())


def version_id(citation: str, raw: bytes) -> str:
    """One citation as its database gave it in one version."""
    return content_id("version", citation, hashlib.sha256(raw).hexdigest())


class ActIds:
    """Makes UUIDv7 ids and UTC times for acts; a fixed clock and seed make a run repeatable.

    `now` gives seconds since the epoch; `entropy(n)` gives n random bytes. Ids of one instance are
    strictly increasing, also when the clock stands still or steps back.
    """

    def __init__(
        self, now: Callable[[], float] = time.time, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._now = now
        self._entropy = entropy
        self._last = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)

    def time_text(self) -> str:
        """The present as ISO 8601 UTC with milliseconds, which sorts as text."""
        return self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def new(self) -> str:
        # 48 bits of milliseconds and 12 bits below them count as one number, so that several acts of
        # one millisecond keep their order.
        stamp = int(self._now() * 1000) << 12
        self._last = max(stamp, self._last + 1)
        head, low = self._last >> 12, self._last & 0xFFF
        tail = int.from_bytes(self._entropy(8), "big") & (1 << 62) - 1
        return str(uuid.UUID(int=head << 80 | 0x7 << 76 | low << 64 | 0b10 << 62 | tail))
