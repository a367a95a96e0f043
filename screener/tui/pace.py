"""How fast a person reads: own votes of this sitting only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import median

PAUSE = 300.0  # seconds; longer than that somebody was away


class Pace:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: float | None = None
        self._times: deque[float] = deque(maxlen=50)
        self.votes = 0

    def start(self) -> None:
        """A record is about to be read."""
        if self._last is None:
            self._last = self._clock()

    def vote(self) -> None:
        now = self._clock()
        if self._last is not None and now - self._last < PAUSE:
            self._times.append(now - self._last)
        self._last = now
        self.votes += 1

    def unvote(self) -> None:
        self.votes = max(0, self.votes - 1)

    @property
    def seconds_each(self) -> float | None:
        """The median over the last 50 votes; None before the first."""
        return median(self._times) if self._times else None
