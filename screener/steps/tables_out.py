"""Tables for people, from what a person may see."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from screener.model.screening import Stage
from screener.steps import records
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store import screening as store_screening


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV for people: a cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_guarded(cell) for cell in row])
    return out.getvalue()


def _guarded(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t"}:
        return "'" + cell
    return "" if cell is None else cell


def references(review: Review) -> dict[str, str]:
    """How a person names each record: database:accession of its preferred citation, else its id."""
    rows = review.store.rows("SELECT id, database, source_key FROM citations")
    names = {row[0]: f"{row[1]}:{row[2]}" if row[2] else row[0] for row in rows}
    shown = store_citations.preferred_by_record(review.store)
    return {record: names[citation] for record, citation in shown.items()}


def decisions_csv(review: Review) -> tuple[str, int]:
    """The votes that the person may see, in the form that `decisions import` reads; and how many."""
    names = references(review)
    rows = []
    for stage in Stage:
        seen = store_screening.visible_votes(review.store, stage, review.viewer)
        for record in store_citations.record_ids(review.store):
            for vote in seen.get(record, ()):
                rows.append(
                    [names[record], stage.value, vote.reviewer, vote.vote.value, vote.reason, vote.note]
                )
    return csv_text(["record", "stage", "reviewer", "vote", "reason", "note"], rows), len(rows)


def wanted(review: Review) -> list[records.Card]:
    """Reports that passed title/abstract and whose full text is still to be had."""
    return [
        records.card(review, record)
        for record, state in records.states(review).items()
        if state.title_abstract.outcome.value == "passed"
        and state.full_text.outcome.value == "open"
        and state.retrieval in {None, "sought"}
    ]


def extraction_csv(review: Review) -> tuple[str, int]:
    """The forms that the person may see, in the form that `extraction import` reads; and how many."""
    rows: list[list[object]] = []
    count = 0
    for (study, person), items in sorted(store_extraction.items(review.store, review.viewer).items()):
        for item in items:
            count += 1
            rows += [
                [study, person, item.form.value, item.key, field, value]
                for field, value in item.values.items()
            ]
    return csv_text(["study", "reviewer", "form", "item", "field", "value"], rows), count
