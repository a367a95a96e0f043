"""Agreement of the reviewers: figures of one set of records at a time, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.handoff.agreement_text import Section, empty, figures, heading, tables
from screener.model.screening import Stage
from screener.screening.agreement_parts import Part, StageAgreement
from screener.steps import agreement
from screener.tui.screens.base import BREAKPOINTS, ReviewScreen
from screener.tui.text import plain

# From here on figures and tables stand side by side.
_BREAKPOINTS = [*BREAKPOINTS, (164, "-broad")]


class AgreementScreen(ReviewScreen):
    PLACE = "agreement"
    EXPLAIN = (
        "How far the reviewers agree on records that each of them judged independently, before any vote was "
        "shown or a conflict settled. Only records that are closed for everybody enter. Read kappa, AC1 and "
        "positive agreement together: with few includes kappa can be low although nearly all votes agree, and "
        "AC1 high although no include is shared; positive agreement tells the two apart. s changes between "
        "title/abstract and full text, p between the main screening and the pilots, v between the votes that "
        "closed the records and each reviewer's first ones. `screener export agreement` writes it for the paper."
    )
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stage", "stage", id="agreement.stage", tooltip="Title/abstract or full text"),
        Binding("p", "part", "pilot", id="agreement.part", tooltip="The main screening, or the next pilot"),
        Binding(
            "v",
            "votes",
            "votes",
            id="agreement.votes",
            tooltip="The votes at closing, or each one's first vote",
        ),
        Binding("r", "read", "refresh", id="agreement.refresh", tooltip="Compute again now"),
        Binding(
            "down", "scroll(1)", "scroll", id="agreement.down", key_display="↑↓", tooltip="One line down"
        ),
        Binding("up", "scroll(-1)", "up", id="agreement.up", show=False, tooltip="One line up"),
        Binding(
            "space,pagedown",
            "page(1)",
            "more",
            id="agreement.page_down",
            key_display="space",
            tooltip="Next page",
        ),
        Binding("pageup", "page(-1)", "page up", id="agreement.page_up", show=False, tooltip="Page before"),
    ]

    _stage = Stage.TITLE_ABSTRACT
    _part = 0
    _votes = agreement.CLOSING
    _found: StageAgreement | None = None

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        with ScrollableContainer(can_focus=False, id="agreement"), Horizontal(id="agreement-sides"):
            yield Static(markup=False, id="figures")
            yield Static(markup=False, id="tables")

    def renew(self) -> None:
        self._found = agreement.report(self.review, self._votes, [self._stage]).stages[0]
        self._part = min(self._part, len(self._found.parts) - 1)
        self._draw(self._found, self._found.parts[self._part])
        self.show_keys()

    def _draw(self, found: StageAgreement, part: Part) -> None:
        head = Content(plain(heading(found, part, self._votes))).stylize("bold")
        self.query_one("#progress", Static).update(head)
        if part.records:
            labels = {reason.id: reason.label for reason in self.review.protocol.reasons[self._stage]}
            left, right = [figures(found, part)], tables(part, labels)
        else:
            left, right = [Section("", empty(part))], []
        others = [f"pilot '{each.name}'" for each in found.parts if each.pilot]
        if others and part.pilot is None:
            left.append(Section("", (f"p shows, apart from these: {', '.join(others)}",)))
        self.query_one("#figures", Static).update(_content(left))
        self.query_one("#tables", Static).update(_content(right))
        self.query_one("#agreement").scroll_home(animate=False)

    def action_stage(self) -> None:
        self._stage = Stage.FULL_TEXT if self._stage is Stage.TITLE_ABSTRACT else Stage.TITLE_ABSTRACT
        self._part = 0
        self.renew()

    def action_part(self) -> None:
        if self._found is not None:
            self._part = (self._part + 1) % len(self._found.parts)
            self.renew()

    def action_votes(self) -> None:
        self._votes = agreement.FIRST if self._votes == agreement.CLOSING else agreement.CLOSING
        self.renew()

    def action_read(self) -> None:
        self.renew()
        self.say("+", "computed again")

    def action_scroll(self, by: int) -> None:
        self.query_one("#agreement").scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        box = self.query_one("#agreement")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "part":
            return True if self._found is not None and len(self._found.parts) > 1 else None
        return True


def _content(sections: Sequence[Section]) -> Content:
    """Sections a blank line apart, their titles bold."""
    blocks = []
    for section in sections:
        lines = [
            Content(plain(line)).stylize("$maybe" if line.startswith("~") else "") for line in section.lines
        ]
        if section.title:
            lines.insert(0, Content(plain(section.title)).stylize("bold"))
        blocks.append(Content("\n").join(lines))
    return Content("\n\n").join(blocks)
