"""From votes to the outcome of a record-stage (contracts, section 2). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from screener.model.protocol import Protocol, StageRules
from screener.model.screening import CastVote, Outcome, Resolution, Stage, StageStatus, Vote

# Which votes a stage takes. At full text a decision has to be made.
ALLOWED: dict[Stage, frozenset[Vote]] = {
    Stage.TITLE_ABSTRACT: frozenset({Vote.INCLUDE, Vote.EXCLUDE, Vote.MAYBE}),
    Stage.FULL_TEXT: frozenset({Vote.INCLUDE, Vote.EXCLUDE}),
}

_PASSING = frozenset({Vote.INCLUDE, Vote.MAYBE})


def verify_limit(rules: StageRules) -> str | None:
    """The eight digits (base 16) before which the ids of the records lie that a second voter reads too; None if no
    sample is verified. Record ids are hashes, so their last digits are as good as drawn by lot, and every copy of
    the review draws the same."""
    if not rules.verify:
        return None
    return "g" if rules.verify >= 1 else f"{int(rules.verify * 0x1_0000_0000):08x}"


def required_votes(rules: StageRules, record: str, pilot: int | None = None) -> int:
    """How many voters close a record-stage; `pilot` is the number of voters of an open pilot that has the record.

    The view `votes` says the same in SQL, where blinding needs it.
    """
    if pilot is not None:
        return pilot
    limit = verify_limit(rules)
    return max(2, rules.voters) if limit is not None and record[-8:] < limit else rules.voters


def stage_status(
    protocol: Protocol,
    stage: Stage,
    votes: Sequence[CastVote],
    resolution: Resolution | None,
    required: int,
    *,
    torn: bool = False,
    left_unread: bool = False,
) -> StageStatus:
    """The outcome of one record at one stage, given the votes a viewer may see.

    A stage closes when `required` voters hold votes; a resolution then settles it. All pass: passed; all exclude:
    excluded; else a conflict. A maybe passes, or is a conflict unless all say maybe, as the protocol has it.
    Differing reasons at full text settle by the protocol's order of reasons, unless the protocol wants them
    resolved; at title/abstract they are never a conflict. `torn`: somebody's votes on it differ since a merge, and
    that person has to vote again. `left_unread`: all screeners stopped before it.
    """
    rules = protocol.rules[stage]
    if len(votes) < required or torn:
        if left_unread and not votes:
            return StageStatus(Outcome.EXCLUDED, by_automation=True)
        return StageStatus(Outcome.OPEN)
    if resolution is not None:
        passed = resolution.outcome is Vote.INCLUDE
        return StageStatus(
            Outcome.PASSED if passed else Outcome.EXCLUDED, None if passed else resolution.reason
        )
    said = {vote.vote for vote in votes}
    if said <= _PASSING and (rules.maybe == "passes" or len(said) == 1):
        return StageStatus(Outcome.PASSED)
    if said == {Vote.EXCLUDE}:
        reasons = {vote.reason for vote in votes if vote.reason}
        if stage is Stage.FULL_TEXT and len(reasons) > 1 and rules.reason_conflicts == "resolve":
            return StageStatus(Outcome.CONFLICT)
        return StageStatus(Outcome.EXCLUDED, first_reason(protocol, stage, reasons))
    return StageStatus(Outcome.CONFLICT)


def first_reason(protocol: Protocol, stage: Stage, reasons: set[str]) -> str | None:
    """Of several reasons the one that stands first in the protocol; unknown ones come last."""
    order = [reason.id for reason in protocol.reasons[stage]]
    return min(reasons, key=lambda r: (order.index(r) if r in order else len(order), r), default=None)
