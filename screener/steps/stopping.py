"""When a person may leave the rest unread, and what follows once all have: `screening.stopping` on a person's own
votes, by the recall and the confidence that the protocol states."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from screener.model.errors import ReviewError
from screener.model.protocol import Role
from screener.model.screening import Outcome, Stage
from screener.steps import records
from screener.steps.ranking import own_labels_of
from screener.steps.review import Review
from screener.steps.screening import own_vote, queue
from screener.store import citations as store_citations
from screener.store import rounds

if TYPE_CHECKING:
    from screener.screening.stopping import Stop


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's own stop at a stage, if it stands, and whether all screeners have stopped (then `left` records count
    as excluded by automation). Before that nothing is told of the others."""

    mine: dict[str, Any] | None
    all_stopped: bool
    left: int


def rule(review: Review, stage: Stage) -> Stop:
    """The stopping rule on this person's votes so far. Raises ReviewError where the protocol states no recall."""
    from screener.screening.stopping import stopping

    rules = review.protocol.rules[stage]
    if not rules.stop_recall:
        raise ReviewError(
            f"the protocol has no stopping rule at {stage.label}",
            field=f"screening.{stage.value}.stop_recall",
            expected="a recall such as 0.95, adopted before anybody stops",
        )
    me = review.person(Role.SCREENER)
    labels = own_labels_of(review.store, me.id, stage)
    states = records.states(review)
    total = sum(state.at(stage).outcome is not Outcome.WAITING for state in states.values())
    read = [label for record, label in labels.items() if record in states]
    return stopping(read, total, target=rules.stop_recall, confidence=rules.stop_confidence)


def stop(review: Review, stage: Stage) -> Standing:
    """Leave what waits for this person unread. Raises ReviewError unless the rule is met.

    Nothing is excluded by it yet: only when every screener has stopped, what none of them read counts as excluded by
    automation. What comes later, and what somebody has read, waits on.
    """
    from screener.screening.ranking import MODEL

    me = review.person(Role.SCREENER)
    with review.store.write():
        review.refresh()
        if rounds.stop_of(review.store, me.id, stage) is not None:
            raise ReviewError(
                f"you have stopped at {stage.label}", expected="`screener stop --undo` to read on"
            )
        if rounds.open_pilot(review.store, stage) is not None:
            raise ReviewError(f"a pilot is open at {stage.label}", expected="the pilot ended first")
        found = rule(review, stage)
        if not found.met:
            raise ReviewError(f"the stopping rule is not met ({found.describe()})", expected="reading on")
        shown = store_citations.preferred_by_record(review.store)
        # What reads differently since a vote of this person has that vote, and keeps it.
        waiting = [r for r in queue(review, stage) if own_vote(review, r, stage) is None]
        rounds.add_stop(
            review.store,
            me.id,
            stage=stage,
            rule={**found.to_dict(), "model": MODEL, "left": len(waiting)},
            citations=[shown[record] for record in waiting],
            replaces=None,
        )
    return standing(review, stage)


def undo(review: Review, stage: Stage) -> Standing:
    """Take this person's stop back: what it left waits again, for everybody."""
    with review.store.write():
        review.refresh()
        me = review.person(Role.SCREENER)
        head = rounds.stop_of(review.store, me.id, stage)
        if head is None:
            raise ReviewError(f"you have not stopped at {stage.label}")
        rounds.add_stop(review.store, me.id, stage=stage, rule=None, citations=(), replaces=str(head["id"]))
    return standing(review, stage)


def standing(review: Review, stage: Stage) -> Standing:
    head = rounds.stop_of(review.store, review.viewer or "", stage)
    stops = rounds.stops_in_force(review.store, stage)
    mine = json.loads(head["rule"]) if head is not None else None
    return Standing(mine, bool(stops), len(rounds.left_unread(review.store, stage)))
