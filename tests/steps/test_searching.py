"""Citations come in: files all or nothing, and PubMed searches that can be interrupted."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from screener.model.errors import InputError, ReviewError, SourceError
from screener.sources import Entrez, Query
from screener.steps import deduplication, queries
from screener.steps.flow import flow
from screener.steps.importing import About, BadEntries, import_file, import_files
from screener.steps.review import Review
from screener.steps.searching import run_query
from screener.store import citations as store_citations
from screener.store.ledger import count_acts
from tests.entrez_server import BaseUrl, serve
from tests.sources.samples import article, article_set
from tests.steps.team import make_team, queue

HEAD = "Title,Abstract,Authors,Year,Source key"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review")
    yield review
    review.close()


def rows(*numbers: int, abstract: str = "text") -> list[str]:
    return [
        f'A made-up trial number {n} of a drug,"{abstract} {n}","Author{n}, Anna",20{n % 20:02d},K{n}'
        for n in numbers
    ]


def file(folder: Path, name: str, lines: Iterable[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([HEAD, *lines, ""]), "utf-8")
    return path


def counts(review: Review) -> dict[str, int]:
    tables = ("acts", "searches", "citations", "versions", "found", "skipped", "records", "members")
    return {table: int(review.store.value(f"SELECT count(*) FROM {table}")) for table in tables}


# Files -------------------------------------------------------------------------------------------


def test_import_stores_every_entry(team: Review, tmp_path: Path) -> None:
    """Each entry is a citation and a record in the file's order; its bytes are kept as given."""
    lines = rows(3, 1, 2)
    done = import_file(team, file(tmp_path, "one.csv", lines), database="embase")
    assert (done.hits, done.new, done.changed, done.unchanged, done.repeated) == (3, 3, 0, 0, 0)
    order = [store_citations.sources_of(team.store, record)[0]["source_key"] for record in queue(team, "A")]
    assert order == ["K3", "K1", "K2"]
    record = store_citations.find_record(team.store, "embase:K1")
    version = store_citations.current_version(team.store, record)
    assert store_citations.raw_entry(team.store, version) == lines[1].encode()


def test_one_bad_entry_stops_the_file(team: Review, tmp_path: Path) -> None:
    """By default nothing goes in, and every bad entry is listed with its place."""
    lines = [*rows(1), "too,few", *rows(2), "a,b,c,d,e,far,too,many", *rows(3)]
    before = counts(team)
    with pytest.raises(BadEntries) as caught:
        import_file(team, file(tmp_path, "bad.csv", lines), database="embase")
    assert [problem.entry for problem in caught.value.problems] == ["entry 2", "entry 4"]
    assert "bad.csv" in str(caught.value)
    assert caught.value.expected is not None
    assert "--skip-bad" in caught.value.expected
    assert counts(team) == before


def test_skip_bad_takes_the_rest(team: Review, tmp_path: Path) -> None:
    """With skip_bad the good entries go in; the bad ones stay in the hits, and leave the flow as removed."""
    lines = [*rows(1), "too,few", *rows(2)]
    done = import_file(team, file(tmp_path, "bad.csv", lines), database="embase", skip_bad=True)
    assert (done.hits, done.new, len(done.skipped)) == (3, 2, 1)
    assert done.to_dict()["skipped"][0]["entry"] == "entry 2"
    found = flow(team)
    assert found.db_found == {"Embase": 3}
    assert (found.other_removed, found.screened) == (1, 2)


def test_repeats_within_a_file(team: Review, tmp_path: Path) -> None:
    """An entry given twice is one record, counted twice as found and once as duplicate; at any distance."""
    lines = [*rows(*range(1, 600)), *rows(1, 599)]
    done = import_file(team, file(tmp_path, "long.csv", lines), database="embase")
    assert (done.hits, done.new, done.repeated, done.unchanged) == (601, 599, 2, 0)
    found = flow(team)
    assert (found.db_found, found.dup_removed, found.screened) == ({"Embase": 601}, 2, 599)


def test_the_same_file_twice_adds_nothing(team: Review, tmp_path: Path) -> None:
    """No citation, version or record is added, the flow is as before; that it was run is logged."""
    path = file(tmp_path, "one.csv", rows(1, 2, 3))
    import_file(team, path, database="embase")
    deduplication.deduplicate(team)
    before, drawn = counts(team), flow(team).to_dict()
    again = import_file(team, path, database="embase")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    after = counts(team)
    for table in ("citations", "versions", "records", "members", "skipped"):
        assert after[table] == before[table]
    assert after["searches"] == before["searches"] + 1
    assert flow(team).to_dict() == drawn


def test_a_changed_entry_is_a_version(team: Review, tmp_path: Path) -> None:
    """The new version stands beside the old one, is shown from now on, and is compared again."""
    import_file(team, file(tmp_path, "old.csv", rows(1, 2)), database="embase")
    deduplication.deduplicate(team)
    drawn = flow(team).to_dict()
    done = import_file(
        team, file(tmp_path, "new.csv", [*rows(1, abstract="corrected"), *rows(2)]), database="embase"
    )
    assert (done.new, done.changed, done.unchanged) == (0, 1, 1)
    record = store_citations.find_record(team.store, "embase:K1")
    assert store_citations.citations(team.store, [record])[record].abstract == "corrected 1"
    assert team.store.value("SELECT count(*) FROM versions WHERE citation_id = ?", [record]) == 2
    assert deduplication.deduplicate(team).compared == 1
    assert flow(team).to_dict() == drawn


def test_a_changed_entry_is_judged_anew(team: Review, tmp_path: Path) -> None:
    """A verdict is on two citations as they stood: corrected into another paper, it leaves the record."""
    head = "Title,Authors,Year,Journal,Volume,Pages,DOI,Source key"
    paper = 'Drug A in advanced disease,"Kallio, Anna",2019,Made-up Trials,12,100-110,10.99999/a'
    other = 'Diet and sleep of shift workers,"Jansen, Bo",2004,Nutrition Notes,3,5-9,10.99999/b'

    def bring(name: str, line: str, database: str) -> None:
        path = tmp_path / name
        path.write_text(f"{head}\n{line}\n", "utf-8")
        import_file(team, path, database=database)

    bring("a.csv", f"{paper},K1", "embase")
    bring("b.csv", f"{paper},K2", "scopus")
    deduplication.deduplicate(team)
    one = store_citations.find_record(team.store, "embase:K1")
    assert store_citations.find_record(team.store, "scopus:K2") == one

    bring("c.csv", f"{other},K2", "scopus")
    deduplication.deduplicate(team)

    assert store_citations.find_record(team.store, "scopus:K2") != one


def test_gzip_is_the_same_file(team: Review, tmp_path: Path) -> None:
    """A packed copy of an export brings the same citations."""
    path = file(tmp_path, "one.csv", rows(1, 2))
    packed = tmp_path / "one.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert import_file(team, packed, database="embase").new == 2
    assert import_file(team, path, database="embase").unchanged == 2


def test_several_files_are_one_import(team: Review, tmp_path: Path) -> None:
    """If the second of two files is bad, the first does not go in either."""
    good, bad = file(tmp_path, "good.csv", rows(1)), file(tmp_path, "bad.csv", [*rows(2), "x"])
    before = counts(team)
    with pytest.raises(BadEntries, match=r"bad\.csv"):
        import_files(team, [good, bad], database="embase")
    assert counts(team) == before
    assert [run.new for run in import_files(team, [good, bad], database="embase", skip_bad=True)] == [1, 1]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"database": "googleplex"}, "--database"),
        ({"searched_on": "31/07/2023"}, "--date"),
        ({"searched_on": "2023-02-30"}, "--date"),
        ({"searched_on": "2099-01-01"}, "--date"),
        ({"format": "endnote"}, "format"),
    ],
)
def test_what_cannot_be_said_of_a_file(
    team: Review, tmp_path: Path, options: dict[str, str], field: str
) -> None:
    """A wrong option is named before anything is written."""
    path = file(tmp_path, "one.csv", rows(1))
    before = counts(team)
    said = About(searched_on=options.pop("searched_on", None))
    with pytest.raises(InputError) as caught:
        import_file(team, path, said=said, **{"database": "embase", **options})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert counts(team) == before


def test_a_register_and_another_method(team: Review, tmp_path: Path) -> None:
    """ClinicalTrials.gov counts as a register by itself; citation searching is another column."""
    first = import_file(team, file(tmp_path, "a.csv", rows(1)), database="clinicaltrials")
    second = import_file(
        team, file(tmp_path, "b.csv", rows(2)), database="pubmed", said=About(kind="citation")
    )
    assert (first.kind, second.kind) == ("register", "citation")
    found = flow(team)
    assert (found.reg_found, found.oth_found) == ({"ClinicalTrials.gov": 1}, {"Citation searching": 1})


def test_nobody_imports(team: Review, tmp_path: Path) -> None:
    """Whoever imports is known."""
    with pytest.raises(ReviewError, match="not known who you are"):
        import_file(team.as_person(None), file(tmp_path, "a.csv", rows(1)), database="embase")


# PubMed ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """450 articles about a drug: three pages."""
    folder = tmp_path_factory.mktemp("corpus")
    articles = [article(str(1000 + n), f"Made-up trial {n} of zzdrug.") for n in range(450)]
    (folder / "all.xml").write_bytes(article_set(*articles))
    return folder


@pytest.fixture
def server(corpus: Path) -> Iterator[BaseUrl]:
    with serve(corpus) as url:
        yield url


def client(url: BaseUrl) -> Entrez:
    return Entrez(base_url=url, sleep=lambda _: None)


def saved(term: str = "zzdrug[ti]", database: str = "pubmed") -> Query:
    return Query(
        id="drug",
        database=database,
        platform="PubMed",
        strategy=term,
        term=term,
        limits=(),
        kind="database",
        files=(),
        date=date(2023, 7, 31),
        by="C",
    )


def test_a_search_stores_what_pubmed_counts(team: Review, server: BaseUrl) -> None:
    """Every record found is stored once, and the run is logged with its translation and count."""
    done = run_query(team, saved(), client(server))
    assert (done.hits, done.new, done.missing, done.skipped) == (450, 450, (), ())
    (run,) = queries.search_log(team)
    assert (run["hits"], run["stored"], run["finished"], run["by"]) == (450, 450, True, "C")
    assert run["query_translation"]
    assert flow(team).db_found == {"PubMed": 450}


def test_a_refresh_adds_only_what_is_new(team: Review, server: BaseUrl) -> None:
    """Running a finished query again is a new run that finds everything known."""
    run_query(team, saved(), client(server))
    again = run_query(team, saved(), client(server))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 450)
    assert len(queries.search_log(team)) == 2
    assert flow(team).db_found == {"PubMed": 450}


def fetched(server: BaseUrl) -> list[str]:
    """PMIDs asked for by list, over all requests so far."""
    return [
        pmid
        for _, utility, values in server.requests
        if utility == "efetch" and "id" in values
        for pmid in values["id"].split(",")
    ]


@pytest.mark.parametrize("pages", [1, 2])
def test_an_interrupted_search_continues(team: Review, server: BaseUrl, pages: int) -> None:
    """Interrupted after some pages: they are kept, the run is unfinished; the next run fetches the rest only."""
    seen = []

    def interrupt(_what: str, done: int, _total: int | None) -> None:
        seen.append(done)
        if len(seen) == pages + 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_query(team, saved(), client(server), progress=interrupt)
    (run,) = queries.search_log(team)
    assert (run["stored"], run["finished"]) == (200 * pages, False)
    done = run_query(team, saved(), client(server))
    assert done.new == 450
    assert len(fetched(server)) == 450
    assert len(set(fetched(server))) == 450
    (run,) = queries.search_log(team)
    assert (run["stored"], run["hits"], run["finished"]) == (450, 450, True)
    assert team.store.value("SELECT count(*) FROM citations") == 450
    found = flow(team)
    assert (found.db_found, found.dup_removed) == ({"PubMed": 450}, 0)


def test_a_server_that_goes_down(team: Review, server: BaseUrl) -> None:
    """When PubMed fails in the middle what came is kept and said to be unfinished."""
    real = client(server)

    class Failing(Entrez):
        def fetch(self, *args: object, **kwargs: object) -> Iterator[object]:  # type: ignore[override]
            for number, page in enumerate(real.fetch(*args, **kwargs)):  # type: ignore[arg-type]
                if number == 1:
                    server.fault("500", 50)
                yield page

    with pytest.raises(SourceError, match="down or cannot be reached"):
        run_query(team, saved(), Failing(base_url=server, sleep=lambda _: None))
    server.state.faults.clear()
    (run,) = queries.search_log(team)
    assert run["finished"] is False
    assert 0 < run["stored"] < 450
    run_query(team, saved(), client(server))
    (run,) = queries.search_log(team)
    assert (run["stored"], run["finished"]) == (450, True)


def test_a_search_that_fails_leaves_nothing(team: Review, server: BaseUrl) -> None:
    """If the search itself fails there is no run in the log."""
    server.fault("500", 50, on="esearch")
    before = count_acts(team.store)
    with pytest.raises(SourceError):
        run_query(team, saved(), client(server))
    assert count_acts(team.store) == before


def test_records_that_pubmed_withholds_are_listed(team: Review, server: BaseUrl) -> None:
    """PMIDs that are counted but not given are named in the run and in the log."""
    server.hide("1001", "1449")
    done = run_query(team, saved(), client(server))
    assert (done.new, sorted(done.missing)) == (448, ["1001", "1449"])
    assert queries.search_log(team)[0]["missing"] == ["1001", "1449"]


def test_another_term_is_another_run(team: Review, server: BaseUrl) -> None:
    """An interrupted run is not continued with a changed term."""

    def interrupt(_what: str, done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_query(team, saved(), client(server), progress=interrupt)
    done = run_query(team, saved("zzdrug[ti] AND 1000:1009[uid]"), client(server))
    assert done.hits == 10
    assert [(run["stored"], run["finished"]) for run in queries.search_log(team)] == [
        (200, False),
        (10, True),
    ]


def test_the_program_searches_pubmed_only(team: Review, server: BaseUrl) -> None:
    """A query for another database says what to do instead, and asks nobody."""
    with pytest.raises(ReviewError, match="cannot search embase"):
        run_query(team, saved(database="embase"), client(server))
    assert server.requests == []


def test_bad_records_of_a_search(team: Review, tmp_path: Path) -> None:
    """An article without a readable record stops the run; with skip_bad it is kept apart, also when the run
    was interrupted and goes on."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    broken = article("77", "Broken trial of zzdrug.").replace("</Article>", "</Artikel>")
    good = [article(str(100 + n), f"Trial {n} of zzdrug.") for n in range(250)]
    (folder / "all.xml").write_bytes(article_set(broken, *good))
    with serve(folder) as server:
        with pytest.raises(InputError, match="the run is unfinished"):
            run_query(team, saved("zzdrug[tiab] OR 77[uid]"), client(server))
        done = run_query(team, saved("zzdrug[tiab] OR 77[uid]"), client(server), skip_bad=True)
    assert len(done.skipped) == 1
    found = flow(team)
    assert (found.db_found, found.other_removed, found.screened) == ({"PubMed": 251}, 1, 250)
