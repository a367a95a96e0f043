"""The decision on one pair: a rule that matches, then the vetoes against it.

A rule needs several fields to agree; fields that are missing neither help nor hurt. Rules that join are
tried from the surest down; if none matches, the two rules that ask are tried.
"""

from __future__ import annotations

from screener.dedup.compare import Comparison, compare
from screener.dedup.fold import listed
from screener.dedup.normalise import Prepared
from screener.dedup.values import PairVerdict, Policy, Verdict
from screener.dedup.vetoes import only_spelling, same_place, vetoes

BY_WAY_OF_OTHERS = "joined only by way of others"


def judge(a: Prepared, b: Prepared, policy: Policy, *, linked: bool = False) -> PairVerdict | None:
    """None if nothing suggests that the two are one work.

    With `linked` the pair hangs together by way of third citations, so that a veto is worth telling even if
    no rule matches.
    """
    if a.id > b.id:
        a, b = b, a
    c = compare(a, b)
    joining = joining_rule(a, b, c) or _by_policy(a, b, c, policy)
    rule = joining or asking_rule(a, b, c)
    if rule is None and not linked:
        return None
    against = vetoes(a, b, c, policy)
    if rule is None:
        if not against:
            return None
        rule = BY_WAY_OF_OTHERS
    if any(v.hard for v in against):
        verdict = Verdict.DIFFERENT
    elif against or joining is None:
        verdict = Verdict.ASK
    else:
        verdict = Verdict.SAME
    agree, disagree, missing = c.named()
    return PairVerdict(
        a.id, b.id, verdict, c.score(), rule, agree, disagree, missing, tuple(v.name for v in against)
    )


def joining_rule(a: Prepared, b: Prepared, c: Comparison) -> str | None:
    if "register entry" in a.kinds and "register entry" in b.kinds:
        return "same register number" if a.register_id and a.register_id == b.register_id else None
    authors, exact, place = _authors_agree(c), c.title == 1.0, same_place(c)
    near = c.title >= 0.93 or c.part
    year_near = c.years is None or c.years <= 1
    if c.yes("pmid") and (c.title >= 0.5 or place or authors):
        return "same PMID"
    if c.yes("doi") and (exact or near or (c.title >= 0.7 and authors is not False) or (place and authors)):
        return "same DOI"
    if _one_version(a, b, c) and authors is not False:
        return "same version of a Cochrane review"
    if exact and authors and (c.yes("pages") or c.yes("volume") or c.yes("journal")):
        return "same title, authors and place"
    if exact and place and year_near and (authors is not False or (c.yes("journal") and _same_run(a, b))):
        # Letters under one heading stand on one page, so without the authors it takes more than that.
        return "same title and place"
    if (c.title >= 0.8 or c.part) and authors and place:
        return "similar title, same authors and place"
    if (c.title >= 0.9 or c.part) and place and c.yes("journal") and c.years == 0 and authors is not False:
        return "similar title, same place"
    if authors is not False and _translation(a, b, c):
        return "same authors and pages, translated title"
    if (
        near
        and authors
        and c.yes("journal")
        and c.yes("volume")
        and year_near
        and (only_spelling(a, b) or _subtitle_lost(a, b))
    ):
        return "similar title, same authors and volume"
    if (c.fields["abstract"] or 0) >= 0.95 and c.title >= 0.8 and authors and year_near:
        return "same abstract and authors"
    if (
        c.title >= 0.93
        and len(a.title) >= 40
        and authors
        and c.yes("journal")
        and c.years == 0
        and c.fields["volume"] is None
        and only_spelling(a, b)
    ):
        return "similar title, same authors and journal"
    if exact and authors is not False and (c.fields["abstract"] or 0) >= 0.9 and year_near:
        return "same title and abstract"
    if exact and authors and c.years == 0 and len(a.title) >= 30 and not _place_known(c):
        return "same title, authors and year"
    return None


def _subtitle_lost(a: Prepared, b: Prepared) -> bool:
    """One title is the beginning of the other. Words before it make another paper more often than words behind it."""
    short, long = sorted((a.title, b.title), key=len)
    return len(short) >= 40 and long.startswith(short + " ")


def _one_version(a: Prepared, b: Prepared, c: Comparison) -> bool:
    """One number, and one version or one issue of one year; Cochrane retitles its reviews."""
    if not a.cochrane or not b.cochrane or not a.cochrane[0] or a.cochrane[0] != b.cochrane[0]:
        return False
    known = a.cochrane[1] is not None and a.cochrane[1] == b.cochrane[1]
    return c.years == 0 and (known or c.yes("issue"))


def _by_policy(a: Prepared, b: Prepared, c: Comparison, policy: Policy) -> str | None:
    if policy.merge_preprints and "preprint" in a.kinds ^ b.kinds:
        title = c.title >= 0.93 and not a.generic and not b.generic
        if title and _authors_agree(c) and (c.years is None or c.years <= 3):
            return "preprint and journal article"
    return None


def asking_rule(a: Prepared, b: Prepared, c: Comparison) -> str | None:
    untitled = c.fields["title"] is None
    if c.yes("doi") and (untitled or c.title >= 0.5 or _authors_agree(c) or same_place(c)):
        # Two other titles, and nothing else: it is the DOI of a whole supplement, or a wrong one.
        return "same DOI, little else"
    if c.yes("pmid"):
        return "same PMID, little else"
    authors = _authors_agree(c)
    if c.title == 1.0 and not a.generic and (authors or (authors is None and not c.no("journal"))):
        return "same title"
    if (c.title >= 0.9 or c.part) and authors and (c.years is None or c.years <= 2):
        return "similar title, same authors"
    if authors and c.authors == 1.0 and _one_run_of_pages(a, b, c):
        return "same authors and place, other title"
    return None


def _authors_agree(c: Comparison) -> bool | None:
    if c.authors is None:
        return None
    return c.authors >= 0.6 or bool(c.first_author and c.authors >= 0.3)


def _translation(a: Prepared, b: Prepared, c: Comparison) -> bool:
    """The same people on the same run of pages of one issue: one paper whatever its title.

    Journals that count each issue from page 1 can have two papers there in a year, so without the issue on
    both sides one title must be marked as translated. Without authors the titles must resemble each other.
    """
    if not _one_run_of_pages(a, b, c) or not c.yes("volume"):
        return False
    if c.authors is None:
        return c.title >= 0.6 and c.yes("journal") and (a.translated or b.translated)
    if not c.first_author or c.authors < 0.6:
        return False
    return c.yes("issue") or a.translated or b.translated or _foreign(a) != _foreign(b)


def _one_run_of_pages(a: Prepared, b: Prepared, c: Comparison) -> bool:
    """A single page or a supplement does not count: several abstracts of one group can stand on one page."""
    if not a.pages or not b.pages or c.years != 0 or not same_place(c) or c.no("issue"):
        return False
    if a.pages.supplement or b.pages.supplement:
        return False
    return _same_run(a, b)


def _same_run(a: Prepared, b: Prepared) -> bool:
    """The same first and last page, with at least one between them."""
    if a.pages is None or b.pages is None:
        return False
    return min(a.pages.span, b.pages.span) >= 3 and a.pages.ranges[:1] == b.pages.ranges[:1]


_ENGLISH = frozenset(listed("the of and in for with on an by to from is are"))


def _foreign(p: Prepared) -> bool:
    """A longer title without any of the words that English titles cannot do without."""
    words = p.title.split()
    return len(words) >= 5 and _ENGLISH.isdisjoint(words)


def _place_known(c: Comparison) -> bool:
    return any(c.fields[f] is not None for f in ("journal", "volume", "pages"))
