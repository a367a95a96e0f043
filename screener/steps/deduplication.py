"""Finding duplicates, a person's word on them, and the records that follow."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from screener import dedup
from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.model.screening import Stage
from screener.steps.review import Progress, Review, silent
from screener.steps.workers import pool, starting
from screener.store import citations as store_citations
from screener.store import duplicates as store_duplicates
from screener.store import screening as store_screening
from screener.store.database import Row, Store
from screener.store.opening import for_reading

# From so many citations on, other processes are worth their start; what one of them does at a time.
_MANY = 20_000
_PART = 5_000


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What a run did: citations compared, pairs judged, records that came of it."""

    compared: int
    same: int
    ask: int
    citations: int
    records: int
    joined: tuple[tuple[str, str], ...] = ()
    """New citations that are now part of a record with votes that the person may see, each with that record's citation
    shown, by the names that people use. The votes stay as they were: they were cast on the others."""


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


def policy_of(review: Review) -> dedup.Policy:
    """What the adopted protocol joins; without one, what the engine does by itself."""
    if review.protocol_id is None:
        return dedup.Policy()
    rules = review.protocol.duplicates
    return dedup.Policy(rules.preprints == "merge", rules.cochrane_versions == "merge")


def engine_of(review: Review) -> str:
    """The engine's version under which the review's verdicts are stored; another policy is another one."""
    return dedup.engine_version(policy_of(review))


def deduplicate(review: Review, progress: Progress = silent) -> Deduplicated:
    """Compare citations that have not been compared with all others, then cluster anew.

    Runs after each import by itself; interrupted, it does the rest the next time.
    """
    store = review.store
    engine = engine_of(review)
    waiting = store_duplicates.uncompared(store, engine)
    pairs: list[dedup.PairVerdict] = []
    joined: tuple[tuple[str, str], ...] = ()
    if waiting:
        progress("comparing", 0, len(waiting))
        citations = store_duplicates.Snapshot(store)
        pairs = dedup.find_pairs(
            citations,
            new=set(waiting),
            policy=policy_of(review),
            blocks=_blocks(store, citations) if len(citations) >= _MANY else None,
            progress=lambda done, total: progress("comparing pairs", done, total),
        )
        with store.write():
            store_duplicates.add_engine_verdicts(
                store, engine, (_row(pair, citations) for pair in pairs), waiting
            )
            records = recluster(review, waiting)
        joined = _joined_screened(review, waiting)
        progress("comparing", len(waiting), len(waiting))
    else:
        records = recluster(review)
    return Deduplicated(
        compared=len(waiting),
        same=sum(pair.verdict is dedup.Verdict.SAME for pair in pairs),
        ask=sum(pair.verdict is dedup.Verdict.ASK for pair in pairs),
        citations=store_citations.count(store),
        records=records,
        joined=joined,
    )


def uncompared(review: Review) -> int:
    """Citations that wait to be compared: an import was cut off, or the protocol has another word on duplicates."""
    return len(store_duplicates.uncompared(review.store, engine_of(review)))


def _joined_screened(review: Review, new: Collection[str]) -> tuple[tuple[str, str], ...]:
    store = review.store
    fresh = frozenset(new)
    older = {
        record: [c for c in members if c in fresh]
        for record, members in store_citations.members_by_record(store).items()
        if len(members) > 1 and not fresh.issuperset(members) and not fresh.isdisjoint(members)
    }
    if not older:
        return ()
    voted = {r for stage in Stage for r in store_screening.visible_votes(store, stage, review.viewer)}
    names, shown = store_citations.names(store), store_citations.preferred_by_record(store)
    return tuple(
        sorted((names[c], names[shown[r]]) for r, members in older.items() if r in voted for c in members)
    )


def _row(pair: dedup.PairVerdict, citations: store_duplicates.Snapshot) -> dict[str, Any]:
    return {
        "a": pair.a,
        "b": pair.b,
        "version_a": citations.version(pair.a),
        "version_b": citations.version(pair.b),
        "verdict": pair.verdict.value,
        "score": pair.score,
        "evidence": pair.to_dict(),
    }


def _blocks(store: Store, citations: store_duplicates.Snapshot) -> dedup.Blocks:
    """The blocks of all citations, worked out by other processes where there are cores for them."""
    starts = range(1, citations.end, _PART)
    parts = [(store.path, start, min(start + _PART, citations.end), citations.old) for start in starts]
    workers = min(os.cpu_count() or 1, 4, len(parts))
    # Other processes do not see what is not committed yet.
    if workers < 2 or store.conn.in_transaction:
        return dedup.block_all(store_duplicates.versions_between(store, 1, citations.end, citations.old))
    blocks = dedup.Blocks()
    with pool(workers) as others:
        with starting():
            made = others.map(_block_part, *zip(*parts, strict=True))
        for part in made:
            blocks.extend(part)
    return blocks


def _block_part(path: Path, start: int, end: int, old: frozenset[int]) -> dedup.Blocks:
    with for_reading(path) as store:
        return dedup.block_all(store_duplicates.versions_between(store, start, end, old))


def engine_pairs(review: Review) -> list[dedup.PairVerdict]:
    rows = store_duplicates.engine_verdicts(review.store, engine_of(review))
    return [_pair(row) for row in rows]


def _pair(row: Row) -> dedup.PairVerdict:
    return dedup.PairVerdict.from_dict(json.loads(row["evidence"]))


def recluster(review: Review, renewed: Collection[str] = ()) -> int:
    """Derive the records from all verdicts, the people's above the engine's; gives their number.

    A record whose members are as before keeps its id and the citation shown, unless one of them is among
    `renewed` (its fields may have changed). Citations that no verdict joins and that are records of their
    own already are not looked at.
    """
    store = review.store
    again = frozenset(renewed)
    with store.write():
        groups = _joined(review)
        was_in = store_duplicates.unlike_alone(store)
        joined = {citation for members in groups for citation in members}
        groups += [[citation] for citation in was_in if citation not in joined]
        before: dict[str, list[str]] = {}
        for citation in sorted({*was_in, *joined}):
            if record := was_in.get(citation, citation):
                before.setdefault(record, []).append(citation)
        had = store_duplicates.records_shown(store, before)
        citations = store_duplicates.Snapshot(store)
        moved: dict[str, str] = {}
        shown: dict[str, str] = {}
        changed = []
        for members in groups:
            record = was_in.get(members[0], members[0])
            if record not in had or before[record] != members or not again.isdisjoint(members):
                changed.append(members)
        seen = store_duplicates.first_seen(store, [c for members in changed for c in members])
        for members in changed:
            record = min(members, key=lambda c: (seen[c], c))
            best = dedup.preferred(citations, members) if len(members) > 1 else record
            if had.get(record) != best:
                shown[record] = best
            moved |= {c: record for c in members if was_in.get(c, c) != record}
        store_duplicates.save_clusters(store, moved, shown)
        return store_citations.count(store) - sum(len(members) - 1 for members in groups)


def _joined(review: Review) -> list[list[str]]:
    """The clusters of several citations, each in order."""
    return [list(members) for members in clustering_of(review).members().values() if len(members) > 1]


def clustering_of(review: Review) -> dedup.Clustering:
    """Of the citations that some verdict names."""
    pairs = []
    for row in store_duplicates.engine_verdicts(review.store, engine_of(review)):
        if row["verdict"] == dedup.Verdict.SAME:
            # Nothing of its evidence matters here, and most verdicts are such ones.
            pairs.append(dedup.PairVerdict(row["a"], row["b"], dedup.Verdict.SAME, row["score"], ""))
        else:
            pairs.append(_pair(row))
    return _clustered(pairs, _said(review))


def _said(review: Review) -> list[dedup.PersonVerdict]:
    return [
        dedup.PersonVerdict(row["a"], row["b"], dedup.Verdict(row["verdict"]))
        for row in store_duplicates.person_verdicts(review.store)
    ]


def _clustered(pairs: Sequence[dedup.PairVerdict], people: Sequence[dedup.PersonVerdict]) -> dedup.Clustering:
    named = {c for pair in pairs for c in (pair.a, pair.b)} | {c for p in people for c in (p.a, p.b)}
    return dedup.cluster(named, pairs, people)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A chain of 'same' whose ends somebody called different. Until one of the verdicts is withdrawn, none of the
    chain's 'same' is carried out. `said`: who said what on which pair."""

    path: tuple[str, ...]
    said: tuple[tuple[str, str, str, str], ...]


def clashes(review: Review) -> list[Contradiction]:
    """Where people contradict each other."""
    rows = store_duplicates.person_verdicts(review.store)
    found = []
    for clash in clustering_of(review).clashes:
        pairs = {tuple(sorted(step)) for step in (*pairwise(clash.path), (clash.a, clash.b))}
        said = [(r["actor"], r["verdict"], r["a"], r["b"]) for r in rows if (r["a"], r["b"]) in pairs]
        found.append(Contradiction(clash.path, tuple(said)))
    return found


def waiting_pairs(review: Review) -> list[Pair]:
    """Pairs that wait for a person (`dedup.open_pairs`), the likeliest first: one for two records, of which
    nobody has judged any pair, and the engine was unsure or was held back by a veto within them."""
    pairs, people = engine_pairs(review), _said(review)
    me = review.viewer
    rows = store_duplicates.person_verdicts(review.store)
    # Who cannot tell leaves the question to the others.
    passed = {(r["a"], r["b"]) for r in rows if r["verdict"] == dedup.Verdict.ASK and r["actor"] != me}
    mine = {(r["a"], r["b"]) for r in rows if r["actor"] == me or r["verdict"] != dedup.Verdict.ASK}
    answered = [p for p in people if (p.a, p.b) not in passed - mine]
    asks = dedup.open_pairs(pairs, _clustered(pairs, people), answered)
    fields = store_citations.citations(review.store, {c for pair in asks for c in (pair.a, pair.b)})
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
    listed = set(wanted)
    wanted += [key for key, row in people.items() if key not in listed and row["verdict"] == "different"]
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


def parted(review: Review) -> list[Pair]:
    """Pairs that a person called different or could not tell, each person's word for itself, with what the engine
    thinks."""
    store = review.store
    verdicts = {(pair.a, pair.b): pair for pair in engine_pairs(review)}
    apart = {dedup.Verdict.DIFFERENT.value, dedup.Verdict.ASK.value}
    rows = [r for r in store_duplicates.person_verdicts(store) if r["verdict"] in apart]
    fields = store_citations.citations(store, {c for row in rows for c in (row["a"], row["b"])})
    return [
        Pair(
            row["a"],
            row["b"],
            fields[row["a"]],
            fields[row["b"]],
            verdicts.get((row["a"], row["b"])),
            by=row["actor"],
            said=row["verdict"],
            note=row["note"],
        )
        for row in rows
    ]


def judge(review: Review, a: str, b: str, verdict: str, note: str | None = None) -> int:
    """A person's word on a pair: same, different, ask (cannot tell) or withdrawn. Gives the number of records.

    Final for the engine: re-running never overturns it.
    """
    me = review.person()
    _ready(review)
    if a == b:
        raise ReviewError("a citation is not its own duplicate", entry=a, expected="two citations")
    with review.store.write():
        store_duplicates.add_person_verdict(review.store, me.id, a, b, verdict, note)
        return recluster(review)


def take_back(review: Review, a: str, b: str) -> int:
    """Undo this person's newest word on a pair: what the person had said before holds again, if anything. Gives the
    number of records."""
    me = review.person()
    with review.store.write():
        before = store_duplicates.earlier_verdict(review.store, me.id, a, b)
        return judge(review, a, b, before or "withdrawn")


def split(review: Review, citation: str, note: str | None = None) -> int:
    """Take one citation out of its record: different from every other member. Gives the number of records."""
    me = review.person()
    _ready(review)
    record = store_citations.record_of(review.store, citation)
    others = [c for c in store_citations.record_members(review.store, record) if c != citation]
    if not others:
        raise ReviewError("the record holds this citation only", entry=citation, expected="a merged record")
    with review.store.write():
        for other in others:
            store_duplicates.add_person_verdict(review.store, me.id, citation, other, "different", note)
        return recluster(review)


def _ready(review: Review) -> None:
    """Before records are derived anew: another engine than the last one's has nothing to derive them from yet."""
    store, engine = review.store, engine_of(review)
    if store_duplicates.unknown_engine(store, engine):
        deduplicate(review)


def find_citation(review: Review, reference: str) -> str:
    """The citation that a person means by database:accession or by its id."""
    return store_citations.find_citation(review.store, reference)


def citation_names(review: Review) -> dict[str, str]:
    """How a person names each citation: database:accession, else its id."""
    return store_citations.names(review.store)
