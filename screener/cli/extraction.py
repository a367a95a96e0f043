"""extraction and rob."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json


@click.group("extraction", cls=SubGroup)
def extraction_command() -> None:
    """Extracted data as CSV: study, reviewer, form, item, field, value; a row a field."""


@extraction_command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--submit", is_flag=True, help="Mark the studies of the file as finished.")
def import_(file: Path, submit: bool) -> None:
    """Record the forms of FILE: your own, or as coordinator everybody's. All of them, or none."""
    from screener.steps.tables_in import import_extraction

    with review() as opened:
        count = import_extraction(opened, file, submit=submit)
    if wants_json():
        output.data({"forms": count})
    else:
        output.line(f"{count} forms")


@extraction_command.command("record")
@click.argument("study")
@click.argument("form", type=click.Choice(["study", "arm", "effect", "rob"]))
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
def record(study: str, form: str, fields: tuple[str, ...]) -> None:
    """Fill in one FORM of STUDY, e.g. effect outcome=OS treatment=... comparator=... hr=0.61 ci_low=0.49 ...

    Filled in again, it replaces your earlier one. For an effect the log HR and every check are shown.
    """
    from screener.model.errors import InputError
    from screener.model.extraction import FIELDS, Form
    from screener.steps import studies

    values = dict(field.partition("=")[::2] for field in fields)
    for name in values:
        if name not in FIELDS[Form(form)]:
            raise InputError(
                f"'{name}' is no field of this form", field=name, expected=", ".join(FIELDS[Form(form)])
            )
    with review() as opened:
        checks = studies.effect_checks(opened, study, values).to_dict() if form == "effect" else None
        key = studies.fill(opened, study, Form(form), values)
    if wants_json():
        output.data({"study": study, "form": form, "item": key, "derived": checks})
        return
    output.line(f"{study}: {form} '{key}'")
    if checks is not None:
        output.hazard_ratio(checks)


@extraction_command.command("export")
@click.option("-o", "file", type=click.Path(path_type=Path), required=True)
def export(file: Path) -> None:
    """Write the forms that you may see: your own, and those of studies that both have finished."""
    from screener.handoff.files import write_file
    from screener.steps.tables_out import extraction_csv

    with review() as opened:
        text, count = extraction_csv(opened)
    write_file(file, text.encode())
    if wants_json():
        output.data({"file": str(file), "forms": count})
    else:
        output.line(f"{count} forms in {file}")


@extraction_command.command("submit")
@click.argument("study")
def submit(study: str) -> None:
    """Say that you have finished STUDY; when both extractors have, their forms are compared."""
    from screener.steps import studies

    with review() as opened:
        studies.submit(opened, study)
    if wants_json():
        output.data({"study": study, "submitted": True})
    else:
        output.line(f"{study}: submitted")


@extraction_command.command("withdraw")
@click.argument("study")
@click.argument("form", type=click.Choice(["study", "arm", "effect", "rob"]))
@click.argument("item")
def withdraw(study: str, form: str, item: str) -> None:
    """Take back one of your forms."""
    from screener.model.extraction import Form
    from screener.steps import studies

    with review() as opened:
        studies.withdraw(opened, study, Form(form), item)
    if wants_json():
        output.data({"study": study, "form": form, "item": item, "withdrawn": True})
    else:
        output.line(f"{study}: {form} '{item}' taken back")


@extraction_command.command("compare")
@click.argument("study", required=False)
def compare(study: str | None) -> None:
    """Where the two extractors differ, field by field, and what has been settled."""
    from screener.steps import studies

    with review() as opened:
        names = [study] if study else [s.name for s in studies.studies(opened)]
        rows: list[dict[str, Any]] = []
        for name in names:
            found = studies.compared(opened, name)
            state = studies.agreed(opened, name)
            if found is None:
                rows.append({"study": name, "state": state.waits_for, "differences": []})
                continue
            a, b = found.extractors
            differences = [
                {
                    "form": d.form.value,
                    "item": d.key,
                    "field": d.field,
                    a: d.a,
                    b: d.b,
                    "settled": found.settled.get((d.form, d.key, d.field)),
                }
                for d in found.comparison.differences
            ]
            for who, items in ((a, found.comparison.only_a), (b, found.comparison.only_b)):
                differences += [
                    {
                        "form": i.form.value,
                        "item": i.key,
                        "field": "*",
                        who: "has it",
                        "settled": found.settled.get((i.form, i.key, "*")),
                    }
                    for i in items
                ]
            rows.append({"study": name, "state": state.waits_for or "agreed", "differences": differences})
    if wants_json():
        output.data({"studies": rows})
        return
    for row in rows:
        output.line(f"{row['study']}: {row['state']}")
        for difference in row["differences"]:
            output.line("    " + ", ".join(f"{k} {v}" for k, v in difference.items() if v))


@extraction_command.command("settle")
@click.argument("study")
@click.argument("form", type=click.Choice(["study", "arm", "effect", "rob"]))
@click.argument("item")
@click.argument("field")
@click.argument("value")
@click.option("--why", required=True, help="A sentence for the audit trail.")
def settle(study: str, form: str, item: str, field: str, value: str, why: str) -> None:
    """Agree on the VALUE of a FIELD (`*` with keep or drop: a form that only one extractor has)."""
    from screener.model.extraction import Form
    from screener.steps import studies

    with review() as opened:
        studies.settle(opened, study, Form(form), item, field, value, why)
    if wants_json():
        output.data({"study": study, "form": form, "item": item, "field": field, "value": value})
    else:
        output.line(f"{study}: {form} '{item}', {field} = {value}")


@click.command("rob", cls=Command)
def rob_command() -> None:
    """Risk of bias (RoB 1) of each study as agreed so far."""
    from screener.steps.handoff import rob_rows

    with review() as opened:
        rows = rob_rows(opened)
    if wants_json():
        output.data({"studies": rows})
    elif rows:
        output.table(list(rows[0]), [list(row.values()) for row in rows], widest=24)
    else:
        output.line("no study has agreed risk-of-bias judgements yet")
