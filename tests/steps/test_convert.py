"""`convert`: entries go from file to file one at a time, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screener.model.errors import InputError
from screener.steps.files import convert
from screener.steps.importing import BadEntries

GOOD = "TY  - JOUR\nTI  - One\nER  - \n"
BAD = "TY  - JOUR\nN2  - Text only\nER  - \n"


def test_nothing_is_written_when_an_entry_is_bad(tmp_path: Path) -> None:
    source, out = tmp_path / "in.ris", tmp_path / "out.jsonl"
    source.write_text(GOOD + BAD + GOOD + BAD)
    out.write_text("before")
    with pytest.raises(BadEntries) as caught:
        convert([source], out)
    assert [problem.entry for problem in caught.value.problems] == ["entry 2", "entry 4"]
    assert out.read_text() == "before"
    assert sorted(tmp_path.iterdir()) == [source, out]


def test_nothing_is_written_when_a_file_breaks_half_way(tmp_path: Path) -> None:
    source, out = tmp_path / "in.ris", tmp_path / "out.csv"
    source.write_text(GOOD + "PMID- 1\nTI  - T\n")
    with pytest.raises(InputError, match="nbib"):
        convert([source], out)
    assert list(tmp_path.iterdir()) == [source]


def test_bad_entries_are_listed_when_they_are_skipped(tmp_path: Path) -> None:
    first, second, out = tmp_path / "a.ris", tmp_path / "b.csv", tmp_path / "out.jsonl"
    first.write_text(GOOD + BAD)
    second.write_text("Title,Pages\nTwo,2-Mar\n")
    done = convert([first, second], out, skip_bad=True)
    assert [json.loads(line)["title"] for line in out.read_text().splitlines()] == ["One", "Two"]
    assert (done["written"], [each["entry"] for each in done["skipped"]]) == (2, ["entry 2"])
    assert [(each["format"], each["entries"]) for each in done["files"]] == [("ris", 1), ("csv", 1)]
    assert "2-Mar" in done["files"][1]["notes"][0]


def test_columns_are_named(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("Titel;Jahr\nEins;2020\n")
    convert([source], out, columns={"title": "Titel", "year": "Jahr"})
    (line,) = out.read_text().splitlines()
    assert (json.loads(line)["title"], json.loads(line)["year"]) == ("Eins", 2020)
