"""Agreement by stage, set of records, pair of reviewers and batch, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from screener.model.screening import Stage
from screener.screening.agreement_values import Agreement, Categories


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two reviewers, in the order of the protocol; `votes` has the first one's answers in its rows."""

    first: str
    second: str
    votes: Agreement
    three: Categories | None
    reasons: Categories | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order in which they closed, `start` to `end` (from 1), with the dates of both ends."""

    start: int
    end: int
    since: str
    until: str
    votes: Agreement


@dataclass(frozen=True, slots=True)
class Part:
    """One set of records: the main screening, or a pilot.

    `votes` is pooled over all pairs, each pair in the fixed order of the protocol; a record on which m people voted
    is in it m(m-1)/2 times. `three` has maybe as an answer of its own (title/abstract), `reasons` the exclusion reasons
    of records that both exclude (full text). Where names are hidden, `pairs` and tables do not say who differed how.
    """

    name: str
    pilot: str | None
    records: int
    votes: Agreement
    three: Categories | None
    reasons: Categories | None
    pairs: tuple[PairAgreement, ...]
    batches: tuple[Batch, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "pilot": self.pilot,
            "records": self.records,
            **_figures(self.votes, self.three, self.reasons),
            "pairs": [
                {"reviewers": [p.first, p.second], **_figures(p.votes, p.three, p.reasons)}
                for p in self.pairs
            ],
            "over_time": [
                {
                    "from": b.start,
                    "to": b.end,
                    "since": b.since,
                    "until": b.until,
                    "agreement": b.votes.to_dict(),
                }
                for b in self.batches
            ],
        }


def _figures(votes: Agreement, three: Categories | None, reasons: Categories | None) -> dict[str, Any]:
    return {
        "agreement": votes.to_dict(),
        "three_categories": three.to_dict() if three is not None else None,
        "reasons": reasons.to_dict() if reasons is not None else None,
    }


@dataclass(frozen=True, slots=True)
class StageAgreement:
    """One stage: the main screening, then its pilots in the order in which they began.

    `hidden`: the protocol hides names in conflicts, so no figure says who of a pair differed how.
    """

    stage: Stage
    parts: tuple[Part, ...]
    hidden: bool = False


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
