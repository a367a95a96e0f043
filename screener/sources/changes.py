"""What differs between two versions of a citation, and what a database says happened to a paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from screener.model.citation import NAMES, Citation

# A reader of title and abstract may judge otherwise when one of these differs. All else (a volume that was
# missing, MeSH terms that came later) is kept and shown, but nobody is asked again.
_JUDGED = frozenset({"title", "abstract", "language"})
# What two wordings must share to count as the same text put differently (rapidfuzz ratio, percent).
_SAME_TEXT = 98.0


@dataclass(frozen=True, slots=True)
class Change:
    """One field of two versions: what stood there, what stands there now; lists as tuples of text.

    `material`: somebody who has judged the older version should look again.
    """

    field: str
    before: Any
    after: Any
    material: bool


def differences(before: Citation, after: Citation) -> tuple[Change, ...]:
    """The fields that differ, in the order of the contract. The day of the database's last revision is none."""
    return tuple(
        Change(name, old, new, name in _JUDGED and _reads_differently(old, new))
        for name in NAMES
        if name != "revised" and (old := getattr(before, name)) != (new := getattr(after, name))
    )


def material(before: Citation, after: Citation) -> bool:
    """Somebody who has judged `before` should look at `after`."""
    return any(change.material for change in differences(before, after))


def _reads_differently(old: str | None, new: str | None) -> bool:
    """Other words or other numbers; not another case, mark-up or punctuation, and not one mended letter."""
    first, second = _words(old), _words(new)
    if first == second:
        return False
    if [w for w in first if w.isdigit()] != [w for w in second if w.isdigit()]:
        return True
    return fuzz.ratio(" ".join(first), " ".join(second)) < _SAME_TEXT


def _words(text: str | None) -> list[str]:
    return re.findall(r"[^\W_]+", (text or "").casefold())


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened to a paper: 'retraction', 'concern' or 'erratum'.

    `pmid` is the paper it happened to when the notice is a citation of its own ('RetractionOf'), else None:
    it happened to the citation that says so ('RetractionIn'). `text` is where it was printed.
    """

    kind: str
    pmid: str | None
    text: str


_HAPPENED = {
    "RetractionIn": "retraction",
    "PartialRetractionIn": "retraction",
    "RetractedandRepublishedIn": "retraction",
    "ExpressionOfConcernIn": "concern",
    "ErratumIn": "erratum",
    "CorrectedandRepublishedIn": "erratum",
}
_TELLS = {
    "RetractionOf": "retraction",
    "PartialRetractionOf": "retraction",
    "RetractedandRepublishedFrom": "retraction",
    "ExpressionOfConcernFor": "concern",
    "ErratumFor": "erratum",
    "CorrectedandRepublishedFrom": "erratum",
}


def notices(citation: Citation) -> tuple[Notice, ...]:
    """Retractions, expressions of concern and errata that an entry tells of, of itself or of another."""
    found = []
    for each in citation.relations:
        text = each.text or (f"PMID {each.pmid}" if each.pmid else "")
        if kind := _HAPPENED.get(each.kind):
            found.append(Notice(kind, None, text))
        elif (kind := _TELLS.get(each.kind)) and each.pmid:
            found.append(Notice(kind, each.pmid, citation.title or text))
    types = {each.casefold() for each in citation.publication_types}
    if "retracted publication" in types and not any(n.kind == "retraction" and not n.pmid for n in found):
        found.append(Notice("retraction", None, "publication type: Retracted Publication"))
    return tuple(dict.fromkeys(found))
