"""From the printed words of a file to acts on the review: which record, whose vote, which reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from screener.model.errors import InputError, Problem, ScreenerError
from screener.model.screening import Stage, Vote
from screener.sources.decisions import UNDO, Decisions, Said
from screener.steps import screening
from screener.steps.matching import Entry, Unmatched, match_records
from screener.steps.naming import Names, Reasons, Unknown, stage_of
from screener.steps.review import Review


@dataclass(frozen=True, slots=True)
class Act:
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


class Plan:
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

    def acts(self) -> list[Act]:
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

    def _act(self, said: Said, stage: Stage, match: str | Unmatched) -> Act | None:
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
            return Act(said.place, match, person, stage, None)
        # What fits no field of a vote is kept in the note.
        long = [label for label in said.labels if len(label) > screening.LONGEST_LABEL]
        more = [f"reason in the file: {text}" for text in reason[1]] + [f"label: {text}" for text in long]
        note = "\n".join([said.note or "", *more]) if more and said.note else "\n".join(more) or said.note
        labels = tuple(dict.fromkeys(label for label in said.labels if label not in long))
        return Act(
            said.place, match, person, stage, Vote(said.vote), reason[0], note or None, said.marks, labels
        )

    def _once(self, acts: Sequence[Act]) -> list[Act]:
        """One act a person and record. Entries of one record that agree are one; else the later ones are wrong."""
        kept: dict[tuple[str, str, Stage], Act] = {}
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
