"""Conflicts: who may settle which, showing their votes, and how they are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from screener.model.errors import ReviewError
from screener.model.protocol import Role
from screener.model.screening import CastVote, Outcome, Stage, Vote
from screener.screening import first_reason
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import screening as store_screening


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record on which the voters differ, and what this person can do about it.

    `role` is "adjudicate", "propose" (write a consensus), "confirm" (another voter's consensus waits),
    "wait" (own consensus waits for the other) or "none".
    """

    record: str
    stage: Stage
    role: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """An opened conflict: the record, the votes (shown from here on), a consensus that waits."""

    card: records.Card
    stage: Stage
    votes: tuple[CastVote, ...]
    proposal: Mapping[str, Any] | None
    role: str


def conflicts(review: Review, states: Mapping[str, records.RecordState] | None = None) -> list[Conflict]:
    """All conflicts, with this person's part in each; the votes themselves stay closed.

    `states` saves reading them again.
    """
    found = []
    for record, state in (records.states(review) if states is None else states).items():
        for stage in Stage:
            if state.at(stage).outcome is Outcome.CONFLICT:
                found.append(Conflict(record, stage, _role_in(review, record, stage)))
    return found


def _role_in(review: Review, record: str, stage: Stage) -> str:
    me = review.me
    if me is None:
        return "none"
    voters = {vote.reviewer for vote in store_screening.votes_on(review.store, record, stage, me.id)}
    how = review.protocol.rules[stage].settled_by
    if me.id in voters:
        if how == "adjudicator":
            return "none"
        proposal = store_screening.proposal_on(review.store, record, stage)
        if proposal is None:
            return "propose"
        return "wait" if proposal["actor"] == me.id else "confirm"
    return "adjudicate" if Role.ADJUDICATOR in me.roles and how != "consensus" else "none"


def open_conflict(review: Review, record: str, stage: Stage) -> ConflictView:
    """Show the votes of a conflict to somebody who may settle it; that they were shown is recorded."""
    review.refresh()
    me = review.person()
    if records.state(review, record).at(stage).outcome is not Outcome.CONFLICT:
        raise ReviewError(f"there is no conflict on this record at {stage.label}", entry=record)
    role = _role_in(review, record, stage)
    if role == "none":
        raise ReviewError(
            "conflicts are settled by their voters or by an adjudicator who did not vote",
            entry=record,
            field="--as",
            expected=", ".join(r.id for r in review.protocol.with_role(Role.ADJUDICATOR)) or "an adjudicator",
        )
    card = records.card(review, record)
    store_screening.add_reveal(review.store, me.id, record, stage)
    votes = store_screening.votes_on(review.store, record, stage, me.id)
    row = store_screening.proposal_on(review.store, record, stage)
    proposal = dict(row) if row is not None else None
    hidden = review.protocol.rules[stage].conflict_names == "hidden"
    if proposal is not None and hidden and proposal["actor"] != me.id:
        proposal = {**proposal, "actor": "another voter"}
    return ConflictView(card, stage, tuple(_named(votes, me.id) if hidden else votes), proposal, role)


def veiled(review: Review) -> set[tuple[Stage, str]]:
    """Record-stages on which the votes differ, where the protocol hides whose they are: no export tells it either."""
    hidden = [stage for stage in Stage if review.protocol.rules[stage].conflict_names == "hidden"]
    if not hidden:
        return set()
    return {
        (stage, record)
        for record, state in records.states(review).items()
        for stage in hidden
        if state.at(stage).outcome is Outcome.CONFLICT
    }


def _named(votes: Sequence[CastVote], me: str) -> list[CastVote]:
    """Votes under numbers instead of names, in an order that tells nothing (that of their random parts); one's
    own stays one's own."""
    numbers = iter(range(1, len(votes) + 1))
    ordered = sorted(votes, key=lambda vote: vote.decision_id[-12:])
    return [v if v.reviewer == me else replace(v, reviewer=f"other voter {next(numbers)}") for v in ordered]


def resolve(
    review: Review,
    record: str,
    stage: Stage,
    outcome: Vote,
    *,
    how: str,
    why: str,
    reason: str | None = None,
    confirm: bool = False,
) -> None:
    """Settle a conflict, or settle it anew: by an adjudicator who did not vote, or by the voters' consensus.

    A consensus is written by one voter and confirmed by another (`confirm`). An exclusion at full text
    takes the given reason, else the first in the protocol's order among the votes.
    """
    review.refresh()
    me = review.person()
    if outcome is Vote.MAYBE:
        raise ReviewError("a resolution decides", field="outcome", expected="include or exclude")
    if not why.strip() and not confirm:
        raise ReviewError("a resolution says why", field="--why", expected="a sentence for the audit trail")
    with review.store.write():
        state = records.state(review, record).at(stage)
        earlier = store_screening.resolution_head(review.store, record, stage)
        # Votes that have been shown cannot be changed any more, so what they settled can be settled anew.
        again = state.outcome in {Outcome.PASSED, Outcome.EXCLUDED} and (
            earlier is not None or store_screening.is_revealed(review.store, record, stage)
        )
        if state.outcome is not Outcome.CONFLICT and not again:
            raise ReviewError(
                f"there is no conflict on this record at {stage.label}: {state.outcome.value}", entry=record
            )
        votes = store_screening.votes_on(review.store, record, stage, me.id)
        voted = me.id in {vote.reviewer for vote in votes}
        if how not in {"adjudication", "consensus"}:
            raise ReviewError(
                f"'{how}' is no way to settle a conflict", field="how", expected="consensus or adjudication"
            )
        allowed = review.protocol.rules[stage].settled_by
        if allowed not in {"either", "adjudicator" if how == "adjudication" else how}:
            raise ReviewError(
                f"the protocol has conflicts at {stage.label} settled another way",
                field="--how",
                expected={"adjudicator": "adjudication"}.get(allowed, allowed),
            )
        if how == "adjudication":
            if Role.ADJUDICATOR not in me.roles or voted:
                raise ReviewError(
                    "an adjudicator has that role and did not vote on the record",
                    field="--as",
                    expected=", ".join(r.id for r in review.protocol.with_role(Role.ADJUDICATOR))
                    or "an adjudicator",
                )
        elif not voted:
            raise ReviewError(
                "a consensus is between the voters",
                field="--as",
                expected="one of its voters",
            )
        # Where the votes are: after a split the resolution must not fall on a part that has new votes.
        citation = store_screening.voted_citation(review.store, record, stage) or store_citations.preferred(
            review.store, record
        )
        confirms: str | None = None
        if confirm:
            proposal = store_screening.proposal_on(review.store, record, stage)
            if proposal is None or proposal["actor"] == me.id or proposal["outcome"] != outcome.value:
                raise ReviewError(
                    "there is no such consensus of another voter to confirm", entry=record, field="--confirm"
                )
            confirms, earlier = str(proposal["id"]), None
            reason, why = proposal["reason"], why or proposal["why"]
        elif outcome is Vote.EXCLUDE:
            reason = reason or first_reason(review.protocol, stage, {v.reason for v in votes if v.reason})
            if stage is Stage.FULL_TEXT and reason is None:
                raise ReviewError("an exclusion at full text needs a reason", field="--reason")
        if reason is not None and review.protocol.reason(stage, reason) is None:
            raise ReviewError(
                f"'{reason}' is no exclusion reason at {stage.label}",
                field="--reason",
                expected=", ".join(r.id for r in review.protocol.reasons[stage]),
            )
        store_screening.add_reveal(review.store, me.id, record, stage)
        store_screening.add_resolution(
            review.store,
            me.id,
            record=record,
            citation=citation,
            stage=stage,
            outcome=outcome,
            reason=reason,
            how=how,
            why=why,
            confirms=confirms,
            replaces=earlier,
        )
