"""Commands that work on files alone: convert, dedup, hr."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, review, wants_json
from screener.model.errors import InputError


@click.command("convert", cls=Command)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "out", required=True, type=click.Path(path_type=Path), help=".jsonl, .ris, .nbib, .csv or .bib"
)
@click.option("--format", "format_", help="The files' format (found out if not given).")
@click.option("--database", help="Which database they come from (found out if not given).")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=HEADER",
    help="Which column of a table holds a field: --map title='Titel der Arbeit'. May be repeated.",
)
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def convert_command(
    files: tuple[Path, ...],
    out: Path,
    format_: str | None,
    database: str | None,
    maps: tuple[str, ...],
    skip_bad: bool,
) -> None:
    """Read citation FILES of any known format and write them all to OUT, in the same order."""
    from screener.steps.files import convert

    done = convert(files, out, format=format_, source=database, columns=mapping_of(maps), skip_bad=skip_bad)
    if wants_json():
        output.data(done)
        return
    for file in done["files"]:
        output.line(f"{file['file']}: {file['entries']:,} entries, {file['format']} from {file['source']}")
        for note in file["notes"]:
            output.line(f"  note: {note}")
    for problem in done["skipped"]:
        output.line(f"skipped: {problem['file']}, {problem['entry']}: {problem['message']}")
    output.line(f"{done['written']:,} entries in {out}")


def mapping_of(maps: tuple[str, ...]) -> dict[str, str] | None:
    """Field -> header from values of --map."""
    columns: dict[str, str] = {}
    for text in maps:
        field, mark, header = text.partition("=")
        if not (mark and field.strip() and header.strip()):
            raise InputError(f"{text!r} maps nothing", field="--map", expected="FIELD=HEADER")
        if field.strip() in columns:
            raise InputError(
                f"{field.strip()!r} is named twice", field="--map", expected="one header a field"
            )
        columns[field.strip()] = header.strip()
    return columns or None


@click.command("dedup", cls=Command)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--clusters", type=click.Path(path_type=Path), help="Write id,cluster,reason, a row an entry.")
@click.option("--ask", type=click.Path(path_type=Path), help="Write the pairs that a person has to judge.")
@click.option("--out", type=click.Path(path_type=Path), help="Write one entry a cluster (.ris, .csv, ...).")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Write every judged pair with its reason (.csv or .html).",
)
@click.option("--skip-bad", is_flag=True, help="Take the readable entries, list the others.")
def dedup_command(
    files: tuple[Path, ...],
    clusters: Path | None,
    ask: Path | None,
    out: Path | None,
    report: Path | None,
    skip_bad: bool,
) -> None:
    """Find duplicates in FILES; without files, in the review (what is compared is not compared again)."""
    if not files:
        from screener.cli.search import joined_screened, say_joined
        from screener.steps.deduplication import deduplicate, waiting_pairs

        progress = output.Progress()
        with review() as opened:
            done = deduplicate(opened, progress)
            waiting = len(waiting_pairs(opened))
        progress.close()
        facts = {
            "compared": done.compared,
            "same": done.same,
            "citations": done.citations,
            "records": done.records,
            "waiting": waiting,
            "joined_screened": joined_screened(done),
        }
        if wants_json():
            output.data(facts)
        else:
            say_joined(done)
            output.line(f"{done.citations:,} citations, {done.records:,} records, {waiting} pairs to judge")
        return
    if clusters is None:
        raise click.UsageError("Missing option '--clusters'.")
    from screener.steps.dedup_files import dedup_files

    progress = output.Progress()
    result = dedup_files(
        files, clusters, ask=ask, out=out, report=report, skip_bad=skip_bad, progress=progress
    )
    progress.close()
    if wants_json():
        output.data(result)
    else:
        output.line(
            f"{result['entries']:,} entries, {result['clusters']:,} clusters, {result['ask']} pairs to judge"
        )


@click.command("hr", cls=Command)
@click.option("--hr", "hr", help="Hazard ratio as printed.")
@click.option("--low", help="Lower limit as printed.")
@click.option("--high", help="Upper limit as printed.")
@click.option("--level", help="Confidence level in percent.")
@click.option("--p", "p", help="p value as printed.")
@click.option("--p-operator", help="= < or >")
@click.option("--p-sided", help="one or two")
@click.option("--events", help="Events in both arms.")
@click.option("--events-t", help="Events, treatment arm.")
@click.option("--events-c", help="Events, comparator arm.")
@click.option("--n-t", help="Patients, treatment arm.")
@click.option("--n-c", help="Patients, comparator arm.")
@click.option("--favours", help="treatment or comparator")
@click.option("--invert", is_flag=True, help="The printed HR is comparator versus treatment.")
def hr_command(invert: bool, **given: str | None) -> None:
    """Log HR and its standard error from what a paper prints, with every check."""
    from screener.steps.files import calculate_hr

    result = calculate_hr(given, invert=invert)
    if wants_json():
        output.data(result)
        return
    output.hazard_ratio(result)
