"""`screener agreement` and `export agreement`: what people and programs get."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from screener.steps import pilots, records
from tests.cli.shell import Shell
from tests.steps.team import EXCLUDE, FT, INCLUDE, TA, agree, disagree, make_team, say

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pilot of one record by all four, then four closed records, one of them a conflict; one at full text."""
    review = make_team(tmp_path / "review", 8)
    every = list(records.states(review))
    pilots.start(review, TA, name="first round", chosen=[every[0]])
    for who, choice in (("A", INCLUDE), ("B", INCLUDE), ("D", INCLUDE), ("E", EXCLUDE)):
        say(review, who, every[0], choice)
    pilots.end(review, TA)
    agree(review, every[1])
    agree(review, every[2])
    agree(review, every[3], EXCLUDE)
    disagree(review, every[4])
    agree(review, every[1], EXCLUDE, FT)
    review.close()
    monkeypatch.chdir(review.folder)
    return review.folder


def test_the_table_for_people(shell: Shell) -> None:
    said = shell("--as", "A", "agreement")
    assert said.code == 0
    text = "\n".join(" ".join(line.split()) for line in said.out.splitlines())
    assert "Title/abstract, main screening: votes at closing, 4 records" in text
    assert "a 2 both include b 1 only A c 0 only B d 1 both exclude" in text
    assert "kappa 0.50" in text
    assert "moderate (Landis & Koch 1977)" in text
    assert "fair (Cochrane, after Orwin)" in text
    assert "positive agreement 0.80" in text
    assert "~ too few for a stable estimate" in text
    assert "Title/abstract, pilot 'first round': votes at closing, 1 record" in text
    assert "6 pairs of votes on 1 records" in text
    assert "kappa not defined" in text
    assert "Reasons, of 1 that both exclude" in text
    assert max(map(len, said.out.splitlines())) <= 80


def test_json_has_null_for_what_is_not_defined(shell: Shell) -> None:
    data = shell("agreement", "--json", "--stage", "full_text", "--votes", "first").data
    assert data["votes"] == "first"
    (stage,) = data["stages"]
    assert stage["stage"] == "full_text"
    (part,) = stage["parts"]
    assert part["agreement"]["kappa"] == {
        "value": None,
        "se": None,
        "low": None,
        "high": None,
        "interval": None,
    }
    assert part["agreement"]["bands"] == {"Landis & Koch 1977": None, "Cochrane, after Orwin": None}
    assert part["agreement"]["few"] is True
    assert part["pairs"][0]["reviewers"] == ["A", "B"]
    assert part["reasons"]["specific_agreement"]["design"] == 1.0


def test_one_pilot_and_one_that_is_not_there(shell: Shell) -> None:
    data = shell("agreement", "--json", "--pilot", "first round").data
    assert [(s["stage"], [p["name"] for p in s["parts"]]) for s in data["stages"]] == [
        ("title_abstract", ["first round"])
    ]
    assert data["stages"][0]["parts"][0]["agreement"]["n"] == 6
    failed = shell("agreement", "--json", "--pilot", "second")
    assert failed.code == 1
    assert failed.error["field"] == "--pilot"
    assert failed.error["expected"] == "first round"


def test_all_figures_as_csv(shell: Shell) -> None:
    assert shell("agreement", "-o", "figures.csv").code == 0
    with Path("figures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = next(row for row in rows if row["part"] == "main screening")
    assert [whole[name] for name in ("n", "a", "b", "c", "d", "kappa")] == ["4", "2", "1", "0", "1", "0.5"]
    assert sum(row["what"] == "pair" and row["part"] == "first round" for row in rows) == 6
    failed = shell("agreement", "-o", "nowhere/figures.csv")
    assert failed.code == 1


def test_the_export_renews_its_own_files(shell: Shell) -> None:
    data = shell("--as", "A", "export", "agreement", "--json").data
    assert data["files"] == [
        "agreement/agreement.csv",
        "agreement/agreement.md",
        "agreement/reasons.csv",
        "index.json",
    ]
    page = Path("exports/agreement/agreement.md").read_text("utf-8")
    assert (
        "At title/abstract, reviewers agreed on 3 of 4 records (75.0 %; 1 pair of reviewers): kappa 0.50"
        in page
    )
    assert "in the pilot 'first round'" in page
    assert "Calibration rounds are reported apart" in page


def test_bad_words_are_refused(shell: Shell) -> None:
    assert shell("agreement", "--votes", "last").code == 1
    assert shell("agreement", "--stage", "abstract").code == 1
