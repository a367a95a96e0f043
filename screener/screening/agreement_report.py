"""Agreement over a set of records: all pairs of reviewers together, each pair, over time, and on reasons. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from screener.model.screening import Stage, Vote
from screener.screening.agreement import Agreement, Categories, agreement, categories
from screener.screening.independent import Answer, Rated

# Batches over time: the smallest of these sizes that gives at most MOST_BATCHES.
BATCHES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
MOST_BATCHES = 12


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two reviewers, in the order of the protocol; `votes` has the first one's answers in its rows."""

    first: str
    second: str
    votes: Agreement
    three: Categories | None
    reasons: Categories | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order in which they closed, `start` to `end` (from 1), with the dates of both ends."""

    start: int
    end: int
    since: str
    until: str
    votes: Agreement


@dataclass(frozen=True, slots=True)
class Part:
    """One set of records: the main screening, or a pilot.

    `votes` is pooled over all pairs, each pair in the fixed order of the protocol; a record on which m people voted
    is in it m(m-1)/2 times. `three` has maybe as an answer of its own (title/abstract), `reasons` the exclusion reasons
    of records that both exclude (full text). Where names are hidden, `pairs` and tables do not say who differed how.
    """

    name: str
    pilot: str | None
    records: int
    votes: Agreement
    three: Categories | None
    reasons: Categories | None
    pairs: tuple[PairAgreement, ...]
    batches: tuple[Batch, ...]

    @property
    def repeated(self) -> bool:
        """Records count more than once: intervals that take them for independent are too narrow."""
        return self.votes.n > self.records

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "pilot": self.pilot,
            "records": self.records,
            **_figures(self.votes, self.three, self.reasons),
            "pairs": [
                {"reviewers": [p.first, p.second], **_figures(p.votes, p.three, p.reasons)}
                for p in self.pairs
            ],
            "over_time": [
                {
                    "from": b.start,
                    "to": b.end,
                    "since": b.since,
                    "until": b.until,
                    "agreement": b.votes.to_dict(),
                }
                for b in self.batches
            ],
        }


def _figures(votes: Agreement, three: Categories | None, reasons: Categories | None) -> dict[str, Any]:
    return {
        "agreement": votes.to_dict(),
        "three_categories": three.to_dict() if three is not None else None,
        "reasons": reasons.to_dict() if reasons is not None else None,
    }


@dataclass(frozen=True, slots=True)
class StageAgreement:
    """One stage: the main screening, then its pilots in the order in which they began.

    `hidden`: the protocol hides names in conflicts, so no figure says who of a pair differed how.
    """

    stage: Stage
    parts: tuple[Part, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """`votes` is "first" (each reviewer's first vote on a record) or "closing" (the votes that closed it)."""

    votes: str
    stages: tuple[StageAgreement, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "votes": self.votes,
            "stages": [
                {
                    "stage": each.stage.value,
                    "names_hidden": each.hidden,
                    "parts": [some.to_dict() for some in each.parts],
                }
                for each in self.stages
            ],
        }


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two answers to one record."""

    reviewers: tuple[str, str]
    answers: tuple[Answer, Answer]


def part(
    name: str,
    records: Sequence[Rated],
    *,
    stage: Stage,
    which: str,
    reviewers: Sequence[str],
    reasons: Sequence[str],
    hidden: bool = False,
    pilot: str | None = None,
) -> Part:
    """Agreement over these records, from `first` votes or those at `closing` (`which`).

    `reviewers` is the order of the protocol, people it does not know come after them; `reasons` are the protocol's at
    this stage. `hidden`: the two cells of disagreement are put in order of size, so that no table says who differed.
    """
    ordered = sorted(records, key=lambda each: each.closed_by)
    found = [_pairs(each, which, reviewers) for each in ordered]
    flat = [pair for some in found for pair in some]
    by_pair: dict[tuple[str, str], list[_Pair]] = {}
    for pair in flat:
        by_pair.setdefault(pair.reviewers, []).append(pair)
    order = {who: i for i, who in enumerate(reviewers)}
    keys = sorted(by_pair, key=lambda key: [(order.get(who, len(order)), who) for who in key])
    return Part(
        name,
        pilot,
        len(ordered),
        _two(flat, hidden),
        *_many(flat, stage, reasons, hidden),
        tuple(
            PairAgreement(*key, _two(by_pair[key], hidden), *_many(by_pair[key], stage, reasons, hidden))
            for key in keys
        ),
        _batches(ordered, found, hidden),
    )


def _pairs(record: Rated, which: str, reviewers: Sequence[str]) -> list[_Pair]:
    votes = record.votes(which)
    known = [who for who in reviewers if who in votes]
    order = known + sorted(set(votes) - set(known))
    return [_Pair((x, y), (votes[x], votes[y])) for x, y in combinations(order, 2)]


def _passes(answer: Answer) -> bool:
    """A maybe counts as include: it sends the record on."""
    return answer[0] is not Vote.EXCLUDE


def _two(pairs: Sequence[_Pair], hidden: bool) -> Agreement:
    cells = Counter((_passes(x), _passes(y)) for x, y in (pair.answers for pair in pairs))
    b, c = cells[True, False], cells[False, True]
    if hidden:
        b, c = max(b, c), min(b, c)
    return agreement(cells[True, True], b, c, cells[False, False])


def _many(
    pairs: Sequence[_Pair], stage: Stage, reasons: Sequence[str], hidden: bool
) -> tuple[Categories | None, Categories | None]:
    """The three answers of title/abstract, or the reasons of double excludes at full text."""
    if stage is Stage.TITLE_ABSTRACT:
        said = Counter((x[0].value, y[0].value) for x, y in (pair.answers for pair in pairs))
        names = ("include", "maybe", "exclude")
        return _kept(categories(names, said), hidden), None
    both = Counter(
        (x[1] or "", y[1] or "")
        for x, y in (pair.answers for pair in pairs)
        if x[0] is Vote.EXCLUDE and y[0] is Vote.EXCLUDE
    )
    used = {reason for key in both for reason in key}
    return None, _kept(categories([*reasons, *sorted(used - set(reasons))], both), hidden)


def _kept(found: Categories, hidden: bool) -> Categories:
    """With hidden names the table is folded over its diagonal; the coefficients do not change by it."""
    if not hidden:
        return found
    size = range(len(found.counts))
    return replace(
        found,
        counts=tuple(
            tuple(found.counts[i][j] + (found.counts[j][i] if i < j else 0) if i <= j else 0 for j in size)
            for i in size
        ),
    )


def _batches(ordered: Sequence[Rated], found: Sequence[Sequence[_Pair]], hidden: bool) -> tuple[Batch, ...]:
    size = next((each for each in BATCHES if len(ordered) <= each * MOST_BATCHES), BATCHES[-1])
    if len(ordered) <= size:
        return ()
    made = []
    for start in range(0, len(ordered), size):
        end = min(start + size, len(ordered))
        votes = _two([pair for some in found[start:end] for pair in some], hidden)
        made.append(Batch(start + 1, end, ordered[start].closed_at, ordered[end - 1].closed_at, votes))
    return tuple(made)
