"""Independent votes of one record-stage, over random histories."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.screening import Stage, Vote
from screener.screening.agreement_report import part
from screener.screening.independent import Rated, Said, rated

PEOPLE = ("A", "B", "D")


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """Acts of up to three people, one chain each; a person's last one is a vote."""
    found: list[Said] = []
    heads: dict[str, str] = {}
    for who in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=12)):
        vote = draw(st.sampled_from((*Vote, None))) if who in heads else draw(st.sampled_from(tuple(Vote)))
        said = Said(f"{len(found):04}", f"time {len(found)}", who, vote, None, heads.get(who))
        heads[who] = said.id
        found.append(said)
    last = set(heads.values())
    return [replace(s, vote=Vote.MAYBE) if s.id in last and s.vote is None else s for s in found]


def read(said: list[Said], shown: str | None = None) -> Rated | None:
    return rated("r", said, {each.reviewer for each in said}, shown, reasons_count=False)


@given(histories(), st.randoms())
def test_the_order_of_reading_does_not_matter(said: list[Said], source: object) -> None:
    mixed = list(said)
    source.shuffle(mixed)  # type: ignore[attr-defined]
    assert read(mixed) == read(said)


@given(histories())
def test_what_is_said_after_closing_changes_nothing(said: list[Said]) -> None:
    found = read(said)
    if found is None:
        assert len({each.reviewer for each in said}) == 1
        return
    until = [each for each in said if each.id <= found.closed_by]
    assert rated("r", until, found.closing, None, reasons_count=False) == found
    assert set(found.first) == set(found.closing) == {each.reviewer for each in said}
    for who in found.first:
        mine = [each.vote for each in until if each.reviewer == who]
        assert found.first[who][0] is mine[0]
        assert found.closing[who][0] is mine[-1]


@given(histories(), st.integers(0, 12))
def test_what_is_said_after_the_votes_were_shown_does_not_count(said: list[Said], at: int) -> None:
    found = read(said, f"{at:04}x")
    early = [each for each in said if each.id <= f"{at:04}"]
    assert found == rated("r", early, {each.reviewer for each in said}, None, reasons_count=False)
    if found is not None:
        assert found.closed_by <= f"{at:04}"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(tuple(Vote)), st.sampled_from(tuple(Vote))), max_size=120))
def test_pairs_and_batches_add_up_to_the_whole(votes: list[tuple[Vote, Vote]]) -> None:
    """Records of three people in turns: the cells of the pairs, and of the batches, sum to those of all."""
    records = []
    for number, (x, y) in enumerate(votes):
        first, second = sorted((PEOPLE[number % 3], PEOPLE[(number + 1) % 3]))
        said = {first: (x, None), second: (y, None)}
        records.append(Rated(f"r{number}", f"{number:04}", "2024-01-01", said, said))
    whole = part(
        "all", records, stage=Stage.TITLE_ABSTRACT, which="closing", reviewers=PEOPLE, reasons=["design"]
    )
    assert whole.votes.n == len(votes) == whole.records
    for name in "abcd":
        assert sum(getattr(p.votes, name) for p in whole.pairs) == getattr(whole.votes, name)
        if whole.batches:
            assert sum(getattr(b.votes, name) for b in whole.batches) == getattr(whole.votes, name)
    assert [b.start for b in whole.batches[1:]] == [b.end + 1 for b in whole.batches[:-1]]
