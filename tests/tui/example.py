"""A small made-up review for the screens: every awkward thing a title can do, and terms to highlight."""

from __future__ import annotations

from pathlib import Path

from screener.model.citation import Citation
from screener.steps import review as review_step
from screener.steps.review import Review
from tests.builders import add_citations, citation, fixed_ids

PROTOCOL = Path(__file__).parent / "example.toml"


def records() -> list[Citation]:
    """Made up, all of them."""
    return [
        citation(
            1,
            title="Drug A plus best supportive care versus placebo plus best supportive care in previously "
            "treated metastatic colorectal cancer (EXAMPLE-1): a randomised, double-blind, phase III trial",
            authors=("Aaltonen, Aino", "Berg, Bo", "Castro, Carla", "Dietz, Dora", "Ek, Eva"),
            journal="Journal of Made-up Trials",
            year=2019,
            volume="12",
            issue="3",
            pages="101-110",
            doi="10.5555/example.1",
            registry_ids=("NCT00000001",),
            publication_types=("Randomized Controlled Trial", "Journal Article"),
            language="eng",
            abstract="BACKGROUND: Few options remain for patients with unresectable colorectal liver "
            "metastases after two lines of treatment.\nMETHODS: In this randomised, double-blind, placebo-controlled, "
            "phase III trial "
            "patients were assigned (2:1) to drug A or placebo, each with best supportive care. The "
            "primary endpoint "
            "was overall survival in the intention-to-treat population.\nFINDINGS: 204 patients were "
            "assigned. Median "
            "overall survival was 8.8 months (95% CI 7.3-9.8) with drug A and 6.3 months (4.8-7.6) with "
            "placebo "
            "(hazard ratio 0.55, 95% CI 0.40-0.77; p<0.001). Progression-free survival was longer as well.\n"
            "INTERPRETATION: Drug A prolongs overall survival in this population.",
            keywords=("Colorectal Neoplasms", "Liver Neoplasms / secondary"),
        ),
        citation(2, title="[Article in German].", abstract=None, language="ger"),
        citation(
            3,
            title="A trial x [/i] y of [drug A] versus [b]placebo[/b] [corrected]",
            abstract="Bracketed [text] stays.",
        ),
        citation(
            4,
            title="転移性大腸癌に対する薬剤Aの無作為化第III相試験: 二次治療としての有効性と安全性の検討",
            abstract="背景: 二次治療の選択肢は限られている。\n"
            "方法: 患者を薬剤A群とプラセボ群に無作為に割り付けた。\n"
            "結果: 全生存期間のハザード比は0.70であった。",
            authors=("山田, 太郎", "鈴木, 花子"),
            journal="架空試験雑誌",
            language="jpn",
        ),
        citation(
            5,
            title="Η επίδραση του φαρμάκου Α: TGF-β, α₂-μακροσφαιρίνη και e\u0301tude cafe\u0301 nai\u0308ve",
            abstract="Greek β-blockers, combining e\u0301 and n\u0303, and the ratio ≤ 0.70 ± 0.05 · 95 % CI.",
        ),
        *(citation(n) for n in range(6, 13)),
    ]


def make_example(folder: Path) -> Review:
    """The made-up review in a folder, opened as C (A and B screen, C adjudicates)."""
    made = review_step.init_review(folder, protocol=PROTOCOL, ids=fixed_ids())
    made.close()
    opened = review_step.open_review(folder, "C", ids=fixed_ids(1))
    review_step.adopt(opened, "first version")
    add_citations(opened, records())
    return opened
