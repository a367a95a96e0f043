"""Failed logins make the next one wait: per name and per address, twice as long each time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# By what is counted: failures that cost nothing, and the longest wait (seconds). A stranger must not lock a
# reviewer out for good; an address may be a whole department's.
LIMITS = {"name": (3, 60.0), "address": (10, 900.0)}
FORGET = 3600.0  # seconds without a failure
ENTRIES = 10_000  # names and addresses that are remembered at most


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts failures by key. An attempt counts as failed from its start: guesses at one moment count too."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def begin(self, name: str, address: str) -> float:
        """Seconds to wait before an attempt; 0: it may go on, and is counted."""
        keys = (("name", name), ("address", address))
        wait = max(self._wait(key) for key in keys)
        if wait <= 0:
            for key in keys:
                self._count(key)
        return max(wait, 0.0)

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was right: the name is clean, and the address has one failure less."""
        self._failed.pop(("name", name), None)
        entry = self._failed.get(("address", address))
        if entry is not None:
            entry.count -= 1
            if entry.count <= 0:
                del self._failed[("address", address)]

    def _wait(self, key: tuple[str, str]) -> float:
        entry = self._failed.get(key)
        free, longest = LIMITS[key[0]]
        if entry is None or entry.count < free:
            return 0.0
        delay = min(2.0 ** min(entry.count - free, 20), longest)
        return entry.last + delay - self._clock()

    def _count(self, key: tuple[str, str]) -> None:
        now = self._clock()
        entry = self._failed.pop(key, None)
        if entry is None or now - entry.last > FORGET:
            entry = _Failures(0, now)
        entry.count += 1
        entry.last = now
        self._failed[key] = entry  # at the end: the longest untouched are forgotten first
        while len(self._failed) > ENTRIES:
            self._failed.popitem(last=False)
