"""Which pairs are compared: all that a rule could match among those that share a key, and however it is done."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.dedup import Blocks, Policy, Verdict, block_all, find_pairs
from screener.dedup.block import keys_of
from screener.dedup.normalise import outline, prepare
from screener.dedup.rules import BY_WAY_OF_OTHERS, judge
from screener.model.citation import Citation
from screener.steps import deduplication
from screener.store import duplicates as store_duplicates
from tests.builders import add_citations, citation, make_review
from tests.dedup.test_laws import ANYTHING, CITATION

BITS = st.sampled_from(
    ["<i>", "</sub>", "&amp;", "&#x3b1;", "&lt", "word ", "Objective: ", "été", "-", " 12", "a <b ", "\u03b2"]
)
ABSTRACTS = st.lists(BITS, max_size=120).map("".join)
JOURNALS = st.sampled_from([None, "ClinicalTrials.gov", "https://isrctn.com/1", "Heart"])
AUTHORS = st.lists(
    st.sampled_from(
        [
            "Okafor, N",
            "Tan A.Schulze A.",
            "Li and Brandt",
            "Study Group",
            "The Heart Collaborative",
            "et al",
            "; ",
        ]
    ),
    max_size=5,
).map(tuple)


@given(ANYTHING, ABSTRACTS, JOURNALS, AUTHORS, st.sampled_from([(), ("Trial registry record",)]))
@settings(max_examples=300)
def test_an_outline_is_a_part_of_what_is_prepared(
    anything: Citation, abstract: str, journal: str | None, authors: tuple[str, ...], types: tuple[str, ...]
) -> None:
    one = replace(anything, abstract=abstract, journal=journal, authors=authors, publication_types=types)
    short, full = outline(one), prepare("x", one)
    for name in ("title", "original_title", "doi", "pmid", "register_id", "pages", "volume", "issue", "year"):
        assert getattr(short, name) == getattr(full, name)
    assert short.families == full.people.families[:3]
    assert (short.abstract or "")[:60] == (full.abstract or "")[:60]


@given(st.lists(CITATION, max_size=8), st.builds(Policy, st.booleans(), st.booleans()))
@settings(max_examples=200)
def test_no_pair_that_a_rule_matches_is_passed_over(found: list[Citation], policy: Policy) -> None:
    citations = {f"c{n}": one for n, one in enumerate(found)}
    keys = {i: set(keys_of(outline(c))) for i, c in citations.items()}
    wanted = [
        judge(prepare(a, citations[a]), prepare(b, citations[b]), policy)
        for a, b in combinations(citations, 2)
        if keys[a] & keys[b]
    ]
    linked = BY_WAY_OF_OTHERS
    assert [p for p in find_pairs(citations, policy=policy) if p.rule != linked] == [p for p in wanted if p]


@given(st.lists(CITATION, max_size=8), st.integers(0, 8))
def test_blocks_put_together_from_parts_are_those_of_all(found: list[Citation], cut: int) -> None:
    items = [(f"c{n}", one) for n, one in enumerate(found)]
    blocks = Blocks()
    blocks.extend(block_all(items[:cut]))
    blocks.extend(block_all(items[cut:]))
    assert find_pairs(dict(items), blocks=blocks) == find_pairs(dict(items))


def test_a_crowded_block_is_split_by_year_page_and_volume() -> None:
    """200 editorials under one DOI: those of one place are compared, the others are not."""
    one = Citation(source="pubmed", title="Editorial", doi="10.1000/all")
    crowd = {f"e{n:03}": replace(one, year=1800 + n, pages=str(n + 1), volume=str(n)) for n in range(200)}
    assert find_pairs(crowd) == []
    again = replace(crowd["e007"], source="embase")
    (pair,) = find_pairs(crowd | {"e900": again})
    assert (pair.a, pair.b) == ("e007", "e900")


def test_other_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    review = make_review(tmp_path)
    add_citations(review, [citation(n) for n in range(1, 10)])
    add_citations(review, [citation(3, abstract=None, source_key="E3", pmid=None)], "embase")
    # A second version of the seventh, which is the third trial as well.
    add_citations(review, [citation(3, source_key="99000007", pmid=None)])
    snapshot = store_duplicates.Snapshot(review.store)
    alone = find_pairs(snapshot)
    assert len(snapshot) == len(list(snapshot)) == 10
    assert len({i for p in alone if p.verdict is Verdict.SAME for i in (p.a, p.b)}) == 3
    monkeypatch.setattr(deduplication, "_MANY", 1)
    monkeypatch.setattr(deduplication, "_PART", 3)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert deduplication.deduplicate(review).compared == 10
    assert deduplication.engine_pairs(review) == alone
    with review.store.write():
        assert find_pairs(snapshot, blocks=deduplication._blocks(review.store, snapshot)) == alone
