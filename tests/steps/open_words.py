"""A review in which A has said much that nobody else may know yet, with telltale texts in it."""

from __future__ import annotations

from screener.model.extraction import Form
from screener.steps import retrieval, screening, studies
from screener.steps.review import Review
from tests.steps.team import EXCLUDE, FT, INCLUDE, MAYBE, TA, agree, disagree, include, say, settle

TELLTALE = "TELLTALE"
# An HR that only A has read, in a form that waits for the other extractor.
SECRET_HR = "0.123"
EFFECT = {
    "outcome": "OS",
    "population": "all randomised",
    "treatment": "drug",
    "comparator": "placebo",
    "hr": "0.70",
}


def script(review: Review, *, with_a: bool) -> None:
    """Closed record-stages by A and B, B's own open votes; then, if wanted, all that A can say openly."""
    all_ = sorted_records(review)
    agree(review, all_[0])
    disagree(review, all_[1])
    agree(review, all_[2], EXCLUDE)
    for number, study in ((3, "OPEN"), (4, "CLOSED")):
        include(review, all_[number], study)
    for number in (5, 6, 7):
        agree(review, all_[number])
    disagree(review, all_[8])
    settle(review, "C", all_[8], INCLUDE)
    retrieval.retrieve(review, all_[5], "retrieved")
    for who, hr in (("A", "0.70"), ("B", "0.71")):
        fill(review, who, "CLOSED", hr)
        studies.submit(review.as_person(who), "CLOSED")
    say(review, "B", all_[9], MAYBE, note="own note")
    say(review, "B", all_[6], EXCLUDE, FT, reason="outcome")
    fill(review, "B", "OPEN", "0.69")
    if not with_a:
        return
    # Open: A's votes where B has not voted, or where both are needed and only A has spoken.
    for number, choice in ((10, INCLUDE), (11, EXCLUDE), (12, MAYBE), (13, INCLUDE)):
        say(
            review,
            "A",
            all_[number],
            choice,
            note=f"{TELLTALE} {choice}",
            marks={"population": "unclear"},
            labels=[TELLTALE],
        )
    say(review, "A", all_[11], EXCLUDE, reason="design", note=TELLTALE)
    say(review, "A", all_[13], EXCLUDE, note=TELLTALE)
    screening.take_back(review.as_person("A"), all_[12], TA)
    say(review, "A", all_[5], EXCLUDE, FT, reason="population", note=TELLTALE)
    say(review, "A", all_[7], INCLUDE, FT, note=TELLTALE)
    say(review, "A", all_[0], EXCLUDE, FT, note=TELLTALE)
    fill(review, "A", "OPEN", SECRET_HR, quote=TELLTALE, note=TELLTALE)
    studies.fill(
        review.as_person("A"),
        "OPEN",
        Form.ROB,
        {"domain": "D1", "judgement": "high", "support": TELLTALE},
    )
    studies.submit(review.as_person("A"), "OPEN")


def fill(review: Review, who: str, study: str, hr: str, **more: str) -> None:
    person = review.as_person(who)
    for arm, regimen in (("drug", "drug A"), ("placebo", "placebo")):
        studies.fill(person, study, Form.ARM, {"name": arm, "regimen": regimen})
    studies.fill(person, study, Form.EFFECT, {**EFFECT, "hr": hr, **more})


def sorted_records(review: Review) -> list[str]:
    return [row[0] for row in review.store.rows("SELECT id FROM records ORDER BY first_seen")]
