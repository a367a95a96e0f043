"""Whose votes a file holds and what its reasons are: printed names and texts to reviewers and reasons of the review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from screener.model.errors import InputError, Problem
from screener.model.protocol import Role
from screener.model.screening import Stage
from screener.steps.review import Review

T = TypeVar("T")
_STAGES = {
    **dict.fromkeys(
        ("title_abstract", "title/abstract", "title and abstract", "abstract", "ta"), Stage.TITLE_ABSTRACT
    ),
    **dict.fromkeys(("full_text", "full text", "full-text", "fulltext", "ft"), Stage.FULL_TEXT),
}


def stage_of(printed: str) -> Stage:
    """The stage that a word means. Raises InputError."""
    try:
        return _STAGES[printed.strip().lower()]
    except KeyError:
        raise InputError(
            f"'{printed}' is no stage", field="stage", expected="title_abstract or full_text"
        ) from None


@dataclass
class Unknown:
    """Words that mean nothing in this review, each once: where it stands first, and how often."""

    file: str
    _found: dict[tuple[str, str], tuple[Problem, int]] = field(default_factory=dict)

    def add(self, kind: str, word: str, place: str, message: str, expected: str) -> None:
        problem, count = self._found.get(
            (kind, word), (Problem(message, self.file, place, kind, expected), 0)
        )
        self._found[kind, word] = problem, count + 1

    @property
    def problems(self) -> list[Problem]:
        return [
            Problem(f"{p.message} ({n} votes)" if n > 1 else p.message, p.file, p.entry, p.field, p.expected)
            for p, n in self._found.values()
        ]


class Names:
    """Printed names to reviewers. `given` maps what a file prints ('' where it prints nothing) to ids."""

    def __init__(self, review: Review, given: Mapping[str, str], unknown: Unknown) -> None:
        self._me = review.person()
        self._people = review.protocol.reviewers
        self._unknown = unknown
        ids = {person.id for person in self._people}
        for printed, id_ in given.items():
            if id_ not in ids:
                raise InputError(
                    f"'{id_}' is no reviewer of this review",
                    field=f"--reviewer '{printed}={id_}'",
                    expected="one of " + ", ".join(sorted(ids)),
                )
        self._given = {_fold(printed): id_ for printed, id_ in given.items()}

    def reviewer(self, printed: str | None, place: str) -> str | None:
        """Whose vote it is; nobody's name: the importer's own. None if that cannot be told or is not allowed."""
        id_ = self._find(printed or "")
        if id_ is None:
            choices = ", ".join(f"{person.id} ({person.name})" for person in self._people)
            self._unknown.add(
                "reviewer",
                printed or "",
                place,
                f"'{printed}' is no reviewer of this review",
                f"--reviewer '{printed}=ID' with the ID of one of {choices}",
            )
        elif id_ != self._me.id and Role.COORDINATOR not in self._me.roles:
            self._unknown.add(
                "reviewer", printed or "", place, f"{self._me.id} may not speak for {id_}", "a coordinator"
            )
            return None
        return id_

    def _find(self, printed: str) -> str | None:
        word = _fold(printed)
        if word in self._given:
            return self._given[word]
        if not word:
            return self._me.id
        exact = [p.id for p in self._people if p.id == printed.strip()]
        return _only(exact) or _only(p.id for p in self._people if word in {_fold(p.id), _fold(p.name)})


class Reasons:
    """Printed reasons to those of the protocol. `given` maps texts to reason ids, or to '' for 'no reason'."""

    def __init__(self, review: Review, given: Mapping[str, str], unknown: Unknown) -> None:
        self._reasons = review.protocol.reasons
        self._unknown = unknown
        ids = {reason.id for reasons in self._reasons.values() for reason in reasons}
        for printed, id_ in given.items():
            if id_ and id_ not in ids:
                raise InputError(
                    f"'{id_}' is no exclusion reason of the protocol",
                    field=f"--reason '{printed}={id_}'",
                    expected="one of " + ", ".join(sorted(ids)),
                )
        self._given = {_fold(printed): id_ for printed, id_ in given.items()}

    def reason(
        self, printed: tuple[str, ...], stage: Stage, place: str, *, excludes: bool
    ) -> tuple[str | None, tuple[str, ...]] | None:
        """The reason that stands first in the protocol, and the texts beside it; None if one is unknown."""
        if not printed and excludes and "" in self._given:
            return self._given[""] or None, ()
        found: dict[str, str] = {}
        beside: list[str] = []
        known = True
        for text in printed:
            id_ = self._find(text, stage)
            if id_ is None:
                known = False
                choices = ", ".join(f"{reason.id} ({reason.label})" for reason in self._reasons[stage])
                self._unknown.add(
                    "reason",
                    text,
                    place,
                    f"'{text}' is no exclusion reason at {stage.label}",
                    f"--reason '{text}=ID' with one of {choices}, or '{text}=' to keep it in the note",
                )
            elif id_:
                found.setdefault(id_, text)
            else:
                beside.append(text)
        if not known:
            return None
        order = [reason.id for reason in self._reasons[stage]]
        chosen = min(found, key=lambda id_: order.index(id_) if id_ in order else len(order), default=None)
        return chosen, (*(text for id_, text in found.items() if id_ != chosen), *beside)

    def _find(self, printed: str, stage: Stage) -> str | None:
        word = _fold(printed)
        if word in self._given:
            return self._given[word]
        reasons = self._reasons[stage]
        return _only(r.id for r in reasons if r.id == printed) or _only(
            r.id for r in reasons if word in {_fold(r.id), _fold(r.label)}
        )


def _only(found: Iterable[T]) -> T | None:
    """The single one; None when there is none or a choice."""
    different = set(found)
    return different.pop() if len(different) == 1 else None


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
