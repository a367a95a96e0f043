"""Bad input, bad files, bad places: a sentence and exit 1, no traceback, and nothing half written."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.sources.samples import article, article_set
from tests.steps.team import protocol_text

RECORD = "pubmed:99000001"
GOOD_RIS = "TY  - JOUR\nTI  - A made-up trial\nAN  - 1\nER  - \n"


def content(folder: Path) -> str:
    """The whole database as text: the same before and after means that nothing was written."""
    with sqlite3.connect(folder / "db" / "review.db") as connection:
        text = "\n".join(connection.iterdump())
    connection.close()
    return hashlib.sha256(text.encode()).hexdigest()


def listing(folder: Path) -> set[str]:
    """Every file below a folder, the database's own aside."""
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.name.startswith("review.db")
    }


BAD_FILES: dict[str, Callable[[], bytes | None]] = {
    "missing.ris": lambda: None,
    "empty.ris": lambda: b"",
    "blank.csv": lambda: b"\n\n  \n",
    "picture.ris": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "page.xml": lambda: b"<!DOCTYPE html><html><body>Log in</body></html>",
    "answer.xml": lambda: b'{"error":"API rate limit exceeded"}',
    "cut.xml": lambda: article_set(article("1"), article("2"))[:-200],
    "cut.xml.gz": lambda: gzip.compress(article_set(article("1")))[:-12],
    "header.csv": lambda: b"Title,Year\n",
    "unknown.csv": lambda: b"colour,size\nred,12\n",
    "quote.csv": lambda: b'Title,Year\n"never closed,2020\n',
    "columns.csv": lambda: b"Title,Year\nGood,2020\nA,B,C,D\n",
    "endnote.xml": lambda: b"<xml><records><record/></records></xml>",
    "bombs.xml": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>'
        b"<PubmedArticleSet>&b;"
    ),
}


@pytest.fixture(params=BAD_FILES)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that cannot be taken."""
    path = tmp_path / "in" / request.param
    path.parent.mkdir()
    data = BAD_FILES[request.param]()
    if data is not None:
        path.write_bytes(data)
    return path


def test_import_of_a_bad_file(shell: Shell, folder: Path, bad: Path) -> None:
    """import: exit 1, the file is named, the database is as it was."""
    before = content(folder)
    for words in ([], ["--json"]):
        said = shell("-C", folder, "--as", "A", "import", bad, *words)
        assert said.code == 1
        assert bad.name in said.out + said.err
    assert said.error["kind"] == "input"
    assert said.error["expected"]
    assert content(folder) == before


def test_conversion_of_a_bad_file(shell: Shell, bad: Path, tmp_path: Path) -> None:
    """convert and dedup: exit 1, and no output, whole or half, is left."""
    before = listing(tmp_path)
    out = tmp_path / "out.jsonl"
    assert shell("convert", bad, "-o", out, "--json").error["file"] == str(bad)
    assert shell("dedup", bad, "--clusters", tmp_path / "out.csv", "--json").error["kind"] == "input"
    assert listing(tmp_path) == before


def test_an_existing_output_survives_a_bad_input(shell: Shell, tmp_path: Path) -> None:
    """What stood in the output file stays until there is something whole to put there."""
    out, given = tmp_path / "out.ris", tmp_path / "in.ris"
    out.write_text("mine", "utf-8")
    given.write_text("nonsense", "utf-8")
    assert shell("convert", given, "-o", out).code == 1
    assert out.read_text("utf-8") == "mine"
    given.write_text(GOOD_RIS, "utf-8")
    assert shell("convert", given, "-o", out).code == 0
    assert "A made-up trial" in out.read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["convert", "in.ris", "-o", "out.docx"],
        ["convert", "in.ris", "-o", "none/out.csv"],
        ["convert", "in.ris", "-o", "."],
        ["convert", "in.ris", "-o", "out.csv", "--format", "endnote"],
        ["convert", "in.ris", "-o", "out.csv", "--database", "altavista"],
        ["convert", ".", "-o", "out.csv"],
        ["dedup", "in.ris", "--clusters", "none/out.csv"],
        ["dedup", "in.ris", "in.ris", "--clusters", "out.csv"],
        ["dedup", "in.ris", "--clusters", "out.csv", "--out", "unique.docx"],
        ["dedup", "in.ris", "--clusters", "out.csv", "--report", "report.docx"],
        ["dedup", "ids.csv", "--clusters", "out.csv"],
        ["hr"],
        ["hr", "--hr", "nought"],
        ["hr", "--hr", "-0.7", "--low", "0.5", "--high", "0.9"],
        ["hr", "--hr", "0.7", "--low", "0.5"],
        ["hr", "--hr", "0.7", "--p", "2"],
        ["hr", "--hr", "0.7", "--low", "0.5", "--high", "0.9", "--level", "150"],
        ["protocol", "check", "in.ris"],
        ["protocol", "check", "none.toml"],
        ["init", "in.ris"],
        ["init", "."],
        ["init", "new", "--protocol", "none.toml"],
        ["init", "new", "--protocol", "in.ris"],
        ["demo", ".", "--no-open"],
    ],
)
def test_commands_on_files(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Work on files alone that cannot be done: exit 1 with an error object, and no file is left behind."""
    monkeypatch.chdir(tmp_path)
    Path("in.ris").write_text(GOOD_RIS, "utf-8")
    Path("ids.csv").write_text("id,Title\n7,One trial\n7,Another trial\n", "utf-8")
    before = listing(tmp_path)
    said = shell(*words, "--json")
    assert said.code == 1
    assert said.error["kind"] in {"input", "review"}
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["decide", "pubmed:1", "include", "--stage", "title_abstract"], "review"),
        (["decide", "%%%%%%%", "include", "--stage", "title_abstract"], "review"),
        (["decide", "", "include", "--stage", "title_abstract"], "review"),
        (["decide", RECORD, "include", "--stage", "full_text"], "review"),
        (["decide", RECORD, "maybe", "--stage", "full_text"], "review"),
        (["decide", RECORD, "exclude", "--stage", "title_abstract", "--reason", "weather"], "review"),
        (["decide", RECORD, "--undo", "--stage", "title_abstract"], "review"),
        (["conflicts", RECORD, "--stage", "title_abstract"], "review"),
        (
            [
                "resolve",
                RECORD,
                "include",
                "--stage",
                "title_abstract",
                "--how",
                "adjudication",
                "--why",
                "x",
            ],
            "review",
        ),
        (["records", "nothing-like-this"], "review"),
        (["duplicates", "judge", RECORD, "pubmed:1", "same"], "review"),
        (["duplicates", "judge", RECORD, RECORD, "same"], "review"),
        (["duplicates", "split", RECORD], "review"),
        (["fulltext", "mark", RECORD, "retrieved"], "review"),
        (["fulltext", "wanted", "-o", "none/list.ris"], "input"),
        (["fulltext", "wanted", "-o", "list.docx"], "input"),
        (["studies", "link", RECORD, "TRIAL"], "review"),
        (["extraction", "submit", "TRIAL"], "review"),
        (["extraction", "withdraw", "TRIAL", "arm", "x"], "review"),
        (["extraction", "settle", "TRIAL", "arm", "x", "n", "1", "--why", "x"], "review"),
        (["extraction", "import", "none.csv"], "input"),
        (["extraction", "export", "-o", "none/out.csv"], "input"),
        (["decisions", "import", "none.csv"], "input"),
        (["decisions", "import", "."], "input"),
        (["decisions", "export", "-o", "none/out.csv"], "input"),
        (["studies", "import", "none.csv"], "input"),
        (["import", "good.ris", "--database", "altavista"], "input"),
        (["import", "good.ris", "--date", "yesterday"], "input"),
        (["import", "good.ris", "none.ris"], "input"),
        (["search", "run"], "input"),
        (["search", "run", "nothing"], "input"),
        (["protocol", "adopt", "--reason", " "], "input"),
        (["protocol", "adopt", "--reason", "again"], "review"),
        (["backup"], "review"),
        (["flow", "-o", "flow.docx"], "input"),
        (["flow", "-o", "none/flow.svg"], "input"),
        (["export", "networks", "--outcome", "XYZ", "-o", "out"], "input"),
    ],
)
def test_commands_on_a_review(
    shell: Shell,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    kind: str,
) -> None:
    """What the review does not allow: exit 1 with an error object, and not a row or file more than before."""
    monkeypatch.chdir(tmp_path)
    Path("good.ris").write_text(GOOD_RIS, "utf-8")
    before, files = content(folder), listing(tmp_path)
    said = shell("-C", folder, "--as", "A", *words, "--json")
    assert said.code == 1
    assert said.error["kind"] == kind
    assert content(folder) == before
    assert listing(tmp_path) == files
    talk = shell("-C", folder, "--as", "A", *words)
    assert (talk.code, talk.out) == (1, "")
    assert talk.err.startswith("screener: ")


@pytest.mark.parametrize("table", ["wrong.csv", "latin.csv", "empty.csv", "short.csv"])
@pytest.mark.parametrize("command", ["decisions", "studies", "extraction"])
def test_bad_tables(shell: Shell, folder: Path, tmp_path: Path, command: str, table: str) -> None:
    """A table of another kind, in another encoding, empty or ragged: exit 1, nothing is taken."""
    path = tmp_path / table
    path.write_bytes(
        {
            "wrong.csv": b"colour,size\nred,12\n",
            "latin.csv": "record,stage,reviewer,vote,study,form,item,field,value\nnaïve".encode("latin-1"),
            "empty.csv": b"",
            "short.csv": b"record,stage,reviewer,vote,study,form,item,field,value\n1,2\n",
        }[table]
    )
    before = content(folder)
    said = shell("-C", folder, "--as", "C", command, "import", path, "--json")
    assert (said.code, said.error["kind"], said.error["file"]) == (1, "input", str(path))
    assert content(folder) == before


def test_bad_and_good_entries(shell: Shell, folder: Path, tmp_path: Path) -> None:
    """All or nothing unless --skip-bad, which takes the rest, lists the bad ones, and exits 0."""
    path = tmp_path / "mixed.csv"
    path.write_text("Title,Source key\nOne trial,K1\nA,B,C,D\nAnother trial,K2\n", "utf-8")
    before = content(folder)
    said = shell("-C", folder, "--as", "A", "import", path, "--database", "embase", "--json")
    assert (said.code, said.error["entry"]) == (1, "entry 2")
    assert "--skip-bad" in str(said.error["expected"])
    assert content(folder) == before
    said = shell("-C", folder, "--as", "A", "import", path, "--database", "embase", "--skip-bad", "--json")
    assert said.code == 0
    assert [item["entry"] for item in said.data["skipped"]] == ["entry 2"]
    assert said.data["imports"][0]["new"] == 2


def test_an_impossible_protocol(shell: Shell, folder: Path, tmp_path: Path) -> None:
    """A draft that cannot be: the line is named, nothing is adopted, no folder is made from it."""
    draft = tmp_path / "draft.toml"
    text = protocol_text()
    for wrong in (
        text.replace("voters = 2", "voters = 9"),
        text.replace('roles = ["screener"]', 'roles = ["king"]'),
        text.replace('id = "B"', 'id = "A"'),
        text[:400],
        "",
        "review = [",
    ):
        draft.write_text(wrong, "utf-8")
        assert shell("protocol", "check", draft, "--json").error["kind"] == "input"
        assert shell("init", tmp_path / "new", "--protocol", draft, "--json").code == 1
        assert not (tmp_path / "new").exists()
        (folder / "review.toml").write_text(wrong, "utf-8")
        before = content(folder)
        said = shell("-C", folder, "--as", "C", "protocol", "adopt", "--reason", "x", "--json")
        assert (said.code, said.error["kind"]) == (1, "input")
        assert content(folder) == before
    # The protocol in force is the adopted one, whatever the draft looks like.
    assert shell("-C", folder, "--as", "A", "status", "--json").data["records"] == 6


def test_a_spoilt_database(shell: Shell, folder: Path) -> None:
    """Every command on a review without, with an empty, or with a damaged database: exit 1, one sentence."""
    path = folder / "db" / "review.db"
    whole = path.read_bytes()
    for data in (None, b"", b"not a database at all" * 100, whole[: len(whole) // 2]):
        path.unlink()
        for left in path.parent.glob("review.db-*"):
            left.unlink()
        if data is not None:
            path.write_bytes(data)
        for words in (
            ["status"],
            ["flow"],
            ["doctor"],
            ["decide", RECORD, "include", "--stage", "full_text"],
        ):
            said = shell("-C", folder, "--as", "A", *words, "--json")
            assert (said.code, said.error["kind"]) == (1, "store")
        path.write_bytes(whole)
    assert shell("-C", folder, "status").code == 0


def test_a_search_without_a_server(shell: Shell, folder: Path) -> None:
    """A server that cannot be what it should is a fault of the source, and nothing is logged."""
    (folder / "queries" / "drug.toml").write_text("database = 'pubmed'\nnonsense = 1\n", "utf-8")
    before = content(folder)
    said = shell("-C", folder, "--as", "A", "search", "run", "--json")
    assert (said.code, said.error["kind"]) == (1, "input")
    assert "drug.toml" in str(said.error["file"])
    assert content(folder) == before


@pytest.mark.parametrize("words", [["status"], ["decide", RECORD, "include", "--stage", "title_abstract"]])
def test_an_unknown_reviewer(shell: Shell, folder: Path, words: list[str]) -> None:
    """Nobody of that name: exit 1, the reviewers are named, nothing is written."""
    before = content(folder)
    said = shell("-C", folder, "--as", "X", *words, "--json")
    assert said.code == 1
    assert said.error["field"] == "--as"
    assert said.error["message"] == "'X' is no reviewer of this review"
    assert "A, B" in str(said.error["expected"])
    assert content(folder) == before


def test_a_reviewer_who_has_left(shell: Shell, folder: Path) -> None:
    """May look, and say nothing more."""
    draft = folder / "review.toml"
    text = draft.read_text("utf-8")
    draft.write_text(
        text.replace('[[reviewers]]\nid = "A"', '[[reviewers]]\nactive = false\nid = "A"'), "utf-8"
    )
    assert shell("-C", folder, "--as", "C", "protocol", "adopt", "--reason", "A has left").code == 0
    before = content(folder)
    assert shell("-C", folder, "--as", "A", "status").code == 0
    said = shell(
        "-C", folder, "--as", "A", "decide", RECORD, "include", "--stage", "title_abstract", "--json"
    )
    assert said.code == 1
    assert "A has left the review" in str(said.error["message"])
    assert content(folder) == before
