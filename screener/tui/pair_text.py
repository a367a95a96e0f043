"""Two citations side by side: the same field on the same row, what differs marked, what agrees dim."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from textual.content import Content, Span

from screener.model.citation import Citation
from screener.steps.flow import LABELS
from screener.tui.text import plain

DIFFERS = "bold underline $differs"
SHORT = 40  # up to here letters are compared, beyond it words
ALIKE = 0.5  # texts with less in common are marked whole
LABEL = 11


def rows(first: Citation, second: Citation) -> list[tuple[str, str, str]]:
    """Label and both values of each field that at least one citation has."""

    def both(label: str, one: str | None, other: str | None) -> tuple[str, str, str]:
        return label, plain(one).strip(), plain(other).strip()

    def names(values: tuple[str, ...]) -> str:
        return "; ".join(values)

    found = [
        both("source", _source(first), _source(second)),
        both("title", first.title, second.title),
        both("authors", names(first.authors), names(second.authors)),
        both("journal", first.journal, second.journal),
        both("year", str(first.year or ""), str(second.year or "")),
        both("volume", first.volume, second.volume),
        both("issue", first.issue, second.issue),
        both("pages", first.pages, second.pages),
        both("doi", first.doi, second.doi),
        both("PMID", first.pmid, second.pmid),
        both("registry", names(first.registry_ids), names(second.registry_ids)),
        both("types", names(first.publication_types), names(second.publication_types)),
        both("language", first.language, second.language),
        both("abstract", first.abstract, second.abstract),
    ]
    return [row for row in found if row[1] or row[2]]


def _source(citation: Citation) -> str:
    name = LABELS.get(citation.source, citation.source)
    return f"{name}:{citation.source_key}" if citation.source_key else name


def compared(one: str, other: str) -> tuple[Content, Content]:
    """Both texts with the parts marked that the other lacks; case aside."""
    if not one or not other:
        return Content(one), Content(other)
    pattern = r"(?s)." if max(len(one), len(other)) <= SHORT else r"\w+|\W"
    left, right = re.findall(pattern, one), re.findall(pattern, other)
    matcher = SequenceMatcher(
        None, [t.casefold() for t in left], [t.casefold() for t in right], autojunk=False
    )
    spans: tuple[list[Span], list[Span]] = ([], [])
    ends = ([0], [0])
    for tokens, end in zip((left, right), ends, strict=True):
        for token in tokens:
            end.append(end[-1] + len(token))
    codes = matcher.get_opcodes()
    if matcher.ratio() < ALIKE:
        codes = [("replace", 0, len(left), 0, len(right))]
    for tag, i1, i2, j1, j2 in codes:
        if tag != "equal":
            for side, start, stop in ((0, i1, i2), (1, j1, j2)):
                if stop > start:
                    spans[side].append(Span(ends[side][start], ends[side][stop], DIFFERS))
    return Content(one, spans[0]), Content(other, spans[1])


def pair_text(first: Citation, second: Citation, width: int) -> Content:
    """The table, `width` cells wide: '=' agrees, '~' differs, blank where one of the two is silent."""
    column = max(12, (width - LABEL - 5) // 2)
    lines: list[Content] = []
    for label, one, other in rows(first, second):
        same = one.casefold() == other.casefold()
        mark = "=" if same else ("~" if one and other and label != "source" else " ")
        plainly = same or label == "source"
        left, right = (Content(one), Content(other)) if plainly else compared(one, other)
        if not one:
            left = Content("(none)").stylize("$quiet")
        if not other:
            right = Content("(none)").stylize("$quiet")
        cells = _wrapped(left, column), _wrapped(right, column)
        for n in range(max(len(cells[0]), len(cells[1]))):
            parts = [cell[n] if n < len(cell) else Content("") for cell in cells]
            head = f"{label:<{LABEL - 2}}{mark} " if n == 0 else " " * LABEL
            line = Content.assemble(
                (head, "$differs" if mark == "~" else "$quiet"),
                _padded(parts[0], column),
                "  ",
                parts[1],
            )
            lines.append(line.stylize("$quiet") if same else line)
    return Content("\n").join(lines)


def _wrapped(content: Content, width: int) -> list[Content]:
    return [line.rstrip() for line in content.wrap(width)]


def _padded(content: Content, width: int) -> Content:
    return content.pad_right(max(0, width - content.cell_length))
