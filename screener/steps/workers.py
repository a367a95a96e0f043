"""Other processes for work that takes long."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, also when it is interrupted: what runs is finished, what waits is dropped.

    They are fresh ones ("spawn"): a copy of a process that has threads (the screens have) may hang. Work is handed
    to them under `unheard`.
    """
    made = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_deaf)
    try:
        yield made
    finally:
        made.shutdown(wait=True, cancel_futures=True)


@contextmanager
def unheard() -> Iterator[None]:
    """Ctrl-C is for the process that a person talks to: processes that start in here do not hear it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
