"""How far the reviewers agree, by stage, pair, reason, over time, in each pilot and in the main screening.

Only record-stages that are closed for everybody enter, so that the numbers are the same for whoever asks and tell nothing
of anybody's open votes. Resolutions never enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from screener.model.errors import InputError
from screener.model.screening import Stage, Vote
from screener.screening.agreement_report import Part, part
from screener.screening.independent import Rated, Said, rated
from screener.steps.review import Review
from screener.store import agreement as store_agreement
from screener.store import rounds

FIRST, CLOSING = "first", "closing"
WHICH = (FIRST, CLOSING)
MAIN = "main screening"


@dataclass(frozen=True, slots=True)
class StageAgreement:
    """One stage: its pilots in the order in which they began, then the main screening, which is always there.

    `hidden`: the protocol hides names in conflicts, so no figure says who of a pair differed how.
    """

    stage: Stage
    pilots: tuple[Part, ...]
    main: Part
    hidden: bool

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.pilots, self.main)


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """`votes` is "first" (each reviewer's first vote on a record) or "closing" (the votes that closed it)."""

    votes: str
    stages: tuple[StageAgreement, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "votes": self.votes,
            "stages": [
                {
                    "stage": each.stage.value,
                    "names_hidden": each.hidden,
                    "parts": [some.to_dict() for some in each.parts],
                }
                for each in self.stages
            ],
        }


def report(
    review: Review, votes: str = CLOSING, stages: Sequence[Stage] = tuple(Stage), pilot: str | None = None
) -> AgreementReport:
    """Agreement at these stages. With `pilot` (a name) only that round's part, at the stages that have it.

    Raises InputError for a pilot that there is not, or another word than first or closing.
    """
    if votes not in WHICH:
        raise InputError(f"'{votes}' is no kind of votes", field="--votes", expected=", ".join(WHICH))
    found = tuple(_stage(review, stage, votes) for stage in stages)
    if pilot is not None:
        known = list(dict.fromkeys(some.name for each in found for some in each.pilots))
        if pilot not in known:
            raise InputError(
                f"there is no pilot '{pilot}'", field="--pilot", expected=", ".join(known) or "a pilot's name"
            )
        found = tuple(
            StageAgreement(each.stage, kept, each.main, each.hidden)
            for each in found
            if (kept := tuple(some for some in each.pilots if some.name == pilot))
        )
    return AgreementReport(votes, found)


def _stage(review: Review, stage: Stage, votes: str) -> StageAgreement:
    protocol = review.protocol
    hidden = protocol.rules[stage].conflict_names == "hidden"
    order = [reviewer.id for reviewer in protocol.reviewers]
    reasons = [reason.id for reason in protocol.reasons[stage]]
    pilot_of = store_agreement.piloted(review.store, stage)
    by_pilot: dict[str | None, list[Rated]] = {}
    for each in _rated(review, stage):
        by_pilot.setdefault(pilot_of.get(each.record), []).append(each)

    def made(name: str, pilot: str | None) -> Part:
        return part(
            name,
            by_pilot.get(pilot, []),
            stage=stage,
            which=votes,
            reviewers=order,
            reasons=reasons,
            hidden=hidden,
            pilot=pilot,
        )

    pilots = tuple(made(row["name"], row["id"]) for row in rounds.pilots(review.store, stage))
    return StageAgreement(stage, pilots, made(MAIN, None), hidden)


def _rated(review: Review, stage: Stage) -> list[Rated]:
    """All closed records of a stage on which two people or more voted independently."""
    shown = store_agreement.first_shown(review.store, stage)
    found = []
    rows = store_agreement.closed_decisions(review.store, stage)
    for record, some in groupby(rows, key=lambda row: str(row["record_id"])):
        said = [
            Said(
                row["id"],
                row["at"],
                row["actor"],
                Vote(row["vote"]) if row["vote"] else None,
                row["reason"],
                row["replaces"],
            )
            for row in some
        ]
        holders = {each.reviewer for each in said}
        one = rated(record, said, holders, shown.get(record), reasons_count=stage is Stage.FULL_TEXT)
        if one is not None:
            found.append(one)
    return found
