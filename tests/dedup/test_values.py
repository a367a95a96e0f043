"""What the engine hands out: text for people, JSON for the store, rows for files, the citation to show."""

from __future__ import annotations

import json

import pytest

from screener.dedup import (
    PairVerdict,
    PersonVerdict,
    Verdict,
    ask_table,
    cluster,
    clusters_table,
    find_pairs,
    open_pairs,
    preferred,
)
from screener.model.errors import InputError

from .made import pair, paper


def test_a_verdict_survives_json() -> None:
    found = pair(paper(doi="10.1000/one"), paper(doi="10.1000/other", issue=None))
    assert found is not None
    assert PairVerdict.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_verdict_explains_itself_in_one_line() -> None:
    found = pair(paper(doi="10.1000/one"), paper(doi="10.1000/other", issue=None))
    assert found is not None
    text = found.describe()
    assert text.startswith("ask, 0.")
    assert "same title, authors and place" in text
    assert "agree: title, authors, year, journal, volume, pages" in text
    assert "differ: doi" in text
    assert "unknown: pmid, issue, abstract" in text
    assert text.endswith("against: two DOIs")
    assert "\n" not in text


def test_scores_lie_between_0_and_1_and_rise_with_agreement() -> None:
    poor = pair(paper(), paper(authors=(), volume=None, issue=None))
    full = pair(paper(pmid="1", doi="10.1000/x1"), paper(pmid="1", doi="10.1000/x1"))
    assert poor is not None
    assert full is not None
    assert 0 < poor.score < full.score <= 1


def test_tables_use_the_smallest_member_in_natural_order() -> None:
    unlike = {"title": "A survey of telescopes", "authors": ("Brandt, Kim",), "volume": "3", "pages": "1-5"}
    citations = {"10": paper(), "9": paper(source="embase"), "11": paper(**unlike, doi=None)}
    pairs = find_pairs(citations)
    assert clusters_table(list(citations), cluster(citations, pairs), pairs) == [
        {"id": "10", "cluster": "9", "reason": "same title, authors and place"},
        {"id": "9", "cluster": "9", "reason": "same title, authors and place"},
        {"id": "11", "cluster": "11", "reason": "single"},
    ]


def test_rules_of_a_cluster_are_joined() -> None:
    citations = {
        "1": paper(pmid="5"),
        "2": paper(pmid="5"),
        "3": paper(doi="10.1000/x1"),
        "4": paper(doi="10.1000/x1"),
    }
    pairs = find_pairs(citations)
    reasons = {row["reason"] for row in clusters_table(list(citations), cluster(citations, pairs), pairs)}
    assert reasons == {"same DOI | same PMID | same title, authors and place"}


def test_a_person_is_named_as_reason() -> None:
    clustering = cluster("ab", [], [PersonVerdict("a", "b", Verdict.SAME)])
    assert {row["reason"] for row in clusters_table("ab", clustering, [])} == {"a person's verdict"}


def test_ask_table() -> None:
    citations = {"10": paper(doi="10.1000/one"), "9": paper(doi="10.1000/other")}
    pairs = find_pairs(citations)
    (row,) = ask_table(pairs, cluster(citations, pairs))
    assert (row["id1"], row["id2"]) == ("9", "10")
    assert 0 < float(row["score"]) < 1
    assert row["reason"] == "same title, authors and place, but: two DOIs"


def test_pairs_joined_by_others_are_not_asked_about() -> None:
    ask = PairVerdict("a", "c", Verdict.ASK, 0.5, "similar title, same authors")
    same = [PairVerdict(a, b, Verdict.SAME, 0.9, "same PMID") for a, b in ("ab", "bc")]
    assert ask_table([ask, *same], cluster("abc", [ask, *same])) == []
    assert len(ask_table([ask], cluster("abc", [ask]))) == 1


def test_two_clusters_are_asked_about_once() -> None:
    """The likeliest of their pairs stands for all; what a person said on any of them answers it."""
    same = [PairVerdict(a, b, Verdict.SAME, 0.9, "same PMID") for a, b in ("ab", "cd")]
    asks = [
        PairVerdict(a, b, Verdict.ASK, score, "same title")
        for a, b, score in (("a", "c", 0.5), ("a", "d", 0.6), ("b", "c", 0.4))
    ]
    pairs = [*same, *asks]
    (asked,) = open_pairs(pairs, cluster("abcd", pairs))
    assert (asked.a, asked.b) == ("a", "d")
    for said in (Verdict.DIFFERENT, Verdict.ASK, Verdict.SAME):
        people = [PersonVerdict("b", "d", said)]
        assert open_pairs(pairs, cluster("abcd", pairs, people), people) == []


def test_preferred() -> None:
    full = paper(source="embase", abstract="Background: much to tell.", doi="10.1000/x1")
    citations = {"a": full, "b": paper(source="clinicaltrials"), "c": paper(), "d": paper(abstract="Short.")}
    assert preferred(citations, "abcd") == "d"
    assert preferred(citations, "ab") == "a"
    assert preferred(citations | {"e": paper()}, "ec") == "c"
    with pytest.raises(InputError):
        preferred(citations, "")
