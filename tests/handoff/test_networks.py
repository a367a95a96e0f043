"""The network files: golden text, the engines' rules over random networks, and what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.handoff import gemtc, multinma, netmeta
from screener.handoff.networks import network_files
from screener.handoff.parts import check_part
from screener.model.effects import LeftOut, StudyEffect
from screener.model.errors import ReviewError
from screener.synthesis.network import Part, build_networks
from tests.handoff import rules
from tests.handoff.networks_made import contrasts, networks, part, protocol

TWO = contrasts("O'Neil, 2010", "CTFU", ("CTFU_BEV", -0.30110509278392161, 0.0992201410905583))
THREE = contrasts(
    'Müller "M"',
    "CTFU",
    ("CTFU_BEV", -0.5, 0.2),
    ("CTFU_EGFR", 0.25, 0.3),
    baseline_se=0.1,
    source="assumed: half the smaller variance",
)


def test_gemtc_files_to_the_byte() -> None:
    made = part(TWO, THREE)
    assert gemtc.data_re(made) == (
        '"study","treatment","diff","std.err"\n'
        '"O\'Neil, 2010","CTFU",NA,NA\n'
        '"O\'Neil, 2010","CTFU_BEV",-0.3011050927839216,0.0992201410905583\n'
        '"Müller ""M""","CTFU",NA,0.1\n'
        '"Müller ""M""","CTFU_BEV",-0.5,0.2\n'
        '"Müller ""M""","CTFU_EGFR",0.25,0.3\n'
    )
    assert gemtc.treatments(made, {"CTFU": "Chemo, 5-FU"}) == (
        '"id","description"\n"CTFU","Chemo, 5-FU"\n"CTFU_BEV","CTFU_BEV"\n"CTFU_EGFR","CTFU_EGFR"\n'
    )


def test_netmeta_has_all_pairs_of_a_multi_arm_study() -> None:
    third = math.sqrt(0.3**2 + 0.2**2 - 2 * 0.1**2)
    assert netmeta.pairs(part(THREE)) == (
        '"studlab","treat1","treat2","TE","seTE"\n'
        '"Müller ""M""","CTFU_BEV","CTFU",-0.5,0.2\n'
        '"Müller ""M""","CTFU_EGFR","CTFU",0.25,0.3\n'
        f'"Müller ""M""","CTFU_EGFR","CTFU_BEV",0.75,{third!r}\n'
    )


def test_multinma_has_sample_sizes_only_when_all_arms_have_one() -> None:
    made = part(TWO)
    sizes = {("O'Neil, 2010", "CTFU"): 300, ("O'Neil, 2010", "CTFU_BEV"): 310}
    assert multinma.contrasts(made, sizes) == (
        '"study","trt","y","se","sample_size"\n'
        '"O\'Neil, 2010","CTFU",NA,NA,300\n'
        '"O\'Neil, 2010","CTFU_BEV",-0.3011050927839216,0.0992201410905583,310\n'
    )
    del sizes["O'Neil, 2010", "CTFU"]
    assert multinma.contrasts(made, sizes).startswith('"study","trt","y","se"\n')


@given(networks(), st.booleans())
@settings(deadline=None)
def test_every_network_keeps_every_engines_rules(made: Part, sized: bool) -> None:
    check_part(made)
    patients = {(s.study, arm): 7 for s in made.studies for arm in s.arms} if sized else None
    data = gemtc.data_re(made)
    assert rules.gemtc(data, gemtc.treatments(made, {})) == []
    assert rules.multinma(multinma.contrasts(made, patients)) == []
    assert rules.netmeta(netmeta.pairs(made)) == []
    assert rules.agree(netmeta.pairs(made), data) == []


def test_the_checker_itself_sees_bad_files() -> None:
    assert rules.netmeta('"studlab","treat1","treat2","TE","seTE"\n"S","A","B",1.0,0\n')
    assert rules.gemtc(
        '"study","treatment","diff","std.err"\n"S","A",1.0,0.1\n', '"id","description"\n"A","A"\n'
    )
    assert rules.multinma('"study","trt","y","se"\r\n"S","A",NA,NA\r\n"S","B",0.1,0.1\r\n')


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (contrasts("S", "CTFU", ("BSC", -0.5, 0.0)), "standard error"),
        (contrasts("S", "CTFU", ("BSC", -0.5, math.nan)), "standard error"),
        (contrasts("S", "CTFU", ("BSC", math.inf, 0.1)), "log hazard ratio"),
        (contrasts("S", "CTFU", ("BSC", -0.5, 0.1), ("REG", -0.4, 0.2)), "baseline arm"),
        (contrasts("S", "CTFU", ("BSC", -0.5, 0.2), ("REG", -0.4, 0.3), baseline_se=0.2), "not below"),
        (contrasts("S", "CTFU"), "single arm"),
        (contrasts("S", "CTFU", ("CTFU", -0.5, 0.2)), "twice"),
        (replace(THREE, study="S", pairs=THREE.pairs[:2]), "3 pairs"),
        (
            replace(THREE, study="S", pairs=(*THREE.pairs[:2], ("CTFU_EGFR", "CTFU_BEV", 0.755, 0.3))),
            "contrasts with the baseline",
        ),
    ],
)
def test_what_an_engine_would_refuse_or_swallow_is_refused_by_name(broken, message) -> None:
    with pytest.raises(ReviewError, match=message) as caught:
        check_part(part(broken))
    assert caught.value.entry == "S"


@pytest.mark.parametrize("name", ["", " S", "S\n", "NA", "a\tb"])
def test_a_study_name_that_r_would_change_is_refused(name: str) -> None:
    with pytest.raises(ReviewError):
        check_part(part(replace(TWO, study=name)))


@pytest.mark.parametrize(
    "node", ["=A", "+A", "-A", "@A", "A B", "Zé", "A-B", "", "12", "1e5", "NA", "0x1F", "Inf"]
)
def test_a_treatment_name_that_is_unsafe_is_refused(node: str) -> None:
    with pytest.raises(ReviewError):
        check_part(part(contrasts("S", "CTFU", (node, -0.5, 0.1))))


def test_a_part_that_falls_apart_or_repeats_a_study_is_refused() -> None:
    apart = contrasts("B", "BSC", ("REG", -0.1, 0.2))
    with pytest.raises(ReviewError, match="BSC, REG cannot be reached"):
        check_part(part(TWO, apart))
    with pytest.raises(ReviewError, match="twice"):
        check_part(part(TWO, TWO))


def test_folders_manifests_and_what_cannot_be_compared() -> None:
    apart = part(contrasts("CORRECT", "BSC", ("REG", -3.2, 0.2)), name="part2-BSC")
    files = network_files(
        [part(TWO, THREE), apart],
        {
            "node": [LeftOut("X", "OS", "all", "no interval"), LeftOut("", "OS", "RASwt", "no RAS data")],
            "mechanism": [LeftOut("Y", "OS", "all", "within one group")],
        },
        protocol(),
    )
    folder = "OS/all/node/part1-CTFU/"
    assert [name.removeprefix(folder) for name in files if name.startswith(folder)] == [
        "gemtc_data_re.csv",
        "gemtc_treatments.csv",
        "netmeta.csv",
        "multinma.csv",
        "manifest.json",
        "README.txt",
    ]
    manifest = json.loads(files[folder + "manifest.json"])
    assert manifest["small_values"] == "desirable"
    assert manifest["scale"] == "log hazard ratio"
    assert "treat1 versus treat2" in manifest["direction"]
    assert manifest["nodes"][1] == {"id": "CTFU_BEV", "label": "CTFU + BEV", "mechanism": "CT"}
    assert manifest["assumed_covariances"] == [{"study": 'Müller "M"', "source": THREE.covariance_source}]
    assert manifest["left_out"] == [{"study": "X", "reason": "no interval"}]
    assert manifest["not_comparable"] == [{"part": "part2-BSC", "nodes": ["BSC", "REG"]}]
    readme = files[folder + "README.txt"].decode()
    assert "part2-BSC: BSC, REG" in readme
    assert "preferredDirection = -1" in readme
    flags = json.loads(files["OS/all/node/part2-BSC/manifest.json"])["flags"]
    assert [flag["study"] for flag in flags] == ["CORRECT"]
    assert files["OS/RASwt/README.txt"].decode().endswith("There is nothing to pool here:\n  - no RAS data\n")
    assert b"within one group" in files["OS/all/mechanism/README.txt"]
    assert [name for name in files if name.startswith("OS/RASwt")] == ["OS/RASwt/README.txt"]


def test_what_the_network_builder_makes_can_be_handed_over() -> None:
    def effect(study: str, treatment: str, comparator: str, log_hr: float) -> StudyEffect:
        return StudyEffect(
            study=study,
            outcome="OS",
            population="all",
            treatment=treatment,
            comparator=comparator,
            log_hr=log_hr,
            se=0.2,
            se_min=0.19,
            se_max=0.21,
            method="A",
            inverted=False,
            printed={},
            extractors=("yj", "mz"),
        )

    made = [
        effect("A", "CTFU_BEV", "CTFU", -0.2),
        effect("B", "CTFU_BEV", "CTFU", -0.3),
        effect("B", "CTFU_EGFR", "CTFU", -0.1),
        effect("C", "REG", "BSC", -0.4),
    ]
    parts, lost = build_networks(made, protocol())
    files = network_files(parts, {"node": lost}, protocol())
    folders = [name.removesuffix("/README.txt") for name in files if name.endswith("README.txt")]
    assert folders == ["OS/all/node/part1-CTFU", "OS/all/node/part2-BSC", "OS/RASwt"]
    text = {name: data.decode() for name, data in files.items()}
    for folder in folders[:2]:
        data = text[f"{folder}/gemtc_data_re.csv"]
        assert rules.gemtc(data, text[f"{folder}/gemtc_treatments.csv"]) == []
        assert rules.netmeta(text[f"{folder}/netmeta.csv"]) == []
        assert rules.multinma(text[f"{folder}/multinma.csv"]) == []
    assert [
        x["study"] for x in json.loads(text["OS/all/node/part1-CTFU/manifest.json"])["assumed_covariances"]
    ] == ["B"]
