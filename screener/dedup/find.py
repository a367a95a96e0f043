"""All pairs worth knowing of: those to join, those to ask about, and those that must stay apart."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, product

from screener.dedup.block import Blocks
from screener.dedup.normalise import Prepared, prepare
from screener.dedup.rules import judge
from screener.dedup.values import PairVerdict, Policy, Verdict
from screener.model.citation import Citation

# Changes whenever a change of the code can change a verdict: stored verdicts are tied to it.
ENGINE_VERSION = "2"


def engine_version(policy: Policy) -> str:
    """The version under which verdicts are stored: that of the code and what the policy joins."""
    joined = ("preprints" * policy.merge_preprints, "cochrane" * policy.merge_cochrane_versions)
    return "+".join([ENGINE_VERSION, *filter(None, joined)])


# Citations that are held ready for comparison at one time, some 3 KB each.
_AT_HAND = 20_000

# In a group of more, citations that read alike are looked at as one.
_CROWD = 50

# Two citations by their numbers in the blocks, the smaller first.
Pair = tuple[int, int]


def find_pairs(
    citations: Mapping[str, Citation],
    *,
    new: Collection[str] | None = None,
    policy: Policy = Policy(),  # noqa: B008  frozen
    blocks: Blocks | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[PairVerdict]:
    """Same and ask pairs, and different pairs whose veto keeps otherwise matching citations apart.

    In order of ids, whatever the order of `citations`. With `new` only what its citations bring: pairs that
    touch one, and vetoes within the groups that they complete. Added to what was found without them that is
    what a full run finds, as long as no block outgrows its limit (see `block`).

    Of `citations` only what is being compared is held, so it may read them from somewhere. `blocks` are
    those of all of them, if they have been worked out already (`block_all`). `progress` hears now and then how
    many of the pairs worth comparing have been compared.
    """
    blocks = blocks or block_all(citations.items())
    judges = _Judges(citations, blocks.ids, policy)
    fresh = None if new is None else frozenset(new)
    numbers = None if fresh is None else {n for n, id_ in enumerate(blocks.ids) if id_ in fresh}
    if numbers is not None and len(numbers) == len(blocks.ids):
        numbers = None
    found = judges.all(blocks.candidates(numbers), progress=progress)
    wanted = set(found)
    if numbers is not None:
        found = _with_neighbours(found, blocks, judges, numbers)
    groups = _groups(pair for pair, v in found.items() if v.verdict is Verdict.SAME)
    if numbers is not None:
        groups = [group for group in groups if not numbers.isdisjoint(group)]
    within = (pair for group in groups if len(group) <= _CROWD for pair in combinations(group, 2))
    linked = judges.all((pair for pair in within if pair not in found), linked=True)
    for group in groups:
        if len(group) > _CROWD:
            linked |= {pair: v for pair, v in judges.crowd(group).items() if pair not in found}
    return sorted([*(found[pair] for pair in wanted), *linked.values()], key=lambda v: (v.a, v.b))


def block_all(citations: Iterable[tuple[str, Citation]]) -> Blocks:
    """The blocks of citations with their ids, read one after the other."""
    blocks = Blocks()
    for id_, citation in citations:
        blocks.add(id_, citation)
    return blocks


class _Judges:
    """Verdicts on pairs, looked at in an order in which few citations need to be at hand."""

    def __init__(self, citations: Mapping[str, Citation], ids: list[str], policy: Policy) -> None:
        self._policy = policy

        @lru_cache(maxsize=_AT_HAND)
        def prepared(number: int) -> Prepared:
            return prepare(ids[number], citations[ids[number]])

        self._prepared = prepared

    def all(
        self,
        pairs: Iterable[Pair],
        *,
        linked: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[Pair, PairVerdict]:
        """The pairs on which there is something to say."""
        found: dict[Pair, PairVerdict] = {}
        total = len(pairs) if isinstance(pairs, Sized) else 0
        for done, (a, b) in enumerate(_side_by_side(pairs)):
            if progress is not None and done % 1000 == 0:
                progress(done, total)
            verdict = judge(self._prepared(a), self._prepared(b), self._policy, linked=linked)
            if verdict is not None:
                found[a, b] = verdict
        return found

    def crowd(self, group: Iterable[int]) -> dict[Pair, PairVerdict]:
        """As `all` on the linked pairs of a large group, at the cost of its different ones."""
        alike: dict[Prepared, list[int]] = defaultdict(list)
        for number in group:
            alike[replace(self._prepared(number), id="")].append(number)
        found: dict[Pair, PairVerdict] = {}
        for some, others in combinations_with_replacement(alike.values(), 2):
            pairs = combinations(some, 2) if some is others else product(some, others)
            for first, other in pairs:
                a, b = min(first, other), max(first, other)
                verdict = judge(self._prepared(a), self._prepared(b), self._policy, linked=True)
                if verdict is None or not verdict.forbids:
                    break  # what holds for one pair of them holds for all
                found[a, b] = verdict
        return found


def _with_neighbours(
    found: dict[Pair, PairVerdict], blocks: Blocks, judges: _Judges, new: Collection[int]
) -> dict[Pair, PairVerdict]:
    """The pairs among older citations too, as far as they hang together with new ones."""
    found = dict(found)
    known = set(new)
    while True:
        reached = {n for pair, v in found.items() if v.verdict is Verdict.SAME for n in pair} - known
        if not reached:
            return found
        known |= reached
        found.update(judges.all(pair for pair in blocks.candidates(reached) if pair not in found))


def _side_by_side(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The same pairs, those near each other that have a citation in common."""
    links = _links(pairs)
    done: set[int] = set()
    for number in _walk(links):
        done.add(number)
        for other in links[number]:
            if other not in done:
                yield (number, other) if number < other else (other, number)


def _groups(pairs: Iterable[Pair]) -> list[list[int]]:
    """The connected components, each in order."""
    links = _links(pairs)
    groups: list[list[int]] = []
    left: set[int] = set()
    for number in _walk(links):
        if number not in left:
            groups.append([])
            left = {number}
        groups[-1].append(number)
        left.update(links[number])
    return [sorted(group) for group in groups]


def _links(pairs: Iterable[Pair]) -> dict[int, list[int]]:
    links: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        links[a].append(b)
        links[b].append(a)
    return links


def _walk(links: Mapping[int, list[int]]) -> Iterator[int]:
    """Every number once, one connected component after the other, from each number to those it is linked to."""
    seen: set[int] = set()
    for start in links:
        if start in seen:
            continue
        seen.add(start)
        waiting = deque([start])
        while waiting:
            number = waiting.popleft()
            yield number
            for other in links[number]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
