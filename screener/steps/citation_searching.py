"""Citation searching by reference lists: a list becomes one search run of kind 'citation' with the PubMed
records that its references are.

Everything is fetched first and stored in one transaction: when the network fails half way, nothing is stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, Problem
from screener.sources.entrez import Entrez
from screener.sources.reference_list import read_references
from screener.sources.reference_parts import Reference
from screener.sources.remote import Remote
from screener.steps.intake import prepared
from screener.steps.resolving import Resolution, resolve
from screener.steps.review import Progress, Review, silent
from screener.store import intake as store_intake
from screener.store.intake import Prepared


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
    problems = problems_of(name, resolution.bad, skip_bad=skip_bad)
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
        search, outcome = store_run(
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
            second, _ = store_run(
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
        problems_of("ClinicalTrials.gov", page.bad, skip_bad=skip_bad)
        entries += page.entries
    got = {entry.citation.source_key for entry in entries}
    return entries, [number for number in wanted if number not in got]


def problems_of(what: str, bad: Sequence[BadEntry], *, skip_bad: bool) -> tuple[Problem, ...]:
    problems = tuple(
        Problem(each.message, file=what, entry=f"entry {each.position}", expected=each.expected)
        for each in bad
    )
    if problems and not skip_bad:
        raise InputError(
            f"{len(problems)} records cannot be read; nothing was stored"
            f" ({'; '.join(problem.message for problem in problems)})",
            file=what,
            expected="--skip-bad to take the others",
        )
    return problems


def store_run(
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
