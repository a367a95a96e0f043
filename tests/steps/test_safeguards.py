"""Things that must not happen by accident: an output that eats its input, a log that unblinds, lost reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screener.cli.app import run
from screener.model.errors import InputError, ReviewError
from screener.sources import Entrez, read_bytes
from screener.steps import retrieval, screening, settling
from screener.steps.dedup_files import dedup_files
from screener.steps.files import convert
from screener.steps.handoff import audit_csv, export
from screener.steps.review import Review, adopt, open_review
from screener.store.citations import find_record
from screener.store.ledger import count_acts
from tests.steps.team import EXCLUDE, INCLUDE, TA, agree, disagree, make_team, queue

RIS = "TY  - JOUR\nTI  - A trial of drug A\nPY  - 2020\nER  - \n"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    yield review
    review.close()


def test_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    """convert and dedup never replace what they read, nor one output by another."""
    source = tmp_path / "one.ris"
    source.write_text(RIS)
    table = tmp_path / "clusters.csv"
    for act in (
        lambda: convert([source], source),
        lambda: dedup_files([source], source),
        lambda: dedup_files([source], table, ask=tmp_path / "." / "clusters.csv"),
    ):
        with pytest.raises(InputError, match="named twice"):
            act()
    assert source.read_text() == RIS
    assert not table.exists()


def test_dedup_takes_the_readable_entries_on_request(tmp_path: Path) -> None:
    """--skip-bad lists the others."""
    source = tmp_path / "two.ris"
    source.write_text(RIS + "TY  - JOUR\nPY  - 2019\nER  - \n")
    with pytest.raises(InputError, match="cannot be read"):
        dedup_files([source], tmp_path / "c.csv")

    done = dedup_files([source], tmp_path / "c.csv", skip_bad=True)

    assert (done["entries"], len(done["skipped"])) == (1, 1)


def test_the_audit_log_holds_no_open_vote(team: Review) -> None:
    """It lies in a shared folder: a vote comes into it when its record-stage is closed."""
    record = queue(team, "A")[0]
    screening.vote(team.as_person("A"), record, TA, EXCLUDE, note="telltale")
    assert "telltale" not in audit_csv(team)

    screening.vote(team.as_person("B"), record, TA, INCLUDE)

    assert "telltale" in audit_csv(team)
    with pytest.raises(ReviewError, match="have been shown"):
        screening.take_back(team.as_person("B"), record, TA)
    with pytest.raises(ReviewError, match="role"):
        audit_csv(team.as_person("A"))


def test_a_screeners_export_leaves_the_audit_log(team: Review, tmp_path: Path) -> None:
    """Who may not write it may not remove it; what is no longer part of an export goes, unless changed."""
    folder = tmp_path / "out"
    export(team, folder)
    assert (folder / "audit/acts.csv").is_file()

    export(team.as_person("A"), folder)

    assert (folder / "audit/acts.csv").is_file()


def test_reasons_in_use_are_kept_by_later_protocols(team: Review) -> None:
    """Renaming an id that votes have would silently change published counts."""
    record = queue(team, "A")[0]
    reason = team.protocol.reasons[TA][0].id
    screening.vote(team.as_person("A"), record, TA, EXCLUDE, reason=reason)
    path = team.folder / "review.toml"
    path.write_text(path.read_text().replace(f'id = "{reason}"', 'id = "renamed"'))

    with pytest.raises(ReviewError, match=reason):
        adopt(team, "renamed a reason")


@pytest.mark.parametrize("reference", ["%%%%%%", "______", "99000001 "])
def test_signs_of_patterns_find_nothing(team: Review, reference: str) -> None:
    """A reference is taken to the letter; digits are a PMID."""
    if reference.strip().isdigit():
        assert find_record(team.store, reference) in set(queue(team, "A"))
    else:
        with pytest.raises(ReviewError, match="no record is known"):
            find_record(team.store, reference)


@pytest.mark.parametrize("address", ["nonsense", "", "ftp://x/", "http://", "http:// /", "http://[::1"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    """Before anything is asked for."""
    with pytest.raises(InputError, match="no address") as caught:
        Entrez(base_url=address)
    assert caught.value.field == "--base-url"


def test_an_old_doi_in_nbib_is_kept_whole() -> None:
    """SICI numbers hold < and >."""
    doi = "10.1002/1097-0142(197705)39:5<2067::aid-cncr2820390524>3.0.co;2-4"
    text = f"PMID- 1\nTI  - A trial\nLID - {doi} [doi]\n"

    (entry,) = read_bytes(text.encode(), "one.nbib").entries

    assert entry.citation.doi == doi


def test_the_screens_want_a_terminal(team: Review, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets no screen codes: exit code 2 and one JSON object."""
    assert run(["-C", str(team.folder), "--as", "A", "--json"]) == 2

    assert '"error"' in capsys.readouterr().out


def test_who_has_left_says_nothing_more_from_an_open_program(team: Review) -> None:
    """Neither a vote nor its undo, nor a resolution, nor a word on a report: another process adopted meanwhile."""
    first, second = queue(team, "A")[:2]
    c = open_review(team.folder, "C")
    agree(team, first)
    disagree(team, second)
    draft = c.folder / "review.toml"
    text = draft.read_text("utf-8")
    draft.write_text(
        text.replace('[[reviewers]]\nid = "A"', '[[reviewers]]\nactive = false\nid = "A"'), "utf-8"
    )
    adopt(c, "A has left")
    before = count_acts(team.store)
    acts: list[Callable[[Review], object]] = [
        lambda a: screening.take_back(a, first, TA),
        lambda a: screening.undo_last(a, TA),
        lambda a: settling.open_conflict(a, second, TA),
        lambda a: settling.resolve(a, second, TA, INCLUDE, how="consensus", why="read again"),
        lambda a: retrieval.retrieve(a, first, "sought"),
    ]
    for act in acts:
        with pytest.raises(ReviewError, match="A has left the review"):
            act(team.as_person("A"))
    assert count_acts(team.store) == before
    c.close()
