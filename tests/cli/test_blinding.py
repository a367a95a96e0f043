"""A crawl: every command, as B, over a review full of A's open words, says nothing of them.

Each command runs as text and as JSON on a copy of the review in which A spoke and of the one in which A did
not; what it prints and what it writes must be free of A's telltales and the same in both.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from screener.steps import deduplication
from tests.cli.shell import Said, Shell, leaves
from tests.steps.open_words import SECRET_HR, TELLTALE, script
from tests.steps.team import make_team

TA, FT = ("--stage", "title_abstract"), ("--stage", "full_text")
# Records by what stands on them (tests/steps/open_words.py): 10 and 11 hold an open title/abstract vote of A,
# 12 one that A took back, 5 and 7 an open full-text vote of A, 9 and 6 open votes of B, 1 a conflict, 0 is closed.
R = {n: f"pubmed:{99_000_001 + n}" for n in range(14)}

# Every command with words that lead it past A's open votes. One that is missing here fails a test.
CRAWL: dict[tuple[str, ...], list[tuple[str, ...]]] = {
    ("init",): [(".",)],
    ("demo",): [(".", "--no-open")],
    ("protocol", "check"): [()],
    ("protocol", "diff"): [()],
    ("protocol", "adopt"): [("--reason", "x")],
    ("status",): [()],
    ("doctor",): [()],
    ("backup",): [()],
    ("search", "run"): [("nothing",)],
    ("search", "list"): [()],
    ("search", "refresh"): [(), ("--full",)],
    ("search", "report"): [(), ("-o", "out.md"), ("-o", "out.csv")],
    ("search", "references"): [("refs.txt", "--dry-run")],
    ("search", "links"): [("NONE",)],
    ("references",): [("refs.txt",)],
    ("alerts", "list"): [(), ("--all",)],
    ("alerts", "see"): [("NONE",)],
    ("import",): [("votes.csv",)],
    ("convert",): [("citations.csv", "-o", "out.ris")],
    ("dedup",): [(), ("citations.csv", "--clusters", "out.csv")],
    ("records",): [(), *[(*stage, "--status", s) for stage in (TA, FT) for s in ("open", "passed", "conflict")],
                   *[(R[n],) for n in R], (R[10], "--raw")],
    ("duplicates", "list"): [(), ("--merged",)],
    ("duplicates", "judge"): [(R[10], R[11], "same")],
    ("duplicates", "split"): [(R[10],)],
    ("decide",): [*[(R[n], "include", *TA) for n in (0, 9, 10, 11, 12)],
                  *[(R[n], "--undo", *TA) for n in (0, 9, 10, 12)],
                  *[(R[n], "include", *FT) for n in (0, 5, 6, 7, 10)], *[(R[n], "--undo", *FT) for n in (0, 5, 6, 7)]],
    ("conflicts",): [(), *[(R[n], *stage) for n in (0, 1, 5, 6, 7, 9, 10, 12) for stage in (TA, FT)]],
    ("resolve",): [(R[n], "include", *stage, "--how", how, "--why", "x")
                   for n in (1, 5, 7, 10) for stage in (TA, FT) for how in ("consensus", "adjudication")],
    ("login", "list"): [()],
    ("login", "set"): [("B", "--stdin")],
    ("login", "remove"): [("B",)],
    ("serve",): [("--port", "no")],
    ("stop",): [TA, (*TA, "--check"), (*TA, "--undo")],
    ("simulate",): [("citations.csv", "--label", "x")],
    ("pilot", "start"): [("--stage", "title_abstract", "--size", "2"), (R[9], "--stage", "title_abstract")],
    ("pilot", "end"): [("--stage", "title_abstract")],
    ("pilot", "list"): [()],
    ("agreement",): [(), ("--votes", "first"), FT, ("-o", "out.csv"), ("--pilot", "x")],
    ("decisions", "import"): [("votes.csv",), ("votes.csv", "--dry-run"), ("votes.csv", "--skip-bad"),
                              ("rayyan.csv", *TA, "--dry-run"), ("rayyan.csv", *TA, "--skip-bad")],
    ("decisions", "export"): [("-o", "out.csv"), ("-o", "out.ris")],
    ("fulltext", "mark"): [(R[n], "not_retrieved") for n in (0, 5, 7, 10)],
    ("fulltext", "list"): [(), ("--status", "not_sought")],
    ("fulltext", "wanted"): [(), ("-o", "out.csv"), ("-o", "out.ris")],
    ("studies", "list"): [()],
    ("studies", "link"): [(R[7], "OPEN"), (R[10], "OPEN")],
    ("studies", "import"): [("votes.csv",)],
    ("extraction", "record"): [("OPEN", "arm", "name=x")],
    ("extraction", "import"): [("votes.csv",)],
    ("extraction", "export"): [("-o", "out.csv")],
    ("extraction", "submit"): [("NONE",)],
    ("extraction", "withdraw"): [("OPEN", "arm", "none")],
    ("extraction", "compare"): [(), ("OPEN",), ("CLOSED",)],
    ("extraction", "settle"): [("OPEN", "arm", "drug", "n", "1", "--why", "x")],
    ("hr",): [("--hr", "0.7", "--low", "0.5", "--high", "0.9")],
    ("rob",): [()],
    ("export",): [("-o", "out"), ("audit", "-o", "out"), ("agreement", "-o", "out")],
    ("flow",): [(), ("-o", "out.svg")],
}  # fmt: skip


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Closed reviews: with A's open words, and without them."""
    made = []
    for name, with_a in (("with", True), ("without", False)):
        review = make_team(tmp_path_factory.mktemp("worlds") / name / "review", 14)
        deduplication.deduplicate(review)
        script(review, with_a=with_a)
        (review.folder / "votes.csv").write_text(
            f"record,stage,reviewer,vote\n{R[10]},title_abstract,B,include\n{R[11]},full_text,B,include\n",
            "utf-8",
        )
        (review.folder / "rayyan.csv").write_text(
            "key,title,pubmed_id,notes\n"
            + "".join(
                f'r{n},,{99_000_001 + n},"RAYYAN-INCLUSION: {{""B""=>""Included"", ""A""=>""Included""}}"\n'
                for n in range(14)
            ),
            "utf-8",
        )
        (review.folder / "refs.txt").write_text("1. Made A. A made-up paper. J Made. 2020;1:2.\n", "utf-8")
        (review.folder / "citations.csv").write_text("Title\nOne made-up trial\n", "utf-8")
        review.close()
        made.append(review.folder)
    return made[0], made[1]


def crawl(
    shell: Shell, world: Path, folder: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> str:
    """What the command says and writes in a copy of the review, without ids and times of the moment."""
    shutil.copytree(world, folder)
    monkeypatch.chdir(folder)
    before = set(folder.rglob("*"))
    said: Said = shell("--as", "B", *words)
    found = [str(said.code), said.out, said.err]
    for path in sorted(set(folder.rglob("*")) - before):
        if path.is_file() and "review.db" not in path.name:
            found.append(f"{path.name}\n{path.read_bytes().decode('utf-8', 'replace')}")
    monkeypatch.chdir(folder.parent)
    shutil.rmtree(folder)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", "\n".join(found))
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d{8}T\d{6}", "TIME", text)


@pytest.mark.parametrize("path", CRAWL, ids=" ".join)
def test_as_b_nothing_of_as_open_words_shows(
    shell: Shell,
    worlds: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: tuple[str, ...],
) -> None:
    """As text and as JSON: no telltale, and word for word what the review without A's words gives."""
    folder = tmp_path / "review"
    for words in CRAWL[path]:
        for flags in ((), ("--json",)):
            spoken, silent = (
                crawl(shell, world, folder, (*path, *words, *flags), monkeypatch) for world in worlds
            )
            assert TELLTALE not in spoken
            assert SECRET_HR not in spoken
            assert spoken == silent


def test_the_crawl_meets_every_command() -> None:
    """A new command is added to the crawl, or this fails."""
    assert {path for path, _ in leaves()} == set(CRAWL)


def test_the_crawl_can_see(
    shell: Shell, worlds: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A's own export holds the telltales: the crawl looks at what would show them."""
    shutil.copytree(worlds[0], tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    for command in ("decisions", "extraction"):
        assert shell("--as", "A", command, "export", "-o", f"{command}.csv").code == 0
        assert TELLTALE in Path(f"{command}.csv").read_text("utf-8")
    text = shell("--as", "B", "conflicts", R[1], *TA).out
    assert "A  include" in text
    assert "B  exclude" in text
