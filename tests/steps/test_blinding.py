"""What a person reads is built from closed record-stages and that person's own votes, and nothing else.

Every function of the steps and of the store that reads for a viewer is run as B over a review full of A's
open votes, notes, forms and proposals with telltale texts: nothing of A's may show, and the result must be
that of the same review in which A never said any of it.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from screener import steps
from screener.model.errors import ScreenerError
from screener.model.extraction import Form
from screener.model.screening import Stage
from screener.steps import (
    agreement,
    alerts,
    arranging,
    browse,
    dedup_audit,
    deduplication,
    duplicate_groups,
    handoff,
    pilots,
    queries,
    ranking,
    records,
    retrieval,
    screening,
    search_report,
    settling,
    stopping,
    studies,
    tables_out,
)
from screener.steps import flow as flow_step
from screener.steps.review import Review
from screener.store import extraction as store_extraction
from screener.store import screening as store_screening
from tests.steps.open_words import EFFECT, SECRET_HR, TELLTALE, script, sorted_records
from tests.steps.team import EXCLUDE, INCLUDE, make_team

Read = Callable[[Review, list[str]], Any]


def each(read: Callable[[Review, str], Any]) -> Read:
    """The function on every record."""
    return lambda review, all_: [read(review, record) for record in all_]


def both(read: Callable[[Review, str, Stage], Any]) -> Read:
    """The function on every record at both stages."""
    return lambda review, all_: [read(review, record, stage) for record in all_ for stage in Stage]


def of_study(read: Callable[[Review, str], Any]) -> Read:
    return lambda review, _: [read(review, study) for study in ("OPEN", "CLOSED", "NONE")]


# What reads for a viewer. A function of the modules below that is neither here nor in OTHERS fails a test.
READS: dict[str, Read] = {
    "records.card": each(records.card),
    "records.states": lambda r, _: records.states(r),
    "records.state": each(records.state),
    "records.titles": lambda r, _: records.titles(r),
    "records.united_citations": lambda r, _: records.united_citations(r),
    "deduplication.clustering_of": lambda r, _: deduplication.clustering_of(r),
    "duplicate_groups.groups": lambda r, _: duplicate_groups.groups(r),
    "duplicate_groups.members_of": each(duplicate_groups.members_of),
    "duplicate_groups.size_of": each(duplicate_groups.size_of),
    "dedup_audit.judged_pairs": lambda r, _: dedup_audit.judged_pairs(r),
    "dedup_audit.audit_files": lambda r, _: dedup_audit.audit_files(r),
    "screening.queue": lambda r, _: [screening.queue(r, stage) for stage in Stage],
    "screening.own_vote": both(screening.own_vote),
    "stopping.rule": lambda r, _: [stopping.rule(r, stage) for stage in Stage],
    "stopping.standing": lambda r, _: [stopping.standing(r, stage) for stage in Stage],
    "ranking.own_labels_of": lambda r, _: [ranking.own_labels_of(r.store, r.viewer or "", s) for s in Stage],
    "screening.first_waiting": lambda r, _: screening.first_waiting(r),
    "screening.own_labels": lambda r, _: screening.own_labels(r),
    "records.count": lambda r, _: records.count(r),
    "deduplication.uncompared": lambda r, _: deduplication.uncompared(r),
    "arranging.waiting_arranged": lambda r, _: [
        arranging.waiting_arranged(r, stage, arranging.Arrangement(order="shuffled")) for stage in Stage
    ],
    "screening.set_aside": lambda r, all_: [[screening.set_aside(r, s)(x) for x in all_] for s in Stage],
    "agreement.report": lambda r, _: [agreement.report(r, votes) for votes in agreement.WHICH],
    "agreement.files": lambda r, _: agreement.files(r),
    "pilots.pilots": lambda r, _: [pilots.pilots(r, stage) for stage in Stage],
    "screening.history": lambda r, _: [screening.history(r, stage) for stage in Stage],
    "settling.veiled": lambda r, _: settling.veiled(r),
    "settling.conflicts": lambda r, _: settling.conflicts(r),
    "settling.open_conflict": both(settling.open_conflict),
    "screening.overview": lambda r, _: screening.overview(r),
    "studies.clashes": lambda r, _: studies.clashes(r),
    "studies.included": lambda r, _: studies.included(r),
    "studies.studies": lambda r, _: studies.studies(r),
    "studies.ungrouped": lambda r, _: studies.ungrouped(r),
    "studies.suggestions": lambda r, _: studies.suggestions(r),
    "studies.own_items": of_study(studies.own_items),
    "studies.compared": of_study(studies.compared),
    "studies.agreed": of_study(studies.agreed),
    "studies.settlement_log": lambda r, _: studies.settlement_log(r),
    "studies.form_problems": of_study(lambda r, study: studies.form_problems(r, study, Form.EFFECT, EFFECT)),
    "studies.standing": of_study(studies.standing),
    "studies.readings": of_study(studies.readings),
    "studies.effects": of_study(studies.effects),
    "studies.effect_checks": of_study(lambda r, study: studies.effect_checks(r, study, EFFECT)),
    "deduplication.citation_names": lambda r, _: deduplication.citation_names(r),
    "tables_out.references": lambda r, _: tables_out.references(r),
    "tables_out.decisions_csv": lambda r, _: tables_out.decisions_csv(r),
    "tables_out.decisions_ris": lambda r, _: tables_out.decisions_ris(r),
    "tables_out.wanted_text": lambda r, _: [
        tables_out.wanted_text(tables_out.wanted(r), k) for k in ("ris", "csv")
    ],
    "retrieval.retrieval_of": each(retrieval.retrieval_of),
    "retrieval.retrievals": lambda r, _: retrieval.retrievals(r),
    "tables_out.wanted": lambda r, _: tables_out.wanted(r),
    "tables_out.extraction_csv": lambda r, _: tables_out.extraction_csv(r),
    "flow.flow_records": lambda r, _: flow_step.flow_records(r),
    "flow.flow": lambda r, _: flow_step.flow(r).to_dict(),
    "deduplication.engine_pairs": lambda r, _: deduplication.engine_pairs(r),
    "deduplication.waiting_pairs": lambda r, _: deduplication.waiting_pairs(r),
    "deduplication.parted": lambda r, _: deduplication.parted(r),
    "deduplication.merges": lambda r, _: deduplication.merges(r),
    "deduplication.clashes": lambda r, _: deduplication.clashes(r),
    "deduplication.find_citation": each(deduplication.find_citation),
    "queries.all_queries": lambda r, _: queries.all_queries(r),
    "queries.chosen_queries": lambda r, _: queries.chosen_queries(r),
    "queries.search_log": lambda r, _: queries.search_log(r),
    "search_report.search_report": lambda r, _: search_report.search_report(r),
    "search_report.search_table": lambda r, _: search_report.search_table(r),
    "browse.versions": each(browse.versions),
    "browse.raw_entry": each(browse.raw_entry),
    "alerts.alerts": lambda r, _: alerts.alerts(r),
    "alerts.to_look_again": lambda r, _: [alerts.to_look_again(r, stage) for stage in Stage],
    "handoff.synthesis": lambda r, _: handoff.synthesis(r),
    "handoff.networks": lambda r, _: handoff.networks(r, handoff.synthesis(r)),
    "handoff.rob_rows": lambda r, _: handoff.rob_rows(r),
    "handoff.export": lambda r, _: handoff.export(r, r.folder / "out"),
    "handoff.draw_flow": lambda r, _: handoff.draw_flow(flow_step.flow(r), r.folder / "out.svg"),
    "store.visible_votes": lambda r, _: [
        store_screening.visible_votes(r.store, stage, r.viewer) for stage in Stage
    ],
    "store.votes_on": both(
        lambda r, record, stage: store_screening.votes_on(r.store, record, stage, r.viewer)
    ),
    "store.items": lambda r, _: store_extraction.items(r.store, r.viewer),
    "store.submitted": lambda r, _: store_extraction.submitted(r.store, r.viewer),
}

# Functions of the same modules that write, that take nothing of a person's, or that are the coordinator's.
OTHERS = {
    "screening.vote", "screening.take_back", "screening.undo_last", "settling.resolve", "retrieval.retrieve",
    "pilots.start", "pilots.end",
    "studies.link", "studies.fill", "studies.withdraw", "studies.submit", "studies.settle",
    "deduplication.policy_of", "deduplication.engine_of",
    "deduplication.deduplicate", "deduplication.recluster", "deduplication.judge", "deduplication.split",
    "stopping.stop", "stopping.undo", "deduplication.take_back", "arranging.arrange", "arranging.prepare",
    "alerts.see", "flow.printed_source", "handoff.audit_csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Review, Review]]:
    """The review in which A spoke, and the one in which A did not, with equal ids; tests undo what they do."""
    tmp_path = tmp_path_factory.mktemp("worlds")
    made = []
    for name, with_a in (("with", True), ("without", False)):
        review = make_team(tmp_path / name, 14)
        deduplication.deduplicate(review)
        query = review.folder / "queries" / "drug.toml"
        query.write_text(
            'database = "pubmed"\nplatform = "PubMed"\nkind = "database"\n'
            'date = 2023-07-31\nby = "C"\nstrategy = "drug"\n',
            "utf-8",
        )
        script(review, with_a=with_a)
        made.append(review)
    yield made[0], made[1]
    for review in made:
        review.close()


def plain(value: Any) -> Any:
    """A result as plain values, the folder of the review aside."""
    if isinstance(value, sqlite3.Row):
        return {key: plain(value[key]) for key in value.keys()}  # noqa: SIM118 - a Row's own iteration gives values
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    return value


def read_as(review: Review, who: str | None, read: Read) -> str:
    """The result of a read function, or the error it gives, as text without the review's own folder.

    What is read is undone: some readers note that something was shown.
    """
    person = review.as_person(who)
    all_ = sorted_records(review)
    review.store.conn.execute("BEGIN IMMEDIATE")
    try:
        found = []
        try:
            found.append(plain(read(person, all_)))
        except ScreenerError as error:
            found.append(error.to_dict())
        for path in sorted(review.folder.glob("out*/**/*")) + sorted(review.folder.glob("out.*")):
            if path.is_file():
                found.append([path.name, path.read_bytes().decode("utf-8", "replace")])
                path.unlink()
    finally:
        review.store.conn.execute("ROLLBACK")
    text = json.dumps(found, default=repr, ensure_ascii=False, sort_keys=True)
    return text.replace(str(review.folder), "FOLDER")


@pytest.mark.parametrize("name", READS)
def test_b_reads_nothing_of_as_open_words(worlds: tuple[Review, Review], name: str) -> None:
    """The result as B, as D, as C and as nobody holds none of A's telltales and is that of the review
    without A's open words."""
    # The audit log in a coordinator's export tells who acted when: the coordinator's task, and role.
    people = ("B", "D", None) if name == "handoff.export" else ("B", "D", "C", None)
    for who in people:
        spoken, silent = (read_as(world, who, READS[name]) for world in worlds)
        assert TELLTALE not in spoken
        assert SECRET_HR not in spoken
        assert spoken == silent


def test_each_record_errors_alike(worlds: tuple[Review, Review]) -> None:
    """Acts that B tries on records with A's open votes fail, or not, with the words of a review without them."""

    def tries(review: Review) -> list[str]:
        person = review.as_person("B")
        acts: list[Callable[[str], Any]] = []
        for stage in Stage:
            acts += [
                lambda r, s=stage: screening.vote(person, r, s, INCLUDE),
                lambda r, s=stage: screening.take_back(person, r, s),
                lambda r, s=stage: settling.open_conflict(person, r, s),
                lambda r, s=stage: settling.resolve(person, r, s, INCLUDE, how="consensus", why="x"),
                lambda r, s=stage: settling.resolve(
                    review, r, s, EXCLUDE, how="adjudication", why="x", reason="design"
                ),
            ]
        acts += [
            lambda r: retrieval.retrieve(person, r, "not_retrieved"),
            lambda r: studies.link(person, r, "CLOSED"),
        ]
        said = []
        for record in sorted_records(review):
            for act in acts:
                review.store.conn.execute("BEGIN IMMEDIATE")
                try:
                    act(record)
                    said.append("done")
                except ScreenerError as error:
                    said.append(str(error))
                finally:
                    review.store.conn.execute("ROLLBACK")
        return said

    spoken, silent = map(tries, worlds)
    assert spoken == silent
    assert set(spoken) > {"done"}


def test_the_telltales_are_there(worlds: tuple[Review, Review]) -> None:
    """What must not show does exist, and A can read it: the other tests are about something."""
    spoken, silent = worlds
    assert spoken.store.value("SELECT count(*) FROM decisions WHERE note LIKE ?", [f"%{TELLTALE}%"]) == 9
    assert TELLTALE not in read_as(silent, "A", READS["screening.own_vote"])
    for name in ("screening.own_vote", "screening.history", "tables_out.decisions_csv", "store.items"):
        assert TELLTALE in read_as(spoken, "A", READS[name]), name
    differing = [
        name for name in READS if read_as(spoken, "A", READS[name]) != read_as(silent, "A", READS[name])
    ]
    assert {"screening.queue", "screening.overview", "tables_out.extraction_csv"} <= set(differing)


def test_closed_votes_do_show(worlds: tuple[Review, Review]) -> None:
    """B does read A's votes and forms where both have spoken: the queries do not just hide everything."""
    spoken, _ = worlds
    assert '"reviewer": "A"' in read_as(spoken, "B", READS["store.visible_votes"])
    assert "0.70" in read_as(spoken, "B", READS["studies.compared"])


def test_every_function_that_reads_is_tested() -> None:
    """A new public function of the steps is put into READS or into OTHERS, or this fails."""
    modules = (
        *("records", "screening", "studies", "tables_out", "flow", "deduplication", "queries", "handoff"),
        *(
            "alerts",
            "browse",
            "search_report",
            "dedup_audit",
            "duplicate_groups",
            "settling",
            "arranging",
            "ranking",
            "stopping",
            "retrieval",
            "pilots",
            "agreement",
        ),
    )
    found = set()
    for name in modules:
        module = importlib.import_module(f"screener.steps.{name}")
        for function, value in inspect.getmembers(module, inspect.isfunction):
            if value.__module__ == module.__name__ and not function.startswith("_"):
                found.add(f"{name}.{function}")
    known = {name for name in READS if not name.startswith("store.")} | OTHERS
    assert found - known == set()
    kept_apart = {
        "review",
        "browse_words",
        "care",
        "citation_searching",
        "link_searching",
        "resolving",
        "databases",
        "demo",
        "dedup_files",
        "files",
        "importing",
        "intake",
        "searching",
        "tables_in",
        "workers",
        "simulation",
        "decisions",
        "matching",
        "naming",
        "vote_plan",
    }
    assert {each.name for each in pkgutil.iter_modules(steps.__path__)} == set(modules) | kept_apart


def test_store_functions_that_take_a_viewer_are_tested() -> None:
    """Every function of the store with a `viewer` is among READS."""
    found = {
        f"store.{name}"
        for module in (store_screening, store_extraction)
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if "viewer" in inspect.signature(value).parameters
    }
    assert found
    assert found <= set(READS)
