"""search and import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json
from screener.cli.citing import search_links_command, search_references_command
from screener.model.errors import InputError, ScreenerError

if TYPE_CHECKING:
    from screener.sources.remote import Remote
    from screener.steps.deduplication import Deduplicated
    from screener.steps.importing import Imported


@click.group("search", cls=SubGroup)
def search_command() -> None:
    """Saved queries are queries/*.toml."""


def network_options(command: Callable[..., None]) -> Callable[..., None]:
    """Where the databases are, and who asks them."""
    for option in (
        click.option("--email", envvar="SCREENER_EMAIL", help="Sent to NCBI with each request, as it asks."),
        click.option(
            "--trials-url",
            envvar="SCREENER_CTGOV_URL",
            help="ClinicalTrials.gov server (its own unless given).",
        ),
        click.option(
            "--base-url", envvar="SCREENER_EUTILS_URL", help="E-utilities server (NCBI's unless given)."
        ),
    ):
        command = option(command)
    return command


@search_command.command("run")
@click.argument("names", nargs=-1)
@network_options
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def run(
    names: tuple[str, ...],
    base_url: str | None,
    trials_url: str | None,
    email: str | None,
    skip_bad: bool,
) -> None:
    """Run saved queries (all, or NAMES) and read every record they return; then look for duplicates.

    A query that names result files is imported from them, once; others are sent to their database.
    """
    _refresh(names, _clients(base_url, trials_url, email), full=True, since=None, skip_bad=skip_bad)


@search_command.command("refresh")
@click.argument("names", nargs=-1)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Read again what was revised from this day on (a week before the last run unless given).",
)
@click.option("--full", is_flag=True, help="Read every record again and compare it with what is stored.")
@network_options
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def refresh(
    names: tuple[str, ...],
    since: datetime | None,
    full: bool,
    base_url: str | None,
    trials_url: str | None,
    email: str | None,
    skip_bad: bool,
) -> None:
    """Run saved queries again (all, or NAMES): what is new, changed, or no longer returned.

    All accessions are listed each time; records are read when they are new or were revised. A query that
    fails does not keep the others from running; the exit code is 1 then.
    """
    if full and since is not None:
        raise click.UsageError("--full reads everything: it takes no --since.")
    day = since.date() if since else None
    _refresh(names, _clients(base_url, trials_url, email), full=full, since=day, skip_bad=skip_bad)


def _clients(base_url: str | None, trials_url: str | None, email: str | None) -> Callable[[str], Remote]:
    from screener.steps.databases import clients

    return clients(base_url=base_url, trials_url=trials_url, email=email)


def _refresh(
    names: tuple[str, ...],
    client: Callable[[str], Remote],
    *,
    full: bool,
    since: date | None,
    skip_bad: bool,
) -> None:
    from screener.steps import searching
    from screener.steps.alerts import alerts
    from screener.steps.deduplication import deduplicate
    from screener.steps.queries import chosen_queries

    progress = output.Progress()
    with review() as opened:
        done = searching.refresh(
            opened,
            chosen_queries(opened, names),
            client,
            full=full,
            since=since,
            skip_bad=skip_bad,
            progress=progress,
        )
        found = deduplicate(opened, progress)
        raised = alerts(opened)
    progress.close()
    facts = {"alerts": sum(alert.open for alert in raised)}
    report(list(done.runs), found, facts, failed=done.failed)


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
        ["date", "query", "database", "hits", "new", "changed", "gone", "skipped", "by", "state"],
        [
            [
                run["searched_on"] or run["at"][:10],
                run["query"],
                run["database"],
                run["hits"],
                run["new"],
                run["changed"],
                len(run["gone"]),
                run["skipped"],
                run["by"],
                run["state"],
            ]
            for run in log
        ],
        widest=40,
    )
    for run in log:
        for message in run["messages"]:
            output.line(f"! {run['query']}: {message}")


@search_command.command("report")
@click.option("-o", "out", type=click.Path(path_type=Path), help="A .md or .csv file; else on the screen.")
def report_(out: Path | None) -> None:
    """The searches as PRISMA-S wants them reported: every strategy verbatim, dates, limits, hits."""
    from screener.steps.search_report import search_report, search_table

    with review() as opened:
        text = search_table(opened) if out and out.suffix.lower() == ".csv" else search_report(opened)
    if out is None:
        output.line(text.rstrip())
        return
    if out.suffix.lower() not in {".md", ".txt", ".csv"}:
        raise InputError(f"'{out.suffix}' is no report format", file=str(out), expected=".md or .csv")
    from screener.handoff.files import write_file

    write_file(out, text.encode())
    output.line(str(out)) if not wants_json() else output.data({"out": str(out)})


search_command.add_command(search_references_command)
search_command.add_command(search_links_command)


@click.command("import", cls=Command)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--database", help="Which database was searched (found out if not given).")
@click.option(
    "--kind", type=click.Choice(["database", "register", "citation", "website", "organisation", "other"])
)
@click.option("--format", "format_", help="The files' format (found out if not given).")
@click.option(
    "--map", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column of a table is what."
)
@click.option("--query", help="The search's name; importing under it again tells what is new and gone.")
@click.option("--platform", help="Where it was searched, e.g. Ovid.")
@click.option(
    "--strategy",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A text file with the strategy as it was run.",
)
@click.option("--limit", "limits", multiple=True, help="A limit of the search, for the report.")
@click.option("--date", "searched_on", help="When the database was searched, YYYY-MM-DD.")
@click.option("--by", "searched_by", help="Who searched.")
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def import_command(
    files: tuple[Path, ...],
    database: str | None,
    kind: str | None,
    format_: str | None,
    columns: tuple[str, ...],
    query: str | None,
    platform: str | None,
    strategy: Path | None,
    limits: tuple[str, ...],
    searched_on: str | None,
    searched_by: str | None,
    skip_bad: bool,
) -> None:
    """Import exported FILES, then look for duplicates. All of the files go in, or nothing."""
    from screener.cli.files import mapping_of
    from screener.steps.deduplication import deduplicate
    from screener.steps.importing import About, import_files

    progress = output.Progress()
    with review() as opened:
        runs = import_files(
            opened,
            files,
            database=database,
            format=format_,
            columns=mapping_of(columns),
            said=About(
                query=query,
                kind=kind,
                platform=platform,
                strategy=_text(strategy),
                searched_on=searched_on,
                searched_by=searched_by,
                limits=limits,
            ),
            skip_bad=skip_bad,
            progress=progress,
        )
        found = deduplicate(opened, progress)
    progress.close()
    report(runs, found)


def _text(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"the strategy cannot be read ({error})", file=str(path), expected="UTF-8 text"
        ) from None


def report(
    runs: list[Imported],
    found: Deduplicated,
    facts: dict[str, Any] | None = None,
    *,
    failed: tuple[tuple[str, ScreenerError], ...] = (),
) -> None:
    """What came in; with failures also those, and exit code 1."""
    if wants_json():
        if failed:
            name, first = failed[0]
            errors = {"error": {**first.to_dict(), "entry": first.entry or name}}
            errors["failed"] = [{"query": name, **error.to_dict()} for name, error in failed]  # type: ignore[assignment]
        output.data(
            {
                **(errors if failed else {}),
                "imports": [run.to_dict() for run in runs],
                "skipped": [item for run in runs for item in run.to_dict()["skipped"]],
                "records": found.records,
                "joined_screened": joined_screened(found),
                **(facts or {}),
            }
        )
    else:
        _say(runs, found, facts or {}, failed)
    if failed:
        raise click.exceptions.Exit(1)


def _say(
    runs: list[Imported],
    found: Deduplicated,
    facts: dict[str, Any],
    failed: tuple[tuple[str, ScreenerError], ...],
) -> None:
    columns = ["query or file", "database", "format", "hits", "new", "changed", "known", "repeated"]
    output.table(
        [*columns, "gone", "skipped"],
        [
            [
                *(r.query, r.database, r.format, r.hits, r.new, r.changed, r.unchanged, r.repeated),
                len(r.gone),
                len(r.skipped),
            ]
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
        if run.gone:
            output.line(f"! {run.query}: no longer returned: {', '.join(run.gone)}")
    for name, error in failed:
        output.line(f"! {name}: {error}")
    if facts.get("alerts"):
        output.line(f"! {facts['alerts']} alerts: `screener alerts list`")
    say_joined(found)
    output.line(f"{found.records:,} records")


def joined_screened(found: Deduplicated) -> list[dict[str, str]]:
    """New citations that are part of screened records now, for --json."""
    return [{"citation": citation, "record": record} for citation, record in found.joined]


def say_joined(found: Deduplicated) -> None:
    """That new citations became part of screened records, so that nothing is inherited in silence."""
    if not found.joined:
        return
    some = ", ".join(f"{citation} (as {record})" for citation, record in found.joined[:5])
    more = f" and {len(found.joined) - 5} more" if len(found.joined) > 5 else ""
    output.line(
        f"! {len(found.joined)} new citations are duplicates of screened records, whose votes stand: {some}{more}"
    )
