"""A list of references, pasted or saved as text, cut into its references.

Three ways of printing a list are known: numbered, in any brackets; one reference a paragraph or line; and
lines that are wrapped without any mark, where a reference begins like a list of authors. Of a whole article
the part behind its last heading of that kind is taken. Every line of the list stands in one reference;
headings, page numbers and running heads are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from screener.sources.reference_ids import joined, straight
from screener.sources.reference_lines import Piece, plain_pieces
from screener.sources.reference_marks import AT_LINE, FEW, best_marks
from screener.sources.reference_parts import Reference, reference

_HEADINGS = re.compile(
    r"references?(?:list|cited|andnotes)?|literature(?:cited|references)?|(?:full|annotated)?bibliography"
    r"|bibliographicreferences|workscited|citedliterature|citedreferences|listofreferences"
    r"|(?:in|ex)cludedstudies|literatur(?:verzeichnis)?|références|referencias|bibliografía|bibliografia"
    r"|referências|riferimenti|литература|списоклитературы|参考文献(?:references)?|主要参考文献|参考资料"
    r"|引用文献|文献|참고문헌"
)
# What may follow the list in an article. Such a line alone ends it.
_ENDS = re.compile(
    r"appendi(?:x|ces)|supplement(?:ary|al)(?:material|information)s?|figure(?:legends|captions)"
    r"|authors?contributions|abouttheauthors?|author(?:information|affiliations)|acknowledge?ments"
    r"|publishersnote|conflicts?ofinterests?|competinginterests|附录|作者简介|收稿日期|附件"
)
_LETTERS = re.compile(r"[\W\d_]+")
_PAGE = re.compile(
    r"\s*(?:[-–—]\s*\d{1,5}\s*[-–—]|(?:page|seite|p\.)\s*\d{1,5}(?:\s*(?:of|/|von)\s*\d{1,5})?"
    r"|\d{1,5}\s*(?:of|/)\s*\d{1,5}|第\s*\d+\s*页.{0,12})\s*",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"\s*(?:downloaded from|this article is protected by copyright)\b", re.IGNORECASE)
_BARE = re.compile(r"\s*\d{1,5}\s*")


def read_references(text: str) -> tuple[Reference, ...]:
    """Cut a text into its references, numbered from 1 as they stand. A text without any gives none."""
    lines = _list_of(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n"))
    pieces = _pieces("\n".join(_without_pages(lines)))
    kept = [piece for piece in pieces if any(line.strip() for line in piece.lines)]
    return tuple(
        reference(number, piece.label, joined(piece.lines), piece.lines)
        for number, piece in enumerate(kept, 1)
    )


def _pieces(text: str) -> list[Piece]:
    if not text.strip():
        return []
    marks = best_marks(text)
    if marks:
        first = plain_pieces(text[: marks[0].start])
        ends = [mark.start for mark in marks[1:]] + [len(text)]
        return [
            *first,
            *(
                Piece(mark.label, tuple(text[mark.end : end].split("\n")))
                for mark, end in zip(marks, ends, strict=True)
            ),
        ]
    return plain_pieces(text)


# The list within its text ------------------------------------------------------------------------


def _bare_words(line: str) -> str:
    return _LETTERS.sub("", line).lower() if len(line) < 80 else ""


def _list_of(lines: list[str]) -> list[str]:
    """The lines behind the last heading that has anything behind it, up to what follows the list."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        inline = re.match(r"\s*(?:References|Bibliography|参考文献)\s*[:：]\s*(?=\S)", line, re.IGNORECASE)
        if not inline and not _HEADINGS.fullmatch(_bare_words(line)):
            continue
        rest = lines[place + 1 :]
        if inline:
            rest = [line[inline.end() :], *rest]
        if any(each.strip() for each in rest):
            end = next((n for n, each in enumerate(rest) if _ENDS.fullmatch(_bare_words(each))), len(rest))
            return rest[:end]
    return [line for line in lines if not _HEADINGS.fullmatch(_bare_words(line))]


def _without_pages(lines: Sequence[str]) -> list[str]:
    """Without page numbers and what is printed beside them on every page."""
    broken = [n for n, line in enumerate(lines) if "\f" in line]
    lines = [line.replace("\f", "") for line in lines]
    numbered = sum(1 for name in ("square", "round", "half", "stop", "colon") for _ in _labels(lines, name))
    edges = {n for n, line in enumerate(lines) if _PAGE.fullmatch(line) or _NOTICE.match(line)}
    if numbered > FEW:
        # In a list whose marks have brackets or stops a number alone is a page; else it may be a mark.
        # The line above may go on in it: the end of a DOI, or of a range of pages.
        edges |= {
            n
            for n, line in enumerate(lines)
            if _BARE.fullmatch(line) and not (n and straight(lines[n - 1]).endswith(("-", "/", "(")))
        }
    known: dict[str, int] = {}
    for line in lines:
        known[_head(line)] = known.get(_head(line), 0) + 1
    heads = {
        near
        for edge in {*edges, *broken}
        for near in _beside(lines, edge)
        if known[_head(lines[near])] > 1 and not _opens(lines[near])
    }
    return [line for n, line in enumerate(lines) if n not in edges and n not in heads]


def _labels(lines: Sequence[str], name: str) -> Iterator[int]:
    return (n for n, line in enumerate(lines) if AT_LINE[name].match(straight(line)))


def _opens(line: str) -> bool:
    return any(pattern.match(straight(line)) for pattern in AT_LINE.values())


def _head(line: str) -> str:
    """A line without a page number at either end; a running head is the same on every page then."""
    return re.sub(r"^\d{1,5}\s+|\s+\d{1,5}$", "", " ".join(line.split()))


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
