"""Finding duplicates, a person's word on them, and the records that follow."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from screener import dedup
from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.steps.review import Progress, Review, silent
from screener.store import citations as store_citations
from screener.store import duplicates as store_duplicates


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What a run did: citations compared, pairs judged, records that came of it."""

    compared: int
    same: int
    ask: int
    citations: int
    records: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two citations that wait for a person, or were judged: who said what and why."""

    a: str
    b: str
    first: Citation
    second: Citation
    verdict: dedup.PairVerdict | None
    by: str | None = None
    said: str | None = None
    note: str | None = None


def deduplicate(review: Review, progress: Progress = silent) -> Deduplicated:
    """Compare citations that have not been compared with all others, then cluster anew.

    Runs after each import by itself; interrupted, it does the rest the next time.
    """
    store = review.store
    waiting = store_duplicates.uncompared(store, dedup.ENGINE_VERSION)
    pairs: list[dedup.PairVerdict] = []
    if waiting:
        progress("comparing", 0, len(waiting))
        shown = store_citations.current_versions(store)
        pairs = dedup.find_pairs(store_citations.citations(store), new=set(waiting))
        with store.write():
            store_duplicates.add_engine_verdicts(
                store,
                dedup.ENGINE_VERSION,
                [
                    {
                        "a": pair.a,
                        "b": pair.b,
                        "version_a": shown[pair.a],
                        "version_b": shown[pair.b],
                        "verdict": pair.verdict.value,
                        "score": pair.score,
                        "evidence": pair.to_dict(),
                    }
                    for pair in pairs
                ],
                waiting,
            )
            records = recluster(review, waiting)
        progress("comparing", len(waiting), len(waiting))
    else:
        records = recluster(review)
    return Deduplicated(
        compared=len(waiting),
        same=sum(pair.verdict is dedup.Verdict.SAME for pair in pairs),
        ask=sum(pair.verdict is dedup.Verdict.ASK for pair in pairs),
        citations=store_citations.count(store),
        records=records,
    )


def engine_pairs(review: Review) -> list[dedup.PairVerdict]:
    rows = store_duplicates.engine_verdicts(review.store, dedup.ENGINE_VERSION)
    return [dedup.PairVerdict.from_dict(json.loads(row["evidence"])) for row in rows]


def recluster(review: Review, renewed: Collection[str] = ()) -> int:
    """Derive the records from all verdicts, the people's above the engine's; gives their number.

    A record whose members are as before keeps its id and the citation shown, unless one of them is among
    `renewed` (its fields may have changed).
    """
    store = review.store
    again = set(renewed)
    with store.write():
        before = store_citations.members_by_record(store)
        was_in = {citation: record for record, members in before.items() for citation in members}
        shown = store_citations.preferred_by_record(store)
        groups: dict[str, list[str]] = {}
        for citation, root in _clustering(review, store_citations.ids(store)).root_of.items():
            groups.setdefault(root, []).append(citation)
        record_of: dict[str, str] = {}
        preferred: dict[str, str] = {}
        changed: list[list[str]] = []
        for members in groups.values():
            members.sort()
            record = was_in.get(members[0], "")
            if before.get(record) == members and record in shown and again.isdisjoint(members):
                preferred[record] = shown[record]
                record_of.update(dict.fromkeys(members, record))
            else:
                changed.append(members)
        touched = [citation for members in changed for citation in members]
        seen = store_duplicates.first_seen(store, touched)
        fields = store_citations.citations(store, [c for m in changed if len(m) > 1 for c in m])
        for members in changed:
            record = min(members, key=lambda c: (seen[c], c))
            preferred[record] = record if len(members) == 1 else dedup.preferred(fields, members)
            record_of.update(dict.fromkeys(members, record))
        store_duplicates.save_clusters(store, record_of, preferred)
    return len(groups)


def _clustering(review: Review, ids: list[str]) -> dedup.Clustering:
    people = [
        dedup.PersonVerdict(row["a"], row["b"], dedup.Verdict(row["verdict"]))
        for row in store_duplicates.person_verdicts(review.store)
    ]
    return dedup.cluster(ids, engine_pairs(review), people)


def clashes(review: Review) -> list[tuple[str, ...]]:
    """Where people contradict each other: a chain of 'same' whose ends somebody called different.

    Until one of the verdicts is withdrawn, none of the chain's 'same' is carried out.
    """
    found = _clustering(review, store_citations.ids(review.store)).clashes
    return [clash.path for clash in found]


def waiting_pairs(review: Review) -> list[Pair]:
    """Pairs that wait for a person: nobody has judged them, they are not one record, and the engine was
    unsure, or says same but was held back by a veto within their records."""
    store = review.store
    judged = {(row["a"], row["b"]) for row in store_duplicates.person_verdicts(store)}
    record_of = {
        citation: record
        for record, members in store_citations.members_by_record(store).items()
        for citation in members
    }
    asks = [
        pair
        for pair in engine_pairs(review)
        if pair.verdict is not dedup.Verdict.DIFFERENT
        and (pair.a, pair.b) not in judged
        and record_of.get(pair.a) != record_of.get(pair.b)
    ]
    asks.sort(key=lambda pair: (-pair.score, pair.a, pair.b))
    fields = store_citations.citations(store, {c for pair in asks for c in (pair.a, pair.b)})
    return [Pair(pair.a, pair.b, fields[pair.a], fields[pair.b], pair) for pair in asks]


def merges(review: Review) -> list[Pair]:
    """Every pair of citations in one record, with the engine's or the person's reason."""
    store = review.store
    verdicts = {(pair.a, pair.b): pair for pair in engine_pairs(review)}
    people = {(row["a"], row["b"]): row for row in store_duplicates.person_verdicts(store)}
    wanted: list[tuple[str, str]] = []
    for members in store_citations.members_by_record(store).values():
        ordered = sorted(members)
        wanted += [
            (a, b)
            for i, a in enumerate(ordered)
            for b in ordered[i + 1 :]
            if (a, b) in verdicts or (a, b) in people
        ]
    wanted += [key for key, row in people.items() if key not in wanted and row["verdict"] == "different"]
    fields = store_citations.citations(store, {c for pair in wanted for c in pair})
    found = []
    for a, b in wanted:
        row = people.get((a, b))
        found.append(
            Pair(
                a,
                b,
                fields[a],
                fields[b],
                verdicts.get((a, b)),
                by=row["actor"] if row else None,
                said=row["verdict"] if row else None,
                note=row["note"] if row else None,
            )
        )
    return found


def judge(review: Review, a: str, b: str, verdict: str, note: str | None = None) -> int:
    """A person's word on a pair: same, different, ask (cannot tell) or withdrawn. Gives the number of records.

    Final for the engine: re-running never overturns it.
    """
    me = review.person()
    if a == b:
        raise ReviewError("a citation is not its own duplicate", entry=a, expected="two citations")
    with review.store.write():
        store_duplicates.add_person_verdict(review.store, me.id, a, b, verdict, note)
        return recluster(review)


def split(review: Review, citation: str, note: str | None = None) -> int:
    """Take one citation out of its record: different from every other member. Gives the number of records."""
    me = review.person()
    record = store_citations.record_of(review.store, citation)
    others = [c for c in store_citations.record_members(review.store, record) if c != citation]
    if not others:
        raise ReviewError("the record holds this citation only", entry=citation, expected="a merged record")
    with review.store.write():
        for other in others:
            store_duplicates.add_person_verdict(review.store, me.id, citation, other, "different", note)
        return recluster(review)


def find_citation(review: Review, reference: str) -> str:
    """The citation that a person means by database:accession or by its id."""
    return store_citations.find_citation(review.store, reference)


def citation_names(review: Review) -> dict[str, str]:
    """How a person names each citation: database:accession, else its id."""
    return store_citations.names(review.store)
