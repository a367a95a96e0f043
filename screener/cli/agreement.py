"""agreement."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, review, wants_json


@click.command("agreement", cls=Command)
@click.option("--stage", type=click.Choice(["title_abstract", "full_text"]), help="Only this stage.")
@click.option(
    "--votes",
    type=click.Choice(["first", "closing"]),
    default="closing",
    show_default=True,
    help="Each reviewer's first vote on a record, or the votes that closed it.",
)
@click.option("--pilot", metavar="NAME", help="Only this calibration round.")
@click.option("-o", "file", type=click.Path(path_type=Path), help="Also write all figures here, as CSV.")
def agreement_command(stage: str | None, votes: str, pilot: str | None, file: Path | None) -> None:
    """How far the reviewers agree: Cohen's kappa, Gwet's AC1, positive agreement and what explains them.

    By stage, pair of reviewers, exclusion reason and over time; pilots apart from the main screening. Only records
    that every required voter has voted on enter, and no resolution.
    """
    from screener.handoff import agreement as tables
    from screener.handoff import agreement_text as text
    from screener.handoff.files import refuse_missing_folder, write_file
    from screener.model.screening import Stage
    from screener.steps.agreement import report

    if file is not None:
        refuse_missing_folder(file)
    with review() as opened:
        stages = [Stage(stage)] if stage else list(Stage)
        found = report(opened, votes, stages, pilot)
        labels = {s: {reason.id: reason.label for reason in opened.protocol.reasons[s]} for s in stages}
    if file is not None:
        write_file(file, tables.agreement_csv([found]).encode())
    if wants_json():
        output.data({**found.to_dict(), **({"file": str(file)} if file is not None else {})})
        return
    parts = [(each, part) for each in found.stages for part in each.parts]
    for number, (each, part) in enumerate(parts):
        if number:
            output.line()
            output.line()
        output.line(text.heading(each, part, votes))
        output.line()
        if not part.records:
            for line in text.empty(part):
                output.line(f"  {line}")
            continue
        for section in (text.figures(each, part), *text.tables(part, labels[each.stage])):
            if section.title:
                output.line()
                output.line(f"  {section.title}")
            for line in section.lines:
                output.line(f"  {line}".rstrip())
    if file is not None:
        output.say(f"all figures in {file}")
