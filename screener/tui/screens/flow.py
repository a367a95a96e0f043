"""The PRISMA flow in text: boxes with arrows between; a box that does not add up is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.widget import Widget
from textual.widgets import Static

from screener.steps import flow as flow_step
from screener.tui.flow_text import flow_text
from screener.tui.screens.base import ReviewScreen


class FlowScreen(ReviewScreen):
    PLACE = "flow"
    EXPLAIN = (
        "The flow of the review as PRISMA 2020 draws it, counted from the ledger at this moment as you "
        "may see it: "
        "closed record-stages and your own votes. A box marked ! does not add up, with the two numbers."
    )
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down", "scroll(0, 1)", "scroll", id="flow.down", key_display="←↑↓→", tooltip="One line down"
        ),
        Binding("up", "scroll(0, -1)", "up", id="flow.up", show=False, tooltip="One line up"),
        Binding("left", "scroll(-8, 0)", "left", id="flow.left", show=False, tooltip="To the left"),
        Binding("right", "scroll(8, 0)", "right", id="flow.right", show=False, tooltip="To the right"),
        Binding(
            "space,pagedown", "page(1)", "more", id="flow.page_down", key_display="space", tooltip="Next page"
        ),
        Binding("pageup", "page(-1)", "page up", id="flow.page_up", show=False, tooltip="Page before"),
        Binding("r", "read", "refresh", id="flow.refresh", tooltip="Count again now"),
    ]

    def body(self) -> Iterator[Widget]:
        yield ScrollableContainer(Static(markup=False, id="diagram"), can_focus=False, id="flow")

    def renew(self) -> None:
        flow = flow_step.flow(self.review)
        self.query_one("#diagram", Static).update(flow_text(flow, self.app.size.width - 4))

    def on_resize(self) -> None:
        with self.telling():
            self.renew()

    def action_scroll(self, x: int, y: int) -> None:
        self.query_one("#flow").scroll_relative(x=x, y=y, animate=False)

    def action_page(self, by: int) -> None:
        box = self.query_one("#flow")
        box.scroll_relative(y=by * max(1, box.size.height - 1), animate=False)

    def action_read(self) -> None:
        self.renew()
        self.say("+", "counted again")
