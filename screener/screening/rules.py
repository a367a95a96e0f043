"""From votes to the outcome of a record-stage (contracts, section 2). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from screener.model.protocol import Protocol
from screener.model.screening import CastVote, Outcome, Resolution, Stage, StageStatus, Vote

# Which votes a stage takes. At full text a decision has to be made.
ALLOWED: dict[Stage, frozenset[Vote]] = {
    Stage.TITLE_ABSTRACT: frozenset({Vote.INCLUDE, Vote.EXCLUDE, Vote.MAYBE}),
    Stage.FULL_TEXT: frozenset({Vote.INCLUDE, Vote.EXCLUDE}),
}

_PASSING = frozenset({Vote.INCLUDE, Vote.MAYBE})


def stage_status(
    protocol: Protocol, stage: Stage, votes: Sequence[CastVote], resolution: Resolution | None
) -> StageStatus:
    """The outcome of one record at one stage, given the votes a viewer may see.

    A stage closes when the required voters hold votes; a resolution then settles it. All pass: passed;
    all exclude: excluded; else a conflict. Differing reasons at full text settle by the protocol's order
    of reasons, unless the protocol wants them resolved; at title/abstract they are never a conflict.
    """
    rules = protocol.rules[stage]
    if len(votes) < rules.voters:
        return StageStatus(Outcome.OPEN)
    if resolution is not None:
        passed = resolution.outcome is Vote.INCLUDE
        return StageStatus(
            Outcome.PASSED if passed else Outcome.EXCLUDED, None if passed else resolution.reason
        )
    if all(vote.vote in _PASSING for vote in votes):
        return StageStatus(Outcome.PASSED)
    if all(vote.vote is Vote.EXCLUDE for vote in votes):
        reasons = {vote.reason for vote in votes if vote.reason}
        if stage is Stage.FULL_TEXT and len(reasons) > 1 and rules.reason_conflicts == "resolve":
            return StageStatus(Outcome.CONFLICT)
        return StageStatus(Outcome.EXCLUDED, first_reason(protocol, stage, reasons))
    return StageStatus(Outcome.CONFLICT)


def first_reason(protocol: Protocol, stage: Stage, reasons: set[str]) -> str | None:
    """Of several reasons the one that stands first in the protocol; unknown ones come last."""
    order = [reason.id for reason in protocol.reasons[stage]]
    return min(reasons, key=lambda r: (order.index(r) if r in order else len(order), r), default=None)
