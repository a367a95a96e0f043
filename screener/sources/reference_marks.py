"""Lists of references with numbers: which of all numbers in the text are their marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from screener.sources.reference_ids import straight
from screener.sources.reference_lines import DONE, begins

# A numbered list of fewer marks may be chance.
FEW = 2
# Numbers that the list may leave out (lost in copying) before a mark is taken for chance.
_GAP = 10

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
AT_LINE = {
    name: re.compile(rf"(?m)^{_BEFORE}({mark})\s*(?=\S|$)", re.IGNORECASE) for name, mark in _MARKS.items()
}
# Within a line a mark follows the end of a sentence and stands before a name; "bare" would be any number.
_IN_LINE = {
    name: re.compile(rf"(?:^|(?<=[.;\])/\d])[ \t]+|\n)({mark})[ \t]*(?=[^\W\d_])")
    for name, mark in _MARKS.items()
    if name in ("square", "stop", "round")
}


@dataclass(frozen=True, slots=True)
class Mark:
    start: int
    end: int
    label: str
    number: int
    follows: bool  # the text before it ends as a reference may end
    begins: bool  # the text behind it begins as a reference may begin

    @property
    def worth(self) -> float:
        return 1.0 + 0.2 * self.follows + 0.2 * self.begins


def best_marks(text: str) -> list[Mark]:
    """The marks of the style that counts up best; none if the text is no numbered list."""
    clean = straight(text)
    best: list[Mark] = []
    for patterns, enough in ((AT_LINE, 1.0), (_IN_LINE, 2.0)):
        for name, pattern in patterns.items():
            found = [_mark(clean, match) for match in pattern.finditer(clean)]
            chain = _chain(found)
            if len(chain) <= enough * len(best):
                continue
            # A list begins with its first mark, or with the end of what was cut off before it.
            opens = not clean[: chain[0].start].strip(" \t\n-*•^")
            if len(chain) >= (FEW if opens else FEW + 1) or (len(best) == 0 and opens and name != "bare"):
                if name == "bare" and not _is_plain_numbering(clean, chain):
                    continue
                best = [replace(mark, label=_printed(text, mark)) for mark in chain]
    return best


def _mark(clean: str, match: re.Match[str]) -> Mark:
    before = clean[max(0, match.start(1) - 80) : match.start(1)].rstrip(" \t\n-*•^")
    behind = clean[match.end() : match.end() + 200]
    return Mark(
        match.start(1),
        match.end(),
        match[1].strip(),
        int(match[2]),
        follows=not before or bool(DONE.search(before)),
        begins=begins(behind),
    )


def _printed(text: str, mark: Mark) -> str:
    return text[mark.start : mark.start + len(mark.label)]


def _is_plain_numbering(clean: str, chain: Sequence[Mark]) -> bool:
    """Numbers without any sign are marks when they count from 1 and every one is followed by a name."""
    if chain[0].number != 1 or any(b.number - a.number != 1 for a, b in pairwise(chain)):
        return False
    return all(re.match(r"[^\W\d_]|[\"'“‘\[]", clean[mark.end :].lstrip()[:1]) for mark in chain)


def _chain(marks: Sequence[Mark]) -> list[Mark]:
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
        if mark.number == 1 and top is not None and score[top] >= FEW:
            value, came = score[top] + 0.01, top
        score.append(value)
        before.append(came)
        held = best_at.get(mark.number)
        if held is None or value > score[held]:
            best_at[mark.number] = place
        if top is None or value > score[top]:
            top = place
    chain: list[Mark] = []
    while top is not None:
        chain.append(marks[top])
        top = before[top]
    chain.reverse()
    # A "1" at the very end opens no second list, and the end of a title ('among group / 9.') is no mark.
    while len(chain) > 1 and (chain[-1].number == 1 or not chain[-1].follows):
        chain.pop()
    return chain
