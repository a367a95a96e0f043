"""Which pairs are worth comparing: those that share one of many cheap exact keys.

Blocks stay small by themselves in real searches. One that holds more than `MOST_IN_BLOCK` citations
(500 editorials of one journal, a supplement under one DOI) is split by year, volume and first page; in a part
that is still too large each is compared with the few next to it in the order of titles, so that no block costs
more than its size.

Most pairs share a key by chance. Those that share none of the `STRONG` ones and whose titles are unlike are
passed over: no rule could match.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, compress, pairwise

from screener.dedup.compare import titles
from screener.dedup.fold import listed
from screener.dedup.normalise import Outline, outline, title_key
from screener.model.citation import Citation

MOST_IN_BLOCK = 150
# In a part that is larger, with so many next ones.
_NEXT = 5

Key = tuple[str, ...]

# Every rule that matches two unlike titles (see `rules`) needs one of these to be equal; the others need titles
# that are at least so much alike, or one to be a part of the other.
STRONG = frozenset({"doi", "pmid", "register", "cochrane", "page range"})
ALIKE = 0.8

_SMALL_WORDS = frozenset(
    listed("a an and are as at by for from how in into is of on or the to versus vs what with")
)


def keys_of(p: Outline) -> Iterator[Key]:
    if p.doi:
        yield "doi", p.doi
    if p.pmid:
        yield "pmid", p.pmid
    if p.register_id:
        yield "register", p.register_id
    year = str(p.year) if p.year else ""
    first = p.families[0] if p.families else ""
    if p.cochrane and p.cochrane[0]:
        yield "cochrane", p.cochrane[0], year
    meant = [w for w in p.title.split() if w not in _SMALL_WORDS]
    head = "".join(meant[:3])
    for title in filter(None, map(title_key, (p.title, p.original_title or ""))):
        yield "title", title
        if len(title) > 24:
            yield "title head", title[:24], year
            yield "title tail", title[-24:], year
    if len(meant) > 3:
        yield "long words", *sorted(sorted(meant, key=lambda w: (-len(w), w))[:3]), year
    if first and head:
        yield "author, title head", first[:6], head
    pages = sorted({start for start, _ in p.pages.ranges}) if p.pages else []
    for page in map(str, pages[:4]):
        if first:
            yield "author, page", first[:6], page
        if p.volume:
            yield "volume, page", p.volume, page, year
        if p.issue:
            yield "issue, page", p.issue, page, year
        if head:
            yield "page, title head", page, head[:8]
    if p.pages and p.pages.span > 1:
        yield "page range", str(p.pages.first), str(p.pages.ranges[0][1]), year
    if first and p.volume:
        yield "author, volume", first[:6], p.volume, year
    for name in p.families[1:3]:
        if p.volume and pages:
            yield "co-author, volume, page", name[:6], p.volume, str(pages[0])
    if p.abstract:
        yield "abstract", p.abstract[:60]


def _finer(p: Outline) -> Key:
    return str(p.year or ""), str(p.pages.first) if p.pages else "", p.volume or ""


def _digest(key: Key) -> int:
    """64 bits, the same in every process, odd if the key is strong. Two keys with one digest would only cause
    a comparison more."""
    text = "\x1f".join(key).encode("utf-8", "surrogatepass")
    digest = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
    return digest | 1 if key[0] in STRONG else digest & ~1


@dataclass(frozen=True, slots=True)
class _Title:
    title: str
    original_title: str | None


class Blocks:
    """Many citations by number, in the order in which they were added, with the digests of their keys: some
    500 bytes a citation."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._digests = array("Q")
        self._ends = array("L")
        self._finer = array("Q")
        self._titles: list[_Title] = []

    def add(self, id_: str, citation: Citation) -> None:
        seen = outline(citation)
        self.ids.append(id_)
        self._digests.extend({_digest(key) for key in keys_of(seen)})
        self._ends.append(len(self._digests))
        self._finer.append(_digest(_finer(seen)))
        self._titles.append(_Title(seen.title, seen.original_title))

    def extend(self, other: Blocks) -> None:
        """Add all of another one's, behind these."""
        before = len(self._digests)
        self.ids += other.ids
        self._digests += other._digests
        self._ends.extend(before + end for end in other._ends)
        self._finer += other._finer
        self._titles += other._titles

    def candidates(self, touching: Collection[int] | None = None) -> set[tuple[int, int]]:
        """Pairs (a < b) of numbers that share a block and are worth comparing; with `touching` only those that
        touch one named there."""
        pairs: set[tuple[int, int]] = set()
        if touching is None:
            for numbers in self._shared(self._repeated()):
                pairs.update(combinations(numbers, 2))
        else:
            wanted = frozenset(touching)
            for numbers in self._shared(self._of(wanted)):
                if not wanted.isdisjoint(numbers):
                    both = combinations(numbers, 2)
                    pairs.update((a, b) for a, b in both if a in wanted or b in wanted)
        return {pair for pair in pairs if self._worth(*pair)}

    def _worth(self, a: int, b: int) -> bool:
        likeness, part = titles(self._titles[a], self._titles[b])
        return likeness >= ALIKE or part or any(d & 1 for d in self._of([a]) & self._of([b]))

    def _repeated(self) -> set[int]:
        ordered = sorted(self._digests)
        return {one for one, other in pairwise(ordered) if one == other}

    def _of(self, numbers: Iterable[int]) -> set[int]:
        found: set[int] = set()
        for number in numbers:
            start = self._ends[number - 1] if number else 0
            found.update(self._digests[start : self._ends[number]])
        return found

    def _shared(self, digests: set[int]) -> Iterator[list[int]]:
        """The blocks of these keys, each in order."""
        blocks: dict[int, list[int]] = defaultdict(list)
        for place in compress(range(len(self._digests)), map(digests.__contains__, self._digests)):
            blocks[self._digests[place]].append(bisect_right(self._ends, place))
        for numbers in blocks.values():
            if len(numbers) <= MOST_IN_BLOCK:
                yield numbers
                continue
            parts: dict[int, list[int]] = defaultdict(list)
            for number in numbers:
                parts[self._finer[number]].append(number)
            for part in parts.values():
                if len(part) <= MOST_IN_BLOCK:
                    yield part
                    continue
                ordered = sorted(part, key=lambda n: (self._titles[n].title, self.ids[n]))
                for start in range(len(ordered) - 1):
                    yield sorted(ordered[start : start + _NEXT + 1])
