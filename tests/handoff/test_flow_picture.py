"""The picture of the flow: nothing overlaps, text fits, equal flows give equal bytes."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.handoff.flow import Flow, no_open
from screener.handoff.flow_layout import layout
from screener.handoff.flow_picture import Picture
from screener.handoff.flow_png import to_png
from screener.handoff.flow_svg import to_svg
from screener.handoff.text_width import text_width, wrap
from screener.model.errors import ReviewError


def flow(db: dict[str, int], reasons: dict[str, int], others: dict[str, int], waiting: int = 0) -> Flow:
    """A flow that adds up, with everything identified by databases kept up to the full text."""
    found, excluded, oth = sum(db.values()), sum(reasons.values()), sum(others.values())
    return Flow(
        db_found=db,
        screened=found,
        sought=found - waiting,
        assessed=found - waiting,
        excl_reason=reasons,
        oth_found=others,
        oth_excluded=oth,
        new_reports=found - waiting - excluded,
        open=no_open() | {"title_abstract": waiting},
    )


LONG = "Comparator: the same drug in another dose, schedule or route of administration, as in 2,000 others"
SMALL = flow({"PubMed": 9}, {"wrong population": 2, "<5 & $1$": 1}, {})
BIG = flow(
    dict.fromkeys(
        ["PubMed", "Embase", "CENTRAL", "Scopus", "Web of Science Core Collection", "PsycINFO"], 4000
    ),
    {LONG: 700, LONG.upper(): 20, "https://example.org/" + "very/long/" * 20: 1, "中文" * 60: 2},
    {"citation searching": 1000, "websites of companies and of regulatory authorities": 2},
    waiting=312,
)


def fits(picture: Picture) -> None:
    for a, b in combinations(picture.boxes, 2):
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        assert apart, (a.key, b.key)
    for box in picture.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= picture.width
        assert box.bottom <= picture.height
        for line in box.lines:
            width = text_width(line.text, line.size, bold=line.bold)
            if line.upright:
                assert width <= box.height, line.text
                assert box.x < line.x < box.right
                continue
            left = line.x - width / 2 if line.centred else line.x
            assert box.x < left, line.text
            assert left + width < box.right, line.text
            assert box.y < line.y - 0.75 * line.size, line.text
            assert line.y + 0.2 * line.size < box.bottom, line.text
        for upper, lower in zip(box.lines, box.lines[1:], strict=False):
            assert lower.y - upper.y >= line.size
    for note in picture.notes:
        assert note.x + text_width(note.text, note.size, bold=note.bold) <= picture.width
        assert not any(
            box.x < note.x and note.x < box.right and box.y < note.y < box.bottom for box in picture.boxes
        )


def crosses_no_box(picture: Picture) -> None:
    for arrow in picture.arrows:
        for (x0, y0), (x1, y1) in zip(arrow.points, arrow.points[1:], strict=False):
            assert x0 == x1 or y0 == y1
            for box in picture.boxes:
                inside_x = min(x0, x1) < box.right - 0.01 and max(x0, x1) > box.x + 0.01
                inside_y = min(y0, y1) < box.bottom - 0.01 and max(y0, y1) > box.y + 0.01
                assert not (inside_x and inside_y), box.key


@pytest.mark.parametrize("made", [SMALL, BIG])
def test_no_box_overlaps_and_all_text_fits(made: Flow) -> None:
    picture = layout(made, as_of="24 July 2023")
    fits(picture)
    crosses_no_box(picture)


words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=120)


@given(
    st.dictionaries(words, st.integers(0, 10**6), max_size=9),
    st.dictionaries(words, st.just(0), max_size=12),
    st.dictionaries(words, st.integers(0, 999), max_size=4),
)
@settings(deadline=None, max_examples=60)
def test_any_names_and_reasons_fit(
    db: dict[str, int], reasons: dict[str, int], others: dict[str, int]
) -> None:
    picture = layout(flow(db, reasons, others))
    fits(picture)
    crosses_no_box(picture)
    ElementTree.fromstring(to_svg(picture))


def test_the_svg_is_complete_and_the_same_every_time() -> None:
    text = to_svg(layout(SMALL))
    assert text == to_svg(layout(SMALL))
    drawn = [element.text for element in ElementTree.fromstring(text) if element.tag.endswith("text")]
    assert "Records screened (n\u00a0=\u00a09)" in drawn
    assert "<5 & $1$ (n\u00a0=\u00a01)" in drawn
    assert "Studies included in review (n\u00a0=\u00a00)" in drawn
    assert "href" not in text
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="545pt"'
    )
    assert 'font-family="Arial, Helvetica, sans-serif"' in text


def test_a_provisional_flow_says_so_and_a_finished_one_does_not() -> None:
    assert "PROVISIONAL: 312 open (312\u00a0awaiting title/abstract screening)" in to_svg(layout(BIG))
    assert "PROVISIONAL" not in to_svg(layout(SMALL))


def test_the_template_follows_the_sources() -> None:
    assert "via other methods" in to_svg(layout(BIG))
    assert "via other methods" not in to_svg(layout(SMALL))


def test_a_flow_that_does_not_add_up_is_not_drawn() -> None:
    with pytest.raises(ReviewError, match="screened"):
        layout(Flow(screened=1))


@pytest.mark.parametrize("made", [SMALL, BIG])
def test_the_png_is_drawn_at_200_dpi_and_the_same_every_time(made: Flow) -> None:
    picture = layout(made)
    data = to_png(picture)
    assert data == to_png(picture)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(data[16:20], "big")
    assert abs(width - picture.width / 72 * 200) <= 1


def test_words_wrap_at_blanks_only() -> None:
    assert wrap("one two\u00a03 four", 40, 9) == ["one", "two\u00a03", "four"]
    assert wrap("", 45, 9) == []
    assert wrap("a\nb\tc", 45, 9) == ["a b c"]
    assert "".join(wrap("x" * 50, 45, 9)) == "x" * 50
    assert wrap("alpha-beta-gamma", 60, 9) == ["alpha-beta-", "gamma"]
