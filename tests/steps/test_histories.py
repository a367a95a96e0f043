"""Random histories of a review: whatever people do, in whatever order, the flow adds up for everybody."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.model.extraction import Form
from screener.model.screening import Outcome, Stage, Vote
from screener.steps import deduplication, flow, records, retrieval, screening, settling, studies
from screener.steps.review import Review
from screener.store import citations as store_citations
from tests.builders import add_citations, citation
from tests.steps.team import PEOPLE, make_team

SCREENERS = ("A", "B", "D", "E")
DATABASES = ("pubmed", "embase", "clinicaltrials")

place = st.integers(0, 30)
who = st.sampled_from(SCREENERS)
stages = st.sampled_from(Stage)
votes = st.sampled_from([Vote.INCLUDE, Vote.INCLUDE, Vote.EXCLUDE, Vote.MAYBE])
outcomes = st.sampled_from([Vote.INCLUDE, Vote.EXCLUDE])
acts = st.one_of(
    st.tuples(st.just("import"), st.sampled_from(DATABASES), st.lists(st.integers(1, 9), max_size=6)),
    st.tuples(st.just("judge"), place, place, st.sampled_from(["same", "different", "withdrawn"]), who),
    st.tuples(st.just("split"), place),
    *[st.tuples(st.just("vote"), who, place, stages, votes)] * 3,
    st.tuples(st.just("both"), place, stages, votes, votes),
    st.tuples(st.just("undo"), who, place, stages),
    st.tuples(st.just("adjudicate"), st.sampled_from(["C", "E"]), place, stages, outcomes),
    st.tuples(st.just("consensus"), who, place, stages, outcomes, st.booleans()),
    st.tuples(st.just("open"), st.sampled_from(PEOPLE), place, stages),
    st.tuples(st.just("retrieve"), place, st.sampled_from(["sought", "retrieved", "not_retrieved"])),
    st.tuples(st.just("link"), place, st.sampled_from(["ONE", "TWO", None])),
    st.tuples(st.just("extract"), who, st.sampled_from(["ONE", "TWO"])),
)


def entry(database: str, number: int) -> Citation:
    """The trial of this number as this database has it; all give its PMID, so the engine joins them."""
    if database == "clinicaltrials":
        return citation(number, source=database, source_key=f"NCT{number:08d}", pmid=None)
    return citation(number, source=database, source_key=f"{database}{number}")


def perform(review: Review, act: tuple) -> None:  # type: ignore[type-arg]
    """One act; ReviewError if the review does not allow it."""
    known = store_citations.record_ids(review.store)
    cited = sorted(store_citations.citations(review.store))

    def record(number: int) -> str:
        return known[number % len(known)]

    match act:
        case ("import", database, numbers):
            add_citations(review, [entry(database, number) for number in numbers], database)
            deduplication.deduplicate(review)
        case ("judge", a, b, verdict, person):
            pair = cited[a % len(cited)], cited[b % len(cited)]
            deduplication.judge(review.as_person(person), *pair, verdict)
        case ("split", number):
            deduplication.split(review, cited[number % len(cited)])
        case ("vote", person, number, stage, choice):
            cast(review, person, record(number), stage, choice)
        case ("both", number, stage, first, second):
            cast(review, "A", record(number), stage, first)
            cast(review, "B", record(number), stage, second)
        case ("undo", person, number, stage):
            screening.take_back(review.as_person(person), record(number), stage)
        case ("adjudicate", person, number, stage, choice):
            how = "adjudication"
            settling.resolve(review.as_person(person), record(number), stage, choice, how=how, why="x")
        case ("consensus", person, number, stage, choice, confirm):
            seen = review.as_person(person)
            settling.resolve(seen, record(number), stage, choice, how="consensus", why="x", confirm=confirm)
        case ("open", person, number, stage):
            settling.open_conflict(review.as_person(person), record(number), stage)
        case ("retrieve", number, status):
            retrieval.retrieve(review, record(number), status)
        case ("link", number, study):
            studies.link(review, record(number), study)
        case ("extract", person, study):
            seen = review.as_person(person)
            studies.fill(seen, study, Form.ARM, {"name": "drug", "regimen": "drug A"})
            studies.submit(seen, study)
        case _:
            raise AssertionError(act)


def cast(review: Review, person: str, record: str, stage: Stage, choice: Vote) -> None:
    reason = "design" if choice is Vote.EXCLUDE else None
    if stage is Stage.FULL_TEXT and choice is Vote.MAYBE:
        choice = Vote.INCLUDE
    screening.vote(review.as_person(person), record, stage, choice, reason=reason)


def check(review: Review) -> None:
    """What must hold at every moment, for everybody."""
    entries = Counter({row["citation_id"]: row["times"] for row in store_citations.identified(review.store)})
    for viewer in (None, *PEOPLE):
        seen = review.as_person(viewer)
        found = flow.flow(seen)
        assert all(identity.holds for identity in found.identities)
        states = records.states(seen)
        # Every entry that was ever found is in the flow once, as a record or as a duplicate of one.
        assert sum(found.db_found.values()) + sum(found.reg_found.values()) == entries.total()
        assert found.screened == len(states)
        assert found.dup_removed == entries.total() - len(states)
        assert found.new_reports == sum(state.included for state in states.values())
        assert found.new_studies == len(studies.studies(seen))
        assert found.open["study"] == len(studies.ungrouped(seen))
        for record, state in states.items():
            assert records.state(seen, record) == state
        conflicts = {(c.record, c.stage) for c in settling.conflicts(seen)}
        wanted = {
            (record, stage)
            for record, state in states.items()
            for stage in Stage
            if state.at(stage).outcome is Outcome.CONFLICT
        }
        assert conflicts == wanted
        if viewer in SCREENERS:
            overview = screening.overview(seen)
            for stage in Stage:
                queue = screening.queue(seen, stage)
                assert len(queue) == len(set(queue)) == overview.waiting[stage]
                # Nobody is asked for a vote that would be refused, and none is written by asking.
                for record in queue[:2]:
                    review.store.conn.execute("BEGIN IMMEDIATE")
                    cast(review, str(viewer), record, stage, Vote.INCLUDE)
                    review.store.conn.execute("ROLLBACK")
    assert review.store.check() == []


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(acts, min_size=5, max_size=25))
def test_the_flow_adds_up_after_every_act(history: list[tuple]) -> None:  # type: ignore[type-arg]
    """Imports with overlaps, merges, splits, votes, undos, resolutions, retrievals, studies: after each act
    the identities hold for each person, and queue, states, conflicts and counts tell one story."""
    with tempfile.TemporaryDirectory() as folder:
        review = make_team(Path(folder) / "review")
        add_citations(review, [entry("pubmed", n) for n in (1, 2, 3, 3)])
        deduplication.deduplicate(review)
        for act in history:
            with suppress(ReviewError):
                perform(review, act)
            check(review)
        rows = review.store.value("SELECT count(*) FROM acts")
        numbers = [row[0] for row in review.store.rows("SELECT seq FROM acts ORDER BY id")]
        assert numbers == list(range(1, rows + 1)), "ids and numbers of acts are in one order"
        review.close()
