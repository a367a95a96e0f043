"""export and flow."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, review, wants_json

WHAT = ("networks", "tables", "flow", "searches", "deduplication", "agreement", "citations", "audit")


@click.command("export", cls=Command)
@click.argument("what", nargs=-1, type=click.Choice(WHAT))
@click.option(
    "-o", "folder", type=click.Path(path_type=Path), help="Where to (the review's exports/ unless given)."
)
@click.option("--outcome", help="Only this outcome's networks.")
@click.option("--population", help="Only this population's networks.")
@click.option("--level", type=click.Choice(["node", "mechanism"]), help="Only networks at this level.")
@click.option("--part", help="Only this connected part, e.g. part1-CTFU.")
def export_command(
    what: tuple[str, ...],
    folder: Path | None,
    outcome: str | None,
    population: str | None,
    level: str | None,
    part: str | None,
) -> None:
    """Write the hand-off: all of it, or WHAT (networks, tables, flow, searches, deduplication,
    agreement, citations, audit).

    Networks: gemtc, netmeta and multinma inputs, a folder per outcome, population, level and connected
    part. The audit log is for coordinators; open votes come into it when they are closed.
    """
    from screener.steps.handoff import Selection, export

    with review() as opened:
        target = folder or opened.folder / "exports"
        written = export(opened, target, what, Selection(outcome, population, level, part))
    if wants_json():
        output.data({"folder": str(target.resolve()), "files": written})
        return
    for name in written:
        output.line(str(target / name))


@click.command("flow", cls=Command)
@click.option("-o", "file", type=click.Path(path_type=Path), help="Also draw it here (.svg or .png).")
def flow_command(file: Path | None) -> None:
    """The PRISMA 2020 flow, counted from what you may see, with the sums that must hold."""
    from screener.steps.flow import flow
    from screener.steps.handoff import draw_flow

    with review() as opened:
        found = flow(opened)
        if file is not None:
            draw_flow(found, file)
    if wants_json():
        output.data(found.to_dict())
        return
    from screener.handoff.flow_text import flow_text

    output.line(flow_text(found))
