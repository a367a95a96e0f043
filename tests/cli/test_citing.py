"""Commands of citation searching, against a running server."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.sources.entrez import Entrez
from tests.cli.shell import Shell
from tests.entrez_server import BaseUrl, serve
from tests.sources.samples import article, article_set

WALKING = "Walking after meals and the mood of bus drivers"
SONGS = "Choir singing for tired nurses: a randomised trial"
LIST = f"""An article about nothing

[7] is what its text cites.

参考文献

［1］Kallio A. {WALKING}. J Invent Oncol. 2021;7(2):183-92. PMID: 101.
［2］Berg B. {SONGS}. Journal of Invented Oncology. 2021 Jun;7(2):183-92.
［3］Moor X. Nobody knows this one at all. J Nowhere. 1999;3:4. doi: 10.5555/no-
where.1. NCT01234567
"""


def _by(family: str) -> str:
    return f"<AuthorList><Author><LastName>{family}</LastName><ForeName>Anna</ForeName></Author></AuthorList>"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseUrl]:
    """Three papers; 103 cites 101."""
    cites = (
        '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">101</ArticleId></ArticleIdList>'
    )
    cites += "</Reference></ReferenceList>"
    citing = article("103", "Later work on drivers.", front=_by("Vik")).replace(
        "</PubmedData>", f"{cites}</PubmedData>"
    )
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "made.xml").write_bytes(
        article_set(
            article("101", f"{WALKING}.", front=_by("Kallio")),
            article("102", f"{SONGS}.", front=_by("Berg")),
            citing,
        )
    )
    with serve(corpus) as url:
        monkeypatch.setenv("SCREENER_EUTILS_URL", url)
        defaults = Entrez.__init__.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "sleep", lambda _seconds: None)
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.txt"
    path.write_text(LIST, "utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_references_of_a_file(shell: Shell, file: Path, tmp_path: Path) -> None:
    """Without any review or network: the references with their identifiers, as a table, CSV and JSON."""
    said = shell("references", file)
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == ["［1］", "［2］", "［3］"]
    out = tmp_path / "out.csv"
    found = shell("references", file, "--json", "-o", out).data["references"]
    assert [each["pmid"] for each in found] == ["101", None, None]
    assert (found[2]["doi"], found[2]["registry_ids"]) == ("10.5555/no-where.1", ["NCT01234567"])
    assert (found[1]["first_author"], found[1]["year"], found[1]["title"]) == ("Berg B", 2021, SONGS)
    assert [row["registry_ids"] for row in rows(out)] == ["", "", "NCT01234567"]
    assert [row["volume"] for row in rows(out)] == ["7", "7", "3"]


def test_no_references(shell: Shell, tmp_path: Path) -> None:
    """An empty, a binary and a missing file are named."""
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2")
    for name in ("empty.txt", "binary.txt", "missing.txt"):
        said = shell("references", tmp_path / name, "--json")
        assert said.code == 1
        assert name in str(said.error["file"])


@pytest.mark.usefixtures("server")
def test_search_references(shell: Shell, folder: Path, file: Path, tmp_path: Path) -> None:
    """Found ones are stored as a citation search and deduplicated; the others are written for a person."""
    left = tmp_path / "left.csv"
    words = ("search", "references", file, "-C", folder, "--as", "C", "--json")
    dry = shell(*words, "--dry-run").data
    assert (dry["searches"], dry["records"]) == ([], None)
    done = shell(*words, "--unresolved", left).data
    assert done["states"] == {"new": 2, "known": 0, "unsure": 0, "unresolved": 1}
    assert [each["how"] for each in done["references"]] == ["PMID printed", "ECitMatch", None]
    assert [each["pmid"] for each in done["references"]] == ["101", "102", None]
    assert done["records"] == 8
    (row,) = rows(left)
    assert (row["state"], row["doi"], row["first_author"]) == ("unresolved", "10.5555/no-where.1", "Moor X")
    log = shell("search", "list", "-C", folder, "--json").data["searches"]
    assert (log[-1]["query"], log[-1]["hits"], log[-1]["finished"]) == ("references of list.txt", 3, True)
    again = shell(*words[:-1])
    assert again.code == 0
    assert "2 known" in again.out


@pytest.mark.usefixtures("server")
def test_search_links(shell: Shell, folder: Path, file: Path) -> None:
    """Forward and backward, with the warning that PubMed's links are not complete."""
    options = ("-C", folder, "--as", "C")
    assert shell("search", "references", file, *options).code == 0
    said = shell("search", "links", "pubmed:101", "--direction", "cited_by", *options)
    assert said.code == 0
    assert "1 new" in said.out
    assert "part of the citations only" in said.out
    back = shell("search", "links", "pubmed:103", "--direction", "references", *options, "--json").data
    assert (back["found"], back["new"], back["known"]) == (1, 0, 1)
    assert back["links"] == {"103": ["101"]}


def test_a_server_that_is_down(shell: Shell, folder: Path, file: Path, server: BaseUrl) -> None:
    """It is a message with exit code 1, and nothing is stored."""
    options = ("-C", folder, "--as", "C", "--json")
    server.fault("500", times=1000)
    said = shell("search", "references", file, *options)
    assert (said.code, said.error["kind"]) == (1, "source")
    assert len(shell("search", "list", *options).data["searches"]) == 1
