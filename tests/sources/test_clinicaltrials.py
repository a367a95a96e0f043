"""The ClinicalTrials.gov client against the local server: complete lists, complete studies, every fault."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.citation import Relation
from screener.model.errors import InputError, SourceError
from screener.sources import SearchAnswer
from screener.sources.clinicaltrials import ClinicalTrials
from screener.sources.clinicaltrials_http import INTERVAL, OFFICIAL, Line
from screener.sources.clinicaltrials_term import PARAMETERS, STATUSES, parameters_of, term_of_parameters
from screener.sources.pace import Pace
from screener.sources.reading import read_answer
from tests.ctgov_server import BaseUrl, serve, study

COLON = "query.cond=colorectal"
EIGHT = [f"NCT{90_000_000 + number}" for number in range(8)]
OTHER = "NCT90000050"


@pytest.fixture
def server() -> Iterator[BaseUrl]:
    """Eight studies of the bowel, updated in 2010 to 2017, and one of the lung; pages of three."""
    bowel = [study(n, f"Bowel trial {n}", updated=f"{2010 + n}-06-15") for n in range(8)]
    lung = study(50, "Lung trial", conditions=("Lung Cancer",), status="RECRUITING", updated="2020-01-01")
    with serve([*bowel, lung], largest_page=3) as url:
        yield url


PACED = Pace.wait
pytestmark = pytest.mark.paced


@pytest.fixture(autouse=True)
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pause of a test is one between tries."""
    monkeypatch.setattr(Pace, "wait", lambda _: 0.0)


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def register(server: BaseUrl, sleeps: list[float]) -> ClinicalTrials:
    return ClinicalTrials(base_url=server, sleep=sleeps.append, timeout=10)


def fetched(register: ClinicalTrials, answer: SearchAnswer, skip: frozenset[str] = frozenset()) -> list[str]:
    return [
        entry.citation.source_key or ""
        for page in register.fetch(answer, skip=skip)
        for entry in page.entries
    ]


# --- the normal way ---------------------------------------------------------------------------------------


def test_a_search_lists_every_number_over_several_pages(register: ClinicalTrials, server: BaseUrl) -> None:
    answer = register.search(COLON)
    assert (answer.term, answer.count, list(answer.keys)) == (COLON, 8, EIGHT)
    assert (answer.errors, answer.warnings, answer.query_translation) == ((), (), "")
    first, *rest = server.requests
    assert (first["countTotal"], first["query.cond"], first["fields"]) == ("true", "colorectal", "NCTId")
    assert len(rest) == 2
    assert all("pageToken" in each and each["query.cond"] == "colorectal" for each in rest)


def test_parameters_narrow_each_other(register: ClinicalTrials) -> None:
    assert register.search("query.cond=cancer").count == 9
    assert register.search("filter.overallStatus=RECRUITING\nquery.cond=cancer").keys == (OTHER,)
    assert register.search('query.intr="drug a" AND NOT zzz\nquery.titles=bowel').count == 8


def test_nothing_found_is_an_answer(register: ClinicalTrials) -> None:
    answer = register.search("query.cond=zzyxx")
    assert (answer.count, answer.keys) == (0, ())
    assert list(register.fetch(answer)) == []


def test_a_study_is_read_and_kept_as_it_stands(sleeps: list[float]) -> None:
    made = study(
        1,
        "Drug A or B für alle",
        references=(
            ("RESULT", "11111111", "Someone A. A first paper. 2015."),
            ("DERIVED", "22222222", ""),
            ("BACKGROUND", None, "Else E. What was known before. 2001."),
            ("RESULT", None, ""),
        ),
    )
    with serve([made]) as url:
        register = ClinicalTrials(base_url=url, sleep=sleeps.append)
        (page,) = register.fetch(register.search(COLON))
    (entry,) = page.entries
    assert json.loads(entry.raw) == made
    assert entry.raw == json.dumps(made, ensure_ascii=False).encode()
    citation = entry.citation
    assert (citation.source, citation.source_key, citation.year) == ("clinicaltrials", "NCT90000001", 2015)
    assert (citation.published, citation.entered, citation.revised) == (
        "2015-03-02",
        "2015-03-02",
        "2016-05-04",
    )
    assert citation.relations == (
        Relation("Result", "11111111", "Someone A. A first paper. 2015."),
        Relation("Derived", "22222222", None),
        Relation("Background", None, "Else E. What was known before. 2001."),
    )
    assert (citation.pmid, citation.registry_ids) == (None, ("NCT90000001",))


def test_pages_of_a_hundred_with_places_of_the_list(sleeps: list[float]) -> None:
    with serve(study(n) for n in range(230)) as url:
        register = ClinicalTrials(base_url=url, sleep=sleeps.append)
        answer = register.search(COLON)
        skip = frozenset(answer.keys[:5])
        pages = list(register.fetch(answer, skip=skip))
    assert [len(page.entries) for page in pages] == [100, 100, 25]
    found = [entry for page in pages for entry in page.entries]
    assert [entry.position for entry in found] == list(range(6, 231))
    assert [entry.citation.source_key for entry in found] == list(answer.keys[5:])
    assert all(not page.bad and not page.missing for page in pages)


def test_revised_since(register: ClinicalTrials, server: BaseUrl) -> None:
    assert register.revised_since(COLON, date(2016, 6, 15)) == {EIGHT[6], EIGHT[7]}
    assert register.revised_since(COLON, date(2016, 6, 16)) == {EIGHT[7]}
    server.revise(study(0, "Bowel trial 0", updated="2024-01-01"))
    server.add(study(99, "Bowel trial 99", updated="2024-02-01"))
    assert register.revised_since(COLON, date(2023, 1, 1)) == {EIGHT[0], "NCT90000099"}
    server.remove(EIGHT[0])
    assert register.revised_since(COLON, date(2023, 1, 1)) == {"NCT90000099"}


def test_revised_since_keeps_the_filter_of_the_search(register: ClinicalTrials) -> None:
    either = "AREA[LastUpdatePostDate]RANGE[MIN,2011-12-31] OR AREA[LastUpdatePostDate]RANGE[2017,MAX]"
    term = f"{COLON}\nfilter.advanced={either}".split("\n")
    whole = "\n".join(sorted(term))
    assert register.search(whole).count == 3
    assert register.revised_since(whole, date(2011, 1, 1)) == {EIGHT[1], EIGHT[7]}


# --- what is missing --------------------------------------------------------------------------------------


def test_study_left_out_of_an_answer_is_asked_for_again(register: ClinicalTrials, server: BaseUrl) -> None:
    answer = register.search("query.titles=bowel AND (1 OR 2)")
    server.fault("left-out", on="studies")
    (page,) = register.fetch(answer)
    assert [entry.citation.source_key for entry in page.entries] == EIGHT[1:3]
    assert page.missing == ()
    assert server.requests[-1]["filter.ids"] == EIGHT[1]


def test_study_that_is_gone_is_missing(sleeps: list[float]) -> None:
    with serve(study(n) for n in range(8)) as url:
        register = ClinicalTrials(base_url=url, sleep=sleeps.append)
        answer = register.search(COLON)
        url.hide(EIGHT[2])
        url.remove(EIGHT[5])
        (page,) = register.fetch(answer)
    assert page.missing == (EIGHT[2], EIGHT[5])
    assert [entry.position for entry in page.entries] == [1, 2, 4, 5, 7, 8]


def test_study_that_cannot_be_read_is_bad_not_missing(sleeps: list[float]) -> None:
    with serve(study(n) for n in range(3)) as url:
        register = ClinicalTrials(base_url=url, sleep=sleeps.append)
        url.spoil(EIGHT[1])
        (page,) = register.fetch(register.search(COLON))
    assert [entry.citation.source_key for entry in page.entries] == [EIGHT[0], EIGHT[2]]
    assert [(bad.position, bad.field) for bad in page.bad] == [(2, "protocolSection")]
    assert page.missing == ()


# --- bad days ---------------------------------------------------------------------------------------------

PASSING = ["403", "429", "500", "html", "empty", "json", "cut", "short", "drop"]


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("on", ["list", "studies"])
def test_passing_faults_are_tried_again(sleeps: list[float], kind: str, on: str) -> None:
    with serve(study(n) for n in range(8)) as url:
        register = ClinicalTrials(base_url=url, sleep=sleeps.append, timeout=10)
        url.fault(kind, times=3, on=on)
        assert fetched(register, register.search(COLON)) == EIGHT
    assert len(sleeps) == 3
    assert sleeps[0] < sleeps[1] < sleeps[2]


@pytest.mark.parametrize("kind", ["count", "uncounted", "left-out", "repeated", "nameless", "circle"])
def test_a_list_that_contradicts_itself_is_made_again(
    register: ClinicalTrials, server: BaseUrl, kind: str
) -> None:
    server.fault(kind, times=2, on="list")
    assert list(register.search(COLON).keys) == EIGHT


def test_a_listing_that_expires_starts_again(register: ClinicalTrials, server: BaseUrl) -> None:
    server.fault("expired", times=3, on="list")
    assert list(register.search(COLON).keys) == EIGHT
    assert sum("countTotal" in each for each in server.requests) > 1


def test_an_answer_that_does_not_come_is_given_up(server: BaseUrl, sleeps: list[float]) -> None:
    server.fault("slow")
    register = ClinicalTrials(base_url=server, sleep=sleeps.append, timeout=0.2)
    assert register.search("query.cond=lung").count == 1
    assert len(server.requests) == 2


@pytest.mark.parametrize("kind", PASSING)
def test_down_is_never_nought_results(register: ClinicalTrials, server: BaseUrl, kind: str) -> None:
    server.fault(kind, times=99)
    with pytest.raises(SourceError, match="is down or cannot be reached") as caught:
        register.search("query.cond=zzyxx")
    assert caught.value.field == "clinicaltrials"
    assert len(server.requests) == 5


@pytest.mark.parametrize("kind", ["count", "repeated", "left-out", "circle", "expired"])
def test_a_list_that_never_holds_together_is_not_taken(
    register: ClinicalTrials, server: BaseUrl, kind: str
) -> None:
    server.fault(kind, times=999, on="list")
    with pytest.raises(SourceError, match="does not hold together"):
        register.search(COLON)


def test_nobody_listens(sleeps: list[float]) -> None:
    with serve([]) as url:
        closed = str(url)
    with pytest.raises(SourceError, match="cannot be reached"):
        ClinicalTrials(base_url=closed, sleep=sleeps.append).search(COLON)


def test_a_refusal_is_told_at_once(register: ClinicalTrials, server: BaseUrl, sleeps: list[float]) -> None:
    with pytest.raises(
        SourceError, match=r"refuses the search: `query\.cond` has incorrect format"
    ) as caught:
        register.search("query.cond=(colorectal")
    assert len(server.requests) == 1
    assert sleeps == []
    assert "down" not in caught.value.message


def test_retry_after_is_honoured(register: ClinicalTrials, server: BaseUrl, sleeps: list[float]) -> None:
    server.fault("429", retry_after="17")
    server.fault("500", retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    server.fault("429", retry_after="86400")
    register.search("query.cond=lung")
    assert (sleeps[0], sleeps[2]) == (17.0, 120.0)
    assert 1.0 < sleeps[1] < 3.0


def test_requests_are_paced(
    register: ClinicalTrials, sleeps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "wait", PACED)
    fetched(register, register.search("query.cond=lung"))
    register.search(COLON)
    # Five requests; the first need not wait.
    assert len(sleeps) == 4
    assert sleeps == sorted(sleeps)
    assert 4 * INTERVAL - 1 < sleeps[-1] <= 4 * INTERVAL


def test_interrupt_passes_through(server: BaseUrl) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    server.fault("500")
    with pytest.raises(KeyboardInterrupt):
        ClinicalTrials(base_url=server, sleep=interrupted).search(COLON)


def test_address() -> None:
    line = Line(base_url=None, timeout=1, sleep=lambda _: None)
    assert (line.base_url, line.name) == (OFFICIAL, "ClinicalTrials.gov")
    for wrong in ("clinicaltrials.gov", "ftp://x/", "http://", "http://a b/"):
        with pytest.raises(InputError):
            ClinicalTrials(base_url=wrong)


# --- the text of the parameters ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "term", ["", "  \n", "colorectal cancer", "filter.phase=3", "pageSize=5", "query.cond="]
)
def test_a_term_that_is_none_is_not_sent(register: ClinicalTrials, server: BaseUrl, term: str) -> None:
    with pytest.raises(InputError) as caught:
        register.search(term)
    assert caught.value.expected
    assert server.requests == []


values = st.text(min_size=1).filter(lambda text: text.strip() != "")
free = st.sampled_from([name for name in PARAMETERS if not name.endswith("Status")])


@given(st.dictionaries(free, values, min_size=1))
def test_the_text_holds_the_parameters(given_parameters: dict[str, str]) -> None:
    term = term_of_parameters(given_parameters)
    assert parameters_of(term) == {name: " ".join(text.split()) for name, text in given_parameters.items()}
    assert term_of_parameters(parameters_of(term)) == term


@given(st.dictionaries(free, values, min_size=2), st.randoms())
def test_the_order_of_the_parameters_does_not_matter(
    given_parameters: dict[str, str], random: object
) -> None:
    names = list(given_parameters)
    random.shuffle(names)  # type: ignore[attr-defined]
    assert term_of_parameters({n: given_parameters[n] for n in names}) == term_of_parameters(given_parameters)


@given(st.lists(st.sampled_from(STATUSES), min_size=1, unique=True))
def test_lists_are_joined_as_the_register_wants_them(statuses: list[str]) -> None:
    assert term_of_parameters({"filter.overallStatus": statuses}) == "filter.overallStatus=" + "|".join(
        statuses
    )


# --- the server itself ------------------------------------------------------------------------------------


def ask(url: BaseUrl, query: str) -> tuple[int, bytes]:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url}studies?{query}") as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_the_server_refuses_what_the_register_refuses(server: BaseUrl) -> None:
    assert ask(server, "filter.phase=PHASE3") == (400, b"`filter.phase` is unknown parameter")
    for query in ("pageSize=x", "pageToken=nonsense", "query.cond=(", "filter.overallStatus=Done"):
        code, text = ask(server, query)
        assert (code, text[:8]) == (400, f"`{query.split('=')[0]}`".encode()[:8])


def test_a_token_goes_with_its_search(server: BaseUrl) -> None:
    token = json.loads(ask(server, "query.cond=cancer")[1])["nextPageToken"]
    page = json.loads(ask(server, f"query.cond=cancer&countTotal=true&pageToken={token}")[1])
    assert len(page["studies"]) == 3
    assert "totalCount" not in page
    assert ask(server, f"query.cond=lung&pageToken={token}")[0] == 400


def test_the_server_serves_a_folder(tmp_path: Path, sleeps: list[float]) -> None:
    (tmp_path / "page.json").write_text(json.dumps({"studies": [study(0)], "nextPageToken": "x"}))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "list.json.gz").write_bytes(gzip.compress(json.dumps([study(1)]).encode()))
    (tmp_path / "one.json").write_text(json.dumps(study(2)))
    with serve(tmp_path) as url:
        answer = ClinicalTrials(base_url=url, sleep=sleeps.append).search(COLON)
        body = ask(url, "query.cond=colorectal")[1]
    assert sorted(answer.keys) == EIGHT[:3]
    assert len(read_answer(body, "page", "ctgov_json").entries) == 3
