"""Network parts and protocols for the tests: small by hand, and any by hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from screener.model.protocol import Mechanism, Node, Outcome, Population, Protocol, Regimen
from screener.synthesis.network import Part, StudyContrasts


def contrasts(
    study: str,
    baseline: str,
    *arms: tuple[str, float, float],
    baseline_se: float | None = None,
    source: str = "",
) -> StudyContrasts:
    """A study with all its pairs, the later ones derived through the baseline's variance."""
    pairs = [(arm, baseline, y, se) for arm, y, se in arms]
    for i, (a, ya, sa) in enumerate(arms):
        for b, yb, sb in arms[:i]:
            pairs.append((a, b, ya - yb, (sa**2 + sb**2 - 2 * (baseline_se or 0.0) ** 2) ** 0.5))
    return StudyContrasts(
        study, (baseline, *(a for a, _, _ in arms)), arms, baseline_se, tuple(pairs), source
    )


def part(*studies: StudyContrasts, name: str = "part1-CTFU", reference: str | None = None) -> Part:
    nodes = tuple(dict.fromkeys(arm for study in studies for arm in study.arms))
    return Part("OS", "all", "node", name, nodes, reference or nodes[0], studies)


def protocol(nodes: tuple[str, ...] = ("CTFU", "CTFU_BEV", "CTFU_EGFR", "BSC", "REG")) -> Protocol:
    return Protocol(
        title="Second-line treatment of CRLM",
        short_title="CRLM",
        question="",
        registration=None,
        criteria=(),
        languages=(),
        date_from=None,
        date_to=None,
        source_limits=(),
        reviewers=(),
        rules={},
        reasons={},
        outcomes=(Outcome("OS", "overall survival", "HR", "primary", "desirable"),),
        populations=(Population("all", "all randomised"), Population("RASwt", "RAS wild type")),
        population_rules=(),
        mechanisms=(Mechanism("CT", "chemotherapy"),),
        nodes=tuple(Node(n, n.replace("_", " + "), "CT") for n in nodes),
        regimens=(Regimen("FOLFIRI", nodes[0]), Regimen("=FOLFOX4", nodes[0])),
        rob_tool="rob1",
        references=nodes[:1],
        text="",
    )


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" ,\"'"),
    min_size=1,
    max_size=20,
).filter(lambda text: text == text.strip() and text != "NA")
effects = st.floats(-4, 4).map(lambda y: y + 0.0)
errors = st.floats(0.01, 2)


@st.composite
def networks(draw: st.DrawFn) -> Part:
    """A connected part: every new study holds at least one treatment that is already there."""
    studies: list[StudyContrasts] = []
    known = ["T0"]
    for study in draw(st.lists(names, min_size=1, max_size=6, unique=True)):
        old = draw(st.sampled_from(known))
        fresh = [f"T{len(known) + i}" for i in range(draw(st.integers(0, 3)))]
        others = [n for n in known if n != old]
        more = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        arms = [old, *more, *fresh]
        if len(arms) < 2:
            arms.append(fresh_one := f"T{len(known)}")
            fresh = [fresh_one]
        known += fresh
        arms = draw(st.permutations(arms))
        sized = tuple((arm, draw(effects), draw(errors)) for arm in arms[1:])
        base = None
        if len(arms) > 2:
            base = min(se for _, _, se in sized) * draw(st.floats(0.1, 0.9))
        studies.append(contrasts(study, arms[0], *sized, baseline_se=base, source="assumed: min(se^2)/2"))
    made = part(*studies)
    return replace(made, reference=draw(st.sampled_from(made.nodes)))
