"""Screening: whose turn it is, casting and taking back a vote, what waits for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from screener.model.errors import ReviewError
from screener.model.protocol import ELEMENTS, Role
from screener.model.screening import CastVote, Outcome, Stage, Vote
from screener.screening import ALLOWED
from screener.steps import alerts, records, settling
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import rounds
from screener.store import screening as store_screening
from screener.store.database import Row

# What a voter may say of each PICOS element.
MARKS = ("yes", "no", "unclear")
LONGEST_LABEL = 40


def queue(review: Review, stage: Stage) -> list[str]:
    """Records that wait for this person's vote at a stage, in the order they were first seen; then those
    that read differently since the vote (see `alerts.to_look_again`).

    While a pilot is open its records are all that waits: the others come when it has ended. What a person stopped
    before does not wait either.
    """
    me = review.person(Role.SCREENER)
    mine = store_screening.voted_records(review.store, me.id, stage)
    states = records.states(review)
    aside = set_aside(review, stage)
    waiting = [
        record
        for record, state in states.items()
        if record not in mine and _open_for_vote(state, stage) and not aside(record)
    ]
    return [*waiting, *_changed_since_vote(review, stage, states)]


def first_waiting(review: Review) -> str | None:
    """A record that waits for this person at title/abstract, found without reading the whole review: the first behind
    the person's newest vote. None if there is none nearby; then only `queue` can tell."""
    me = review.person(Role.SCREENER)
    stage = Stage.TITLE_ABSTRACT
    aside = set_aside(review, stage)
    newest = store_screening.own_history(review.store, me.id, stage, limit=1)
    for record in store_citations.records_behind(review.store, newest[0]["record_id"] if newest else None):
        if own_vote(review, record, stage) is None and not aside(record):
            state = records.state(review, record)
            if _open_for_vote(state, stage):
                return record
    return None


def set_aside(review: Review, stage: Stage) -> Callable[[str], bool]:
    """Whether a record that is open at a stage does not wait for this person now."""
    pilot = rounds.open_pilot(review.store, stage)
    piloted = rounds.pilot_records(review.store, pilot["id"]) if pilot is not None else None
    stop = rounds.stop_of(review.store, review.viewer or "", stage)
    stopped = rounds.stopped_records(review.store, stop["id"]) if stop is not None else frozenset()
    return lambda record: record in stopped or (piloted is not None and record not in piloted)


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
    marks: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    shown: records.Card | None = None,
    under: str | None = None,
) -> None:
    """Cast or change this person's vote; on disk when the call returns.

    `marks` map PICOS elements to "yes", "no" or "unclear"; `labels` are the person's own words for finding the
    record again. Both go with the vote, and are as blinded as it is.

    `shown` is what was on the screen: its citation and version are kept with the vote, which is on the record that
    holds this citation now, should records have been merged or split meanwhile. `under` is the protocol (its id) whose
    criteria and reasons were on the screen: under another one the vote is refused, for it may mean something else.

    Raises ReviewError when the person may not vote, the record is not at that stage, the reason is
    unknown or missing, or the votes have been shown (then a resolution is needed).
    """
    with review.store.write():
        review.refresh()
        me = review.person(Role.SCREENER)
        if under is not None and under != review.protocol_id:
            raise ReviewError(
                "another protocol has been adopted since this was drawn; no vote was cast",
                expected="a vote by its criteria and reasons",
            )
        if shown is not None:
            record = store_citations.record_of(review.store, shown.citation)
        _check_choice(review, stage, choice, reason)
        _check_marks(marks or {}, labels)
        heads = store_screening.own_heads(review.store, me.id, record, stage)
        # Votes that differ after a merge are no vote: the record is in this person's queue again, shown or not.
        holds = own_vote(review, record, stage) is not None
        if holds:
            _refuse_shown(review, record, stage)
        else:
            _refuse_aside(review, record, stage)
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
                note=note or None,  # an empty note is none
                marks=marks or {},
                labels=tuple(dict.fromkeys(labels)),
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
    with review.store.write():
        review.refresh()
        me = review.person(Role.SCREENER)
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
    review.refresh()
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


def own_labels(review: Review) -> list[str]:
    """The labels that this person has used on votes that stand, the commonest first."""
    me = review.person()
    return store_screening.labels_of(review.store, me.id)


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


def _check_marks(marks: Mapping[str, str], labels: Sequence[str]) -> None:
    for element, mark in marks.items():
        if element not in ELEMENTS:
            raise ReviewError(f"'{element}' is no PICOS element", field="marks", expected=", ".join(ELEMENTS))
        if mark not in MARKS:
            raise ReviewError(f"'{mark}' is no mark", field=f"marks.{element}", expected=", ".join(MARKS))
    for label in labels:
        if not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable():
            raise ReviewError(
                f"{label!r} is no label",
                field="labels",
                expected=f"up to {LONGEST_LABEL} characters on one line",
            )


def _refuse_aside(review: Review, record: str, stage: Stage) -> None:
    """What does not wait for this person now takes no first vote either."""
    if not set_aside(review, stage)(record):
        return
    # Who has stopped reads no further: the others would see what the stop left, and what it did not.
    stopped = rounds.stop_of(review.store, review.person().id, stage) is not None
    raise ReviewError(
        f"you have stopped at {stage.label}, and this record is among those left unread"
        if stopped
        else f"a pilot is open at {stage.label}, and this record is not one of it",
        entry=record,
        expected="your stop taken back first (`screener stop --undo`)"
        if stopped
        else "the pilot's records first",
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
        waiting[stage] = 0
        if review.me is not None and Role.SCREENER in review.me.roles:
            aside = set_aside(review, stage)
            waiting[stage] = sum(
                r not in mine and _open_for_vote(everything[r], stage) and not aside(r) for r in at_stage
            )
            waiting[stage] += len(_changed_since_vote(review, stage, everything))
    return Overview(
        records=len(everything),
        waiting=waiting,
        voted=voted,
        eligible=eligible,
        conflicts=sum(
            c.role in {"adjudicate", "propose", "confirm"} for c in settling.conflicts(review, everything)
        ),
        included=sum(s.included for s in everything.values()),
    )
