"""What the engines' files cannot carry: the outcome, the scale, the direction, what is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from screener.handoff.parts import Flag
from screener.model.effects import LeftOut
from screener.model.errors import ReviewError
from screener.model.protocol import Outcome, Population, Protocol
from screener.synthesis.network import Part

SCALE = "log hazard ratio"


def manifest(
    part: Part,
    protocol: Protocol,
    *,
    labels: Mapping[str, str],
    flags: Sequence[Flag],
    left_out: Sequence[LeftOut],
    other_parts: Sequence[Part],
) -> dict[str, Any]:
    """The manifest of one part as plain values, ready for JSON."""
    outcome, population = _named(part, protocol)
    return {
        "review": protocol.title,
        "outcome": outcome.id,
        "outcome_label": outcome.label,
        "population": population.id,
        "population_label": population.label,
        "level": part.level,
        "part": part.name,
        "reference": part.reference,
        "small_values": outcome.small_values,
        "scale": SCALE,
        "direction": direction(outcome.small_values),
        "nodes": [_node(node, labels[node], part, protocol) for node in part.nodes],
        "studies": [
            {
                "study": study.study,
                "arms": list(study.arms),
                "baseline": study.arms[0],
                "covariance": study.covariance_source or None,
                "notes": list(study.notes),
            }
            for study in part.studies
        ],
        "assumed_covariances": [
            {"study": study.study, "source": study.covariance_source}
            for study in part.studies
            if study.covariance_source.startswith("assumed")
        ],
        "flags": [{"study": flag.study, "message": flag.message} for flag in flags],
        "left_out": [{"study": x.study or None, "reason": x.reason} for x in left_out],
        "not_comparable": [{"part": p.name, "nodes": list(p.nodes)} for p in other_parts],
    }


def direction(small_values: str) -> str:
    """What a negative number in the files means."""
    better = "the first-named or row's own" if small_values == "desirable" else "the second-named or baseline"
    return (
        "TE is ln(HR) of treat1 versus treat2 (netmeta.csv); diff and y are ln(HR) of the row's arm versus "
        f"the baseline arm of its study (gemtc, multinma). Below 0 favours {better} arm."
    )


def _named(part: Part, protocol: Protocol) -> tuple[Outcome, Population]:
    outcome = next((x for x in protocol.outcomes if x.id == part.outcome), None)
    population = next((x for x in protocol.populations if x.id == part.population), None)
    if outcome is None:
        raise ReviewError(f"the protocol has no outcome {part.outcome!r}")
    if population is None:
        raise ReviewError(f"the protocol has no population {part.population!r}")
    return outcome, population


def _node(node: str, label: str, part: Part, protocol: Protocol) -> dict[str, str]:
    found = {"id": node, "label": label}
    known = protocol.node(node)
    if part.level != "mechanism" and known is not None:
        found["mechanism"] = known.mechanism
    return found
