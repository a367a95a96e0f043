"""A team of five on a small review, and short words for what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from screener.model.citation import Citation
from screener.model.screening import Outcome, Stage, Vote
from screener.steps import deduplication, records, screening, settling, studies
from screener.steps.review import Review, adopt, init_review, open_review
from tests.builders import add_citations, citation, fixed_ids

TA, FT = Stage.TITLE_ABSTRACT, Stage.FULL_TEXT
INCLUDE, EXCLUDE, MAYBE = Vote.INCLUDE, Vote.EXCLUDE, Vote.MAYBE
PEOPLE = ("A", "B", "C", "D", "E")

_MORE = """
[[reviewers]]
id = "D"
name = "Fourth reviewer"
roles = ["screener"]

[[reviewers]]
id = "E"
name = "Fifth reviewer"
roles = ["screener", "adjudicator"]

[screening.title_abstract]
"""


def protocol_text(voters: int = 2, reason_conflicts: str = "order") -> str:
    """The template with screeners A, B, D and E; C and E adjudicate, C coordinates."""
    text = (resources.files("screener.steps") / "review_template.toml").read_text("utf-8")
    text = text.replace("\n[screening.title_abstract]\n", _MORE)
    text = text.replace("voters = 2", f"voters = {voters}")
    return text.replace('reason_conflicts = "order"', f'reason_conflicts = "{reason_conflicts}"')


def make_team(
    folder: Path, count: int = 0, *, voters: int = 2, reason_conflicts: str = "order", seed: int = 0
) -> Review:
    """The review with this many records, open on behalf of C."""
    ids = fixed_ids(seed)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.parent / f"{folder.name}-draft.toml"
    draft.write_text(protocol_text(voters, reason_conflicts), "utf-8")
    init_review(folder, protocol=draft, ids=ids).close()
    review = open_review(folder, "C", ids=ids)
    adopt(review, "first version")
    if count:
        add_citations(review, (citation(n) for n in range(1, count + 1)))
    return review


def say(
    review: Review,
    who: str,
    record: str,
    choice: Vote,
    stage: Stage = TA,
    *,
    reason: str | None = None,
    note: str | None = None,
    marks: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
) -> None:
    """One vote; an exclusion at full text gets a reason."""
    if stage is FT and choice is EXCLUDE and reason is None:
        reason = "design"
    screening.vote(
        review.as_person(who), record, stage, choice, reason=reason, note=note, marks=marks, labels=labels
    )


def undo(review: Review, who: str, record: str, stage: Stage = TA) -> None:
    screening.take_back(review.as_person(who), record, stage)


def agree(review: Review, record: str, choice: Vote = INCLUDE, stage: Stage = TA) -> None:
    """A and B vote alike."""
    for who in ("A", "B"):
        say(review, who, record, choice, stage)


def disagree(review: Review, record: str, stage: Stage = TA) -> None:
    """A includes, B excludes."""
    say(review, "A", record, INCLUDE, stage)
    say(review, "B", record, EXCLUDE, stage)


def queue(review: Review, who: str, stage: Stage = TA) -> list[str]:
    return screening.queue(review.as_person(who), stage)


def outcome(review: Review, record: str, stage: Stage = TA, who: str | None = None) -> Outcome:
    """Where a record stands for a person (None: for nobody, who sees closed stages only)."""
    seen = review.as_person(who)
    one, all_ = records.state(seen, record), records.states(seen)[record]
    assert one == all_, "state() and states() disagree"
    return one.at(stage).outcome


def settle(
    review: Review,
    who: str,
    record: str,
    choice: Vote,
    stage: Stage = TA,
    *,
    how: str = "adjudication",
    why: str = "read again",
    reason: str | None = None,
    confirm: bool = False,
) -> None:
    settling.resolve(
        review.as_person(who), record, stage, choice, how=how, why=why, reason=reason, confirm=confirm
    )


def judge(review: Review, a: str, b: str, verdict: str, who: str = "A") -> int:
    return deduplication.judge(review.as_person(who), a, b, verdict)


def include(review: Review, record: str, study: str | None = None) -> None:
    """Through both stages, and into a study."""
    agree(review, record)
    agree(review, record, stage=FT)
    if study:
        studies.link(review, record, study)


def numbered(*numbers: int) -> list[Citation]:
    return [citation(n) for n in numbers]
