"""What real exports hold besides good citations: nothing of it joins two works, breaks, or costs without bound."""

from __future__ import annotations

import pytest

from screener.dedup import Verdict, block_all, cluster, find_pairs
from screener.dedup.block import MOST_IN_BLOCK
from screener.model.citation import Citation

from .made import pair, paper, records, verdict

NOTHING = {"authors": (), "journal": None, "year": None, "volume": None, "issue": None, "pages": None}


def test_entries_without_a_title() -> None:
    """They join by identifiers only."""
    assert pair(paper(title=None, **NOTHING), paper(title=None, **NOTHING)) is None
    assert pair(paper(title=""), paper(title="", authors=("Somebody, E",))) is None
    assert verdict(paper(title=None, pmid="7"), paper(pmid="7")) is Verdict.SAME


def test_entries_with_nothing_but_a_title_are_asked_about() -> None:
    assert verdict(paper(**NOTHING), paper(**NOTHING)) is not Verdict.SAME


def test_a_paper_of_three_thousand_authors() -> None:
    crowd = tuple(f"Author{n}, A" for n in range(3000))
    assert verdict(paper(authors=crowd), paper(authors=(*crowd[:3], "et al"))) is Verdict.SAME


def test_one_doi_for_a_whole_supplement() -> None:
    """The DOI of the supplement stands on each of its abstracts."""
    topics = {
        "Liver surgery in an invented cohort": "Okafor, N",
        "Renal stones and diet": "Lindqvist, P",
        "Asthma in children: a registry": "Marchetti, G",
        "Hip fractures after falls": "Tanaka, H",
    }
    found = {
        str(n): paper(doi="10.1000/supplement", title=title, authors=(author,), pages=f"S{n + 10}")
        for n, (title, author) in enumerate(topics.items())
    }
    assert len(records(found)) == len(topics)


@pytest.mark.parametrize("title", ["Editorial", "Reply", "Correspondence", "In this issue", "Book review"])
def test_identical_titles_of_different_works(title: str) -> None:
    authors = (("Okafor, N",), ("Okafor, N",), (), ("Lindqvist, P",))
    found = {
        str(n): paper(title=title, authors=names, issue=str(n + 1), pages=str(100 * n + 1))
        for n, names in enumerate(authors)
    }
    assert len(records(found)) == len(authors)


@pytest.mark.parametrize(
    "doi",
    [
        "https://doi.org/10.1000/ABC.1",
        "doi:10.1000/abc.1.",
        "10.1000/abc.1 [doi]",
        "http://dx.doi.org/10.1000%2Fabc.1",
        "10.1000/abc.1;10.1000/other",
    ],
)
def test_dois_with_junk(doi: str) -> None:
    assert verdict(paper(doi=doi, pages=None), paper(doi="10.1000/abc.1")) is Verdict.SAME


@pytest.mark.parametrize("doi", ["", "n/a", "10.", "doi", "https://example.org/abc"])
def test_what_is_no_doi_says_nothing(doi: str) -> None:
    assert verdict(paper(doi=doi), paper(doi="10.1000/abc.1")) is Verdict.SAME


@pytest.mark.parametrize("year", [None, 0, 3, 9999])
def test_years_missing_or_impossible_join_nothing_by_themselves(year: int | None) -> None:
    other = paper(title="A different paper on different things", authors=("Somebody, E",), year=year)
    assert pair(paper(year=year), other) is None


@pytest.mark.parametrize("count", [50, MOST_IN_BLOCK + 70])
def test_many_citations_of_one_record(count: int) -> None:
    """One cluster, however many; and a veto inside a crowd is still seen."""
    found = {
        f"{n:04}": paper(source="other", title=paper().title.upper() if n % 2 else paper().title)
        for n in range(count)
    }
    assert len(records(found)) == 1
    odd = found | {"zz": paper(title=f"{paper().title} part 2", pages="1320-1330")}
    assert len(records(odd)) == 2


@pytest.mark.parametrize(
    "changes", [{}, NOTHING, {"title": "Editorial", "pages": None}, {"title": None, "doi": "10.1000/x"}]
)
def test_no_block_is_compared_all_with_all(changes: dict[str, object]) -> None:
    """Thousands of entries that share their keys: pairs grow with their number, not with its square."""
    sizes = []
    for count in (1000, 4000):
        entries: list[tuple[str, Citation]] = [(f"{n:05}", paper(**changes)) for n in range(count)]
        sizes.append(len(block_all(entries).candidates()))
    assert sizes[1] <= 5 * sizes[0] + 5
    assert sizes[1] < 4000 * 60


def test_a_crowd_gives_what_pair_by_pair_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at those that read alike as one is a matter of time only."""
    kinds = [
        {},
        {"pages": None},
        {"year": 2015},
        {"doi": "10.1000/a"},
        {"doi": "10.1000/b"},
        {"pages": "1400-9"},
    ]
    found = {f"{n:03}": paper(**kinds[n % len(kinds)]) for n in range(60)}
    crowd = cluster(found, find_pairs(found))
    monkeypatch.setattr("screener.dedup.find._CROWD", 10_000)
    alone = cluster(found, find_pairs(found))
    assert crowd.root_of == alone.root_of
