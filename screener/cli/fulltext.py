"""fulltext: where the reports are, and what was done to get them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import SubGroup, review, wants_json

_STATUSES = ("sought", "retrieved", "not_retrieved")
_WORDS = {None: "not sought", "not_retrieved": "not retrieved"}


@click.group("fulltext", cls=SubGroup)
def fulltext_command() -> None:
    """Whether the full text of a report was sought, retrieved or not retrieved."""


@fulltext_command.command("mark")
@click.argument("record")
@click.argument("status", type=click.Choice(_STATUSES))
@click.option("--note", help="What was tried, or where it came from.")
def mark(record: str, status: str, note: str | None) -> None:
    """Say of a report that it is sought, retrieved or not retrieved; each 'sought' counts as an attempt."""
    from screener.steps.retrieval import retrieval_of, retrieve
    from screener.store.citations import find_record

    with review() as opened:
        found = find_record(opened.store, record)
        retrieve(opened, found, status, note)
        told = retrieval_of(opened, found)
    if wants_json():
        output.data({"record": found, **asdict(told)})
    else:
        output.line(f"{found}  {_WORDS.get(status, status)}  ({told.attempt_words})")


@fulltext_command.command("list")
@click.option(
    "--status",
    type=click.Choice(["not_sought", *_STATUSES]),
    help="Only reports of which this was said last.",
)
def list_(status: str | None) -> None:
    """The reports that passed title/abstract, with every attempt to get them counted and dated."""
    from screener.steps import records
    from screener.steps.retrieval import retrievals

    with review() as opened:
        told = {
            record: each
            for record, each in retrievals(opened).items()
            if status is None or (each.status or "not_sought") == status
        }
        titles = {each.record: each.line for each in records.titles(opened)}
    if wants_json():
        rows = [{"record": r, "title": titles[r], **asdict(each)} for r, each in told.items()]
        output.data({"reports": rows})
    else:
        output.table(
            ["record", "status", "attempts", "first", "last", "by", "note", "title"],
            [
                [
                    *(r[:8], _WORDS.get(each.status, each.status), each.attempts, each.first, each.last),
                    *(each.by, each.note, titles[r]),
                ]
                for r, each in told.items()
            ],
        )


@fulltext_command.command("wanted")
@click.option("-o", "file", type=click.Path(path_type=Path), help="Write the list here (.ris, .csv, ...).")
def wanted(file: Path | None) -> None:
    """Reports whose full text is still to be had, for the library, with the attempts that were made."""
    from screener.handoff.files import write_file
    from screener.steps.tables_out import wanted as wanted_cards
    from screener.steps.tables_out import wanted_text

    with review() as opened:
        cards = wanted_cards(opened)
        text = wanted_text(cards, file.suffix.lstrip(".") or "ris") if file is not None else ""
    if file is not None:
        write_file(file, text.encode())
    if wants_json():
        rows = [
            {"record": c.record, **c.fields.to_dict(), "attempts": told.attempts, "last_attempt": told.last}
            for c, told in cards
        ]
        output.data({"wanted": rows, "file": file and str(file)})
    else:
        output.table(
            ["record", "year", "doi", "attempts", "last", "title"],
            [
                [c.record[:8], c.fields.year, c.fields.doi, told.attempts, told.last, c.fields.title]
                for c, told in cards
            ],
        )
