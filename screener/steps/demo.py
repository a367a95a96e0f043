"""The worked example built from its sources by two scripted reviewers, with a fixed clock and ids."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screener.model.errors import SourceError
from screener.model.ids import ActIds
from screener.model.protocol import Role
from screener.model.screening import Stage
from screener.protocol import read_protocol
from screener.sources import Remote, read_queries
from screener.steps import decisions, deduplication, handoff, screening, settling, studies, tables_in
from screener.steps.flow import flow
from screener.steps.review import (
    DATABASE,
    LEDGER,
    Review,
    adopt,
    copy_example,
    example_folder,
    init_review,
    open_review,
)
from screener.steps.searching import run_saved
from screener.store.opening import create

# The clock of the demo: the day after the example's search, one second an act.
START = 1_690_848_000.0

Say = Callable[[str], None]


def demo_ids() -> ActIds:
    """A clock that stands on 1 August 2023 and moves a second at a time, and repeatable randomness."""
    seconds = iter(range(100_000_000))
    return ActIds(now=lambda: START + next(seconds), entropy=random.Random(20230731).randbytes)


def build(folder: Path, say: Say) -> dict[str, Any]:
    """Build the example in a new folder and write every export; gives what happened, as counts."""
    source = example_folder()
    ids = demo_ids()
    init_review(folder, protocol=source / "review.toml", ids=ids).close()
    copy_example(folder)
    review = open_review(folder, _coordinator(folder), ids=ids)
    try:
        play(review, say)
        say("\n7  Hand-off")
        written = handoff.export(review, folder / "exports")
        for name in written:
            say(f"   exports/{name}")
        who = _screeners(review)[0]
        left = screening.overview(review.as_person(who))
        say(f"\n{left.waiting[Stage.TITLE_ABSTRACT]} records are left unscreened for {who}. Try it:")
        say(f"   screener -C {folder} --as {who}")
        return {
            "folder": str(folder.resolve()),
            "records": left.records,
            "included": left.included,
            "files": written,
            "flow": flow(review).to_dict(),
            "open_as": who,
        }
    finally:
        review.close()


def build_in_place(folder: Path) -> None:
    """Make the database of a folder that has the scripted ledgers; all of it, or none."""
    ids = demo_ids()
    unfinished = folder / "db" / "building.db"
    for leftover in unfinished.parent.glob("building.db*"):
        leftover.unlink()
    store = create(unfinished, ids=ids)
    review = Review(
        folder, store, read_protocol(folder / "review.toml").reviewer(_coordinator(folder)), None, None
    )
    try:
        play(review, lambda _text: None)
    finally:
        review.close()
    unfinished.rename(folder / DATABASE)


def play(review: Review, say: Say) -> None:
    """Everything that the example's people did, up to the hand-off, on behalf of its coordinator."""
    folder = review.folder
    adopt(review, "protocol of the registered review")
    say(f"1  Protocol: {review.protocol.title}")
    people = ", ".join(f"{r.id} ({', '.join(sorted(r.roles))})" for r in review.protocol.reviewers)
    say(f"   reviewers {people}")

    say("\n2  Searches of 31 July 2023")
    for query in read_queries(folder / "queries"):
        for result in run_saved(review, query, _no_network):
            say(
                f"   {result.query:16} {result.database:15} {result.hits:4} entries in {result.format}, "
                f"{result.repeated} repeated"
            )

    found = deduplication.deduplicate(review)
    say("\n3  Duplicates")
    say(f"   {found.citations} citations: {found.same} pairs are the same, {found.ask} wait for a person")
    ledger = folder / LEDGER
    judged = tables_in.import_duplicates(review, ledger / "duplicates.csv")
    waiting = deduplication.waiting_pairs(review)
    records = screening.overview(review).records
    say(f"   people judged {judged} pairs, {len(waiting)} still wait: {records} records")

    say("\n4  Screening, two reviewers blinded to each other")
    votes = ledger / "decisions.csv"
    for stage in Stage:
        count = decisions.import_decisions(review, votes, stage=stage).imported
        conflicts = [c for c in settling.conflicts(review) if c.stage is stage]
        settled = tables_in.import_resolutions(review, ledger / "resolutions.csv", stage=stage)
        if stage is Stage.TITLE_ABSTRACT:
            fetched = tables_in.import_retrievals(review, ledger / "retrievals.csv")
        say(f"   {stage.label}: {count} votes, {len(conflicts)} conflicts, {settled} settled")
    say(f"   retrieval: {fetched} reports accounted for")

    say("\n5  Studies")
    linked = tables_in.import_studies(review, ledger / "studies.csv")
    groups = studies.studies(review)
    say(f"   {linked} reports of {len(groups)} studies")

    say("\n6  Extraction and risk of bias, in duplicate")
    forms = tables_in.import_extraction(review, ledger / "extraction.csv", submit=True)
    compared = [c for c in (studies.compared(review, s.name) for s in groups) if c is not None]
    differing = sum(c.unsettled for c in compared)
    settled = tables_in.import_settlements(review, ledger / "settlements.csv")
    agreed = [studies.agreed(review, s.name) for s in groups]
    done = sum(a.items is not None for a in agreed)
    say(f"   {forms} forms, {differing} readings differed, {settled} settled; {done} studies agreed")


def _no_network(_database: str) -> Remote:
    raise SourceError("the worked example is built from its files, without a network")


def _coordinator(folder: Path) -> str:
    return read_protocol(folder / "review.toml").with_role(Role.COORDINATOR)[0].id


def _screeners(review: Review) -> list[str]:
    return [r.id for r in review.protocol.with_role(Role.SCREENER)]
