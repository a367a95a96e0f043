"""`screener simulate`, in the form of contracts section 7."""

from __future__ import annotations

import csv
import gzip
import io
import math
from pathlib import Path

import pytest

from screener.steps import simulation
from tests.cli.shell import Shell

TOPICS = (
    "beta blocker in heart failure",
    "exercise and heart failure",
    "eczema cream",
    "dry skin of children",
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(count: int = 40, label: str = "wanted", ids: str = "record_id") -> str:
    """Records of four topics in turn, the first two of them included; their ids are r1, r2, ..."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((ids, "Title", "abstract", label))
    for number in range(count):
        topic = TOPICS[number % 4]
        writer.writerow(
            (f"r{number + 1}", f"A trial of {topic}", f"We studied\n{topic}, {number}.", int(number % 4 < 2))
        )
    return text.getvalue()


def test_the_form_of_the_answer(shell: Shell) -> None:
    """Means, and each seed with its figures and its two priors, so that another tool can start from the same."""
    Path("set.csv").write_text(table(), "utf-8")
    said = shell("simulate", "set.csv", "--label", "wanted", "--seeds", "3", "--json")
    assert said.code == 0
    found = said.data
    assert (found["records"], found["includes"]) == (40, 20)
    assert [run["seed"] for run in found["seeds"]] == [0, 1, 2]
    for name in ("wss_95", "recall_10", "loss", "seconds"):
        assert found[name] == pytest.approx(sum(run[name] for run in found["seeds"]) / 3)
    for run in found["seeds"]:
        assert run["wss_95"] == pytest.approx(1 - run["read_95"] / 40 - 0.05)
        one, other = run["priors"]
        assert (one["label"], other["label"]) == (1, 0)
        assert ((one["row"] - 1) % 4 < 2, (other["row"] - 1) % 4 < 2) == (True, False)
        assert all(prior["id"] == f"r{prior['row']}" for prior in run["priors"])
        assert run["stop"]["recall"] >= 0.95
    assert found["loss"] < 0.2
    again = shell("simulate", "set.csv", "--label", "Wanted", "--seeds", "3", "--json").data
    for run in (*found["seeds"], *again["seeds"]):
        del run["seconds"]
    assert again["seeds"] == found["seeds"]


def test_words_for_people(shell: Shell) -> None:
    """A line a seed, and the means; nothing but the table on stdout."""
    Path("set.csv").write_text(table(), "utf-8")
    said = shell("simulate", "set.csv", "--label", "wanted", "--seeds", "2")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "40 records, 20 included; ranked by Title, abstract"
    assert lines[1].split() == [
        "seed",
        "WSS@95",
        "recall",
        "at",
        "10",
        "%",
        "loss",
        "seconds",
        "stopping",
        "rule",
    ]
    assert [line.split()[0] for line in lines[3:]] == ["0", "1", "mean"]


def test_gzip_and_words_as_labels(shell: Shell) -> None:
    """A packed table without ids, with labels in words and a BOM; rows are then named by their number."""
    text = table(ids="other").replace(",1\n", ",Included\n").replace(",0\n", ",excluded\n")
    Path("set.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    found = shell("simulate", "set.csv.gz", "--label", "wanted", "--seeds", "1", "--json").data
    assert all(prior["id"] == str(prior["row"]) for prior in found["seeds"][0]["priors"])
    assert math.isfinite(found["loss"])


def test_the_columns(shell: Shell) -> None:
    """Keywords are read when they are there; --columns says otherwise, a column that is missing is named."""
    rows = [f"A study {n},{'heart' if n % 2 else 'skin'},{n % 2}" for n in range(40)]
    Path("set.csv").write_text("\n".join(["title,keywords,wanted", *rows]), "utf-8")
    ask = ("simulate", "set.csv", "--label", "wanted", "--seeds", "1", "--json")
    found = shell(*ask).data
    assert found["columns"] == ["title", "keywords"]
    assert found["loss"] == pytest.approx(19 / (20 * 20))  # perfect but for the exclude it began with
    titles = shell(*ask, "--columns", "Title").data
    assert titles["columns"] == ["title"]
    assert titles["loss"] > found["loss"]
    assert shell(*ask, "--columns", "title,mesh").error["field"] == "mesh"


@pytest.mark.parametrize(
    ("text", "entry", "words"),
    [
        ("title,wanted\nA,1\nB,\nC,0\nD,\n", "line 3", "the label is missing, and 1 more rows"),
        ('title,wanted\n"A\nb",1\nC,perhaps\n', "line 4", "'perhaps' is no label"),
        ("title,wanted\nA,1\nB,2\n", "line 3", "'2' is no label"),
        ("title,other\nA,1\n", "line 1", "the column 'wanted' is missing"),
        ("doi,wanted\n10.1/a,1\n", "line 1", "no text to rank by"),
        ("title,wanted\nA,1\nB,0,0\n", "line 3", "3 columns, the header has 2"),
        ("title,wanted\nA,0\nB,0\n", None, "no record is labelled include"),
        ("title,wanted\nA,1\nB,1\n", None, "no record is labelled exclude"),
        ("title,wanted\n", None, "no record is labelled include"),
        ("", None, "the file is empty"),
    ],
)
def test_what_is_wrong_and_where(shell: Shell, text: str, entry: str | None, words: str) -> None:
    """Exit code 1, the line and the column of what is at fault, no figures."""
    Path("set.csv").write_text(text, "utf-8")
    said = shell("simulate", "set.csv", "--label", "wanted", "--json")
    assert said.code == 1
    assert words in str(said.error["message"])
    assert (said.error["file"], said.error["entry"]) == ("set.csv", entry)


def test_what_is_no_simulation(shell: Shell) -> None:
    """No seeds, no label, no file."""
    Path("set.csv").write_text(table(), "utf-8")
    assert shell("simulate", "set.csv", "--label", "wanted", "--seeds", "0").code == 1
    assert shell("simulate", "set.csv").code == 2
    assert shell("simulate", "nowhere.csv", "--label", "wanted").code == 1


def test_interrupted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of it: exit 130, nothing on stdout."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    Path("set.csv").write_text(table(), "utf-8")
    monkeypatch.setattr(simulation, "replay", interrupt)
    said = shell("simulate", "set.csv", "--label", "wanted", "--json")
    assert (said.code, said.out) == (130, "")
    assert "interrupted" in said.err
