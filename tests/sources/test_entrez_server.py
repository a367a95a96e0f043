"""The imitation itself: PubMed's ceilings, its query language, and that it runs as a program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.entrez_server import BaseUrl, Corpus, serve
from tests.entrez_server.corpus import records_of
from tests.entrez_server.query import run
from tests.sources.samples import RICH_XML, article, article_set


@pytest.fixture(scope="module")
def big() -> Iterator[BaseUrl]:
    one = next(records_of(article_set(article("1", "Colon."))))
    with serve(Corpus(replace(one, pmid=str(n)) for n in range(1, 10_101))) as url:
        yield url


def ask(url: str, utility: str, **values: object) -> str:
    with urlopen(f"{url}{utility}.fcgi?{urlencode({'db': 'pubmed', **values})}") as answer:
        return str(answer.read().decode())


def test_ceilings_of_esearch(big: BaseUrl) -> None:
    first = ask(big, "esearch", term="colon", retmax=20_000)
    assert "<Count>10100</Count>" in first
    assert first.count("<Id>") == 9_999
    assert "adjusted to 0, 9999" in first
    assert ask(big, "esearch", term="colon", retstart=9_990, retmax=10).count("<Id>") == 9
    assert "cannot be larger than 9998" in ask(big, "esearch", term="colon", retstart=9_999)


def test_ceilings_of_efetch(big: BaseUrl) -> None:
    found = ask(big, "esearch", term="colon", usehistory="y")
    webenv = found.split("<WebEnv>")[1].split("<")[0]
    edge = ask(big, "efetch", WebEnv=webenv, query_key=1, retstart=9_500, retmax=500)
    assert edge.count("<PubmedArticle>") == 499
    for values in ({"retstart": 9_999}, {"WebEnv": "unknown"}):
        with pytest.raises(HTTPError) as caught:
            ask(big, "efetch", **{"WebEnv": webenv, "query_key": 1, **values})
        assert caught.value.code == 400
        caught.value.close()
    assert ask(big, "efetch", id="3,99999999,5").count("<PubmedArticle>") == 2


@pytest.mark.parametrize(
    ("term", "pmids"),
    [
        ("kras", ["101"]),
        ('"on survival"[ti]', ["101"]),
        ("surviv*[tiab] NOT kras[tiab]", []),
        ("(kras OR zweite[ti]) AND journal article[pt]", ["102", "101"]),
        ("1978:1979[dp]", ["102"]),
        ('("2021/01/01"[Date - Publication] : "2021/12/31"[Date - Publication])', ["101"]),
        ("2021/06:2021/06[edat]", ["102", "101"]),
        ("101,102[uid]", ["102", "101"]),
        ("101", ["101"]),
        ("1:101[uid]", ["101"]),
        ("neoplasms[mesh] AND english[la]", ["101"]),
        ("all[sb]", ["102", "101"]),
    ],
)
def test_query_language(term: str, pmids: list[str]) -> None:
    assert run(term, Corpus(records_of(RICH_XML))).pmids == pmids


def test_runs_as_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(RICH_XML)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.entrez_server", str(tmp_path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            count, _, rest = process.stdout.readline().partition(" records at ")
            assert count == "2"
            assert "<Count>1</Count>" in ask(rest.strip(), "esearch", term="kras")
        finally:
            process.terminate()
