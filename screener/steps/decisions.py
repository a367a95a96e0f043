"""Votes from a file: matched to records, people and reasons of the review, and cast in one transaction, or none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from screener.model.errors import InputError, Problem, ScreenerError
from screener.model.screening import Stage, Vote
from screener.sources.decisions import UNDO, Decisions, Said, read_decisions
from screener.steps import screening
from screener.steps.matching import Entry, Unmatched, match_records
from screener.steps.naming import Names, Reasons, Unknown, stage_of
from screener.steps.review import Review
from screener.steps.tables_in import ManyProblems
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

    def to_dict(self) -> dict[str, Any]:
        names = ("file", "format", "imported", "reviewers", "same", "other_stage", "unvoted")
        return {
            **{name: getattr(self, name) for name in names},
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
            "remarks": list(self.remarks),
            "dry_run": self.dry_run,
        }


@dataclass(frozen=True, slots=True)
class _Act:
    """A vote of a person on a record, or (vote None) that it is taken back."""

    place: str
    record: str
    person: str
    stage: Stage
    vote: Vote | None
    reason: str | None = None
    note: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    @property
    def on(self) -> tuple[str, str, Stage]:
        return self.record, self.person, self.stage

    @property
    def words(self) -> tuple[Any, ...]:
        """What makes two acts equal, as `store.screening.own_words` gives them."""
        vote = self.vote.value if self.vote else None
        return vote, self.reason, self.note, tuple(sorted(self.marks.items())), self.labels


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
    plan = _Plan(review, found, stage, vote, reviewers or {}, reasons or {}, unknown)
    acts = plan.acts()
    problems = [*found.problems, *plan.problems, *unknown.problems]
    with _rehearsed(review, dry_run), review.store.write():
        said = _said_already(review, acts)
        fresh = [act for number, act in enumerate(acts) if number not in said]
        done = _cast(review, found.file, fresh, problems)
        problems.sort(key=lambda problem: _number(problem.entry))
        if problems and not skip_bad:
            raise ManyProblems(found.file, problems)
    return Imported(
        file=found.file,
        format=found.format,
        imported=sum(done.values()),
        reviewers=dict(sorted(done.items())),
        same=len(said) + plan.repeated,
        other_stage=plan.other_stage,
        unvoted=found.unvoted,
        skipped=tuple(problems),
        remarks=(*found.remarks, *plan.remarks),
        dry_run=dry_run,
    )


class _Plan:
    """From printed words to acts; what cannot be told is a problem."""

    def __init__(
        self,
        review: Review,
        found: Decisions,
        stage: Stage | None,
        vote: Vote | None,
        reviewers: Mapping[str, str],
        reasons: Mapping[str, str],
        unknown: Unknown,
    ) -> None:
        self._review = review
        self._found = found
        self._stage = stage
        self._vote = vote
        self._unknown = unknown
        self._names = Names(review, reviewers, unknown)
        self._reasons = Reasons(review, reasons, unknown)
        self.problems: list[Problem] = []
        self.remarks = [f"{said.place}: {remark}" for said in found.said for remark in said.remarks]
        self.other_stage = 0
        self.repeated = 0

    def acts(self) -> list[_Act]:
        chosen: list[tuple[Said, Stage]] = []
        for said in map(self._listed, self._found.said):
            with self._naming(said):
                stage = self._stage_of(said)
                if stage is None:
                    continue
                if self._stage is not None and stage is not self._stage:
                    self.other_stage += 1
                else:
                    chosen.append((said, stage))
        entries = {said.place: Entry(said.reference, said.citation) for said, _ in chosen}
        matches = dict(zip(entries, match_records(self._review, entries.values()), strict=True))
        for place, match in matches.items():
            if isinstance(match, Unmatched):
                self.problems.append(Problem(match.message, self._found.file, place, None, match.expected))
        acts = []
        for said, stage in chosen:
            with self._naming(said):
                act = self._act(said, stage, matches[said.place])
                if act is not None:
                    acts.append(act)
        return acts if self._found.in_order else self._once(acts)

    @contextmanager
    def _naming(self, said: Said) -> Iterator[None]:
        try:
            yield
        except ScreenerError as error:
            self.problems.append(
                Problem(error.message, self._found.file, said.place, error.field, error.expected)
            )

    def _listed(self, said: Said) -> Said:
        """What is asked for goes before what the name of a list tells."""
        if self._found.format != "covidence":
            return said
        if self._stage is not None:
            said = replace(said, stage=self._stage.value)
        if self._vote is None or self._vote.value == said.vote:
            return said
        note = [f"exclusion reason: {', '.join(said.reasons)}"] if said.reasons else []
        return replace(
            said, vote=self._vote.value, reasons=(), note="\n".join([*note, said.note or ""]).strip() or None
        )

    def _stage_of(self, said: Said) -> Stage | None:
        if said.stage:
            return stage_of(said.stage)
        if self._stage is None:
            expected = "title_abstract or full_text"
            self._unknown.add("--stage", "", said.place, "the file does not tell the stage", expected)
        return self._stage

    def _act(self, said: Said, stage: Stage, match: str | Unmatched) -> _Act | None:
        if said.vote == "":
            self._unknown.add(
                "--vote",
                "",
                said.place,
                "the file does not tell what was decided",
                "include or exclude, or the file under the name it was exported with",
            )
            return None
        if said.vote != UNDO and said.vote not in set(Vote):
            raise InputError(f"'{said.vote}' is no vote", field="vote", expected="include, exclude or maybe")
        person = self._names.reviewer(said.reviewer, said.place)
        reason = self._reasons.reason(said.reasons, stage, said.place, excludes=said.vote == Vote.EXCLUDE)
        if person is None or reason is None or isinstance(match, Unmatched):
            return None
        if said.vote == UNDO:
            return _Act(said.place, match, person, stage, None)
        # What fits no field of a vote is kept in the note.
        long = [label for label in said.labels if len(label) > screening.LONGEST_LABEL]
        more = [f"reason in the file: {text}" for text in reason[1]] + [f"label: {text}" for text in long]
        note = "\n".join([said.note or "", *more]) if more and said.note else "\n".join(more) or said.note
        labels = tuple(dict.fromkeys(label for label in said.labels if label not in long))
        return _Act(
            said.place, match, person, stage, Vote(said.vote), reason[0], note or None, said.marks, labels
        )

    def _once(self, acts: Sequence[_Act]) -> list[_Act]:
        """One act a person and record. Entries of one record that agree are one; else the later ones are wrong."""
        kept: dict[tuple[str, str, Stage], _Act] = {}
        for act in acts:
            first = kept.setdefault(act.on, act)
            if first is act:
                continue
            if (first.vote, first.reason) != (act.vote, act.reason):
                said = f"{first.vote.value if first.vote else UNDO} in {first.place}"
                self.problems.append(
                    Problem(
                        f"another vote of {act.person} on the same record ({said})",
                        self._found.file,
                        act.place,
                        "vote",
                        "one vote of a person on a record",
                    )
                )
                continue
            notes = dict.fromkeys(note for note in (first.note, act.note) if note)
            labels = tuple(dict.fromkeys((*first.labels, *act.labels)))
            kept[act.on] = replace(first, note="\n".join(notes) or None, labels=labels)
            self.repeated += 1
        return [*kept.values()]


def _said_already(review: Review, acts: Sequence[_Act]) -> set[int]:
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


def _cast(review: Review, file: str, acts: Sequence[_Act], problems: list[Problem]) -> Counter[str]:
    """Do the acts, each on behalf of its person; what the review does not allow is a problem."""
    people: dict[str, Review] = {}
    done: Counter[str] = Counter()
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
            done[act.person] += 1
    return done


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
