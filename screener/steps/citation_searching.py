"""Citation searching: what included papers cite (backward), and what cites them (forward).

A reference list becomes one search run of kind 'citation' with the PubMed records that its references are; so
do PubMed's own links between papers. Everything is fetched first and stored in one transaction: when the
network fails half way, nothing is stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, Problem, ReviewError
from screener.model.ids import citation_id
from screener.sources.entrez import Entrez
from screener.sources.reference_list import read_references
from screener.sources.reference_parts import Reference
from screener.sources.remote import Remote
from screener.steps.intake import prepared
from screener.steps.resolving import Resolution, Resolved, resolve
from screener.steps.review import Progress, Review, silent
from screener.store import citations as store_citations
from screener.store import intake as store_intake
from screener.store.intake import Prepared

__all__ = [
    "CitationSearch",
    "Item",
    "LinkSearch",
    "Resolved",
    "read_reference_file",
    "resolve",
    "search_links",
    "search_references",
]

Direction = Literal["cited_by", "references"]
PARTIAL = (
    "PubMed's links cover part of the citations only: search another citation index too, or the reference lists"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One reference and what became of it.

    `state`: new, known (the review had the record, or the list names it twice), unresolved, unsure (a record
    was found that may be another one: `pmid` and `doubt` say which and why; it is not imported).
    """

    reference: Reference
    state: str
    how: str | None = None
    pmid: str | None = None
    doubt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.reference.to_dict(),
            "printed_pmid": self.reference.pmid,
            "pmid": self.pmid,
            "how": self.how,
            "state": self.state,
            "doubt": self.doubt,
        }


@dataclass(frozen=True, slots=True)
class CitationSearch:
    """What a reference list brought. `searches` are the runs that were stored: none of a dry run, PubMed's,
    and that of the register when a client of it was given. `registered` are the trial numbers that the
    references name; `register` counts their entries as new and known."""

    query: str
    searches: tuple[str, ...]
    items: tuple[Item, ...]
    registered: tuple[str, ...]
    register: Mapping[str, int]
    skipped: tuple[Problem, ...]
    new: int
    changed: int
    unchanged: int
    repeated: int

    def count(self, state: str) -> int:
        return sum(item.state == state for item in self.items)

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "searches": list(self.searches),
            "references": [item.to_dict() for item in self.items],
            "states": {state: self.count(state) for state in ("new", "known", "unsure", "unresolved")},
            "registry_ids": list(self.registered),
            "register": dict(self.register),
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
        }


def read_reference_file(data: bytes, name: str) -> tuple[Reference, ...]:
    """The references of a text file (UTF-8, UTF-16 or the Windows alphabet). InputError if it has none."""
    from screener.sources.bytes import text_of

    if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("this is no text", file=name, expected="a reference list as plain text")
    text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else text_of(data)[0]
    found = read_references(text)
    if not found:
        raise InputError("there is no reference in it", file=name, expected="a reference list as plain text")
    return found


def search_references(
    review: Review,
    references: Sequence[Reference],
    *,
    name: str,
    client: Entrez,
    trials: Remote | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> CitationSearch:
    """Find the records of references and store them as a search run called `name`; `hits` is the number of
    references, and what could not be found stands in the run's `missing`.

    With `trials` the register entries of the trial numbers in the list are stored too, as a run of their own.
    """
    me = review.person()
    _ = review.protocol
    if not references:
        raise InputError("the list holds no reference", entry=name, expected="at least one reference")
    resolution = resolve(references, client, progress)
    problems = _problems(name, resolution.bad, skip_bad=skip_bad)
    numbers = tuple(dict.fromkeys(number for each in references for number in each.registry_ids))
    entries, lost = _register_entries(trials, numbers, skip_bad=skip_bad)
    items = _items(review, resolution)
    known = store_intake.known_keys(review.store, "clinicaltrials", numbers)
    found_numbers = [entry.citation.source_key or "" for entry in entries]
    done = CitationSearch(
        query=name,
        searches=(),
        items=items,
        registered=numbers,
        register=Counter("known" if number in known else "new" for number in found_numbers),
        skipped=problems,
        new=0,
        changed=0,
        unchanged=0,
        repeated=0,
    )
    if dry_run:
        return done
    rows = [prepared("pubmed", each.entry) for each in resolution.resolved if each.entry is not None]
    missing = [_listed(item) for item in items if item.state in ("unresolved", "unsure")]
    with review.store.write():
        search, outcome = _store(
            review,
            me.id,
            rows,
            query=name,
            database="pubmed",
            strategy=_strategy(items),
            hits=len(references),
            missing=missing,
            bad=[replace(bad, position=n) for n, bad in enumerate(resolution.bad, len(references) + 1)],
        )
        searches = [search]
        if entries:
            second, _ = _store(
                review,
                me.id,
                [prepared("clinicaltrials", entry) for entry in entries],
                query=f"trials in {name}",
                database="clinicaltrials",
                strategy=f"Trial numbers in the reference list: {', '.join(numbers)}",
                hits=len(entries) + len(lost),
                missing=lost,
            )
            searches.append(second)
    return replace(
        done,
        searches=tuple(searches),
        new=outcome.new,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        repeated=outcome.repeated,
    )


def _items(review: Review, resolution: Resolution) -> tuple[Item, ...]:
    pmids = [each.pmid for each in resolution.resolved if each.entry is not None and each.pmid]
    seen = set(store_intake.known_keys(review.store, "pubmed", pmids))
    items: list[Item] = []
    for each in resolution.resolved:
        if each.entry is None:
            state = "unsure" if each.pmid else "unresolved"
        else:
            assert each.pmid is not None
            state = "known" if each.pmid in seen else "new"
            seen.add(each.pmid)
        items.append(Item(each.reference, state, each.how, each.pmid, each.doubt))
    return tuple(items)


def _listed(item: Item) -> str:
    perhaps = f" (perhaps PMID {item.pmid}: {item.doubt})" if item.pmid else ""
    return f"{item.reference.label or item.reference.number} {item.reference.text}{perhaps}"


def _strategy(items: Sequence[Item]) -> str:
    """What was done, and the list itself."""
    ways = Counter(item.how for item in items if item.state in ("new", "known"))
    how = ", ".join(f"{way} {number}" for way, number in ways.items()) or "none"
    left = sum(item.state in ("unresolved", "unsure") for item in items)
    head = (
        f"Reference list of {len(items)} references, looked up in PubMed one by one. Found by: {how}. "
        f"Not found: {left}."
    )
    return "\n".join([head, "", *(f"{item.reference.number}. {item.reference.text}" for item in items)])


def _register_entries(
    trials: Remote | None, numbers: Sequence[str], *, skip_bad: bool
) -> tuple[list[Entry], list[str]]:
    """The register's entries of NCT numbers, and the numbers that it does not give."""
    wanted = [number for number in numbers if number.startswith("NCT")]
    if trials is None or not wanted:
        return [], []
    answer = trials.search(f"filter.ids={'|'.join(wanted)}")
    entries: list[Entry] = []
    for page in trials.fetch(answer):
        _problems("ClinicalTrials.gov", page.bad, skip_bad=skip_bad)
        entries += page.entries
    got = {entry.citation.source_key for entry in entries}
    return entries, [number for number in wanted if number not in got]


def _problems(what: str, bad: Sequence[BadEntry], *, skip_bad: bool) -> tuple[Problem, ...]:
    problems = tuple(
        Problem(each.message, file=what, entry=f"entry {each.position}", expected=each.expected) for each in bad
    )
    if problems and not skip_bad:
        raise InputError(
            f"{len(problems)} records cannot be read; nothing was stored"
            f" ({'; '.join(problem.message for problem in problems)})",
            file=what,
            expected="--skip-bad to take the others",
        )
    return problems


def _store(
    review: Review,
    actor: str,
    rows: Sequence[Prepared],
    *,
    query: str,
    database: str,
    strategy: str,
    hits: int,
    missing: Collection[str] = (),
    bad: Sequence[BadEntry] = (),
    messages: Sequence[str] = (),
) -> tuple[str, store_intake.Outcome]:
    """One finished run of kind 'citation'."""
    store = review.store
    search = store_intake.start_search(
        store,
        actor,
        {
            "query": query,
            "database": database,
            "kind": "citation",
            "platform": None,
            "searched_on": store.ids.time_text()[:10],
            "searched_by": actor,
            "strategy": strategy,
            "term": None,
            "query_translation": None,
            "messages": json.dumps(list(messages), ensure_ascii=False),
            "hits": hits,
            "file": None,
            "file_sha256": None,
            "format": "pubmed_xml" if database == "pubmed" else "ctgov_json",
        },
    )
    store_intake.add_entries(store, search, database, rows)
    store_intake.add_skipped(store, search, bad)
    outcome = store_intake.outcome(store, search)
    store_intake.end_search(store, actor, search, outcome=outcome, missing=missing)
    return search, outcome


# Links between papers ----------------------------------------------------------------------------


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
    problems = _problems(query, bad, skip_bad=skip_bad)
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
        search, _ = _store(
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
