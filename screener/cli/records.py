"""records and duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json
from screener.steps import deduplication


@click.command("records", cls=Command)
@click.argument("record", required=False)
@click.option("--stage", type=click.Choice(["title_abstract", "full_text"]), default="title_abstract")
@click.option("--status", type=click.Choice(["waiting", "open", "conflict", "passed", "excluded"]))
@click.option("--search", "text", help='Words, "a phrase", author:, title:, year:2015-2020, a PMID or DOI.')
@click.option("--database", "databases", multiple=True, help="Only records found in it.")
@click.option("--order", default="queue", help="queue, title, author, year, journal or relevance.")
@click.option("--limit", type=click.IntRange(1), help="No more than so many.")
@click.option("--raw", is_flag=True, help="With a record: its entries exactly as their databases gave them.")
def records_command(
    record: str | None,
    stage: str,
    status: str | None,
    text: str | None,
    databases: tuple[str, ...],
    order: str,
    limit: int | None,
    raw: bool,
) -> None:
    """List records with where they stand, or show one RECORD (id, database:accession, PMID or DOI)."""
    from screener.model.screening import Stage
    from screener.steps import records as step
    from screener.steps.alerts import alerts
    from screener.store import citations as store_citations

    with review() as opened:
        if record is not None:
            found = store_citations.find_record(opened.store, record)
            card = step.card(opened, found)
            facts = {
                "record": found,
                "sources": [source.reference for source in card.sources],
                "alerts": [a.to_dict() for a in alerts(opened) if a.record == found],
                "title_abstract": step.state(opened, found).title_abstract.outcome.value,
                "full_text": step.state(opened, found).full_text.outcome.value,
                **card.fields.to_dict(),
            }
            entries = {}
            for source in card.sources if raw else ():
                version = store_citations.current_version(opened.store, source.citation)
                entry = store_citations.raw_entry(opened.store, version)
                entries[source.reference] = entry.decode("utf-8", "replace")
            if wants_json():
                output.data({**facts, "raw": entries} if raw else facts)
            elif raw:
                for reference, text in entries.items():
                    output.line(f"--- {reference}")
                    output.line(text)
            else:
                for alert in facts.pop("alerts"):
                    output.line(f"! {alert['kind']}: {alert['text']}")
                for key, value in facts.items():
                    shown = "; ".join(map(str, value)) if isinstance(value, list) else value
                    if shown not in (None, ""):
                        output.line(f"{key:18} {shown}")
            return
        from screener.steps.browse import Browser, Looking

        wanted = Stage(stage)
        browser = Browser(opened)
        browser.renew()
        found_records = browser.find(
            Looking(text=text or "", databases=databases, status=status, stage=wanted, order=order)
        )
        states = step.states(opened)
        cards = step.united_citations(opened)
        rows = [(key, states[key].at(wanted), cards[key]) for key in found_records[:limit]]
    if wants_json():
        output.data(
            {
                "records": [
                    {
                        "record": key,
                        "status": at.outcome.value,
                        "reason": at.reason,
                        "title": c.title,
                        "pmid": c.pmid,
                    }
                    for key, at, c in rows
                ]
            }
        )
    else:
        output.table(
            ["record", "status", "year", "title"],
            [[key[:8], at.outcome.value, c.year, c.title] for key, at, c in rows],
            widest=80,
        )


@click.group("duplicates", cls=SubGroup)
def duplicates_command() -> None:
    """Pairs that the engine is unsure of wait for a person; every merge can be undone."""


@duplicates_command.command("list")
@click.option("--merged", is_flag=True, help="What was merged or kept apart, and why.")
def list_(merged: bool) -> None:
    """Pairs that wait, or (--merged) those that were settled, with reasons."""
    with review() as opened:
        pairs = deduplication.merges(opened) if merged else deduplication.waiting_pairs(opened)
        clashes = deduplication.clashes(opened)
        names = deduplication.citation_names(opened)
    rows = [
        {
            "a": names[pair.a],
            "b": names[pair.b],
            "score": pair.verdict.score if pair.verdict else None,
            "why": pair.verdict.describe() if pair.verdict else None,
            "by": pair.by,
            "said": pair.said,
            "note": pair.note,
            "title_a": pair.first.title,
            "title_b": pair.second.title,
        }
        for pair in pairs
    ]
    if wants_json():
        output.data({"pairs": rows, "clashes": [_clash(each, names) for each in clashes]})
        return
    for row in rows:
        output.line(f"{row['a']:24}  {row['title_a']}")
        output.line(f"{row['b']:24}  {row['title_b']}")
        said = f"{row['said']} said {row['by']}; " if row["by"] else ""
        output.line(f"    {said}{row['why'] or ''}")
    for each in clashes:
        _say_clash(each, names)
    output.line(f"{len(rows)} pairs")


@duplicates_command.command("judge")
@click.argument("a")
@click.argument("b")
@click.argument("verdict", type=click.Choice(["same", "different", "ask", "withdrawn"]))
@click.option("--note")
def judge(a: str, b: str, verdict: str, note: str | None) -> None:
    """Say that citations A and B are the same, different, or that you cannot tell (ask)."""
    with review() as opened:
        count = deduplication.judge(
            opened,
            deduplication.find_citation(opened, a),
            deduplication.find_citation(opened, b),
            verdict,
            note,
        )
        names = deduplication.citation_names(opened)
        clashes = deduplication.clashes(opened)
    if not wants_json():
        for each in clashes:
            _say_clash(each, names)
    _records(count)


def _clash(each: deduplication.Contradiction, names: Mapping[str, str]) -> dict[str, Any]:
    said = [{"by": who, "said": said, "a": names[a], "b": names[b]} for who, said, a, b in each.said]
    return {"chain": [names[c] for c in each.path], "said": said}


def _say_clash(each: deduplication.Contradiction, names: Mapping[str, str]) -> None:
    path = " = ".join(names[c] for c in each.path)
    said = "; ".join(f"{who} says {said} of {names[a]} and {names[b]}" for who, said, a, b in each.said)
    output.line(f"! people contradict each other along {path} ({said}): withdraw one of these verdicts")


@duplicates_command.command("split")
@click.argument("citation")
@click.option("--note")
def split(citation: str, note: str | None) -> None:
    """Take CITATION out of its record."""
    with review() as opened:
        count = deduplication.split(opened, deduplication.find_citation(opened, citation), note)
    _records(count)


def _records(count: int) -> None:
    if wants_json():
        output.data({"records": count})
    else:
        output.line(f"{count:,} records")
