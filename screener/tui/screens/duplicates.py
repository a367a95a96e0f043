"""The pair desk: citations that may be one record, two columns, one key each; and the merges done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.steps import deduplication, duplicate_groups
from screener.steps.deduplication import Pair
from screener.tui.pair_text import pair_text
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.group import GroupScreen
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList

SAID = {"same": "same", "different": "different", "ask": "cannot tell"}

_SCROLL_KEYS: list[BindingType] = [
    Binding(
        "space,pagedown", "page(1)", "more", id="pair.page_down", key_display="space", tooltip="Next page"
    ),
    Binding("pageup", "page(-1)", "page up", id="pair.page_up", show=False, tooltip="Page before"),
    Binding("down", "scroll(1)", "down", id="pair.down", show=False, tooltip="One line down"),
    Binding("up", "scroll(-1)", "up", id="pair.up", show=False, tooltip="One line up"),
]


class PairView(ReviewScreen):
    """A screen that shows one pair."""

    AUTO_FOCUS = ""

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield Static(markup=False, id="engine")
        yield VerticalScroll(Static(markup=False, id="pair"), can_focus=False, id="pair-scroll")

    @property
    def pair(self) -> Pair | None:
        raise NotImplementedError

    def draw_pair(self) -> None:
        pair = self.pair
        words = plain(pair.verdict.describe()) if pair is not None and pair.verdict is not None else ""
        self.query_one("#engine", Static).update(Content(words).stylize("$maybe"))
        table = (
            pair_text(pair.first, pair.second, self.app.size.width - 4)
            if pair is not None
            else self.nothing()
        )
        self.query_one("#pair", Static).update(table)

    def nothing(self) -> Content:
        return Content("")

    def on_resize(self) -> None:
        self.draw_pair()

    def action_page(self, by: int) -> None:
        box = self.query_one("#pair-scroll")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)

    def action_scroll(self, by: int) -> None:
        self.query_one("#pair-scroll").scroll_relative(y=by, animate=False)


class DuplicatesScreen(PairView):
    """Pairs that the engine was unsure of; the likeliest first."""

    PLACE = "duplicates"
    EXPLAIN = (
        "Two citations that the engine could not decide on, the likeliest pair first; the line above "
        "says why it "
        "asks. = marks a field that agrees, ~ one that differs. What you say is final for the engine, "
        "and you can "
        "take it back. l lists the merges done, where a citation can be split out of its record."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "judge('same')", "same", id="pair.same", tooltip="The same record: merge"),
        Binding("d", "judge('different')", "different", id="pair.different", tooltip="Two different records"),
        Binding("x", "judge('ask')", "cannot tell", id="pair.ask", tooltip="Cannot tell: leave them apart"),
        Binding("u", "undo", "undo", id="pair.undo", tooltip="Take back your last word of this session"),
        Binding("j", "walk(1)", "next", id="pair.next", tooltip="Next pair without judging"),
        Binding("k", "walk(-1)", "back", id="pair.back", tooltip="Pair before"),
        Binding(
            "o", "open", "record", id="pair.open", tooltip="The record that one of the two is in already"
        ),
        Binding("l", "merges", "merges", id="pair.merges", tooltip="The merges done; split a citation out"),
        *_SCROLL_KEYS,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[Pair] = []
        self._at = 0
        self._said: list[tuple[str, str]] = []
        self._in_record: str | None = None

    @property
    def pair(self) -> Pair | None:
        return self._pairs[self._at] if self._at < len(self._pairs) else None

    def renew(self) -> None:
        self._pairs = deduplication.waiting_pairs(self.review)
        self._at = min(self._at, max(0, len(self._pairs) - 1))
        self._draw()

    def _draw(self) -> None:
        self.workbench.count("duplicates", len(self._pairs))
        at = f"pair {self._at + 1} of {len(self._pairs):,}" if self._pairs else "no pair waits"
        said = f" · {len(self._said)} judged this session" if self._said else ""
        self.query_one("#progress", Static).update(
            Content.assemble(("duplicates", "bold"), f"  {at}{said}{self._sizes()}")
        )
        self.draw_pair()
        self.query_one("#pair-scroll").scroll_home(animate=False)
        self.show_keys()

    def _sizes(self) -> str:
        """Where a side is one of several citations already: what is said on the pair is said on all of them."""
        pair = self.pair
        self._in_record = None
        if pair is None:
            return ""
        sizes = [duplicate_groups.size_of(self.review, citation) for citation in (pair.a, pair.b)]
        if max(sizes) == 1:
            return ""
        self._in_record = (pair.a, pair.b)[sizes.index(max(sizes))]
        sides = zip(("left", "right"), sizes, strict=True)
        return " · " + ", ".join(f"{side} is one of {n} in its record" for side, n in sides if n > 1)

    def action_open(self) -> None:
        if self._in_record is not None:
            self.app.push_screen(GroupScreen(self._in_record))

    def nothing(self) -> Content:
        return Content(
            "No pair waits. After each import the engine compares what is new, and asks here when it is "
            "unsure.\n\nl lists the merges done. Screening goes on under Screen (g s)."
        )

    def action_judge(self, verdict: str) -> None:
        pair = self.pair
        if pair is None:
            return
        deduplication.judge(self.review, pair.a, pair.b, verdict)
        self._said.append((pair.a, pair.b))
        self.renew()
        if any(
            (pair.a, pair.b) in {(a, b) for _, _, a, b in c.said} for c in deduplication.clashes(self.review)
        ):
            self.say(
                "!",
                f"noted: {SAID[verdict]}; but people contradict each other here (l), so nothing is joined",
            )
        else:
            self.say("+", f"noted: {SAID[verdict]}; u takes it back")

    def action_undo(self) -> None:
        if not self._said:
            self.say("~", "nothing of this session to take back; l lists what was judged before")
            return
        a, b = self._said.pop()
        deduplication.take_back(self.review, a, b)
        self._pairs = deduplication.waiting_pairs(self.review)
        self._at = next((n for n, p in enumerate(self._pairs) if (p.a, p.b) == (a, b)), 0)
        self._draw()
        self.say("+", "taken back; the pair waits again")

    def action_walk(self, by: int) -> None:
        if 0 <= self._at + by < len(self._pairs):
            self._at += by
            self._draw()
        else:
            self.say("~", "no pair further on" if by > 0 else "this is the first pair")

    def action_merges(self) -> None:
        self.app.push_screen(MergesScreen())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"judge", "walk"}:
            return True if self.pair is not None else None
        if action == "undo":
            return True if self._said else None
        if action == "open":
            return True if self._in_record is not None else None
        return True


class MergesScreen(ReviewScreen):
    """Records of several citations, by the engine or by a person; pairs that a person parted or could not tell; and
    where people contradict each other."""

    PLACE = "merges"
    road = "duplicates"
    EXPLAIN = (
        "What was merged, by the engine or by a person, a record a line; the pairs that a person called different or "
        "could not tell; and with ! where people contradict each other: nothing of such a chain is joined until one "
        "of them takes a word back. Enter shows the citations; there one can be taken out of its record."
    )

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[duplicate_groups.GroupLine] = []
        self._parted: list[Pair] = []

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="merges")

    def renew(self) -> None:
        self._groups = duplicate_groups.groups(self.review)
        self._parted = deduplication.parted(self.review)
        names = deduplication.citation_names(self.review)
        lines = [
            Line(
                "!",
                plain(
                    "people contradict each other: "
                    + "; ".join(
                        f"{who} says {said} of {names[a]} and {names[b]}" for who, said, a, b in each.said
                    )
                ),
                mark="!",
                tail="not joined",
            )
            for each in deduplication.clashes(self.review)
        ]
        lines += [
            Line(
                f"g{n}",
                plain(group.title) or "(no title)",
                mark="=",
                tail=f"{group.count} citations, {', '.join(group.by) or 'engine'}",
            )
            for n, group in enumerate(self._groups)
        ]
        lines += [
            Line(
                f"p{n}",
                f"{plain(pair.first.title)}  ~  {plain(pair.second.title)}",
                mark="-" if pair.said == "different" else "~",
                tail=f"{SAID[pair.said or 'different']}, {pair.by}",
            )
            for n, pair in enumerate(self._parted)
        ]
        head = (
            f"{len(self._groups):,} records of several citations (=), {len(self._parted):,} pairs parted (-)"
            if lines
            else "Nothing was merged yet."
        )
        self.query_one("#progress", Static).update(Content(head).stylize("bold"))
        self.query_one(LineList).show(lines)

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        if event.line.key == "!":
            self.say(
                "~", "whoever said so takes a word back: on the pair (u), or with `screener duplicates judge`"
            )
            return
        kind, number = event.line.key[0], int(event.line.key[1:])
        if kind == "g":
            self.app.push_screen(GroupScreen(self._groups[number].record))
        else:
            self.app.push_screen(PartedScreen(self._parted[number]))


class PartedScreen(PairView):
    """A pair that a person called different, and the way back."""

    PLACE = "parted"
    road = "duplicates"
    EXPLAIN = (
        "Two citations that a person called different: no record may hold both. u takes your own word back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "undo", id="parted.undo", tooltip="Take back your own word on this pair"),
        *_SCROLL_KEYS,
    ]

    def __init__(self, pair: Pair) -> None:
        super().__init__()
        self._pair = pair
        self._withdrawn = False

    @property
    def pair(self) -> Pair | None:
        return self._pair

    def renew(self) -> None:
        said = SAID[self._pair.said or "different"]
        by = "your word is taken back" if self._withdrawn else f"{said}, says {self._pair.by}"
        self.query_one("#progress", Static).update(Content.assemble(("parted", "bold"), f" · {plain(by)}"))
        self.draw_pair()
        self.show_keys()

    def action_undo(self) -> None:
        deduplication.take_back(self.review, self._pair.a, self._pair.b)
        self._withdrawn = True
        self.renew()
        self.say("+", "your word is taken back; the engine's holds again")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return True if self._pair.by == self.review.viewer and not self._withdrawn else None
        return True
