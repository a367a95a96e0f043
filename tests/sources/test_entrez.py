"""The PubMed client against the local server: the normal way, the ceilings, and every fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import InputError, SourceError
from screener.sources import Entrez, SearchAnswer
from screener.sources.pace import Pace
from tests.entrez_server import BaseUrl, Corpus, serve
from tests.sources.samples import article, article_set


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("pubmed")
    articles = [
        article(str(1000 + n), f"Colon trial number {n}.", pubdate=f"<Year>{2010 + n}</Year>")
        for n in range(7)
    ]
    (where / "a.xml").write_bytes(article_set(*articles, article("2000", "About the rectum.")))
    return where


@pytest.fixture
def server(folder: Path) -> Iterator[BaseUrl]:
    with serve(folder) as url:
        yield url


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def pubmed(server: BaseUrl, sleeps: list[float]) -> Entrez:
    return Entrez(base_url=server, email="somebody@example.org", sleep=sleeps.append, timeout=10)


def fetched(pubmed: Entrez, answer: SearchAnswer, **options: object) -> list[str | None]:
    pages = pubmed.fetch(answer, **options)  # type: ignore[arg-type]
    return [entry.citation.pmid for page in pages for entry in page.entries]


SEVEN = ["1006", "1005", "1004", "1003", "1002", "1001", "1000"]


def test_search_and_fetch(pubmed: Entrez, server: BaseUrl) -> None:
    answer = pubmed.search("colon[ti] AND trial[tiab]")
    assert (answer.count, list(answer.keys), answer.errors, answer.warnings) == (7, SEVEN, (), ())
    assert "colon" in answer.query_translation
    pages = list(pubmed.fetch(answer, page=3))
    assert [len(page.entries) for page in pages] == [3, 3, 1]
    assert [e.position for page in pages for e in page.entries] == [1, 2, 3, 4, 5, 6, 7]
    assert [e.citation.pmid for page in pages for e in page.entries] == SEVEN
    assert all(not page.bad and not page.missing for page in pages)
    assert pages[0].entries[0].raw.startswith(b"<PubmedArticle>")
    for _, _, parameters in server.requests:
        assert parameters["tool"] == "screener"
        assert parameters["email"] == "somebody@example.org"
        assert "api_key" not in parameters


def test_nothing_found_is_an_answer_with_its_warnings(pubmed: Entrez) -> None:
    answer = pubmed.search('zzyxx OR "no such phrase"[ti] OR colonn[nofield]')
    assert (answer.count, answer.keys) == (0, ())
    assert "PhraseNotFound: zzyxx" in answer.errors
    assert "FieldNotFound: nofield" in answer.errors
    assert "No items found." in answer.warnings
    assert any(text.startswith("QuotedPhraseNotFound") for text in answer.warnings)
    assert list(pubmed.fetch(answer)) == []


def test_long_term_goes_by_post(pubmed: Entrez, server: BaseUrl) -> None:
    answer = pubmed.search(" OR ".join(["colon[ti]"] * 200))
    assert answer.count == 7
    assert server.requests[-1][0] == "POST"


def test_skip_asks_for_the_others_by_id(pubmed: Entrez, server: BaseUrl) -> None:
    answer = pubmed.search("colon[ti]")
    assert fetched(pubmed, answer, skip=frozenset(SEVEN[:5])) == SEVEN[5:]
    assert server.requests[-1][2]["id"] == "1001,1000"
    assert fetched(pubmed, answer, skip=frozenset(SEVEN)) == []


def test_a_stored_result_set_is_never_needed(pubmed: Entrez, server: BaseUrl) -> None:
    pages = pubmed.fetch(pubmed.search("colon[ti]"), page=3)
    first = next(pages)
    server.forget()
    rest = [entry.citation.pmid for page in pages for entry in page.entries]
    assert [e.citation.pmid for e in first.entries] + rest == SEVEN


def test_record_left_out_of_a_page_is_asked_for_again(pubmed: Entrez, server: BaseUrl) -> None:
    answer = pubmed.search("colon[ti]")
    server.fault("missing", on="efetch")
    (page,) = pubmed.fetch(answer)
    assert [e.citation.pmid for e in page.entries] == SEVEN
    assert page.missing == ()
    assert server.requests[-1][2]["id"] == "1006"


def test_record_that_is_gone_is_missing(pubmed: Entrez, server: BaseUrl) -> None:
    answer = pubmed.search("colon[ti]")
    server.hide("1003", "1001")
    (page,) = pubmed.fetch(answer)
    assert page.missing == ("1003", "1001")
    assert len(page.entries) == 5


def test_broken_record_is_bad_not_missing(sleeps: list[float]) -> None:
    from tests.entrez_server.corpus import records_of

    whole = article_set(article("1", "Colon."), article("2", "Colon."))
    broken = whole.replace(b"</Volume>", b"</Volum>", 1)
    with serve(Corpus(records_of(broken))) as url:
        pubmed = Entrez(base_url=url, sleep=sleeps.append)
        (page,) = pubmed.fetch(pubmed.search("colon[ti]"))
    assert [e.citation.pmid for e in page.entries] == ["2"]
    assert [b.position for b in page.bad] == [2]
    assert page.missing == ()


@pytest.mark.paced
@pytest.mark.parametrize("kind", ["429", "500", "json", "html", "short", "cut", "empty", "drop"])
@pytest.mark.parametrize("utility", ["esearch", "efetch"])
def test_passing_faults_are_tried_again(
    pubmed: Entrez,
    server: BaseUrl,
    sleeps: list[float],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    utility: str,
) -> None:
    """Three failures, three pauses, each longer than the one before; the pace itself is tested apart."""
    monkeypatch.setattr(Pace, "wait", lambda _: 0.0)
    server.fault(kind, times=3, on=utility)
    assert fetched(pubmed, pubmed.search("colon[ti]")) == SEVEN
    assert len(server.requests) == 5
    assert len(sleeps) == 3
    assert sleeps[0] < sleeps[1] < sleeps[2]


@pytest.mark.parametrize("kind", ["backend", "list"])
def test_passing_faults_of_the_search(pubmed: Entrez, server: BaseUrl, kind: str) -> None:
    server.fault(kind, times=2, on="esearch")
    assert pubmed.search("colon[ti]").count == 7


@pytest.mark.parametrize("kind", ["429", "500", "json", "html", "short", "cut", "empty", "drop", "backend"])
def test_lasting_faults_are_never_nought_results(pubmed: Entrez, server: BaseUrl, kind: str) -> None:
    server.fault(kind, times=99)
    with pytest.raises(SourceError, match="is down or cannot be reached"):
        pubmed.search("colon[ti]")
    assert len(server.requests) == 5


@pytest.mark.paced
def test_retry_after_is_honoured(pubmed: Entrez, server: BaseUrl, sleeps: list[float]) -> None:
    server.fault("429", retry_after="17")
    pubmed.search("colon[ti]")
    assert 17.0 in sleeps


def test_nobody_listens(sleeps: list[float], folder: Path) -> None:
    with serve(folder) as url:
        closed = str(url)
    with pytest.raises(SourceError, match="cannot be reached"):
        Entrez(base_url=closed, sleep=sleeps.append).search("colon")


def test_default_address_is_ncbis() -> None:
    from screener.sources.entrez_http import NCBI, Line

    line = Line(base_url=None, email=None, api_key=None, tool="t", timeout=1, sleep=lambda _: None)
    assert line.base_url == NCBI


def test_records_nobody_asked_for_are_refused(pubmed: Entrez, server: BaseUrl) -> None:
    server.fault("stranger", times=2, on="efetch")
    assert fetched(pubmed, pubmed.search("colon[ti]")) == SEVEN


def test_a_server_that_says_nothing(server: BaseUrl) -> None:
    server.fault("slow")
    assert Entrez(base_url=server, sleep=lambda _: None, timeout=0.2).search("colon[ti]").count == 7


@pytest.mark.paced
def test_rate_is_limited(server: BaseUrl, sleeps: list[float]) -> None:
    pubmed = Entrez(base_url=server, sleep=sleeps.append)
    for _ in range(4):
        pubmed.search("colon[ti]")
    assert len(sleeps) == 3
    assert sleeps == sorted(sleeps)
    assert sleeps[-1] > 0.5


def test_key_is_sent_and_never_shown(server: BaseUrl, sleeps: list[float]) -> None:
    pubmed = Entrez(base_url=server, api_key="s3cret", sleep=sleeps.append)
    pubmed.search("colon[ti]")
    assert server.requests[-1][2]["api_key"] == "s3cret"
    server.fault("500", times=9)
    with pytest.raises(SourceError) as caught:
        pubmed.search("colon[ti]")
    assert "s3cret" not in str(caught.value)


def test_empty_term_and_bad_page(pubmed: Entrez) -> None:
    with pytest.raises(InputError):
        pubmed.search("  ")
    answer = pubmed.search("colon[ti]")
    with pytest.raises(InputError):
        next(iter(pubmed.fetch(answer, page=0)))


@pytest.mark.paced
def test_interrupt_passes_through(server: BaseUrl) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    server.fault("500")
    with pytest.raises(KeyboardInterrupt):
        Entrez(base_url=server, sleep=interrupted).search("colon[ti]")


def test_bio_entrez_is_left_as_it_was(pubmed: Entrez) -> None:
    from Bio import Entrez as bio

    before = bio.urlopen, bio.max_tries, bio.email, bio.tool
    pubmed.search("colon[ti]")
    assert (bio.urlopen, bio.max_tries, bio.email, bio.tool) == before
