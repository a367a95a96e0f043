"""Which votes of a record-stage were cast independently: the ones that agreement is computed from. Pure.

A person counts who holds a vote on the closed record-stage now and held one when it closed. It closed at the first
moment at which all of these held a vote, or when its votes were first shown or settled, whichever came first: what was
said later was said by people who could know better.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from screener.model.screening import Vote

Answer = tuple[Vote, str | None]
"""A vote and its exclusion reason."""


@dataclass(frozen=True, slots=True)
class Said:
    """One decision on a citation of the record: `vote` None takes back what it `replaces`."""

    id: str
    at: str
    reviewer: str
    vote: Vote | None
    reason: str | None
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Rated:
    """A record with its independent votes, by person: their first ones, and those that stood at closing.

    `closed_by` is the act that closed it (ids are in the order of time), `closed_at` its time.
    """

    record: str
    closed_by: str
    closed_at: str
    first: Mapping[str, Answer]
    closing: Mapping[str, Answer]

    def votes(self, which: str) -> Mapping[str, Answer]:
        return self.first if which == "first" else self.closing


def rated(
    record: str,
    decisions: Iterable[Said],
    holders: Collection[str],
    shown: str | None,
    *,
    reasons_count: bool,
) -> Rated | None:
    """The independent votes on a closed record-stage; None if fewer than two people cast one.

    `holders` are the people whose votes closed it; `shown` is the id of the act that first showed or settled its votes.
    After a merge a person may have several chains of decisions: the earliest vote is the first one, and a person with
    unequal votes holds none (`reasons_count`: different reasons are unequal, too).
    """
    given = sorted(decisions, key=attrgetter("id"))
    once = {each.reviewer: (each.vote, each.reason) for each in given if each.vote is not None}
    if (
        len(once) == len(given) > 1
        and once.keys() == set(holders)
        and (shown is None or given[-1].id < shown)
    ):
        # Nearly every record: each of them spoke once.
        return Rated(record, given[-1].id, given[-1].at, once, once)
    heads: dict[str, dict[str, Said]] = {who: {} for who in holders}
    first: dict[str, Answer] = {}
    last: Said | None = None
    for said in given:
        if said.reviewer not in heads or (shown is not None and said.id > shown):
            continue
        last, mine = said, heads[said.reviewer]
        mine.pop(said.replaces or "", None)
        mine[said.id] = said
        if said.vote is not None:
            first.setdefault(said.reviewer, (said.vote, said.reason))
        if all(_standing(list(each.values()), reasons_count) for each in heads.values()):
            break
    if last is None:
        return None
    closing = {
        who: answer
        for who, each in heads.items()
        if (answer := _standing(list(each.values()), reasons_count)) is not None
    }
    if len(closing) < 2:
        return None
    return Rated(record, last.id, last.at, {who: first[who] for who in closing}, closing)


def _standing(heads: Sequence[Said], reasons_count: bool) -> Answer | None:
    """The one vote that a person's heads amount to, if they do."""
    votes = [each for each in heads if each.vote is not None]
    if len({(each.vote, each.reason if reasons_count else None) for each in votes}) != 1:
        return None
    vote = votes[0].vote
    assert vote is not None
    # As the store tells it: of equal votes after a merge the last reason in the order of the alphabet.
    return vote, max((each.reason for each in votes if each.reason), default=None)
