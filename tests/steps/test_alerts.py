"""What refreshes turn up about records that people have worked on: nothing decided is lost or changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.citation import Relation
from screener.model.errors import ReviewError
from screener.sources.changes import differences, material, notices
from screener.steps import alerts, deduplication, screening, settling
from screener.steps.flow import flow
from screener.steps.importing import About, import_file
from screener.steps.review import Review
from tests.builders import add_citations, citation
from tests.steps.team import EXCLUDE, INCLUDE, TA, agree, disagree, include, make_team, say


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    made = make_team(tmp_path / "review", 4)
    deduplication.deduplicate(made)
    yield made
    made.close()


def records_of(review: Review) -> list[str]:
    return [row[0] for row in review.store.rows("SELECT id FROM records ORDER BY first_seen")]


def kinds(review: Review, person: str | None = None) -> list[str]:
    seen = review.as_person(person) if person else review
    return [alert.kind for alert in alerts.alerts(seen) if alert.open]


def renew(review: Review, number: int, **fields: object) -> None:
    """The citation comes in again with other fields."""
    add_citations(review, [citation(number, **fields)])
    deduplication.deduplicate(review)


# What differs -------------------------------------------------------------------------------------


def test_what_a_reader_would_notice_is_material() -> None:
    """Another word or number in title or abstract is; case, punctuation, a late MeSH term are not."""
    old = citation(1, abstract="The hazard ratio was 0.61 in 126 patients. " * 5)
    assert not material(old, citation(1, abstract=(old.abstract or "").upper().replace(".", ". ")))
    assert not material(old, citation(1, abstract=old.abstract, keywords=("Neoplasms",), volume="12"))
    assert material(old, citation(1, abstract=(old.abstract or "").replace("0.61", "0.16", 1)))
    assert material(old, citation(1, abstract=old.abstract, title="Quite another title"))
    assert material(citation(1, abstract=None), old)


def test_differences_name_each_field_with_both_values() -> None:
    old, new = citation(1), citation(1, year=2021, abstract="Something else entirely.", revised="2024-01-01")
    found = {change.field: (change.before, change.after, change.material) for change in differences(old, new)}
    assert found == {
        "year": (2020, 2021, False),
        "abstract": (old.abstract, "Something else entirely.", True),
    }


@given(st.text(max_size=60), st.text(max_size=60))
def test_differences_are_symmetric(one: str, other: str) -> None:
    """What differs does so in both directions, and nothing differs from itself."""
    a, b = citation(1, title=one or None), citation(1, title=other or None)
    assert [c.field for c in differences(a, b)] == [c.field for c in differences(b, a)]
    assert material(a, b) == material(b, a)
    assert differences(a, a) == ()


def test_notices_of_a_paper_and_about_another() -> None:
    own = citation(1, relations=(Relation("RetractionIn", None, "J Made Up. 2024"),))
    assert [(n.kind, n.pmid) for n in notices(own)] == [("retraction", None)]
    other = citation(2, relations=(Relation("ErratumFor", "99000001", "J"), Relation("CommentOn", "5", "J")))
    assert [(n.kind, n.pmid) for n in notices(other)] == [("erratum", "99000001")]
    by_type = citation(3, publication_types=("Journal Article", "Retracted Publication"))
    assert [n.kind for n in notices(by_type)] == ["retraction"]


# Alerts -------------------------------------------------------------------------------------------


def test_a_retraction_reaches_record_study_and_effects(team: Review) -> None:
    """The votes and the forms stay; the alert names what it touches until somebody has seen to it."""
    record = records_of(team)[0]
    include(team, record, "TRIAL")
    drawn = flow(team).to_dict()
    renew(team, 1, relations=(Relation("RetractionIn", "123", "J Made Up. 2024;1:2"),))
    (alert,) = alerts.alerts(team)
    assert (alert.kind, alert.record, alert.study) == ("retraction", record, "TRIAL")
    assert flow(team).to_dict() == drawn
    seen = alerts.see(team, alert.id[:8], "asked the journal")
    assert (seen.seen_by, seen.note) == ("C", "asked the journal")
    assert kinds(team) == []


def test_a_notice_that_is_a_record_of_its_own_reaches_the_paper(team: Review) -> None:
    add_citations(
        team, [citation(9, title="Retraction.", relations=(Relation("RetractionOf", "99000002", "J"),))]
    )
    deduplication.deduplicate(team)
    (alert,) = alerts.alerts(team)
    assert alert.record == records_of(team)[1]


def test_a_comment_or_a_late_mesh_term_raises_nothing(team: Review) -> None:
    agree(team, records_of(team)[0])
    renew(team, 1, keywords=("Neoplasms",), relations=(Relation("CommentIn", "77", "J"),))
    assert alerts.alerts(team) == []
    assert alerts.to_look_again(team.as_person("A"), TA) == {}


def test_what_reads_differently_returns_to_its_voters(team: Review) -> None:
    """The vote stands until the person votes again, on the new version; others' queues are as they were."""
    first, second, *_ = records_of(team)
    agree(team, first, EXCLUDE)
    say(team, "A", second, INCLUDE)
    before = screening.queue(team.as_person("A"), TA)
    drawn = flow(team).to_dict()
    renew(team, 1, abstract="Another story with 12 patients.")
    assert flow(team).to_dict() == drawn
    assert screening.queue(team.as_person("A"), TA) == [*before, first]
    assert first not in screening.queue(team.as_person("D"), TA)
    say(team, "A", first, EXCLUDE)
    assert screening.queue(team.as_person("A"), TA) == before
    assert first in screening.queue(team.as_person("B"), TA)
    # Seeing to the alert settles it too, for the one who does.
    (alert,) = [a for a in alerts.alerts(team.as_person("B")) if a.kind == "changed"]
    alerts.see(team.as_person("B"), alert.id)
    assert first not in screening.queue(team.as_person("B"), TA)


def test_an_open_vote_does_not_show_through_an_alert(team: Review) -> None:
    """A changed record on which only A has voted raises no alert for B, also when A has seen to it."""
    record = records_of(team)[0]
    say(team, "A", record, INCLUDE)
    quiet = alerts.alerts(team.as_person("B"))
    renew(team, 1, abstract="Another story with 12 patients.")
    assert alerts.alerts(team.as_person("B")) == quiet == []
    (alert,) = alerts.alerts(team.as_person("A"))
    alerts.see(team.as_person("A"), alert.id)
    assert alerts.alerts(team.as_person("B")) == []
    say(team, "B", record, INCLUDE)
    assert [a.open for a in alerts.alerts(team.as_person("A"))] == [False]
    assert [a.open for a in alerts.alerts(team.as_person("B"))] == [True]


def test_shown_votes_do_not_return_to_the_queue(team: Review) -> None:
    """They change by a resolution only; the alert is there for everybody."""
    record = records_of(team)[0]
    disagree(team, record)
    settling.open_conflict(team, record, TA)
    renew(team, 1, abstract="Another story with 12 patients.")
    assert record not in screening.queue(team.as_person("A"), TA)
    assert kinds(team) == ["changed"]


def test_a_version_that_comes_back_is_the_one_that_was_judged(team: Review) -> None:
    record = records_of(team)[0]
    agree(team, record)
    renew(team, 1, abstract="Another story with 12 patients.")
    renew(team, 1)
    assert alerts.to_look_again(team.as_person("A"), TA) == {}
    assert kinds(team) == []


def row(number: int) -> str:
    return f"K{number},Trial {number} of something,2020"


def test_what_a_search_no_longer_returns(team: Review, tmp_path: Path) -> None:
    """Told by name; the record and its votes stay; the alert goes when the search returns it again."""
    said = About(query="embase")

    def run(*numbers: int) -> tuple[str, ...]:
        path = tmp_path / "embase.csv"
        lines = ["Accession Number,Title,Year", *(row(n) for n in numbers)]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return import_file(team, path, database="embase", said=said).gone

    count = len(records_of(team))
    assert run(1, 2, 3) == ()
    assert run(1, 3) == ("K2",)
    (alert,) = alerts.alerts(team)
    assert (alert.kind, "embase:K2" in alert.text) == ("gone", True)
    assert len(records_of(team)) == count + 3
    assert run(1, 2, 3) == ()
    assert alerts.alerts(team) == []


def test_an_unknown_alert_is_named(team: Review) -> None:
    with pytest.raises(ReviewError) as caught:
        alerts.see(team, "nothing")
    assert caught.value.entry == "nothing"


def test_alerts_as_plain_values(team: Review) -> None:
    agree(team, records_of(team)[0])
    renew(team, 1, abstract="Another story.", relations=(Relation("ErratumIn", "5", "J"),))
    values = [alert.to_dict() for alert in alerts.alerts(team)]
    assert [v["kind"] for v in json.loads(json.dumps(values))] == ["erratum", "changed"]
