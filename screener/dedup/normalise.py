"""A citation prepared for matching: what every comparison needs, worked out once.

The citation itself stays as the database gave it; nothing here is shown or stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from screener.dedup import fold, kinds
from screener.dedup.people import People, first_families, people
from screener.dedup.places import Journal, Pages, read_journal, read_number, read_pages
from screener.model.citation import Citation

_COCHRANE = re.compile(r"^10\.1002/14651858\.(cd\d{6}|mr\d{6})(?:\.pub(\d+))?$")
_COCHRANE_PAGE = re.compile(r"\b(cd\d{6})\b")
_ABSTRACT_HEADING = re.compile(
    r"^\W*(?:abstract|background|objectives?|aims?|purpose|introduction|summary|context)\b\W*"
)
_WORDS = re.compile(r"[^\W_]+")
# As much of an abstract as makes a key.
_BEGINNING = 60


@dataclass(slots=True)
class Outline:
    """What tells whom a citation is compared with; the fields are as in `Prepared`."""

    title: str
    original_title: str | None
    doi: str | None
    pmid: str | None
    register_id: str | None
    pages: Pages | None
    volume: str | None
    issue: str | None
    families: tuple[str, ...]
    """Of the first three authors that have one."""
    year: int | None
    cochrane: tuple[str, int | None] | None
    abstract: str | None
    """At least its beginning."""


@dataclass(frozen=True, slots=True)
class Prepared:
    id: str
    title: str
    """Folded words with single blanks; roman numerals as digits; '' if there is none."""
    original_title: str | None
    translated: bool
    numbers: tuple[str, ...]
    generic: bool
    doi: str | None
    pmid: str | None
    register_id: str | None
    pages: Pages | None
    volume: str | None
    issue: str | None
    supplement: bool
    journal: Journal | None
    people: People
    year: int | None
    abstract: str | None
    kinds: frozenset[str]
    typed: bool
    """Whether its database says what type of publication it is."""
    proceedings: bool
    """Whether the venue is a conference by its name."""
    cochrane: tuple[str, int | None] | None
    """Review number and version (1 without .pubN); '' and None for what neither DOI nor pages tell."""


def title_key(title: str) -> str:
    """The letters and digits of a folded title alone: 'follow up', 'follow-up' and 'followup' are one."""
    return title.replace(" ", "")


def outline(citation: Citation) -> Outline:
    """A part of `prepare` for a third of its time; nearly all citations of a review need no more."""
    title, original = _titles(citation)
    volume, issue = _volume_issue(citation)
    return Outline(
        title=title,
        original_title=original,
        doi=fold.doi_key(citation.doi),
        pmid=_pmid(citation),
        register_id=kinds.register_id(citation) if kinds.is_register_entry(citation) else None,
        pages=read_pages(citation.pages),
        volume=volume,
        issue=issue,
        families=first_families(citation.authors, 3),
        year=citation.year,
        cochrane=_cochrane(citation),
        abstract=_abstract(citation.abstract, _BEGINNING),
    )


def prepare(id_: str, citation: Citation) -> Prepared:
    title, original = _titles(citation)
    found = kinds.kinds_of(citation)
    journal = read_journal(citation.journal)
    volume, issue = _volume_issue(citation)
    pages = read_pages(citation.pages)
    names = frozenset(w for name in journal.names for w in name) if journal else frozenset()
    return Prepared(
        id=id_,
        title=title,
        original_title=original,
        translated=fold.is_bracketed(citation.title or "") or original is not None,
        numbers=fold.numbers_of(title),
        generic=kinds.is_generic(title, names),
        doi=fold.doi_key(citation.doi),
        pmid=_pmid(citation),
        register_id=kinds.register_id(citation) if "register entry" in found else None,
        pages=pages,
        volume=volume,
        issue=issue,
        supplement="sup" in f"{citation.volume} {citation.issue} {citation.pages}".lower()
        or (pages is not None and pages.supplement),
        journal=journal,
        people=people(citation.authors),
        year=citation.year,
        abstract=_abstract(citation.abstract),
        kinds=found,
        typed=bool(citation.publication_types),
        proceedings=kinds.is_conference(citation.journal),
        cochrane=_cochrane(citation),
    )


# What PubMed prints where there is no English title.
_NO_TITLE = frozenset({"not available", "in process citation"})


def _titles(citation: Citation) -> tuple[str, str | None]:
    """The folded title and, where the database gives it, that of the original language."""
    title, original = fold.fold_title(fold.join_thousands(citation.title or ""))
    if citation.original_title:
        original = fold.fold_title(fold.join_thousands(citation.original_title))[0] or original
    if title in _NO_TITLE:
        return original or "", None
    return title, original if original != title else None


def _pmid(citation: Citation) -> str | None:
    return (citation.pmid or "").strip().lstrip("0") or None


def _volume_issue(citation: Citation) -> tuple[str | None, str | None]:
    volume, issue = read_number(citation.volume), read_number(citation.issue)
    if issue is None and citation.volume and (match := re.search(r"\(\s*(\d+)", citation.volume)):
        issue = match[1].lstrip("0") or None
    # Journals without volumes, and Cochrane, are given the year as volume by some databases.
    if volume is not None and citation.year is not None and volume == str(citation.year):
        volume = None
    return volume, issue


def _abstract(text: str | None, at_least: int | None = None) -> str | None:
    """The first words, without a heading; None if too short to tell works apart.

    With `at_least` that many of its characters are enough, which is less to read.
    """
    if not text:
        return None
    if at_least is not None:
        # Where the text is cut, half a tag or an entity may read otherwise: hence the distance from there.
        key = _words_of_abstract(text[: at_least * 5])
        if len(key) >= max(120, at_least) + 60:
            return key[:at_least]
    key = _words_of_abstract(text[:600])[:300]
    return key if len(key) >= 120 else None


def _words_of_abstract(text: str) -> str:
    return " ".join(_WORDS.findall(_ABSTRACT_HEADING.sub("", fold.plain(text))))


def _cochrane(citation: Citation) -> tuple[str, int | None] | None:
    if match := _COCHRANE.match((citation.doi or "").strip().lower()):
        return match[1], int(match[2] or 1)
    if match := _COCHRANE_PAGE.search((citation.pages or "").lower()):
        return match[1], None
    # A version without its number: it may be any review, so it is told apart by the title alone.
    return ("", None) if "cochrane database" in fold.plain(citation.journal or "") else None
