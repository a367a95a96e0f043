"""Records are clusters of citations: merging and splitting screened records, and people's verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from screener import dedup
from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.model.screening import Outcome
from screener.steps import care, deduplication, records, screening, settling
from screener.steps.review import Review, adopt, open_review
from screener.store import citations as store_citations
from tests.builders import add_citations, citation
from tests.steps.team import (
    EXCLUDE,
    FT,
    INCLUDE,
    MAYBE,
    TA,
    agree,
    disagree,
    judge,
    make_team,
    outcome,
    queue,
    say,
    settle,
    undo,
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    deduplication.deduplicate(review)
    yield review
    review.close()


@pytest.fixture
def pair(team: Review) -> tuple[str, str]:
    """Two records that the engine takes for different ones; the first was seen first."""
    first, second, *_ = queue(team, "A")
    return first, second


def clusters(review: Review) -> set[frozenset[str]]:
    return {frozenset(members) for members in store_citations.members_by_record(review.store).values()}


# Screened records merge and part ------------------------------------------------------------------


def test_a_merged_record_is_one_record(team: Review, pair: tuple[str, str]) -> None:
    """The cluster stands where its first citation was seen; any member's id addresses it."""
    first, second = pair
    whole = queue(team, "A")
    assert judge(team, second, first, "same") == len(whole) - 1
    assert queue(team, "A") == [r for r in whole if r != second]
    assert store_citations.find_record(team.store, second) == first
    assert {s.citation for s in records.card(team, first).sources} == {first, second}


def test_equal_votes_of_one_person_count_once(team: Review, pair: tuple[str, str]) -> None:
    """A included both: after the merge that is one vote, and one more closes the record."""
    first, second = pair
    say(team, "A", first, INCLUDE)
    say(team, "A", second, INCLUDE)
    judge(team, first, second, "same")
    assert outcome(team, first) is Outcome.OPEN
    assert first not in queue(team, "A")
    say(team, "B", first, INCLUDE)
    assert outcome(team, first) is Outcome.PASSED


def test_votes_of_two_people_close_the_merged_record(team: Review, pair: tuple[str, str]) -> None:
    """A voted on one, B on the other: the merged record has both."""
    first, second = pair
    say(team, "A", first, INCLUDE)
    say(team, "B", second, EXCLUDE)
    judge(team, first, second, "same")
    assert outcome(team, first) is Outcome.CONFLICT


def test_unequal_votes_return_to_the_queue(team: Review, pair: tuple[str, str]) -> None:
    """A included one and excluded the other: no vote, and A is asked again; one answer settles both chains."""
    first, second = pair
    agree(team, first)
    say(team, "A", second, EXCLUDE)
    judge(team, first, second, "same")
    assert outcome(team, first) is Outcome.OPEN
    assert first in queue(team, "A")
    assert first not in queue(team, "B")
    assert screening.own_vote(team.as_person("A"), first, TA) is None
    say(team, "A", first, INCLUDE)
    assert outcome(team, first) is Outcome.PASSED
    heads = team.store.rows("SELECT citation_id, vote FROM decision_heads WHERE actor = 'A'")
    assert {(row[0], row[1]) for row in heads} == {(first, "include"), (second, "include")}


def test_full_text_reasons_are_part_of_the_vote(team: Review, pair: tuple[str, str]) -> None:
    """At full text one person's exclusions for different reasons are unequal; at title/abstract not."""
    first, second = pair
    for record, reason in ((first, "population"), (second, "design")):
        say(team, "A", record, EXCLUDE, reason=reason)
    judge(team, first, second, "same")
    assert first not in queue(team, "A")
    judge(team, first, second, "different")
    for record, reason in ((first, "population"), (second, "design")):
        undo(team, "A", record)
        agree(team, record)
        say(team, "A", record, EXCLUDE, FT, reason=reason)
    judge(team, first, second, "same")
    assert first in queue(team, "A", FT)


def test_unequal_votes_on_shown_records_do_not_lock_them(team: Review, pair: tuple[str, str]) -> None:
    """The conflict on one record was opened, the other was voted otherwise: the merged record can still be
    voted on by the person it returned to, and only by that person."""
    first, second = pair
    disagree(team, first)
    settling.open_conflict(team, first, TA)
    say(team, "A", second, EXCLUDE)
    judge(team, first, second, "same")
    assert outcome(team, first) is Outcome.OPEN
    with pytest.raises(ReviewError, match="have been shown"):
        say(team, "B", first, INCLUDE)
    say(team, "A", first, INCLUDE)
    assert outcome(team, first) is Outcome.CONFLICT
    settle(team, "C", first, INCLUDE)
    assert outcome(team, first) is Outcome.PASSED


def test_votes_follow_their_citation_when_a_record_is_split(team: Review, pair: tuple[str, str]) -> None:
    """The part that was voted on keeps its votes; the other part is open."""
    first, second = pair
    agree(team, first)
    judge(team, first, second, "same")
    assert outcome(team, first) is Outcome.PASSED
    deduplication.split(team.as_person("B"), second)
    assert outcome(team, first) is Outcome.PASSED
    assert outcome(team, second) is Outcome.OPEN
    assert second in queue(team, "A")


def test_that_votes_were_shown_follows_them(team: Review, pair: tuple[str, str]) -> None:
    """Votes cast before a merge and shown after it stay fixed after a split, whichever citation was on top."""
    for voted, other in (pair, tuple(reversed(pair))):
        judge(team, *pair, "different")
        disagree(team, voted)
        judge(team, *pair, "same")
        record = store_citations.find_record(team.store, voted)
        settling.open_conflict(team, record, TA)
        judge(team, *pair, "different")
        assert outcome(team, voted) is Outcome.CONFLICT
        for who in ("A", "B"):
            with pytest.raises(ReviewError, match="have been shown"):
                undo(team, who, voted)
        assert outcome(team, other) in {Outcome.OPEN, Outcome.CONFLICT}


def test_a_resolution_stays_with_the_votes_that_it_settled(team: Review, pair: tuple[str, str]) -> None:
    """After a split the part without votes is open, and its later votes are not overruled by old words."""
    for voted, other in (pair, tuple(reversed(pair))):
        review_records = {voted, other}
        if outcome(team, voted) is not Outcome.OPEN:
            continue
        disagree(team, voted)
        judge(team, *pair, "same")
        settle(team, "C", store_citations.find_record(team.store, voted), INCLUDE)
        judge(team, *pair, "different")
        assert outcome(team, voted) is Outcome.PASSED
        assert outcome(team, other) is Outcome.OPEN
        agree(team, other, EXCLUDE)
        assert outcome(team, other) is Outcome.EXCLUDED
        assert review_records <= set(store_citations.record_ids(team.store))


def test_a_lone_citation_cannot_be_split(team: Review, pair: tuple[str, str]) -> None:
    """There is nothing to part it from; and a citation is not its own duplicate."""
    with pytest.raises(ReviewError, match="holds this citation only"):
        deduplication.split(team, pair[0])
    with pytest.raises(ReviewError, match="not its own duplicate"):
        deduplication.judge(team, pair[0], pair[0], "same")


def test_undo_after_a_merge_takes_all_chains_back(team: Review, pair: tuple[str, str]) -> None:
    """Undo on a merged record leaves no vote behind that a split would bring back."""
    first, second = pair
    say(team, "A", first, MAYBE)
    say(team, "A", second, MAYBE)
    judge(team, first, second, "same")
    assert screening.undo_last(team.as_person("A"), TA) == first
    judge(team, first, second, "different")
    assert {first, second} <= set(queue(team, "A"))


# Verdicts ----------------------------------------------------------------------------------------


def twins(number: int) -> list[object]:
    """One trial as two databases give it: the same PMID, hence surely one record."""
    return [citation(number), citation(number, source="embase", source_key=f"L{number}")]


def test_the_engine_joins_and_is_incremental(team: Review) -> None:
    """A second run compares nothing; a new file's citations are compared with what was there."""
    assert deduplication.deduplicate(team).compared == 0
    pubmed, embase = twins(3)
    (new,) = add_citations(team, [embase], "embase")  # type: ignore[list-item]
    done = deduplication.deduplicate(team)
    assert (done.compared, done.same, done.citations, done.records) == (1, 1, 7, 6)
    record = store_citations.find_record(team.store, f"PMID:{pubmed.pmid}")  # type: ignore[attr-defined]
    assert new in store_citations.record_members(team.store, record)
    assert deduplication.deduplicate(team).compared == 0


def test_a_newcomer_to_a_screened_record_is_told_and_changes_no_vote(team: Review) -> None:
    """Only to those who may see votes on it; the vote stays on the citation on which it was cast."""
    record = store_citations.find_record(team.store, f"PMID:{citation(3).pmid}")
    say(team, "A", record, EXCLUDE)
    say(team, "B", record, EXCLUDE)
    before = outcome(team, record)
    (new,) = add_citations(team, [twins(3)[1]], "embase")  # type: ignore[list-item]
    done = deduplication.deduplicate(team)
    names = store_citations.names(team.store)
    assert done.joined == ((names[new], names[record]),)
    assert outcome(team, record) == before == Outcome.EXCLUDED
    assert {r[0] for r in team.store.rows("SELECT citation_id FROM decisions")} == {record}
    assert deduplication.deduplicate(team).joined == ()


def test_a_newcomer_tells_nothing_of_open_votes(team: Review) -> None:
    record = store_citations.find_record(team.store, f"PMID:{citation(3).pmid}")
    say(team, "A", record, EXCLUDE)
    add_citations(team, [twins(3)[1]], "embase")  # type: ignore[list-item]
    assert deduplication.deduplicate(team).joined == ()


def test_incremental_is_as_good_as_at_once(tmp_path: Path) -> None:
    """Files deduplicated one after the other give the clusters of all at once."""
    files = [("pubmed", [citation(n) for n in range(1, 6)])]
    files += [("embase", [twins(n)[1] for n in (2, 4)]), ("central", [citation(4, source_key="CN-1")])]
    found = []
    for name, each in (("steps", True), ("once", False)):
        review = make_team(tmp_path / name)
        for database, entries in files:
            add_citations(review, entries, database)  # type: ignore[arg-type]
            if each:
                deduplication.deduplicate(review)
        deduplication.deduplicate(review)
        found.append(clusters(review))
        review.close()
    assert found[0] == found[1]
    assert sorted(map(len, found[0])) == [1, 1, 1, 2, 3]


def test_a_persons_word_survives_the_engine(team: Review) -> None:
    """'Different' on a pair that the engine joins, 'same' on one that it does not: both hold after re-runs."""
    add_citations(team, [twins(3)[1]], "embase")  # type: ignore[list-item]
    deduplication.deduplicate(team)
    joined = next(members for members in clusters(team) if len(members) == 2)
    first, second = sorted(joined)
    judge(team, first, second, "different")
    lone = sorted(c for c in queue(team, "A") if c not in joined)[:2]
    judge(team, lone[0], lone[1], "same")
    wanted = clusters(team)
    assert joined not in wanted
    assert frozenset(lone) in wanted
    deduplication.deduplicate(team)
    add_citations(team, [citation(50)])
    deduplication.deduplicate(team)
    deduplication.recluster(team)
    assert {c for c in clusters(team) if len(c) > 1} == {frozenset(lone)}


def test_a_withdrawn_word_is_undone(team: Review, pair: tuple[str, str]) -> None:
    """Withdrawing gives the pair back to the engine, as if nothing had been said; the rows remain."""
    before = clusters(team)
    judge(team, *pair, "same")
    assert clusters(team) != before
    judge(team, *pair, "withdrawn")
    assert clusters(team) == before
    assert team.store.value("SELECT count(*) FROM person_verdicts") == 2
    judge(team, *pair, "same")
    assert frozenset(pair) in clusters(team)


def test_a_later_word_of_one_person_replaces_the_earlier(team: Review, pair: tuple[str, str]) -> None:
    """Each person has one word on a pair; two people who contradict each other keep it apart."""
    judge(team, *pair, "different")
    judge(team, *pair, "same")
    assert frozenset(pair) in clusters(team)
    judge(team, *pair, "different", who="B")
    assert frozenset(pair) not in clusters(team)
    judge(team, *pair, "withdrawn", who="B")
    assert frozenset(pair) in clusters(team)


def test_an_import_by_another_process_is_not_lost(team: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """Citations that arrive while the engine compares keep their records."""
    other = open_review(team.folder, "C")
    real = dedup.find_pairs
    add_citations(team, [citation(70)])

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        add_citations(other, [citation(71)], "embase")
        return real(*args, **kwargs)

    monkeypatch.setattr(dedup, "find_pairs", meanwhile)
    deduplication.deduplicate(team)
    monkeypatch.undo()
    other.close()
    assert len(queue(team, "A")) == 8
    assert deduplication.deduplicate(team).compared == 1


PREPRINT = {
    "title": "Invented maintenance in unresectable liver metastases: the PREPRINT trial",
    "authors": ("Okafor, N", "Lindqvist, P"),
    "year": 2021,
}


def test_the_protocol_says_what_becomes_of_preprints(team: Review) -> None:
    """Separate by default; after an amendment one record, and again two after the next; words of people stay."""
    early = Citation(source="other", journal="medRxiv", doi="10.1101/2021.01.01.21249999", **PREPRINT)
    late = Citation(source="pubmed", source_key="77", pmid="77", journal="Invented Oncology", **PREPRINT)
    both = set(add_citations(team, [early, late], "pubmed"))
    deduplication.deduplicate(team)
    lone = sorted(c for c in queue(team, "A") if c not in both)[:2]
    judge(team, *lone, "same")
    for rule, together in (("merge", True), ("separate", False)):
        file = team.folder / "review.toml"
        text = file.read_text("utf-8")
        other = {"merge": "separate", "separate": "merge"}[rule]
        file.write_text(text.replace(f'preprints = "{other}"', f'preprints = "{rule}"'), "utf-8")
        adopt(team, f"preprints: {rule}")
        deduplication.deduplicate(team)
        assert (frozenset(both) in clusters(team)) is together
        assert frozenset(lone) in clusters(team)
    assert deduplication.deduplicate(team).compared == 0


def test_a_word_under_a_new_engine_loses_no_record(team: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the engine has to compare anew before records can follow from a person's word."""
    add_citations(team, [twins(3)[1]], "embase")  # type: ignore[list-item]
    deduplication.deduplicate(team)
    before = clusters(team)
    joined = next(members for members in before if len(members) == 2)
    lone = sorted(c for c in queue(team, "A") if c not in joined)[:2]
    monkeypatch.setattr("screener.dedup.find.ENGINE_VERSION", "next")
    judge(team, *lone, "different")
    assert clusters(team) == before


def test_doctor_mends_the_cache(team: Review, pair: tuple[str, str]) -> None:
    """Clusters that do not follow from the verdicts are derived anew and told of; a sound review has none."""
    judge(team, *pair, "same")
    wanted = clusters(team)
    assert care.examine(team) == []
    with team.store.write():
        team.store.execute("UPDATE members SET record_id = citation_id")
    (finding,) = care.examine(team)
    assert "did not follow from the verdicts" in finding
    assert clusters(team) == wanted
    assert care.examine(team) == []
