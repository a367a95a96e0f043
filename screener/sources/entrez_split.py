"""More records than PubMed gives out of one search: in parts, by the day of entry, then by PMID.

Not by the day of publication: '2020 Jan' is indexed as 1 January, and one such day may hold 300,000 records.
The counts of the parts have to add up at every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

CEILING = 9_999
_FIRST, _LAST = date(1900, 1, 1), date(2100, 12, 31)
_HIGHEST_PMID = 999_999_999


@dataclass(frozen=True, slots=True)
class Part:
    """What PubMed says of one part: its count, and the PMIDs that it lists (all, up to the ceiling)."""

    count: int
    pmids: tuple[str, ...]


class Moved(Exception):
    """The parts do not add up to the whole: records were added or taken away meanwhile. Holds those seen."""

    def __init__(self, pmids: tuple[str, ...], count: int) -> None:
        super().__init__(f"{count} counted, {len(pmids)} listed")
        self.pmids = pmids
        self.count = count


def all_pmids(term: str, count: int, ask: Callable[[str], Part]) -> tuple[str, ...]:
    """The PMIDs of a search that counts `count`, newest entries first, asked for part by part.

    Raises Moved when the counts do not add up.
    """
    days = _ByDay(term)
    root = ask(days.term(_FIRST.toordinal(), _LAST.toordinal()))
    if root.count == count:
        found = _open(days, _FIRST.toordinal(), _LAST.toordinal(), root, ask)
    else:
        # Some records have no day of entry: divide by PMID, which every record has.
        numbers = _ByPmid(term)
        found = _open(numbers, 1, _HIGHEST_PMID, ask(numbers.term(1, _HIGHEST_PMID)), ask)
    unique = tuple(dict.fromkeys(found))
    if len(unique) != count:
        raise Moved(unique, count)
    return unique


class _ByDay:
    def __init__(self, term: str) -> None:
        self._term = term

    def term(self, low: int, high: int) -> str:
        first, last = (date.fromordinal(each).strftime("%Y/%m/%d") for each in (low, high))
        return f'({self._term}) AND ("{first}"[edat] : "{last}"[edat])'

    def single(self, day: int) -> _ByPmid:
        """How one day that is too large is divided."""
        return _ByPmid(self.term(day, day))


class _ByPmid:
    def __init__(self, term: str) -> None:
        self._term = term

    def term(self, low: int, high: int) -> str:
        return f"({self._term}) AND {low}:{high}[uid]"


def _open(by: _ByDay | _ByPmid, low: int, high: int, part: Part, ask: Callable[[str], Part]) -> list[str]:
    """The PMIDs of a range of which `part` is what PubMed says."""
    if part.count <= CEILING:
        return list(part.pmids)
    if low == high and isinstance(by, _ByDay):
        numbers = by.single(low)
        return _open(numbers, 1, _HIGHEST_PMID, ask(numbers.term(1, _HIGHEST_PMID)), ask)
    if low == high:
        raise Moved(part.pmids, part.count)
    middle = (low + high) // 2
    early = ask(by.term(low, middle))
    late = Part(0, ())
    if early.count < part.count:
        late = ask(by.term(middle + 1, high))
    found = [
        pmid
        for half, first, last in ((late, middle + 1, high), (early, low, middle))
        if half.count
        for pmid in _open(by, first, last, half, ask)
    ]
    if early.count + late.count != part.count:
        raise Moved(tuple(found), part.count)
    return found
