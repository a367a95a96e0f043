"""What changes under an open desk: the person, the protocol, the record, another session. No vote is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screener.model.screening import Stage, Vote
from screener.steps import deduplication, records, screening
from screener.steps.review import Review, adopt, open_review
from screener.tui.app import ScreenerApp
from tests.builders import add_citations, citation, fixed_ids, make_review, opened_as
from tests.steps.team import make_team
from tests.tui.driver import LARGE, SMALL, drive, keyed, screen_text

TA = Stage.TITLE_ABSTRACT
Change = Callable[[str], str]


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """Six records, opened as C; A and B screen."""
    made = make_review(tmp_path / "review", 6)
    yield made
    made.close()


def adopted(review: Review, change: Change) -> None:
    """Another process adopts a changed protocol."""
    other = open_review(review.folder, "C")
    draft = other.folder / "review.toml"
    changed = change(draft.read_text("utf-8"))
    assert changed != draft.read_text("utf-8")
    draft.write_text(changed, "utf-8")
    adopt(other, "changed")
    other.close()


def said(review: Review) -> list[tuple[str, str | None, str | None]]:
    """Every row of the ledger of votes: who, vote, reason; oldest first."""
    rows = review.store.rows(
        "SELECT a.actor, d.vote, d.reason FROM decisions d JOIN acts a ON a.id = d.id ORDER BY d.id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def at_the_desk(
    review: Review, meanwhile: Callable[[], object], *keys: str, before: tuple[str, ...] = ()
) -> list[str]:
    """A's screen after each key; `meanwhile` happens after the keys `before`."""
    me = opened_as(review, "A")

    async def script(pilot: Pilot[None]) -> list[str]:
        await keyed(pilot, "g", "s", *before)
        meanwhile()
        found = []
        for key in keys:
            await keyed(pilot, key)
            found.append(screen_text(pilot))
        return found

    return list(drive(me, script, SMALL))


# The protocol ---------------------------------------------------------------------------------------

POPULATION = '[[reasons.title_abstract]]\nid = "population"\n'
NEW = '[[reasons.title_abstract]]\nid = "language"\nlabel = "language"\nelement = "report"\n\n'


def new_reason_first(text: str) -> str:
    """The reasons move down by one."""
    assert POPULATION in text
    return text.replace(POPULATION, NEW + POPULATION)


@pytest.mark.parametrize("keys", [("1",), ("e", "1")])
def test_a_digit_never_means_another_reason_than_the_one_drawn(review: Review, keys: tuple[str, ...]) -> None:
    """The vote is refused, the desk is drawn anew, and the same digit then means what is drawn now."""
    *_, refused = at_the_desk(review, lambda: adopted(review, new_reason_first), *keys)

    assert said(review) == []
    assert "another protocol has been adopted" in refused
    assert "Trial 1:" in refused
    assert "1 R language" in refused

    text = at_the_desk(review, lambda: None, "1")[0]
    assert said(review) == [("A", "exclude", "language")]
    assert "Trial 2:" in text


def test_the_reasons_change_while_the_question_is_open(review: Review) -> None:
    text = at_the_desk(review, lambda: adopted(review, new_reason_first), "1", "4", "1", before=("e",))

    assert "another protocol has been adopted" in text[0]
    assert "Trial 1:" in text[1], "there is no reason 4"
    assert said(review) == [("A", "exclude", "language")]


def test_a_digit_beyond_the_reasons_that_are_drawn(review: Review) -> None:
    """A reason was added, and an undo has met the protocol in force: the desk is drawn by it, and the digits too."""
    text = at_the_desk(review, lambda: adopted(review, new_reason_first), "u", "3", "3", "3", before=("i",))

    assert "1 R language" in text[0]
    assert [row for row in said(review) if row[1] == "exclude"] == [("A", "exclude", "design")] * 3


def test_what_was_written_beside_a_refused_vote_stays(review: Review) -> None:
    me = opened_as(review, "A")
    at_the_desk(
        review, lambda: adopted(review, new_reason_first), "i", "i", before=("n", "w", "h", "y", "enter")
    )

    assert [(r["vote"], r["note"]) for r in screening.history(me, TA)] == [("include", "why")]


def test_votes_keep_their_reason_under_a_later_label(review: Review) -> None:
    """A label may change, and the order; the vote says the same as before, in the new words."""
    me = opened_as(review, "A")
    record = screening.queue(me, TA)[0]
    screening.vote(me, record, TA, Vote.EXCLUDE, reason="population")

    def renamed(text: str) -> str:
        block = text.index(POPULATION)
        label = text.index("label = ", block)
        return text[:label] + 'label = "not our patients"\n' + text[text.index("\n", label) + 1 :]

    adopted(review, renamed)
    me.refresh()
    own = screening.own_vote(me, record, TA)
    assert own is not None
    assert own.reason == "population"

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, "g", "s", "y", "enter")
        return screen_text(pilot)

    assert "not our patients" in drive(me, script, LARGE)


# The person -----------------------------------------------------------------------------------------


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    """Six records and screeners enough to do without A."""
    made = make_team(tmp_path / "team", 6)
    yield made
    made.close()


LEFT = ('[[reviewers]]\nid = "A"', '[[reviewers]]\nactive = false\nid = "A"')


def test_who_is_deactivated_at_the_open_desk(team: Review) -> None:
    """Nothing more can be said, not even taken back; what was said counts on; the desk says why."""
    text = at_the_desk(team, lambda: adopted(team, lambda t: t.replace(*LEFT)), "i", "u", "m", before=("i",))

    assert said(team) == [("A", "include", None)]
    assert "A has left the review" in text[0]
    assert "Traceback" not in "".join(text)


def test_undo_after_leaving(team: Review) -> None:
    text = at_the_desk(team, lambda: adopted(team, lambda t: t.replace(*LEFT)), "u", before=("i",))

    assert said(team) == [("A", "include", None)]
    assert "A has left the review" in text[0]


def test_who_has_left_may_look(team: Review) -> None:
    """The screens open, and say it; no key votes."""
    adopted(team, lambda t: t.replace(*LEFT))
    team.reload()
    text = at_the_desk(team, lambda: None, "i", "1", "u")

    assert said(team) == []
    assert all("A has left the review" in each for each in text)


def test_who_is_struck_off_before_saying_anything(review: Review) -> None:
    """The list of reviewers does not name the person any more: every vote is refused, not only the first."""
    person = '[[reviewers]]\nid = "A"\n'
    joins = '[[reviewers]]\nid = "Z"\n'
    text = at_the_desk(
        review, lambda: adopted(review, lambda t: t.replace(person, joins)), "i", "i", "1", "u"
    )

    assert said(review) == []
    assert "'A' is no reviewer of this review" in text[1]


# Two sessions ---------------------------------------------------------------------------------------


def test_two_sessions_of_one_person(review: Review) -> None:
    """Over two connections: the later word replaces the earlier, in whichever session it was said."""
    sessions = [open_review(review.folder, "A", ids=fixed_ids(n)) for n in (11, 12)]

    async def run() -> list[str]:
        found = []
        first, second = (ScreenerApp(each, clock=lambda: 0.0) for each in sessions)
        async with first.run_test(size=SMALL) as one, second.run_test(size=SMALL) as two:
            await keyed(one, "g", "s")
            await keyed(two, "g", "s")
            await keyed(one, "i")  # on the first record
            await keyed(two, "1")  # on the first record too
            await keyed(two, "m")  # on the second
            found.append(screen_text(two))
            await keyed(one, "u")  # the person's newest vote: the other session's
            found.append(screen_text(one))
            await keyed(two, "u")  # the one before
            found.append(screen_text(two))
            await keyed(one, "i", "escape", "g", "s")
            found.append(screen_text(one))
        return found

    text = asyncio.run(run())
    for each in sessions:
        each.close()
    first, second, third, *_ = screening.queue(opened_as(review, "B"), TA)
    me = opened_as(review, "A")
    assert [row[1:] for row in said(review)] == [
        ("include", None),
        ("exclude", "population"),
        ("maybe", None),
        (None, None),
        (None, None),
        ("include", None),
    ]
    heads = {record: screening.own_vote(me, record, TA) for record in (first, second, third)}
    assert heads[first] is None
    assert heads[second] is not None
    assert heads[second].vote is Vote.INCLUDE
    assert review.store.value("SELECT count(*) FROM decision_heads") == 2, "one chain a record: no clash"
    assert "4 left" in text[0]
    assert "Trial 2:" in text[1]
    assert "Trial 1:" in text[2]
    assert "5 left" in text[3]


# The record -----------------------------------------------------------------------------------------


def pair(review: Review) -> tuple[str, str]:
    """The first two records, told apart by the order of the queue."""
    first, second, *_ = screening.queue(opened_as(review, "A"), TA)
    return first, second


def votes_on(review: Review) -> dict[str, str]:
    """Title's number by citation voted on, and the vote that stands."""
    rows = review.store.rows(
        "SELECT citation_id, vote FROM decision_heads WHERE vote IS NOT NULL AND actor = 'A'"
    )
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("walk", [(), ("j",)])
def test_a_record_is_merged_while_it_is_on_the_screen(review: Review, walk: tuple[str, ...]) -> None:
    """Whichever of the two lies there: the vote is on the citation shown, and holds for the record of both."""
    first, second = pair(review)
    shown = second if walk else first

    text = at_the_desk(
        review,
        lambda: deduplication.judge(opened_as(review, "B"), first, second, "same"),
        "i",
        "m",
        before=walk,
    )

    assert votes_on(review)[shown] == "include"
    assert len(records.states(review)) == 5
    merged = next(r for r in records.states(review) if r in (first, second))
    own = screening.own_vote(opened_as(review, "A"), merged, TA)
    assert own is not None
    assert own.vote is Vote.INCLUDE
    assert "not there any more" not in text[0]
    assert "Trial 3:" in text[0]
    assert "Trial 4:" in text[1]
    assert len(screening.queue(opened_as(review, "A"), TA)) == 3


def test_a_record_further_on_is_merged(review: Review) -> None:
    """What is gone is passed over; no vote falls on another record than the one that is drawn."""
    first, second = pair(review)
    third = screening.queue(opened_as(review, "A"), TA)[2]

    text = at_the_desk(
        review,
        lambda: deduplication.judge(opened_as(review, "B"), second, third, "same"),
        "i",
        "m",
        "j",
        "k",
    )

    assert len(votes_on(review)) == 2
    assert votes_on(review)[first] == "include"
    assert "Trial 1:" not in text[0]
    assert all("Traceback" not in each for each in text)
    assert len(screening.queue(opened_as(review, "A"), TA)) == 3


@pytest.mark.parametrize("out", [0, 1])
def test_a_record_is_split_while_it_is_on_the_screen(review: Review, out: int) -> None:
    """The vote follows the citation that was shown; the other part waits."""
    first, second = pair(review)
    deduplication.judge(opened_as(review, "B"), first, second, "same")
    merged = next(r for r in records.states(review) if r in (first, second))
    shown = records.card(review, merged).citation
    other = second if shown == first else first

    at_the_desk(review, lambda: deduplication.split(opened_as(review, "B"), (shown, other)[out]), "i")

    assert votes_on(review) == {shown: "include"}
    assert other in screening.queue(opened_as(review, "A"), TA)
    assert shown not in screening.queue(opened_as(review, "A"), TA)


def test_a_vote_after_the_merged_record_was_settled(review: Review) -> None:
    """The other record was read by this person already: the new word replaces the old one, in one chain."""
    first, second = pair(review)
    me = opened_as(review, "A")
    screening.vote(me, first, TA, Vote.INCLUDE)

    at_the_desk(review, lambda: deduplication.judge(opened_as(review, "B"), first, second, "same"), "1")

    merged = next(r for r in records.states(review) if r in (first, second))
    own = screening.own_vote(me, merged, TA)
    assert own is not None
    assert (own.vote, own.reason) == (Vote.EXCLUDE, "population")


def test_more_records_than_the_protocol_asks(review: Review) -> None:
    """Records that come while the desk is open wait after the others."""
    text = at_the_desk(review, lambda: add_citations(review, [citation(7)]), "i", "escape", "g")
    assert "Trial 2:" in text[0]
    assert len(screening.queue(opened_as(review, "A"), TA)) == 6
