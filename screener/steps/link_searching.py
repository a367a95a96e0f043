"""Citation searching by PubMed's links between papers: what cites a record (forward), what it cites (backward).

Everything is fetched first and stored in one transaction: when the network fails half way, nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from screener.model.citation import BadEntry, Entry
from screener.model.errors import Problem, ReviewError
from screener.model.ids import citation_id
from screener.sources.entrez import Entrez
from screener.steps.citation_searching import problems_of, store_run
from screener.steps.intake import prepared
from screener.steps.review import Progress, Review, silent
from screener.store import citations as store_citations
from screener.store import intake as store_intake
from screener.store.intake import Prepared

Direction = Literal["cited_by", "references"]
PARTIAL = "PubMed's links cover part of the citations only: search another citation index too, or the reference lists"


@dataclass(frozen=True, slots=True)
class LinkSearch:
    """What PubMed's links of some records brought. `without` are records that have no PMID."""

    query: str
    direction: str
    search: str | None
    records: int
    links: Mapping[str, tuple[str, ...]]
    without: tuple[str, ...]
    found: int
    new: int
    known: int
    missing: tuple[str, ...]
    skipped: tuple[Problem, ...]
    messages: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "direction": self.direction,
            "search": self.search,
            "records": self.records,
            "links": {pmid: list(linked) for pmid, linked in self.links.items()},
            "without_pmid": list(self.without),
            "found": self.found,
            "new": self.new,
            "known": self.known,
            "missing": list(self.missing),
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
            "messages": list(self.messages),
        }


def search_links(
    review: Review,
    records: Sequence[str],
    *,
    direction: Direction,
    client: Entrez,
    skip_bad: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> LinkSearch:
    """Follow PubMed's links from records: to the papers that cite them ('cited_by'), or that they cite.

    `records` are records as a person names them. Those of the linked papers that the review has already are
    not fetched again, but count as found by this search too. ReviewError when no record has a PMID.
    """
    me = review.person()
    _ = review.protocol
    pmids, without = _pmids(review, records)
    progress("asking PubMed for links", 0, len(pmids))
    links = client.links(pmids, direction)
    linked = tuple(dict.fromkeys(pmid for each in pmids for pmid in links.get(each, ())))
    held = store_intake.known_keys(review.store, "pubmed", linked)
    place = {pmid: number for number, pmid in enumerate(linked, 1)}
    wanted = [pmid for pmid in linked if pmid not in held]
    entries: list[Entry] = []
    bad: list[BadEntry] = []
    missing: list[str] = []
    for page in client.records(wanted) if wanted else ():
        entries += page.entries
        bad += [replace(each, position=place[wanted[each.position - 1]]) for each in page.bad]
        missing += page.missing
        progress("reading linked records", len(entries), len(wanted))
    count = len(set(records))
    query = f"{direction} of {count} record{'s' if count > 1 else ''}"
    problems = problems_of(query, bad, skip_bad=skip_bad)
    done = LinkSearch(
        query=query,
        direction=direction,
        search=None,
        records=count,
        links={pmid: links.get(pmid, ()) for pmid in pmids},
        without=without,
        found=len(linked),
        new=len(entries),
        known=len(held),
        missing=tuple(missing),
        skipped=problems,
        messages=(PARTIAL,),
    )
    if dry_run:
        return done
    rows = [_held_row(review, pmid, place[pmid]) for pmid in linked if pmid in held]
    rows += [
        prepared("pubmed", replace(entry, position=place[str(entry.citation.pmid)])) for entry in entries
    ]
    words = "papers that cite them" if direction == "cited_by" else "papers that they cite"
    with review.store.write():
        search, _ = store_run(
            review,
            me.id,
            rows,
            query=query,
            database="pubmed",
            strategy=f"PubMed's links ({words}) of the PMIDs {', '.join(pmids)}",
            hits=len(linked),
            missing=missing,
            bad=bad,
            messages=done.messages,
        )
    return replace(done, search=search)


def _pmids(review: Review, records: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The PMIDs of the citations of records, and the records that have none."""
    found: list[str] = []
    without: list[str] = []
    for named in dict.fromkeys(records):
        record = store_citations.find_record(review.store, named)
        members = store_citations.record_members(review.store, record)
        citations = store_citations.citations(review.store, members)
        own = [citation.pmid for citation in citations.values() if citation.pmid]
        found += own
        if not own:
            without.append(named)
    if not found:
        raise ReviewError(
            "none of the records has a PMID: PubMed has no links of them",
            entry=", ".join(without),
            expected="records that PubMed knows",
        )
    return list(dict.fromkeys(found)), tuple(without)


def _held_row(review: Review, pmid: str, position: int) -> Prepared:
    """A record that the review has, as found once more: its current version, which is not stored again."""
    cid = citation_id("pubmed", pmid, b"")
    version = store_citations.current_version(review.store, cid)
    return Prepared(position, cid, version, pmid, b"", None, None, None, None, "{}", ())
