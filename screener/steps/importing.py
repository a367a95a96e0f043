"""Files that were exported elsewhere come in: all of them, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from screener import sources
from screener.model.citation import REGISTERS, SOURCES, BadEntry
from screener.model.errors import InputError, Problem
from screener.sources.queries import Query
from screener.steps.intake import Spool, spool
from screener.steps.review import Progress, Review, silent
from screener.store import intake as store_intake
from screener.store.database import Row


@dataclass(frozen=True, slots=True)
class Imported:
    """What one file or one search run brought. `gone` are accessions that the run before returned and this
    one did not."""

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
    gone: tuple[str, ...] = ()
    scope: str = "full"
    since: str | None = None
    query_translation: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "search": self.search,
            "query": self.query,
            "database": self.database,
            "kind": self.kind,
            "format": self.format,
            "scope": self.scope,
            "since": self.since,
            "hits": self.hits,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
            "gone": list(self.gone),
            "skipped": [problem.as_error().to_dict() for problem in self.skipped],
            "missing": list(self.missing),
            "query_translation": self.query_translation,
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


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a search that was done elsewhere, for the report (PRISMA-S)."""

    query: str | None = None
    kind: str | None = None
    platform: str | None = None
    strategy: str | None = None
    searched_on: str | None = None
    searched_by: str | None = None
    limits: tuple[str, ...] = ()
    notes: str | None = None


def about(query: Query) -> About:
    return About(
        query=query.id,
        kind=query.kind,
        platform=query.platform,
        strategy=query.strategy,
        searched_on=query.date.isoformat(),
        searched_by=query.by,
        limits=query.limits,
        notes=query.notes,
    )


def import_file(
    review: Review,
    path: Path,
    *,
    database: str | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    said: About | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> Imported:
    """Import one exported file as one search run, in one transaction: all of it, or nothing.

    `database` is what was searched (found out from the file if not given). Raises BadEntries unless
    `skip_bad`.
    """
    return import_files(
        review,
        [path],
        database=database,
        format=format,
        columns=columns,
        said=said,
        skip_bad=skip_bad,
        progress=progress,
    )[0]


def import_files(
    review: Review,
    paths: Sequence[Path],
    *,
    database: str | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    said: About | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> list[Imported]:
    """Import several files: all of them, or none. They are read before anything is written."""
    review.person()
    _ = review.protocol
    if database is not None and database not in SOURCES:
        raise InputError(
            f"'{database}' is no known database", field="--database", expected=", ".join(SOURCES)
        )
    said = said or About()
    if said.searched_on is not None:
        _check_date(review, said.searched_on)
    spools: list[Spool] = []
    try:
        # All are opened before the first is read: a name that is wrong is told at once.
        readings = [sources.open_file(path, format=format, columns=columns) for path in paths]
        for path, reading in zip(paths, readings, strict=True):
            spools.append(_spooled(path, reading, database, skip_bad, progress))
        with review.store.write():
            return [
                _stored(review, path, each, said, progress) for path, each in zip(paths, spools, strict=True)
            ]
    finally:
        for each in spools:
            each.__exit__(None, None, None)


def _spooled(
    path: Path, reading: sources.Reading, database: str | None, skip_bad: bool, progress: Progress
) -> Spool:
    made = spool(reading, path, database, lambda done: progress(f"reading {path.name}", done, None))
    if made.bad and not skip_bad:
        made.__exit__(None, None, None)
        raise BadEntries(str(path), [problem_of(path.name, bad) for bad in made.bad])
    return made


def _stored(review: Review, path: Path, rows: Spool, said: About, progress: Progress) -> Imported:
    me = review.person()
    store = review.store
    kind = said.kind or ("register" if rows.database in REGISTERS else "database")
    query = said.query or path.name
    hits = rows.count + len(rows.bad)
    before = store_intake.last_finished(store, query)
    search = store_intake.start_search(
        store,
        me.id,
        {
            "query": query,
            "database": rows.database,
            "kind": kind,
            "platform": said.platform,
            "searched_on": said.searched_on,
            "searched_by": said.searched_by,
            "strategy": said.strategy,
            "term": None,
            "query_translation": None,
            "messages": json.dumps(list(rows.reading.notes), ensure_ascii=False),
            "hits": hits,
            "file": path.name,
            "file_sha256": sha256_of(path),
            "format": rows.reading.format,
            "limits": json.dumps(list(said.limits), ensure_ascii=False),
            "notes": said.notes,
        },
    )
    done = 0
    for chunk in rows.chunks():
        store_intake.add_entries(store, search, rows.database, chunk)
        done += len(chunk)
        progress(f"storing {path.name}", done, rows.count)
    store_intake.add_skipped(store, search, rows.bad)
    outcome = store_intake.outcome(store, search)
    gone = no_longer_returned(review, before, search) if said.query else ()
    store_intake.end_search(store, me.id, search, outcome=outcome, gone=gone)
    return Imported(
        search=search,
        query=query,
        database=rows.database,
        kind=kind,
        format=rows.reading.format,
        hits=hits,
        new=outcome.new,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        repeated=outcome.repeated,
        skipped=tuple(problem_of(path.name, bad) for bad in rows.bad),
        missing=(),
        messages=rows.reading.notes,
        gone=gone,
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_date(review: Review, text: str) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"'{text}' is no date", field="--date", expected="YYYY-MM-DD") from error
    # Somewhere on earth it is tomorrow already.
    if day > review.store.ids.now().date() + timedelta(days=1):
        raise InputError(
            f"{text} is still to come", field="--date", expected="the day the database was searched"
        )


def no_longer_returned(review: Review, before: Row | None, search: str) -> tuple[str, ...]:
    """What the run before returned and this one did not."""
    if before is None:
        return ()
    now = set(store_intake.returned_keys(review.store, search))
    return tuple(sorted(set(store_intake.returned_keys(review.store, before["id"])) - now))


def problem_of(file: str, bad: BadEntry) -> Problem:
    return Problem(
        bad.message, file=file, entry=f"entry {bad.position}", field=bad.field, expected=bad.expected
    )
