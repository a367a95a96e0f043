"""Tables for people and for robvis, to the byte; and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.handoff.csvtext import for_engines, for_people
from screener.handoff.robvis import Judged, rob_table
from screener.handoff.tables import (
    ArmFacts,
    ExcludedReport,
    StudyFacts,
    audit_table,
    effects_table,
    excluded_table,
    study_table,
    treatment_table,
)
from screener.model.effects import StudyEffect
from screener.model.errors import ReviewError
from tests.handoff.networks_made import protocol

ROB1 = [f"D{n}" for n in range(1, 8)]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_studies_have_a_row_an_arm() -> None:
    text = study_table(
        [
            StudyFacts(
                study="SUNLIGHT",
                phase="3",
                n_randomised="492",
                reports=("Prager 2023", "Taieb 2023"),
                arms=(
                    ArmFacts(name="A", regimen="TAS-102 + bev", node="TAS_BEV", n="246"),
                    ArmFacts(name="B", n="246"),
                ),
            ),
            StudyFacts(study="EMPTY"),
        ]
    )
    assert text == (
        "study,registration,phase,blinding,line,n_randomised,population,reports,"
        "arm,regimen,node,n,events_os,events_pfs,median_os,median_pfs\n"
        "SUNLIGHT,,3,,,492,,Prager 2023; Taieb 2023,A,TAS-102 + bev,TAS_BEV,246,,,,\n"
        "SUNLIGHT,,3,,,492,,Prager 2023; Taieb 2023,B,,,246,,,,\n"
        "EMPTY,,,,,,,,,,,,,,,\n"
    )


def test_effects_keep_their_provenance() -> None:
    effect = StudyEffect(
        study="SUNLIGHT", outcome="OS", population="all", treatment="TAS_BEV", comparator="TAS",
        log_hr=-0.49429632181478012, se=0.115, se_min=0.11, se_max=0.12, method="A", inverted=False,
        printed={"hr": "0.61", "ci_low": "0.49", "ci_high": "0.77", "page": "4", "quote": "=0.61, \"95%\""},
        extractors=("yj", "mz"), events=(148, None), patients=(246, 246),
    )  # fmt: skip
    (row,) = read(effects_table([effect]))
    assert float(row["log_hr"]) == effect.log_hr
    assert (row["printed_hr"], row["printed_page"], row["extractors"]) == ("0.61", "4", "yj; mz")
    assert row["printed_quote"] == '\'=0.61, "95%"'
    assert (row["events_treatment"], row["events_comparator"], row["se_max"]) == ("148", "", "0.12")


def test_the_grouping_of_treatments() -> None:
    assert treatment_table(protocol(), {"FOLFIRI": ["A", "B"]}) == (
        "printed_regimen,node,node_label,mechanism,mechanism_label,studies\n"
        "FOLFIRI,CTFU,CTFU,CT,chemotherapy,A; B\n"
        "'=FOLFOX4,CTFU,CTFU,CT,chemotherapy,\n"
    )


def test_excluded_reports_and_the_log() -> None:
    report = ExcludedReport(
        record="r1", authors=("Li, J", "Qin, S"), year=2015, title="@T", reason="wrong design"
    )
    assert excluded_table([report]) == (
        "record,authors,year,title,journal,doi,pmid,reason,note\n"
        'r1,"Li, J; Qin, S",2015,\'@T,,,,wrong design,\n'
    )
    assert audit_table(
        [{"at": "2023-07-24", "act": "vote"}, {"at": "2023-07-25", "values": {"hr": "0.61"}}]
    ) == ('at,act,values\n2023-07-24,vote,\n2023-07-25,,"{""hr"": ""0.61""}"\n')


def test_rob_1_goes_by_position() -> None:
    domains = dict.fromkeys(ROB1, "low") | {"D2": "Unclear", "D4": "High"}
    assert rob_table("rob1", [Judged("O'Neil, 2010", domains, "High")]) == (
        '"Study","Random.sequence.generation.","Allocation.concealment.",'
        '"Blinding.of.participants.and.personnel.","Blinding.of.outcome.assessment",'
        '"Incomplete.outcome.data","Selective.reporting.","Other.sources.of.bias.","Overall"\n'
        '"O\'Neil, 2010","Low","Unclear","Low","High","Low","Low","Low","High"\n'
    )


def test_rob_2_with_weights() -> None:
    row = Judged("S", dict.fromkeys(ROB1[:5], "Low"), "some concerns")
    assert rob_table("rob2", [row], weight=True) == (
        '"Study","D1","D2","D3","D4","D5","Overall","Weight"\n'
        '"S","Low","Low","Low","Low","Low","Some concerns",1\n'
    )


@pytest.mark.parametrize(
    "row",
    [
        Judged("S", {}, "Low"),
        Judged("S", dict.fromkeys(ROB1, "Some"), "Low"),
        Judged("S", dict.fromkeys(ROB1, "Low"), ""),
    ],
)
def test_a_judgement_that_robvis_would_guess_is_refused_by_name(row: Judged) -> None:
    with pytest.raises(ReviewError) as caught:
        rob_table("rob1", [row])
    assert caught.value.entry == "S"


def test_two_rows_of_one_study_and_unknown_tools_are_refused() -> None:
    row = Judged("S", dict.fromkeys(ROB1[:5], "Low"), "Low")
    with pytest.raises(ReviewError, match="two rows"):
        rob_table("rob2", [row, row])
    with pytest.raises(ReviewError, match="quadas"):
        rob_table("quadas", [])


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"))


@given(st.lists(cells, min_size=1, max_size=4))
def test_no_cell_for_people_starts_a_formula(texts: list[str]) -> None:
    written = for_people(["c"] * len(texts), [texts])
    _, row = csv.reader(io.StringIO(written, newline=""))
    for cell, text in zip(row, texts, strict=True):
        assert cell in (text, "'" + text)
        assert not cell.startswith(("=", "@", "\t"))
        if cell.startswith(("+", "-")):
            float(cell.rstrip("%"))


def test_numbers_stay_numbers_for_people() -> None:
    text = for_people(["a", "b", "c", "d", "e"], [[-0.5, "-0.494", "+1", "-x", None]])
    assert text == "a,b,c,d,e\n-0.5,-0.494,+1,'-x,\n"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_for_engines_lose_no_digit(value: float) -> None:
    assert float(for_engines(["x"], [[value]]).splitlines()[1]) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_written(value: float) -> None:
    with pytest.raises(ReviewError):
        for_engines(["x"], [[value]])
