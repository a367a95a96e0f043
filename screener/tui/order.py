"""The order of a queue on the desk and the place in it; knows ids only."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain


class Order:
    """Records in the order of the queue, which of them are done, and which one lies on the desk.

    Skipped records keep their place: after the last one the desk returns to the first that is not done.
    `current` is None when nothing is left.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = list(ids)
        self.done: set[str] = set()
        self._at = 0

    @property
    def current(self) -> str | None:
        return self.ids[self._at] if self._at < len(self.ids) else None

    @property
    def left(self) -> int:
        return len(self.ids) - len(self.done)

    def finish(self) -> None:
        """The record on the desk is done: take the next one that is not."""
        if self.current is not None:
            self.done.add(self.current)
        self._to_open(self._at + 1)

    def drop(self) -> None:
        """The record on the desk is none any more: out with it, and on to the next that is not done."""
        if self.current is not None:
            self.done.discard(self.ids.pop(self._at))
            self._to_open(self._at)

    def forward(self) -> bool:
        """The next record, done or not; after the last the first that is not done. False: there is none."""
        before = self._at
        if self._at + 1 < len(self.ids):
            self._at += 1
        else:
            self._to_open(0)
        return self._at != before

    def back(self) -> bool:
        """The record before; False at the first one."""
        if self._at == 0 or not self.ids:
            return False
        self._at -= 1
        return True

    def jump(self, record: str, *, done: bool = False) -> None:
        """Lay a record on the desk; one that is not of the queue takes a place before the present one."""
        if record not in self.ids:
            self.ids.insert(self._at, record)
        self._at = self.ids.index(record)
        if done:
            self.done.add(record)

    def reopen(self, record: str) -> None:
        """A vote was taken back: the record waits again and lies on the desk."""
        self.jump(record)
        self.done.discard(record)

    def refresh(self, queue: Iterable[str]) -> None:
        """Take the queue as it is now: new records at the end, records that are gone out, the place kept."""
        waiting = list(queue)
        fresh = set(waiting)
        current = self.current
        after = self.ids[self._at :]
        known = set(self.ids)
        self.done -= fresh
        self.ids = [r for r in self.ids if r in fresh or r in self.done]
        self.ids += [r for r in waiting if r not in known]
        places = {record: n for n, record in enumerate(self.ids)}
        self._at = next((places[r] for r in after if r in places), len(self.ids))
        if self.current is None or (self.current != current and self.current in self.done):
            self._to_open(self._at)

    def prefer(self, first: Iterable[str]) -> None:
        """Lay these next, in this order; the record on the desk and those before it keep their places."""
        behind = self.ids[self._at + 1 :]
        wanted = dict.fromkeys(first)
        there = {r for r in behind if r in wanted}
        ahead = [r for r in wanted if r in there]
        self.ids = [*self.ids[: self._at + 1], *ahead, *(r for r in behind if r not in there)]

    def _to_open(self, start: int) -> None:
        places = chain(range(start, len(self.ids)), range(min(start, len(self.ids))))
        self._at = next((n for n in places if self.ids[n] not in self.done), len(self.ids))
