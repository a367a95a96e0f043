"""Tables for people, from what a person may see."""

from __future__ import annotations

from collections.abc import Sequence

from screener.handoff import decisions as handoff_decisions
from screener.handoff.citations import csv_annotated, write_citations
from screener.handoff.citations_tagged import ris_annotated
from screener.handoff.csvtext import for_people
from screener.model.screening import Stage
from screener.steps import records, settling
from screener.steps.retrieval import Retrieval, retrievals
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store import screening as store_screening


def references(review: Review) -> dict[str, str]:
    """How a person names each record: by its preferred citation."""
    names = store_citations.names(review.store)
    shown = store_citations.preferred_by_record(review.store)
    return {record: names[citation] for record, citation in shown.items()}


def decisions_csv(review: Review) -> tuple[str, int]:
    """The votes that the person may see, in the form that `decisions import` reads; and how many.

    That other people's votes were shown is recorded: from here on they change only by a resolution.
    """
    found = _voted(review)
    return handoff_decisions.decisions_csv(found), sum(len(each.votes) for each in found)


def decisions_ris(review: Review) -> tuple[str, int]:
    """As `decisions_csv`: RIS of the records that hold such votes."""
    found = _voted(review)
    return handoff_decisions.decisions_ris(found), sum(len(each.votes) for each in found)


def _voted(review: Review) -> list[handoff_decisions.Voted]:
    """The records with the votes that the person may see; showing those of others is recorded."""
    me = review.person()
    names = references(review)
    fields = records.united_citations(review)
    with review.store.write():
        seen = {stage: store_screening.visible_votes(review.store, stage, me.id) for stage in Stage}
        found = []
        veiled = settling.veiled(review)
        for record in store_citations.record_ids(review.store):
            votes = [
                (stage, vote)
                for stage in Stage
                for vote in seen[stage].get(record, ())
                if (stage, record) not in veiled or vote.reviewer == me.id
            ]
            for stage in Stage:
                if any(at is stage and vote.reviewer != me.id for at, vote in votes):
                    store_screening.add_reveal(review.store, me.id, record, stage)
            found.append(handoff_decisions.Voted(names[record], fields[record], votes))
    return found


def wanted(review: Review) -> list[tuple[records.Card, Retrieval]]:
    """Reports that passed title/abstract and whose full text is still to be had, and what was done to get them."""
    told = retrievals(review)
    return [
        (records.card(review, record), told[record])
        for record, state in records.states(review).items()
        if state.title_abstract.outcome.value == "passed"
        and state.full_text.outcome.value == "open"
        and state.retrieval in {None, "sought"}
    ]


def wanted_text(cards: Sequence[tuple[records.Card, Retrieval]], kind: str) -> str:
    """The list for the library as one of the citation formats; RIS (U2) and CSV tell the attempts too."""
    if kind == "ris":
        return "".join(ris_annotated((card.fields, [("U2", each.attempt_words)]) for card, each in cards))
    if kind == "csv":
        rows = ((card.fields, (each.attempts, each.last)) for card, each in cards)
        return "".join(csv_annotated(rows, ("attempts", "last_attempt")))
    return write_citations([card.fields for card, _ in cards], kind)


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
    return for_people(["study", "reviewer", "form", "item", "field", "value"], rows), count
