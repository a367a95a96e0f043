"""The networks of a review: for each outcome and population, the connected parts that can be analysed.

Treatments in different parts cannot be compared: no chain of trials joins them. The same effects always
give the same parts in the same order, whatever the order they come in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from screener.model.effects import LeftOut, StudyEffect
from screener.model.errors import InputError, ReviewError
from screener.model.protocol import Protocol
from screener.synthesis.multiarm import Contrast, StudyContrasts, Unusable, combine, contrast_of

__all__ = ["LEVELS", "Edge", "Part", "StudyContrasts", "build_networks", "cannot_compare"]

NODE, MECHANISM = "node", "mechanism"
LEVELS = (NODE, MECHANISM)


@dataclass(frozen=True, slots=True)
class Edge:
    """Two treatments that some studies compare directly; `a` < `b` by name."""

    a: str
    b: str
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One connected network of one outcome and population.

    `level` is "node" or "mechanism"; `name` tells the parts of a network apart (part1-CTFU: the first, with
    reference CTFU). `nodes` are sorted ids; `studies` are sorted by name.
    """

    outcome: str
    population: str
    level: str
    name: str
    nodes: tuple[str, ...]
    reference: str
    studies: tuple[StudyContrasts, ...]

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Direct comparisons, sorted; a multi-arm study counts for every pair of its arms."""
        found: dict[tuple[str, str], list[str]] = {}
        for study in self.studies:
            for a, b in combinations(sorted(study.arms), 2):
                found.setdefault((a, b), []).append(study.study)
        return tuple(Edge(a, b, tuple(names)) for (a, b), names in sorted(found.items()))


def build_networks(
    effects: Iterable[StudyEffect], protocol: Protocol, level: str = NODE
) -> tuple[list[Part], list[LeftOut]]:
    """The connected parts for each outcome and population, in the protocol's order, largest part first.

    At level "mechanism" the nodes are replaced by the protocol's mechanisms and contrasts within one
    mechanism are left out. Raises InputError for an unknown level or an unusable number, ReviewError for a
    node that the protocol lacks.
    """
    if level not in LEVELS:
        raise InputError(f"{level!r} is no level", field="level", expected=" or ".join(LEVELS))
    ids = {n.id: n.id if level == NODE else n.mechanism for n in protocol.nodes}
    groups: dict[tuple[str, str], list[StudyEffect]] = {}
    for effect in effects:
        for node in (effect.treatment, effect.comparator):
            if node not in ids:
                raise ReviewError(f"the protocol has no treatment node {node!r}", entry=effect.study)
        groups.setdefault((effect.outcome, effect.population), []).append(effect)
    outcomes = [o.id for o in protocol.outcomes]
    populations = [p.id for p in protocol.populations]
    preferred = _preferred(protocol, ids)
    parts: list[Part] = []
    left_out: list[LeftOut] = []
    for outcome, population in sorted(
        groups, key=lambda g: (_place(outcomes, g[0]), _place(populations, g[1]))
    ):
        studies, lost = _studies(groups[outcome, population], ids, preferred)
        left_out += lost
        parts += _parts(outcome, population, level, studies, preferred)
    return parts, left_out


def cannot_compare(parts: Sequence[Part]) -> str:
    """Which treatments cannot be compared with which, a line for each two parts of one network; or ""."""
    lines: list[str] = []
    for one, other in combinations(parts, 2):
        if (one.outcome, one.population, one.level) == (other.outcome, other.population, other.level):
            lines.append(
                f"{one.outcome}, {one.population}: {', '.join(one.nodes)} ({one.name}) "
                f"cannot be compared with {', '.join(other.nodes)} ({other.name}): "
                "no chain of studies joins them"
            )
    return "\n".join(lines)


def connected(links: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The connected components of a graph given by its links, in order of their smallest member."""
    components: list[set[str]] = []
    for link in links:
        touching = [c for c in components if c & link]
        joined = set(link).union(*touching)
        components = [c for c in components if not c & link] + [joined]
    return [frozenset(c) for c in sorted(components, key=min)]


def _studies(
    effects: Sequence[StudyEffect], ids: Mapping[str, str], preferred: Sequence[str]
) -> tuple[list[StudyContrasts], list[LeftOut]]:
    """The studies of one outcome and population, sorted by name."""
    by_study: dict[str, list[StudyEffect]] = {}
    for effect in sorted(effects, key=_effect_order):
        by_study.setdefault(effect.study, []).append(effect)
    studies: list[StudyContrasts] = []
    left_out: list[LeftOut] = []
    for name, mine in sorted(by_study.items()):
        contrasts, lost = _contrasts(mine, ids)
        left_out += lost
        blocks = connected(c.pair for c in contrasts)
        for block in blocks:
            # Contrasts of one study that share no arm are independent: they enter as two studies.
            label = name if len(blocks) == 1 else f"{name} ({' v '.join(sorted(block))})"
            try:
                studies.append(combine(label, [c for c in contrasts if c.pair <= block], preferred))
            except Unusable as reason:
                left_out.append(LeftOut(name, mine[0].outcome, mine[0].population, str(reason)))
    return studies, left_out


def _contrasts(
    effects: Sequence[StudyEffect], ids: Mapping[str, str]
) -> tuple[list[Contrast], list[LeftOut]]:
    """One contrast for each pair of arms of one study; of several the most precise."""
    kept: dict[frozenset[str], Contrast] = {}
    left_out: list[LeftOut] = []
    for effect in effects:
        contrast = contrast_of(effect, ids)
        if contrast.treatment == contrast.comparator:
            names = f"{effect.treatment} and {effect.comparator}"
            why = f"{names} are both {contrast.treatment}: a comparison within one group"
            left_out.append(LeftOut(effect.study, effect.outcome, effect.population, why))
        elif contrast.pair in kept:
            pair = " versus ".join(sorted(contrast.pair))
            printed = f"{effect.treatment} versus {effect.comparator}"
            why = f"{printed}: the study has a more precise contrast of {pair} already"
            left_out.append(LeftOut(effect.study, effect.outcome, effect.population, why))
        else:
            kept[contrast.pair] = contrast
    return list(kept.values()), left_out


def _parts(
    outcome: str, population: str, level: str, studies: Sequence[StudyContrasts], preferred: Sequence[str]
) -> list[Part]:
    found: list[tuple[tuple[str, ...], str, tuple[StudyContrasts, ...]]] = []
    for nodes in connected(frozenset(s.arms) for s in studies):
        mine = tuple(s for s in studies if s.arms[0] in nodes)
        found.append((tuple(sorted(nodes)), _reference(nodes, mine, preferred), mine))
    found.sort(key=lambda part: (-len(part[0]), -len(part[2]), part[1]))
    return [
        Part(outcome, population, level, f"part{i}-{reference}", nodes, reference, mine)
        for i, (nodes, reference, mine) in enumerate(found, start=1)
    ]


def _reference(nodes: frozenset[str], studies: Sequence[StudyContrasts], preferred: Sequence[str]) -> str:
    """The protocol's first preferred node that is present, else the one in most studies, then by name."""
    wanted = next((node for node in preferred if node in nodes), None)
    return wanted or min(nodes, key=lambda node: (-sum(node in s.arms for s in studies), node))


def _preferred(protocol: Protocol, ids: Mapping[str, str]) -> list[str]:
    """The protocol's references at this level: a node stands for its mechanism there."""
    return [ids.get(reference, reference) for reference in protocol.references]


def _place(known: Sequence[str], name: str) -> tuple[int, str]:
    return (known.index(name) if name in known else len(known)), name


def _effect_order(effect: StudyEffect) -> tuple[object, ...]:
    """By pair of nodes after precision, so that the most precise of equal pairs comes first; what is equal in all of
    that by the rest, so that the order of the input never counts."""
    return effect.se, effect.treatment, effect.comparator, effect.log_hr, repr(effect)
