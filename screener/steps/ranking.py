"""One reviewer's ranking while that reviewer screens: a process of its own learns from the reviewer's own votes.

The screens never wait for it. It reads the texts of all records and the votes of this one person, fits anew whenever
it is told that votes came in, and answers with the records to read next. Texts as numbers are kept in
`db/ranking.npz`; they follow from the citations alone, so nothing of anybody's votes is in there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from screener.model.errors import ScreenerError
from screener.model.screening import Stage, Vote
from screener.steps.review import Review
from screener.steps.workers import starting
from screener.store import citations as store_citations
from screener.store import screening as store_screening
from screener.store.database import Store
from screener.store.opening import for_reading

# As many as a person reads before the next answer, many times over.
FIRST = 1000
# An include, or a maybe, which lets pass as one.
_INCLUDED = frozenset({Vote.INCLUDE, Vote.MAYBE})


@dataclass(frozen=True, slots=True)
class Reading:
    """The texts are being weighed: so many of so many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The records to read next, the likeliest include first, learned from so many includes and excludes."""

    records: tuple[str, ...]
    included: int
    excluded: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The ranking has ended; the order stays as it was."""

    message: str


Answer = Reading | Ranked | Failed


class Ranker:
    """The process of one person and stage. `votes_changed` returns at once; `answers` is for a thread."""

    def __init__(self, review: Review, stage: Stage) -> None:
        me = review.person()
        context = get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(there, review.store.path, me.id, stage.value), daemon=True
        )
        with starting():
            self._process.start()
        there.close()

    def votes_changed(self) -> None:
        """A vote was cast or taken back: learn again, once for all that come meanwhile."""
        with suppress(OSError):
            self._here.send("votes")

    def answers(self) -> Iterator[Answer]:
        """What the process says, until it ends."""
        while True:
            try:
                found = self._here.recv()
            except (EOFError, OSError):
                return
            yield found

    def close(self) -> None:
        """End the process; safe to call twice."""
        self._process.terminate()
        self._process.join(timeout=5)
        with suppress(OSError):
            self._here.close()


def own_labels_of(store: Store, actor: str, stage: Stage) -> dict[str, int]:
    """One person's votes by record: 1 for include and maybe, 0 for exclude, in the order in which they were cast."""
    return {
        row["record_id"]: int(Vote(row["vote"]) in _INCLUDED)
        for row in reversed(store_screening.own_history(store, actor, stage, 10_000_000))
    }


def _serve(there: Connection, path: Path, actor: str, stage: str) -> None:
    """The other process. It ends when the connection does."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with for_reading(path) as store:
            records, features = _features(store, path.with_name("ranking.npz"), there)
            places = {record: place for place, record in enumerate(records)}
            while True:
                _answer(there, store, actor, Stage(stage), records, places, features)
                there.recv()
                while there.poll():
                    there.recv()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except (ScreenerError, OSError, MemoryError, ImportError) as error:
        with suppress(OSError):
            there.send(Failed(str(error) or type(error).__name__))


def _answer(
    there: Connection,
    store: Store,
    actor: str,
    stage: Stage,
    records: list[str],
    places: dict[str, int],
    features: Any,
) -> None:
    from screener.screening.ranking import rank

    labels = own_labels_of(store, actor, stage)
    votes = {places[record]: label for record, label in labels.items() if record in places}
    order = rank(features, votes)[:FIRST]
    included = sum(votes.values())
    there.send(Ranked(tuple(records[int(place)] for place in order), included, len(votes) - included))


def _features(store: Store, kept: Path, there: Connection) -> tuple[list[str], Any]:
    """The records in the order of the queue and their texts as numbers, kept from the last time if nothing changed."""
    from screener.model.errors import InputError
    from screener.screening.ranking import Features

    shown = store_citations.preferred_by_record(store)
    records = store_citations.record_ids(store)
    versions = store_citations.version_ids(store, [shown[record] for record in records])
    token = hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]
    mark = kept.with_suffix(".txt")
    with suppress(InputError, OSError):
        if mark.read_text("ascii") == token:
            return records, Features.load(kept)
    total = len(records)
    features = Features.of(
        _texts(store, [shown[record] for record in records]),
        lambda done: there.send(Reading(done, total)),
    )
    # Whoever else keeps it at the same time keeps the same.
    with suppress(OSError):
        for path, write in ((kept, features.save), (mark, lambda p: p.write_text(token, "ascii"))):
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            write(temporary)
            temporary.replace(path)
    return records, features


def _texts(store: Store, citations: list[str]) -> Iterator[str]:
    for start in range(0, len(citations), 500):
        some = citations[start : start + 500]
        fields = store_citations.citations(store, some)
        for citation in some:
            found = fields[citation]
            yield " ".join(filter(None, (found.title, found.abstract, *found.keywords)))
