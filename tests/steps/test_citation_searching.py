"""Citation searching: references to records, links to records; all of it stored, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, ReviewError, SourceError
from screener.sources import Entrez, Page, SearchAnswer, read_bytes
from screener.sources.clinicaltrials import ClinicalTrials
from screener.sources.entrez_links import CitationText
from screener.sources.reference_list import read_references
from screener.steps.citation_searching import read_reference_file, search_references
from screener.steps.deduplication import deduplicate
from screener.steps.flow import flow
from screener.steps.link_searching import PARTIAL, search_links
from screener.steps.queries import search_log
from screener.steps.resolving import resolve
from screener.steps.review import Review
from screener.store import citations as store_citations
from tests.ctgov_server import serve, study
from tests.sources.samples import article, article_set
from tests.steps.team import make_team

WALKING = "Walking after meals and the mood of bus drivers."
SLEEP = "Sleep, shift work and the risk of invented disease: a cohort study."
SONGS = "Choir singing for tired nurses: a randomised trial."


def paper(pmid: str, title: str, family: str, *, year: int = 2021, doi: str = "", pmcid: str = "") -> str:
    """An article in the Journal of Invented Oncology, volume 7, pages 183-92."""
    ids = f'<ArticleId IdType="doi">{doi}</ArticleId>' if doi else ""
    ids += f'<ArticleId IdType="pmc">{pmcid}</ArticleId>' if pmcid else ""
    names = (
        f"<AuthorList><Author><LastName>{family}</LastName><ForeName>Anna</ForeName></Author>"
        "<Author><LastName>Holm</LastName><ForeName>Bo</ForeName></Author></AuthorList>"
    )
    return article(pmid, title, pubdate=f"<Year>{year}</Year>", ids=ids, front=names)


@dataclass
class PubMed:
    """What the client of PubMed can do, over a few articles; `down` is when it stops answering."""

    entries: dict[str, Entry]
    cited_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)  # by volume and page
    terms: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    down: str = ""
    broken: tuple[BadEntry, ...] = ()

    @classmethod
    def of(cls, *articles: str, **more: Any) -> PubMed:
        entries = read_bytes(article_set(*articles), "made.xml").entries
        return cls({str(each.citation.pmid): each for each in entries}, **more)

    @property
    def client(self) -> Entrez:
        return cast(Entrez, self)

    def search(self, term: str) -> SearchAnswer:
        self._check("search")
        self.terms.append(term)
        low = term.lower()
        keys = tuple(
            pmid
            for pmid, entry in self.entries.items()
            if any(
                value and f"{value.lower()}{end}" in low
                for value, end in (
                    (entry.citation.doi, '"[doi]'),
                    (entry.citation.pmcid, "[pmcid]"),
                    (_folded(entry.citation.title), '"[ti]'),
                )
            )
        )
        return SearchAnswer(term, len(keys), keys)

    def records(self, pmids: Sequence[str]) -> Iterator[Page]:
        self._check("records")
        self.asked += pmids
        yield Page(
            tuple(self.entries[pmid] for pmid in pmids if pmid in self.entries),
            bad=self.broken,
            missing=tuple(pmid for pmid in pmids if pmid not in self.entries),
        )

    def match(self, citations: Sequence[CitationText]) -> tuple[str | None, ...]:
        self._check("match")
        return tuple(self.matches.get(f"{each.volume}:{each.first_page}") for each in citations)

    def links(self, pmids: Sequence[str], kind: str) -> dict[str, tuple[str, ...]]:
        self._check("links")
        if kind == "cited_by":
            return {pmid: self.cited_by.get(pmid, ()) for pmid in pmids}
        back = {pmid: tuple(old for old, new in self.cited_by.items() if pmid in new) for pmid in pmids}
        return dict(back)

    def _check(self, what: str) -> None:
        if self.down == what:
            raise SourceError("PubMed does not answer", field="pubmed")


def _folded(title: str | None) -> str:
    return "".join(ch for ch in (title or "").lower() if ch.isalnum() or ch == " ").replace("  ", " ").strip()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review")
    yield review
    review.close()


@pytest.fixture
def pubmed() -> PubMed:
    return PubMed.of(
        paper("101", WALKING, "Kallio", doi="10.5555/walk.1"),
        paper("102", SLEEP, "Jansen", doi="10.5555/SLEEP(21)2-x", pmcid="PMC7654321"),
        paper("103", SONGS, "Berg"),
    )


def one(text: str, pubmed: PubMed) -> tuple[str | None, str | None, bool]:
    """How a reference was found, which PMID, and whether it is taken."""
    (found,) = resolve(read_references(text), pubmed.client).resolved
    return found.how, found.pmid, found.entry is not None


def stored(review: Review) -> dict[str, int]:
    tables = ("acts", "searches", "citations", "versions", "found", "records", "skipped")
    return {table: int(review.store.value(f"SELECT count(*) FROM {table}")) for table in tables}


# Resolving ---------------------------------------------------------------------------------------


def test_each_way_of_finding(pubmed: PubMed) -> None:
    """A printed PMID, DOI or PMCID, the citation matcher, the title; in this order."""
    pubmed.matches = {"7:183": "103"}
    head = "Berg A, Holm B. Choir singing for tired nurses: a randomised trial. J Invent Oncol."
    assert one("Kallio A. Walking. 2021. PMID: 101", pubmed) == ("PMID printed", "101", True)
    assert one("Kallio A. Walking. 2021. doi:10.5555/WALK.1.", pubmed) == ("DOI", "101", True)
    assert one("Jansen A. Sleep. 2021. doi:10.5555/sleep(21)2-X", pubmed) == ("DOI", "102", True)
    assert one("Jansen A. Sleep. 2021. PMCID: PMC7654321.", pubmed) == ("PMCID", "102", True)
    assert one(f"{head} 2021;7(2):183-92.", pubmed) == ("ECitMatch", "103", True)
    assert one(f"{head} 2021;8(2):99.", pubmed) == ("title", "103", True)


def test_the_next_way_is_tried(pubmed: PubMed) -> None:
    """A PMID that PubMed does not give, and a DOI that it does not know, do not end the search."""
    text = "Kallio A. Walking after meals and the mood of bus drivers. J. 2021;1:5. PMID: 999. doi:10.5555/{}"
    assert one(text.format("walk.1"), pubmed) == ("DOI", "101", True)
    assert one(text.format("unknown"), pubmed) == ("title", "101", True)


def test_identifiers_are_asked_for_together(pubmed: PubMed) -> None:
    """One search for all DOIs of a list, one request for all PMIDs; none is asked for twice."""
    lines = [
        "1. Kallio A. 2021. doi:10.5555/walk.1",
        "2. Jansen A. 2021. doi:10.5555/sleep(21)2-x",
        "3. Kallio A. 2021. doi:10.5555/walk.1",
    ]
    found = resolve(read_references("\n".join(lines)), pubmed.client).resolved
    assert [each.pmid for each in found] == ["101", "102", "101"]
    assert pubmed.terms == ['"10.5555/walk.1"[doi] OR "10.5555/sleep(21)2-x"[doi]']
    assert pubmed.asked == ["101", "102"]


@pytest.mark.parametrize(
    "printed",
    [
        "Berg A. A quite different matter of stones and water in winter. J Invent Oncol. 2021;7(2):183-92.",
        "Berg A. Choir singing for tired nurses: a randomised trial. J Invent Oncol. 2009;7(2):183-92.",
        "Moor X. Choir singing of tired nurses and others in one town. J Invent Oncol. 2021;7(2):183-92.",
    ],
    ids=["another title and the same author", "another year", "a similar title of somebody else"],
)
def test_a_guess_that_does_not_agree_is_left_to_a_person(pubmed: PubMed, printed: str) -> None:
    """What the matcher gives is compared with the record: title, author and year."""
    pubmed.matches = {"7:183": "103"}
    how, pmid, taken = one(printed, pubmed)
    assert (how, pmid, taken) == ("ECitMatch", "103", False)


def test_a_misprinted_pmid_is_noticed(pubmed: PubMed) -> None:
    """A PMID that leads to a paper of other people with another title is not believed."""
    how, pmid, taken = one("Moor X. Stones and water in a cold winter. J Stones. 2021;1:5. PMID: 101", pubmed)
    assert (how, pmid, taken) == ("PMID printed", "101", False)
    text = f"Jansen A, Holm B. {SLEEP} J Invent Oncol. 2021;1:5. PMID: 101"
    assert one(text, pubmed) == ("title", "102", True)


def test_a_title_of_two_records_is_not_taken() -> None:
    """Two records with one title: nothing tells which is meant."""
    twice = PubMed.of(paper("1", SONGS, "Berg"), paper("2", SONGS, "Berg"))
    assert one(f"Berg A, Holm B. {SONGS} J Invent Oncol. 2021;8:9.", twice) == (None, None, False)


# Reference lists ---------------------------------------------------------------------------------

LIST = """References
[1] Kallio A, Holm B. Walking after meals and the mood of bus drivers. J Invent Oncol. 2021;7(2):183-92. PMID: 101.
[2] Moor X. Nobody knows this one at all, or where it is. J Nowhere. 1999;3:4.
[3] Jansen A. Sleep. 2021. https://doi.org/10.5555/sleep(21)2-x (NCT01234567)
[4] Kallio A. Walking. 2021. doi:10.5555/walk.1
"""


def test_a_list_is_one_run(team: Review, pubmed: PubMed) -> None:
    """Found records are stored under the list's name; what is not found is listed; the flow counts them apart."""
    done = search_references(team, read_references(LIST), name="references of pubmed:1", client=pubmed.client)
    assert [item.state for item in done.items] == ["new", "unresolved", "new", "known"]
    assert (done.new, done.changed, done.unchanged, done.repeated) == (2, 0, 0, 1)
    assert done.registered == ("NCT01234567",)
    deduplicate(team)
    (run,) = search_log(team)
    assert (run["query"], run["database"], run["hits"], run["stored"]) == (
        "references of pubmed:1",
        "pubmed",
        4,
        3,
    )
    assert run["finished"]
    row = team.store.row("SELECT s.*, e.missing FROM searches s JOIN search_ends e ON e.search_id = s.id")
    assert row is not None
    assert (row["kind"], row["format"]) == ("citation", "pubmed_xml")
    assert "Nobody knows this one at all" in row["missing"]
    assert "Walking after meals" in row["strategy"]
    drawn = flow(team)
    assert (drawn.db_found, drawn.oth_found, drawn.oth_dup) == ({}, {"Citation searching": 3}, 1)


def test_the_same_list_again_adds_no_record(team: Review, pubmed: PubMed) -> None:
    """Everything is known then; only the run itself is added."""
    for _ in range(2):
        done = search_references(team, read_references(LIST), name="twice", client=pubmed.client)
    assert [item.state for item in done.items] == ["known", "unresolved", "known", "known"]
    assert (done.new, done.unchanged) == (0, 2)
    assert stored(team)["records"] == 2


def test_a_dry_run_stores_nothing(team: Review, pubmed: PubMed) -> None:
    """It says what a run would do."""
    before = stored(team)
    done = search_references(team, read_references(LIST), name="x", client=pubmed.client, dry_run=True)
    assert [item.state for item in done.items] == ["new", "unresolved", "new", "known"]
    assert done.searches == ()
    assert stored(team) == before


def test_trials_of_a_list(team: Review, pubmed: PubMed) -> None:
    """With the register's client the entries of the list's trial numbers are a second run; unknown ones are missing."""
    text = LIST + "[5] The Invented trial. ClinicalTrials.gov NCT90000001. 2020.\n"
    with serve([study(1, "The Invented trial")]) as url:
        register = ClinicalTrials(base_url=url, sleep=lambda _seconds: None)
        done = search_references(team, read_references(text), name="x", client=pubmed.client, trials=register)
    assert (done.registered, dict(done.register)) == (("NCT01234567", "NCT90000001"), {"new": 1})
    assert len(done.searches) == 2
    row = team.store.row(
        "SELECT s.*, e.missing FROM searches s JOIN search_ends e ON e.search_id = s.id WHERE s.id = ?",
        [done.searches[1]],
    )
    assert row is not None
    assert (row["kind"], row["database"], row["hits"]) == ("citation", "clinicaltrials", 2)
    assert row["missing"] == '["NCT01234567"]'
    assert store_citations.find_record(team.store, "clinicaltrials:NCT90000001")


def test_an_unreadable_record(team: Review, pubmed: PubMed) -> None:
    """It stops the run, and nothing is stored; with skip_bad the others go in and it is listed."""
    pubmed.broken = (BadEntry(1, b"<PubmedArticle>", "the article is not well-formed XML"),)
    before = stored(team)
    with pytest.raises(InputError, match="nothing was stored"):
        search_references(team, read_references(LIST), name="x", client=pubmed.client)
    assert stored(team) == before
    done = search_references(team, read_references(LIST), name="x", client=pubmed.client, skip_bad=True)
    assert done.new == 2
    assert stored(team)["skipped"] == len(done.skipped) > 0


@pytest.mark.parametrize("down", ["records", "search", "match"])
def test_nothing_is_stored_when_the_network_fails(team: Review, pubmed: PubMed, down: str) -> None:
    """Wherever it fails, the review is as before."""
    before = stored(team)
    pubmed.down = down
    with pytest.raises(SourceError):
        search_references(team, read_references(LIST), name="x", client=pubmed.client)
    assert stored(team) == before


def test_files_of_references() -> None:
    """UTF-8, UTF-16 and Windows files are read; what is no text or has no reference is refused by name."""
    text = "1. Bär A. Schlaf. 2021. PMID: 101"
    for data in (
        text.encode(),
        text.encode("utf-16"),
        text.encode("cp1252"),
        b"\xef\xbb\xbf" + text.encode(),
    ):
        (found,) = read_reference_file(data, "list.txt")
        assert (found.pmid, found.first_author) == ("101", "Bär A")
    for data in (b"", b" \n ", b"%PDF-1.7\0\0"):
        with pytest.raises(InputError, match=r"list\.txt"):
            read_reference_file(data, "list.txt")


# Links -------------------------------------------------------------------------------------------


def test_forward_and_backward_links(team: Review, pubmed: PubMed) -> None:
    """What is new is fetched; what the review has is counted as found by this search too."""
    pubmed.cited_by = {"101": ("102", "103"), "102": ("103", "888")}
    search_references(team, read_references(LIST), name="x", client=pubmed.client)
    pubmed.asked.clear()
    done = search_links(team, ["pubmed:101", "pubmed:102"], direction="cited_by", client=pubmed.client)
    assert (done.found, done.new, done.known, done.missing) == (3, 1, 1, ("888",))
    assert sorted(pubmed.asked) == ["103", "888"]
    assert done.messages == (PARTIAL,)
    found = team.store.rows(
        "SELECT c.source_key FROM found f JOIN versions v ON v.id = f.version_id "
        "JOIN citations c ON c.id = v.citation_id WHERE f.search_id = ? ORDER BY f.position",
        [done.search],
    )
    assert [row[0] for row in found] == ["102", "103"]
    row = team.store.row("SELECT * FROM searches WHERE id = ?", [done.search])
    assert row is not None
    assert (row["kind"], row["query"], row["hits"]) == ("citation", "cited_by of 2 records", 3)
    assert "101, 102" in row["strategy"]
    back = search_links(team, ["pubmed:103"], direction="references", client=pubmed.client)
    assert (back.found, back.new, back.known) == (2, 0, 2)
    assert deduplicate(team).records == 3
    assert store_citations.find_record(team.store, "pubmed:103")


def test_links_need_a_pmid(team: Review, tmp_path: Path, pubmed: PubMed) -> None:
    """Records without one are named; with none at all there is nothing to ask."""
    from screener.steps.importing import import_file

    file = tmp_path / "one.csv"
    file.write_text("Title,Year,Source key\nA made-up study of nothing,2001,K1\n", "utf-8")
    import_file(team, file, database="embase")
    with pytest.raises(ReviewError, match="PMID"):
        search_links(team, ["embase:K1"], direction="cited_by", client=pubmed.client)
    search_references(team, read_references(LIST), name="x", client=pubmed.client)
    done = search_links(team, ["embase:K1", "pubmed:101"], direction="cited_by", client=pubmed.client)
    assert (done.found, done.without) == (0, ("embase:K1",))


@pytest.mark.parametrize("down", ["links", "records"])
def test_no_links_are_stored_when_the_network_fails(team: Review, pubmed: PubMed, down: str) -> None:
    """Links that were read and records that were not: the review is as before."""
    pubmed.cited_by = {"101": ("103",)}
    search_references(team, read_references(LIST), name="x", client=pubmed.client)
    before = stored(team)
    pubmed.down = down
    with pytest.raises(SourceError):
        search_links(team, ["pubmed:101"], direction="cited_by", client=pubmed.client)
    assert stored(team) == before
