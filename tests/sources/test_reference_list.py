"""Lists of references, in any style, cut into references with their identifiers."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.sources.reference_ids import straight
from screener.sources.reference_list import read_references
from screener.sources.reference_parts import Reference
from tests.sources.references_made import STYLES, Paper, lists, papers

# How a list numbers its references.
LABELS = (
    "[{n}]",
    "[{n}] ",
    "{n}. ",
    "{n}.\t",
    "{n}) ",
    "({n}) ",
    "［{n}］",
    "【{n}】 ",
    "{n}、",
    "{n}．",
    "{n}: ",
)
STYLE = st.sampled_from(sorted(STYLES))


def identifiers(found: Reference) -> tuple[str | None, ...]:
    return (found.doi, found.pmid, found.pmcid, *found.registry_ids)


def wanted(paper: Paper) -> tuple[str | None, ...]:
    doi = paper.doi.lower() if paper.doi else None
    return (doi, paper.pmid, paper.pmcid, *([paper.trial] if paper.trial else []))


def letters(text: str) -> str:
    return "".join(text.split())


def check(found: tuple[Reference, ...], made: list[Paper]) -> None:
    assert [each.number for each in found] == list(range(1, len(made) + 1))
    assert [identifiers(each) for each in found] == [wanted(paper) for paper in made]


# Laws --------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(lists(), STYLE, st.sampled_from(LABELS), st.sampled_from(("\n", "\n\n", "\r\n")))
def test_numbered_lists(made: list[Paper], style: str, label: str, between: str) -> None:
    """One reference a number; every identifier is found and none goes to a neighbour; no text is lost."""
    printed = [STYLES[style](paper) for paper in made]
    labels = [label.format(n=n) for n in range(1, len(made) + 1)]
    found = read_references(between.join(a + b for a, b in zip(labels, printed, strict=True)))
    check(found, made)
    assert [letters(each.text) for each in found] == [letters(text) for text in printed]
    assert [each.label for each in found] == [each.strip().rstrip("\t") for each in labels]


@settings(deadline=None, max_examples=40)
@given(lists(), STYLE, st.integers(45, 110), st.sampled_from(("", "    ")), st.sampled_from(("\n", "\n\n")))
def test_wrapped_numbered_lists(made: list[Paper], style: str, width: int, indent: str, between: str) -> None:
    """Lines broken anywhere between words belong to the reference that they continue."""
    printed = [
        textwrap.fill(
            f"{n}. {STYLES[style](paper)}",
            width,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for n, paper in enumerate(made, 1)
    ]
    text = between.join(printed)
    found = read_references(text)
    check(found, made)
    heads = "".join(f"{n}." for n in range(1, len(made) + 1))
    assert sorted(letters("".join(each.text for each in found)) + heads) == sorted(letters(text))


@settings(deadline=None, max_examples=40)
@given(lists(), STYLE, st.sampled_from(("\n", "\n\n", "\n \n")))
def test_one_a_line_or_paragraph(made: list[Paper], style: str, between: str) -> None:
    """Without numbers every line, or paragraph, is a reference."""
    printed = [STYLES[style](paper) for paper in made]
    found = read_references(between.join(printed))
    check(found, made)
    assert [letters(each.text) for each in found] == [letters(text) for text in printed]
    assert {each.label for each in found} == {None}


@settings(deadline=None, max_examples=40)
@given(lists(2), STYLE, st.integers(60, 100), st.booleans())
def test_wrapped_paragraphs_and_hanging_indents(
    made: list[Paper], style: str, width: int, hanging: bool
) -> None:
    """Wrapped references without numbers are told apart by blank lines, or by their indent."""
    printed = [
        textwrap.fill(
            STYLES[style](paper),
            width,
            subsequent_indent="    " if hanging else "",
            break_on_hyphens=False,
            break_long_words=False,
        )
        for paper in made
    ]
    check(read_references(("\n" if hanging else "\n\n").join(printed)), made)


@settings(deadline=None, max_examples=40)
@given(lists(), STYLE, st.data())
def test_broken_dois(made: list[Paper], style: str, data: st.DataObject) -> None:
    """A DOI that is broken over two lines after one of its signs is put together."""
    lines = []
    for n, paper in enumerate(made, 1):
        text = f"[{n}] {STYLES[style](paper)}"
        if paper.doi:
            places = [i for i, ch in enumerate(paper.doi) if ch in "/-(" and 0 < i < len(paper.doi) - 1]
            cut = text.index(paper.doi) + data.draw(st.sampled_from(places)) + 1
            text = f"{text[:cut]}\n{text[cut:]}"
        lines.append(text)
    check(read_references("\n".join(lines)), made)


@settings(deadline=None, max_examples=40)
@given(papers(), STYLE)
def test_parts(paper: Paper, style: str) -> None:
    """First author, year, title, journal, volume and first page are read in every style."""
    (found,) = read_references(f"1. {STYLES[style](paper)}")
    assert found.year == paper.year
    assert (found.volume, found.first_page) == (str(paper.volume), str(paper.first))
    assert found.first_author is not None
    assert found.first_author.casefold() == paper.short.casefold()
    assert found.title == paper.title
    assert found.journal is not None
    assert found.journal.replace(".", "") == paper.journal


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    """Whatever is pasted gives references with text, numbered from 1."""
    found = read_references(text)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert all(each.text == " ".join(each.text.split()) != "" for each in found)


@given(st.text())
def test_straight_keeps_every_place(text: str) -> None:
    """Full-width signs become ASCII one by one."""
    assert len(straight(text)) == len(text)


# Lists as they come ------------------------------------------------------------------------------


def texts(text: str) -> list[str]:
    return [each.text for each in read_references(text)]


def test_what_follows_the_last_heading() -> None:
    """Of an article pasted whole, the list; the text before it and the appendix after it are left out."""
    article = """1. Introduction
As said before [1], references matter.

2. Methods
See References.

R e f e r e n c e s

1. Kallio A. One thing. J A. 2001;1:2-3.
2. Jansen B. Another
thing. J B. 2002;2:3-4.

Appendix
3. More of the same. 2003.
"""
    assert texts(article) == [
        "Kallio A. One thing. J A. 2001;1:2-3.",
        "Jansen B. Another thing. J B. 2002;2:3-4.",
    ]
    for heading in ("REFERENCES:", "## References (2)", "参考文献", "【参考文献】", "7. Literature cited"):
        assert len(texts(f"Text of 1999.\n{heading}\nKallio A. One. 2001.\nJansen B. Two. 2002.")) == 2
    assert texts("References: [1] Kallio A. One. 2001.\n[2] Jansen B. Two. 2002.") == [
        "Kallio A. One. 2001.",
        "Jansen B. Two. 2002.",
    ]
    assert len(texts("Kallio A. One. 2001.\nReferences\n")) == 1


def test_pages_and_running_heads() -> None:
    """Page numbers, and lines that are printed on every page, belong to no reference."""
    text = """[1] Kallio A. One thing and
\f
Journal of Nothing 2020, https://doi.org/10.5555/own.article
412
another. J A. 2001;1:2-3.
Page 4 of 9
[2] Jansen B. Two. J B. 2002;2:3-4. doi:10.5555/two
\f
Journal of Nothing 2020, https://doi.org/10.5555/own.article
413
[3] Wu C. Three. J C. 2003;3:4-5.
"""
    found = read_references(text)
    assert [each.text for each in found] == [
        "Kallio A. One thing and another. J A. 2001;1:2-3.",
        "Jansen B. Two. J B. 2002;2:3-4. doi:10.5555/two",
        "Wu C. Three. J C. 2003;3:4-5.",
    ]
    assert [each.doi for each in found] == [None, "10.5555/two", None]


def test_what_looks_like_a_page_and_is_none() -> None:
    """Lines that are alike beside a page number, and the last digit of a DOI alone on its line, are kept."""
    text = """[1] Kallio A. One. J A.
2001;1:2-3.
77
[2] Wu B. Two. J A.
2002;4:5-6.
78
[3] Li C. Three. doi:10.5555/abc-
7
"""
    found = read_references(text)
    assert [each.text for each in found[:2]] == [
        "Kallio A. One. J A. 2001;1:2-3.",
        "Wu B. Two. J A. 2002;4:5-6.",
    ]
    assert found[2].doi == "10.5555/abc-7"


def test_marks_alone_on_their_line() -> None:
    """As copied from a web page: the number, then the text; with or without a stop."""
    for mark in ("{}", "{}.", "[{}]"):
        text = "\n".join(f"{mark.format(n)}\nKallio A. Thing {n}. 200{n}." for n in (1, 2, 3))
        assert texts(text) == [f"Kallio A. Thing {n}. 200{n}." for n in (1, 2, 3)]


def test_a_list_on_one_line() -> None:
    """All line ends lost: the marks within the line part the references; numbers in titles do not."""
    text = "1. Kallio A. Phase 2. J A. 2001;1:2. 2. Jansen B. Group 3. J B. 2002;2:3. 3. Wu C. End. 2003;3:4."
    assert texts(text) == [
        "Kallio A. Phase 2. J A. 2001;1:2.",
        "Jansen B. Group 3. J B. 2002;2:3.",
        "Wu C. End. 2003;3:4.",
    ]


def test_a_part_of_a_list() -> None:
    """Numbers may start anywhere and leave some out; what was cut off before the first mark is kept."""
    found = read_references(
        "end of one. 1998;1:2. PMID: 7\n17. Kallio A. One. 2001.\n18. Wu B. Two. 2002.\n21. Li C. 2003."
    )
    assert [each.label for each in found] == [None, "17.", "18.", "21."]
    assert [each.pmid for each in found] == ["7", None, None, None]


def test_bullets_and_keys() -> None:
    """Bullets are no labels; keys in brackets are."""
    assert texts("• Kallio A. One. 2001.\n• Wu B. Two,\n  wrapped. 2002.") == [
        "Kallio A. One. 2001.",
        "Wu B. Two, wrapped. 2002.",
    ]
    found = read_references("[Kallio2001] Kallio A. One. 2001.\n[Wu02a] Wu B. Two. 2002.")
    assert [each.label for each in found] == ["[Kallio2001]", "[Wu02a]"]


@pytest.mark.parametrize(
    ("text", "names", "values"),
    [
        ("张三, 李四. 做梦的研究[J]. 中华梦杂志, 2019, 12(3): 45-50.", ("first_author", "title", "journal"),
         ("张三", "做梦的研究", "中华梦杂志")),
        ("Wu B. 2001. ＰＭＩＤ：１２３４５", ("pmid",), ("12345",)),
        ("Wu B. 2001. [PubMed: 12345]", ("pmid",), ("12345",)),
        ("Wu B. 2001. http://www.ncbi.nlm.nih.gov/pubmed/12345?dopt=Abstract", ("pmid",), ("12345",)),
        ("Wu B. 2001. PMCID: 1234567", ("pmid", "pmcid"), (None, "PMC1234567")),
        ("Wu B. 2001. https://doi. org/10.5555/ abc.1", ("doi",), ("10.5555/abc.1",)),
        ("J Made Up. 2020 Sep;8(9):844-846", ("journal", "volume", "first_page", "title"),
         ("J Made Up", "8", "844", None)),
        ("A. Wu, B. Li, J. Made. Chem. A 2019, 7, 14620.", ("first_author", "journal", "year", "first_page"),
         ("Wu A", "J. Made. Chem. A", 2019, "14620")),
        ("Wu B, Li C; The Group. Long words. J A. 2020 Apr 25. Epub ahead of print.",
         ("title", "journal", "year", "volume"), ("Long words", "J A", 2020, None)),
        ("World Made-up Agency. Report on nothing. Geneva; 2012.", ("first_author", "year"), (None, 2012)),
    ],
)  # fmt: skip
def test_single_references(text: str, names: tuple[str, ...], values: tuple[object, ...]) -> None:
    """Forms that the printers of the laws do not print."""
    (found,) = read_references(text)
    assert tuple(getattr(found, name) for name in names) == values
