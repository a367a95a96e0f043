"""Citations come in: files that were exported elsewhere, and searches that the program runs itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from screener import sources
from screener.model.citation import REGISTERS, SOURCES, BadEntry, Entry
from screener.model.errors import InputError, Problem, ReviewError, SourceError
from screener.sources.entrez import Entrez, Page
from screener.sources.queries import Query
from screener.steps.review import Progress, Review, silent
from screener.store import citations as store_citations

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file or one search run brought."""

    search: str
    query: str
    database: str
    kind: str
    format: str
    hits: int
    new: int
    changed: int
    unchanged: int
    repeated: int
    skipped: tuple[Problem, ...]
    missing: tuple[str, ...]
    messages: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "search": self.search,
            "query": self.query,
            "database": self.database,
            "kind": self.kind,
            "format": self.format,
            "hits": self.hits,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
            "missing": list(self.missing),
            "messages": list(self.messages),
        }


class BadEntries(InputError):
    """Entries of a file that cannot be read; nothing of the file was taken."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"  {problem.entry}: {problem.message}" for problem in problems)
        super().__init__(
            f"{len(problems)} of its entries cannot be read; nothing was taken\n{listed}",
            file=file,
            entry=problems[0].entry,
            field=problems[0].field,
            expected="a corrected file, or --skip-bad to take the other entries",
        )


def import_file(
    review: Review,
    path: Path,
    *,
    database: str | None = None,
    kind: str | None = None,
    format: str | None = None,
    query: str | None = None,
    platform: str | None = None,
    strategy: str | None = None,
    searched_on: str | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Import one exported file as one search run, in one transaction: all of it, or nothing.

    `database` is what was searched (found out from the file if not given); `kind` is database, register
    or an other method (citation, website, organisation, other). Raises BadEntries unless `skip_bad`.
    """
    me = review.person()
    _ = review.protocol
    result = sources.read(path, format=format, source=None)
    searched = database or result.source
    if searched not in SOURCES:
        raise InputError(
            f"'{searched}' is no known database", field="--database", expected=", ".join(SOURCES)
        )
    if searched_on is not None:
        _check_date(searched_on)
    problems = [_problem(path.name, bad) for bad in result.bad]
    if problems and not skip_bad:
        raise BadEntries(str(path), problems)
    data = path.read_bytes()
    with review.store.write():
        search = store_citations.start_search(
            review.store,
            me.id,
            {
                "query": query or path.name,
                "database": searched,
                "kind": kind or ("register" if searched in REGISTERS else "database"),
                "platform": platform,
                "searched_on": searched_on,
                "strategy": strategy,
                "term": None,
                "query_translation": None,
                "messages": json.dumps(list(result.notes), ensure_ascii=False),
                "hits": len(result.entries) + len(result.bad),
                "file": path.name,
                "file_sha256": hashlib.sha256(data).hexdigest(),
                "format": result.format,
            },
        )
        new = changed = unchanged = repeated = skipped = 0
        total = len(result.entries)
        seen: set[str] = set()
        for start in range(0, max(total, 1), CHUNK):
            part = result.entries[start : start + CHUNK]
            added = store_citations.add_entries(
                review.store, search, searched, part, result.bad if start == 0 else (), seen=seen
            )
            new += len(added.new)
            changed += len(added.changed)
            unchanged += added.unchanged
            repeated += added.repeated
            skipped += added.skipped
            progress(f"importing {path.name}", min(start + CHUNK, total), total)
        store_citations.end_search(review.store, me.id, search)
    return Imported(
        search=search,
        query=query or path.name,
        database=searched,
        kind=kind or ("register" if searched in REGISTERS else "database"),
        format=result.format,
        hits=total + len(result.bad),
        new=new,
        changed=changed,
        unchanged=unchanged,
        repeated=repeated,
        skipped=tuple(problems),
        missing=(),
        messages=result.notes,
    )


def import_files(review: Review, paths: Sequence[Path], **options: Any) -> list[Imported]:
    """Import several files with the options of `import_file`: all of them, or none."""
    with review.store.write():
        return [import_file(review, path, **options) for path in paths]


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"'{text}' is no date", field="--date", expected="YYYY-MM-DD") from error


def run_saved(
    review: Review,
    query: Query,
    client: Callable[[], Entrez],
    *,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> list[Imported]:
    """Run a saved query: import the result files that it names and that are not in yet, else search PubMed.

    `client` makes the PubMed client when one is needed.
    """
    if not query.files:
        return [run_query(review, query, client(), skip_bad=skip_bad, progress=progress)]
    waiting = [review.folder / name for name in query.files]
    return [
        import_file(
            review,
            path,
            database=query.database,
            kind=query.kind,
            query=query.id,
            platform=query.platform,
            strategy=query.strategy,
            searched_on=query.date.isoformat(),
            skip_bad=skip_bad,
            progress=progress,
        )
        for path in waiting
        if not _is_in(review, path, query.database)
    ]


def _is_in(review: Review, path: Path, database: str) -> bool:
    if not path.is_file():
        return False
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return store_citations.file_imported(review.store, sha256, database)


def run_query(
    review: Review, query: Query, client: Entrez, *, skip_bad: bool = False, progress: Progress = silent
) -> Imported:
    """Run a saved PubMed query and store what it returns, page by page.

    A run that was interrupted is taken up again: what is stored is not fetched twice. PMIDs that PubMed
    counted and did not return are listed in `missing`.
    """
    me = review.person()
    _ = review.protocol
    if query.database != "pubmed":
        raise ReviewError(
            f"the program cannot search {query.database} itself",
            entry=query.id,
            expected="PubMed; export the result there and name the file in the query: files = [...]",
        )
    answer = client.search(query.term)
    messages = tuple(answer.errors) + tuple(answer.warnings)
    earlier = store_citations.unfinished_search(review.store, query.id)
    if earlier is not None and earlier["term"] == query.term:
        search = str(earlier["id"])
        done = store_citations.fetched_keys(review.store, search)
    else:
        done = frozenset()
        search = store_citations.start_search(
            review.store,
            me.id,
            {
                "query": query.id,
                "database": "pubmed",
                "kind": query.kind,
                "platform": query.platform,
                "searched_on": review.store.ids.time_text()[:10],
                "strategy": query.strategy,
                "term": query.term,
                "query_translation": answer.query_translation,
                "messages": json.dumps(list(messages), ensure_ascii=False),
                "hits": answer.count,
                "file": None,
                "file_sha256": None,
                "format": "pubmed_xml",
            },
        )
    offset = store_citations.last_position(review.store, search)
    new = changed = unchanged = repeated = 0
    missing: list[str] = []
    problems: list[Problem] = []
    total, count = len(answer.pmids), len(done)
    progress(f"PubMed {query.id}", count, total)
    for page in client.fetch(answer, skip=done):
        page_problems = [_problem(f"PubMed {query.id}", bad) for bad in page.bad]
        if page_problems and not skip_bad:
            listed = "; ".join(f"{problem.entry}: {problem.message}" for problem in page_problems)
            raise InputError(
                f"{len(page_problems)} records cannot be read ({listed}); the pages before are kept and the run "
                "is unfinished",
                file=f"PubMed {query.id}",
                entry=page_problems[0].entry,
                expected="--skip-bad, which continues the run and lists them",
            )
        problems += page_problems
        entries, bad = _renumbered(page)
        added = store_citations.add_entries(review.store, search, "pubmed", entries, bad, offset=offset)
        offset += len(page.entries) + len(page.bad)
        count += len(page.entries)
        new += len(added.new)
        changed += len(added.changed)
        unchanged += added.unchanged
        repeated += added.repeated
        missing += page.missing
        progress(f"PubMed {query.id}", count, total)
    stored = len(store_citations.fetched_keys(review.store, search))
    if stored + len(missing) + len(problems) < len(answer.pmids):
        raise SourceError(
            f"PubMed counted {answer.count} records and {stored} were stored; the run is kept as unfinished",
            entry=query.id,
            expected="run it again: it continues where it stopped",
        )
    store_citations.end_search(review.store, me.id, search, missing)
    return Imported(
        search=search,
        query=query.id,
        database="pubmed",
        kind=query.kind,
        format="pubmed_xml",
        hits=answer.count,
        new=new,
        changed=changed,
        unchanged=unchanged,
        repeated=repeated,
        skipped=tuple(problems),
        missing=tuple(missing),
        messages=messages,
    )


def _renumbered(page: Page) -> tuple[list[Entry], list[BadEntry]]:
    """Positions in the order of storing, so that a run that was taken up again uses none twice."""
    entries = [replace(entry, position=number) for number, entry in enumerate(page.entries, 1)]
    first = len(entries) + 1
    return entries, [replace(bad, position=number) for number, bad in enumerate(page.bad, first)]


def _problem(file: str, bad: BadEntry) -> Problem:
    return Problem(
        bad.message, file=file, entry=f"entry {bad.position}", field=bad.field, expected=bad.expected
    )
