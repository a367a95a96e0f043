"""From votes to outcomes: every combination, against rules written down a second time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.protocol import Protocol, StageRules
from screener.model.screening import CastVote, Outcome, Resolution, Stage, Vote
from screener.protocol import parse_protocol
from screener.screening import ALLOWED, first_reason, required_votes, stage_status

# The template's reasons at full text, in its order; "odd" stands in no protocol.
REASONS = ("population", "design", "outcome")


@cache
def template() -> Protocol:
    text = (resources.files("screener.steps") / "review_template.toml").read_text("utf-8")
    return parse_protocol(text)


def protocol(voters: int = 2, reason_conflicts: str = "order", maybe: str = "passes") -> Protocol:
    rules = {stage: StageRules(voters, maybe=maybe, reason_conflicts=reason_conflicts) for stage in Stage}
    return replace(template(), rules=rules)


def oracle(
    stage: Stage,
    voters: int,
    conflicts: str,
    votes: list[tuple[str, str | None]],
    resolution: tuple[str, str | None] | None,
) -> tuple[str, str | None]:
    """The rules of contracts section 2, word by word, with nothing of the program."""
    if len(votes) < voters:
        return "open", None
    if resolution:
        return ("passed", None) if resolution[0] == "include" else ("excluded", resolution[1])
    passing = [vote for vote, _ in votes if vote != "exclude"]
    if len(passing) == len(votes):
        return "passed", None
    if passing:
        return "conflict", None
    given_reasons = [reason for _, reason in votes if reason]
    if stage is Stage.FULL_TEXT and conflicts == "resolve":
        for one in given_reasons:
            for other in given_reasons:
                if one != other:
                    return "conflict", None
    known = list(REASONS) if stage is Stage.FULL_TEXT else ["population", "design"]
    for reason in known:
        if reason in given_reasons:
            return "excluded", reason
    return "excluded", sorted(given_reasons)[0] if given_reasons else None


@st.composite
def cases(
    draw: st.DrawFn,
) -> tuple[Stage, int, str, list[tuple[str, str | None]], tuple[str, str | None] | None]:
    stage = draw(st.sampled_from(Stage))
    choices = sorted(vote.value for vote in ALLOWED[stage])
    reasons = [None, *REASONS[:2], "odd"] + ([REASONS[2]] if stage is Stage.FULL_TEXT else [])
    votes = []
    for _ in range(draw(st.integers(0, 4))):
        choice = draw(st.sampled_from(choices))
        votes.append((choice, draw(st.sampled_from(reasons)) if choice == "exclude" else None))
    resolution = draw(
        st.none() | st.tuples(st.sampled_from(["include", "exclude"]), st.sampled_from(["design", "outcome"]))
    )
    return (
        stage,
        draw(st.sampled_from([2, 3])),
        draw(st.sampled_from(["order", "resolve"])),
        votes,
        resolution,
    )


@given(cases())
def test_outcome_is_that_of_the_written_rules(case: tuple) -> None:
    """Every combination of votes, reasons and resolution for two and three voters."""
    stage, voters, conflicts, votes, resolution = case
    cast = [CastVote(f"R{n}", Vote(vote), reason) for n, (vote, reason) in enumerate(votes)]
    settled = (
        Resolution(Vote(resolution[0]), resolution[1], ("C",), "adjudication", "why") if resolution else None
    )
    found = stage_status(protocol(voters, conflicts), stage, cast, settled, voters)
    assert (found.outcome.value, found.reason) == oracle(stage, voters, conflicts, votes, resolution)


@given(cases())
def test_order_of_votes_does_not_matter(case: tuple) -> None:
    """Who voted first changes nothing."""
    stage, voters, conflicts, votes, _ = case
    cast = [CastVote(f"R{n}", Vote(vote), reason) for n, (vote, reason) in enumerate(votes)]
    rules = protocol(voters, conflicts)
    assert len({stage_status(rules, stage, each, None, voters) for each in permutations(cast[:3])}) == 1


def test_full_text_decides() -> None:
    """Maybe is a vote at title/abstract only."""
    assert ALLOWED[Stage.TITLE_ABSTRACT] == set(Vote)
    assert ALLOWED[Stage.FULL_TEXT] == {Vote.INCLUDE, Vote.EXCLUDE}


@pytest.mark.parametrize(
    ("reasons", "first"),
    [
        (set(), None),
        ({"outcome", "design"}, "design"),
        ({"outcome", "population", "design"}, "population"),
        ({"zzz", "outcome"}, "outcome"),
        ({"zzz", "aaa"}, "aaa"),
    ],
)
def test_first_reason(reasons: set[str], first: str | None) -> None:
    """The protocol's order settles; a reason that the protocol has dropped comes after all of its own."""
    assert first_reason(template(), Stage.FULL_TEXT, reasons) == first


def test_reasons_to_resolve_are_a_conflict_at_full_text_only() -> None:
    """With reason_conflicts = "resolve" different reasons wait for people, but never at title/abstract."""
    votes = [CastVote("A", Vote.EXCLUDE, "population"), CastVote("B", Vote.EXCLUDE, "design")]
    rules = protocol(2, "resolve")
    assert stage_status(rules, Stage.FULL_TEXT, votes, None, 2).outcome is Outcome.CONFLICT
    found = stage_status(rules, Stage.TITLE_ABSTRACT, votes, None, 2)
    assert (found.outcome, found.reason) == (Outcome.EXCLUDED, "population")


def test_a_resolution_without_votes_settles_nothing() -> None:
    """A resolution counts only as long as the votes that it settled are there."""
    settled = Resolution(Vote.INCLUDE, None, ("C",), "adjudication", "why")
    assert stage_status(protocol(), Stage.FULL_TEXT, [], settled, 2).outcome is Outcome.OPEN


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("include", "maybe"), Outcome.CONFLICT),
        (("maybe", "maybe"), Outcome.PASSED),
        (("include", "include"), Outcome.PASSED),
        (("maybe", "exclude"), Outcome.CONFLICT),
    ],
)
def test_a_maybe_that_has_to_be_settled(said: tuple[str, str], outcome: Outcome) -> None:
    votes = [CastVote(f"R{n}", Vote(vote)) for n, vote in enumerate(said)]
    rules = protocol(maybe="conflict")
    assert stage_status(rules, Stage.TITLE_ABSTRACT, votes, None, 2).outcome is outcome


def test_what_all_stopped_before_is_excluded_by_automation_while_nobody_voted() -> None:
    rules = protocol()
    unread = stage_status(rules, Stage.TITLE_ABSTRACT, [], None, 2, left_unread=True)
    assert (unread.outcome, unread.by_automation) == (Outcome.EXCLUDED, True)
    vote = [CastVote("A", Vote.INCLUDE)]
    read = stage_status(rules, Stage.TITLE_ABSTRACT, vote, None, 2, left_unread=True)
    assert (read.outcome, read.by_automation) == (Outcome.OPEN, False)


@given(st.floats(0.01, 1), st.lists(st.uuids(version=5), min_size=1, max_size=50))
def test_a_sample_is_drawn_by_the_ids(share: float, ids: list[UUID]) -> None:
    """A larger share draws the same records and more; the pilot's voters come before all."""
    rules = StageRules(1, verify=share)
    drawn = {str(i) for i in ids if required_votes(rules, str(i)) == 2}
    more = {str(i) for i in ids if required_votes(StageRules(1, verify=1.0), str(i)) == 2}
    assert drawn <= more == {str(i) for i in ids}
    assert required_votes(rules, str(ids[0]), pilot=4) == 4
    assert required_votes(StageRules(1), str(ids[0])) == 1
