"""Laws that hold for any citations and any verdicts."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.dedup import (
    PairVerdict,
    PersonVerdict,
    Verdict,
    cluster,
    clusters_table,
    find_pairs,
    preferred,
)
from screener.model.citation import Citation

# Few values per field, so that pairs agree and disagree in all ways.
CITATION = st.builds(
    Citation,
    source=st.sampled_from(["pubmed", "embase", "clinicaltrials"]),
    title=st.sampled_from(
        [
            None,
            "Editorial",
            "Maintenance bevazolimab in metastatic colorectal cancer",
            "Maintenance bevazolimab in metastatic colorectal cancer: a randomised trial",
            "Maintenance bevazolimab in metastatic colorectal cancer. Part 2",
            "[Bevazolimab dans le cancer colorectal]",
        ]
    ),
    authors=st.sampled_from([(), ("Okafor, N", "Lindqvist, P"), ("Brandt, Kim",), ("Okafor, N",)]),
    journal=st.sampled_from([None, "Annals of Invented Oncology", "Ann Invent Oncol", "Heart"]),
    year=st.sampled_from([None, 2014, 2015, 2019]),
    volume=st.sampled_from([None, "25", "26"]),
    pages=st.sampled_from([None, "1311-9", "1311-1319", "S210", "1-9"]),
    doi=st.sampled_from([None, "10.1000/one", "10.1000/other"]),
    pmid=st.sampled_from([None, None, "111"]),
)
CITATIONS = st.lists(CITATION, max_size=8).map(
    lambda found: {f"c{n}": citation for n, citation in enumerate(found)}
)
IDS = [f"c{n}" for n in range(7)]
PAIRS = list(combinations(IDS, 2))


@st.composite
def engine_pairs(draw: st.DrawFn) -> list[PairVerdict]:
    chosen = draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=15))
    return [
        PairVerdict(
            a,
            b,
            draw(st.sampled_from(list(Verdict))),
            draw(st.sampled_from([0.5, 0.7, 0.9])),
            "a rule",
            vetoes=draw(st.sampled_from([(), ("two DOIs",)])),
        )
        for a, b in chosen
    ]


PEOPLE = st.lists(
    st.builds(
        lambda pair, v: PersonVerdict(pair[0], pair[1], v),
        st.sampled_from(PAIRS),
        st.sampled_from(list(Verdict)),
    ),
    max_size=8,
)


@given(CITATIONS, st.randoms(use_true_random=False))
def test_the_order_of_citations_does_not_matter(
    citations: dict[str, Citation], chance: random.Random
) -> None:
    items = list(citations.items())
    chance.shuffle(items)
    assert find_pairs(dict(items)) == find_pairs(citations)


@given(CITATIONS)
def test_a_verdict_is_symmetric(citations: dict[str, Citation]) -> None:
    for a, b in combinations(citations, 2):
        one = find_pairs({"x": citations[a], "y": citations[b]})
        other = find_pairs({"x": citations[b], "y": citations[a]})
        assert one == other


@given(CITATIONS, st.sets(st.sampled_from([f"c{n}" for n in range(8)])))
@settings(max_examples=200)
def test_what_new_citations_bring_completes_a_full_run(
    citations: dict[str, Citation], fresh: set[str]
) -> None:
    new = fresh & citations.keys()
    old = {i: c for i, c in citations.items() if i not in new}
    both = {(p.a, p.b): p for p in [*find_pairs(old), *find_pairs(citations, new=new)]}
    assert [both[key] for key in sorted(both)] == find_pairs(citations)


@given(CITATIONS)
def test_no_record_holds_a_vetoed_pair(citations: dict[str, Citation]) -> None:
    pairs = find_pairs(citations)
    roots = cluster(citations, pairs).root_of
    assert not any(p.forbids and roots[p.a] == roots[p.b] for p in pairs)


@given(CITATIONS)
def test_one_citation_of_each_record_gives_no_more_duplicates(citations: dict[str, Citation]) -> None:
    """Other than those that a third citation of the record forbade."""
    clustering = cluster(citations, find_pairs(citations))
    blocked = {(b.a, b.b) for b in clustering.blocked}
    shown = {m[0]: citations[preferred(citations, m)] for m in clustering.members().values()}
    chosen = {m[0]: preferred(citations, m) for m in clustering.members().values()}
    for p in find_pairs(shown):
        if p.verdict is Verdict.SAME:
            assert tuple(sorted((chosen[p.a], chosen[p.b]))) in blocked


ANYTHING = st.builds(
    Citation,
    source=st.just("other"),
    title=st.none() | st.text(max_size=40),
    authors=st.lists(st.text(max_size=12), max_size=3).map(tuple),
    journal=st.none() | st.text(max_size=20),
    year=st.none() | st.integers(0, 3000),
    volume=st.none() | st.text(max_size=8) | st.just("9" * 5000),
    pages=st.none() | st.text(max_size=8) | st.just("9" * 5000),
    doi=st.none() | st.text(max_size=12).map("10.1000/".__add__),
)


@given(st.lists(ANYTHING, max_size=4))
def test_no_text_is_too_strange(citations: list[Citation]) -> None:
    named = {str(n): c for n, c in enumerate([*citations, *citations])}
    pairs = find_pairs(named)
    assert len(clusters_table(list(named), cluster(named, pairs), pairs)) == len(named)


@given(engine_pairs(), PEOPLE, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_clusters_keep_to_what_was_said(
    pairs: list[PairVerdict], people: list[PersonVerdict], chance: random.Random
) -> None:
    found = cluster(IDS, pairs, people)
    roots = found.root_of
    shuffled = (list(IDS), list(pairs), list(people))
    for part in shuffled:
        chance.shuffle(part)
    assert cluster(*shuffled) == found

    said = {(p.a, p.b) for p in people}
    apart = {(p.a, p.b) for p in people if p.verdict is Verdict.DIFFERENT}
    joined = {(p.a, p.b) for p in people if p.verdict is Verdict.SAME}
    assert not any(roots[a] == roots[b] for a, b in apart)
    held = {
        tuple(sorted(step))
        for clash in found.clashes
        for step in zip(clash.path, clash.path[1:], strict=False)
    }
    assert all(roots[a] == roots[b] for a, b in joined - held)
    for clash in found.clashes:
        assert (clash.a, clash.b) in apart
    for p in pairs:
        if p.forbids and (p.a, p.b) not in said and roots[p.a] == roots[p.b]:
            # Only people's own 'same' can have brought these together, or answered what speaks against the clusters
            # that it joined.
            alone = cluster(IDS, [], people).root_of
            assert alone[p.a] == alone[p.b] or joined
    blocked = {(b.a, b.b) for b in found.blocked}
    for p in pairs:
        if p.verdict is Verdict.SAME and (p.a, p.b) not in said | blocked:
            assert roots[p.a] == roots[p.b]
    for root, members in found.members().items():
        assert root == min(members)
