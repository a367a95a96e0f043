"""One line for what was done or went wrong; it stays until the next key, and in the log."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from screener.tui.text import plain

STYLES = {"!": "bold $conflict", "+": "$include", "~": "$maybe"}


class MessageLine(Static):
    def __init__(self) -> None:
        super().__init__(markup=False)
        self.text = ""
        self.display = False

    def say(self, mark: str, text: str) -> None:
        self.text = f"{mark} {plain(text)}"
        self.display = True
        self.update(Content(self.text).stylize(STYLES.get(mark, "$quiet")))

    def clear(self) -> None:
        if self.text:
            self.text = ""
            self.display = False
            self.update("")
