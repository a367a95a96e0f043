"""references; search references and search links."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import click

from screener.cli import output
from screener.cli.app import Command, review, wants_json

if TYPE_CHECKING:
    from screener.sources.entrez import Entrez
    from screener.sources.reference_parts import Reference
    from screener.steps.citation_searching import CitationSearch

_COLUMNS = ["number", "label", "pmid", "doi", "pmcid", "registry_ids"]
_PARTS = ["first_author", "year", "title", "journal", "volume", "first_page", "text"]
_base_url = click.option(
    "--base-url", envvar="SCREENER_EUTILS_URL", help="E-utilities server (NCBI's unless given)."
)
_email = click.option("--email", envvar="SCREENER_EMAIL", help="Sent to NCBI with each request, as it asks.")
_skip_bad = click.option("--skip-bad", is_flag=True, help="Take the readable records, list the others.")
_dry_run = click.option("--dry-run", is_flag=True, help="Look everything up, store nothing.")
_file = click.argument("file", type=click.Path(path_type=Path, allow_dash=True))


@click.command("references", cls=Command)
@_file
@click.option("-o", "out", type=click.Path(path_type=Path), help="Write a row a reference (.csv).")
def references_command(file: Path, out: Path | None) -> None:
    """Cut the reference list in FILE ('-': standard input) into references with their identifiers.

    FILE is plain text: a pasted list in any style, or a whole article. Nothing is looked up.
    """
    found = _read(file)
    if out is not None:
        _write(out, [*_COLUMNS, *_PARTS], [each.to_dict() for each in found])
    if wants_json():
        output.data({"references": [each.to_dict() for each in found]})
        return
    if out is not None:
        output.line(f"{len(found)} references in {out}")
        return
    output.table(
        ["no.", "PMID", "DOI", "PMCID", "trial", "text"],
        [
            [
                each.label or each.number,
                each.pmid,
                each.doi,
                each.pmcid,
                " ".join(each.registry_ids),
                each.text,
            ]
            for each in found
        ],
    )


@click.command("references", cls=Command)
@_file
@click.option("--name", help="What the search is called in the log (the file's name unless given).")
@click.option("--unresolved", type=click.Path(path_type=Path), help="Write what was not found (.csv).")
@click.option("--trials", is_flag=True, help="Fetch the ClinicalTrials.gov entries that the list names, too.")
@click.option(
    "--trials-url",
    envvar="SCREENER_CTGOV_URL",
    help="ClinicalTrials.gov server (its own unless given).",
)
@_base_url
@_email
@_dry_run
@_skip_bad
def search_references_command(
    file: Path,
    name: str | None,
    unresolved: Path | None,
    trials: bool,
    trials_url: str | None,
    base_url: str | None,
    email: str | None,
    dry_run: bool,
    skip_bad: bool,
) -> None:
    """Look up the references in FILE ('-': standard input) in PubMed and store their records.

    One search run of kind 'citation'; then duplicates are looked for. What is not found, or may be another
    paper, is listed and not stored.
    """
    from screener.sources.clinicaltrials import ClinicalTrials
    from screener.steps.citation_searching import search_references
    from screener.steps.deduplication import deduplicate

    found = _read(file)
    if name is None:
        name = "references from standard input" if str(file) == "-" else f"references of {file.name}"
    progress = output.Progress()
    records: int | None = None
    with review() as opened:
        done = search_references(
            opened,
            found,
            name=name,
            client=_client(base_url, email),
            trials=ClinicalTrials(base_url=trials_url) if trials else None,
            skip_bad=skip_bad,
            dry_run=dry_run,
            progress=progress,
        )
        if not dry_run:
            records = deduplicate(opened, progress).records
    progress.close()
    left = [item.to_dict() for item in done.items if item.state in ("unresolved", "unsure")]
    if unresolved is not None:
        names = ["state", "pmid", "doubt", "printed_pmid", *(c for c in _COLUMNS if c != "pmid"), *_PARTS]
        _write(unresolved, names, left)
    _report(done, records)


@click.command("links", cls=Command)
@click.argument("records", nargs=-1, required=True)
@click.option(
    "--direction",
    type=click.Choice(["cited_by", "references"]),
    required=True,
    help="To papers that cite the records, or that they cite.",
)
@_base_url
@_email
@_dry_run
@_skip_bad
def search_links_command(
    records: tuple[str, ...],
    direction: str,
    base_url: str | None,
    email: str | None,
    dry_run: bool,
    skip_bad: bool,
) -> None:
    """Follow PubMed's citation links from RECORDS and store what they lead to; then look for duplicates."""
    from screener.steps.deduplication import deduplicate
    from screener.steps.link_searching import search_links

    progress = output.Progress()
    kept: int | None = None
    with review() as opened:
        done = search_links(
            opened,
            records,
            direction=cast(Literal["cited_by", "references"], direction),
            client=_client(base_url, email),
            skip_bad=skip_bad,
            dry_run=dry_run,
            progress=progress,
        )
        if not dry_run:
            kept = deduplicate(opened, progress).records
    progress.close()
    if wants_json():
        output.data({**done.to_dict(), "all_records": kept})
        return
    output.line(f"{done.query}: {done.found:,} papers, {done.new:,} new, {done.known:,} known")
    for message in done.messages:
        output.line(f"! {message}")
    if done.without:
        output.line(f"! no PMID: {', '.join(done.without)}")
    if done.missing:
        output.line(f"! linked but not given: {', '.join(done.missing)}")
    for problem in done.skipped:
        output.line(f"skipped: {problem}")
    output.line("nothing was stored (dry run)" if kept is None else f"{kept:,} records")


def _client(base_url: str | None, email: str | None) -> Entrez:
    from screener.sources.entrez import Entrez

    return Entrez(base_url=base_url, email=email, api_key=os.environ.get("NCBI_API_KEY"))


def _read(file: Path) -> tuple[Reference, ...]:
    from screener.steps.citation_searching import read_reference_file

    if str(file) == "-":
        return read_reference_file(sys.stdin.buffer.read(), "standard input")
    return read_reference_file(file.read_bytes(), str(file))


def _write(path: Path, names: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    from screener.handoff.csvtext import for_people
    from screener.handoff.files import write_file

    def cell(value: object) -> object:
        return " ".join(map(str, value)) if isinstance(value, list) else value

    write_file(path, for_people(names, [[cell(row[name]) for name in names] for row in rows]).encode())


def _report(done: CitationSearch, records: int | None) -> None:
    if wants_json():
        output.data({**done.to_dict(), "records": records})
        return
    output.table(
        ["no.", "state", "PMID", "how", "text"],
        [
            [
                item.reference.label or item.reference.number,
                item.state,
                item.pmid,
                item.how,
                item.reference.text,
            ]
            for item in done.items
        ],
    )
    for item in done.items:
        if item.doubt:
            output.line(f"! {item.reference.number}: {item.doubt} (PMID {item.pmid})")
    if done.registered:
        output.line(f"trial numbers in the list: {', '.join(done.registered)}")
    for problem in done.skipped:
        output.line(f"skipped: {problem}")
    states = ", ".join(f"{done.count(state)} {state}" for state in ("new", "known", "unsure", "unresolved"))
    output.line(f"{len(done.items)} references: {states}")
    output.line("nothing was stored (dry run)" if records is None else f"{records:,} records")
