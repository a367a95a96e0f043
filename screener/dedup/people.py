"""Author lists as far as databases agree on them: family names, whichever way round they were put."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz.distance import JaroWinkler

from screener.dedup.fold import listed, words

# Databases cut lists at different lengths; more names than this add no evidence.
MOST = 40

_NOBODY = frozenset(
    {
        "",
        "unknown",
        "anonymous",
        "anon",
        "nobody",
        "na",
        "none",
        "no authors listed",
        "et al",
        "nct",
        "isrctn",
    }
)
_GROUP = re.compile(
    r"\b(group|investigators?|committee|consortium|collaborat\w+|network|society|association|working party|"
    r"task force|team|study|trialists|institute|center|centre|organi[sz]ation|university|department)\b"
)
# Without one of these no name is a group's: a look at them is cheaper than the pattern.
_GROUP_WORDS = frozenset(
    listed(
        "group investigator investigators committee consortium network society association working task team "
        "study trialists institute center centre organisation organization university department"
    )
)
_SUFFIX = frozenset({"jr", "sr", "ii", "iii", "2nd", "3rd", "md", "phd", "et", "al", "prof", "dr"})
_PARTICLES = frozenset(
    {
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "al",
        "ten",
        "ter",
    }
)
_INITIALS = re.compile(r"^(?:[A-Z]\.?[- ]?){1,4}$")
_PARTS = re.compile(r"\s*;\s*|\s+and\s+(?=[A-Z])")
# 'Tan A.Schulze A.' as one string: a full stop with a capitalised word right behind it.
_RUN_ON = re.compile(r"(?<=[A-Z]\.)(?=[A-Z][\w'’-]{2,})")


@dataclass(frozen=True, slots=True)
class People:
    """`families[i]` is the folded family name of author i; `names[i]` all words of that name."""

    families: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def first(self) -> str | None:
        return self.families[0] if self.families else None


def people(authors: Sequence[str]) -> People:
    families: list[str] = []
    names: list[tuple[str, ...]] = []
    for author in islice(_split(authors), MOST):
        every = words(author)
        found = _family(author, every)
        if found:
            families.append(found)
            names.append(tuple(w for w in every if len(w) > 1 and w not in _SUFFIX))
    return People(tuple(families), tuple(names))


def first_families(authors: Sequence[str], count: int) -> tuple[str, ...]:
    """The first few of `people(authors).families`, for less."""
    found = (_family(author, words(author)) for author in islice(_split(authors), MOST))
    return tuple(islice((family for family in found if family), count))


def _split(authors: Sequence[str]) -> Iterator[str]:
    for entry in authors:
        for part in _PARTS.split(entry) if ";" in entry or "and" in entry else (entry,):
            several = part.count(".") > 1 and "," not in part
            for single in _RUN_ON.split(part) if several else (part,):
                if name := single.strip():
                    yield name


def _family(author: str, every: list[str]) -> str | None:
    """The folded family name; `every` are the author's words."""
    low = " ".join(every)
    if low in _NOBODY:
        return None
    if (not _GROUP_WORDS.isdisjoint(every) or "collaborat" in low) and _GROUP.search(low):
        return None
    family, comma, _ = author.partition(",")
    if not comma:
        tokens = author.split()
        while len(tokens) > 1 and tokens[-1].lower().strip(".") in _SUFFIX:
            tokens.pop()
        if len(tokens) > 1 and _INITIALS.match(tokens[-1]):
            while len(tokens) > 1 and _INITIALS.match(tokens[-1]):
                tokens.pop()
            family = " ".join(tokens)
        else:
            family = tokens[-1]
    parts = [w for w in words(family) if w not in _SUFFIX]
    core = [w for w in parts if w not in _PARTICLES] or parts
    return "".join(core) or None


def same_person(a: People, i: int, b: People, j: int) -> bool:
    one, other = a.families[i], b.families[j]
    if one == other or one in b.names[j] or other in a.names[i]:
        return True
    if min(len(one), len(other)) >= 4 and (one in other or other in one):
        return True
    return JaroWinkler.similarity(one, other, score_cutoff=0.9) > 0


def same_first(a: People, b: People) -> bool | None:
    """None if either side names nobody."""
    if not a.families or not b.families:
        return None
    return same_person(a, 0, b, 0)


def overlap(a: People, b: People) -> float | None:
    """The share of the shorter list's people found in the longer one; None if either is empty."""
    if not a.families or not b.families:
        return None
    if len(a.families) > len(b.families):
        a, b = b, a
    known = frozenset(b.families).union(*b.names)
    found = 0
    for i, family in enumerate(a.families):
        if family in known or any(same_person(a, i, b, j) for j in range(len(b.families))):
            found += 1
    return found / len(a.families)
