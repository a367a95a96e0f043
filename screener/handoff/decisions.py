"""Votes as a file that other tools open and `screener decisions import` reads back to the letter: CSV and RIS.

CSV has a row a vote; RIS an entry a record, with the record's reference in ID and a vote a line in U1, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screener.handoff.citations_tagged import ris_annotated
from screener.handoff.csvtext import for_people
from screener.model.citation import Citation
from screener.model.screening import CastVote, Stage
from screener.sources.decisions.cells import joined, marks_cell
from screener.sources.decisions.references import REFERENCE_TAG, VOTE_TAG

COLUMNS = (
    *("record", "stage", "reviewer", "vote", "reason", "note", "marks", "labels"),
    *("pmid", "doi", "year", "title"),
)
# What a line-based reader might take for a line end, though JSON does not.
_LINE_ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "\x7f\x85\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Voted:
    """A record by its reference, what it is, and the votes on it in their order."""

    reference: str
    citation: Citation
    votes: Sequence[tuple[Stage, CastVote]]


def decisions_csv(records: Iterable[Voted]) -> str:
    """The votes at title/abstract, then those at full text, each in the order of the records."""
    found = [*records]
    return for_people(
        COLUMNS,
        (
            [
                *(record.reference, stage.value, vote.reviewer, vote.vote.value, vote.reason, vote.note),
                *(marks_cell(vote.marks), joined(vote.labels)),
                *(record.citation.pmid, record.citation.doi, record.citation.year, record.citation.title),
            ]
            for wanted in Stage
            for record in found
            for stage, vote in record.votes
            if stage is wanted
        ),
    )


def decisions_ris(records: Iterable[Voted]) -> str:
    """The records that hold votes, as `citations_tagged` writes them, with the votes."""
    return "".join(
        ris_annotated(
            (record.citation, [(REFERENCE_TAG, record.reference), *(_line(*vote) for vote in record.votes)])
            for record in records
            if record.votes
        )
    )


def _line(stage: Stage, vote: CastVote) -> tuple[str, str]:
    values = {
        "stage": stage.value,
        "reviewer": vote.reviewer,
        "vote": vote.vote.value,
        "reason": vote.reason,
        "note": vote.note,
        "marks": dict(vote.marks),
        "labels": list(vote.labels),
    }
    filled = {name: value for name, value in values.items() if value}
    return VOTE_TAG, json.dumps(filled, ensure_ascii=False).translate(_LINE_ENDS)
