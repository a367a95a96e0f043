"""A small protocol and forms to test with."""

from __future__ import annotations

from screener.model.extraction import Form, Item, item_key
from screener.model.protocol import (
    Mechanism,
    Node,
    Outcome,
    Population,
    PopulationRule,
    Protocol,
    Regimen,
)


def protocol(references: tuple[str, ...] = ("CTFU", "BSC")) -> Protocol:
    nodes = {
        "CTFU": "chemotherapy",
        "CTCA": "chemotherapy",
        "SingleCT": "chemotherapy",
        "bev_CTFU": "targeted_ct",
        "pan_CTFU": "targeted_ct",
        "BSC": "bsc",
        "regorafenib": "multi",
        "fruquintinib": "multi",
        "cetuximab": "targeted",
        "panitumumab": "targeted",
    }
    regimens = {
        "FOLFIRI": "CTFU",
        "FOLFOX4": "CTFU",
        "XELOX": "CTCA",
        "irinotecan": "SingleCT",
        "bevacizumab + FOLFIRI": "bev_CTFU",
        "bevacizumab 10 mg/kg + FOLFIRI": "bev_CTFU",
        "bevacizumab + FOLFOX4": "bev_CTFU",
        "panitumumab + FOLFIRI": "pan_CTFU",
        "placebo + BSC": "BSC",
        "regorafenib + BSC": "regorafenib",
        "cetuximab + BSC": "cetuximab",
    }
    return Protocol(
        title="t",
        short_title="t",
        question="q",
        registration=None,
        criteria=(),
        languages=(),
        date_from=None,
        date_to=None,
        source_limits=(),
        reviewers=(),
        rules={},
        reasons={},
        outcomes=(
            Outcome("OS", "overall survival", "HR", "primary", "desirable"),
            Outcome("PFS", "progression-free survival", "HR", "secondary", "desirable"),
        ),
        populations=(Population("all", "liver metastases (all)"), Population("liver", "liver-limited")),
        population_rules=(
            PopulationRule("all randomised", "all", "over 90 % have liver metastases"),
            PopulationRule("treated patients", "all", "nearly all randomised"),
            PopulationRule("KRAS wild type", "all", "as the review does"),
            PopulationRule("RAS wild type", "all", "as the review does"),
            PopulationRule("liver-only metastases", "liver", "liver-limited"),
            PopulationRule("Japanese patients", None, "a regional subgroup"),
        ),
        mechanisms=tuple(Mechanism(m, m) for m in dict.fromkeys(nodes.values())),
        nodes=tuple(Node(n, n, m) for n, m in nodes.items()),
        regimens=tuple(Regimen(p, n) for p, n in regimens.items()),
        rob_tool="rob1",
        references=references,
        text="",
    )


def item(form: Form, study: str = "Trial", **values: str) -> Item:
    return Item(study, form, item_key(form, values), values)


def arm(name: str, regimen: str, study: str = "Trial", **values: str) -> Item:
    return item(Form.ARM, study, name=name, regimen=regimen, **values)


def effect(study: str = "Trial", **values: str) -> Item:
    filled = {"outcome": "OS", "population": "all randomised", "treatment": "T", "comparator": "C"}
    return item(Form.EFFECT, study, **(filled | values))
