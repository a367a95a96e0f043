"""The flow: boxes from records, sums at every moment of a review, and what a broken sum says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.handoff.flow import Flow, check
from screener.handoff.flow_count import FlowRecord, Removed, Retrieval, count_flow
from screener.model.errors import ReviewError
from screener.model.screening import Outcome

counts = st.dictionaries(st.sampled_from(["PubMed", "Embase", "CENTRAL"]), st.integers(0, 3))
registers = st.dictionaries(st.just("ClinicalTrials.gov"), st.integers(0, 2))
others = st.dictionaries(st.sampled_from(["citation searching", "websites"]), st.integers(0, 2))

records = st.builds(
    FlowRecord,
    record=st.text(max_size=3),
    databases=counts,
    registers=registers,
    other=others,
    removed=st.sampled_from([None, None, None, *Removed]),
    title_abstract=st.sampled_from(Outcome),
    excluded_by_automation=st.booleans(),
    retrieval=st.sampled_from(Retrieval),
    full_text=st.sampled_from(Outcome),
    reason=st.sampled_from([None, "wrong population", "wrong design"]),
    study=st.sampled_from([None, "A", "B", "C"]),
).filter(lambda r: sum([*r.databases.values(), *r.registers.values(), *r.other.values()]) > 0)


@given(st.lists(records, max_size=30), st.integers(0, 4))
def test_the_sums_hold_at_every_moment_of_a_review(state: list[FlowRecord], broken: int) -> None:
    flow = count_flow(state, databases=("PubMed",), skipped={"PubMed": broken})
    check(flow)
    assert all(identity.holds for identity in flow.identities)
    as_json = json.loads(json.dumps(flow.to_dict(), allow_nan=False))
    assert as_json["provisional"] == (sum(as_json["open"].values()) + sum(as_json["oth_open"].values()) > 0)
    cited = sum(sum([*r.databases.values(), *r.registers.values(), *r.other.values()]) for r in state)
    identified = sum(sum(as_json[box].values()) for box in ("db_found", "reg_found", "oth_found"))
    assert identified == cited + broken
    # Every record rests in exactly one place, in whichever column.
    resting = (
        flow.auto_removed
        + (flow.other_removed - broken)
        + flow.oth_removed
        + flow.excluded
        + flow.oth_excluded
        + flow.not_retrieved
        + flow.oth_not_retrieved
        + sum(flow.excl_reason.values())
        + sum(flow.oth_excl_reason.values())
        + flow.new_reports
        + flow.open_total
        - flow.open["study"]
        - flow.oth_open["study"]
    )
    assert resting == len(state)


@given(st.lists(records, max_size=15), st.randoms())
def test_the_order_of_records_changes_nothing(state: list[FlowRecord], random) -> None:
    shuffled = list(state)
    random.shuffle(shuffled)
    assert count_flow(state).to_dict() == count_flow(shuffled).to_dict()


@given(st.lists(records, min_size=1, max_size=15), st.data())
def test_a_finished_review_is_not_provisional(state: list[FlowRecord], data: st.DataObject) -> None:
    finished = [
        replace(
            record,
            title_abstract=data.draw(st.sampled_from([Outcome.PASSED, Outcome.EXCLUDED])),
            full_text=data.draw(st.sampled_from([Outcome.PASSED, Outcome.EXCLUDED])),
            study=record.study or "D",
        )
        for record in state
    ]
    flow = count_flow(finished)
    assert not flow.provisional
    assert flow.sought == flow.screened - flow.excluded
    assert flow.new_studies <= flow.new_reports


def test_duplicates_of_a_database_record_found_by_other_methods_stay_in_column_c() -> None:
    state = [
        FlowRecord(
            record="1",
            databases={"PubMed": 2, "Embase": 1},
            other={"websites": 1},
            title_abstract=Outcome.PASSED,
        ),
        FlowRecord(record="2", other={"citation searching": 2}, title_abstract=Outcome.PASSED),
        FlowRecord(record="3", registers={"ClinicalTrials.gov": 1}),
    ]
    flow = count_flow(state)
    assert flow.db_found == {"Embase": 1, "PubMed": 2}
    assert (flow.dup_removed, flow.screened, flow.sought) == (2, 2, 1)
    assert flow.oth_found == {"citation searching": 2, "websites": 1}
    assert (flow.oth_dup, flow.oth_sought) == (2, 1)
    assert flow.template == "N2"
    assert flow.open["title_abstract"] == 1
    assert flow.oth_open["retrieval"] == 1


def test_the_published_review_adds_up() -> None:
    def some(n: int, **where) -> list[FlowRecord]:
        return [FlowRecord(record="r", databases={"PubMed": 1}, **where) for _ in range(n)]

    passed = {"title_abstract": Outcome.PASSED}
    state = (
        [FlowRecord(record="d", databases={"PubMed": 1, "Embase": 1}, title_abstract=Outcome.EXCLUDED)] * 1614
        + some(364, title_abstract=Outcome.EXCLUDED)
        + some(12, **passed, retrieval=Retrieval.NOT_RETRIEVED)
        + some(1320, **passed, full_text=Outcome.EXCLUDED, reason="outcome")
        + [
            replace(r, study=f"s{min(i, 29)}")
            for i, r in enumerate(some(33, **passed, full_text=Outcome.PASSED))
        ]
    )
    flow = count_flow(
        state, databases=("PubMed", "Embase", "PsycINFO"), skipped={"Embase": 22}, reasons=("x", "outcome")
    )
    assert sum(flow.db_found.values()) == 4979
    assert flow.db_found["PsycINFO"] == 0
    assert (flow.dup_removed, flow.other_removed, flow.screened) == (1614, 22, 3343)
    assert (flow.excluded, flow.sought, flow.not_retrieved, flow.assessed) == (1978, 1365, 12, 1353)
    assert flow.excl_reason == {"outcome": 1320}
    assert (flow.new_studies, flow.new_reports) == (30, 33)
    assert not flow.provisional
    assert flow.template == "N1"
    assert flow.to_dict()["prev_studies"] is None


def test_a_broken_sum_names_the_box_and_both_numbers() -> None:
    with pytest.raises(ReviewError, match="sought is 4, but the other boxes give 5") as caught:
        check(Flow(db_found={"PubMed": 9}, screened=9, excluded=4, excluded_by_human=4, sought=4))
    assert caught.value.field == "sought"
    with pytest.raises(ReviewError, match="-1 in dup_removed"):
        check(Flow(dup_removed=-1, other_removed=1))
    with pytest.raises(ReviewError, match="1 studies in 0 reports"):
        check(Flow(new_studies=1))


def test_a_record_without_citation_or_an_unknown_source_is_refused() -> None:
    with pytest.raises(ReviewError, match="no citation"):
        count_flow([FlowRecord(record="1")])
    with pytest.raises(ReviewError, match="Scopus"):
        count_flow([], skipped={"Scopus": 1})
