"""All pairs worth knowing of: those to join, those to ask about, and those that must stay apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from screener.dedup.block import blocks, candidates
from screener.dedup.normalise import Prepared, prepare
from screener.dedup.rules import judge
from screener.dedup.values import PairVerdict, Policy, Verdict
from screener.model.citation import Citation

# Changes whenever a change of the code can change a verdict: stored verdicts are tied to it.
ENGINE_VERSION = "1"

Pair = tuple[str, str]


def find_pairs(
    citations: Mapping[str, Citation],
    *,
    new: Collection[str] | None = None,
    policy: Policy = Policy(),  # noqa: B008  frozen
) -> list[PairVerdict]:
    """Same and ask pairs, and different pairs whose veto keeps otherwise matching citations apart.

    In order of ids, whatever the order of `citations`. With `new` only what its citations bring: pairs that
    touch one, and vetoes within the groups that they complete. Added to what was found without them that is
    what a full run finds, as long as no block outgrows its limit (see `block`).
    """
    prepared = {id_: prepare(id_, citation) for id_, citation in citations.items()}
    together = blocks(prepared)
    found = _judge(candidates(together, new), prepared, policy)
    wanted = set(found)
    if new is not None:
        found = _with_neighbours(found, together, prepared, policy, frozenset(new))
        wanted |= _within(found, frozenset(new))
    for group in _groups(v for v in found.values() if v.verdict is Verdict.SAME):
        if new is not None and group.isdisjoint(new):
            continue
        for pair in combinations(sorted(group), 2):
            if pair in found:
                continue
            verdict = judge(prepared[pair[0]], prepared[pair[1]], policy, linked=True)
            if verdict is not None:
                found[pair] = verdict
                wanted.add(pair)
    return [found[pair] for pair in sorted(wanted)]


def _judge(
    pairs: Iterable[Pair], prepared: Mapping[str, Prepared], policy: Policy
) -> dict[Pair, PairVerdict]:
    verdicts = ((pair, judge(prepared[pair[0]], prepared[pair[1]], policy)) for pair in sorted(pairs))
    return {pair: verdict for pair, verdict in verdicts if verdict is not None}


def _with_neighbours(
    found: dict[Pair, PairVerdict],
    together: list[list[str]],
    prepared: Mapping[str, Prepared],
    policy: Policy,
    new: frozenset[str],
) -> dict[Pair, PairVerdict]:
    """The pairs among older citations too, as far as they hang together with new ones."""
    found = dict(found)
    known = set(new)
    while True:
        reached = {id_ for v in found.values() if v.verdict is Verdict.SAME for id_ in (v.a, v.b)} - known
        if not reached:
            return found
        known |= reached
        fresh = {pair for pair in candidates(together, reached) if pair not in found}
        found.update(_judge(fresh, prepared, policy))


def _within(found: Mapping[Pair, PairVerdict], new: frozenset[str]) -> set[Pair]:
    return {pair for pair in found if pair[0] in new or pair[1] in new}


def _groups(same: Iterable[PairVerdict]) -> list[set[str]]:
    """The connected components of the 'same' pairs."""
    links: dict[str, set[str]] = defaultdict(set)
    for v in same:
        links[v.a].add(v.b)
        links[v.b].add(v.a)
    groups: list[set[str]] = []
    seen: set[str] = set()
    for start in sorted(links):
        if start in seen:
            continue
        group, waiting = {start}, [start]
        while waiting:
            nearby = links[waiting.pop()] - group
            group |= nearby
            waiting.extend(nearby)
        seen |= group
        groups.append(group)
    return groups
