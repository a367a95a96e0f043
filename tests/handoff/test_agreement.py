"""Agreement in words and tables: every table fits the terminal, nothing is printed that is not defined."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from screener.handoff.agreement import agreement_csv, reasons_csv, sentences
from screener.handoff.agreement_text import WIDTH, Section, empty, figures, heading, tables
from screener.model.screening import Stage, Vote
from screener.screening.agreement_parts import AgreementReport, Part, StageAgreement
from screener.screening.agreement_report import part
from screener.screening.independent import Answer, Rated

REASONS = {
    "design": "Not randomised",
    "language": "A language that nobody of the team reads, and so many words",
    "言語": "言語の条件を満たさない報告",
}


def answers(stage: Stage) -> st.SearchStrategy[Answer]:
    if stage is Stage.TITLE_ABSTRACT:
        return st.tuples(st.sampled_from(tuple(Vote)), st.none())
    excluded = st.tuples(st.just(Vote.EXCLUDE), st.sampled_from(tuple(REASONS)))
    return excluded | st.just((Vote.INCLUDE, None))


@st.composite
def parts(draw: st.DrawFn) -> tuple[StageAgreement, Part]:
    stage, hidden = draw(st.sampled_from(tuple(Stage))), draw(st.booleans())
    votes = draw(st.lists(st.tuples(answers(stage), answers(stage)), max_size=12))
    times = draw(st.sampled_from((1, 1, 40, 4000)))
    people = draw(st.sampled_from((("AK", "YJ"), ("Alexandrine", "Maximiliane", "太郎"))))
    records = []
    for n in range(len(votes) * times):
        x, y = votes[n % len(votes)]
        said = dict(zip((people[n % len(people)], people[(n + 1) % len(people)]), (x, y), strict=True))
        records.append(Rated(f"r{n}", f"{n:08}", "2024-01-01T00:00:00Z", said, said))
    made = part(
        "main", records, stage=stage, which="first", reviewers=people, reasons=list(REASONS), hidden=hidden
    )
    return StageAgreement(stage, (made,), hidden), made


@settings(max_examples=30, deadline=None)
@given(parts())
def test_lines_fit_and_hold_no_nan(given_: tuple[StageAgreement, Part]) -> None:
    stage, one = given_
    sections = [Section("", (heading(stage, one, "first"), *empty(one)))]
    if one.records:
        sections += [figures(stage, one), *tables(one, REASONS)]
    text = [line for section in sections for line in (section.title, *section.lines)]
    assert max(cell_len(line) for line in text) <= WIDTH + 2
    assert not any(word in line.split() for line in text for word in ("None", "nan", "inf", "-0.00"))
    report = AgreementReport("first", (stage,))
    page = sentences([report])
    assert "None" not in page
    rows = list(csv.DictReader(io.StringIO(agreement_csv([report]))))
    assert len(rows) == 1 + len(one.pairs) + len(one.batches)
    if stage.hidden:
        assert all(int(row["b"]) >= int(row["c"]) for row in rows)
    if one.reasons is not None:
        listed = list(csv.DictReader(io.StringIO(reasons_csv([report]))))
        assert sum(2 * int(row["both"]) + int(row["only_one"]) for row in listed) == (2 * one.reasons.n)
