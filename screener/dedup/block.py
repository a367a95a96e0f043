"""Which pairs are worth comparing: those that share one of many cheap exact keys.

Blocks stay small by themselves in real searches. One that holds more than `MOST_IN_BLOCK` citations
(500 editorials of one journal, a supplement under one DOI) is split by year, volume and first page; a
part that is still too large is left to the other keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from screener.dedup.fold import listed
from screener.dedup.normalise import Prepared

MOST_IN_BLOCK = 150

Key = tuple[str, ...]

_SMALL_WORDS = frozenset(
    listed("a an and are as at by for from how in into is of on or the to versus vs what with")
)


def keys_of(p: Prepared) -> Iterator[Key]:
    if p.doi:
        yield "doi", p.doi
    if p.pmid:
        yield "pmid", p.pmid
    if p.register_id:
        yield "register", p.register_id
    year = str(p.year) if p.year else ""
    first = p.people.first or ""
    meant = [w for w in p.title.split() if w not in _SMALL_WORDS]
    head = "".join(meant[:3])
    for title in filter(None, (p.title_key, (p.original_title or "").replace(" ", ""))):
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
    for name in p.people.families[1:3]:
        if p.volume and pages:
            yield "co-author, volume, page", name[:6], p.volume, str(pages[0])
    if p.abstract:
        yield "abstract", p.abstract[:60]


def _finer(p: Prepared) -> Key:
    return str(p.year or ""), str(p.pages.first) if p.pages else "", p.volume or ""


def blocks(prepared: Mapping[str, Prepared]) -> list[list[str]]:
    """Groups of ids to be compared with each other, each in order."""
    shared: dict[Key, list[str]] = defaultdict(list)
    for one in sorted(prepared):
        for key in dict.fromkeys(keys_of(prepared[one])):
            shared[key].append(one)
    found: list[list[str]] = []
    for ids in shared.values():
        if len(ids) <= MOST_IN_BLOCK:
            found.append(ids)
            continue
        parts: dict[Key, list[str]] = defaultdict(list)
        for one in ids:
            parts[_finer(prepared[one])].append(one)
        found.extend(part for part in parts.values() if len(part) <= MOST_IN_BLOCK)
    return [ids for ids in found if len(ids) > 1]


def candidates(found: Iterable[list[str]], new: Collection[str] | None = None) -> set[tuple[str, str]]:
    """Pairs (a < b) that share a block; with `new` only those that touch a citation named there."""
    wanted = None if new is None else frozenset(new)
    pairs: set[tuple[str, str]] = set()
    for ids in found:
        if wanted is None:
            pairs.update(combinations(ids, 2))
        elif not wanted.isdisjoint(ids):
            pairs.update((a, b) for a, b in combinations(ids, 2) if a in wanted or b in wanted)
    return pairs
