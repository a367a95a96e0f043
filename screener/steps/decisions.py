"""Votes from a file: matched to records, people and reasons of the review, and cast in one transaction, or none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screener.model.errors import Problem, ScreenerError
from screener.model.screening import Stage, Vote
from screener.sources.decisions import UNDO, read_decisions
from screener.steps import screening
from screener.steps.naming import Unknown
from screener.steps.review import Review
from screener.steps.tables_in import ManyProblems
from screener.steps.tables_out import references
from screener.steps.vote_plan import Act, Plan
from screener.store import screening as store_screening


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, or with `dry_run` would do."""

    file: str
    format: str
    imported: int
    """Votes cast and votes taken back."""
    reviewers: Mapping[str, int]
    """Whose they are."""
    same: int
    """Votes that the person has said already: nothing was added for them."""
    other_stage: int
    """Votes at another stage than the one that was asked for."""
    unvoted: int
    """Entries without a decision."""
    skipped: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    dry_run: bool = False
    votes: tuple[Mapping[str, Any], ...] = ()
    """With `dry_run`: each vote that would be cast, with the place in the file and the record it was matched to."""

    def to_dict(self) -> dict[str, Any]:
        names = ("file", "format", "imported", "reviewers", "same", "other_stage", "unvoted")
        return {
            **{name: getattr(self, name) for name in names},
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
            "remarks": list(self.remarks),
            "dry_run": self.dry_run,
            **({"votes": list(self.votes)} if self.dry_run else {}),
        }


def import_decisions(
    review: Review,
    path: Path,
    *,
    stage: Stage | None = None,
    vote: Vote | None = None,
    reviewers: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Cast the votes of an export (docs/decisions.md): one's own, or as coordinator those of all.

    `stage` is that of the votes whose file does not tell one; of a file that does, only the votes at that stage are
    taken. `vote` is what a list without votes says. `reviewers` and `reasons` map printed names and texts to ids.
    A sequence of votes that the person has said already adds nothing. With `dry_run` all is done and undone.

    Raises ManyProblems with everything that is wrong; with `skip_bad` the rest is taken.
    """
    found = read_decisions(path)
    review.person()
    unknown = Unknown(found.file)
    plan = Plan(review, found, stage, vote, reviewers or {}, reasons or {}, unknown)
    acts = plan.acts()
    problems = [*found.problems, *plan.problems, *unknown.problems]
    with _rehearsed(review, dry_run), review.store.write():
        said = _said_already(review, acts)
        fresh = [act for number, act in enumerate(acts) if number not in said]
        done = _cast(review, found.file, fresh, problems)
        tried = _shown(review, done) if dry_run else ()
        problems.sort(key=lambda problem: _number(problem.entry))
        if problems and not skip_bad:
            raise ManyProblems(found.file, problems)
    return Imported(
        file=found.file,
        format=found.format,
        imported=len(done),
        reviewers=dict(sorted(Counter(act.person for act in done).items())),
        same=len(said) + plan.repeated,
        other_stage=plan.other_stage,
        unvoted=found.unvoted,
        skipped=tuple(problems),
        remarks=(*found.remarks, *plan.remarks),
        dry_run=dry_run,
        votes=tried,
    )


def _said_already(review: Review, acts: Sequence[Act]) -> set[int]:
    """The numbers of the acts with which the person's own words on the record end: they add nothing.

    Of include, exclude in the file and include, exclude in the ledger both are said already; had the person
    changed the vote back since, both would be new. What is said twice in a row counts as said once.
    """
    chains: dict[tuple[str, str, Stage], list[list[int]]] = defaultdict(list)
    for number, act in enumerate(acts):
        chain = chains[act.on]
        if chain and acts[chain[-1][0]].words == act.words:
            chain[-1].append(number)
        else:
            chain.append([number])
    said: set[int] = set()
    for (record, person, stage), chain in chains.items():
        before = store_screening.own_words(review.store, person, record, stage)
        words = [acts[numbers[0]].words for numbers in chain]
        for length in range(min(len(before), len(words)), 0, -1):
            if before[-length:] == words[:length]:
                said.update(number for numbers in chain[:length] for number in numbers)
                break
    return said


def _cast(review: Review, file: str, acts: Sequence[Act], problems: list[Problem]) -> list[Act]:
    """Do the acts, each on behalf of its person, and give those; what the review does not allow is a problem."""
    people: dict[str, Review] = {}
    done: list[Act] = []
    for act in acts:
        person = people.setdefault(act.person, review.as_person(act.person))
        try:
            if act.vote is None:
                screening.take_back(person, act.record, act.stage)
            else:
                screening.vote(
                    person,
                    act.record,
                    act.stage,
                    act.vote,
                    reason=act.reason,
                    note=act.note,
                    marks=act.marks,
                    labels=act.labels,
                )
        except ScreenerError as error:
            problems.append(Problem(error.message, file, act.place, error.field, error.expected))
        else:
            done.append(act)
    return done


def _shown(review: Review, acts: Sequence[Act]) -> tuple[Mapping[str, Any], ...]:
    """The acts for people: where they stand in the file, and the record as a person names it."""
    names = references(review)
    return tuple(
        {
            "entry": act.place,
            "record": names[act.record],
            "stage": act.stage.value,
            "reviewer": act.person,
            "vote": act.vote.value if act.vote else UNDO,
            "reason": act.reason,
            "note": act.note,
            "marks": dict(act.marks),
            "labels": list(act.labels),
        }
        for act in acts
    )


class _Rehearsal(Exception):
    """Ends a transaction that was only a rehearsal."""


@contextmanager
def _rehearsed(review: Review, dry_run: bool) -> Iterator[None]:
    """With `dry_run` what is done inside is undone at its end."""
    if not dry_run:
        yield
        return
    try:
        with review.store.write():
            yield
            raise _Rehearsal
    except _Rehearsal:
        pass


def _number(entry: str | None) -> int:
    digits = re.search(r"\d+", entry or "")
    return int(digits[0]) if digits else 0
