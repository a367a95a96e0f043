"""Beyond PubMed's ceiling: parts by day of entry, then by PMID, that add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.errors import InputError, SourceError
from screener.sources import Entrez
from screener.sources.entrez_links import CitationText
from screener.sources.entrez_split import CEILING, Moved, Part, all_pmids
from tests.entrez_server import BaseUrl, Corpus, serve
from tests.entrez_server.corpus import records_of
from tests.sources.samples import article, article_set

MANY = 21_000


def corpus(count: int, days: int, *, undated: int = 0) -> Corpus:
    """Records spread over so many days of entry; some without one."""
    one = next(iter(records_of(article_set(article("1", "Colon.")))))
    first = date(1990, 1, 1)

    def entered(number: int) -> str:
        if number <= undated:
            return "0000/00/00"
        return (first + timedelta(days=number % days)).strftime("%Y/%m/%d")

    return Corpus(
        replace(one, pmid=str(n), entered=entered(n), revised=entered(n)) for n in range(1, count + 1)
    )


@pytest.fixture(scope="module", params=[(5000, 0), (2, 0), (1, 0), (400, 37)], ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[BaseUrl]:
    """Many days; days above the ceiling; a single day; records without a day."""
    days, undated = request.param
    with serve(corpus(MANY, days, undated=undated)) as url:
        yield url


@pytest.fixture
def pubmed(server: BaseUrl) -> Entrez:
    return Entrez(base_url=server, sleep=lambda _: None, timeout=30)


def test_every_record_is_listed_once(pubmed: Entrez) -> None:
    answer = pubmed.search("colon[ti]")
    assert answer.count == len(answer.keys) == MANY
    assert set(answer.keys) == {str(n) for n in range(1, MANY + 1)}
    assert answer.warnings == ()


def test_also_when_every_tenth_request_fails(pubmed: Entrez, server: BaseUrl) -> None:
    server.chaos(0.1, seed=3)
    try:
        answer = pubmed.search("colon[ti]")
    finally:
        server.chaos(0.0)
    assert set(answer.keys) == {str(n) for n in range(1, MANY + 1)}


def test_at_the_ceiling_one_request_does() -> None:
    with serve(corpus(CEILING + 1, 30)) as url:
        pubmed = Entrez(base_url=url, sleep=lambda _: None)
        assert pubmed.search("colon[ti] NOT 1[uid]").count == CEILING
        assert len(url.requests) == 1
        assert pubmed.search("colon[ti]").count == CEILING + 1


def test_a_record_that_comes_in_meanwhile_is_said() -> None:
    """Parts that never add up: the union is given, with a warning that names both numbers."""
    with serve(corpus(CEILING + 500, 300)) as url:
        pubmed = Entrez(base_url=url, sleep=lambda _: None)
        one = next(iter(url.state.corpus.records.values()))
        added = iter(range(900_000, 999_000))

        def grow(_seconds: float) -> None:
            url.state.corpus.put(replace(one, pmid=str(next(added))))

        growing = Entrez(base_url=url, sleep=grow)
        answer = growing.search("colon[ti]")
        assert {str(n) for n in range(1, CEILING + 501)} <= set(answer.keys)
        assert answer.count == len(answer.keys)
        if answer.warnings:
            assert "changed while it was read" in answer.warnings[-1]
        assert pubmed.search("colon[ti]").warnings == ()


def test_revised_since_goes_by_the_days_of_the_database() -> None:
    with serve(corpus(200, 100)) as url:
        pubmed = Entrez(base_url=url, sleep=lambda _: None)
        since = pubmed.revised_since("colon[ti]", date(1990, 1, 1) + timedelta(days=98))
        assert since == {n for n, r in url.state.corpus.records.items() if r.revised >= "1990/04/09"}
        assert 0 < len(since) < 10


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 400), max_size=60),
    st.integers(1, 12),
)
def test_the_parts_of_any_set_are_the_set(days: list[int], ceiling: int) -> None:
    """Whatever the days of entry are, and however low the ceiling."""
    import re

    from screener.sources import entrez_split

    held = {str(n): date(2000, 1, 1) + timedelta(days=day) for n, day in enumerate(days, 1)}

    def ask(term: str) -> Part:
        found = set(held)
        for low, high in re.findall(r'"(\S+)"\[edat\] : "(\S+)"\[edat\]', term):
            found &= {p for p, d in held.items() if low <= d.strftime("%Y/%m/%d") <= high}
        for low, high in re.findall(r"(\d+):(\d+)\[uid\]", term):
            found &= {p for p in held if int(low) <= int(p) <= int(high)}
        return Part(len(found), tuple(sorted(found)[: entrez_split.CEILING]))

    before = entrez_split.CEILING
    entrez_split.CEILING = ceiling
    try:
        assert set(all_pmids("x", len(held), ask)) == set(held)
        with pytest.raises(Moved):
            all_pmids("x", len(held) + 1, ask)
    finally:
        entrez_split.CEILING = before


# Links and citations ---------------------------------------------------------------------------------


@pytest.fixture
def citing() -> Iterator[tuple[BaseUrl, Entrez]]:
    """Record 11 cites 12 and 13; 12 cites 13."""

    def cites(*pmids: str) -> str:
        ids = "".join(
            f'<Reference><ArticleIdList><ArticleId IdType="pubmed">{p}</ArticleId></ArticleIdList></Reference>'
            for p in pmids
        )
        return f"</ArticleIdList><ReferenceList>{ids}</ReferenceList><ArticleIdList>"

    made = [
        article("11", "One.", ids=cites("12", "13")),
        article("12", "Two.", ids=cites("13"), pubdate="<Year>2019</Year>"),
        article("13", "Three."),
    ]
    with serve(Corpus(records_of(article_set(*made)))) as url:
        yield url, Entrez(base_url=url, sleep=lambda _: None)


def test_links_in_both_directions(citing: tuple[BaseUrl, Entrez]) -> None:
    _, pubmed = citing
    assert pubmed.links(["11", "13"], "references") == {"11": ("12", "13"), "13": ()}
    assert pubmed.links(["13", "11"], "cited_by") == {"13": ("12", "11"), "11": ()}
    with pytest.raises(InputError):
        pubmed.links(["11"], "sideways")


def test_citations_are_matched(citing: tuple[BaseUrl, Entrez]) -> None:
    url, pubmed = citing
    journal = "Journal of Invented Oncology"
    wanted = [
        CitationText(journal, "2019", "7", "183", ""),
        CitationText(journal, "2021", "7", "183", ""),
        CitationText("No | such journal", "1999"),
    ]
    assert pubmed.match(wanted) == ("12", None, None)
    url.fault("cut", on="ecitmatch")
    assert pubmed.match(wanted) == ("12", None, None)


def test_links_that_are_down(citing: tuple[BaseUrl, Entrez]) -> None:
    url, pubmed = citing
    url.fault("500", times=99)
    with pytest.raises(SourceError, match="down or cannot be reached"):
        pubmed.links(["11"], "references")
