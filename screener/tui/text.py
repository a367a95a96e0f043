"""Text on its way to the screen. The only door for the papers' words: never markup, never cut by code.

`[Article in German].` and `x [/i] y` come out to the letter, because `Content(text)` is not parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content, Span

from screener.model.citation import Citation
from screener.model.protocol import Reason
from screener.model.screening import CastVote, Vote
from screener.screening import Hit
from screener.steps.flow import LABELS
from screener.steps.records import Card
from screener.tui.theme import element_style

MARKS = {Vote.INCLUDE: "+", Vote.EXCLUDE: "-", Vote.MAYBE: "?"}
STYLES = {Vote.INCLUDE: "$include", Vote.EXCLUDE: "$exclude", Vote.MAYBE: "$maybe"}

# Control characters other than a line break could move the cursor or speak to the terminal.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code != 10} | {9: " "}
# 'BACKGROUND:' at the start of a line of a structured abstract.
_LABEL = re.compile(r"^[^\W\d_a-z][^\n:a-z]{2,60}:", re.MULTILINE)


def plain(text: str | None) -> str:
    """The text without control characters; otherwise to the letter."""
    return (text or "").translate(_CONTROLS)


def fitted(text: str, width: int) -> str:
    """Exactly `width` cells: cut with an ellipsis or filled; characters count as wide as they are drawn."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width < 2:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def marked(text: str, hits: Iterable[Hit] = ()) -> Content:
    """One line of plain text with the terms of the criteria in the colours of their elements."""
    return Content(text, [Span(h.start, h.end, f"bold {element_style(h.element)}") for h in hits])


def abstract_text(card: Card, *, airy: bool = False) -> str:
    """The abstract, its sections on lines of their own (`airy`: with an empty line between)."""
    text = plain(card.fields.abstract)
    return re.sub(r"\n+", "\n\n" if airy else "\n", text)


def abstract_content(text: str, hits: Sequence[Hit]) -> Content:
    labels = [Span(m.start(), m.end(), "bold") for m in _LABEL.finditer(text)]
    return Content(text, [*labels, *marked(text, hits).spans])


def byline(fields: Citation) -> str:
    """Authors, journal year;volume(issue):pages, types, as far as the source gives them."""
    authors = [_short_name(plain(name)) for name in fields.authors]
    names = ", ".join(authors[:3]) + (f", … {authors[-1]}" if len(authors) > 3 else "")
    place = plain(fields.journal)
    if fields.year:
        place = f"{place} {fields.year}".strip()
    if fields.volume:
        place += f";{fields.volume}"
    if fields.issue:
        place += f"({fields.issue})"
    if fields.pages:
        place += f":{fields.pages}"
    return plain(" · ".join(part for part in (names, place) if part))


def _short_name(name: str) -> str:
    """'Berg, Bo Anders' as 'Berg BA'; collective names and scripts without blanks as they are."""
    family, comma, given = name.partition(",")
    if not comma:
        return name
    words = given.split()
    if cell_len(given) > len(given):
        return f"{family} {given.strip()}"
    return f"{family} {''.join(word[0] for word in words)}"


def kinds(fields: Citation) -> str:
    """Publication types and language, when they say something."""
    types = [t for t in fields.publication_types if t.casefold() != "journal article"]
    if fields.language and fields.language.casefold() not in {"eng", "en", "english"}:
        types.append(f"language: {fields.language}")
    return plain(", ".join(types))


def identifiers(card: Card) -> str:
    """PMID, DOI, registry numbers, and the databases that gave the record."""
    fields = card.fields
    parts = []
    if fields.pmid:
        parts.append(f"PMID {fields.pmid}")
    if fields.doi:
        parts.append(f"doi:{fields.doi}")
    parts += fields.registry_ids[:3]
    sources = ", ".join(dict.fromkeys(LABELS.get(s.database, s.database) for s in card.sources))
    return plain(" · ".join([*parts, sources]))


def short_reason(reason: Reason) -> str:
    """A reason in a word or two, for a line without room: its id reads as words."""
    return reason.id.replace("_", " ")


def vote_words(vote: CastVote, reasons: Sequence[Reason]) -> str:
    """'- exclude, wrong population'; the mark first."""
    words = f"{MARKS[vote.vote]} {vote.vote.value}"
    if vote.reason:
        label = next((r.label for r in reasons if r.id == vote.reason), vote.reason)
        words += f", {label}"
    return words


def flowing(parts: Sequence[Content], width: int) -> Content:
    """Parts two blanks apart in lines of `width` cells; a line breaks between two of them only."""
    lines: list[list[Content]] = [[]]
    used = 0
    for part in parts:
        if lines[-1] and used + 2 + part.cell_length > width:
            lines.append([])
            used = 0
        used += part.cell_length + (2 if lines[-1] else 0)
        lines[-1].append(part)
    return Content("\n").join([Content("  ").join(line) for line in lines])
