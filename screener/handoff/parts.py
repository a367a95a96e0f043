"""What a part of a network must be before any engine gets it.

The refusals are those of nma-formats, section 11: what one engine answers with an error, another
drops with a warning or swallows, so it is refused here, by name of the study.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from screener.model.errors import ReviewError
from screener.synthesis.network import Part, StudyContrasts

EXTREME_LOG_HR = 3.0
ADDITIVITY = 0.001  # netmeta's tol.multiarm

_NODE_ID = re.compile(r"[A-Za-z0-9_]+")
_R_NUMBER = re.compile(r"\d+([eE]\d+)?|0[xX][0-9A-Fa-f]+")
_R_LOGICAL = frozenset({"T", "F", "TRUE", "FALSE", "true", "false", "True", "False"})
_R_CONSTANTS = frozenset({"NA", "NaN", "Inf", "inf", "nan", "NAN", "INF", "infinity", "Infinity"})


@dataclass(frozen=True, slots=True)
class Flag:
    """Something odd about a study that does not forbid its use; it goes into the manifest."""

    study: str
    message: str


def check_part(part: Part) -> tuple[Flag, ...]:
    """Refuse a part that an engine would refuse, drop or misread; return what is merely odd.

    Raises ReviewError naming the study, or the node, at fault.
    """
    _check_node_ids(part.nodes)
    if part.reference not in part.nodes:
        raise ReviewError(f"the reference {part.reference} is not a treatment of {part.name}")
    if not part.studies:
        raise ReviewError(f"{part.name} holds no study")
    names: set[str] = set()
    for study in part.studies:
        _check_name(study.study)
        if study.study in names:
            raise ReviewError("the study appears twice in one network", entry=study.study)
        names.add(study.study)
        _check_study(study, part.nodes)
    _check_connected(part)
    return tuple(flag for study in part.studies for flag in _flags(study))


def _check_node_ids(nodes: Sequence[str]) -> None:
    for node in nodes:
        if node.startswith(("=", "+", "-", "@")):
            raise ReviewError(
                f"the treatment {node!r} starts like a spreadsheet formula", expected="a letter first"
            )
        if not _NODE_ID.fullmatch(node):
            raise ReviewError(
                f"gemtc does not take {node!r} as a treatment", expected="letters, digits and _ only"
            )
        if _R_NUMBER.fullmatch(node) or node in _R_CONSTANTS:
            raise ReviewError(f"R would read the treatment {node!r} as a number or as missing")
    if len(set(nodes)) != len(nodes):
        raise ReviewError("a treatment is listed twice in one network")
    if nodes and all(node in _R_LOGICAL for node in nodes):
        raise ReviewError("R would read all treatments of the network as TRUE or FALSE")


def _check_name(study: str) -> None:
    if not study or study != study.strip() or any(ord(c) < 32 or ord(c) == 127 for c in study):
        raise ReviewError(
            "a study needs a name without blanks around it and without line breaks", entry=repr(study)
        )
    if study == "NA":
        raise ReviewError("R would read this study's name as missing", entry=study)


def _check_study(study: StudyContrasts, nodes: Sequence[str]) -> None:
    def refuse(message: str, expected: str | None = None) -> None:
        raise ReviewError(message, entry=study.study, expected=expected)

    arms = study.arms
    if len(arms) < 2:
        refuse("a study with a single arm has no contrast")
    if len(set(arms)) != len(arms):
        refuse("the same treatment stands twice in the study", "each arm its own node")
    for arm in arms:
        if arm not in nodes:
            refuse(f"its arm {arm} is not among the treatments of the network")
    if [arm for arm, _, _ in study.contrasts] != list(arms[1:]):
        refuse("its contrasts are not one for each arm after the baseline, in order")
    for arm, y, se in study.contrasts:
        _check_numbers(study.study, f"{arm} versus {arms[0]}", y, se)
    if len(arms) > 2:
        _check_baseline_se(study)
    _check_pairs(study)


def _check_numbers(study: str, contrast: str, y: float, se: float) -> None:
    if not math.isfinite(y):
        raise ReviewError(f"the log hazard ratio of {contrast} is {y}", entry=study)
    if not math.isfinite(se) or se <= 0:
        raise ReviewError(
            f"the standard error of {contrast} is {se}", entry=study, expected="a number above 0"
        )


def _check_baseline_se(study: StudyContrasts) -> None:
    base = study.baseline_se
    if base is None or not math.isfinite(base) or base <= 0:
        raise ReviewError(
            f"a study with {len(study.arms)} arms needs the standard error of its baseline arm",
            entry=study.study,
        )
    smallest = min(se for _, _, se in study.contrasts)
    if base >= smallest:
        raise ReviewError(
            f"the baseline arm's standard error {base} is not below that of a contrast, {smallest}",
            entry=study.study,
        )


def _check_pairs(study: StudyContrasts) -> None:
    wanted = {frozenset((a, b)) for i, a in enumerate(study.arms) for b in study.arms[:i]}
    found = [frozenset((t1, t2)) for t1, t2, _, _ in study.pairs]
    if len(found) != len(wanted) or set(found) != wanted:
        raise ReviewError(
            f"{len(found)} pairs of arms are given", entry=study.study, expected=f"{len(wanted)} pairs"
        )
    versus_base = {study.arms[0]: 0.0} | {arm: y for arm, y, _ in study.contrasts}
    for t1, t2, te, se in study.pairs:
        _check_numbers(study.study, f"{t1} versus {t2}", te, se)
        implied = versus_base[t1] - versus_base[t2]
        if abs(te - implied) > ADDITIVITY:
            raise ReviewError(
                f"{t1} versus {t2} is {te} but the contrasts with the baseline give {implied}",
                entry=study.study,
            )


def _check_connected(part: Part) -> None:
    reached = {part.reference}
    while True:
        more = {arm for s in part.studies if reached & set(s.arms) for arm in s.arms} - reached
        if not more:
            break
        reached |= more
    if reached != set(part.nodes):
        apart = ", ".join(node for node in part.nodes if node not in reached)
        raise ReviewError(f"{part.name} falls apart: {apart} cannot be reached from {part.reference}")


def _flags(study: StudyContrasts) -> list[Flag]:
    flags = [
        Flag(study.study, f"ln(HR) of {arm} versus {study.arms[0]} is {y:.2f}: beyond +-{EXTREME_LOG_HR:g}")
        for arm, y, _ in study.contrasts
        if abs(y) > EXTREME_LOG_HR
    ]
    if study.study.startswith(("=", "+", "-", "@")):
        flags.append(Flag(study.study, "the name starts like a spreadsheet formula: do not open in one"))
    return flags
