"""Where a work stands: pages, volume and issue, and the journal's name in its many spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from screener.dedup.fold import listed, plain, words

_DASHES = re.compile(r"\s*[\u2010-\u2015\u2212\u00ad-]+\s*")
_PAGE = re.compile(r"([a-z]{0,4})[ .]?(\d{1,9})")
_TAIL = re.compile(r"^(?:suppl|pt|t)-(\d+)$")
_MONTHS = {m: str(n) for n, m in enumerate(listed("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")\b")


@dataclass(frozen=True, slots=True)
class Pages:
    """`ranges` as (first, last) with 1095-101 expanded; `prefix` is the letter before them, as in S12."""

    ranges: tuple[tuple[int, int], ...]
    prefix: str = ""
    tail: str | None = None
    """The last digits where nothing else is legible: Ovid's 'Suppl:S109-12' comes out as 'Suppl-12'."""

    @property
    def first(self) -> int:
        return self.ranges[0][0] if self.ranges else 0

    @property
    def span(self) -> int:
        first, last = self.ranges[0] if self.ranges else (0, 0)
        return last - first + 1

    @property
    def supplement(self) -> bool:
        return self.prefix.startswith("s")


def read_pages(text: str | None) -> Pages | None:
    """Pages as printed; None where they say nothing that can be compared ('no pagination')."""
    low = _DASHES.sub("-", plain(text or "")).strip()
    low = _MONTH.sub(lambda m: _MONTHS[m[1]], low)  # 1-6 that a spreadsheet took for 1 June
    if not low or "pagination" in low:
        return None
    if match := _TAIL.match(low):
        return Pages((), tail=match[1])
    low = re.sub(r"\[[^\]]*\]|\b(?:pp?|pages?|article(?: no\.?)?|id)\b\.?", " ", low)
    ranges: list[tuple[int, int]] = []
    prefix = ""
    for piece in re.split(r"[,;+&/]|\band\b", low):
        ends = [m for m in (_PAGE.search(part) for part in piece.split("-")[:2]) if m]
        if not ends:
            continue
        first = int(ends[0][2])
        last = _expand(ends[0][2], ends[1][2]) if len(ends) > 1 else first
        if not ranges:
            prefix = ends[0][1]
        ranges.append((first, max(first, last)))
    return Pages(tuple(ranges), "" if prefix == "p" else prefix) if ranges else None


def _expand(first: str, last: str) -> int:
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return int(last)


def same_pages(a: Pages, b: Pages) -> bool | None:
    """Same first page of any range; overlap of ranges is undecided (a typing error or a supplement)."""
    if a.tail or b.tail:
        return _same_tail(a, b)
    if a.prefix and b.prefix and a.prefix[0] != b.prefix[0]:
        return False
    if {r[0] for r in a.ranges} & {r[0] for r in b.ranges}:
        # S798 may be 798 cut short, or an abstract of the supplement.
        return None if a.supplement != b.supplement and (a.span == 1) != (b.span == 1) else True
    if any(x[0] <= y[1] and y[0] <= x[1] for x in a.ranges for y in b.ranges):
        return None
    return None if _typo(a, b) else False


def _same_tail(a: Pages, b: Pages) -> bool | None:
    if a.tail and b.tail:
        return a.tail == b.tail
    full, tail = (b, a.tail or "") if a.tail else (a, b.tail or "")
    return str(full.ranges[0][1]).endswith(tail)


def article_number(pages: Pages) -> bool:
    """An electronic article's number, not a page: e12724, 106482."""
    return pages.span == 1 and (pages.prefix == "e" or pages.first >= 10_000)


def _typo(a: Pages, b: Pages) -> bool:
    """Same last page of a real range: the first page was mistyped."""
    return a.span > 1 and b.span > 1 and a.ranges[0][1] == b.ranges[0][1]


@lru_cache(maxsize=5_000)
def read_number(text: str | None) -> str | None:
    """The first number of a volume or issue: '26 (9)' -> '26', '109 Suppl 1' -> '109', 'Suppl 1' -> None."""
    low = plain(text or "").strip()
    if not low or low.startswith(("conference", "abstract")):
        return None
    match = re.match(r"\D*?(\d+)", low)
    if match and "sup" not in low[: match.start(1)]:
        return match[1].lstrip("0") or "0"
    return None


_STOP = frozenset(
    listed(
        "the of and for in on at a an de la le les el der "
        "die das des du et und y e i to journal j jnl jour jrnl zeitschrift official"
    )
)
_PARENS = re.compile(r"\([^)]*\)|\[(?:electronic resource|internet)\]")
_NUMBERED = re.compile(r"\b(?:\d+(?:st|nd|rd|th)?|19\d\d|20\d\d)\b")
_EDITION = re.compile(r"\b(\d{1,3})(?:st|nd|rd|th)?\b")


@dataclass(frozen=True, slots=True)
class Journal:
    """The names a journal field holds ('A = B'), each as its meaningful words, and its initials."""

    names: tuple[tuple[str, ...], ...]
    initials: frozenset[str]
    editions: frozenset[str]
    """Numbers in the name, but for years: '35th conference'."""


@lru_cache(maxsize=5_000)
def read_journal(text: str | None) -> Journal | None:
    low = _PARENS.sub(" ", plain(text or ""))
    names: list[tuple[str, ...]] = []
    initials: set[str] = set()
    for name in (low, *re.split(r"\s*[\[\]=/;|]\s*|\s*:\s+|\.\s+(?=\w{5})", low)):
        every = words(_NUMBERED.sub(" ", name))
        meant = tuple(w for w in every if w not in _STOP)
        if every and meant not in names:
            names.append(meant or tuple(every))
            named = [w for w in every if w == "journal" or w not in _STOP]  # JAMA
            initials |= {"".join(w[0] for w in some) for some in (every, meant, named)}
    if not names:
        return None
    return Journal(
        tuple(names), frozenset(i for i in initials if len(i) > 2), frozenset(_EDITION.findall(low))
    )


@lru_cache(maxsize=20_000)
def same_journal(a: Journal, b: Journal) -> bool | None:
    """Equal, abbreviated, initials or nearly equal: True; clearly other words: False; else None."""
    best = 0.0
    for x in a.names:
        for y in b.names:
            if _abbreviates(x, y):
                return True
            joined = (" ".join(x), " ".join(y))
            best = max(best, fuzz.ratio(*joined), fuzz.token_sort_ratio(*joined))
            if min(len(x), len(y)) >= 3:
                best = max(best, fuzz.token_set_ratio(*joined))
    for short, long in ((a, b), (b, a)):
        if any(len(n) == 1 and n[0] in long.initials for n in short.names):
            return True
    if best >= 85:
        return True
    return False if best < 65 else None


def _abbreviates(x: tuple[str, ...], y: tuple[str, ...]) -> bool:
    if x == y or "".join(x) == "".join(y):
        return True
    return len(x) == len(y) and all(_short_for(*sorted(both, key=len)) for both in zip(x, y, strict=True))


def _short_for(short: str, long: str) -> bool:
    """The beginning of the word, or its letters with some left out: 'dtsch' for 'deutsche'."""
    if long.startswith(short):
        return True
    letters = iter(long)
    return len(short) > 2 and short[0] == long[0] and all(ch in letters for ch in short)
