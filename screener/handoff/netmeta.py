"""netmeta: all pairs of every study (nma-formats, section 2)."""

from __future__ import annotations

from screener.handoff.csvtext import for_engines
from screener.synthesis.network import Part

FILE = "netmeta.csv"


def pairs(part: Part) -> str:
    """One row a pair of arms; TE is ln(HR) of treat1 versus treat2, from unrounded contrasts."""
    rows = [
        (study.study, t1, t2, float(te), float(se))
        for study in part.studies
        for t1, t2, te, se in study.pairs
    ]
    return for_engines(("studlab", "treat1", "treat2", "TE", "seTE"), rows)
