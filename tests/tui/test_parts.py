"""The parts that need no app: order of the desk, pace, text, pairs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from screener.model.protocol import Criterion
from screener.model.screening import Vote
from screener.screening import Highlighter
from screener.tui.order import Order
from screener.tui.pace import PAUSE, Pace
from screener.tui.pair_text import compared, pair_text
from screener.tui.text import abstract_content, byline, fitted, marked, plain
from tests.builders import citation

SCRIPT = st.lists(st.sampled_from(["finish", "forward", "back", "reopen"]), max_size=40)


@given(st.integers(0, 6), SCRIPT)
def test_the_desk_never_loses_a_record(count: int, script: list[str]) -> None:
    ids = [str(n) for n in range(count)]
    order = Order(ids)
    for step in script:
        if step == "reopen" and ids:
            order.reopen(ids[0])
        elif step != "reopen":
            getattr(order, step)()
        assert order.ids == ids
        assert order.left == count - len(order.done)
        assert order.current is None or order.current in ids
    while order.left:
        if order.current is None or order.current in order.done:
            assert order.forward() or order.back()
        else:
            order.finish()
    assert order.done == set(ids)


def test_a_new_queue_keeps_the_place() -> None:
    order = Order(["a", "b", "c", "d"])
    order.finish()
    assert order.current == "b"

    order.refresh(["b", "d", "e"])  # c became part of another record, e is new
    assert order.ids == ["a", "b", "d", "e"]
    assert order.current == "b"

    order.refresh(["d", "e"])  # b is gone too
    assert order.current == "d"


def test_pace_leaves_out_pauses() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.start()
    for wait in (10, PAUSE + 1, 20):
        now[0] += wait
        pace.vote(Vote.INCLUDE)

    assert pace.votes == 3
    assert pace.seconds_each == 15


@given(st.text(), st.integers(0, 40))
def test_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fitted(plain(text).replace("\n", " "), width)) == width


@given(st.text())
def test_text_comes_through_to_the_letter(text: str) -> None:
    """Whatever a title holds, the screen's content holds it too; only control characters go."""
    shown = plain(text)

    assert marked(shown).plain == shown
    assert not any(ord(c) < 32 and c != "\n" for c in shown)
    assert (
        "".join(c for c in text.replace("\t", " ") if c == "\n" or not (ord(c) < 32 or 127 <= ord(c) < 160))
        == shown
    )


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[31mred\x9b0m\x07") == "a[31mred0m"


def test_terms_take_the_colour_of_their_element() -> None:
    highlighter = Highlighter([Criterion("outcomes", "", "", ("overall survival",))])
    text = "Overall survival was the endpoint"
    spans = marked(text, highlighter.hits(text)).spans

    assert [(s.start, s.end, s.style) for s in spans] == [(0, 16, "bold $picos-outcomes")]


def test_labels_of_a_structured_abstract_stand_out() -> None:
    text = "BACKGROUND: Why.\nMETHODS AND FINDINGS: How: like this.\nNot a label: here."
    spans = abstract_content(text, []).spans

    assert [text[s.start : s.end] for s in spans] == ["BACKGROUND:", "METHODS AND FINDINGS:"]


def test_authors_are_short() -> None:
    fields = citation(
        1, authors=("Berg, Bo Anders", "山田, 太郎", "The Group"), volume="1", issue="2", pages="3-4"
    )

    assert byline(fields) == "Berg BA, 山田 太郎, The Group · Journal of Made-up Trials 2020;1(2):3-4"


def test_what_differs_is_marked_on_both_sides() -> None:
    left, right = compared("10.1000/abc", "10.1000/abd")

    assert [left.plain[s.start : s.end] for s in left.spans] == ["c"]
    assert [right.plain[s.start : s.end] for s in right.spans] == ["d"]


def test_a_pair_fits_its_width_with_wide_characters() -> None:
    one = citation(1, title="転移性大腸癌に対する薬剤Aの無作為化第III相試験" * 3)
    other = citation(2, title="[Drug A] e\u0301tude " * 20)
    for width in (60, 100, 180):
        lines = pair_text(one, other, width).plain.split("\n")
        assert max(cell_len(line) for line in lines) <= width
