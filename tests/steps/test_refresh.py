"""Searches run again for years: new, changed, unchanged, no longer returned; nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screener.model.errors import ScreenerError, SourceError
from screener.sources import Entrez
from screener.sources.clinicaltrials import ClinicalTrials
from screener.sources.queries import Query, read_query
from screener.sources.remote import Remote
from screener.steps import deduplication, queries, records
from screener.steps.flow import flow
from screener.steps.importing import Imported
from screener.steps.review import Review
from screener.steps.searching import refresh, run_query
from tests.ctgov_server import serve as serve_trials
from tests.ctgov_server.studies import study
from tests.entrez_server import BaseUrl, Corpus, serve
from tests.entrez_server.corpus import records_of
from tests.sources.samples import article, article_set
from tests.steps.team import EXCLUDE, agree, make_team


def made(number: int, *, title: str = "", revised: str = "2023/08/01") -> bytes:
    year, month, day = revised.split("/")
    extra = f"<DateRevised><Year>{year}</Year><Month>{month}</Month><Day>{day}</Day></DateRevised>"
    return article_set(article(str(number), title or f"Zzdrug in trial {number}.", extra=extra))


@pytest.fixture
def server() -> Iterator[BaseUrl]:
    """Thirty records that PubMed revised last on 1 August 2023."""
    with serve(Corpus(r for n in range(1000, 1030) for r in records_of(made(n)))) as url:
        yield url


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review")
    yield review
    review.close()


def saved(review: Review, name: str = "drug", term: str = "zzdrug[ti]") -> Query:
    path = review.folder / "queries" / f"{name}.toml"
    path.write_text(
        'database = "pubmed"\nplatform = "PubMed"\nkind = "database"\ndate = 2023-07-31\nby = "C"\n'
        f'strategy = "{term}"\n',
        "utf-8",
    )
    return read_query(path)


def pubmed(server: BaseUrl) -> Entrez:
    return Entrez(base_url=server, sleep=lambda _: None)


def fetched(server: BaseUrl) -> set[str]:
    return {
        pmid
        for _, utility, values in server.requests
        if utility == "efetch"
        for pmid in values["id"].split(",")
    }


def counts(run: Imported) -> tuple[int, int, int, int]:
    return run.new, run.changed, run.unchanged, len(run.gone)


def test_a_refresh_reads_what_is_new_or_revised_only(team: Review, server: BaseUrl) -> None:
    query = saved(team)
    first = run_query(team, query, pubmed(server), full=False)
    assert (counts(first), first.scope) == ((30, 0, 0, 0), "full")
    day = team.store.ids.now().strftime("%Y/%m/%d")
    server.put(made(1005, title="Zzdrug in a retitled trial.", revised=day), made(2000, revised=day))
    server.remove("1010")
    server.requests.clear()
    again = run_query(team, query, pubmed(server), full=False)
    assert (counts(again), again.scope, again.hits) == ((1, 1, 28, 1), "changes", 30)
    assert again.gone == ("1010",)
    assert fetched(server) == {"1005", "2000"}
    log = queries.search_log(team)[-1]
    assert (log["new"], log["changed"], log["unchanged"], log["gone"]) == (1, 1, 28, ["1010"])
    assert flow(team).db_found == {"PubMed": 31}


def test_a_change_that_carries_no_date_needs_the_full_check(team: Review, server: BaseUrl) -> None:
    query = saved(team)
    run_query(team, query, pubmed(server))
    server.put(made(1005, title="Zzdrug quietly retitled.", revised="2020/01/01"))
    assert run_query(team, query, pubmed(server), full=False).changed == 0
    assert run_query(team, query, pubmed(server), full=True).changed == 1


def test_since_goes_back_as_far_as_it_is_told(team: Review, server: BaseUrl) -> None:
    query = saved(team)
    run_query(team, query, pubmed(server))
    server.requests.clear()
    run = run_query(team, query, pubmed(server), full=False, since=date(2023, 7, 1))
    assert (counts(run), run.since) == ((0, 0, 30, 0), "2023-07-01")
    assert len(fetched(server)) == 30
    server.requests.clear()
    assert counts(run_query(team, query, pubmed(server), full=False, since=date(2030, 1, 1))) == (0, 0, 30, 0)
    assert fetched(server) == set()


def test_another_term_is_read_in_full(team: Review, server: BaseUrl) -> None:
    run_query(team, saved(team), pubmed(server))
    other = run_query(team, saved(team, term="zzdrug[ti] AND 1000:1009[uid]"), pubmed(server), full=False)
    assert (other.scope, other.hits, len(other.gone)) == ("full", 10, 20)


def test_nothing_decided_is_touched(team: Review, server: BaseUrl) -> None:
    """A record that changed or left the result keeps its votes and its place in the flow."""
    query = saved(team)
    run_query(team, query, pubmed(server))
    deduplication.deduplicate(team)
    ids = [row[0] for row in team.store.rows("SELECT id FROM records ORDER BY first_seen")]
    for record in ids[:3]:
        agree(team, record, EXCLUDE)
    before = (flow(team).to_dict(), records.states(team))
    first = records.card(team, ids[0]).fields.pmid or ""
    server.remove(records.card(team, ids[1]).fields.pmid or "")
    day = team.store.ids.now().strftime("%Y/%m/%d")
    server.put(made(int(first), title="Quite another zzdrug title", revised=day))
    run_query(team, query, pubmed(server), full=False)
    deduplication.deduplicate(team)
    assert (flow(team).to_dict(), records.states(team)) == before


def test_one_failing_query_keeps_no_other_from_running(team: Review, server: BaseUrl) -> None:
    chosen = [saved(team, "bad", "zzdrug[ti] OR ("), saved(team, "good")]

    def client(_database: str) -> Remote:
        return pubmed(server)

    server.fault("500", times=5, on="esearch")
    done = refresh(team, chosen, client)
    assert [(name, type(error)) for name, error in done.failed] == [("bad", SourceError)]
    assert [run.query for run in done.runs] == ["good"]


def test_an_interrupted_refresh_is_taken_up(team: Review, server: BaseUrl) -> None:
    query = saved(team)
    run_query(team, query, pubmed(server))
    day = team.store.ids.now().strftime("%Y/%m/%d")
    server.put(*(made(n, revised=day) for n in range(3000, 3450)))
    seen = []

    def interrupt(_what: str, _done: int, _total: int | None) -> None:
        seen.append(1)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_query(team, query, pubmed(server), full=False, progress=interrupt)
    server.requests.clear()
    done = run_query(team, query, pubmed(server), full=False)
    assert counts(done) == (450, 0, 30, 0)
    assert len(fetched(server)) < 450
    assert [run["state"] for run in queries.search_log(team)] == ["finished", "finished"]


@pytest.mark.usefixtures("team")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
def test_counts_of_every_run_add_up(
    steps: list[tuple[set[int], set[int], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever PubMed holds and changes from run to run: new + changed + unchanged is what it returned, gone is
    what it returned before and not now, and the citations are all that it ever returned."""
    review = make_team(tmp_path_factory.mktemp("runs") / "review")
    query = saved(review)
    ever: set[int] = set()
    before: set[int] = set()
    with serve(Corpus(iter(()))) as url:
        for number, (held, retitled, full) in enumerate(steps):
            url.state.corpus.records.clear()
            day = review.store.ids.now().strftime("%Y/%m/%d")
            for n in held:
                title = f"Zzdrug {n}, wording {number}." if n in retitled else f"Zzdrug {n}."
                url.put(made(n, title=title, revised=day))
            run = run_query(review, query, pubmed(url), full=full)
            assert run.new + run.changed + run.unchanged == len(held) == run.hits
            assert run.new == len(held - ever)
            assert {int(key) for key in run.gone} == before - held
            before, ever = held, ever | held
    assert review.store.value("SELECT count(*) FROM citations") == len(ever)
    review.close()


def test_a_register_is_searched_the_same_way(team: Review) -> None:
    """ClinicalTrials.gov: listed, read, refreshed; it counts as a register, papers stand as relations."""
    path = team.folder / "queries" / "trials.toml"
    path.write_text(
        'database = "clinicaltrials"\nplatform = "ClinicalTrials.gov"\nkind = "register"\ndate = 2023-07-31\n'
        'by = "C"\nstrategy = "colorectal"\n[parameters]\n"query.cond" = "colorectal"\n',
        "utf-8",
    )
    query = read_query(path)
    made_ = [study(n, f"Colorectal trial {n}", updated="2023-05-01") for n in range(1, 6)]
    with serve_trials(made_) as url:
        client = ClinicalTrials(base_url=url, sleep=lambda _: None)
        first = run_query(team, query, client)
        assert counts(first) == (5, 0, 0, 0)
        url.remove("NCT90000002")
        again = run_query(team, query, client, full=False)
    assert (counts(again), again.gone) == ((0, 0, 4, 1), ("NCT90000002",))
    assert flow(team).reg_found == {"ClinicalTrials.gov": 5}


def test_a_database_that_cannot_be_searched_is_named(team: Review, server: BaseUrl) -> None:
    path = team.folder / "queries" / "embase.toml"
    path.write_text(
        'database = "embase"\nplatform = "Embase.com"\nkind = "database"\ndate = 2023-07-31\n'
        'by = "C"\nstrategy = "x"\n',
        "utf-8",
    )
    with pytest.raises(ScreenerError, match="cannot search embase"):
        run_query(team, read_query(path), pubmed(server))
