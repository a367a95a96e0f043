"""A person's own votes at a stage, newest first; enter lays the record on the desk to vote again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.model.screening import Vote
from screener.steps import records, screening
from screener.tui.screens.base import ReviewScreen
from screener.tui.text import MARKS
from screener.tui.widgets.line_list import Line, LineList

if TYPE_CHECKING:
    from screener.tui.screens.screening import ScreeningScreen


class VotesScreen(ReviewScreen):
    PLACE = "votes"
    EXPLAIN = (
        "Your own votes, newest first. Enter lays the record on the desk, where you can vote on it again."
    )

    def __init__(self, desk: ScreeningScreen) -> None:
        super().__init__()
        self._desk = desk

    @property
    def road(self) -> str:
        return self._desk.PLACE

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="votes")

    def renew(self) -> None:
        stage = self._desk.stage
        reasons = {r.id: r.label for r in self.review.protocol.reasons[stage]}
        titles = {t.record: t for t in records.titles(self.review)}
        lines = []
        for row in screening.history(self.review, stage, limit=1_000_000):
            said = " · ".join(
                part
                for part in (
                    reasons.get(row["reason"] or "", row["reason"]),
                    ", ".join(json.loads(row["labels"])),
                    row["note"],
                )
                if part
            )
            title = titles[row["record_id"]].line if row["record_id"] in titles else row["record_id"]
            lines.append(
                Line(
                    row["record_id"],
                    f"{said} | {title}" if said else title,
                    mark=MARKS[Vote(row["vote"])],
                    tail=row["at"][:16].replace("T", " "),
                )
            )
        self.query_one(LineList).show(lines)
        count = (
            f"{len(lines):,} votes of yours at {stage.label}"
            if lines
            else f"You have not voted at {stage.label} yet."
        )
        self.query_one("#progress", Static).update(Content(count).stylize("bold"))

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        with self.telling():
            self._desk.lay(event.line.key)
            self.app.pop_screen()
