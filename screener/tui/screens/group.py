"""A record of several citations: who is in it and why, each beside the one that is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.steps import deduplication, duplicate_groups
from screener.steps.duplicate_groups import Member
from screener.tui.pair_text import pair_text
from screener.tui.screens.base import ReviewScreen
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList


class GroupScreen(ReviewScreen):
    """The citations of one record, with the way out of it."""

    PLACE = "merge"
    road = "duplicates"
    EXPLAIN = (
        "The citations of one record; * marks the one that is shown to reviewers. Under the list stands why the one "
        "under the cursor is part of it, and its fields beside those of the one shown. x takes it out: it becomes "
        "different from every other member, and votes stay with the citation they were cast on. u takes that back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "split", "split out", id="group.split", tooltip="Take this citation out of the record"),
        Binding("u", "undo", "undo", id="group.undo", tooltip="Take back what you split out here"),
        Binding("space", "page(1)", "more", id="group.page_down", tooltip="More of the fields"),
    ]

    def __init__(self, citation: str) -> None:
        super().__init__()
        self._citation = citation
        self._members: list[Member] = []
        self._parted: list[tuple[str, list[str]]] = []

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="members")
        yield VerticalScroll(
            Static(markup=False, id="engine"),
            Static(markup=False, id="pair"),
            can_focus=False,
            id="pair-scroll",
        )

    def renew(self) -> None:
        self._members = duplicate_groups.members_of(self.review, self._citation)
        count = len(self._members)
        head = f" · {count} citations" if count > 1 else " · this citation is a record of its own"
        self.query_one("#progress", Static).update(Content.assemble(("record", "bold"), head))
        self.query_one(LineList).show([_line(n, member) for n, member in enumerate(self._members)])
        self._draw()

    @property
    def _under(self) -> Member:
        return self._members[min(self.query_one(LineList).cursor, len(self._members) - 1)]

    def _draw(self) -> None:
        under, shown = self._under, self._members[0]
        other = shown if not under.shown or len(self._members) == 1 else self._members[1]
        left, right = (under, other) if under.shown else (shown, under)
        why = "\n".join(plain(line) for line in under.why)
        self.query_one("#engine", Static).update(Content(why).stylize("$maybe"))
        table = pair_text(left.fields, right.fields, self.app.size.width - 4)
        self.query_one("#pair", Static).update(table)
        self.query_one("#pair-scroll").scroll_home(animate=False)
        self.show_keys()

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        self._draw()

    def on_resize(self) -> None:
        if self._members:
            self._draw()

    def action_page(self, by: int) -> None:
        box = self.query_one("#pair-scroll")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)

    def action_split(self) -> None:
        under = self._under
        others = [m.citation for m in self._members if m.citation != under.citation]
        with self.telling():
            deduplication.split(self.review, under.citation)
            self._parted.append((under.citation, others))
            self._citation = others[0]
            self.renew()
            self.say("+", f"split out: {plain(under.name)} is a record of its own now; u takes it back")

    def action_undo(self) -> None:
        citation, others = self._parted.pop()
        with self.telling():
            for other in others:
                deduplication.take_back(self.review, citation, other)
            self.renew()
            self.say("+", "your word is taken back")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "split":
            return True if len(self._members) > 1 else None
        if action == "undo":
            return True if self._parted else None
        return True


def _line(number: int, member: Member) -> Line:
    fields = member.fields
    author = (fields.authors[0] if fields.authors else "").partition(",")[0]
    parts = (author, str(fields.year or ""), plain(fields.journal), plain(fields.title))
    return Line(
        str(number),
        "  ".join(part for part in (plain(member.name), *parts) if part),
        mark="*" if member.shown else " ",
        tail="shown" if member.shown else "",
    )
