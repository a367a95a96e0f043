"""The tables of `screener dedup FILE...` (contracts, section 7)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from screener.dedup.values import Clustering, PairVerdict, PersonVerdict, Verdict

CLUSTER_COLUMNS = ("id", "cluster", "reason")
ASK_COLUMNS = ("id1", "id2", "score", "reason")

_CHUNK = re.compile(r"(\d+)")


def natural(id_: str) -> tuple[tuple[int, int, str], ...]:
    """The sort key by which entry 9 comes before entry 10."""
    chunks = _CHUNK.split(id_)
    numbers = ((c, c.lstrip("0")) for c in chunks if c)
    return tuple((0, len(n), n) if c.isdecimal() else (1, 0, c) for c, n in numbers)


def clusters_table(
    ids: Sequence[str], clustering: Clustering, pairs: Iterable[PairVerdict]
) -> list[dict[str, str]]:
    """A row an entry, in the order of `ids`: `cluster` is the smallest member id (9 before 10), `reason` is
    'single' or the rules of the pairs inside the cluster, joined by ' | '."""
    members: dict[str, list[str]] = defaultdict(list)
    for id_ in ids:
        members[clustering.root_of[id_]].append(id_)
    rules: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        root = clustering.root_of[pair.a]
        if pair.verdict is Verdict.SAME and root == clustering.root_of[pair.b]:
            rules[root].add(pair.rule)
    smallest = {root: min(group, key=natural) for root, group in members.items()}
    reasons = {
        root: " | ".join(sorted(rules[root])) or "a person's verdict" if len(group) > 1 else "single"
        for root, group in members.items()
    }
    roots = clustering.root_of
    return [{"id": i, "cluster": smallest[roots[i]], "reason": reasons[roots[i]]} for i in ids]


def open_pairs(
    pairs: Iterable[PairVerdict], clustering: Clustering, people: Iterable[PersonVerdict] = ()
) -> list[PairVerdict]:
    """The pairs for a person to judge, the likeliest first: one for two clusters, whose answer holds for both.

    Those are pairs between clusters about which nobody said anything yet, and of which the engine is unsure or
    was held back by a veto within the clusters.
    """
    roots = clustering.root_of

    def between(a: str, b: str) -> tuple[str, str]:
        return min(roots[a], roots[b]), max(roots[a], roots[b])

    answered = {between(p.a, p.b) for p in people}
    found: list[PairVerdict] = []
    for p in sorted(pairs, key=lambda p: (-p.score, natural(p.a), natural(p.b))):
        both = between(p.a, p.b)
        if p.verdict is not Verdict.DIFFERENT and roots[p.a] != roots[p.b] and both not in answered:
            answered.add(both)
            found.append(p)
    return found


def ask_table(pairs: Iterable[PairVerdict], clustering: Clustering) -> list[dict[str, str]]:
    """The pairs for a person (`open_pairs`), the likeliest first."""
    blocked = {(b.a, b.b): b for b in clustering.blocked}
    rows = []
    for p in open_pairs(pairs, clustering):
        one, other = sorted((p.a, p.b), key=natural)
        against = p.vetoes
        if held := blocked.get((p.a, p.b)):
            against = (f"{' and '.join(held.because)} in their clusters may not be joined", *held.vetoes)
        reason = f"{p.rule}, but: {', '.join(against)}" if against else p.rule
        rows.append({"id1": one, "id2": other, "score": f"{p.score:.4f}", "reason": reason})
    return rows
