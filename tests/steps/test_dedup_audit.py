"""The appendix of deduplication tells of every merge and of every pair left apart, with who and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.citation import Citation
from screener.steps import deduplication
from screener.steps.dedup_audit import audit_files
from screener.steps.review import Review
from screener.store import citations as store_citations
from tests.builders import add_citations, citation
from tests.steps.team import judge, make_team, queue

ONE = Citation(
    source="embase",
    source_key="L1",
    title="=Invented drugs after one failed line in liver metastases: part 1",
    authors=("Okafor, N",),
    journal="Invented Oncology",
    year=2020,
    volume="3",
    pages="1-9",
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    add_citations(review, [citation(3, source="embase", source_key="L3")], "embase")
    add_citations(review, [citation(4, source="embase", source_key="L4")], "embase")
    deduplication.deduplicate(review)
    yield review
    review.close()


def rows(review: Review, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(audit_files(review)[name])))


def test_merges_are_the_records_and_each_says_why(team: Review) -> None:
    lone = queue(team, "A")[:2]
    judge(team, lone[0], lone[1], "same")
    found = rows(team, "merges.csv")
    names = store_citations.names(team.store)
    several = [m for m in store_citations.members_by_record(team.store).values() if len(m) > 1]
    assert {frozenset((r["citation_1"], r["citation_2"])) for r in found} == {
        frozenset(names[c] for c in members) for members in several
    }
    by = {frozenset((r["citation_1"], r["citation_2"])): r for r in found}
    person = by[frozenset(names[c] for c in lone)]
    assert (person["decided_by"], person["outcome"]) == ("A", "joined")
    engine = [r for r in found if r is not person]
    assert len(engine) == 2
    assert all(r["decided_by"].startswith("engine ") and "pmid" in r["agree"] and r["rule"] for r in engine)


def test_pairs_left_apart_say_who_and_why(team: Review) -> None:
    first, second = queue(team, "A")[:2]
    joined = next(m for m in store_citations.members_by_record(team.store).values() if len(m) > 1)
    judge(team, *sorted(joined), "different", who="B")
    judge(team, first, second, "ask")
    found = rows(team, "apart.csv")
    assert {(r["decided_by"], r["outcome"]) for r in found} >= {
        ("B", "apart: a person said so"),
        ("A", "apart: a person cannot tell"),
    }
    assert all(r["record"] == "" for r in found)


def test_what_the_engine_kept_apart_is_listed_and_safe_for_a_spreadsheet(team: Review) -> None:
    other = ONE.to_dict() | {"source_key": "L2", "pages": "10-19"}
    other["title"] = other["title"].replace("part 1", "part 2")
    add_citations(team, [ONE, Citation.from_dict(other)], "embase")
    deduplication.deduplicate(team)
    (row,) = (r for r in rows(team, "apart.csv") if "embase:L1" in (r["citation_1"], r["citation_2"]))
    assert row["outcome"] == "apart: the engine said so"
    assert "numbers in the titles" in row["against"]
    assert row["title_1"].startswith("'=Invented")


def test_the_method_counts_what_the_tables_hold(team: Review) -> None:
    text = audit_files(team)["methods.md"]
    assert "8 citations were compared" in text
    assert "6 records; 2 were duplicates" in text
    assert f"Pairs joined: {len(rows(team, 'merges.csv'))} " in text
    assert "Preprints and their journal articles: separate" in text
