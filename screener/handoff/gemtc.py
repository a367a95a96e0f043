"""gemtc: `mtc.network(data.re = ..., treatments = ...)` (nma-formats, section 1)."""

from __future__ import annotations

from collections.abc import Mapping

from screener.handoff.csvtext import for_engines
from screener.synthesis.network import Part

DATA_FILE = "gemtc_data_re.csv"
TREATMENTS_FILE = "gemtc_treatments.csv"


def data_re(part: Part) -> str:
    """One row an arm: `diff` is ln(HR) of the arm versus the study's baseline, NA on the baseline row.

    The baseline's `std.err` is its own standard error in a study of three or more arms, else NA.
    """
    rows: list[tuple[object, ...]] = []
    for study in part.studies:
        base = study.baseline_se if len(study.arms) > 2 else None
        rows.append((study.study, study.arms[0], None, base))
        rows += [(study.study, arm, float(y), float(se)) for arm, y, se in study.contrasts]
    return for_engines(("study", "treatment", "diff", "std.err"), rows)


def treatments(part: Part, labels: Mapping[str, str]) -> str:
    """The ids of the part with what to print for them in plots."""
    return for_engines(("id", "description"), [(node, labels.get(node, node)) for node in part.nodes])
