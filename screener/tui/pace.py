"""How fast a person reads: own votes of this sitting only."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from statistics import median

from textual.content import Content

from screener.model.screening import Stage, Vote

PAUSE = 300.0  # seconds; longer than that somebody was away


class Pace:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: float | None = None
        self._times: deque[float] = deque(maxlen=50)
        self._said: list[Vote] = []
        self.reading = 0.0
        """Seconds spent on the votes of this sitting, pauses left out."""

    @property
    def votes(self) -> int:
        return len(self._said)

    @property
    def said(self) -> Counter[Vote]:
        return Counter(self._said)

    def start(self) -> None:
        """A record is about to be read."""
        if self._last is None:
            self._last = self._clock()

    def rest(self) -> None:
        """The desk was left: what passes till the next record is no reading."""
        self._last = None

    def vote(self, choice: Vote) -> None:
        now = self._clock()
        if self._last is not None and now - self._last < PAUSE:
            self._times.append(now - self._last)
            self.reading += now - self._last
        self._last = now
        self._said.append(choice)

    def unvote(self) -> None:
        if self._said:
            self._said.pop()

    @property
    def seconds_each(self) -> float | None:
        """The median over the last 50 votes; None before the first."""
        return median(self._times) if self._times else None


def lasting(seconds: float) -> str:
    """'40 min', '3 h 20 min', '12 h': as exact as a guess can be."""
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest // 10 * 10} min" if hours < 10 and rest >= 10 else f"{hours} h"


def sitting_content(stage: Stage, pace: Pace, left: int) -> Content:
    """The sitting in a few lines; nothing of it is kept."""
    said = pace.said
    votes = ", ".join(
        f"{said[vote]:,} {words}"
        for vote, words in (
            (Vote.INCLUDE, "included"),
            (Vote.EXCLUDE, "excluded"),
            (Vote.MAYBE, "maybe"),
        )
        if said[vote]
    )
    lines = [
        Content(f"This sitting at {stage.label}").stylize("bold"),
        Content(f"{pace.votes:,} votes{f': {votes}' if votes else ''}"),
    ]
    if pace.seconds_each is not None:
        lines.append(
            Content(
                f"{pace.seconds_each:.0f} s each (median of the last 50), {lasting(pace.reading)} of reading, "
                "pauses left out"
            )
        )
        lines.append(Content(f"{left:,} left: about {lasting(pace.seconds_each * left)} at this pace"))
    else:
        lines.append(Content(f"{left:,} left; the pace shows after your first vote"))
    return Content("\n").join(lines)
