"""The PRISMA flow on the screen: `handoff.flow_text` with what is open and what fails in colour."""

from __future__ import annotations

from textual.content import Content, Span

from screener.handoff import flow_text as drawn
from screener.handoff.flow import Flow
from screener.tui.text import plain


def flow_text(flow: Flow, width: int) -> Content:
    """The diagram, `width` cells wide."""
    lines = [plain(line) for line in drawn.flow_text(flow, width).split("\n")]
    head = lines.index("") if flow.provisional else 0
    spans: list[Span] = []
    at = 0
    for n, line in enumerate(lines):
        if "! " in line:
            spans.append(Span(at + line.index("! "), at + len(line.rstrip(" │")), "bold $conflict"))
        elif n < head:
            spans.append(Span(at, at + len(line), "bold $maybe"))
        at += len(line) + 1
    return Content("\n".join(lines), spans)
