"""Searches that the program runs itself: saved queries, run and refreshed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from screener.model.errors import InputError, Problem, ReviewError, ScreenerError, SourceError
from screener.sources.queries import Query
from screener.sources.remote import Page, Remote, SearchAnswer
from screener.steps.importing import (
    Imported,
    about,
    import_file,
    no_longer_returned,
    problem_of,
    sha256_of,
)
from screener.steps.intake import prepared
from screener.steps.review import Progress, Review, silent
from screener.store import intake as store_intake
from screener.store.database import Row

# A database may enter a revision days after its date: how far before the last run a refresh looks.
OVERLAP = timedelta(days=7)
# What a search over the network answers in.
_FORMATS = {"pubmed": "pubmed_xml", "clinicaltrials": "ctgov_json"}
# Makes the client of a database when one is needed.
Clients = Callable[[str], Remote]


def run_saved(
    review: Review,
    query: Query,
    clients: Clients,
    *,
    full: bool = True,
    since: date | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> list[Imported]:
    """Run a saved query: import the result files that it names and that are not in yet, else search.

    `clients` makes the client of a database when one is needed; `full` and `since` as for `run_query`.
    """
    if not query.files:
        client = clients(query.database)
        return [
            run_query(review, query, client, full=full, since=since, skip_bad=skip_bad, progress=progress)
        ]
    return [
        import_file(
            review, path, database=query.database, said=about(query), skip_bad=skip_bad, progress=progress
        )
        for name in query.files
        if not _is_in(review, path := review.folder / name, query.database)
    ]


def _is_in(review: Review, path: Path, database: str) -> bool:
    return path.is_file() and store_intake.file_imported(review.store, sha256_of(path), database)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of each query: what came in, and which queries failed with what."""

    runs: tuple[Imported, ...]
    failed: tuple[tuple[str, ScreenerError], ...]


def refresh(
    review: Review,
    queries: Sequence[Query],
    clients: Clients,
    *,
    full: bool = False,
    since: date | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> Refreshed:
    """Run saved queries again, one after the other; one that fails does not keep the others from running.

    See `run_query` for `full` and `since`.
    """
    runs: list[Imported] = []
    failed: list[tuple[str, ScreenerError]] = []
    for query in queries:
        try:
            runs += run_saved(
                review, query, clients, full=full, since=since, skip_bad=skip_bad, progress=progress
            )
        except (InputError, SourceError) as error:
            failed.append((query.id, error))
    return Refreshed(tuple(runs), tuple(failed))


def run_query(
    review: Review,
    query: Query,
    client: Remote,
    *,
    full: bool = True,
    since: date | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Run a saved query against its database and store what it returns, page by page.

    The list of all accessions is fetched each time, so that what is new and what is no longer returned is
    known. `full`: every record is read and compared with what is stored. Else only those that are new and
    those that the database has revised since `since` (the last finished run, and a week before it).

    A run that was interrupted is taken up again: what is stored is not fetched twice. Accessions that were
    counted and not given are in `missing`.
    """
    me = review.person()
    _ = review.protocol
    store = review.store
    if not query.searchable:
        raise ReviewError(
            f"the program cannot search {query.database} with this query",
            entry=query.id,
            expected="PubMed or ClinicalTrials.gov; else export the result there and name the file in the"
            " query: files = [...]",
        )
    what = f"{query.database} {query.id}"
    progress(f"{what}: searching", 0, None)
    answer = client.search(query.term)
    earlier = store_intake.unfinished_search(store, query.id)
    scope, day = _scope(review, query, earlier, full=full, since=since)
    if earlier is not None and _same_run(earlier, query, scope, day, review):
        search = str(earlier["id"])
        done = store_intake.fetched_keys(store, search)
    else:
        done = frozenset()
        search = _start(review, query, answer, scope, day)
    unread: frozenset[str] = frozenset()
    if scope == "changes" and day is not None:
        revised = client.revised_since(query.term, day)
        unread = store_intake.known_keys(store, query.database, answer.keys) - revised
    offset = store_intake.last_position(store, search)
    missing: list[str] = []
    problems: list[Problem] = []
    wanted = [key for key in answer.keys if key not in unread]
    count, total = len(done.intersection(wanted)), len(wanted)
    progress(what, count, total)
    for page in client.fetch(answer, skip=done | unread):
        problems += _page_problems(what, page, skip_bad=skip_bad)
        rows = [prepared(query.database, replace(e, position=n)) for n, e in enumerate(page.entries, 1)]
        bad = [replace(b, position=n) for n, b in enumerate(page.bad, len(rows) + 1)]
        with store.write():
            store_intake.add_entries(store, search, query.database, rows, offset=offset)
            store_intake.add_skipped(store, search, bad, offset=offset)
        offset += len(rows) + len(bad)
        count += len(rows)
        missing += page.missing
        progress(what, count, total)
    stored = store_intake.fetched_keys(store, search)
    lost = set(wanted) - stored - set(missing)
    if len(lost) > store_intake.skipped_count(store, search):
        raise SourceError(
            f"{len(wanted):,} records were to be read and {len(stored):,} are stored; the run is kept as"
            f" unfinished (lacking: {', '.join(sorted(lost)[:5])})",
            entry=query.id,
            expected="run it again: it continues where it stopped",
        )
    with store.write():
        before = store_intake.last_finished(store, query.id, before=search)
        outcome = store_intake.outcome(store, search, listed=len(answer.keys) - len(missing) - len(lost))
        store_intake.add_returned(store, search, answer.keys)
        gone = no_longer_returned(review, before, search)
        store_intake.end_search(store, me.id, search, outcome=outcome, missing=missing, gone=gone)
    return Imported(
        search=search,
        query=query.id,
        database=query.database,
        kind=query.kind,
        format=_FORMATS[query.database],
        hits=answer.count,
        new=outcome.new,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        repeated=outcome.repeated,
        skipped=tuple(problems),
        missing=tuple(missing),
        messages=(*answer.errors, *answer.warnings),
        gone=gone,
        scope=scope,
        since=day.isoformat() if day else None,
        query_translation=answer.query_translation,
    )


def _scope(
    review: Review, query: Query, earlier: Row | None, *, full: bool, since: date | None
) -> tuple[str, date | None]:
    """What a run reads, and from which day on revisions count. A first run reads everything."""
    last = store_intake.last_finished(review.store, query.id)
    if full or last is None or last["term"] != query.term:
        return "full", None
    if since is None and earlier is not None and earlier["since"]:
        since = date.fromisoformat(earlier["since"])
    return "changes", since or date.fromisoformat(last["searched_on"]) - OVERLAP


def _same_run(earlier: Row, query: Query, scope: str, day: date | None, review: Review) -> bool:
    """The interrupted run asked for the same, not long ago: its date still tells when the search was run."""
    then = date.fromisoformat(earlier["searched_on"])
    return bool(
        earlier["term"] == query.term
        and earlier["scope"] == scope
        and earlier["since"] == (day.isoformat() if day else None)
        and review.store.ids.now().date() - then <= timedelta(days=1)
    )


def _start(review: Review, query: Query, answer: SearchAnswer, scope: str, day: date | None) -> str:
    messages = [*answer.errors, *answer.warnings]
    return store_intake.start_search(
        review.store,
        review.person().id,
        {
            "query": query.id,
            "database": query.database,
            "kind": query.kind,
            "platform": query.platform,
            "searched_on": review.store.ids.time_text()[:10],
            "searched_by": review.person().id,
            "strategy": query.strategy,
            "term": query.term,
            "query_translation": answer.query_translation,
            "messages": json.dumps(messages, ensure_ascii=False),
            "hits": answer.count,
            "file": None,
            "file_sha256": None,
            "format": _FORMATS[query.database],
            "scope": scope,
            "since": day.isoformat() if day else None,
            "limits": json.dumps(list(query.limits), ensure_ascii=False),
            "notes": query.notes,
        },
    )


def _page_problems(what: str, page: Page, *, skip_bad: bool) -> list[Problem]:
    problems = [problem_of(what, bad) for bad in page.bad]
    if problems and not skip_bad:
        listed = "; ".join(f"{problem.entry}: {problem.message}" for problem in problems)
        raise InputError(
            f"{len(problems)} records cannot be read ({listed}); the pages before are kept and the run "
            "is unfinished",
            file=what,
            entry=problems[0].entry,
            expected="--skip-bad, which continues the run and lists them",
        )
    return problems
