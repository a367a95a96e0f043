"""One record: all fields, every citation with its versions and their differences, the raw entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from screener.steps import browse, records
from screener.tui.record_text import record_text, version_text
from screener.tui.screens.base import ReviewScreen
from screener.tui.text import plain


class RecordScreen(ReviewScreen):
    PLACE = "records"
    EXPLAIN = (
        "A record with all that its citations tell, the versions that searches returned and what differs "
        "between them. r shows the entries as their databases gave them."
    )
    AUTO_FOCUS = "#record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r", "raw", "raw entries", id="record.raw", tooltip="The entries as their databases gave them"
        ),
    ]

    def __init__(self, record: str) -> None:
        super().__init__()
        self._record = record
        self._raw = False

    def body(self) -> Iterator[Widget]:
        yield VerticalScroll(Static(markup=False, id="record-text"), id="record")

    def renew(self) -> None:
        self.query_one("#record-text", Static).update(self._raw_text() if self._raw else self._text())

    def _text(self) -> Content:
        parts: list[Any] = [record_text(self.review, self._record)]
        for source in records.card(self.review, self._record).sources:
            seen = browse.versions(self.review, source.citation)
            parts += ["\n", (plain(source.reference), "bold"), "\n"]
            for version in seen:
                parts.append(version_text(version))
        return Content.assemble(*parts)

    def _raw_text(self) -> Content:
        parts: list[Any] = []
        for source in records.card(self.review, self._record).sources:
            parts += [(plain(source.reference), "bold"), "\n"]
            parts += [plain(browse.raw_entry(self.review, source.citation)), "\n\n"]
        return Content.assemble(*parts)

    def action_raw(self) -> None:
        self._raw = not self._raw
        self.renew()
        self.query_one("#record").scroll_home(animate=False)
