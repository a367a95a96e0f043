"""Two prepared citations side by side, field by field; what is missing is unknown, never a contradiction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz

from screener.dedup.normalise import Prepared, title_key
from screener.dedup.people import overlap, same_first
from screener.dedup.places import article_number, same_journal, same_pages

# Weights of the score, by what a field tells about a pair.
WEIGHTS = {
    "pmid": 4.0,
    "doi": 4.0,
    "title": 5.0,
    "authors": 3.0,
    "year": 1.0,
    "journal": 2.0,
    "volume": 1.5,
    "issue": 0.5,
    "pages": 3.0,
    "abstract": 3.0,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Similarities 0 to 1, and True / False / None (unknown) for what agrees or not."""

    title: float
    """1.0 only if letters and digits are equal."""
    part: bool
    """One title is the beginning or the end of the other (a subtitle lost)."""
    authors: float | None
    first_author: bool | None
    years: int | None
    """Distance in years."""
    fields: dict[str, float | None]
    """Each field's agreement, 0 to 1; None if unknown. In the order of WEIGHTS."""

    def yes(self, field: str) -> bool:
        value = self.fields[field]
        return value is not None and value >= 0.8

    def no(self, field: str) -> bool:
        value = self.fields[field]
        return value is not None and value <= 0.3

    def named(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Fields that agree, that disagree, that are unknown on a side; the undecided are in none."""
        return (
            tuple(f for f in self.fields if self.yes(f)),
            tuple(f for f in self.fields if self.no(f)),
            tuple(f for f, value in self.fields.items() if value is None),
        )

    def score(self) -> float:
        """0 to 1: weighted agreement of what is known, drawn to 0 where little is known."""
        total = sum(WEIGHTS[f] for f, v in self.fields.items() if v is not None)
        found = sum(WEIGHTS[f] * v for f, v in self.fields.items() if v is not None)
        return round(found / (total + 1.0), 4)


def compare(a: Prepared, b: Prepared) -> Comparison:
    title, part = titles(a, b)
    authors, first = overlap(a.people, b.people), same_first(a.people, b.people)
    years = None if a.year is None or b.year is None else abs(a.year - b.year)
    return Comparison(
        title=title,
        part=part,
        authors=authors,
        first_author=first,
        years=years,
        fields={
            "pmid": _equal(a.pmid, b.pmid),
            "doi": _equal(a.doi, b.doi),
            "title": title if a.title and b.title else None,
            "authors": _authors(authors, first),
            "year": None if years is None else (1.0, 0.7)[years] if years < 2 else 0.0,
            "journal": _truth(same_journal(a.journal, b.journal)) if a.journal and b.journal else None,
            "volume": _volume(a, b),
            "issue": _issue(a, b),
            "pages": _pages(a, b),
            "abstract": _abstract(a, b),
        },
    )


class Titled(Protocol):
    """What has a title: `Prepared` and `Outline`."""

    @property
    def title(self) -> str: ...
    @property
    def original_title(self) -> str | None: ...


def titles(a: Titled, b: Titled) -> tuple[float, bool]:
    """How alike the titles are, and whether one is a part of the other; see `Comparison`."""
    if not a.title or not b.title:
        return 0.0, False
    if a.title == b.title or title_key(a.title) == title_key(b.title):
        return 1.0, False
    best = 0.0
    for x in filter(None, (a.title, a.original_title)):
        for y in filter(None, (b.title, b.original_title)):
            if (a.original_title or b.original_title) and title_key(x) == title_key(y):
                return 1.0, False
            best = max(
                best, fuzz.ratio(x, y, score_cutoff=40), fuzz.token_sort_ratio(x, y, score_cutoff=60) * 0.99
            )
    short, long = sorted((a.title, b.title), key=len)
    whole = len(short) >= 24 and short.count(" ") >= 2
    part = whole and (
        long.startswith(short + " ")
        or long.endswith(" " + short)
        or (len(short) > 60 and long.startswith(short))
    )
    return min(best / 100, 0.995), part


def _equal(one: str | None, other: str | None) -> float | None:
    return None if one is None or other is None else float(one == other)


def _truth(value: bool | None) -> float:
    return 0.5 if value is None else float(value)


def _authors(share: float | None, first: bool | None) -> float | None:
    if share is None:
        return None
    return share if first else min(share, 0.75)


def _issue(a: Prepared, b: Prepared) -> float | None:
    if a.volume is not None and (a.volume, a.issue) == (b.issue, b.volume):
        return 1.0 if a.volume == a.issue else None  # swapped
    same = _equal(a.issue, b.issue)
    return 0.5 if same and a.supplement != b.supplement else same


def _volume(a: Prepared, b: Prepared) -> float | None:
    if a.volume is None or b.volume is None:
        return None
    if a.volume == b.volume:
        return 1.0
    # Swapped with the issue, or the issue put in its place.
    return 0.5 if a.volume == b.issue or b.volume == a.issue else 0.0


def _pages(a: Prepared, b: Prepared) -> float | None:
    if a.pages is None or b.pages is None:
        return None
    same = same_pages(a.pages, b.pages)
    # Ahead of print a paper is counted from page 1, before it has a volume; so is an electronic article.
    one_year = a.year is not None and a.year == b.year
    early = one_year and (a.volume is None or b.volume is None) and abs(a.pages.span - b.pages.span) <= 2
    electronic = article_number(a.pages) or article_number(b.pages)
    if same is False and 1 in (a.pages.first, b.pages.first) and (early or electronic):
        return None
    if same is False and a.pages.prefix != b.pages.prefix and _is_bmj(a) and _is_bmj(b):
        return None
    return _truth(same)


def _is_bmj(p: Prepared) -> bool:
    """The BMJ counts its papers twice, as c1804 online and by pages in print."""
    return p.journal is not None and any(n in {("bmj",), ("british", "medical")} for n in p.journal.names)


def _abstract(a: Prepared, b: Prepared) -> float | None:
    if a.abstract is None or b.abstract is None:
        return None
    length = min(len(a.abstract), len(b.abstract))
    return fuzz.ratio(a.abstract[:length], b.abstract[:length]) / 100
