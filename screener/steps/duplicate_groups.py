"""Records of several citations: who is in them, which one is shown, and why they are one."""

from __future__ import annotations

from dataclasses import dataclass

from screener import dedup
from screener.model.citation import Citation
from screener.steps.deduplication import engine_pairs
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import duplicates as store_duplicates


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One record of several citations."""

    record: str
    title: str | None
    count: int
    by: tuple[str, ...]
    """People who said that two of them are the same; empty if the engine alone joined them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One citation of a record."""

    citation: str
    name: str
    fields: Citation
    shown: bool
    why: tuple[str, ...]
    """What the engine and people say about it and each of the others, a line each."""


def groups(review: Review) -> list[GroupLine]:
    """All records of several citations, in the order of the queue."""
    store = review.store
    members = {r: m for r, m in store_citations.members_by_record(store).items() if len(m) > 1}
    shown = store_citations.preferred_by_record(store)
    record_of = {citation: record for record, some in members.items() for citation in some}
    people: dict[str, list[str]] = {}
    for row in store_duplicates.person_verdicts(store):
        record = record_of.get(row["a"])
        if record and record == record_of.get(row["b"]) and row["verdict"] == dedup.Verdict.SAME:
            people.setdefault(record, []).append(row["actor"])
    fields = store_citations.citations(store, {shown[record] for record in members})
    return [
        GroupLine(
            record,
            fields[shown[record]].title,
            len(members[record]),
            tuple(dict.fromkeys(people.get(record, ()))),
        )
        for record in store_citations.record_ids(store)
        if record in members
    ]


def members_of(review: Review, citation: str) -> list[Member]:
    """The citations of the record that holds this one, the one shown first."""
    store = review.store
    record = store_citations.record_of(store, citation)
    ids = store_citations.record_members(store, record)
    shown = store_citations.preferred(store, record)
    fields, names = store_citations.citations(store, ids), store_citations.names(store)
    said: dict[str, list[str]] = {c: [] for c in ids}

    def note(a: str, b: str, text: str) -> None:
        for one, other in ((a, b), (b, a)):
            said[one].append(f"with {names[other]}: {text}")

    for row in store_duplicates.person_verdicts(store):
        if row["a"] in said and row["b"] in said:
            words = f" ({row['note']})" if row["note"] else ""
            note(row["a"], row["b"], f"{row['actor']} says {row['verdict']}{words}")
    for pair in engine_pairs(review):
        if pair.a in said and pair.b in said:
            note(pair.a, pair.b, pair.describe())
    return [
        Member(c, names[c], fields[c], c == shown, tuple(said[c]))
        for c in sorted(ids, key=lambda c: (c != shown, names[c]))
    ]


def size_of(review: Review, citation: str) -> int:
    """How many citations the record that holds this one has."""
    store = review.store
    return len(store_citations.record_members(store, store_citations.record_of(store, citation)))
