"""The conflict desk: the list of conflicts, and one of them with both votes side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.model.screening import CastVote, Stage, Vote
from screener.screening import Highlighter
from screener.steps import records, settling
from screener.steps.settling import ConflictView
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import AskDialog, CriteriaDialog, LineDialog, ReasonDialog, Why
from screener.tui.text import MARKS, STYLES, plain
from screener.tui.widgets.criteria import criteria_content, reasons_content
from screener.tui.widgets.line_list import Line, LineList
from screener.tui.widgets.reader import Reader

PARTS = {
    "adjudicate": "you adjudicate",
    "propose": "you voted: find a consensus",
    "confirm": "a consensus waits for your word",
    "wait": "your consensus waits for the other voter",
}


class ConflictsScreen(ReviewScreen):
    """Conflicts in which this person has a part; the votes stay closed until one is opened."""

    PLACE = "conflicts"
    EXPLAIN = (
        "Records on which every voter has voted and the votes differ. An adjudicator who did not vote "
        "decides, or "
        "the voters agree: one writes the consensus, the other confirms it. Opening a conflict shows "
        "the votes; "
        "that they were shown is recorded, and from then on nobody can change a vote except through a "
        "resolution."
    )

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="conflicts")
        yield Static(markup=False, id="next")

    def renew(self) -> None:
        mine = [c for c in settling.conflicts(self.review) if c.role in PARTS]
        titles = {t.record: t for t in records.titles(self.review)} if mine else {}
        lines = [
            Line(
                f"{c.stage.value}:{c.record}",
                f"{c.stage.label:<14}  {titles[c.record].line}",
                mark="~" if c.role == "wait" else "!",
                tail=PARTS[c.role],
                quiet=c.role == "wait",
            )
            for c in mine
        ]
        self.query_one(LineList).show(lines)
        self.workbench.count(self.PLACE, sum(c.role != "wait" for c in mine))
        head = (
            f"{len(mine)} conflict{'' if len(mine) == 1 else 's'}" if mine else "No conflict waits for you."
        )
        self.query_one("#progress", Static).update(Content(head).stylize("bold"))
        hint = (
            "enter opens a conflict; it asks first, because the votes are shown"
            if mine
            else "Conflicts appear when every voter has voted on a record and they differ. Until then the ball "
            "is with the voters."
        )
        self.query_one("#next", Static).update(Content(hint).stylize("$quiet"))

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        stage_id, _, record = event.line.key.partition(":")
        stage = Stage(stage_id)

        def answer(yes: bool | None) -> None:
            if yes:
                with self.telling():
                    view = settling.open_conflict(self.review, record, stage)
                    self.app.push_screen(ConflictScreen(view))

        self.app.push_screen(
            AskDialog(
                "Show the votes on this record? That they were shown to you is recorded and cannot be "
                "undone; "
                "from then on a vote changes only through a resolution.",
            ),
            answer,
        )


class ConflictScreen(ReviewScreen):
    """One opened conflict."""

    PLACE = "conflict"
    road = "conflicts"
    EXPLAIN = (
        "The record, and what each voter said of it. i or e decides, then one line says why. An "
        "adjudicator's "
        "decision stands at once; a voter's is a proposal of a consensus, which another voter confirms "
        "with a."
    )
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "i", "settle('include')", "include", id="conflict.include", tooltip="Settle: include, then why"
        ),
        Binding(
            "e", "settle('exclude')", "exclude", id="conflict.exclude", tooltip="Settle: exclude, then why"
        ),
        Binding("a", "agree", "agree", id="conflict.agree", tooltip="Confirm the other voter's consensus"),
        Binding(
            "c", "criteria", "criteria", id="conflict.criteria", tooltip="The criteria and reasons in full"
        ),
        Binding("h", "highlights", "marks", id="conflict.highlights", tooltip="Highlight terms on or off"),
        Binding(
            "space,pagedown",
            "page(1)",
            "more",
            id="conflict.page_down",
            key_display="space",
            tooltip="Next page",
        ),
        Binding("pageup", "page(-1)", "page up", id="conflict.page_up", show=False, tooltip="Page before"),
        Binding("down", "scroll(1)", "down", id="conflict.down", show=False, tooltip="One line down"),
        Binding("up", "scroll(-1)", "up", id="conflict.up", show=False, tooltip="One line up"),
    ]

    def __init__(self, view: ConflictView) -> None:
        super().__init__()
        self._view = view

    def body(self) -> Iterator[Widget]:
        view = self._view
        yield Static(Content(f"conflict at {view.stage.label}").stylize("bold"), id="progress")
        yield Reader(Highlighter(self.review.protocol.criteria))
        with Horizontal(id="votes-side"):
            for vote in view.votes:
                yield Static(self._vote(vote), classes="vote")
        yield Static(self._part(), id="next")

    def on_mount(self) -> None:
        self.query_one(Reader).show(self._view.card)

    def _vote(self, vote: CastVote) -> Content:
        person = self.review.protocol.reviewer(vote.reviewer)
        reasons = {r.id: r.label for r in self.review.protocol.reasons[self._view.stage]}
        who = f"{vote.reviewer}, {person.name}" if person else vote.reviewer
        lines = [
            Content(plain(who)).stylize("bold"),
            Content(f"{MARKS[vote.vote]} {vote.vote.value}").stylize(f"bold {STYLES[vote.vote]}"),
        ]
        if vote.reason:
            lines.append(Content(f"reason: {plain(reasons.get(vote.reason, vote.reason))}"))
        lines.append(
            Content(f"note: {plain(vote.note)}") if vote.note else Content("no note").stylize("$quiet")
        )
        return Content("\n").join(lines)

    def _part(self) -> Content:
        proposal = self._view.proposal
        if self._view.role == "adjudicate":
            return Content("You did not vote: you decide. i include, e exclude.")
        if proposal is None:
            return Content(
                "You voted: i or e proposes a consensus; it stands when another voter confirms it."
            )
        reason = f", {plain(proposal['reason'])}" if proposal["reason"] else ""
        words = (
            f"{plain(proposal['actor'])} proposes: {MARKS[Vote(proposal['outcome'])]} "
            f"{proposal['outcome']}{reason}. "
            f"Why: {plain(proposal['why'])}"
        )
        tail = (
            "  a agrees; i or e proposes otherwise."
            if self._view.role == "confirm"
            else "  It waits for the other."
        )
        return Content.assemble((words, "bold"), tail)

    def action_settle(self, choice: str) -> None:
        outcome = Vote(choice)
        if outcome is Vote.EXCLUDE and self._view.stage is Stage.FULL_TEXT:
            reasons = self.review.protocol.reasons[Stage.FULL_TEXT]

            def answer(why: Why | None) -> None:
                if why is not None:
                    self._ask_why(outcome, why.reason)

            self.app.push_screen(ReasonDialog(reasons, needed=True), answer)
        else:
            self._ask_why(outcome, None)

    def _ask_why(self, outcome: Vote, reason: str | None) -> None:
        def answer(why: str | None) -> None:
            if why is not None:
                with self.telling():
                    self._settle(outcome, reason, why)

        self.app.push_screen(LineDialog(f"{outcome.value.capitalize()}: why?", needed=True), answer)

    def _settle(self, outcome: Vote, reason: str | None, why: str, *, confirm: bool = False) -> None:
        how = "adjudication" if self._view.role == "adjudicate" else "consensus"
        settling.resolve(
            self.review,
            self._view.card.record,
            self._view.stage,
            outcome,
            how=how,
            why=why,
            reason=reason,
            confirm=confirm,
        )
        if how == "adjudication" or confirm:
            done = f"settled: {outcome.value}"
        else:
            done = f"proposed: {outcome.value}; another voter confirms it"
        self.app.pop_screen()
        self.workbench.tell("+", done)

    def action_agree(self) -> None:
        proposal = self._view.proposal
        if proposal is not None:
            self._settle(Vote(proposal["outcome"]), None, "", confirm=True)

    def action_criteria(self) -> None:
        protocol = self.review.protocol
        parts = [criteria_content(protocol.criteria), reasons_content(protocol.reasons[self._view.stage])]
        self.app.push_screen(CriteriaDialog(Content("\n\n").join(parts)))

    def action_highlights(self) -> None:
        self.query_one(Reader).toggle_highlights()

    def action_page(self, by: int) -> None:
        self.query_one(Reader).scroll_pages(by)

    def action_scroll(self, by: int) -> None:
        self.query_one(Reader).scroll_lines(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "agree":
            return True if self._view.role == "confirm" else None
        if action == "settle":
            return None if self._view.role == "wait" else True
        return True
