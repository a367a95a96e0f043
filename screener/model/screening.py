"""Votes, and what follows from them for one record at one stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    TITLE_ABSTRACT = "title_abstract"
    FULL_TEXT = "full_text"

    @property
    def label(self) -> str:
        return {"title_abstract": "title/abstract", "full_text": "full text"}[self.value]


class Vote(StrEnum):
    INCLUDE = "include"
    EXCLUDE = "exclude"
    MAYBE = "maybe"


class Outcome(StrEnum):
    """Where a record stands at a stage."""

    WAITING = "waiting"  # an earlier stage has not let it pass (yet)
    OPEN = "open"  # required voters are still to vote
    CONFLICT = "conflict"
    PASSED = "passed"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class CastVote:
    """One person's current vote on one record at one stage."""

    reviewer: str
    vote: Vote
    reason: str | None = None
    note: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    """PICOS element to "yes", "no" or "unclear", as far as the voter marked them."""
    labels: tuple[str, ...] = ()
    """The voter's own words for finding the record again."""
    decision_id: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The settled outcome of a conflict: include or exclude, by whom, how and why."""

    outcome: Vote
    reason: str | None
    by: tuple[str, ...]
    how: str  # "consensus" or "adjudication"
    why: str


@dataclass(frozen=True, slots=True)
class StageStatus:
    """The outcome of one record-stage, with the reason if it was excluded."""

    outcome: Outcome
    reason: str | None = None
    by_automation: bool = False
    """Excluded unread: every screener's stopping rule was met before."""
