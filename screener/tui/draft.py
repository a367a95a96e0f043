"""What a person has written on a record and not voted on yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screener.model.screening import CastVote


@dataclass(frozen=True, slots=True)
class Draft:
    """What goes with the next vote; None where the person changed nothing, so that the own vote's holds."""

    note: str | None = None
    marks: Mapping[str, str] | None = None
    labels: tuple[str, ...] | None = None

    def over(self, own: CastVote | None) -> Draft:
        """The draft with what the own vote already says."""
        return Draft(
            note=self.note if self.note is not None else (own.note if own else None) or "",
            marks=self.marks if self.marks is not None else dict(own.marks) if own else {},
            labels=self.labels if self.labels is not None else own.labels if own else (),
        )
