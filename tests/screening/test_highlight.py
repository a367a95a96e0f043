"""Where the protocol's terms stand in a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.protocol import Criterion
from screener.screening import Highlighter


def marked(text: str, **terms: list[str]) -> list[tuple[str, str]]:
    """(text of the hit, element) of every hit."""
    criteria = [Criterion(element, "", "", tuple(given)) for element, given in terms.items()]
    return [(text[hit.start : hit.end], hit.element) for hit in Highlighter(criteria).hits(text)]


@pytest.mark.parametrize(
    ("term", "text", "hits"),
    [
        ("liver", "Liver, liver's and LIVER but not slivers", ["Liver", "liver", "LIVER"]),
        ("random*", "randomised, random; quasi-randomly", ["randomised", "random", "randomly"]),
        ("*tinib", "famitinib and Apatinib", ["famitinib", "Apatinib"]),
        ("XEL*RI", "XELIRI, XELRI, xeloxri, XELI RI", ["XELIRI", "XELRI", "xeloxri"]),
        ("overall survival", "overall survival, overall\n  survival, Overall-Survival", 3),
        ("second-line", "second-line, second line", ["second-line"]),
        ("phase II*", "phase III, phase  II, phase I", ["phase III", "phase  II"]),
        ("TAS-102", "TAS-102/bevacizumab, TAS-1021", ["TAS-102"]),
        ("5-FU", "5-FU (5-FU+LV)", ["5-FU", "5-FU"]),
        ("TGF-β", "TGF-β, tgf-Β, TGF-βR", ["TGF-β", "tgf-Β"]),
        ("σε", "ΣΕ σε", ["ΣΕ", "σε"]),
        ("肝转移", "结直肠癌肝转移患者", ["肝转移"]),
        ("無作為化*", "本試験は無作為化比較試験である", 1),
        ("간 전이", "대장암 간 전이의 치료", ["간 전이"]),
        ("naïve", "treatment-naïve", ["naïve"]),
    ],
)
def test_terms(term: str, text: str, hits: list[str] | int) -> None:
    """Case, wildcards, blanks in phrases, word borders; scripts without blanks have no word borders."""
    found = [hit for hit, _ in marked(text, population=[term])]
    assert len(found) == hits if isinstance(hits, int) else found == hits


@pytest.mark.parametrize("term", ["C++", "(5-FU)", "a.b", "[x]", "p<0.05", "a|b", "^x$", "\\d", "a{2}", "?"])
def test_a_term_is_no_regular_expression(term: str) -> None:
    """Signs that mean something in a regular expression are just signs."""
    assert marked(f"x {term} y", outcomes=[term]) == [(term, "outcomes")]
    assert marked("aab 5 FU xx pp 05", outcomes=[term]) == []


def test_longer_terms_win() -> None:
    """Of two terms that start at one place the longer one is marked, whatever element it is of."""
    text = "liver metastases of the liver"
    assert marked(text, population=["liver"], outcomes=["liver metastases"]) == [
        ("liver metastases", "outcomes"),
        ("liver", "population"),
    ]


def test_hits_do_not_overlap_and_keep_their_element() -> None:
    """With many terms each hit belongs to the element whose term it is."""
    terms = {f"element{n}": [f"word{n}", f"pre{n}*"] for n in range(120)}
    text = " ".join(f"word{n} pre{n}fix" for n in range(120))
    found = marked(text, **terms)
    assert [element for _, element in found] == [f"element{n}" for n in range(120) for _ in "ab"]


@pytest.mark.parametrize("term", ["", "  ", "*", "* *", "**"])
def test_empty_terms_mark_nothing(term: str) -> None:
    """A term without a letter would mark everything: it marks nothing."""
    assert marked("some text", population=[term]) == []
    assert marked("some liver", population=[term, "liver"]) == [("liver", "population")]


@given(st.text(), st.lists(st.text(max_size=12), max_size=5))
def test_any_text_and_any_terms(text: str, terms: list[str]) -> None:
    """Whatever the protocol and the abstract hold: hits are in order, apart, inside the text, and no error."""
    hits = Highlighter([Criterion("population", "", "", tuple(terms))]).hits(text)
    places = [place for hit in hits for place in (hit.start, hit.end)]
    assert places == sorted(places)
    assert all(hit.start < hit.end <= len(text) for hit in hits)


@given(st.from_regex(r"[A-Za-z]{3,10}", fullmatch=True))
def test_a_word_is_found_wherever_it_stands_alone(word: str) -> None:
    """At the beginning, at the end, between signs; not inside another word."""
    text = f"{word}; ({word.upper()}) x{word} {word}x {word.lower()}"
    found = [hit for hit, _ in marked(text, population=[word])]
    assert found == [word, word.upper(), word.lower()]
    assert re.fullmatch(word, found[0])
