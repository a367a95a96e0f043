"""The worked example at the root of the repository is of one piece: protocol, searches, ledgers."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from screener.model.extraction import FIELDS, Form, item_key
from screener.model.screening import Stage, Vote
from screener.protocol import read_protocol
from screener.sources import read
from screener.sources.queries import read_queries

ROOT = Path(__file__).parents[2]
PROTOCOL = read_protocol(ROOT / "review.toml")
COLUMNS = {
    "decisions": "record,stage,reviewer,vote,reason,note",
    "resolutions": "record,stage,outcome,reason,by,how,confirmed_by,why",
    "duplicates": "a,b,verdict,reviewer,note",
    "retrievals": "record,status,reviewer,note",
    "studies": "study,record,reviewer,note",
    "extraction": "study,reviewer,form,item,field,value",
    "settlements": "study,form,item,field,value,by,why",
}


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "db" / "ledger" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def references() -> set[str]:
    return {
        f"{query.database}:{entry.citation.source_key}"
        for query in read_queries(ROOT / "queries")
        for file in query.files
        for entry in read(ROOT / file).entries
    }


@pytest.mark.parametrize("name", COLUMNS)
def test_ledger_form(name: str) -> None:
    data = (ROOT / "db" / "ledger" / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.decode().split("\n", 1)[0] == COLUMNS[name]


def test_every_file_of_a_search_is_read_whole() -> None:
    queries = read_queries(ROOT / "queries")
    counts = {q.id: sum(len(read(ROOT / f).entries) for f in q.files) for q in queries}
    assert counts == {
        "central": 49,
        "citations": 11,
        "clinicaltrials": 11,
        "conferences": 6,
        "embase": 72,
        "pubmed": 53,
    }
    assert not any(read(ROOT / f).bad for q in queries for f in q.files)
    assert {q.kind for q in queries} == {"database", "register", "citation"}


def test_the_broken_file_belongs_to_no_search() -> None:
    broken = read(ROOT / "queries/results/interrupted-download.ris")
    assert (len(broken.entries), len(broken.bad)) == (2, 1)
    assert not any("interrupted" in f for q in read_queries(ROOT / "queries") for f in q.files)


def test_ledgers_speak_of_citations_that_are_there() -> None:
    known = references()
    named = {
        row["record"] for name in ("decisions", "resolutions", "retrievals", "studies") for row in rows(name)
    }
    named |= {row[side] for row in rows("duplicates") for side in "ab"}
    assert named <= known


def test_votes_and_resolutions_use_the_protocol() -> None:
    for row in rows("decisions"):
        stage = Stage(row["stage"])
        assert PROTOCOL.reviewer(row["reviewer"])
        assert not row["reason"] or PROTOCOL.reason(stage, row["reason"])
        if stage is Stage.FULL_TEXT:
            assert Vote(row["vote"]) is not Vote.MAYBE
            assert bool(row["reason"]) is (row["vote"] == "exclude")
    for row in rows("resolutions"):
        assert row["how"] in {"consensus", "adjudication"}
        assert bool(row["confirmed_by"]) is (row["how"] == "consensus")
        assert row["why"]
        assert not row["reason"] or PROTOCOL.reason(Stage(row["stage"]), row["reason"])


def forms() -> dict[tuple[str, str, str, str], dict[str, str]]:
    found: dict[tuple[str, str, str, str], dict[str, str]] = defaultdict(dict)
    for row in rows("extraction"):
        assert row["field"] in FIELDS[Form(row["form"])]
        values = found[(row["study"], row["reviewer"], row["form"], row["item"])]
        assert row["field"] not in values
        values[row["field"]] = row["value"]
    return found


def test_extraction_uses_the_dictionaries() -> None:
    studies = {row["study"] for row in rows("studies")}
    for (study, _, form, item), values in forms().items():
        assert study in studies
        assert item_key(Form(form), values) == item
        if form == "arm":
            assert PROTOCOL.node_of(values["regimen"]), values["regimen"]
        if form == "effect":
            assert PROTOCOL.population_of(values["population"]), values["population"]
            assert values["outcome"] in {o.id for o in PROTOCOL.outcomes}
            assert ("ci_low" in values) == ("ci_high" in values) == ("ci_level" in values)


def test_settlements_are_of_items_that_were_extracted() -> None:
    items = {(study, form, item) for study, _, form, item in forms()}
    assert {(r["study"], r["form"], r["item"]) for r in rows("settlements")} <= items


def test_liver_limited_and_multiple_sites_have_no_verified_result() -> None:
    rules = [PROTOCOL.population_of(v["population"]) for key, v in forms().items() if key[2] == "effect"]
    counted = Counter(rule.population for rule in rules if rule and rule.population)
    assert set(counted) == {"liver_metastases"}
