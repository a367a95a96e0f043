"""Other processes for work that takes long."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, also when it is interrupted: what runs is finished, what waits is dropped.

    They are fresh ones ("spawn"): a copy of a process that has threads (the screens have) may hang. Work is handed
    to them under `starting`.
    """
    made = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_deaf)
    try:
        yield made
    finally:
        made.shutdown(wait=True, cancel_futures=True)


@contextmanager
def starting() -> Iterator[None]:
    """Processes that start in here do not hear Ctrl-C, which is for the process that a person talks to.

    They get the true standard error: the screens put something else in its place, which no process can be given.
    """
    before = (
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        if hasattr(signal, "pthread_sigmask")
        else None
    )
    shown, sys.stderr = sys.stderr, sys.__stderr__ or sys.stderr
    try:
        yield
    finally:
        sys.stderr = shown
        if before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
