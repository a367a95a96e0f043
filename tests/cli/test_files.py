"""Commands that work on files alone, in the forms of contracts section 7; any review is ignored."""

from __future__ import annotations

import csv
import gzip
import json
import math
from pathlib import Path

import pytest

from screener.model.citation import Citation
from tests.cli.shell import Shell
from tests.sources.samples import RICH_XML, article, article_set

FIELDS = (
    "source", "source_key", "title", "abstract", "authors", "journal", "year", "volume", "issue", "pages",
    "doi", "pmid", "pmcid", "registry_ids", "language", "publication_types", "keywords",
)  # fmt: skip
TWINS = """id,Title,Authors,Year,DOI,PMID,Journal,Volume,Pages
b1,Drug A or placebo in cancer: a randomised trial,"Meyer, Anna; Okafor, Ben",2020,10.5555/x.1,11,Trials,5,101-110
a9,Drug A or placebo in cancer: a randomised trial,"Meyer, Anna; Okafor, Ben",2020,10.5555/X.1,,Trials,5,101-110
c3,Cooling of hair follicles during chemotherapy,"Larsen, Cy",2018,10.5555/y.7,12,Other Journal,2,7-9
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File commands do not care that the folder looks like a broken review."""
    monkeypatch.chdir(tmp_path)
    Path("review.toml").write_text("this is no protocol", "utf-8")
    monkeypatch.setenv("SCREENER_REVIEW", "/nowhere")
    monkeypatch.setenv("SCREENER_REVIEWER", "nobody")


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


# convert -----------------------------------------------------------------------------------------


def test_json_lines(shell: Shell) -> None:
    """A citation a line, all fields of the contract in its order, missing ones null or []."""
    Path("in.xml").write_bytes(RICH_XML)
    assert shell("convert", "in.xml", "-o", "out.jsonl", "--json").data["written"] == 2
    found = lines("out.jsonl")[0]
    assert tuple(found)[: len(FIELDS)] == FIELDS
    assert (found["source"], found["source_key"], found["pmid"], found["year"]) == (
        "pubmed",
        "101",
        "101",
        2021,
    )
    assert found["doi"] == "10.5555/abc.1"
    assert found["authors"][0].startswith("Bär, Ana Lena")  # type: ignore[index]
    assert found["authors"][1] == "The Invented Group"  # type: ignore[index]
    assert "NCT00000001" in found["registry_ids"]  # type: ignore[operator]
    Path("bare.csv").write_text("Title\nOnly a title\n", "utf-8")
    shell("convert", "bare.csv", "-o", "bare.jsonl")
    (bare,) = lines("bare.jsonl")
    assert bare == {**Citation(source="other", title="Only a title").to_dict()}


def test_order_of_several_files_and_gzip(shell: Shell) -> None:
    """Entries come in the order of the files and of the entries; packed files are read as they are."""
    Path("one.xml.gz").write_bytes(gzip.compress(article_set(article("3", "C."), article("1", "A."))))
    Path("two.ris").write_text("TY  - JOUR\nTI  - B\nER  - \n", "utf-8")
    said = shell("convert", "one.xml.gz", "two.ris", "-o", "out.jsonl", "--json").data
    assert [str(line["title"]).rstrip(".") for line in lines("out.jsonl")] == ["C", "A", "B"]
    assert [file["entries"] for file in said["files"]] == [2, 1]


@pytest.mark.parametrize("ending", ["ris", "nbib", "csv"])
def test_what_is_written_can_be_read(shell: Shell, ending: str) -> None:
    """Title, authors, year, DOI and PMID survive a conversion there and back."""
    Path("in.csv").write_text(TWINS, "utf-8")
    assert shell("convert", "in.csv", "-o", f"out.{ending}").code == 0
    assert shell("convert", f"out.{ending}", "-o", "back.jsonl").code == 0
    assert shell("convert", "in.csv", "-o", "first.jsonl").code == 0
    keep = ("title", "authors", "year", "doi", "pmid", "journal")
    first, back = ([{k: line[k] for k in keep} for line in lines(p)] for p in ("first.jsonl", "back.jsonl"))
    assert back == first


def test_bibtex_is_written(shell: Shell) -> None:
    """An entry each, with its title."""
    Path("in.csv").write_text(TWINS, "utf-8")
    assert shell("convert", "in.csv", "-o", "out.bib").code == 0
    text = Path("out.bib").read_text("utf-8")
    assert text.count("\n@") + text.startswith("@") == 3
    assert "Cooling of hair follicles" in text


def test_skip_bad(shell: Shell) -> None:
    """All or nothing, unless --skip-bad: then the rest is written and the bad entries are listed."""
    Path("in.csv").write_text("Title,Year\nOne,2020\nA,B,C,D\nTwo,2021\n", "utf-8")
    assert shell("convert", "in.csv", "-o", "out.jsonl", "--json").error["entry"] == "entry 2"
    assert not Path("out.jsonl").exists()
    said = shell("convert", "in.csv", "-o", "out.jsonl", "--skip-bad", "--json").data
    assert [item["entry"] for item in said["skipped"]] == ["entry 2"]
    assert [line["title"] for line in lines("out.jsonl")] == ["One", "Two"]


# dedup -------------------------------------------------------------------------------------------


def test_clusters(shell: Shell) -> None:
    """A row an entry in the input's order; the cluster is its smallest id; the reason is the rule."""
    Path("in.csv").write_text(TWINS, "utf-8")
    said = shell("dedup", "in.csv", "--clusters", "out.csv", "--out", "unique.ris", "--json").data
    assert (said["entries"], said["clusters"]) == (3, 2)
    assert Path("out.csv").read_text("utf-8").splitlines()[0] == "id,cluster,reason"
    found = rows("out.csv")
    assert [(row["id"], row["cluster"]) for row in found] == [("b1", "a9"), ("a9", "a9"), ("c3", "c3")]
    assert found[2]["reason"] == "single"
    assert found[0]["reason"] == found[1]["reason"] != "single"
    assert Path("unique.ris").read_text("utf-8").count("ER  -") == 2


def test_ids_of_several_files(shell: Shell) -> None:
    """With several files ids carry the file's name; without an id column they count from 1."""
    Path("one.csv").write_text(TWINS, "utf-8")
    Path("two.ris").write_text("TY  - JOUR\nTI  - Something else entirely\nER  - \n", "utf-8")
    assert shell("dedup", "one.csv", "two.ris", "--clusters", "out.csv").code == 0
    assert [row["id"] for row in rows("out.csv")] == ["one.csv:b1", "one.csv:a9", "one.csv:c3", "two.ris:1"]
    assert shell("dedup", "two.ris", "--clusters", "out.csv").code == 0
    assert [row["id"] for row in rows("out.csv")] == ["1"]


def test_pairs_to_ask(shell: Shell) -> None:
    """Pairs that the machine does not merge are listed with their score, and are in two clusters."""
    Path("in.csv").write_text(
        "id,Title,Authors,Year,Journal\n"
        '1,A randomised trial of drug A in liver metastases,"Meyer, Anna; Okafor, Ben",2019,Journal of Trials\n'
        '2,A randomised trial of drug A in liver metastases,"Meyer, Anna; Okafor, Ben",2021,Other Journal\n',
        "utf-8",
    )
    assert shell("dedup", "in.csv", "--clusters", "out.csv", "--ask", "ask.csv").code == 0
    (ask,) = rows("ask.csv")
    assert tuple(ask) == ("id1", "id2", "score", "reason")
    assert (ask["id1"], ask["id2"]) == ("1", "2")
    assert 0 <= float(ask["score"]) <= 1
    assert [row["cluster"] for row in rows("out.csv")] == ["1", "2"]


def test_a_repeated_id_is_an_error(shell: Shell) -> None:
    """A repeated or empty id would make rows that nobody can tell apart."""
    for text in (TWINS.replace("a9,", "b1,"), TWINS.replace("a9,", ",")):
        Path("in.csv").write_text(text, "utf-8")
        said = shell("dedup", "in.csv", "--clusters", "out.csv", "--json")
        assert (said.code, said.error["field"], said.error["entry"]) == (1, "id", "entry 2")
        assert not Path("out.csv").exists()


# hr ----------------------------------------------------------------------------------------------


def test_hr_keys(shell: Shell) -> None:
    """The contract's keys; log HR and SE by the textbook formula; rounding limits around it."""
    said = shell("hr", "--hr", "0.70", "--low", "0.50", "--high", "0.98", "--level", "95", "--json").data
    assert tuple(said) == ("log_hr", "se", "se_min", "se_max", "method", "level", "inverted", "checks")
    assert said["log_hr"] == pytest.approx(math.log(0.70), abs=1e-12)
    assert said["se"] == pytest.approx((math.log(0.98) - math.log(0.50)) / (2 * 1.959963984540054), rel=1e-12)
    assert said["se_min"] < said["se"] < said["se_max"]
    assert (said["level"], said["inverted"]) == (95, False)
    assert {check["status"] for check in said["checks"]} <= {"pass", "warn", "fail"}
    assert all(set(check) == {"name", "status", "message", "values"} for check in said["checks"])


def test_hr_inverted(shell: Shell) -> None:
    """--invert turns the contrast round: the sign changes, the SE does not."""
    given = ["hr", "--hr", "0.70", "--low", "0.50", "--high", "0.98", "--json"]
    said, turned = shell(*given).data, shell(*given, "--invert").data
    assert turned["log_hr"] == pytest.approx(-said["log_hr"], abs=1e-12)
    assert turned["se"] == pytest.approx(said["se"], rel=1e-12)
    assert turned["inverted"] is True


def test_hr_as_text(shell: Shell) -> None:
    """For people: values by name, then a line for each check."""
    said = shell("hr", "--hr", "0.70", "--low", "0.50", "--high", "0.98", "--level", "95")
    assert said.code == 0
    assert "log_hr" in said.out
    assert any(line[:2] in {"+ ", "~ ", "! "} for line in said.out.splitlines())
