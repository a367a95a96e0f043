"""Agreement over a set of records: all pairs of reviewers together, each pair, over time, and on reasons. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from screener.model.screening import Stage, Vote
from screener.screening.agreement import Cells, agreement, agreement_of_records, categories
from screener.screening.agreement_parts import Batch, PairAgreement, Part
from screener.screening.agreement_values import Agreement, Categories, Estimate
from screener.screening.independent import Answer, Rated

# Batches over time: the smallest of these sizes that gives at most MOST_BATCHES.
BATCHES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
MOST_BATCHES = 12


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
    three, of_reasons = _many(flat, stage, reasons, hidden)
    order = {who: i for i, who in enumerate(reviewers)}
    keys = sorted(by_pair, key=lambda key: [(order.get(who, len(order)), who) for who in key])
    return Part(
        name,
        pilot,
        len(ordered),
        _two(found, hidden),
        _bare(three, len(flat) > len(ordered)),
        _bare(of_reasons, len(flat) > len(ordered)),
        tuple(
            PairAgreement(
                *key,
                _two([[pair] for pair in by_pair[key]], hidden),
                *_many(by_pair[key], stage, reasons, hidden),
            )
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


def _two(found: Sequence[Sequence[_Pair]], hidden: bool) -> Agreement:
    """`found` has the pairs of each record."""
    patterns = Counter(_cells(some) for some in found)
    cells = [sum(cell[i] * count for cell, count in patterns.items()) for i in range(4)]
    turned = hidden and cells[1] < cells[2]
    if sum(cells) == len(found):
        a, b, c, d = cells
        return agreement(a, c, b, d) if turned else agreement(a, b, c, d)
    kinds = {(a, c, b, d) if turned else (a, b, c, d): count for (a, b, c, d), count in patterns.items()}
    return agreement_of_records(tuple(sorted(kinds.items())))


def _cells(pairs: Sequence[_Pair]) -> Cells:
    """What the pairs of one record add to the table."""
    found = [0, 0, 0, 0]
    for pair in pairs:
        first, second = (_passes(answer) for answer in pair.answers)
        found[(0 if second else 1) if first else (2 if second else 3)] += 1
    a, b, c, d = found
    return a, b, c, d


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


def _bare(found: Categories | None, repeated: bool) -> Categories | None:
    """Where records count more than once the intervals would be too narrow: the coefficients alone."""
    if found is None or not repeated:
        return found
    return replace(
        found,
        observed=Estimate(found.observed.value),
        kappa=Estimate(found.kappa.value),
        ac1=Estimate(found.ac1.value),
        pabak=Estimate(found.pabak.value),
    )


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
        votes = _two(found[start:end], hidden)
        made.append(Batch(start + 1, end, ordered[start].closed_at, ordered[end - 1].closed_at, votes))
    return tuple(made)
