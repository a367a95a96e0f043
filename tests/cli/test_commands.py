"""Options, help, exit codes and forms of answers that hold for every command."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import click
import pytest

from screener import __version__
from screener.cli.app import COMMANDS
from screener.steps import deduplication
from tests.cli.shell import Shell, finished, leaves, process
from tests.steps.team import make_team

RECORD = "pubmed:99000001"


@pytest.mark.parametrize("path", [path for path, _ in leaves()], ids=" ".join)
def test_every_command_loads_and_has_help(shell: Shell, path: tuple[str, ...]) -> None:
    """Help says what the command does and names the global options."""
    said = shell(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: screener {' '.join(path)}")
    for option in ("-C DIR", "--as ID", "--json"):
        assert option in said.out


def test_every_option_and_argument_is_told() -> None:
    """Commands have a sentence of help; a short one in the table of commands too."""
    for path, command in leaves():
        assert command.help, path
        assert isinstance(command, click.Command)
    assert {path[0] for path, _ in leaves()} == set(COMMANDS)
    assert all(text.endswith(".") for _, text, _ in COMMANDS.values())


def test_the_list_of_commands(shell: Shell) -> None:
    """Bare help lists every command under its step."""
    said = shell("--help")
    assert said.code == 0
    for name, (_, text, section) in COMMANDS.items():
        assert f"  {name} " in said.out
        assert text[:30] in said.out
        assert f"{section}:" in said.out
    assert shell("-h").out == said.out


def test_version(shell: Shell) -> None:
    """The version is the package's."""
    assert shell("--version").out.split()[-1] == __version__


def test_readme_names_every_command() -> None:
    """The README's table has each command in code."""
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    table = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    cells = [
        cell.strip("`").split()[0] for cell in table.replace(",", " ").split("`")[1::2] if cell.strip("`")
    ]
    assert set(COMMANDS) - set(cells) == set()


# Exit codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["decid", "x"], "Did you mean 'decide'?"),
        (["record"], "Did you mean 'records'?"),
        (["status", "--nope"], "No such option"),
        (["decide"], "Missing argument"),
        (["decide", "x", "include"], "Missing option '--stage'"),
        (["decide", "x", "--stage", "full_text"], "Give a vote"),
        (["decide", "x", "include", "--undo", "--stage", "full_text"], "Give a vote"),
        (["import"], "Missing argument"),
        (["protocol", "chec"], "No such command"),
        (["protocol"], "Usage: screener protocol"),
        (["dedup", "x.ris"], "Missing option '--clusters'"),
        (["status", "too", "many"], "unexpected extra argument"),
        (["--as"], "requires an argument"),
    ],
)
def test_unknown_or_missing_words_are_2(shell: Shell, words: list[str], message: str) -> None:
    """Unknown and missing options and arguments: exit 2, with the usage, on stderr only."""
    said = shell(*words)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    with_json = shell("--json", *words)
    assert with_json.code == 2
    assert with_json.error["kind"] == "usage"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["decide", RECORD, "perhaps", "--stage", "full_text"], "vote"),
        (["decide", RECORD, "include", "--stage", "abstract"], "--stage"),
        (["records", "--status", "lost"], "--status"),
        (["resolve", RECORD, "include", "--stage", "full_text", "--how", "dice"], "--how"),
        (["duplicates", "judge", "a", "b", "maybe"], "verdict"),
        (["fulltext", "mark", RECORD, "lost"], "status"),
        (["import", "f.ris", "--kind", "rumour"], "--kind"),
        (["export", "everything"], "what"),
    ],
)
def test_wrong_values_are_1(shell: Shell, folder: Path, words: list[str], field: str) -> None:
    """A value that an option does not take is an input at fault: exit 1, the option is named."""
    said = shell("-C", folder, "--as", "A", *words, "--json")
    assert (said.code, said.error["kind"], said.error["field"]) == (1, "input", field)
    assert shell("-C", folder, "--as", "A", *words).code == 1


@pytest.mark.parametrize("before", [True, False])
def test_global_options_before_and_after(shell: Shell, folder: Path, before: bool) -> None:
    """-C, --as and --json are taken before and after the command, also with subcommands."""
    options = ["-C", folder, "--as", "B", "--json"]
    for command in (["status"], ["protocol", "diff"], ["duplicates", "list"], ["records", RECORD]):
        said = shell(*options, *command) if before else shell(*command, *options)
        assert (said.code, said.err) == (0, ""), command
        assert isinstance(said.data, dict)
    assert shell("--as", "A", "status", "--as", "B", "-C", folder, "--json").data["reviewer"] == "B"


def test_how_the_review_is_found(
    shell: Shell, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """-C, else SCREENER_REVIEW, else the nearest parent with a review.toml; --as, else SCREENER_REVIEWER."""
    below = folder / "pdfs" / "deep"
    below.mkdir()
    monkeypatch.chdir(below)
    assert shell("status", "--json").data["reviewer"] is None
    monkeypatch.setenv("SCREENER_REVIEWER", "B")
    assert shell("status", "--json").data["reviewer"] == "B"
    assert shell("--as", "A", "status", "--json").data["reviewer"] == "A"
    monkeypatch.chdir(tmp_path)
    assert shell("status", "--json").error["expected"] is not None
    monkeypatch.setenv("SCREENER_REVIEW", str(folder))
    assert shell("status", "--json").data["reviewer"] == "B"
    assert shell("-C", tmp_path, "status", "--json").error["message"] == "this folder is not a review"


def test_real_processes(folder: Path, tmp_path: Path) -> None:
    """The same codes from a real process: 0 with data on stdout, 1 with the fault, 2 with the usage."""
    good = finished("-C", folder, "status", "--json")
    assert (good.code, good.err) == (0, "")
    assert good.data["records"] == 6
    bad = finished("status", "--json", cwd=tmp_path)
    assert (bad.code, bad.error["kind"]) == (1, "review")
    talk = finished("status", cwd=tmp_path)
    assert (talk.code, talk.out) == (1, "")
    assert talk.err.startswith("screener: ")
    assert finished("statsu").code == 2


def test_interrupted_is_130(shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C: exit 130, no traceback, one line of talk."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deduplication, "deduplicate", interrupt)
    said = shell("-C", folder, "dedup")
    assert (said.code, said.out) == (130, "")
    assert "interrupted" in said.err


def test_a_real_interrupt(tmp_path: Path) -> None:
    """A process that waits for its input and gets SIGINT ends with 130 and leaves no output."""
    pipe, out = tmp_path / "in.ris", tmp_path / "out.csv"
    os.mkfifo(pipe)
    running = process("convert", pipe, "-o", out, start_new_session=True)
    # Opening returns when the program has opened its end: it waits for bytes now.
    with pipe.open("wb"):
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate()
    assert (running.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.ris"]


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """`screener records | head -1`: no traceback when nobody reads on."""
    review = make_team(tmp_path / "review", 1500)
    review.close()
    running = process("-C", review.folder, "records")
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.readline()
    running.stdout.close()
    assert "Traceback" not in running.stderr.read()
    running.stderr.close()
    assert running.wait() in (0, 1)


# Answers -----------------------------------------------------------------------------------------


def test_a_vote_from_the_command_line(shell: Shell, folder: Path) -> None:
    """decide, conflicts, resolve and undo: what is said is written, and comes back."""
    common = ["--stage", "title_abstract", "-C", folder, "--json"]
    assert shell("decide", RECORD, "include", "--as", "A", *common).code == 0
    assert shell("decide", RECORD, "--undo", "--as", "A", *common).data["vote"] is None
    shell("decide", RECORD, "maybe", "--note", "why not", "--as", "A", *common)
    shell("decide", "99000001", "exclude", "--reason", "design", "--as", "B", *common)
    (conflict,) = shell("-C", folder, "--as", "C", "conflicts", "--json").data["conflicts"]
    assert conflict["your_part"] == "adjudicate"
    view = shell("conflicts", RECORD, "--as", "C", *common).data
    assert [(v["reviewer"], v["vote"], v["note"]) for v in view["votes"]] == [
        ("A", "maybe", "why not"),
        ("B", "exclude", None),
    ]
    assert shell("decide", RECORD, "--undo", "--as", "A", *common).error["kind"] == "review"
    said = shell("resolve", RECORD, "include", "--how", "adjudication", "--why", "x", "--as", "C", *common)
    assert said.data["outcome"] == "include"
    assert shell("records", RECORD, "-C", folder, "--json").data["title_abstract"] == "passed"


def test_votes_as_csv(shell: Shell, folder: Path, tmp_path: Path) -> None:
    """decisions export and import through files named with -o."""
    table = tmp_path / "votes.csv"
    table.write_text(f"record,stage,reviewer,vote\n{RECORD},title_abstract,A,include\n", "utf-8")
    assert shell("-C", folder, "--as", "C", "decisions", "import", table, "--json").data["imported"] == 1
    out = tmp_path / "out.csv"
    said = shell("-C", folder, "--as", "A", "decisions", "export", "-o", out, "--json")
    assert said.data == {"file": str(out), "votes": 1}
    assert out.read_text("utf-8").splitlines() == [
        "record,stage,reviewer,vote,reason,note,marks,labels,pmid,doi,year,title",
        f"{RECORD},title_abstract,A,include,,,,,99000001,,2020,Trial 1: a randomised comparison of drug A with placebo",
    ]
    assert "already" in shell("-C", folder, "--as", "A", "decisions", "import", out).out
    ris = tmp_path / "out.ris"
    assert shell("-C", folder, "--as", "A", "decisions", "export", "-o", ris, "--json").data["votes"] == 1
    assert 'U1  - {"stage": "title_abstract", "reviewer": "A", "vote": "include"}' in ris.read_text("utf-8")
    again = shell("-C", folder, "--as", "A", "decisions", "import", ris, "--json").data
    assert (again["format"], again["imported"], again["same"]) == ("screener", 0, 1)
    wrong = shell("-C", folder, "--as", "A", "decisions", "export", "-o", tmp_path / "out.txt", "--json")
    assert (wrong.code, wrong.data["error"]["expected"]) == (1, ".csv or .ris")


def test_attempts_to_get_a_report(shell: Shell, folder: Path, tmp_path: Path) -> None:
    """fulltext mark counts attempts, list tells them, wanted hands them to the library."""
    for who in ("A", "B"):
        shell("-C", folder, "--as", who, "decide", RECORD, "include", "--stage", "title_abstract")
    listed = shell("-C", folder, "fulltext", "list", "--json").data["reports"]
    assert [(row["status"], row["attempts"], row["last"]) for row in listed] == [(None, 0, None)]
    mark = ("-C", folder, "--as", "A", "fulltext", "mark", RECORD)
    assert shell(*mark, "sought", "--note", "asked the library", "--json").data["attempts"] == 1
    assert "2 attempts, last on" in shell(*mark, "sought").out
    (row,) = shell("-C", folder, "fulltext", "list", "--status", "sought", "--json").data["reports"]
    assert (row["status"], row["attempts"], row["by"], row["note"]) == ("sought", 2, "A", None)
    assert row["first"] <= row["last"]
    assert shell("-C", folder, "fulltext", "list", "--status", "retrieved", "--json").data["reports"] == []
    assert "attempts" in shell("-C", folder, "fulltext", "list").out
    shell("-C", folder, "--as", "A", "fulltext", "wanted", "-o", tmp_path / "wanted.ris")
    assert "U2  - 2 attempts, last on" in (tmp_path / "wanted.ris").read_text("utf-8")


def test_raw_entries_as_json(shell: Shell, folder: Path) -> None:
    """`records RECORD --raw --json` is one object too."""
    said = shell("-C", folder, "records", RECORD, "--raw", "--json").data
    assert list(said["raw"]) == [RECORD]
    assert "Trial 1" in said["raw"][RECORD]
    assert shell("-C", folder, "records", RECORD, "--raw").out.startswith(f"--- {RECORD}\n")


def test_only_a_coordinator(shell: Shell, folder: Path, tmp_path: Path) -> None:
    """Adopting, the backup and the audit log are the coordinator's; others are told who they are."""
    copy = tmp_path / "copy.db"
    for words in (["backup", copy], ["protocol", "adopt", "--reason", "x"], ["export", "audit"]):
        (folder / "review.toml").write_text(
            (folder / "review.toml").read_text("utf-8") + f"# {words[0]}\n", "utf-8"
        )
        said = shell("-C", folder, "--as", "A", *words, "--json")
        assert (said.code, said.error["kind"]) == (1, "review"), words
        assert "coordinator" in str(said.error["expected"])
        assert copy.exists() == (words[0] != "backup")
        assert shell("-C", folder, "--as", "C", *words).code == 0
    assert copy.stat().st_size > 0


def test_everybody_is_known(shell: Shell, folder: Path) -> None:
    """A stranger is refused by every command, even one that only reads."""
    for words in (["status"], ["flow"], ["records"], ["decide", RECORD, "include", "--stage", "full_text"]):
        said = shell("-C", folder, "--as", "Z", *words, "--json")
        assert (said.code, said.error["field"]) == (1, "--as")
        assert "A, B, C, D, E" in str(said.error["expected"])


def test_a_new_review_from_the_command_line(shell: Shell, tmp_path: Path) -> None:
    """init, check, adopt, import, dedup, status, flow, doctor: the first day of a review."""
    folder = tmp_path / "new"
    assert shell("init", folder, "--json").data["group"] is False
    assert shell("-C", folder, "status").code == 1
    assert shell("-C", folder, "protocol", "check", "--json").data["ok"] is True
    assert shell("-C", folder, "--as", "C", "protocol", "adopt", "--reason", "first").code == 0
    assert shell("-C", folder, "protocol", "diff", "--json").data["changes"] == []
    export = tmp_path / "export.csv"
    export.write_text("Title,Source key\nA made-up trial of a drug,K1\nAnother trial,K2\n", "utf-8")
    done = shell("-C", folder, "--as", "A", "import", export, "--database", "embase", "--json").data
    assert (done["records"], done["imports"][0]["new"], done["skipped"]) == (2, 2, [])
    assert shell("-C", folder, "dedup", "--json").data["compared"] == 0
    assert shell("-C", folder, "--as", "A", "status", "--json").data["waiting"]["title_abstract"] == 2
    flow = shell("-C", folder, "flow", "--json").data
    assert flow["db_found"] == {"Embase": 2}
    assert flow["provisional"] is True
    assert all(identity["holds"] for identity in flow["identities"])
    assert shell("-C", folder, "doctor", "--json").data == {"ok": True, "findings": []}
    assert shell("init", folder, "--json").error["message"] == "the folder is not empty"


def test_json_is_one_object_without_nan(shell: Shell, folder: Path) -> None:
    """Every reading command gives one JSON object; the table form is no JSON and not empty."""
    reading = (
        ["status"],
        ["doctor"],
        ["search", "list"],
        ["records"],
        ["duplicates", "list"],
        ["conflicts"],
        ["fulltext", "wanted"],
        ["studies", "list"],
        ["extraction", "compare"],
        ["rob"],
        ["flow"],
        ["protocol", "check"],
    )
    for words in reading:
        said = shell("-C", folder, "--as", "A", *words, "--json")
        assert (said.code, said.err) == (0, ""), words
        assert said.data is not None
        talk = shell("-C", folder, "--as", "A", *words)
        assert talk.code == 0
        with pytest.raises(json.JSONDecodeError):
            json.loads(talk.out)
