"""search and import."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json
from screener.steps.searching import Imported


@click.group("search", cls=SubGroup)
def search_command() -> None:
    """Saved queries are queries/*.toml."""


@search_command.command("run")
@click.argument("names", nargs=-1)
@click.option("--base-url", envvar="SCREENER_EUTILS_URL", help="E-utilities server (NCBI's unless given).")
@click.option("--email", envvar="SCREENER_EMAIL", help="Sent to NCBI with each request, as it asks.")
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def run(names: tuple[str, ...], base_url: str | None, email: str | None, skip_bad: bool) -> None:
    """Run saved queries (all, or NAMES), then look for duplicates.

    A query that names result files is imported from them, once; others are sent to PubMed.
    """
    from screener.sources.entrez import Entrez
    from screener.steps.deduplication import deduplicate
    from screener.steps.queries import chosen_queries
    from screener.steps.searching import run_saved

    progress = output.Progress()
    runs: list[Imported] = []

    @cache
    def client() -> Entrez:
        return Entrez(base_url=base_url, email=email, api_key=os.environ.get("NCBI_API_KEY"))

    with review() as opened:
        for query in chosen_queries(opened, names):
            runs += run_saved(opened, query, client, skip_bad=skip_bad, progress=progress)
        found = deduplicate(opened, progress)
    progress.close()
    _report(runs, found.records)


@search_command.command("list")
def list_() -> None:
    """Every search run and import with its date, strategy and counts."""
    from screener.steps.queries import search_log

    with review() as opened:
        log = search_log(opened)
    if wants_json():
        output.data({"searches": log})
        return
    output.table(
        ["date", "query", "database", "hits", "stored", "skipped", "by", "state"],
        [
            [
                run["searched_on"] or run["at"][:10],
                run["query"],
                run["database"],
                run["hits"],
                run["stored"],
                run["skipped"],
                run["by"],
                "finished" if run["finished"] else "unfinished",
            ]
            for run in log
        ],
        widest=40,
    )
    for run in log:
        for message in run["messages"]:
            output.line(f"! {run['query']}: {message}")


@click.command("import", cls=Command)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--database", help="Which database the files come from (found out if not given).")
@click.option(
    "--kind", type=click.Choice(["database", "register", "citation", "website", "organisation", "other"])
)
@click.option("--format", "format_", help="The files' format (found out if not given).")
@click.option("--date", "searched_on", help="When the database was searched, YYYY-MM-DD.")
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def import_command(
    files: tuple[Path, ...],
    database: str | None,
    kind: str | None,
    format_: str | None,
    searched_on: str | None,
    skip_bad: bool,
) -> None:
    """Import exported FILES, then look for duplicates. All of the files go in, or nothing."""
    from screener.steps.deduplication import deduplicate
    from screener.steps.searching import import_files

    progress = output.Progress()
    with review() as opened:
        runs = import_files(
            opened,
            files,
            database=database,
            kind=kind,
            format=format_,
            searched_on=searched_on,
            skip_bad=skip_bad,
            progress=progress,
        )
        found = deduplicate(opened, progress)
    progress.close()
    _report(runs, found.records)


def _report(runs: list[Imported], records: int) -> None:
    if wants_json():
        output.data(
            {
                "imports": [run.to_dict() for run in runs],
                "skipped": [item for run in runs for item in run.to_dict()["skipped"]],
                "records": records,
            }
        )
        return
    output.table(
        ["query or file", "database", "format", "hits", "new", "changed", "known", "repeated", "skipped"],
        [
            [r.query, r.database, r.format, r.hits, r.new, r.changed, r.unchanged, r.repeated, len(r.skipped)]
            for r in runs
        ],
    )
    for run in runs:
        for message in run.messages:
            output.line(f"! {run.query}: {message}")
        for problem in run.skipped:
            output.line(f"skipped: {problem}")
        if run.missing:
            output.line(f"! {run.query}: counted but not returned: {', '.join(run.missing)}")
    output.line(f"{records:,} records")
