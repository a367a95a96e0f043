"""The tables of `screener dedup FILE...` (contracts, section 7)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from screener.dedup.values import Clustering, PairVerdict, Verdict

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


def ask_table(pairs: Iterable[PairVerdict], clustering: Clustering | None = None) -> list[dict[str, str]]:
    """Pairs for a person, the likeliest first; with `clustering` without those that it joins."""
    roots = clustering.root_of if clustering else {}
    asked = [
        p for p in pairs if p.verdict is Verdict.ASK and not (roots and roots.get(p.a) == roots.get(p.b))
    ]
    asked.sort(key=lambda p: (-p.score, natural(p.a), natural(p.b)))
    rows = []
    for p in asked:
        one, other = sorted((p.a, p.b), key=natural)
        reason = f"{p.rule}, but: {', '.join(p.vetoes)}" if p.vetoes else p.rule
        rows.append({"id1": one, "id2": other, "score": f"{p.score:.4f}", "reason": reason})
    return rows
