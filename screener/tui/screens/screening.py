"""The screening desk: one record at a time, one key a vote. What full text has more stands in `fulltext`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.model.errors import ReviewError
from screener.model.protocol import Reason, Role
from screener.model.screening import CastVote, Stage, Vote
from screener.screening import ALLOWED, Highlighter
from screener.steps import screening, stopping
from screener.steps.arranging import ORDERS, Arrangement
from screener.tui.draft import Draft
from screener.tui.pace import Pace, lasting, sitting_content
from screener.tui.screens.desk_dialogs import MarksDialog, SittingDialog, marks_content
from screener.tui.screens.desk_queue import DeskQueue
from screener.tui.screens.dialogs import CriteriaDialog, LineDialog, ReasonDialog, Why
from screener.tui.stop_text import stop_told
from screener.tui.text import plain, vote_words
from screener.tui.widgets.criteria import criteria_content, folded_content, reasons_content
from screener.tui.widgets.reader import Reader

VOTES = {"include": Vote.INCLUDE, "exclude": Vote.EXCLUDE, "maybe": Vote.MAYBE}


class ScreeningScreen(DeskQueue):
    """The desk of one stage for the person of the review."""

    PLACE = "screen"
    EXPLAIN = (
        "You read one record and give it one vote; the next one follows at once, and the vote is on "
        "disk before "
        "it is drawn. Nobody sees it until the other voters have voted on the record too, and you see "
        "nothing "
        "of theirs. A digit excludes with that reason; e asks for it, E asks nothing. n, p and l put a note, PICOS "
        "marks and labels beside your vote. u takes your last vote back; j and k walk without voting, and what you "
        "skip comes back at the end. o changes the order, f shows only what has your words; the rest waits on. "
        "To change an older vote, find it with / or in your votes (y), and vote again."
    )
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "vote('include')", "include", id="desk.include", tooltip="Include this record"),
        Binding("e", "exclude", "exclude", id="desk.exclude", tooltip="Exclude; then a digit, or enter"),
        *(
            Binding(
                str(n),
                f"reason({n})",
                "why" if n == 1 else f"reason {n}",
                id=f"desk.reason_{n}",
                show=n == 1,
                key_display="1-9" if n == 1 else None,
                tooltip=f"Exclude at once with reason {n}",
            )
            for n in range(1, 10)
        ),
        Binding(
            "E",
            "vote('exclude')",
            "exclude at once",
            id="desk.exclude_at_once",
            show=False,
            tooltip="Exclude without a reason, asking nothing (not at full text)",
        ),
        Binding("m", "vote('maybe')", "maybe", id="desk.maybe", tooltip="Maybe: let it pass to full text"),
        Binding("n", "note", "note", id="desk.note", tooltip="Write a note; it goes with your vote"),
        Binding("p", "marks", "picos", id="desk.marks", tooltip="Mark each PICOS element: yes, no, unclear"),
        Binding("l", "labels", "label", id="desk.labels", tooltip="Your own labels; they go with your vote"),
        Binding("u", "undo", "undo", id="desk.undo", tooltip="Take back your last vote"),
        Binding("j", "walk(1)", "next", id="desk.next", tooltip="Next record without voting"),
        Binding("k", "walk(-1)", "back", id="desk.back", tooltip="Record before, without voting"),
        Binding(
            "slash,enter",
            "find",
            "find",
            id="desk.find",
            key_display="/",
            tooltip="Find a record by words or PMID",
        ),
        Binding("o", "order", "order", id="desk.order", tooltip="The order of your queue"),
        Binding("f", "filter", "filter", id="desk.filter", tooltip="Only records that have some words"),
        Binding("S", "sitting", "pace", id="desk.sitting", tooltip="This sitting: votes, pace, time left"),
        Binding("y", "votes", "votes", id="desk.votes", tooltip="Your own votes, newest first"),
        Binding("c", "criteria", "criteria", id="desk.criteria", tooltip="The criteria and reasons in full"),
        Binding("h", "highlights", "marks", id="desk.highlights", tooltip="Highlight terms on or off"),
        Binding(
            "space,pagedown",
            "page(1)",
            "more",
            id="desk.page_down",
            key_display="space",
            tooltip="Abstract: next page",
        ),
        Binding(
            "pageup", "page(-1)", "page up", id="desk.page_up", show=False, tooltip="Abstract: page before"
        ),
        Binding("down", "scroll(1)", "down", id="desk.down", show=False, tooltip="Abstract: one line down"),
        Binding("up", "scroll(-1)", "up", id="desk.up", show=False, tooltip="Abstract: one line up"),
    ]

    def __init__(self, stage: Stage, record: str | None = None) -> None:
        super().__init__(stage, record)
        self._own: CastVote | None = None
        # What the desk was drawn by: a vote means these reasons and no others.
        self._reasons: Sequence[Reason] = ()
        self._under: str | None = None

    # What stands on the screen -----------------------------------------------------------------

    def body(self) -> Iterator[Widget]:
        protocol = self.review.protocol
        self._reasons, self._under = protocol.reasons[self.stage], self.review.protocol_id
        self._pace = self.workbench.paces.setdefault(self.stage, Pace(self.workbench.clock))
        self._pace.rest()
        self._how = self.workbench.arranged.get(self.stage, Arrangement())
        yield Static(markup=False, id="progress")
        with Horizontal(id="desk"):
            yield Reader(Highlighter(protocol.criteria))
            with Vertical(id="asked"):
                yield VerticalScroll(
                    Static(criteria_content(protocol.criteria)), can_focus=False, id="criteria"
                )
                yield Static(Content("why not (c: all criteria)").stylize("$quiet"), id="why")
                yield Static(reasons_content(self._reasons), id="reasons")
        yield Static(markup=False, id="folded")

    def _follow_protocol(self) -> None:
        """Draw what another protocol asks, if one has been adopted since."""
        if self.review.protocol_id == self._under:
            return
        protocol = self.review.protocol
        self._reasons, self._under = protocol.reasons[self.stage], self.review.protocol_id
        self.query_one("#criteria Static", Static).update(criteria_content(protocol.criteria))
        self.query_one("#reasons", Static).update(reasons_content(self._reasons))
        self.query_one(Reader).highlight(Highlighter(protocol.criteria))
        self.on_resize()

    def on_resize(self) -> None:
        criteria = self.review.protocol.criteria
        folded = folded_content(criteria, self._reasons, self.app.size.width - 2)
        self.query_one("#folded", Static).update(folded)

    @property
    def voter(self) -> bool:
        me = self.review.me
        return me is not None and Role.SCREENER in me.roles

    def renew(self) -> None:
        self.review.refresh()
        self._follow_protocol()
        if not self.voter:
            self._order = self._card = None
            self.query_one(Reader).show_nothing(self._not_yours())
            self.show_keys()
            return
        self._lay_queue()

    def _draw(self) -> None:
        """Read the record on the desk and draw it."""
        reader = self.query_one(Reader)
        self._card = self._laid()
        record = self.record
        if record is None or self._card is None:
            self._own = None
            reader.show_nothing(self._nothing_waits())
        else:
            self._own = screening.own_vote(self.review, record, self.stage)
            reader.show(self._card)
            self._pace.start()
        self._draw_progress()
        self.show_keys()

    def _draw_progress(self) -> None:
        left = self._order.left if self._order is not None else 0
        hidden = max(0, self._waiting - left)
        if not self._reading:
            self.workbench.count(self.PLACE, left + hidden)
        pace = self._pace.seconds_each
        parts = [
            "reading the queue" if self._reading else f"{left:,} left",
            f"{self._pace.votes} this session",
        ]
        if pace is not None:
            parts.append(f"{pace:.0f} s each")
            if self.app.size.width >= 100 and not self._reading:
                parts.append(f"{lasting(pace * left)} left")
        if self._how.order == "ranked":
            parts.append(self._ranking_words())
        elif self._how.order != "queue":
            parts.append(ORDERS[self._how.order].partition(",")[0])
        if self._how.words:
            parts.append(f"with '{plain(self._how.words)}'; {hidden:,} more wait")
        line = Content.assemble((self.stage.label, "bold"), "  ", " · ".join(parts))
        if self.record is not None:
            line = line.append(self._standing())
        self.query_one("#progress", Static).update(line)

    def _standing(self) -> Content:
        """What this person has said of the record so far."""
        parts: list[Content] = []
        if self._own is not None:
            parts.append(Content(f"your vote: {plain(vote_words(self._own, self._reasons))}").stylize("bold"))
        if changes := self._differs.get(self.record or ""):
            names = ", ".join(change.field for change in changes if change.material)
            parts.append(Content(f"~ reads differently since: {names}").stylize("bold $maybe"))
        draft = self._draft()
        if draft.marks:
            parts.append(marks_content(draft.marks))
        if draft.labels:
            parts.append(Content(f"labels: {plain(', '.join(draft.labels))}").stylize("$maybe"))
        if draft.note:
            parts.append(Content(f"note: {plain(draft.note)}").stylize("$maybe"))
        return Content("").join(Content("   ").append(part) for part in parts)

    def _not_yours(self) -> Content:
        me = self.review.me
        if me is not None and not me.active:
            return Content(
                f"{me.id} has left the review. What {me.id} said counts on; nothing can be added to it."
            )
        who = f"{me.id} is {', '.join(sorted(me.roles))}" if me else "It is not known who you are (--as ID)"
        screeners = ", ".join(r.id for r in self.review.protocol.with_role(Role.SCREENER))
        return Content(
            f"{who}; the records are read by the screeners ({screeners}).\n\n"
            "Conflicts that you can settle are under Conflicts (g c)."
        )

    def _nothing_waits(self) -> Content:
        overview = screening.overview(self.review)
        others = ", ".join(
            f"{r.id} ({r.name})"
            for r in self.review.protocol.with_role(Role.SCREENER)
            if r.id != self.review.viewer
        )
        head = Content(f"Nothing waits for you at {self.stage.label}.").stylize("bold")
        if self.stage is Stage.FULL_TEXT and not overview.eligible[self.stage]:
            rest = (
                "Records come here when every voter has let them pass at title/abstract, or when a conflict "
                "was settled so."
            )
        elif not overview.eligible[self.stage]:
            rest = "The review has no records yet: `screener search run` or `screener import` brings them."
        else:
            rest = (
                f"You have voted on {overview.voted[self.stage]:,} records. The other screeners have "
                f"the ball: {others}. "
                "Records on which you differ appear under Conflicts (g c)"
                + ("; those that pass, under Full text (g f)." if self.stage is Stage.TITLE_ABSTRACT else ".")
            )
        tail = "y shows your votes, u takes the last one back, k goes back to the record before."
        return Content("\n\n").join([head, Content(rest), Content(tail).stylize("$quiet")])

    # Votes ------------------------------------------------------------------------------------------

    def _draft(self) -> Draft:
        """What goes with the next vote: as drafted, else as in the own vote."""
        return self.workbench.drafts.get((self.stage, self.record or ""), Draft()).over(self._own)

    def _write(self, **changes: Any) -> None:
        """Something is written beside the vote to come."""
        if self.record is not None:
            key = self.stage, self.record
            self.workbench.drafts[key] = replace(self.workbench.drafts.get(key, Draft()), **changes)
            self._draw_progress()

    def _cast(self, choice: Vote, reason: str | None) -> None:
        """On disk first; only then the next record."""
        record = self.record
        if record is None or self._order is None:
            return
        said = self._draft()
        try:
            screening.vote(
                self.review,
                record,
                self.stage,
                choice,
                reason=reason,
                note=said.note or None,
                marks=said.marks,
                labels=said.labels or (),
                shown=self._card,
                under=self._under,
            )
        except ReviewError:
            if self.review.protocol_id != self._under:
                self.renew()
            raise
        self.workbench.drafts.pop((self.stage, record), None)
        if record not in self._order.done and not self._reading:
            self._waiting -= 1
        self._voted.add(record)
        if record in self._reopened:
            self._reopened.remove(record)
        self.workbench.votes_changed(self.stage)
        self._pace.vote(choice)
        self._order.finish()
        self._pass_over()
        self._draw()

    def action_vote(self, choice: str) -> None:
        self._cast(VOTES[choice], None)

    def action_reason(self, number: int) -> None:
        self._cast(Vote.EXCLUDE, self._reasons[number - 1].id)

    def action_exclude(self) -> None:
        def answer(why: Why | None) -> None:
            if why is not None:
                with self.telling():
                    self._cast(Vote.EXCLUDE, why.reason)

        self.app.push_screen(ReasonDialog(self._reasons, needed=self.stage is Stage.FULL_TEXT), answer)

    def action_note(self) -> None:
        def answer(text: str | None) -> None:
            if text is not None:
                self._write(note=text)

        self.app.push_screen(LineDialog("Note; it goes with your vote", self._draft().note or ""), answer)

    def action_marks(self) -> None:
        def answer(marks: dict[str, str] | None) -> None:
            if marks is not None:
                self._write(marks=marks)

        criteria = self.review.protocol.criteria
        self.app.push_screen(MarksDialog(criteria, self._draft().marks or {}), answer)

    def action_labels(self) -> None:
        def answer(text: str | None) -> None:
            if text is not None:
                self._write(labels=tuple(dict.fromkeys(w.strip() for w in text.split(",") if w.strip())))

        known = screening.own_labels(self.review)
        hint = f" (so far: {', '.join(known[:12])})" if known else ""
        label = f"Labels of your own, with commas between them{hint}"
        self.app.push_screen(LineDialog(label, ", ".join(self._draft().labels or ())), answer)

    def action_undo(self) -> None:
        newest = screening.history(self.review, self.stage, limit=1)
        said = screening.own_vote(self.review, newest[0]["record_id"], self.stage) if newest else None
        record = screening.undo_last(self.review, self.stage)
        self._follow_protocol()
        if said is not None and (self.stage, record) not in self.workbench.drafts:
            # What stood beside the vote is not taken back with it.
            words = Draft(said.note, dict(said.marks) or None, said.labels or None)
            if words != Draft():
                self.workbench.drafts[self.stage, record] = words
        if self._order is not None:
            self._order.reopen(record)
        self._voted.discard(record)
        self._reopened.append(record)
        self.workbench.votes_changed(self.stage)
        self._waiting += 1
        self._pace.unvote()
        self._draw()
        self.say("+", "your vote on this record is taken back; it waits for you again")

    def action_sitting(self) -> None:
        left = self._order.left if self._order is not None else 0
        told = [sitting_content(self.stage, self._pace, left)]
        found = stop_told(self.review, self.stage)
        if found is not None:
            told.append(found.content)

        def answer(wanted: str | None) -> None:
            with self.telling():
                if wanted == "stop":
                    stopping.stop(self.review, self.stage)
                    self.say(
                        "+",
                        "noted: you stop here; S takes it back. What nobody read is left once all have stopped",
                    )
                elif wanted == "undo":
                    stopping.undo(self.review, self.stage)
                    self.say("+", "your stop is taken back; what it left waits again")
                if wanted is not None:
                    self._rearranged = True
                    self.renew()

        self.app.push_screen(SittingDialog(Content("\n\n").join(told), found), answer)

    def action_votes(self) -> None:
        from screener.tui.screens.votes import VotesScreen

        self.app.push_screen(VotesScreen(self))

    # Reading -----------------------------------------------------------------------------------------------

    def action_criteria(self) -> None:
        protocol = self.review.protocol
        content = Content("\n\n").join([criteria_content(protocol.criteria), reasons_content(self._reasons)])
        self.app.push_screen(CriteriaDialog(content))

    def action_highlights(self) -> None:
        reader = self.query_one(Reader)
        reader.toggle_highlights()
        self.say("+", "highlight terms are " + ("shown" if reader.highlights else "hidden"))

    def action_page(self, by: int) -> None:
        self.query_one(Reader).scroll_pages(by)

    def action_scroll(self, by: int) -> None:
        self.query_one(Reader).scroll_lines(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do nothing now are dim, and stay where they are."""
        if action == "vote":
            choice = VOTES[str(parameters[0])]
            # An exclusion at full text has a reason: e asks for it, a digit is one.
            allowed = choice in ALLOWED[self.stage] and (self.stage, choice) != (
                Stage.FULL_TEXT,
                Vote.EXCLUDE,
            )
            return True if allowed and self.record is not None else None
        if action == "reason":
            number = parameters[0]
            fits = isinstance(number, int) and number <= len(self._reasons)
            return True if fits and self.record is not None else None
        if action in {"exclude", "note", "marks", "labels"}:
            return True if self.record is not None else None
        if action in {"find", "votes", "undo", "walk", "order", "filter", "sitting"}:
            return True if self.voter else None
        return True
