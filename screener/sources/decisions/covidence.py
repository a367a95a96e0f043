"""Covidence's exports (CSV and RIS): a file is one list of the review, and the list is the decision.

`review_12345_irrelevant_csv_20240303130132.csv`: the name tells the list. Names of reviewers are not told. Excluded
full texts have 'Exclusion reason: Wrong study design;' before the reviewers' words in the notes; tags are the
team's labels.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from screener.model.citation import Citation
from screener.sources.decisions.cells import words
from screener.sources.decisions.values import Said

REASON = re.compile(r"\s*Exclusion reason:\s*([^;\n]*?)\s*(?:;\s*|\n|\Z)", re.IGNORECASE)
_NAME = re.compile(
    r"(?:^|_)(irrelevant|select|excluded|included|screen)_(?:csv|ris|xlsx)(?:_|\.|\Z)", re.IGNORECASE
)
# List -> the stage it closed and what was decided there; what is on `screen` waits for votes.
_LISTS: dict[str, tuple[str, str | None]] = {
    "screen": ("title_abstract", None),
    "irrelevant": ("title_abstract", "exclude"),
    "select": ("title_abstract", "include"),
    "excluded": ("full_text", "exclude"),
    "included": ("full_text", "include"),
}


def list_of(file: str) -> tuple[str, str | None] | None:
    """Stage and vote of the list that a file's name tells; a vote of None: nothing was decided yet."""
    match = _NAME.search(PurePath(file).name)
    return _LISTS[match[1].lower()] if match else None


def said(
    place: str,
    reference: str | None,
    citation: Citation | None,
    notes: str,
    tags: str,
    listed: tuple[str, str | None] | None,
) -> list[Said]:
    """The decision on one entry. Without a list only an exclusion with its reason is one; '' stands for the others."""
    reason = REASON.match(notes)
    stage, vote = listed or (("full_text", "exclude") if reason else (None, ""))
    if vote is None:
        return []
    return [
        Said(
            place=place,
            reference=reference,
            citation=citation,
            stage=stage,
            vote=vote,
            reasons=(reason[1],) if reason and reason[1] and vote == "exclude" else (),
            note=(notes[reason.end() :] if reason and vote == "exclude" else notes).strip() or None,
            labels=words(tags, r"[;,]"),
        )
    ]
