"""multinma: `set_agd_contrast(data, study, trt, y, se, sample_size)` (nma-formats, section 3)."""

from __future__ import annotations

from collections.abc import Mapping

from screener.handoff.csvtext import for_engines
from screener.synthesis.network import Part

FILE = "multinma.csv"


def contrasts(part: Part, patients: Mapping[tuple[str, str], int] | None = None) -> str:
    """One row an arm: `y` is ln(HR) versus the baseline, NA on the baseline row.

    `patients` maps (study, node) to the number randomised; the column `sample_size` is written only
    if every arm of the part has one, because multinma takes no gaps in it.
    """
    sizes = patients or {}
    arms = [(study.study, arm) for study in part.studies for arm in study.arms]
    sized = all(sizes.get(arm, 0) > 0 for arm in arms)
    rows: list[tuple[object, ...]] = []
    for study in part.studies:
        base = study.baseline_se if len(study.arms) > 2 else None
        rows.append((study.study, study.arms[0], None, base))
        rows += [(study.study, arm, float(y), float(se)) for arm, y, se in study.contrasts]
    header: tuple[str, ...] = ("study", "trt", "y", "se")
    if sized:
        header = (*header, "sample_size")
        rows = [(*row, sizes[arm]) for row, arm in zip(rows, arms, strict=True)]
    return for_engines(header, rows)
