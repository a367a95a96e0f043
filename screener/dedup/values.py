"""What the engine says and what people say about a pair, and what follows for clusters."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from screener.model.errors import InputError


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts as one record where the field has no consensus.

    The defaults keep versions apart: a wrong merge hides a report from the reviewers, a missed one
    costs them a minute.
    """

    merge_preprints: bool = False
    """Join a preprint with the journal article that it became."""
    merge_cochrane_versions: bool = False
    """Join the updates (pub2, pub3, ...) of one Cochrane review."""


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The engine's verdict on two citations, with what it rests on.

    `rule` names the rule that matched, also where a veto then overruled it; `agree`, `disagree` and
    `missing` name fields. A pair whose verdict is not `same` and that carries `vetoes` may not end
    up in one cluster by way of third citations either.
    """

    a: str
    b: str
    verdict: Verdict
    score: float
    rule: str
    agree: tuple[str, ...] = ()
    disagree: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_order(self.a, self.b)

    @property
    def forbids(self) -> bool:
        """True if no cluster of the engine's making may hold both."""
        return self.verdict is not Verdict.SAME and bool(self.vetoes)

    def to_dict(self) -> dict[str, Any]:
        values = ((f.name, getattr(self, f.name)) for f in fields(self))
        plain = {name: list(v) if isinstance(v, tuple) else v for name, v in values}
        return plain | {"verdict": self.verdict.value}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> PairVerdict:
        known = {f.name for f in fields(cls)}
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known
        }
        plain["verdict"] = Verdict(values["verdict"])
        return cls(**plain)

    def describe(self) -> str:
        """One line for people: 'ask, 0.91: same title and authors; agree: ...; against: ...'."""
        parts = [f"{self.verdict}, {self.score:.2f}: {self.rule}"]
        for label, names in (
            ("agree", self.agree),
            ("differ", self.disagree),
            ("unknown", self.missing),
            ("against", self.vetoes),
        ):
            if names:
                parts.append(f"{label}: {', '.join(names)}")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    """A person's current verdict on two citations; it replaces the engine's on that pair.

    The ids may be given either way round and are put in order. `ask` takes the pair out of the engine's
    hands without deciding it.
    """

    a: str
    b: str
    verdict: Verdict

    def __post_init__(self) -> None:
        if self.a > self.b:
            one, other = self.b, self.a
            object.__setattr__(self, "a", one)
            object.__setattr__(self, "b", other)
        _check_order(self.a, self.b)


@dataclass(frozen=True, slots=True)
class Clash:
    """People contradict each other: `a` and `b` were called different, and same along `path`."""

    a: str
    b: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """A 'same' of the engine on `a`, `b` that was not carried out, because their clusters hold
    `because`, a pair that a person called different or that the engine vetoes."""

    a: str
    b: str
    because: tuple[str, str]
    by_person: bool
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clustering:
    """`root_of` maps each id to the smallest id of its cluster."""

    root_of: dict[str, str]
    clashes: tuple[Clash, ...] = ()
    blocked: tuple[Blocked, ...] = ()

    def members(self) -> dict[str, tuple[str, ...]]:
        """root -> its cluster's ids in order, roots in order."""
        groups: dict[str, list[str]] = {}
        for one in sorted(self.root_of):
            groups.setdefault(self.root_of[one], []).append(one)
        return {root: tuple(groups[root]) for root in sorted(groups)}


def _check_order(a: str, b: str) -> None:
    if not a < b:
        raise InputError(f"a pair needs two ids in order, not {a!r}, {b!r}", expected="a < b")
