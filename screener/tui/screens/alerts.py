"""Alerts: what happened to papers after they came in, and who has seen to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.steps import alerts, records
from screener.tui.screens.base import ReviewScreen
from screener.tui.screens.dialogs import AskDialog, CriteriaDialog
from screener.tui.text import plain
from screener.tui.widgets.line_list import Line, LineList

_MARKS = {"retraction": "!", "concern": "!", "erratum": "~", "changed": "~", "gone": "?"}


class AlertsScreen(ReviewScreen):
    PLACE = "alerts"
    EXPLAIN = (
        "Retractions, expressions of concern and errata of papers that the review has; records that read "
        "differently from the version that was judged; records that a search does not return any more. "
        "Nothing that was decided is changed by them. Say of each that it was seen to."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "see", "seen to", id="alerts.see", tooltip="This alert has been seen to"),
    ]

    def body(self) -> Iterator[Widget]:
        yield Static(markup=False, id="progress")
        yield LineList(id="alerts")

    def renew(self) -> None:
        self._alerts = {alert.id: alert for alert in alerts.alerts(self.review)}
        titles = {each.record: each.line for each in records.titles(self.review)} if self._alerts else {}
        self._titles = titles
        lines = []
        for alert in self._alerts.values():
            touched = f"{alert.study}, {len(alert.effects)} effects" if alert.study else ""
            tail = touched if alert.open else f"seen to by {alert.seen_by}"
            text = f"{alert.kind:<10}  {plain(titles.get(alert.record, alert.record))}"
            mark = _MARKS[alert.kind] if alert.open else " "
            lines.append(Line(alert.id, text, mark=mark, tail=plain(tail), quiet=not alert.open))
        self.query_one(LineList).show(lines)
        waiting = sum(alert.open for alert in self._alerts.values())
        head = f"{waiting:,} of {len(lines):,} alerts are open" if lines else "No alerts."
        self.query_one("#progress", Static).update(Content(head).stylize("bold"))
        self.workbench.count("alerts", waiting)

    def on_line_list_opened(self, event: LineList.Opened) -> None:
        self.app.push_screen(CriteriaDialog(self._text(self._alerts[event.line.key])))

    def _text(self, alert: alerts.Alert) -> Content:
        parts: list[Any] = [(plain(self._titles.get(alert.record, "")), "bold"), "\n\n"]
        parts.append(plain(f"{alert.kind}: {alert.text}\n"))
        if alert.study:
            parts.append(plain(f"study {alert.study}; effects: {', '.join(alert.effects) or 'none yet'}\n"))
        for change in alert.changes:
            parts += ["\n", (change.field, "bold" if change.material else ""), "\n"]
            parts += [plain(f"- {_shown(change.before)}\n+ {_shown(change.after)}\n")]
        if not alert.open:
            parts.append(
                plain(f"\nseen to by {alert.seen_by} on {(alert.seen_at or '')[:10]}. {alert.note or ''}")
            )
        return Content.assemble(*parts)

    def action_see(self) -> None:
        line = self.query_one(LineList).current
        alert = self._alerts.get(line.key) if line else None
        if alert is None or not alert.open:
            self.say("~", "no open alert under the cursor")
            return

        def answer(yes: bool | None) -> None:
            if yes:
                alerts.see(self.review, alert.id)
                self.renew()
                self.say("+", f"{alert.kind}: seen to")

        self.app.push_screen(AskDialog(plain(f"Has this {alert.kind} been seen to?")), answer)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(getattr(each, "kind", None) or str(each) for each in value) or "(nothing)"
    return "(nothing)" if value is None else str(value)
