"""Writing gives TOML that reads back; comparing gives one line a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.protocol import (
    ELEMENTS,
    Criterion,
    DuplicateRules,
    Mechanism,
    Node,
    Outcome,
    Population,
    PopulationRule,
    Protocol,
    Reason,
    Regimen,
    Reviewer,
    Role,
    SourceLimit,
    StageRules,
)
from screener.model.screening import Stage
from screener.protocol import diff_protocols, parse_protocol, read_protocol, schema, write_protocol

ROOT = Path(__file__).parents[2]

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda s: bool(s.strip()))
labels = texts.filter(
    lambda s: not s.startswith(schema.FORMULA_STARTS) and not any(ord(c) < 32 or ord(c) == 127 for c in s)
)
ids = st.from_regex(schema.ID, fullmatch=True)


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def unique(strategy: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(strategy, min_size=least, max_size=4, unique_by=fold)


@st.composite
def stage_rules(draw: st.DrawFn) -> StageRules:
    voters = draw(st.integers(1, 2))
    verify = draw(st.sampled_from([0.0, 0.2, 0.125, 1.0])) if voters == 1 else 0.0
    how = draw(st.sampled_from(schema.SETTLED_BY)), draw(st.sampled_from(schema.CONFLICT_NAMES))
    return StageRules(voters, verify, settled_by=how[0], conflict_names=how[1])


def stops(rules: StageRules, draw: st.DrawFn) -> StageRules:
    """With a stopping rule, which title/abstract may have."""
    recall = draw(st.sampled_from([0.0, 0.9, 1.0]))
    return replace(
        rules, stop_recall=recall, stop_confidence=draw(st.sampled_from([0.8, 0.95])) if recall else 0.95
    )


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    populations = draw(unique(ids))
    mechanisms = draw(unique(ids))
    nodes = draw(unique(ids)) if mechanisms else []
    people = draw(unique(st.from_regex(schema.REVIEWER_ID, fullmatch=True), 2))
    roles = [frozenset({Role.SCREENER, Role.COORDINATOR}), frozenset({Role.SCREENER, Role.ADJUDICATOR})]
    roles += [draw(st.frozensets(st.sampled_from(Role), min_size=1)) for _ in people[2:]]
    days = sorted(draw(st.lists(st.dates(min_value=date(1000, 1, 1)), min_size=2, max_size=2)))
    reason = st.builds(Reason, st.just(""), labels, st.sampled_from(schema.REASON_ELEMENTS))
    return Protocol(
        title=draw(labels),
        short_title=draw(labels),
        question=draw(texts),
        registration=draw(st.none() | texts),
        criteria=tuple(
            Criterion(e, draw(texts), draw(st.just("") | texts), tuple(draw(st.lists(texts, max_size=3))))
            for e in ELEMENTS
        ),
        languages=tuple(draw(st.lists(texts, max_size=3))),
        date_from=draw(st.sampled_from([None, days[0]])),
        date_to=draw(st.sampled_from([None, days[1]])),
        source_limits=tuple(
            SourceLimit(s, draw(st.none() | st.integers(1800, 2200)), draw(st.just("") | texts))
            for s in draw(unique(labels))
        ),
        reviewers=tuple(
            Reviewer(i, draw(labels), r, n < 2 or draw(st.booleans()))
            for n, (i, r) in enumerate(zip(people, roles, strict=True))
        ),
        duplicates=DuplicateRules(*draw(st.tuples(*[st.sampled_from(schema.DUPLICATES)] * 2))),
        rules={
            Stage.TITLE_ABSTRACT: stops(
                replace(draw(stage_rules()), maybe=draw(st.sampled_from(schema.MAYBE))), draw
            ),
            Stage.FULL_TEXT: replace(
                draw(stage_rules()), reason_conflicts=draw(st.sampled_from(schema.REASON_CONFLICTS))
            ),
        },
        reasons={
            stage: tuple(
                replace(draw(reason), id=i) for i in draw(unique(ids, 1 if stage is Stage.FULL_TEXT else 0))
            )
            for stage in Stage
        },
        outcomes=tuple(
            Outcome(
                i,
                draw(labels),
                draw(st.sampled_from(schema.MEASURES)),
                draw(st.sampled_from(schema.OUTCOME_ROLES)),
                draw(st.sampled_from(schema.SMALL_VALUES)),
            )
            for i in draw(unique(ids, 1))
        ),
        populations=tuple(Population(i, draw(labels)) for i in populations),
        population_rules=tuple(
            PopulationRule(s, draw(st.sampled_from([None, *populations])), draw(texts))
            for s in draw(unique(labels))
        ),
        mechanisms=tuple(Mechanism(i, draw(labels)) for i in mechanisms),
        nodes=tuple(Node(i, draw(labels), draw(st.sampled_from(mechanisms))) for i in nodes),
        regimens=tuple(
            Regimen(s, draw(st.sampled_from(nodes))) for s in (draw(unique(labels)) if nodes else [])
        ),
        rob_tool=draw(st.sampled_from(schema.ROB_TOOLS)),
        references=tuple(draw(st.lists(st.sampled_from(nodes), max_size=2)) if nodes else []),
        text="",
    )


@settings(max_examples=60, deadline=None)
@given(protocols())
def test_written_protocol_reads_back(protocol: Protocol) -> None:
    again = parse_protocol(write_protocol(protocol))
    assert replace(again, text="") == protocol
    assert diff_protocols(protocol, again) == []


def test_worked_example_reads_back() -> None:
    protocol = read_protocol(ROOT / "review.toml")
    assert replace(parse_protocol(write_protocol(protocol)), text=protocol.text) == protocol


def test_differences_are_named_by_key() -> None:
    old = read_protocol(ROOT / "review.toml")
    new = replace(
        old,
        title="Other",
        registration=None,
        date_to=date(2024, 1, 1),
        rules={**old.rules, Stage.FULL_TEXT: StageRules(2, reason_conflicts="resolve")},
        reasons={**old.reasons, Stage.FULL_TEXT: old.reasons[Stage.FULL_TEXT][::-1]},
        populations=old.populations[:2],
        regimens=(*old.regimens[:-1], Regimen("Lonsurf + bevacizumab", "TAS_102_bevacizumab")),
        references=("BSC", "CTFU"),
    )
    order = [r.id for r in old.reasons[Stage.FULL_TEXT]]
    assert diff_protocols(old, new) == [
        f"review.title: {old.title} -> Other",
        "review.registration: PROSPERO CRD42023420498 -> (none)",
        "limits.date_to: 2023-07-31 -> 2024-01-01",
        "screening.full_text.reason_conflicts: order -> resolve",
        "populations[multiple_sites]: (present) -> (none)",
        "populations[multiple_sites].label: Metastases in multiple sites -> (none)",
        "regimens[TAS-102 + bevacizumab]: (present) -> (none)",
        "regimens[TAS-102 + bevacizumab].node: TAS_102_bevacizumab -> (none)",
        "synthesis.references: CTFU, BSC -> BSC, CTFU",
        "regimens[Lonsurf + bevacizumab]: (none) -> (present)",
        "regimens[Lonsurf + bevacizumab].node: (none) -> TAS_102_bevacizumab",
        f"reasons.full_text (order): {', '.join(order)} -> {', '.join(order[::-1])}",
    ]
    assert diff_protocols(old, old) == []
