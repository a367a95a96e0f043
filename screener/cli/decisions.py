"""decisions: votes from and for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli import output
from screener.cli.app import SubGroup, review, wants_json
from screener.model.errors import InputError

if TYPE_CHECKING:
    from screener.steps.decisions import Imported


@click.group("decisions", cls=SubGroup)
def decisions_command() -> None:
    """Votes from Rayyan, Covidence, ASReview and tables, and out as CSV or RIS."""


@decisions_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--stage",
    type=click.Choice(["title_abstract", "full_text"]),
    help="Of which stage the votes are, where the file does not tell; else take only those.",
)
@click.option(
    "--vote",
    type=click.Choice(["include", "exclude"]),
    help="What a list of Covidence says, where its name does not tell.",
)
@click.option(
    "--reviewer",
    "reviewers",
    multiple=True,
    metavar="NAME=ID",
    help="Who a name in the file is; '=ID' where it names nobody. May be repeated.",
)
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    metavar="TEXT=ID",
    help="Which reason a text in the file is; 'TEXT=' keeps it in the note. May be repeated.",
)
@click.option("--skip-bad", is_flag=True, help="Take the votes that can be taken, list the others.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
def import_(
    file: Path,
    stage: str | None,
    vote: str | None,
    reviewers: tuple[str, ...],
    reasons: tuple[str, ...],
    skip_bad: bool,
    dry_run: bool,
) -> None:
    """Cast the votes of FILE: your own, or as coordinator those of all. All of them, or none."""
    from screener.model.screening import Stage, Vote
    from screener.steps.decisions import import_decisions

    with review() as opened:
        done = import_decisions(
            opened,
            file,
            stage=Stage(stage) if stage else None,
            vote=Vote(vote) if vote else None,
            reviewers=_pairs(reviewers, "--reviewer", "NAME=ID"),
            reasons=_pairs(reasons, "--reason", "TEXT=ID"),
            skip_bad=skip_bad,
            dry_run=dry_run,
        )
    if wants_json():
        output.data(done.to_dict())
    else:
        _say(done)


def _pairs(given: tuple[str, ...], option: str, expected: str) -> dict[str, str]:
    """What the file says -> what it is here; the last '=' parts them, for texts may hold one."""
    pairs: dict[str, str] = {}
    for text in given:
        printed, mark, id_ = text.rpartition("=")
        if not mark:
            raise InputError(f"{text!r} maps nothing", field=option, expected=expected)
        pairs[printed.strip()] = id_.strip()
    return pairs


def _say(done: Imported) -> None:
    whose = ", ".join(f"{who} {count:,}" for who, count in done.reviewers.items())
    would = "would be " if done.dry_run else ""
    output.line(f"{done.imported:,} votes {would}taken from {done.format}{f': {whose}' if whose else ''}")
    if done.votes:
        columns = ("entry", "record", "stage", "reviewer", "vote", "reason", "note")
        output.table(columns, [[vote[name] for name in columns] for vote in done.votes])
    for count, what in (
        (done.same, "said already"),
        (done.other_stage, "at the other stage"),
        (done.unvoted, "entries without a decision"),
    ):
        if count:
            output.line(f"{count:,} {what}")
    for problem in done.skipped:
        output.line(f"skipped: {problem}")
    for remark in done.remarks:
        output.line(f"note: {remark}")


@decisions_command.command("export")
@click.option("-o", "file", type=click.Path(path_type=Path), required=True, help=".csv or .ris")
def export(file: Path) -> None:
    """Write the votes that you may see: your own, and those of closed records."""
    from screener.handoff.files import refuse_missing_folder, write_file
    from screener.steps import tables_out

    kinds = {".csv": tables_out.decisions_csv, ".ris": tables_out.decisions_ris}
    if file.suffix.lower() not in kinds:
        raise InputError(
            f"'{file.suffix}' is no format for decisions", file=str(file), expected=".csv or .ris"
        )
    refuse_missing_folder(file)
    with review() as opened:
        text, count = kinds[file.suffix.lower()](opened)
    write_file(file, text.encode())
    if wants_json():
        output.data({"file": str(file), "votes": count})
    else:
        output.line(f"{count} votes in {file}")
