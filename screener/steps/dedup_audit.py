"""The audit of deduplication: what was joined and what was left apart, by what rule or by whom."""

from __future__ import annotations

from screener.handoff.duplicates import JudgedPair, Said, counted_rules, order, pairs_table
from screener.model.errors import ReviewError
from screener.steps.deduplication import clustering_of, engine_of, engine_pairs, uncompared
from screener.steps.review import Review
from screener.steps.tables_out import references
from screener.store import citations as store_citations
from screener.store import duplicates as store_duplicates


def judged_pairs(review: Review) -> list[JudgedPair]:
    """Every pair of citations on which the engine in use or a person has a word, in order of records."""
    store = review.store
    verdicts = {(pair.a, pair.b): pair for pair in engine_pairs(review)}
    people: dict[tuple[str, str], list[Said]] = {}
    for row in store_duplicates.person_verdicts(store):
        said = Said(row["actor"], row["verdict"], row["note"])
        people.setdefault((row["a"], row["b"]), []).append(said)
    keys = sorted({*verdicts, *people})
    record_of = {c: record for record, some in store_citations.members_by_record(store).items() for c in some}
    blocked = {(b.a, b.b): b for b in clustering_of(review).blocked}
    between: dict[frozenset[str], list[Said]] = {}
    for (a, b), said_of in people.items():
        if record_of[a] != record_of[b]:
            between.setdefault(frozenset((record_of[a], record_of[b])), []).extend(said_of)
    names, of_record = store_citations.names(store), references(review)
    fields = store_citations.citations(store, {c for key in keys for c in key})
    found = []
    for a, b in keys:
        held = blocked.get((a, b))
        found.append(
            JudgedPair(
                (names[a], names[b]),
                (fields[a], fields[b]),
                verdicts.get((a, b)),
                said=tuple(people.get((a, b), ())),
                record=of_record[record_of[a]] if record_of[a] == record_of[b] else "",
                blocked=held,
                elsewhere=tuple(between.get(frozenset((record_of[a], record_of[b])), ())),
                because=(names[held.because[0]], names[held.because[1]]) if held else None,
            )
        )
    return sorted(found, key=order)


def audit_files(review: Review) -> dict[str, str]:
    """The appendix: all merges, all pairs left apart, and the method in words with its numbers."""
    waiting = uncompared(review)
    if waiting:
        raise ReviewError(
            f"{waiting:,} citations have not been compared yet, by this engine and the protocol's [duplicates]",
            expected="`screener dedup` first",
        )
    pairs, engine = judged_pairs(review), engine_of(review)
    return {
        "merges.csv": pairs_table((p for p in pairs if p.record), engine),
        "apart.csv": pairs_table((p for p in pairs if not p.record), engine),
        "methods.md": _methods(review, pairs, engine),
    }


def _methods(review: Review, pairs: list[JudgedPair], engine: str) -> str:
    citations = store_citations.count(review.store)
    records = len(store_citations.record_ids(review.store))
    joined = [p for p in pairs if p.record]
    apart = [p for p in pairs if not p.record]
    by_people = [p for p in pairs if p.said]
    waiting = sum(p.outcome.endswith("yet") for p in apart)
    policy = review.protocol.duplicates
    lines = [
        "# Deduplication",
        "",
        f"{citations:,} citations were compared by Screener's deduplication engine (version {engine}) and came to "
        f"{records:,} records; {citations - records:,} were duplicates of another citation. Citations were compared if "
        "they shared one of several exact keys, field by field, where a missing field counted as unknown. They were "
        "joined only if a rule of several agreeing fields matched and nothing spoke against it, and no record holds a "
        f"pair that the engine kept apart. {len(by_people):,} pairs were judged by people, whose word was final. "
        f"Preprints and their journal articles: {policy.preprints}; versions of a Cochrane review: "
        f"{policy.cochrane_versions}. Meeting abstracts, errata, comments and further reports of a study stayed "
        "records of their own.",
        "",
        f"Pairs joined: {len(joined):,} (merges.csv). Pairs left apart: {len(apart):,}, of which {waiting:,} nobody "
        "has judged yet (apart.csv).",
        "",
        "| rule that joined | pairs |",
        "|---|---|",
        *(f"| {rule} | {count:,} |" for rule, count in counted_rules(joined)),
    ]
    return "\n".join([*lines, ""])
