"""Finding records: by words in any citation and any script, by numbers; always true to the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from screener.model.citation import Relation
from screener.model.errors import InputError
from screener.model.screening import Stage
from screener.steps import browse, deduplication
from screener.steps.browse import Browser, Looking
from screener.steps.browse_words import understood
from screener.steps.review import Review
from screener.store import browse as store_browse
from tests.builders import add_citations, citation
from tests.steps.team import INCLUDE, agree, make_team, say

MADE = [
    citation(1, title="The effect of Bevacizumab on survival", authors=("Ångström, Åsa",), year=2015),
    citation(
        2, title="Zoledronic acid in bone metastases", authors=("Beta, Bo",), year=2018, doi="10.5555/Z.2"
    ),
    citation(3, title="结直肠癌肝转移的二线治疗", authors=("王, 伟",), year=2020, journal="中华医学杂志"),
    citation(4, title="Η θεραπεία του καρκίνου", authors=("Παπαδόπουλος, Γ",), year=2011),
    citation(5, title="[Article in German].", authors=(), year=None, registry_ids=("NCT01234567",)),
    citation(6, title="A trial of bevacizumab and x [/i] y", authors=("Alpha, Al",), year=2021),
]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    made = make_team(tmp_path / "review")
    add_citations(made, MADE)
    deduplication.deduplicate(made)
    yield made
    made.close()


@pytest.fixture
def browser(team: Review) -> Browser:
    found = Browser(team)
    found.renew()
    return found


def numbers(browser: Browser, **looking: object) -> list[int]:
    """Which of MADE were found, in their order."""
    titles = {made.title: n for n, made in enumerate(MADE, 1)}
    found = browser.find(Looking(**looking))  # type: ignore[arg-type]
    lines = browser.lines(found)
    return [titles[lines[record].title] for record in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bevacizumab", [1, 6]),
        ("bevacizumab survival", [1]),
        ('"effect of bevacizumab"', [1]),
        ('"bevacizumab effect"', []),
        ("bevac*", [1, 6]),
        ("bevacizumab -survival", [6]),
        ("zoledronic OR survival", [1, 2]),
        ("angstrom", [1]),
        ("author:ångström", [1]),
        ("author:bevacizumab", []),
        ("title:zoledronic", [2]),
        ("year:2015-2018", [1, 2]),
        ("year:2020-", [3, 6]),
        ("year:2011", [4]),
        ("bevacizumab year:-2016", [1]),
        ("99000002", [2]),
        ("pmid:99000002", [2]),
        ("https://doi.org/10.5555/z.2", [2]),
        ("10.5555/Z.2", [2]),
        ("NCT01234567", [5]),
        ("肝转移", [3]),
        ("结直肠癌", [3]),
        ("肝", [3]),
        ("中华医学", [3]),
        ("肝直", []),
        ("καρκίνου", [4]),
        ("ΚΑΡΚΙΝΟΥ", [4]),
        ("german", [5]),
        ("", [1, 2, 3, 4, 5, 6]),
        ("nothing-of-this", []),
    ],
)
def test_what_is_typed_finds(browser: Browser, text: str, found: list[int]) -> None:
    assert numbers(browser, text=text) == found


def test_the_last_word_may_go_on_while_typing(browser: Browser) -> None:
    assert numbers(browser, text="bevac", typing=True) == [1, 6]
    assert numbers(browser, text="bevac ", typing=True) == []
    assert numbers(browser, text="bevac") == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
@example(text='"unclosed')
@example(text="foo AND")
@example(text="a-b NEAR( * ^ {x} : col")
@example(text="title: - OR OR *")
@example(text="year:99999 doi: NOT")
def test_whatever_is_typed_is_no_error(browser: Browser, text: str) -> None:
    """User text is never taken for the index's own language; more words never find more."""
    found = browser.find(Looking(text=text))
    assert set(found) <= set(browser.find(Looking()))
    narrower = understood(f"{text} bevacizumab")
    if not text.rstrip().endswith(("OR", '"')) and text.count('"') % 2 == 0 and narrower.query:
        assert set(browser.find(Looking(text=f"{text} bevacizumab"))) <= set(
            browser.find(Looking(text="bevacizumab"))
        )


def test_orders(browser: Browser) -> None:
    assert numbers(browser) == [1, 2, 3, 4, 5, 6]
    assert numbers(browser, order="title")[:3] == [5, 1, 6]
    assert numbers(browser, order="author")[:3] == [6, 1, 2]
    assert numbers(browser, order="author")[-1] == 5
    assert numbers(browser, order="year") == [6, 3, 2, 1, 4, 5]
    assert numbers(browser, order="year", descending=True) == [5, 4, 1, 2, 3, 6]
    assert numbers(browser, order="relevance", text="bevacizumab survival OR trial")[0] in (1, 6)
    with pytest.raises(InputError, match="no order"):
        browser.find(Looking(order="colour"))


def test_filters(browser: Browser, team: Review) -> None:
    add_citations(team, [citation(2, title="Zoledronic acid in bone metastases", pmid=None)], "embase")
    first = browser.find(Looking())[0]
    agree(team, first)
    browser.renew()
    browser.forget_status()
    assert len(browser.find(Looking(databases=("embase",)))) == 1
    assert browser.databases() == ["embase", "pubmed"]
    assert browser.find(Looking(status="passed")) == [first]
    assert browser.find(Looking(status="waiting", stage=Stage.FULL_TEXT)) != []
    assert numbers(browser, years=(2018, 2020), databases=("pubmed",)) == [2, 3]
    run = str(team.store.value("SELECT max(id) FROM searches"))
    assert len(browser.find(Looking(run=run))) == 1


def test_status_tells_nothing_of_another_s_open_vote(team: Review) -> None:
    """For B a record on which only A has voted stands where it stood."""
    browser = Browser(team.as_person("B"))
    browser.renew()
    before = browser.find(Looking(status="open"))
    say(team, "A", before[0], INCLUDE)
    browser.forget_status()
    assert browser.find(Looking(status="open")) == before


def test_the_index_follows_imports_merges_and_splits(team: Review, browser: Browser) -> None:
    """A record is found by the words of each of its citations; by old words of a changed one no more."""
    add_citations(team, [citation(7, title="Fresh words here")])
    deduplication.deduplicate(team)
    browser.renew()
    (seventh,) = browser.find(Looking(text="fresh"))
    first = browser.find(Looking(text="survival"))[0]
    deduplication.judge(team, min(first, seventh), max(first, seventh), "same", None)
    browser.renew()
    (merged,) = browser.find(Looking(text="fresh"))
    assert browser.find(Looking(text="survival")) == [merged]
    assert len(browser.find(Looking())) == 6
    deduplication.split(team, seventh, None)
    browser.renew()
    assert browser.find(Looking(text="fresh")) != browser.find(Looking(text="survival"))
    add_citations(team, [citation(7, title="Other words now")])
    browser.renew()
    assert browser.find(Looking(text="fresh")) == []
    assert len(browser.find(Looking(text="other"))) == 1


def test_nothing_is_done_twice_and_rebuilding_changes_nothing(team: Review, browser: Browser) -> None:
    assert store_browse.index(team.store) == 0
    before = (numbers(browser, text="bevacizumab"), numbers(browser, order="title"))
    store_browse.rebuild(team.store)
    again = Browser(team)
    again.renew()
    assert (numbers(again, text="bevacizumab"), numbers(again, order="title")) == before


def test_alerts_as_a_filter(team: Review, browser: Browser) -> None:
    add_citations(team, [citation(1, title=MADE[0].title, relations=(Relation("RetractionIn", "7", "J"),))])
    browser.renew()
    browser.forget_status()
    assert numbers(browser, alerted=True) == [1]


def test_versions_with_their_differences(team: Review, browser: Browser) -> None:
    record = browser.find(Looking(text="survival"))[0]
    add_citations(team, [citation(1, title="Another title", year=2015, authors=("Ångström, Åsa",))])
    old, new = browse.versions(team, record)
    assert old.changes == ()
    assert [change.field for change in new.changes] == ["title"]
    assert "Another title" in browse.raw_entry(team, record)


@given(st.lists(st.text("abÅéñ[( ", min_size=1, max_size=6), max_size=8))
def test_folding_makes_a_stable_order(texts: list[str]) -> None:
    """It does not depend on case, and begins with a letter."""
    for text in texts:
        once = store_browse.folded(text)
        assert store_browse.folded(text.upper()) == once
        assert not once.startswith(("[", "(", " "))
