"""Files as such: what is found in them, what is refused and how, and damage of every kind."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.errors import InputError
from screener.sources import FORMATS, csv_column, read, read_bytes
from tests.sources.samples import ALL, CSV, RICH_XML


@pytest.mark.parametrize("name", ALL)
def test_formats_are_told_by_content(name: str) -> None:
    expected = {
        "xml": "pubmed_xml",
        "nbib": "nbib",
        "ris": "ris",
        "csv": "csv",
        "json": "ctgov_json",
    }[name.split(".")[1]]
    for disguise in (name, "export.txt"):
        assert read_bytes(ALL[name], disguise).format == expected
        assert read_bytes(gzip.compress(ALL[name]), disguise).format == expected
    assert read_bytes(ALL[name], "x", format=expected).format == expected


def test_read_from_disk_plain_and_gz(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.xml", tmp_path / "a.xml.gz"
    plain.write_bytes(RICH_XML)
    packed.write_bytes(gzip.compress(RICH_XML[:700]) + gzip.compress(RICH_XML[700:]))
    assert read(plain).entries == read(str(packed)).entries
    assert read(plain).file == str(plain)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "empty"),
        (b"  \n\r\n", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"%PDF-1.7 and more", "PDF"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x00\x01\x02\x03" * 40, "binary"),
        (b"\xff\xfeT\x00Y\x00 ", "UTF-16"),
        (b"<!DOCTYPE html><html><body>TY  - JOUR</body></html>", "web page"),
        (b"<?xml version='1.0'?>\n<html xmlns='x'><head/></html>", "web page"),
        (b"<?xml version='1.0'?><other/>", "not PubMed's"),
        (b'{"error":"API rate limit exceeded"}', "E-utilities"),
        (b'{"a": 1}\n{"b": 2}\n', "JSON lines"),
        (b'{"a": 1}', "not ClinicalTrials.gov's"),
        (b"just some words\nand more words\n", "cannot be told"),
        (b"<PubmedArticleSet></PubmedArticleSet>", "no entry"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        (gzip.compress(RICH_XML)[:-30], "gzip"),
    ],
)
def test_what_is_no_export_is_refused_by_name(tmp_path: Path, data: bytes, named: str) -> None:
    path = tmp_path / "export.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=named) as caught:
        read(path)
    assert caught.value.file == str(path)
    assert caught.value.expected


def test_missing_file_folder_and_false_gz(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(CSV)
    for path in (tmp_path / "none.ris", tmp_path, tmp_path / "a.csv.gz"):
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.file == str(path)


def test_unknown_format_or_database() -> None:
    with pytest.raises(InputError, match="unknown format") as caught:
        read_bytes(CSV, "x", format="excel")
    assert caught.value.expected == " or ".join(FORMATS)
    with pytest.raises(InputError, match="unknown database"):
        read_bytes(CSV, "x", source="medline")


def test_column_by_position(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title,label\nx1,One,1\nx2,Two\nx3,Three,0\n")
    assert csv_column(path, "Label") == ("1", "", "0")
    assert csv_column(path, "nothing") is None


def test_importing_is_cheap() -> None:
    code = (
        "import sys, json, screener.sources;"
        "heavy = ('Bio', 'lxml', 'rispy', 'textual', 'matplotlib');"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@given(st.sampled_from(sorted(ALL)), st.data())
def test_damage_never_crashes(name: str, data: st.DataObject) -> None:
    """Cut and changed bytes give a result or an InputError, and an entry is never lost without a word."""
    raw = bytearray(ALL[name])
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, len(raw) // 3))
    end = data.draw(st.integers(len(raw) // 3, len(raw)))
    form = data.draw(st.sampled_from([None, *FORMATS]))
    try:
        result = read_bytes(bytes(raw[start:end]), name, format=form)
    except InputError:
        return
    places = [each.position for each in (*result.entries, *result.bad)]
    assert sorted(places) == list(range(1, len(places) + 1))
    assert places
