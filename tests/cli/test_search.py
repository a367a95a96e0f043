"""search refresh, report, alerts and import by command: for cron, for the paper, for the specialist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.steps.review import open_review
from tests.builders import make_review
from tests.cli.shell import Shell
from tests.entrez_server import BaseUrl, Corpus, serve
from tests.entrez_server.corpus import records_of
from tests.sources.samples import article, article_set

QUERY = 'database = "pubmed"\nplatform = "PubMed"\nkind = "database"\ndate = 2023-07-31\nby = "Sam"\nstrategy = "{}"\n'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseUrl]:
    made = article_set(*(article(str(n), f"Zzdrug in trial {n}.") for n in range(500, 505)))
    with serve(Corpus(records_of(made))) as url:
        monkeypatch.setenv("SCREENER_EUTILS_URL", str(url))
        yield url


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    review = make_review(tmp_path / "review")
    review.close()
    monkeypatch.chdir(tmp_path / "review")
    monkeypatch.setenv("SCREENER_REVIEWER", "A")
    save(tmp_path / "review", "drug", "zzdrug[ti]")
    return tmp_path / "review"


def save(folder: Path, name: str, strategy: str) -> None:
    (folder / "queries" / f"{name}.toml").write_text(QUERY.format(strategy), "utf-8")


@pytest.mark.usefixtures("folder")
def test_a_refresh_from_cron(shell: Shell, server: BaseUrl) -> None:
    """Exit 0 and one JSON object; then what changed; then a failure with what ran beside it."""
    first = shell("search", "run", "--json")
    assert (first.code, first.data["imports"][0]["new"], first.data["alerts"]) == (0, 5, 0)
    server.remove("503")
    again = shell("search", "refresh", "--json")
    (run,) = again.data["imports"]
    assert (again.code, run["new"], run["unchanged"], run["gone"]) == (0, 0, 4, ["503"])
    assert (run["scope"], again.data["alerts"]) == ("changes", 1)
    server.fault("500", times=99)
    down = shell("search", "refresh", "--json")
    assert down.code == 1
    assert down.data["error"]["kind"] == "source"
    assert "down or cannot be reached" in down.data["error"]["message"]
    assert [each["query"] for each in down.data["failed"]] == ["drug"]
    assert down.data["imports"] == []


def test_one_bad_query_beside_good_ones(shell: Shell, server: BaseUrl, folder: Path) -> None:
    save(folder, "also", "zzdrug[ti] AND 500:502[uid]")
    server.fault("backend", times=5, on="esearch")
    done = shell("search", "refresh", "--json")
    assert done.code == 1
    assert [each["query"] for each in done.data["failed"]] == ["also"]
    assert [run["query"] for run in done.data["imports"]] == ["drug"]


@pytest.mark.usefixtures("server")
def test_a_phrase_that_is_not_found_is_loud(shell: Shell, folder: Path) -> None:
    save(folder, "drug", "zzdrug[ti] OR nosuchword[ti]")
    assert "! drug: PhraseNotFound: nosuchword" in shell("search", "run").out
    assert "! drug: PhraseNotFound: nosuchword" in shell("search", "list").out


@pytest.mark.usefixtures("folder", "server")
def test_full_takes_no_since(shell: Shell) -> None:
    assert shell("search", "refresh", "--full", "--since", "2024-01-01").code == 2
    assert shell("search", "refresh", "--since", "yesterday").code == 1


@pytest.mark.usefixtures("server")
def test_the_report_for_the_paper(shell: Shell, folder: Path) -> None:
    shell("search", "run")
    assert "zzdrug[ti]" in shell("search", "report").out
    assert shell("search", "report", "-o", "out.md").code == 0
    assert "## Databases" in (folder / "out.md").read_text("utf-8")
    assert shell("search", "report", "-o", "out.csv").code == 0
    assert (folder / "out.csv").read_text("utf-8").startswith("date,query,database")
    refused = shell("search", "report", "-o", "out.docx", "--json")
    assert (refused.code, refused.data["error"]["kind"]) == (1, "input")


def test_alerts_are_listed_and_seen_to(shell: Shell, server: BaseUrl, folder: Path) -> None:
    shell("search", "run")
    retracted = article("500", "Zzdrug in trial 500.", extra=(
        '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Made Up. 2024</RefSource>'
        '<PMID Version="1">77</PMID></CommentsCorrections></CommentsCorrectionsList>'
    ))  # fmt: skip
    server.put(article_set(retracted))
    assert "1 alerts" in shell("search", "refresh", "--full").out
    (alert,) = shell("alerts", "list", "--json").data["alerts"]
    assert (alert["kind"], alert["open"]) == ("retraction", True)
    assert "! retraction: J Made Up. 2024" in shell("records", "pubmed:500").out
    assert shell("status", "--json").data["alerts"] == 1
    assert shell("alerts", "see", alert["id"][:8], "--note", "read").code == 0
    assert shell("alerts", "list", "--json").data["alerts"] == []
    assert shell("alerts", "list", "--all", "--json").data["alerts"][0]["note"] == "read"
    review = open_review(folder, "A")
    assert review.store.value("SELECT count(*) FROM versions") == 6
    review.close()


def test_a_search_done_elsewhere_is_recorded(shell: Shell, folder: Path) -> None:
    """With its strategy to the letter; again under the same name: new and no longer returned."""
    (folder / "strategy.txt").write_text("1. colorectal/de\n2. #1 AND liver\n", "utf-8")
    (folder / "one.csv").write_text("Nummer,Titel\nL1,First\nL2,Second\n", "utf-8")
    (folder / "two.csv").write_text("Nummer,Titel\nL2,Second\nL3,Third\n", "utf-8")
    words = ("--database", "embase", "--query", "embase", "--platform", "Embase.com", "--strategy", "strategy.txt",
             "--limit", "English", "--by", "Sam", "--date", "2023-05-01",
             "--map", "title=Titel", "--map", "source_key=Nummer")  # fmt: skip
    assert shell("import", "one.csv", *words, "--json").data["imports"][0]["new"] == 2
    (run,) = shell("import", "two.csv", *words, "--json").data["imports"]
    assert (run["new"], run["unchanged"], run["gone"]) == (1, 1, ["L1"])
    log = shell("search", "list", "--json").data["searches"][-1]
    assert (log["strategy"], log["limits"], log["searched_by"]) == (
        "1. colorectal/de\n2. #1 AND liver\n",
        ["English"],
        "Sam",
    )
    assert "2. #1 AND liver" in shell("search", "report").out
    assert shell("import", "one.csv", *words[:-4], "--map", "title").code == 1


@pytest.mark.usefixtures("server")
def test_records_are_found_by_words(shell: Shell, folder: Path) -> None:
    assert folder.is_dir()
    shell("search", "run")
    assert len(shell("records", "--search", "zzdrug", "--json").data["records"]) == 5
    assert len(shell("records", "--search", "zzdrug 502", "--json").data["records"]) == 1
    assert len(shell("records", "--database", "embase", "--json").data["records"]) == 0
    assert len(shell("records", "--limit", "2", "--order", "title", "--json").data["records"]) == 2
    assert shell("records", "--order", "colour").code == 1
