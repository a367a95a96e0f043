"""How far the reviewers agree, by stage, pair, reason, over time, in each pilot and in the main screening.

Only record-stages that are closed for everybody enter, so that the numbers are the same for whoever asks and tell
nothing of anybody's open votes. Resolutions never enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from screener.handoff.agreement import agreement_csv, reasons_csv, sentences
from screener.model.errors import InputError
from screener.model.screening import Stage, Vote
from screener.screening.agreement_parts import AgreementReport, Part, StageAgreement
from screener.screening.agreement_report import part
from screener.screening.independent import Rated, Said, rated
from screener.steps.review import Review
from screener.store import agreement as store_agreement
from screener.store import rounds

FIRST, CLOSING = "first", "closing"
WHICH = (FIRST, CLOSING)
MAIN = "main screening"


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
        known = list(dict.fromkeys(some.name for each in found for some in each.parts if some.pilot))
        if pilot not in known:
            raise InputError(
                f"there is no pilot '{pilot}'", field="--pilot", expected=", ".join(known) or "a pilot's name"
            )
        found = tuple(
            replace(each, parts=kept)
            for each in found
            if (kept := tuple(some for some in each.parts if some.pilot and some.name == pilot))
        )
    return AgreementReport(votes, found)


def files(review: Review) -> dict[str, str]:
    """The hand-off's agreement: figures and reasons as CSV, and the sentences for a paper; both kinds of votes."""
    reports = [report(review, votes) for votes in (CLOSING, FIRST)]
    return {
        "agreement.csv": agreement_csv(reports),
        "reasons.csv": reasons_csv(reports),
        "agreement.md": sentences(reports),
    }


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
    return StageAgreement(stage, (made(MAIN, None), *pilots), hidden)


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
