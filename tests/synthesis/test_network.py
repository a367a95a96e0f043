"""Networks: parts, references, levels, multi-arm studies, and their laws."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.effects import StudyEffect
from screener.model.errors import InputError, ReviewError
from screener.synthesis.network import Part, build_networks, cannot_compare
from tests.extraction.example import protocol


def effect(
    study: str,
    treatment: str,
    comparator: str,
    log_hr: float = -0.2,
    se: float = 0.1,
    *,
    outcome: str = "OS",
    population: str = "all",
    events: tuple[int | None, int | None] = (None, None),
    hr: str = "",
) -> StudyEffect:
    return StudyEffect(
        study=study,
        outcome=outcome,
        population=population,
        treatment=treatment,
        comparator=comparator,
        log_hr=log_hr,
        se=se,
        se_min=se,
        se_max=se,
        method="B",
        inverted=False,
        printed={"hr": hr},
        extractors=(),
        events=events,
    )


def one(*effects: StudyEffect, level: str = "node") -> Part:
    parts, left_out = build_networks(effects, protocol(), level)
    assert left_out == []
    assert len(parts) == 1
    return parts[0]


def test_two_arm_studies() -> None:
    part = one(effect("B", "pan_CTFU", "CTFU", 0.1, 0.2), effect("A", "bev_CTFU", "CTFU", -0.3, 0.1))
    assert part.nodes == ("CTFU", "bev_CTFU", "pan_CTFU")
    assert (part.reference, part.name, part.level) == ("CTFU", "part1-CTFU", "node")
    first, second = part.studies
    assert (first.study, first.arms) == ("A", ("CTFU", "bev_CTFU"))
    assert first.contrasts == (("bev_CTFU", -0.3, 0.1),)
    assert first.pairs == (("bev_CTFU", "CTFU", -0.3, 0.1),)
    assert first.baseline_se is None
    assert second.study == "B"
    assert [(e.a, e.b, e.studies) for e in part.edges] == [
        ("CTFU", "bev_CTFU", ("A",)),
        ("CTFU", "pan_CTFU", ("B",)),
    ]


def test_a_network_that_falls_apart() -> None:
    effects = [
        effect("A", "regorafenib", "BSC"),
        effect("B", "bev_CTFU", "CTFU"),
        effect("C", "pan_CTFU", "CTFU"),
        effect("D", "panitumumab", "cetuximab"),
    ]
    parts, _ = build_networks(effects, protocol())
    assert [p.name for p in parts] == ["part1-CTFU", "part2-BSC", "part3-cetuximab"]
    text = cannot_compare(parts)
    assert len(text.splitlines()) == 3
    assert (
        "CTFU, bev_CTFU, pan_CTFU (part1-CTFU) cannot be compared with BSC, regorafenib (part2-BSC)" in text
    )
    assert cannot_compare(parts[:1]) == ""


def test_outcomes_and_populations_are_networks_of_their_own() -> None:
    effects = [
        effect("A", "bev_CTFU", "CTFU", outcome="PFS"),
        effect("A", "bev_CTFU", "CTFU", population="liver"),
        effect("A", "bev_CTFU", "CTFU"),
    ]
    parts, _ = build_networks(effects, protocol())
    assert [(p.outcome, p.population) for p in parts] == [("OS", "all"), ("OS", "liver"), ("PFS", "all")]
    assert cannot_compare(parts) == ""


def test_reference_without_a_preferred_one_is_in_most_studies() -> None:
    effects = [effect("A", "panitumumab", "cetuximab"), effect("B", "regorafenib", "cetuximab")]
    parts, _ = build_networks(effects, protocol(references=("CTFU",)))
    assert parts[0].reference == "cetuximab"
    parts, _ = build_networks(effects[:1], protocol(references=()))
    assert parts[0].reference == "cetuximab"  # a tie goes by name


class TestMechanisms:
    def test_nodes_become_mechanisms(self) -> None:
        part = one(effect("A", "bev_CTFU", "CTFU"), effect("B", "pan_CTFU", "CTFU"), level="mechanism")
        assert part.nodes == ("chemotherapy", "targeted_ct")
        assert part.reference == "chemotherapy"
        assert len(part.studies) == 2

    def test_contrasts_within_a_mechanism_are_left_out(self) -> None:
        parts, left_out = build_networks(
            [effect("A", "bev_CTFU", "CTFU"), effect("B", "pan_CTFU", "bev_CTFU")], protocol(), "mechanism"
        )
        assert [s.study for p in parts for s in p.studies] == ["A"]
        assert [(x.study, x.outcome) for x in left_out] == [("B", "OS")]
        assert "both targeted_ct" in left_out[0].reason

    def test_two_arms_of_one_mechanism_count_once(self) -> None:
        effects = [effect("A", "bev_CTFU", "CTFU", se=0.2), effect("A", "pan_CTFU", "CTFU", se=0.1)]
        parts, left_out = build_networks(effects, protocol(), "mechanism")
        assert parts[0].studies[0].contrasts == (("targeted_ct", -0.2, 0.1),)
        assert "more precise" in left_out[0].reason


class TestMultiArm:
    def test_covariance_from_the_third_contrast(self) -> None:
        # hr-math section 8: (se12^2 + se13^2 - se23^2)/2
        part = one(
            effect("A", "bev_CTFU", "CTFU", -0.40, 0.12),
            effect("A", "pan_CTFU", "CTFU", -0.10, 0.13),
            effect("A", "bev_CTFU", "pan_CTFU", -0.30, 0.14),
        )
        (study,) = part.studies
        assert study.arms == ("CTFU", "bev_CTFU", "pan_CTFU")
        assert study.baseline_se == pytest.approx(math.sqrt((0.12**2 + 0.13**2 - 0.14**2) / 2))
        assert study.pairs[2] == ("bev_CTFU", "pan_CTFU", pytest.approx(-0.3), pytest.approx(0.14))
        assert "exact" in study.covariance_source
        assert study.notes == ()

    def test_covariance_from_events(self) -> None:
        part = one(
            effect("A", "bev_CTFU", "CTFU", -0.4, math.sqrt(1 / 90 + 1 / 100), events=(90, 100)),
            effect("A", "pan_CTFU", "CTFU", -0.1, math.sqrt(1 / 80 + 1 / 100), events=(80, 100)),
        )
        (study,) = part.studies
        assert study.baseline_se == pytest.approx(0.1)
        assert "events" in study.covariance_source
        t1, t2, te, se = study.pairs[2]
        assert (t1, t2) == ("bev_CTFU", "pan_CTFU")
        assert te == pytest.approx(-0.3)
        assert se == pytest.approx(math.sqrt(1 / 90 + 1 / 80))

    def test_an_assumed_covariance_says_so(self) -> None:
        part = one(effect("A", "bev_CTFU", "CTFU", se=0.2), effect("A", "pan_CTFU", "CTFU", se=0.1))
        (study,) = part.studies
        assert study.baseline_se == pytest.approx(math.sqrt(0.1**2 / 2))
        assert study.covariance_source.startswith("assumed")

    def test_events_that_cannot_be_are_not_used(self) -> None:
        part = one(
            effect("A", "bev_CTFU", "CTFU", se=0.2, events=(50, 20)),
            effect("A", "pan_CTFU", "CTFU", se=0.1, events=(50, 20)),
        )
        assert part.studies[0].covariance_source.startswith("assumed")

    def test_a_third_contrast_off_by_rounding_is_kept(self) -> None:
        hrs = {"bev_CTFU": "0.67", "pan_CTFU": "0.90"}
        rows = [effect("A", t, "CTFU", math.log(float(hr)), 0.12, hr=hr) for t, hr in hrs.items()]
        third = effect("A", "bev_CTFU", "pan_CTFU", math.log(0.75), 0.12, hr="0.75")
        assert one(*rows, third).studies[0].notes == ()
        worse = effect("A", "bev_CTFU", "pan_CTFU", math.log(0.72), 0.12, hr="0.72")
        (note,) = one(*rows, worse).studies[0].notes
        assert "the latter is used" in note

    def test_contrasts_that_do_not_add_up_are_left_out(self) -> None:
        effects = [
            effect("A", "bev_CTFU", "CTFU", -0.4, 0.12, hr="0.67"),
            effect("A", "pan_CTFU", "CTFU", -0.1, 0.12, hr="0.90"),
            effect("A", "bev_CTFU", "pan_CTFU", 0.3, 0.12, hr="1.35"),
        ]
        parts, left_out = build_networks(effects, protocol())
        assert parts == []
        assert "do not add up" in left_out[0].reason

    def test_the_shared_arm_is_the_baseline_even_if_it_is_a_treatment(self) -> None:
        part = one(effect("A", "bev_CTFU", "CTFU", -0.4), effect("A", "pan_CTFU", "bev_CTFU", 0.3))
        (study,) = part.studies
        assert study.arms[0] == "bev_CTFU"
        assert {arm: y for arm, y, _ in study.contrasts} == {"CTFU": 0.4, "pan_CTFU": 0.3}

    def test_no_common_baseline(self) -> None:
        effects = [
            effect("A", "bev_CTFU", "CTFU"),
            effect("A", "CTCA", "bev_CTFU"),
            effect("A", "SingleCT", "CTCA"),
        ]
        parts, left_out = build_networks(effects, protocol())
        assert parts == []
        assert "no common baseline" in left_out[0].reason

    def test_contrasts_of_a_study_that_share_no_arm(self) -> None:
        parts, _ = build_networks(
            [effect("A", "bev_CTFU", "CTFU"), effect("A", "cetuximab", "BSC"), effect("B", "CTFU", "BSC")],
            protocol(),
        )
        assert [s.study for s in parts[0].studies] == ["A (BSC v cetuximab)", "A (CTFU v bev_CTFU)", "B"]

    def test_four_arms(self) -> None:
        nodes = ("bev_CTFU", "pan_CTFU", "CTCA")
        part = one(*(effect("A", n, "CTFU", -0.1 * i, 0.15, events=(80, 90)) for i, n in enumerate(nodes)))
        (study,) = part.studies
        assert len(study.contrasts) == 3
        assert len(study.pairs) == 6
        assert study.baseline_se == pytest.approx(math.sqrt(1 / 90))


def test_unusable_input() -> None:
    with pytest.raises(InputError, match="level"):
        build_networks([], protocol(), "drug")
    with pytest.raises(ReviewError, match="aspirin"):
        build_networks([effect("A", "aspirin", "CTFU")], protocol())
    with pytest.raises(InputError, match="se"):
        build_networks([effect("A", "bev_CTFU", "CTFU", se=0.0)], protocol())
    with pytest.raises(InputError, match="log_hr"):
        build_networks([effect("A", "bev_CTFU", "CTFU", math.nan)], protocol())
    assert build_networks([], protocol()) == ([], [])


# Laws -----------------------------------------------------------------------------------------------

NODES = [n.id for n in protocol().nodes]
effects_of_studies = st.lists(
    st.builds(
        lambda study, pair, y, se, d: effect(study, *pair, y, se, events=(d, d)),
        st.sampled_from("ABCDEFG"),
        st.permutations(NODES).map(lambda p: (p[0], p[1])),
        st.floats(-1, 1),
        st.floats(0.05, 0.5),
        st.one_of(st.none(), st.integers(20, 400)),
    ),
    max_size=12,
)
levels = st.sampled_from(["node", "mechanism"])


@given(effects_of_studies, levels)
def test_law_parts_partition_the_nodes(effects: list[StudyEffect], level: str) -> None:
    parts, left_out = build_networks(effects, protocol(), level)
    for a, b in combinations(parts, 2):
        assert not set(a.nodes) & set(b.nodes)
    for part in parts:
        assert set(part.nodes) == {arm for s in part.studies for arm in s.arms}
        assert part.reference in part.nodes
    kept = {s.study.split(" ")[0] for p in parts for s in p.studies}
    assert kept | {x.study for x in left_out} == {e.study for e in effects}


@given(effects_of_studies, levels, st.randoms())
def test_law_the_order_of_effects_does_not_matter(effects: list[StudyEffect], level: str, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = effects[:]
    random.shuffle(shuffled)
    parts, left_out = build_networks(effects, protocol(), level)
    again, left_again = build_networks(shuffled, protocol(), level)
    assert parts == again
    assert sorted(map(repr, left_out)) == sorted(map(repr, left_again))


@given(effects_of_studies)
def test_law_every_study_is_what_the_engines_take(effects: list[StudyEffect]) -> None:
    parts, _ = build_networks(effects, protocol())
    for study in (s for p in parts for s in p.studies):
        y = {study.arms[0]: 0.0} | {arm: value for arm, value, _ in study.contrasts}
        assert {frozenset(pair[:2]) for pair in study.pairs} == {
            frozenset(pair) for pair in combinations(study.arms, 2)
        }
        assert all(te == pytest.approx(y[a] - y[b]) and se > 0 for a, b, te, se in study.pairs)
        if len(study.arms) > 2:
            assert study.baseline_se is not None
            assert 0 < study.baseline_se < min(se for _, _, se in study.contrasts)
            assert study.covariance_source
        else:
            assert study.baseline_se is None
