"""fulltext and studies."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import SubGroup, review, wants_json


@click.group("fulltext", cls=SubGroup)
def fulltext_command() -> None:
    """Whether the full text of a report was sought, retrieved or not retrieved."""


@fulltext_command.command("mark")
@click.argument("record")
@click.argument("status", type=click.Choice(["sought", "retrieved", "not_retrieved"]))
@click.option("--note")
def mark(record: str, status: str, note: str | None) -> None:
    """Say of a report that it is sought, retrieved or not retrieved."""
    from screener.steps.retrieval import retrieve
    from screener.store.citations import find_record

    with review() as opened:
        found = find_record(opened.store, record)
        retrieve(opened, found, status, note)
    if wants_json():
        output.data({"record": found, "status": status})
    else:
        output.line(f"{found}  {status}")


@fulltext_command.command("wanted")
@click.option("-o", "file", type=click.Path(path_type=Path), help="Write the list here (.ris or .csv).")
def wanted(file: Path | None) -> None:
    """Reports whose full text is still to be had, for the library."""
    from screener.handoff.citations import write_citations
    from screener.handoff.files import write_file
    from screener.steps.tables_out import wanted as wanted_cards

    with review() as opened:
        cards = wanted_cards(opened)
    if file is not None:
        kind = file.suffix.lstrip(".") or "ris"
        text = write_citations([card.fields for card in cards], kind)
        write_file(file, text.encode())
    if wants_json():
        output.data(
            {
                "wanted": [{"record": c.record, **c.fields.to_dict()} for c in cards],
                "file": file and str(file),
            }
        )
    else:
        output.table(
            ["record", "year", "doi", "title"],
            [[c.record[:8], c.fields.year, c.fields.doi, c.fields.title] for c in cards],
        )


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
