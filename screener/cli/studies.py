"""studies."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import SubGroup, review, wants_json


@click.group("studies", cls=SubGroup)
def studies_command() -> None:
    """Included reports belong to studies: one trial, one or more reports."""


@studies_command.command("list")
def list_() -> None:
    """Studies with their reports, reports without a study, and what register numbers suggest."""
    from screener.steps import alerts, records, studies

    with review() as opened:
        found = studies.studies(opened)
        raised = [alert for alert in alerts.alerts(opened) if alert.open]
        loose = studies.ungrouped(opened)
        clashes = studies.clashes(opened)
        hints = {hint.record: hint for hint in studies.suggestions(opened)}
        title = {
            record: records.card(opened, record).fields.title
            for record in [*loose, *(report for study in found for report in study.reports)]
        }
    if wants_json():
        output.data(
            {
                "studies": [
                    {
                        "study": s.name,
                        "reports": list(s.reports),
                        "alerts": [alert.to_dict() for alert in raised if alert.study == s.name],
                    }
                    for s in found
                ],
                "clashes": [{"record": r, "studies": list(names)} for r, names in clashes.items()],
                "ungrouped": [
                    {"record": r, "suggested": hints[r].study if r in hints else None} for r in loose
                ],
            }
        )
        return
    for study in found:
        output.line(study.name)
        for report in study.reports:
            output.line(f"    {report[:8]}  {title[report]}")
        for alert in raised:
            if alert.study == study.name:
                output.line(f"    ! {alert.kind}: {alert.text} ({len(alert.effects)} effects)")
    for record, names in clashes.items():
        output.line(
            f"! {record[:8]} was linked to {' and '.join(names)} before a merge: link it again to say which"
        )
    for record in loose:
        hint = f"  (shares {hints[record].registry_id} with {hints[record].study})" if record in hints else ""
        output.line(f"no study: {record[:8]}  {title[record]}{hint}")


@studies_command.command("link")
@click.argument("record")
@click.argument("study", required=False)
@click.option("--remove", is_flag=True, help="Take the report out of its study.")
@click.option("--note")
def link(record: str, study: str | None, remove: bool, note: str | None) -> None:
    """Put the included report RECORD into STUDY, or take it out with --remove."""
    from screener.steps import studies
    from screener.store.citations import find_record

    if remove == (study is not None):
        raise click.UsageError("Give a study or --remove.")
    with review() as opened:
        found = find_record(opened.store, record)
        studies.link(opened, found, study, note)
    if wants_json():
        output.data({"record": found, "study": study})
    else:
        output.line(f"{found}  {study or 'in no study'}")


@studies_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Columns study, record, reviewer, note."""
    from screener.steps.tables_in import import_studies

    with review() as opened:
        count = import_studies(opened, file)
    if wants_json():
        output.data({"imported": count})
    else:
        output.line(f"{count} reports")
