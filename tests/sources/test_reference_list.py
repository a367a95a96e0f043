"""Lists of references, in any style, cut into references with their identifiers."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from screener.sources.reference_list import read_references
from screener.sources.reference_parts import Reference, straight
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


@given(lists(), STYLE, st.sampled_from(LABELS), st.sampled_from(("\n", "\n\n", "\r\n")))
def test_numbered_lists(made: list[Paper], style: str, label: str, between: str) -> None:
    """One reference a number; every identifier is found and none goes to a neighbour; no text is lost."""
    printed = [STYLES[style](paper) for paper in made]
    labels = [label.format(n=n) for n in range(1, len(made) + 1)]
    found = read_references(between.join(a + b for a, b in zip(labels, printed, strict=True)))
    check(found, made)
    assert [letters(each.text) for each in found] == [letters(text) for text in printed]
    assert [each.label for each in found] == [each.strip().rstrip("\t") for each in labels]


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


@given(lists(), STYLE, st.sampled_from(("\n", "\n\n", "\n \n")))
def test_one_a_line_or_paragraph(made: list[Paper], style: str, between: str) -> None:
    """Without numbers every line, or paragraph, is a reference."""
    printed = [STYLES[style](paper) for paper in made]
    found = read_references(between.join(printed))
    check(found, made)
    assert [letters(each.text) for each in found] == [letters(text) for text in printed]
    assert {each.label for each in found} == {None}


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
