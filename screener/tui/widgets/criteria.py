"""What the protocol asks of a record: criteria and exclusion reasons, wide or folded into lines."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from screener.model.protocol import Criterion, Reason
from screener.tui.screens.dialogs import reason_content
from screener.tui.text import flowing, plain, short_reason
from screener.tui.theme import LETTERS, NAMES, element_style


def criteria_content(criteria: Sequence[Criterion]) -> Content:
    """Every element with what lets in (+) and what keeps out (-)."""
    parts: list[Content] = []
    for each in criteria:
        style = f"bold {element_style(each.element)}"
        head = Content.assemble((LETTERS[each.element], style), "  ", (NAMES[each.element], style))
        lines = [head]
        if each.include:
            lines.append(Content.assemble(("+ ", "$include"), plain(each.include)))
        if each.exclude:
            lines.append(Content.assemble(("- ", "$exclude"), plain(each.exclude)))
        parts.append(Content("\n").join(lines))
    return Content("\n").join(parts)


def reasons_content(reasons: Sequence[Reason]) -> Content:
    return Content("\n").join([reason_content(n, r, r.label) for n, r in enumerate(reasons, 1)])


def folded_content(criteria: Sequence[Criterion], reasons: Sequence[Reason], width: int) -> Content:
    """For a narrow screen: the elements as a legend, and the reasons in a word or two."""
    legend = [
        Content.assemble(
            (LETTERS[c.element], f"bold {element_style(c.element)}"),
            " ",
            (NAMES[c.element], element_style(c.element)),
        )
        for c in criteria
    ]
    why = [reason_content(n, r, short_reason(r)) for n, r in enumerate(reasons, 1)]
    return Content("\n").join([flowing(legend, width), flowing(why, width)])
