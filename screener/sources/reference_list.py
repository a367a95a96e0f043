"""A list of references, pasted or saved as text, cut into its references.

Three ways of printing a list are known: numbered, in any brackets; one reference a paragraph or line; and
lines that are wrapped without any mark, where a reference begins like a list of authors. Of a whole article
the part behind its last heading of that kind is taken. Every line of the list stands in one reference;
headings, page numbers and running heads are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from screener.sources.reference_parts import Reference, joined, reference, straight

# A numbered list of fewer marks may be chance.
_FEW = 2
# Numbers that the list may leave out (lost in copying) before a mark is taken for chance.
_GAP = 10

_HEADINGS = frozenset(
    ["references", "referencelist", "referencesandnotes", "referencescited", "literature", "literaturecited", "literaturereferences", "bibliography", "bibliographicreferences", "workscited", "citedliterature", "citedreferences", "sources", "literatur", "literaturverzeichnis", "bibliographie", "références", "referencias", "bibliografía", "referências", "bibliografia", "riferimenti", "литература", "список", "литературы", "参考文献", "参考资料", "参考文献references", "主要参考文献", "文献", "引用文献", "참고문헌", "includedstudies", "listofreferences"]
)
# What may follow the list in an article. Such a line alone ends it.
_ENDS = frozenset(
    ["appendix", "appendices", "supplementarymaterial", "supplementalmaterial", "supplementaryinformation", "figurelegends", "figurecaptions", "authorcontributions", "authorscontributions", "abouttheauthors", "authorinformation", "authoraffiliations", "acknowledgements", "acknowledgments", "publishersnote", "conflictofinterest", "conflictsofinterest", "competinginterests", "附录", "作者简介", "收稿日期", "附件"]
)
_LETTERS = re.compile(r"[\W\d_]+")
_PAGE = re.compile(
    r"\s*(?:[-–—]\s*\d{1,5}\s*[-–—]|(?:page|seite|p\.)\s*\d{1,5}(?:\s*(?:of|/|von)\s*\d{1,5})?"
    r"|\d{1,5}\s*(?:of|/)\s*\d{1,5}|第\s*\d+\s*页.{0,12})\s*",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"\s*(?:downloaded from|this article is protected by copyright)\b", re.IGNORECASE)
_BARE = re.compile(r"\s*\d{1,5}\s*")

# How a number may be marked; the text is in ASCII brackets by then. Years are no marks.
_NUMBER = r"((?!1[89]\d\d|20\d\d)\d{1,4})"
_MARKS = {
    "square": rf"\[\s*{_NUMBER}\s*\][.:,]?",
    "round": rf"\(\s*{_NUMBER}\s*\)[.:]?",
    "half": rf"{_NUMBER}\s*\)[.:]?",
    "stop": rf"{_NUMBER}\s?[.、](?!\d)",
    "colon": rf"{_NUMBER}\s?:(?!\d)",
    "bare": rf"{_NUMBER}(?=\s|$)",
}
_BEFORE = r"[ \t]{0,40}(?:[-*•^]\s+|ref(?:erence)?\.?\s*)?"
_AT_LINE = {
    name: re.compile(rf"(?m)^{_BEFORE}({mark})\s*(?=\S|$)", re.IGNORECASE) for name, mark in _MARKS.items()
}
# Within a line a mark follows the end of a sentence and stands before a name; "bare" would be any number.
_IN_LINE = {
    name: re.compile(rf"(?:^|(?<=[.;\])/\d])[ \t]+|\n)({mark})[ \t]*(?=[^\W\d_])")
    for name, mark in _MARKS.items()
    if name in ("square", "stop", "round")
}
_BULLET = re.compile(r"\s*(?:[•·▪◦●‣*^]|[-–—](?=\s))\s*(?=\S)")
_KEYED = re.compile(r"\s*(\[[^\W\d_][^\[\]]{0,40}\d{2,4}[a-z]?\])\s*(?=\S)")
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_DONE = re.compile(r"(?:[.\]\)!?\"'*]|\d[a-z]?|https?://\S+|10\.\d{4,9}/\S+)$", re.IGNORECASE)
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
class _Piece:
    """Lines of one reference, and its mark if it has one."""

    label: str | None
    lines: tuple[str, ...]


def read_references(text: str) -> tuple[Reference, ...]:
    """Cut a text into its references, numbered from 1 as they stand. A text without any gives none."""
    lines = _list_of(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n"))
    pieces = _pieces("\n".join(_without_pages(lines)))
    kept = [piece for piece in pieces if any(line.strip() for line in piece.lines)]
    return tuple(
        reference(number, piece.label, joined(piece.lines), piece.lines)
        for number, piece in enumerate(kept, 1)
    )


# The list within its text ------------------------------------------------------------------------


def _bare_words(line: str) -> str:
    return _LETTERS.sub("", line).lower() if len(line) < 80 else ""


def _list_of(lines: list[str]) -> list[str]:
    """The lines behind the last heading that has anything behind it, up to what follows the list."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        inline = re.match(r"\s*(?:References|Bibliography|参考文献)\s*[:：]\s*(?=\S)", line, re.IGNORECASE)
        if not inline and _bare_words(line) not in _HEADINGS:
            continue
        rest = lines[place + 1 :]
        if inline:
            rest = [line[inline.end() :], *rest]
        if any(each.strip() for each in rest):
            end = next((n for n, each in enumerate(rest) if _bare_words(each) in _ENDS), len(rest))
            return rest[:end]
    return [line for line in lines if _bare_words(line) not in _HEADINGS]


def _without_pages(lines: Sequence[str]) -> list[str]:
    """Without page numbers and what is printed beside them on every page."""
    broken = [n for n, line in enumerate(lines) if "\f" in line]
    lines = [line.replace("\f", "") for line in lines]
    numbered = sum(1 for name in ("square", "round", "half", "stop", "colon") for _ in _labels(lines, name))
    edges = {n for n, line in enumerate(lines) if _PAGE.fullmatch(line) or _NOTICE.match(line)}
    if numbered > _FEW:
        # In a list whose marks have brackets or stops a number alone is a page; else it may be a mark.
        edges |= {n for n, line in enumerate(lines) if _BARE.fullmatch(line)}
    known: dict[str, int] = {}
    for line in lines:
        known[_head(line)] = known.get(_head(line), 0) + 1
    heads = {
        near
        for edge in {*edges, *broken}
        for near in _beside(lines, edge)
        if known[_head(lines[near])] > 1 and not _BARE.fullmatch(lines[near])
    }
    return [line for n, line in enumerate(lines) if n not in edges and n not in heads]


def _labels(lines: Sequence[str], name: str) -> Iterator[int]:
    return (n for n, line in enumerate(lines) if _AT_LINE[name].match(straight(line)))


def _head(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split()))


def _beside(lines: Sequence[str], edge: int) -> Iterator[int]:
    """The nearest lines above and below a page's edge, and the edge itself, that have any text."""
    for step in (-1, 1):
        near = edge + step
        while 0 <= near < len(lines) and not lines[near].strip():
            near += step
        if 0 <= near < len(lines) and len(lines[near]) < 120:
            yield near
    if lines[edge].strip():
        yield edge


# Numbered lists ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    label: str
    number: int
    follows: bool  # the text before it ends as a reference may end
    begins: bool  # the text behind it begins as a reference may begin

    @property
    def worth(self) -> float:
        return 1.0 + 0.2 * self.follows + 0.2 * self.begins


def _pieces(text: str) -> list[_Piece]:
    if not text.strip():
        return []
    marks = _best_marks(text)
    if marks:
        first = _plain_pieces(text[: marks[0].start])
        ends = [mark.start for mark in marks[1:]] + [len(text)]
        return [
            *first,
            *(
                _Piece(mark.label, tuple(text[mark.end : end].split("\n")))
                for mark, end in zip(marks, ends, strict=True)
            ),
        ]
    return _plain_pieces(text)


def _best_marks(text: str) -> list[_Mark]:
    """The marks of the style that counts up best; none if the text is no numbered list."""
    clean = straight(text)
    best: list[_Mark] = []
    for patterns, enough in ((_AT_LINE, 1.0), (_IN_LINE, 2.0)):
        for name, pattern in patterns.items():
            found = [
                _mark(clean, match) for match in pattern.finditer(clean)
            ]
            chain = _chain(found)
            if len(chain) <= enough * len(best):
                continue
            # A list begins with its first mark, or with the end of what was cut off before it.
            opens = not clean[: chain[0].start].strip(" \t\n-*•^")
            if len(chain) >= (_FEW if opens else _FEW + 1) or (len(best) == 0 and opens and name != "bare"):
                if name == "bare" and not _is_plain_numbering(clean, chain):
                    continue
                best = [replace(mark, label=_printed(text, mark)) for mark in chain]
    return best


def _mark(clean: str, match: re.Match[str]) -> _Mark:
    before = clean[max(0, match.start(1) - 80) : match.start(1)].rstrip(" \t\n-*•^")
    behind = clean[match.end() : match.end() + 200]
    return _Mark(
        match.start(1),
        match.end(),
        match[1].strip(),
        int(match[2]),
        follows=not before or bool(_DONE.search(before)),
        begins=_starts(behind),
    )


def _printed(text: str, mark: _Mark) -> str:
    return text[mark.start : mark.start + len(mark.label)]


def _is_plain_numbering(clean: str, chain: Sequence[_Mark]) -> bool:
    """Numbers without any sign are marks when they count from 1 and every one is followed by a name."""
    if chain[0].number != 1 or any(b.number - a.number != 1 for a, b in zip(chain, chain[1:], strict=False)):
        return False
    return all(re.match(r"[^\W\d_]|[\"'“‘\[]", clean[mark.end :].lstrip()[:1]) for mark in chain)


def _chain(marks: Sequence[_Mark]) -> list[_Mark]:
    """Of all numbers that could be marks the longest run that counts up by one, or nearly so.

    A number that a wrapped line begins with is left aside. Lists may follow each other, each from 1.
    """
    best_at: dict[int, int] = {}  # number -> place of the best chain that ends with it
    score: list[float] = []
    before: list[int | None] = []
    top: int | None = None
    for place, mark in enumerate(marks):
        value: float = mark.worth
        came: int | None = None
        for step in range(1, _GAP + 1):
            last = best_at.get(mark.number - step)
            if last is not None:
                reached = score[last] + mark.worth * (1.0 if step == 1 else 0.5 - step / 100)
                if reached > value:
                    value, came = reached, last
        if mark.number == 1 and top is not None and score[top] >= _FEW:
            value, came = score[top] + 0.01, top
        score.append(value)
        before.append(came)
        held = best_at.get(mark.number)
        if held is None or value > score[held]:
            best_at[mark.number] = place
        if top is None or value > score[top]:
            top = place
    chain: list[_Mark] = []
    while top is not None:
        chain.append(marks[top])
        top = before[top]
    chain.reverse()
    # A "1" at the very end opens no second list, and the end of a title ('among group / 9.') is no mark.
    while len(chain) > 1 and (chain[-1].number == 1 or not chain[-1].follows):
        chain.pop()
    return chain


# Lists without numbers ---------------------------------------------------------------------------


def _plain_pieces(text: str) -> list[_Piece]:
    lines = text.split("\n")
    if not any(line.strip() for line in lines):
        return []
    for pattern in (_KEYED, _BULLET):
        starts = [n for n, line in enumerate(lines) if pattern.match(straight(line))]
        first = next(n for n, line in enumerate(lines) if line.strip())
        if len(starts) >= _FEW and starts[0] == first:
            return [_marked(pattern, lines[a:b]) for a, b in _spans(starts, len(lines))]
    paragraphs = [part for part in re.split(r"\n[^\S\n]*\n", text) if part.strip()]
    if len(paragraphs) > 1 and _are_references(paragraphs):
        return [piece for part in _whole(paragraphs) for piece in _of_paragraph(part)]
    return _of_lines([line for line in lines if line.strip()])


def _are_references(parts: Sequence[str]) -> bool:
    """Most begin as one, or nearly all have a year."""
    begun = sum(map(_starts, parts))
    dated = sum(1 for part in parts if _YEAR.search(straight(part)))
    return 2 * begun > len(parts) or 5 * dated >= 4 * len(parts)


def _marked(pattern: re.Pattern[str], lines: Sequence[str]) -> _Piece:
    match = pattern.match(straight(lines[0]))
    assert match is not None
    label = lines[0][match.start(1) : match.end(1)] if match.re.groups else None
    return _Piece(label, (lines[0][match.end() :], *lines[1:]))


def _spans(starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    return zip(starts, [*starts[1:], end], strict=True)


def _whole(parts: Sequence[str]) -> list[list[str]]:
    """Paragraphs or lines, each as its lines; one that goes on with the sentence before belongs to it."""
    found: list[list[str]] = []
    for part in parts:
        lines = [line for line in part.split("\n") if line.strip()]
        if found and not _starts(part):
            dated = _YEAR.search(straight(part))
            if _goes_on(part) or not (dated or _complete(" ".join(found[-1]))):
                found[-1] += lines
                continue
        found.append(lines)
    return found


def _goes_on(text: str) -> bool:
    text = straight(text).lstrip()
    known = r"(?:doi|pmid|pmcid|pmc\d|https?:|available|accessed|epub|\[?pubmed|10\.\d{4}|erratum|discussion)"
    return text[:1].islower() or bool(re.match(known, text, re.IGNORECASE))


def _of_paragraph(lines: Sequence[str]) -> list[_Piece]:
    """One reference, unless every line of the paragraph is one."""
    if all(_starts(line) and _complete(line) for line in lines):
        return [_Piece(None, (line,)) for line in lines]
    return [_Piece(None, tuple(lines))]


def _of_lines(lines: Sequence[str]) -> list[_Piece]:
    """References of lines without blank lines between: by their indent, else by how they begin."""
    if len(lines) < 2:
        return [_Piece(None, tuple(lines))] if lines else []
    indents = [len(line) - len(line.lstrip()) for line in lines]
    low, high = min(indents), max(indents)
    if high - low >= 2:
        # Hanging, or the first line of each moved in: the lines that stand where the first one stands.
        starts = [n for n, each in enumerate(indents) if (each - low >= 2) == (indents[0] - low >= 2)]
        spans = list(_spans(starts, len(lines)))
        if all(_complete(" ".join(lines[a:b])) for a, b in spans[:-1]):
            return [_Piece(None, tuple(lines[a:b])) for a, b in spans]
    width = max(len(line) for line in lines)
    full = sum(len(line) > 0.8 * width for line in lines)
    if 2 * full < len(lines) and _are_references(lines):
        # Lines of all lengths: they were not wrapped.
        return [_Piece(None, tuple(part)) for part in _whole(lines)]
    starts = [0]
    for place in range(1, len(lines)):
        so_far = " ".join(lines[starts[-1] : place])
        ended_early = len(lines[place - 1]) < 0.8 * width and not _goes_on(lines[place])
        begins = _starts(lines[place]) or (ended_early and not _goes_on(lines[place]))
        if begins and _complete(so_far):
            starts.append(place)
    return [_Piece(None, tuple(lines[a:b])) for a, b in _spans(starts, len(lines))]


def _starts(text: str) -> bool:
    clean = straight(text).lstrip(" \t\"'“‘[")
    return bool(_AUTHORS.match(clean) or _BODY.match(clean))


def _complete(text: str) -> bool:
    """Has a year, and ends as a reference may end."""
    clean = straight(text).strip()
    return bool(_YEAR.search(clean) and _DONE.search(clean))
