"""Who is logged in. Only the token's digest is kept, in this process's memory: a restart logs everybody out."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

IDLE = 30 * 60.0  # seconds without a key
LONGEST = 12 * 3600.0  # a working day

Close = Callable[[], Awaitable[object]]


@dataclass(eq=False, slots=True)
class Session:
    """One login. `proof` is the hash that the password was checked against: a new password ends the session."""

    reviewer: str
    proof: str
    began: float
    used: float
    pages: set[Close] = field(default_factory=set)  # closes an open page and the app behind it


class Sessions:
    """Tokens to sessions; `idle` and `longest` in seconds."""

    def __init__(
        self, *, idle: float = IDLE, longest: float = LONGEST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.idle = idle
        self.longest = longest
        self._clock = clock
        self._open: dict[bytes, Session] = {}

    def open(self, reviewer: str, proof: str) -> str:
        """A new session; gives its token, which is never shown again."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        self._open[_digest(token)] = Session(reviewer, proof, now, now)
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of a token, if it has not ended."""
        session = self._open.get(_digest(token)) if token else None
        return session if session is not None and self._alive(session) else None

    def touch(self, session: Session) -> None:
        """Somebody is there: the idle time starts anew."""
        session.used = self._clock()

    async def end(self, token: str | None) -> None:
        """Log out: the session is gone, its pages close."""
        session = self._open.pop(_digest(token), None) if token else None
        if session is not None:
            await _close([session])

    async def sweep(self, valid: Callable[[Session], bool] = lambda _: True) -> None:
        """End what idled too long, is too old, or is no longer `valid`."""
        ended = [d for d, session in self._open.items() if not (self._alive(session) and valid(session))]
        await _close([self._open.pop(digest) for digest in ended])

    async def end_all(self) -> None:
        await self.sweep(lambda _: False)

    def _alive(self, session: Session) -> bool:
        now = self._clock()
        return now - session.used <= self.idle and now - session.began <= self.longest


async def _close(sessions: Iterable[Session]) -> None:
    """All pages at once: a browser that does not answer holds up nobody."""
    closing = [close() for session in sessions for close in session.pages]
    await asyncio.gather(*closing, return_exceptions=True)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
