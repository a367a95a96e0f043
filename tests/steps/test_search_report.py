"""The appendix after PRISMA-S holds every strategy to the letter, and the numbers of the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screener.steps.importing import About, import_file
from screener.steps.queries import search_log
from screener.steps.review import Review
from screener.steps.search_report import search_report, search_table
from tests.steps.team import make_team

STRATEGY = "1. colorectal[tiab]   123\n# a comment\n2. #1 AND ```liver```\n"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    made = make_team(tmp_path / "review")
    yield made
    made.close()


def run(team: Review, tmp_path: Path, keys: str, said: About, database: str = "embase") -> None:
    path = tmp_path / "file.csv"
    path.write_text("Accession Number,Title\n" + "".join(f"{k},Trial {k}\n" for k in keys), "utf-8")
    import_file(team, path, database=database, said=said)


def test_the_report_tells_each_source_with_its_runs(team: Review, tmp_path: Path) -> None:
    said = About(
        query="embase",
        platform="Embase.com",
        strategy=STRATEGY,
        searched_on="2023-05-01",
        searched_by="Sam Searcher",
        limits=("English", "humans"),
    )
    run(team, tmp_path, "abc", said)
    run(team, tmp_path, "bcde", About(**{**vars_of(said), "searched_on": "2023-07-01"}))
    run(team, tmp_path, "x", About(query="hand", kind="website"), "other")
    text = search_report(team)
    assert STRATEGY.strip("\n") in text
    assert text.count("colorectal[tiab]") == 1
    assert "| Embase (embase) | Embase.com | 2 | 2023-05-01 | 2023-07-01 | 4 |" in text
    assert "| 2023-07-01 | 4 | 2 | 0 | 1 | 0 | file.csv |" in text
    assert "Limits (9): English; humans" in text
    assert "Sam Searcher" in text
    assert "## Websites" in text


def vars_of(said: About) -> dict[str, object]:
    return {name: getattr(said, name) for name in said.__slots__}  # type: ignore[attr-defined]


def test_the_table_has_a_row_a_run(team: Review, tmp_path: Path) -> None:
    run(team, tmp_path, "abc", About(query="embase", strategy=STRATEGY))
    run(team, tmp_path, "ab", About(query="embase", strategy=STRATEGY))
    rows = list(csv.DictReader(io.StringIO(search_table(team))))
    assert [(r["hits"], r["new"], r["gone"]) for r in rows] == [("3", "3", "0"), ("2", "0", "1")]
    assert {r["strategy"] for r in rows} == {STRATEGY}
    assert [r["stored"] for r in rows] == [str(run["stored"]) for run in search_log(team)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_any_strategy_stands_in_the_report_to_the_letter(team: Review, tmp_path: Path, text: str) -> None:
    run(team, tmp_path, "a", About(query="q", strategy=text))
    assert text in search_report(team)
