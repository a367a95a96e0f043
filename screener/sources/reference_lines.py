"""Lists of references without numbers: by paragraphs, lines, indents, bullets, or by how references begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screener.sources.reference_ids import straight

_BULLET = re.compile(r"\s*(?:[•·▪◦●‣*^]|[-–—](?=\s))\s*(?=\S)")
_KEYED = re.compile(r"\s*(\[[^\W\d_][^\[\]]{0,40}\d{2,4}[a-z]?\])\s*(?=\S)")
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
DONE = re.compile(r"(?:[.\]\)!?\"'*]|\d[a-z]?|https?://\S+|10\.\d{4,9}/\S+)$", re.IGNORECASE)
_PARTICLE = r"(?:(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|el|al|ten|ter|bin|ibn|d['’])[ -]?){0,3}"
_AUTHORS = re.compile(
    rf"(?:{_PARTICLE}[^\W\d_a-z][\w'’.-]*(?:[ -][^\W\d_][\w'’.-]*){{0,3}}?"
    r"(?:,?\s+(?:[A-Z][.-]?\s?){1,4}(?:Jr|Sr)?\.?(?:[,.;:&(]|\s(?:and|et)\b|\s\()|,\s[A-Z][\w.-]+)"
    r"|(?:[A-Z]\.[ -]?){1,4}\s?" + _PARTICLE + r"[^\W\d_a-z][\w'’-]+(?:,|\s(?:and|&|et)\s)"
    r"|[\u4e00-\u9fff]{2,4}[,，、.])",
)
# Nobody's name stands first: a year follows within the first words, or a journal stands alone before it.
_BODY = re.compile(r"[^\W\d_a-z][^.]{2,120}?[.(,]\s*\(?(?:18|19|20)\d\d[a-z]?\)?(?=[\s.,:;)])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of one reference, and its mark if it has one."""

    label: str | None
    lines: tuple[str, ...]


def plain_pieces(text: str) -> list[Piece]:
    lines = text.split("\n")
    if not any(line.strip() for line in lines):
        return []
    for pattern in (_KEYED, _BULLET):
        starts = [n for n, line in enumerate(lines) if pattern.match(straight(line))]
        first = next(n for n, line in enumerate(lines) if line.strip())
        if len(starts) > 1 and starts[0] == first:
            return [_marked(pattern, lines[a:b]) for a, b in _spans(starts, len(lines))]
    paragraphs = [part for part in re.split(r"\n[^\S\n]*\n", text) if part.strip()]
    if len(paragraphs) > 1 and _are_references(paragraphs):
        return [piece for part in _whole(paragraphs) for piece in _of_paragraph(part)]
    return _of_lines([line for line in lines if line.strip()])


def _are_references(parts: Sequence[str]) -> bool:
    """Most begin as one, or nearly all have a year."""
    begun = sum(map(begins, parts))
    dated = sum(1 for part in parts if _YEAR.search(straight(part)))
    return 2 * begun > len(parts) or 5 * dated >= 4 * len(parts)


def _marked(pattern: re.Pattern[str], lines: Sequence[str]) -> Piece:
    match = pattern.match(straight(lines[0]))
    assert match is not None
    label = lines[0][match.start(1) : match.end(1)] if match.re.groups else None
    return Piece(label, (lines[0][match.end() :], *lines[1:]))


def _spans(starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    return zip(starts, [*starts[1:], end], strict=True)


def _whole(parts: Sequence[str]) -> list[list[str]]:
    """Paragraphs or lines, each as its lines; one that goes on with the sentence before belongs to it."""
    found: list[list[str]] = []
    for part in parts:
        lines = [line for line in part.split("\n") if line.strip()]
        if found and not begins(part):
            dated = _YEAR.search(straight(part))
            if _goes_on(part) or not (dated or complete(" ".join(found[-1]))):
                found[-1] += lines
                continue
        found.append(lines)
    return found


def _goes_on(text: str) -> bool:
    text = straight(text).lstrip()
    known = r"(?:doi|pmid|pmcid|pmc\d|https?:|available|accessed|epub|\[?pubmed|10\.\d{4}|erratum|discussion)"
    return text[:1].islower() or bool(re.match(known, text, re.IGNORECASE))


def _of_paragraph(lines: Sequence[str]) -> list[Piece]:
    """One reference, unless every line of the paragraph is one."""
    if all(begins(line) and complete(line) for line in lines):
        return [Piece(None, (line,)) for line in lines]
    return [Piece(None, tuple(lines))]


def _of_lines(lines: Sequence[str]) -> list[Piece]:
    """References of lines without blank lines between: by their indent, else by how they begin."""
    if len(lines) < 2:
        return [Piece(None, tuple(lines))] if lines else []
    indents = [len(line) - len(line.lstrip()) for line in lines]
    low, high = min(indents), max(indents)
    if high - low >= 2:
        # Hanging, or the first line of each moved in: the lines that stand where the first one stands.
        starts = [n for n, each in enumerate(indents) if (each - low >= 2) == (indents[0] - low >= 2)]
        spans = list(_spans(starts, len(lines)))
        if all(complete(" ".join(lines[a:b])) for a, b in spans[:-1]):
            return [Piece(None, tuple(lines[a:b])) for a, b in spans]
    width = max(len(line) for line in lines)
    full = sum(len(line) > 0.8 * width for line in lines)
    if 2 * full < len(lines) and _are_references(lines):
        # Lines of all lengths: they were not wrapped.
        return [Piece(None, tuple(part)) for part in _whole(lines)]
    starts = [0]
    for place in range(1, len(lines)):
        so_far = " ".join(lines[starts[-1] : place])
        ended_early = len(lines[place - 1]) < 0.8 * width and not _goes_on(lines[place])
        new = begins(lines[place]) or (ended_early and not _goes_on(lines[place]))
        if new and complete(so_far):
            starts.append(place)
    return [Piece(None, tuple(lines[a:b])) for a, b in _spans(starts, len(lines))]


def begins(text: str) -> bool:
    clean = straight(text).lstrip(" \t\"'“‘[")
    return bool(_AUTHORS.match(clean) or _BODY.match(clean))


def complete(text: str) -> bool:
    """Has a year, and ends as a reference may end."""
    clean = straight(text).strip()
    return bool(_YEAR.search(clean) and DONE.search(clean))
