"""Deduplication of files: the tables of the contract, the unique citations, the report."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from screener import sources
from screener.handoff.citations import write_citations
from screener.model.citation import Citation
from screener.steps.dedup_files import dedup_files

TITLE = "Second-line <i>treatment</i> of liver metastases & 肝転移 α-therapy: an invented trial"
PLACE = {"journal": "Invented Oncology", "year": 2019, "volume": "12", "pages": "101-109"}
AUTHORS = ("Okafor, Ngozi", "Lindqvist, Per")


def entry(**changes: Any) -> Citation:
    return Citation(**({"source": "other", "title": TITLE, "authors": AUTHORS} | PLACE | changes))


ENTRIES = [
    entry(abstract="An abstract that only the first entry has.", registry_ids=("NCT00000001",)),
    entry(title="Another paper altogether on other things", authors=("Tanaka, H",), pages="200-210"),
    entry(doi="10.1000/invented.1", registry_ids=("ISRCTN00000002",), title=TITLE.upper()),
    entry(pmid="12345", source="pubmed", source_key="12345"),
    entry(title=f"{TITLE}: part 2", pages="110-120"),
]


def write(path: Path, entries: list[Citation]) -> Path:
    path.write_text(write_citations(entries, path.suffix[1:]), "utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_unique_citations_keep_every_identifier(tmp_path: Path) -> None:
    """The preferred citation, and what it lacks from its duplicates; the input stays as it was."""
    file = write(tmp_path / "in.jsonl", ENTRIES)
    before = file.read_bytes()
    done = dedup_files([file], tmp_path / "c.csv", out=tmp_path / "unique.jsonl")
    found = [json.loads(line) for line in (tmp_path / "unique.jsonl").read_text("utf-8").splitlines()]
    assert done["clusters"] == len(found) == 3
    (one,) = (f for f in found if f["pmid"] == "12345")
    assert one["source"] == "pubmed"
    assert one["doi"] == "10.1000/invented.1"
    assert set(one["registry_ids"]) == {"NCT00000001", "ISRCTN00000002"}
    assert one["abstract"] == "An abstract that only the first entry has."
    assert file.read_bytes() == before


def test_unique_citations_have_no_duplicates_left(tmp_path: Path) -> None:
    file = write(tmp_path / "in.ris", ENTRIES)
    dedup_files([file], tmp_path / "c.csv", out=tmp_path / "unique.ris")
    again = dedup_files([tmp_path / "unique.ris"], tmp_path / "again.csv")
    assert again["clusters"] == again["entries"] == 3
    assert {r["reason"] for r in rows(tmp_path / "again.csv")} == {"single"}


def test_the_order_of_entries_does_not_matter(tmp_path: Path) -> None:
    groups = []
    for name, some in (("one", ENTRIES), ("other", ENTRIES[::-1])):
        dedup_files([write(tmp_path / f"{name}.jsonl", some)], tmp_path / f"{name}.csv")
        found: dict[str, set[str]] = {}
        for row in rows(tmp_path / f"{name}.csv"):
            place = int(row["id"]) - 1
            found.setdefault(row["cluster"], set()).add(some[place].pages or "")
        groups.append(sorted(map(sorted, found.values())))
    assert groups[0] == groups[1]


def test_the_same_file_twice_is_all_duplicates(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name, ENTRIES) for name in ("a.jsonl", "b.jsonl"))
    done = dedup_files([one, other], tmp_path / "c.csv")
    assert (done["entries"], done["clusters"]) == (10, 3)


def test_the_report_as_a_table_accounts_for_every_pair(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", ENTRIES)
    done = dedup_files([file], tmp_path / "c.csv", report=tmp_path / "r.csv", ask=tmp_path / "ask.csv")
    found = rows(tmp_path / "r.csv")
    assert len(found) == done["pairs"]
    assert {r["record"] for r in found if r["outcome"] == "joined"} == {"1"}
    assert any("numbers in the titles" in r["against"] for r in found if r["outcome"].startswith("apart"))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_as_a_page_stands_alone_and_shows_titles_to_the_letter(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", ENTRIES)
    dedup_files([file], tmp_path / "c.csv", report=tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text("utf-8")
    seen = _Text()
    seen.feed(page)
    assert TITLE in seen.text
    assert not {"i", "script", "link", "img"} & set(seen.tags)
    assert "http" not in page
    assert "(kept)" in seen.text
    assert re.search(r"duplicates taken out\s*2", seen.text)
    assert "numbers in the titles" in seen.text


def test_a_page_of_nothing_but_single_entries(tmp_path: Path) -> None:
    file = write(tmp_path / "in.jsonl", ENTRIES[:2])
    dedup_files([file], tmp_path / "c.csv", report=tmp_path / "r.html", out=tmp_path / "u.ris")
    assert "None." in (tmp_path / "r.html").read_text("utf-8")
    assert len(sources.read(tmp_path / "u.ris").entries) == 2
