"""Calibration: a sample that all screeners read before the real start, and how far they agree on it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from screener.model.errors import InputError, ReviewError
from screener.model.protocol import Role
from screener.model.screening import Outcome, Stage
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import rounds


@dataclass(frozen=True, slots=True)
class Pilot:
    """A calibration round: `read` counts its records that all its voters have read, `mine` those that the person
    who asks has still to read (None for who does not screen)."""

    id: str
    name: str
    stage: Stage
    drawn: str
    voters: int
    records: int
    read: int
    mine: int | None
    started: str
    ended: str | None
    note: str | None


def start(
    review: Review,
    stage: Stage,
    *,
    name: str,
    size: int | None = None,
    seed: int = 1,
    chosen: Sequence[str] = (),
) -> Pilot:
    """Begin a calibration round on `size` records drawn at random, or on the `chosen` ones; coordinators only.

    Every screener of the protocol reads them, and until the round ends nothing else waits at the stage. They are
    drawn from the records that nobody's closed votes have settled there. Their votes are votes like all others.
    Raises ReviewError while another round is open, and where there are not as many records.
    """
    me = review.person(Role.COORDINATOR)
    if (size is None) == (not chosen):
        raise InputError("a pilot needs records", expected="either how many, or which ones")
    if not name.strip():
        raise InputError("a pilot needs a name", field="name", expected="a word or two")
    with review.store.write():
        review.refresh()
        if rounds.open_pilot(review.store, stage) is not None:
            raise ReviewError(
                f"a pilot is open at {stage.label}",
                expected="the other one ended first (`screener pilot end`)",
            )
        states = records.states(review)
        waiting = [r for r, state in states.items() if state.at(stage).outcome is Outcome.OPEN]
        if size is not None:
            if not 1 <= size <= len(waiting):
                raise ReviewError(
                    f"{size:,} records cannot be drawn: {len(waiting):,} are open at {stage.label}",
                    field="size",
                    expected=f"1 to {len(waiting):,}",
                )
            picked = random.Random(seed).sample(sorted(waiting), size)
            drawn = f"{size:,} drawn at random of {len(waiting):,} (seed {seed})"
        else:
            picked = list(dict.fromkeys(chosen))
            for record in picked:
                if record not in waiting:
                    raise ReviewError(f"the record is not open at {stage.label}", entry=record)
            drawn = f"{len(picked):,} chosen"
        shown = store_citations.preferred_by_record(review.store)
        pilot = rounds.add_pilot(
            review.store,
            me.id,
            stage=stage,
            name=name.strip(),
            drawn=drawn,
            voters=len(review.protocol.with_role(Role.SCREENER)),
            citations=[shown[record] for record in picked],
        )
    return next(p for p in pilots(review, stage) if p.id == pilot)


def end(review: Review, stage: Stage, note: str | None = None) -> Pilot:
    """End the open round: from here on all records wait, and the round's take as many votes as any other."""
    with review.store.write():
        review.refresh()
        me = review.person(Role.COORDINATOR)
        pilot = rounds.open_pilot(review.store, stage)
        if pilot is None:
            raise ReviewError(f"no pilot is open at {stage.label}")
        rounds.end_pilot(review.store, me.id, pilot["id"], note)
    return next(p for p in pilots(review, stage) if p.id == pilot["id"])


def pilots(review: Review, stage: Stage) -> list[Pilot]:
    """All rounds of a stage, the oldest first, as far as the person may see them."""
    rows = rounds.pilots(review.store, stage)
    if not rows:
        return []
    from screener.steps.screening import queue

    me = review.me
    states = records.states(review)
    waiting = set(queue(review, stage)) if me is not None and Role.SCREENER in me.roles else None
    found = []
    for row in rows:
        members = rounds.pilot_records(review.store, row["id"])
        found.append(
            Pilot(
                row["id"],
                row["name"],
                stage,
                row["drawn"],
                row["voters"],
                len(members),
                sum(states[r].at(stage).outcome not in {Outcome.OPEN, Outcome.WAITING} for r in members),
                len(members & waiting) if waiting is not None else None,
                row["at"],
                row["ended"],
                row["note"],
            )
        )
    return found
