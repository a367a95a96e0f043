"""The flow in text, and its few lines on the home screen."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from screener.handoff.flow import Flow
from screener.steps.review import Review
from screener.tui.flow_text import flow_text
from screener.tui.screens.home import flow_lines
from tests.tui.driver import LARGE, SMALL, press


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_flow_of_the_review_is_drawn(review: Review, size: tuple[int, int]) -> None:
    text = press(review, "g", "w", size=size)

    assert "PROVISIONAL: 6 open" in text
    assert "PubMed (n = 6)" in text
    assert "┌" in text


def test_a_box_that_does_not_add_up_is_marked_with_both_numbers() -> None:
    wrong = Flow(db_found={"PubMed": 10}, dup_removed=2, screened=9, excluded=9, excluded_by_human=9)
    text = flow_text(wrong, 100).plain

    assert "! 9 here, 8 from the other boxes" in text
    assert "! screened: 9 but 8" in flow_lines(wrong).plain
    assert "!" not in flow_text(Flow(), 100).plain


@pytest.mark.parametrize("width", [76, 120, 196])
def test_boxes_are_closed_and_fit(width: int) -> None:
    flow = Flow(
        db_found={"PubMed": 10, "医学中央雑誌": 5},
        screened=15,
        excluded=5,
        excluded_by_human=5,
        sought=10,
        assessed=10,
        excl_reason={
            "薬剤の比較がない": 4,
            "A reason with so many words that it has to be wrapped in its box": 6,
        },
        oth_found={"Citation searching": 3},
        oth_sought=3,
        oth_assessed=3,
        new_studies=2,
        new_reports=3,
    )
    lines = flow_text(flow, width).plain.split("\n")

    assert max(cell_len(line) for line in lines) <= width
    edges = {cell_len(line) for line in lines if line.endswith(("│", "┐", "┘")) and "┌" not in line[:1]}
    assert len({cell_len(line) for line in lines if line.endswith("┐")}) <= 2
    assert edges
    assert any("other methods" in line for line in lines)
