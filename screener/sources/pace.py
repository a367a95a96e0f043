"""One budget of requests for every thread and process of this machine: servers count by address.

The time at which the next request to a server may leave stands in a small file; who wants to send one takes
the next place under a lock, and sleeps outside of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

# Nobody waits longer than this for a place: a clock that was set back, or a file that is not ours.
_LONGEST = 150.0


class Pace:
    """Places for requests to one server, `interval` seconds apart. `folder` holds the file (the user's cache
    folder unless given); `now` gives seconds since the epoch."""

    def __init__(
        self,
        server: str,
        interval: float,
        *,
        folder: Path | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._server = server
        self._interval = interval
        self._folder = folder
        self._now = now

    def wait(self) -> float:
        """Takes the next place; gives the seconds until it."""
        return self._take(lambda now, free: (max(now, free), max(now, free) + self._interval))

    def hold(self, seconds: float) -> None:
        """Nobody sends for so long: the server refused."""
        self._take(lambda now, free: (now, max(free, now + min(seconds, _LONGEST))))

    def _take(self, plan: Callable[[float, float], tuple[float, float]]) -> float:
        from filelock import FileLock

        try:
            path = self._path()
            with _in_process, FileLock(f"{path}.lock", timeout=10):
                now = self._now()
                mine, free = plan(now, self._read(path, now))
                path.write_text(repr(free), "utf-8")
        except (OSError, TimeoutError):
            # The folder cannot be written: the budget is this process's own then.
            with _in_process:
                now = self._now()
                mine, free = plan(now, _own.get(self._server, 0.0))
                _own[self._server] = free
        return max(0.0, mine - now)

    def _read(self, path: Path, now: float) -> float:
        try:
            free = float(path.read_text("utf-8"))
        except (OSError, ValueError):
            return 0.0
        return free if free - now < _LONGEST else 0.0

    def _path(self) -> Path:
        folder = self._folder
        if folder is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("screener")
        folder.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in self._server)
        return folder / f"pace-{name}"


_in_process = threading.Lock()
_own: dict[str, float] = {}
