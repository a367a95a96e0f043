"""Which votes agreement is computed from: first and closing, undo, resolutions, merges, splits, pilots, samples."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import InputError
from screener.model.screening import Stage
from screener.screening.agreement_parts import Part
from screener.screening.agreement_values import FEW
from screener.steps import agreement, pilots, records, settling
from screener.steps.review import Review, adopt
from tests.steps.team import (
    EXCLUDE,
    FT,
    INCLUDE,
    MAYBE,
    TA,
    agree,
    disagree,
    judge,
    make_team,
    protocol_text,
    say,
    settle,
    undo,
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 8)
    yield review
    review.close()


def every(review: Review) -> list[str]:
    return list(records.states(review.as_person(None)))


def main(review: Review, votes: str = "closing", stage: Stage = TA) -> Part:
    return agreement.report(review, votes, [stage]).stages[0].parts[0]


def cells(part: Part) -> tuple[int, int, int, int]:
    return part.votes.a, part.votes.b, part.votes.c, part.votes.d


def both(review: Review, stage: Stage = TA) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The counts of first votes and of those at closing."""
    return cells(main(review, "first", stage)), cells(main(review, "closing", stage))


def test_one_of_each_kind(team: Review) -> None:
    one, two, three, four = every(team)[:4]
    agree(team, one)
    disagree(team, two)
    say(team, "B", three, INCLUDE)
    say(team, "A", three, EXCLUDE)
    agree(team, four, EXCLUDE)
    assert both(team) == ((1, 1, 1, 1), (1, 1, 1, 1))
    (pair,) = main(team).pairs
    assert (pair.first, pair.second) == ("A", "B")
    assert main(team).votes.few


def test_open_votes_do_not_enter(team: Review) -> None:
    one, two = every(team)[:2]
    agree(team, one)
    say(team, "A", two, INCLUDE)
    assert main(team).records == 1
    undo(team, "A", one)
    assert main(team).records == 0


def test_a_change_of_mind_before_closing_parts_first_from_closing(team: Review) -> None:
    one, two = every(team)[:2]
    say(team, "A", one, INCLUDE)
    say(team, "A", one, EXCLUDE)
    say(team, "B", one, EXCLUDE)
    say(team, "A", two, EXCLUDE)
    undo(team, "A", two)
    say(team, "A", two, INCLUDE)
    say(team, "B", two, INCLUDE)
    assert both(team) == ((0, 1, 1, 0), (1, 0, 0, 1))


def test_a_change_after_closing_is_neither(team: Review) -> None:
    """Who voted last knows whether there is a conflict: what is changed then is not independent."""
    one = every(team)[0]
    disagree(team, one)
    say(team, "B", one, INCLUDE)
    assert both(team) == ((0, 1, 0, 0), (0, 1, 0, 0))


def test_a_vote_that_was_left_to_another_person(team: Review) -> None:
    """A and B closed it, A withdrew, D voted: the pair is B and D."""
    one = every(team)[0]
    disagree(team, one)
    undo(team, "A", one)
    say(team, "D", one, EXCLUDE)
    part = main(team)
    assert [(p.first, p.second) for p in part.pairs] == [("B", "D")]
    assert cells(part) == (0, 0, 0, 1)


def test_resolutions_never_enter(team: Review) -> None:
    one, two = every(team)[:2]
    disagree(team, one)
    disagree(team, two)
    before = both(team)
    settling.open_conflict(team, one, TA)
    settle(team, "C", one, INCLUDE)
    settle(team, "A", two, EXCLUDE, how="consensus")
    settle(team, "B", two, EXCLUDE, how="consensus", confirm=True)
    assert both(team) == before == ((0, 2, 0, 0), (0, 2, 0, 0))


def test_maybe_counts_as_include_and_stands_apart_beside_it(team: Review) -> None:
    one, two, three = every(team)[:3]
    say(team, "A", one, MAYBE)
    say(team, "B", one, INCLUDE)
    say(team, "A", two, MAYBE)
    say(team, "B", two, EXCLUDE)
    agree(team, three, MAYBE)
    part = main(team)
    assert cells(part) == (2, 1, 0, 0)
    assert part.three is not None
    assert part.three.names == ("include", "maybe", "exclude")
    assert part.three.counts == ((0, 0, 0), (1, 1, 1), (0, 0, 0))
    assert part.reasons is None


def test_reasons_of_double_excludes_at_full_text(team: Review) -> None:
    said = [("design", "design"), ("design", "population"), ("outcome", "outcome")]
    for record, (a, b) in zip(every(team), said, strict=False):
        agree(team, record)
        say(team, "A", record, EXCLUDE, FT, reason=a)
        say(team, "B", record, EXCLUDE, FT, reason=b)
    agree(team, every(team)[3])
    disagree(team, every(team)[3], FT)
    part = main(team, stage=FT)
    assert cells(part) == (0, 1, 0, 3)
    found = part.reasons
    assert found is not None
    assert found.n == 3
    assert found.observed.value == pytest.approx(2 / 3)
    assert found.specific["design"] == pytest.approx(2 / 3)
    assert found.specific["outcome"] == 1.0
    assert found.specific["population"] == 0.0


def test_pairs_change_and_are_pooled_in_the_order_of_the_protocol(team: Review) -> None:
    one, two, three = every(team)[:3]
    disagree(team, one)
    say(team, "D", two, INCLUDE)
    say(team, "A", two, EXCLUDE)
    say(team, "E", three, INCLUDE)
    say(team, "D", three, EXCLUDE)
    part = main(team)
    assert [(p.first, p.second) for p in part.pairs] == [("A", "B"), ("A", "D"), ("D", "E")]
    assert [cells_of.votes.b for cells_of in part.pairs] == [1, 0, 0]
    assert cells(part) == (0, 1, 2, 0)
    assert not part.votes.repeated


def test_three_voters_are_three_pairs(tmp_path: Path) -> None:
    review = make_team(tmp_path / "three", 2, voters=3)
    one, two = every(review)
    for who, choice in (("A", INCLUDE), ("B", EXCLUDE), ("D", EXCLUDE)):
        say(review, who, one, choice)
    agree(review, two)
    part = main(review)
    assert (part.records, part.votes.n, part.votes.repeated) == (1, 3, True)
    assert cells(part) == (0, 2, 0, 1)
    review.close()


def test_one_voter_with_a_sample_for_a_second(tmp_path: Path) -> None:
    """Records that one voter closes have no agreement; those of the sample do."""
    review = make_team(tmp_path / "sample", 30, voters=1)
    text = protocol_text(voters=1).replace("voters = 1", "voters = 1\nverify = 0.3", 1)
    (review.folder / "review.toml").write_text(text, "utf-8")
    adopt(review, "a sample is read twice")
    sample = [r for r in every(review) if r[-8:] < f"{int(0.3 * 0x1_0000_0000):08x}"]
    assert 0 < len(sample) < 30
    for record in every(review):
        say(review, "A", record, INCLUDE)
    assert main(review).records == 0
    for record in sample:
        say(review, "B", record, EXCLUDE)
    assert cells(main(review)) == (0, len(sample), 0, 0)
    review.close()


def test_a_pilot_is_apart_from_the_main_screening(team: Review) -> None:
    one, two, three = every(team)[:3]
    pilots.start(team, TA, name="first round", chosen=[one, two])
    for who, choice in (("A", INCLUDE), ("B", INCLUDE), ("D", EXCLUDE)):
        say(team, who, one, choice)
    assert [part.records for part in agreement.report(team).stages[0].parts] == [0, 0], "E has not voted"
    say(team, "E", one, EXCLUDE)
    pilots.end(team, TA)
    disagree(team, three)
    whole, pilot = agreement.report(team).stages[0].parts
    assert (whole.name, whole.pilot, cells(whole)) == ("main screening", None, (0, 1, 0, 0))
    assert (pilot.name, pilot.records, pilot.votes.n) == ("first round", 1, 6)
    assert cells(pilot) == (1, 4, 0, 1), "all four voters count, though two close a record now"
    only = agreement.report(team, pilot="first round")
    assert [[part.name for part in stage.parts] for stage in only.stages] == [["first round"]]
    with pytest.raises(InputError, match="first round"):
        agreement.report(team, pilot="second")


def test_votes_before_a_merge_are_independent(team: Review) -> None:
    """A and B on one record, A and D on the other: after the merge three people have voted."""
    one, two = every(team)[:2]
    agree(team, one)
    say(team, "A", two, INCLUDE)
    say(team, "D", two, EXCLUDE)
    judge(team, one, two, "same")
    part = main(team)
    assert (part.records, part.votes.n) == (1, 3)
    assert cells(part) == (1, 2, 0, 0)
    judge(team, one, two, "different")
    assert main(team).records == 2


def test_unequal_votes_of_one_person_after_a_merge(team: Review) -> None:
    """A said both: the record waits for A again and is open; A's first word on it stays the first."""
    one, two = every(team)[:2]
    say(team, "A", one, INCLUDE)
    say(team, "A", two, EXCLUDE)
    judge(team, one, two, "same")
    merged = next(r for r in every(team) if r in {one, two})
    say(team, "B", merged, EXCLUDE)
    assert main(team).records == 0
    say(team, "A", merged, EXCLUDE)
    assert both(team) == ((0, 1, 0, 0), (0, 0, 0, 1))


def test_a_record_that_closed_before_a_merge_closed_then(team: Review) -> None:
    """What A said of the duplicate afterwards, and again after the merge, came later than the closing."""
    one, two = every(team)[:2]
    agree(team, one)
    say(team, "A", two, EXCLUDE)
    judge(team, one, two, "same")
    assert main(team).records == 0
    say(team, "A", next(r for r in every(team) if r in {one, two}), EXCLUDE)
    assert both(team) == ((1, 0, 0, 0), (1, 0, 0, 0))


def test_votes_cast_after_the_votes_were_shown_do_not_count(team: Review) -> None:
    """The conflict of A and B is opened; then a merge brings D's later vote: the pair of A and B stays."""
    one, two = every(team)[:2]
    disagree(team, one)
    settling.open_conflict(team, one, TA)
    say(team, "D", two, INCLUDE)
    judge(team, one, two, "same")
    part = main(team)
    assert [(p.first, p.second) for p in part.pairs] == [("A", "B")]
    assert cells(part) == (0, 1, 0, 0)


def test_a_reviewer_who_left_counts_on(team: Review) -> None:
    one = every(team)[0]
    disagree(team, one)
    text = protocol_text().replace('id = "B"', 'id = "B"\nactive = false')
    (team.folder / "review.toml").write_text(text, "utf-8")
    adopt(team, "B has left")
    assert cells(main(team)) == (0, 1, 0, 0)


def test_hidden_names_hide_who_differed_how(team: Review) -> None:
    """The larger cell stands first, whoever it is of; figures do not change by it."""
    for record in every(team)[:3]:
        say(team, "A", record, EXCLUDE)
        say(team, "B", record, MAYBE)
    agree(team, every(team)[3])
    open_ = main(team)
    text = protocol_text().replace("voters = 2", 'voters = 2\nconflict_names = "hidden"', 1)
    (team.folder / "review.toml").write_text(text, "utf-8")
    adopt(team, "names are hidden")
    hidden = main(team)
    assert (cells(open_), cells(hidden)) == ((1, 0, 3, 0), (1, 3, 0, 0))
    assert hidden.votes.kappa == open_.votes.kappa
    assert hidden.three is not None
    assert open_.three is not None
    assert open_.three.counts[2][1] == hidden.three.counts[1][2] == 3
    assert hidden.three.kappa == open_.three.kappa


def test_over_time_goes_by_the_order_of_closing(tmp_path: Path) -> None:
    review = make_team(tmp_path / "many", 60)
    for record in reversed(every(review)):
        agree(review, record, EXCLUDE)
    last = every(review)[0]
    part = main(review)
    assert [(b.start, b.end, b.votes.n) for b in part.batches] == [(1, 50, 50), (51, 60, 10)]
    assert part.votes.kappa.value is None
    assert records.state(review, last).at(TA).outcome.value == "excluded"
    files = agreement.files(review)
    rows = list(csv.DictReader(io.StringIO(files["agreement.csv"])))
    assert [r["what"] for r in rows if r["votes"] == "first" and r["stage"] == TA.value] == [
        *("all pairs", "pair", "over time", "over time")
    ]
    assert rows[0]["kappa"] == ""
    assert rows[0]["note"] == FEW
    assert "kappa not defined" in files["agreement.md"]
    review.close()


def test_another_kind_of_votes_is_refused(team: Review) -> None:
    with pytest.raises(InputError, match="first, closing"):
        agreement.report(team, "last")


def test_both_reports_of_an_empty_review(team: Review) -> None:
    for votes in agreement.WHICH:
        found = agreement.report(team, votes).to_dict()
        assert [part["records"] for stage in found["stages"] for part in stage["parts"]] == [0, 0]
    assert "No record has two independent votes yet." in agreement.files(team)["agreement.md"]
