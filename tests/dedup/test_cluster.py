"""From verdicts to records: people first, vetoes kept, contradictions told."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from screener.dedup import Blocked, Clash, PairVerdict, PersonVerdict, Verdict, cluster
from screener.model.errors import InputError

from .made import paper, records

S, D, A = Verdict.SAME, Verdict.DIFFERENT, Verdict.ASK


def engine(
    a: str, b: str, verdict: Verdict = S, score: float = 0.9, vetoes: tuple[str, ...] = ()
) -> PairVerdict:
    return PairVerdict(a, b, verdict, score, "a rule", vetoes=vetoes)


def test_the_engine_joins_along_chains_under_the_smallest_id() -> None:
    assert cluster("cab", [engine("b", "c"), engine("a", "b")]).root_of == {"a": "a", "b": "a", "c": "a"}


def test_an_ask_joins_nothing_and_forbids_nothing_without_veto() -> None:
    pairs = [engine("a", "b"), engine("b", "c"), engine("a", "c", A)]
    assert len(set(cluster("abc", pairs).root_of.values())) == 1
    assert len(set(cluster("abc", [engine("a", "c", A)]).root_of.values())) == 3


@pytest.mark.parametrize("verdict", [D, A])
def test_no_cluster_holds_a_vetoed_pair(verdict: Verdict) -> None:
    pairs = [engine("a", "b", score=0.8), engine("b", "c"), engine("a", "c", verdict, vetoes=("two DOIs",))]
    for order in itertools.permutations(pairs):
        found = cluster("abc", order)
        assert found.root_of == {"a": "a", "b": "b", "c": "b"}
        assert found.blocked == (Blocked("a", "b", ("a", "c"), False, ("two DOIs",)),)


def test_a_person_wins_over_the_engine() -> None:
    pairs = [engine("a", "b"), engine("a", "c", D, vetoes=("protocol",))]
    found = cluster("abc", pairs, [PersonVerdict("b", "a", D), PersonVerdict("a", "c", S)])
    assert found.root_of == {"a": "a", "b": "b", "c": "a"}
    assert not found.clashes


def test_a_persons_same_answers_the_doubts_between_two_clusters() -> None:
    """The engine has b and c together; who joins a with b joins it with c as well, whatever made it doubt."""
    doubt = engine("a", "c", A, 0.7, vetoes=("years apart",))
    pairs = [engine("b", "c"), doubt, engine("a", "b", A, 0.8, vetoes=("years apart",))]
    found = cluster("abc", pairs, [PersonVerdict("a", "b", S)])
    assert set(found.root_of.values()) == {"a"}
    sure = [pairs[0], replace(doubt, verdict=D)]
    found = cluster("abc", sure, [PersonVerdict("a", "b", S)])
    assert set(found.root_of.values()) == {"a"}, "else the word would tear the record of b and c apart"
    assert found.blocked == ()


def test_a_persons_same_answers_no_doubt_about_others() -> None:
    """c came to b by way of d: what the engine doubts between c and b itself is not what the person said."""
    pairs = [engine("b", "d", score=0.95), engine("c", "d"), engine("b", "c", A, vetoes=("two DOIs",))]
    found = cluster("abcd", pairs, [PersonVerdict("a", "b", S)])
    assert found.root_of == {"a": "a", "b": "a", "c": "c", "d": "a"}


def test_a_persons_different_holds_against_a_chain() -> None:
    found = cluster("abc", [engine("a", "b"), engine("b", "c", score=0.7)], [PersonVerdict("a", "c", D)])
    assert found.root_of == {"a": "a", "b": "a", "c": "c"}
    assert found.blocked == (Blocked("b", "c", ("a", "c"), True),)


def test_a_persons_ask_takes_the_pair_from_the_engine() -> None:
    assert cluster("ab", [engine("a", "b")], [PersonVerdict("a", "b", A)]).root_of == {"a": "a", "b": "b"}


def test_people_who_contradict_each_other_are_told_and_nobody_is_chosen() -> None:
    people = [PersonVerdict("a", "b", S), PersonVerdict("b", "c", S), PersonVerdict("a", "c", D)]
    for order in itertools.permutations(people):
        found = cluster("abcd", [], [*order, PersonVerdict("c", "d", S)])
        assert found.root_of == {"a": "a", "b": "b", "c": "c", "d": "c"}
        assert found.clashes == (Clash("a", "c", ("a", "b", "c")),)


def test_two_people_on_one_pair() -> None:
    found = cluster("ab", [engine("a", "b")], [PersonVerdict("a", "b", S), PersonVerdict("a", "b", D)])
    assert found.root_of == {"a": "a", "b": "b"}
    assert found.clashes == (Clash("a", "b", ("a", "b")),)


def test_a_verdict_on_an_unknown_citation_is_an_error() -> None:
    with pytest.raises(InputError, match="not there: z"):
        cluster("ab", [], [PersonVerdict("a", "z", S)])


def test_a_pair_is_two_citations() -> None:
    with pytest.raises(InputError, match="two ids"):
        PersonVerdict("a", "a", S)
    with pytest.raises(InputError, match="two ids"):
        engine("b", "a")


def test_a_poor_entry_does_not_chain_two_papers() -> None:
    poor = paper(source="other", journal=None, volume=None, issue=None, pages=None, year=2014)
    first = paper(doi="10.1000/first")
    other = paper(
        doi="10.1000/other", journal="Another Journal Altogether", volume="3", issue=None, pages="77-80"
    )
    groups = records({"first": first, "other": other, "poor": poor})
    assert not any({"first", "other"} <= group for group in groups)
    assert len(groups) == 2
