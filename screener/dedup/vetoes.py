"""What speaks against joining two citations that otherwise match.

A hard veto means two works: the pair is different. A soft one means that a person must look. Neither
is ever overruled by a score, and no cluster of the engine's making holds a vetoed pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

from screener.dedup.compare import Comparison
from screener.dedup.kinds import NOTICES
from screener.dedup.normalise import Prepared
from screener.dedup.values import Policy

# Letters of a title that says enough for nobody to use it twice.
_LONG = 40


@dataclass(frozen=True, slots=True)
class Veto:
    name: str
    hard: bool


def same_place(c: Comparison) -> bool:
    """The same first page in the same volume; two works hardly ever share both."""
    if not c.yes("pages") or c.no("volume"):
        return False
    return c.yes("volume") or c.yes("journal") or c.yes("issue")


def vetoes(a: Prepared, b: Prepared, c: Comparison, policy: Policy) -> tuple[Veto, ...]:
    return tuple(_vetoes(a, b, c, policy))


def _vetoes(a: Prepared, b: Prepared, c: Comparison, policy: Policy) -> Iterator[Veto]:
    one_sided = a.kinds ^ b.kinds
    identified = c.yes("doi") or c.yes("pmid")
    if "register entry" in one_sided:
        yield Veto("register entry and paper", True)
    if "register entry" in a.kinds & b.kinds:
        if a.register_id and b.register_id and a.register_id != b.register_id:
            yield Veto("two register numbers", True)
        return
    if not one_sided.isdisjoint(NOTICES) and not (c.title == 1.0 and (same_place(c) or identified)):
        # Equal titles do not say which it is; types that one of the databases does not give leave it open.
        yield Veto("erratum, comment or reply", c.title < 1.0 or (a.typed and b.typed))
    elif (a.kinds & b.kinds).intersection(NOTICES) and c.fields["pages"] is None and not identified:
        # One paper can have several; without their pages nothing tells them apart.
        yield Veto("erratum, comment or reply without its page", False)
    if "protocol" in one_sided and not (same_place(c) or identified):
        yield Veto("protocol", True)

    versions = _one_review(a, b)
    preprint = "preprint" in one_sided
    if preprint and not identified and not same_place(c) and not policy.merge_preprints:
        yield Veto("preprint and journal article", True)
    if versions and not policy.merge_cochrane_versions:
        yield from _cochrane(a, b, c)
    joined_by_policy = (versions and policy.merge_cochrane_versions) or (preprint and policy.merge_preprints)
    if joined_by_policy:
        yield from _titles(a, b, c, identified=True)
        return

    yield from _identifiers(a, b, c)
    yield from _meetings(a, b, c, identified)
    yield from _places(a, b, c, identified)
    yield from _titles(a, b, c, identified)


def _one_review(a: Prepared, b: Prepared) -> bool:
    if a.cochrane is None or b.cochrane is None:
        return False
    return a.cochrane[0] == b.cochrane[0] or not a.cochrane[0] or not b.cochrane[0]


def _cochrane(a: Prepared, b: Prepared, c: Comparison) -> Iterator[Veto]:
    one, other = (p.cochrane[1] if p.cochrane else None for p in (a, b))
    if one is not None and other is not None and one != other:
        yield Veto("versions of a Cochrane review", True)
    elif (one is None or other is None) and (c.years or c.no("issue")):
        yield Veto("perhaps versions of a Cochrane review", False)


def _identifiers(a: Prepared, b: Prepared, c: Comparison) -> Iterator[Veto]:
    if c.no("doi") and not (c.yes("pmid") and c.title == 1.0):
        yield Veto("two DOIs", False)
    if c.no("pmid"):
        yield Veto("two PMIDs", False)
    titled = c.fields["title"] is not None
    if c.yes("doi") and not c.yes("pmid") and titled and c.title < 0.5 and not same_place(c):
        yield Veto("one DOI, two titles", not (c.authors or 0) >= 0.5)
    if a.register_id and b.register_id and a.register_id != b.register_id:
        yield Veto("two register numbers", True)


def _meetings(a: Prepared, b: Prepared, c: Comparison, identified: bool) -> Iterator[Veto]:
    if identified:
        return
    # One venue that one side names as the conference is one on the other side too.
    venue = (a.proceedings or b.proceedings) and c.yes("journal")
    if "meeting" in a.kinds ^ b.kinds and not venue:
        abstract, other = (a, b) if "meeting" in a.kinds else (b, a)
        # Databases leave out an abstract's pages often, a printed paper's hardly ever.
        pageless = abstract.pages is not None and other.pages is None and c.yes("volume")
        if same_place(c) or (pageless and c.yes("journal") and not c.no("issue")):
            return
        apart = c.years or any(c.no(f) for f in ("journal", "volume", "issue", "pages"))
        yield Veto("meeting abstract and journal article", bool(apart))
    elif "meeting" in a.kinds | b.kinds and c.years:
        # Proceedings that appear the year after are told apart from yearly papers by a person only.
        next_year = c.title == 1.0 and c.years == 1 and not c.no("pages")
        if not (next_year and _one_meeting(a, b, c)):
            yield Veto("meetings of two years", not next_year)
    if "workshop" in a.kinds ^ b.kinds and not c.yes("journal"):
        yield Veto("workshop and other venue", True)


def _one_meeting(a: Prepared, b: Prepared, c: Comparison) -> bool:
    """Whether proceedings of one meeting are dated by the meeting here and by their printing there.

    That takes one venue that is a conference by its name, without two numbers of it; a place on one side only; the
    same authors; and a title too long to be used again each year.
    """
    if not a.journal or not b.journal or c.no("abstract"):
        return False
    venue = (a.proceedings or b.proceedings) and c.yes("journal")
    numbers = a.journal.editions and b.journal.editions and a.journal.editions != b.journal.editions
    placed = [_placed(a), _placed(b)]
    return (
        venue
        and not numbers
        and any(placed)
        and not all(placed)
        and c.authors == 1.0
        and len(a.title) >= _LONG
    )


def _places(a: Prepared, b: Prepared, c: Comparison, identified: bool) -> Iterator[Veto]:
    if same_place(c):
        return
    apart = [f for f in ("journal", "volume", "pages") if c.no(f)]
    if "pages" in apart and len(apart) >= 2 and not (identified and c.title == 1.0):
        # The same title by the same people within a year: perhaps printed twice, which a person wants to know.
        again = c.title == 1.0 and c.years == 0 and (c.authors or 0) >= 0.6 and not a.generic
        yield Veto("another place", len(apart) == 3 and not identified and not again)
    elif apart == ["journal", "volume"] and not identified:
        yield Veto("another place", False)
    elif apart == ["pages"] and not identified:
        # Not even in one volume of one journal: a meeting abstract often has the title of the paper.
        yield Veto("other pages", False)
    elif apart == ["volume"] and not identified and not c.yes("pages"):
        yield Veto("other volume", False)
    elif apart == ["journal"] and not identified and not c.yes("pages") and not _journal_renamed(a, c):
        yield Veto("other journal", False)
    elif not apart and not identified and not c.yes("pages"):
        if c.no("issue"):
            yield Veto("other issue", False)
        elif a.supplement != b.supplement and c.fields["pages"] is None and a.issue and b.issue:
            yield Veto("supplement and regular issue", False)
        elif _pages_lost(a, b) and not c.yes("issue") and not c.yes("abstract"):
            # An abstract of the same volume often lacks its pages; a paper with printed pages hardly ever.
            yield Veto("printed pages on one side only", False)
    sure = c.yes("abstract") or (len(a.title) >= _LONG and c.authors == 1.0)
    if c.years == 1 and not identified and not sure and not _placed(a) and not _placed(b):
        # What is online in one year and printed in the next has a place on one side; what appears yearly has none.
        yield Veto("two years and no place", False)
    if c.years is not None and c.years > 1 and not (identified and c.title == 1.0):
        yield Veto("years apart", c.years > 3 and not identified and a.cochrane is None)


def _placed(p: Prepared) -> bool:
    return p.pages is not None or p.volume is not None


def _journal_renamed(a: Prepared, c: Comparison) -> bool:
    """One journal by its names in two languages: all else that is known agrees, volume and issue among it."""
    numbers = c.yes("volume") and c.yes("issue") and c.years == 0
    return numbers and c.title == 1.0 and c.authors == 1.0 and len(a.title) >= _LONG and not c.no("abstract")


def _pages_lost(a: Prepared, b: Prepared) -> bool:
    """A run of printed pages in a volume against the same volume without pages."""
    if (a.pages is None) == (b.pages is None) or a.volume is None or b.volume is None:
        return False
    known = a.pages or b.pages
    return known is not None and known.span > 1 and known.first > 1


def _titles(a: Prepared, b: Prepared, c: Comparison, identified: bool) -> Iterator[Veto]:
    # Titles that are equal in the original language may differ in their translations.
    if a.numbers != b.numbers and a.title and b.title and c.title < 1.0 and not c.yes("pmid"):
        extra = _differences(a.numbers, b.numbers)
        notice = not (a.kinds | b.kinds).isdisjoint(NOTICES)
        excused = same_place(c) and not notice and (c.title >= 0.8 or c.part or a.translated or b.translated)
        if extra and not excused:
            yield Veto("numbers in the titles", all(extra) and not identified)
    if (a.generic or b.generic) and not identified:
        placed = c.yes("pages") and (c.yes("volume") or c.yes("issue"))
        near = c.years == 1 and placed and bool(c.authors)
        apart = (c.years and not near) or any(
            c.no(f) for f in ("doi", "pmid", "authors", "volume", "issue", "pages")
        )
        if apart or c.authors is None or not placed:
            yield Veto("a title that many works share", bool(apart))


def _differences(x: tuple[str, ...], y: tuple[str, ...]) -> tuple[list[str], list[str]] | None:
    """What each side has more of; None if nothing."""
    left, right = list(x), list(y)
    for n in x:
        if n in right:
            left.remove(n)
            right.remove(n)
    return (left, right) if left or right else None


_ARTICLES = frozenset({"a", "an", "the", "of", "in", "on", "for"})


def only_spelling(a: Prepared, b: Prepared) -> bool:
    """Each word that only one title has is a variant of one of the other's: no 'women' against 'men'."""
    one, other = set(a.title.split()), set(b.title.split())
    left, right = one - other, other - one
    return _variants(left, right) and _variants(right, left)


def _variants(some: set[str], others: set[str]) -> bool:
    letters = any(len(w) == 1 for w in others)  # 'hepatitis A' against 'hepatitis B'
    left_out = _ARTICLES - {"a"} if letters else _ARTICLES
    return all(word in left_out or any(_variant(word, w) for w in others) for word in some)


def _variant(x: str, y: str) -> bool:
    return x[0] == y[0] and abs(len(x) - len(y)) < 3 and JaroWinkler.similarity(x, y) >= 0.88
