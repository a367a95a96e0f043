"""Records from verdicts: people first, then the engine's 'same' pairs, the surest first."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from screener.dedup.values import Blocked, Clash, Clustering, PairVerdict, PersonVerdict, Verdict
from screener.model.errors import InputError

Pair = tuple[str, str]


def cluster(
    ids: Collection[str], pairs: Iterable[PairVerdict], verdicts: Iterable[PersonVerdict] = ()
) -> Clustering:
    """Which citations are one record. The order of the arguments does not matter.

    - A person's verdict replaces the engine's on that pair. People's 'same' always joins, also across the
      engine's vetoes; their 'different' always keeps apart.
    - A person who joins two citations joins the clusters in which the engine alone has them: what speaks against
      any pair between these is answered, else a word on two records would tear one of them apart.
    - The engine's 'same' pairs join from the highest score down (then by ids), each only if the cluster that
      would come of it holds no pair that a person called different or the engine vetoes; else it is
      `blocked`.
    - Where people contradict each other (A = B, B = C, but A and C different) nothing is chosen for
      them: the 'same' verdicts on each path between the two are held back, and the clash reported.
    """
    known = set(ids)
    said: dict[Pair, set[Verdict]] = defaultdict(set)
    for person in verdicts:
        _check_known(known, person.a, person.b)
        said[person.a, person.b].add(person.verdict)
    engine = sorted(pairs, key=lambda v: (-v.score, v.a, v.b))
    for v in engine:
        _check_known(known, v.a, v.b)

    apart = {pair for pair, words in said.items() if Verdict.DIFFERENT in words}
    agreed, clashes = _settle({pair for pair, words in said.items() if Verdict.SAME in words}, apart)
    engine = [v for v in engine if (v.a, v.b) not in said]
    vetoed = {(v.a, v.b): v for v in engine if v.forbids}
    groups, blocked = _joined(known, engine, {*apart, *vetoed}, [])
    if agreed:
        answered = _Groups(known)
        for id_, root in groups.roots():
            answered.join(id_, root)
        for a, b in agreed:
            answered.join(a, b)
        alone, of = dict(groups.roots()), dict(answered.roots())
        vetoed = {(a, b): v for (a, b), v in vetoed.items() if of[a] != of[b] or alone[a] == alone[b]}
        groups, blocked = _joined(known, engine, {*apart, *vetoed}, agreed)
    return Clustering(
        dict(sorted(groups.roots())),
        tuple(clashes),
        tuple(
            Blocked(a, b, why, why in apart, vetoed[why].vetoes if why in vetoed else ())
            for (a, b), why in sorted(blocked.items())
        ),
    )


def _joined(
    known: set[str], engine: Sequence[PairVerdict], forbidden: set[Pair], agreed: Sequence[Pair]
) -> tuple[_Groups, dict[Pair, Pair]]:
    """What comes of people's pairs and then the engine's in their order, and which of those were held back by
    which forbidden pair."""
    groups = _Groups(known)
    for a, b in agreed:
        groups.join(a, b)
    for pair in forbidden:
        groups.forbid(*pair)
    blocked: dict[Pair, Pair] = {}
    for v in engine:
        if v.verdict is Verdict.SAME:
            because = groups.obstacle(v.a, v.b)
            if because is None:
                groups.join(v.a, v.b)
            else:
                blocked[v.a, v.b] = because
    return groups, blocked


def _check_known(known: set[str], *named: str) -> None:
    for id_ in named:
        if id_ not in known:
            raise InputError(f"a verdict names a citation that is not there: {id_}")


def _settle(same: set[Pair], apart: set[Pair]) -> tuple[list[Pair], list[Clash]]:
    """People's 'same' pairs that can be carried out, and their contradictions."""
    held: set[Pair] = set()
    clashes: list[Clash] = []
    for pair in sorted(apart):
        # Each path is looked for in all that people said, not in what earlier clashes left over, so that the
        # answer does not hang on their order.
        left = set(same)
        while path := _path(pair, left):
            clashes.append(Clash(*pair, path))
            steps = {(min(x, y), max(x, y)) for x, y in pairwise(path)}
            held |= steps
            left -= steps
    return sorted(same - held), clashes


def _path(pair: Pair, same: set[Pair]) -> tuple[str, ...] | None:
    """The shortest chain of 'same' from one to the other, the first in order of ids."""
    links: dict[str, list[str]] = defaultdict(list)
    for a, b in sorted(same):
        links[a].append(b)
        links[b].append(a)
    start, goal = pair
    came: dict[str, str] = {start: start}
    queue = deque([start])
    while queue and goal not in came:
        here = queue.popleft()
        for there in sorted(links[here]):
            if there not in came:
                came[there] = here
                queue.append(there)
    if goal not in came:
        return None
    path = [goal]
    while path[-1] != start:
        path.append(came[path[-1]])
    return tuple(reversed(path))


class _Groups:
    """Disjoint sets named by their smallest member, with pairs that may not come together."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._root = {id_: id_ for id_ in ids}
        self._members = {id_: {id_} for id_ in self._root}
        self._enemies: dict[str, set[str]] = defaultdict(set)

    def join(self, a: str, b: str) -> None:
        keep, gone = sorted((self._root[a], self._root[b]))
        if keep == gone:
            return
        for id_ in self._members[gone]:
            self._root[id_] = keep
        self._members[keep] |= self._members.pop(gone)

    def forbid(self, a: str, b: str) -> None:
        self._enemies[a].add(b)
        self._enemies[b].add(a)

    def obstacle(self, a: str, b: str) -> Pair | None:
        """The first pair in order that a join of the two would wrongly bring together."""
        one, other = self._root[a], self._root[b]
        if one == other:
            return None
        found = [
            (min(x, y), max(x, y))
            for x in self._members[one]
            for y in self._enemies.get(x, ())
            if self._root[y] == other
        ]
        return min(found, default=None)

    def roots(self) -> Iterator[Pair]:
        yield from self._root.items()
