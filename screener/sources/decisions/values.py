"""What a file says somebody decided: printed words, before anybody's names and reasons are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screener.model.citation import Citation
from screener.model.errors import Problem

UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One vote as a file tells it.

    `place` names it ("line 3", "entry 7"). The record is told by `reference` (what `screener records` prints), by the
    fields of `citation`, or by both. `stage`, `reviewer` and `reasons` are as printed and None or empty where the file
    does not tell; `vote` is include, exclude, maybe or undo, or the printed word where it is none of these.
    `remarks` say what of the entry could not become part of a vote.
    """

    place: str
    reference: str | None = None
    citation: Citation | None = None
    stage: str | None = None
    reviewer: str | None = None
    vote: str
    reasons: tuple[str, ...] = ()
    note: str | None = None
    labels: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that a file says: the votes in its order, what could not be read, and what stands in it beside votes.

    `in_order`: the file is a sequence of acts, so a later vote on a record is a change of mind; else two different
    votes of one person on one record contradict each other. `unvoted` counts entries without any vote.
    """

    file: str
    format: str
    said: tuple[Said, ...]
    problems: tuple[Problem, ...] = ()
    in_order: bool = False
    unvoted: int = 0
    remarks: tuple[str, ...] = ()
