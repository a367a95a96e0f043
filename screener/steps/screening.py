"""Screening: whose turn it is, casting and taking back a vote, conflicts and how they are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from screener.model.errors import ReviewError
from screener.model.protocol import Role
from screener.model.screening import CastVote, Outcome, Stage, Vote
from screener.screening import ALLOWED, first_reason
from screener.steps import alerts, records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import screening as store_screening
from screener.store.database import Row


def queue(review: Review, stage: Stage) -> list[str]:
    """Records that wait for this person's vote at a stage, in the order they were first seen; then those
    that read differently since the vote (see `alerts.to_look_again`)."""
    me = review.person(Role.SCREENER)
    mine = store_screening.voted_records(review.store, me.id, stage)
    states = records.states(review)
    waiting = [
        record for record, state in states.items() if record not in mine and _open_for_vote(state, stage)
    ]
    return [*waiting, *_changed_since_vote(review, stage, states)]


def _changed_since_vote(review: Review, stage: Stage, states: Mapping[str, records.RecordState]) -> list[str]:
    changed = alerts.to_look_again(review, stage)
    return [
        r for r, state in states.items() if r in changed and state.at(stage).outcome is not Outcome.WAITING
    ]


def _open_for_vote(state: records.RecordState, stage: Stage) -> bool:
    if state.at(stage).outcome is not Outcome.OPEN:
        return False
    return stage is Stage.TITLE_ABSTRACT or state.retrieval != "not_retrieved"


def own_vote(review: Review, record: str, stage: Stage) -> CastVote | None:
    me = review.person()
    votes = store_screening.votes_on(review.store, record, stage, me.id)
    return next((vote for vote in votes if vote.reviewer == me.id), None)


def vote(
    review: Review,
    record: str,
    stage: Stage,
    choice: Vote,
    *,
    reason: str | None = None,
    note: str | None = None,
    shown: records.Card | None = None,
) -> None:
    """Cast or change this person's vote; on disk when the call returns.

    `shown` is what was on the screen: its citation and version are kept with the vote.

    Raises ReviewError when the person may not vote, the record is not at that stage, the reason is
    unknown or missing, or the votes have been shown (then a resolution is needed).
    """
    with review.store.write():
        review.refresh()
        me = review.person(Role.SCREENER)
        _check_choice(review, stage, choice, reason)
        heads = store_screening.own_heads(review.store, me.id, record, stage)
        # Votes that differ after a merge are no vote: the record is in this person's queue again, shown or not.
        holds = own_vote(review, record, stage) is not None
        if holds:
            _refuse_shown(review, record, stage)
        state = records.state(review, record)
        waits = state.at(stage).outcome is Outcome.WAITING
        if waits or not (holds or _open_for_vote(state, stage)):
            raise ReviewError(
                f"the record is not open for your vote at {stage.label} ({_why_not(state, stage)})",
                entry=record,
                expected="a record of your queue",
            )
        # After a merge one person may hold several votes: each chain gets the new one.
        targets: Sequence[Row | None] = heads or [None]
        for head in targets:
            citation, version = _voted_on(review, record, head, shown)
            store_screening.add_decision(
                review.store,
                me.id,
                citation=citation,
                version=version,
                stage=stage,
                vote=choice,
                reason=reason,
                note=note,
                protocol_id=review.protocol_id or "",
                replaces=head["id"] if head is not None else None,
            )


def _voted_on(review: Review, record: str, head: Row | None, shown: records.Card | None) -> tuple[str, str]:
    """The citation and the version a vote is on: of the vote it replaces, else as shown."""
    if head is not None:
        citation = str(head["citation_id"])
    elif shown is not None:
        citation = shown.citation
    else:
        citation = store_citations.preferred(review.store, record)
    if shown is not None and shown.citation == citation:
        return citation, shown.version
    return citation, store_citations.current_version(review.store, citation)


def take_back(review: Review, record: str, stage: Stage) -> None:
    """Undo this person's vote on a record: a new row; the record returns to the person's queue."""
    me = review.person(Role.SCREENER)
    with review.store.write():
        heads = [
            head
            for head in store_screening.own_heads(review.store, me.id, record, stage)
            if head["vote"] is not None
        ]
        if not heads:
            raise ReviewError(f"you hold no vote on this record at {stage.label}", entry=record)
        _refuse_shown(review, record, stage)
        for head in heads:
            store_screening.add_decision(
                review.store,
                me.id,
                citation=head["citation_id"],
                version=head["version_id"],
                stage=stage,
                vote=None,
                reason=None,
                note=None,
                protocol_id=review.protocol_id or "",
                replaces=head["id"],
            )


def undo_last(review: Review, stage: Stage) -> str:
    """Take back this person's newest vote at a stage; gives its record. Raises ReviewError if there is none."""
    me = review.person(Role.SCREENER)
    newest = store_screening.own_history(review.store, me.id, stage, limit=1)
    if not newest:
        raise ReviewError(f"you have no vote at {stage.label} to take back")
    record = str(newest[0]["record_id"])
    take_back(review, record, stage)
    return record


def history(review: Review, stage: Stage, limit: int = 200) -> list[Row]:
    """This person's own votes, newest first."""
    return store_screening.own_history(review.store, review.person().id, stage, limit)


def _check_choice(review: Review, stage: Stage, choice: Vote, reason: str | None) -> None:
    if choice not in ALLOWED[stage]:
        allowed = ", ".join(sorted(v.value for v in ALLOWED[stage]))
        raise ReviewError(f"'{choice.value}' is no vote at {stage.label}", field="vote", expected=allowed)
    reasons = [r.id for r in review.protocol.reasons[stage]]
    if reason is not None and choice is not Vote.EXCLUDE:
        raise ReviewError(
            "a reason belongs to an exclusion", field="reason", expected="no reason, or exclude"
        )
    if reason is not None and reason not in reasons:
        raise ReviewError(
            f"'{reason}' is no exclusion reason at {stage.label}", field="reason", expected=", ".join(reasons)
        )
    if stage is Stage.FULL_TEXT and choice is Vote.EXCLUDE and reason is None:
        raise ReviewError(
            "an exclusion at full text needs a reason", field="reason", expected=", ".join(reasons)
        )


def _refuse_shown(review: Review, record: str, stage: Stage) -> None:
    if store_screening.is_revealed(review.store, record, stage):
        raise ReviewError(
            "the votes on this record have been shown; a change goes through a resolution",
            entry=record,
            expected="`screener resolve`",
        )


def _why_not(state: records.RecordState, stage: Stage) -> str:
    if stage is Stage.FULL_TEXT and state.title_abstract.outcome is not Outcome.PASSED:
        return f"title/abstract: {state.title_abstract.outcome.value}"
    if stage is Stage.FULL_TEXT and state.retrieval == "not_retrieved":
        return "its full text was not retrieved"
    return "the required voters have voted"


# Conflicts ---------------------------------------------------------------------------------------


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
    proposal: Row | None
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
    if me.id in voters:
        proposal = store_screening.proposal_on(review.store, record, stage)
        if proposal is None:
            return "propose"
        return "wait" if proposal["actor"] == me.id else "confirm"
    return "adjudicate" if Role.ADJUDICATOR in me.roles else "none"


def open_conflict(review: Review, record: str, stage: Stage) -> ConflictView:
    """Show the votes of a conflict to somebody who may settle it; that they were shown is recorded."""
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
    return ConflictView(
        card, stage, tuple(votes), store_screening.proposal_on(review.store, record, stage), role
    )


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
                expected=", ".join(sorted(vote.reviewer for vote in votes)),
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
            citation=citation,
            stage=stage,
            outcome=outcome,
            reason=reason,
            how=how,
            why=why,
            confirms=confirms,
            replaces=earlier,
        )


# Retrieval ---------------------------------------------------------------------------------------


def retrieve(review: Review, record: str, status: str, note: str | None = None) -> None:
    """Say of a report that it is sought, retrieved or not retrieved."""
    me = review.person()
    if status not in {"sought", "retrieved", "not_retrieved"}:
        raise ReviewError(f"'{status}' is no retrieval status", expected="sought, retrieved or not_retrieved")
    state = records.state(review, record)
    if state.title_abstract.outcome is not Outcome.PASSED:
        raise ReviewError(
            f"the record has not passed title/abstract ({state.title_abstract.outcome.value})", entry=record
        )
    if status == "not_retrieved" and state.full_text.outcome in {Outcome.PASSED, Outcome.EXCLUDED}:
        raise ReviewError(
            "the report has been assessed", entry=record, expected="a report without an outcome"
        )
    store_screening.add_retrieval(
        review.store, me.id, store_citations.preferred(review.store, record), status, note
    )


# Overview ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits for a person, and how far that person is; built from what the person may see."""

    records: int
    waiting: dict[Stage, int]
    voted: dict[Stage, int]
    eligible: dict[Stage, int]
    conflicts: int
    included: int


def overview(review: Review) -> Overview:
    """Counts for the home screen."""
    everything = records.states(review)
    waiting, voted, eligible = {}, {}, {}
    for stage in Stage:
        mine = store_screening.voted_records(review.store, review.viewer, stage) if review.viewer else set()
        at_stage = [r for r, s in everything.items() if s.at(stage).outcome is not Outcome.WAITING]
        eligible[stage] = len(at_stage)
        voted[stage] = sum(r in mine for r in at_stage)
        waiting[stage] = sum(r not in mine and _open_for_vote(everything[r], stage) for r in at_stage)
        waiting[stage] += len(_changed_since_vote(review, stage, everything))
    return Overview(
        records=len(everything),
        waiting=waiting,
        voted=voted,
        eligible=eligible,
        conflicts=sum(c.role in {"adjudicate", "propose", "confirm"} for c in conflicts(review, everything)),
        included=sum(s.included for s in everything.values()),
    )
