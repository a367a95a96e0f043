"""A review is made, opened and governed: folders, the protocol in force, and who may do what."""

from __future__ import annotations

from pathlib import Path

import pytest

from screener.model.errors import InputError, ReviewError, StoreError
from screener.model.screening import Outcome, Stage
from screener.steps import care, records
from screener.steps.review import FOLDERS, adopt, find_folder, init_review, open_review
from screener.store import ledger
from tests.steps.team import INCLUDE, TA, make_team, outcome, protocol_text, queue, say, undo


def test_init_makes_a_review(tmp_path: Path) -> None:
    """review.toml, the folders and an empty database; nothing is in force before somebody adopts it."""
    init_review(tmp_path / "new" / "review").close()
    folder = tmp_path / "new" / "review"
    assert {path.name for path in folder.iterdir()} == {"review.toml", *FOLDERS}
    review = open_review(folder)
    with pytest.raises(ReviewError, match="no protocol has been adopted"):
        _ = review.protocol
    assert ledger.count_acts(review.store) == 0
    review.close()


def test_init_refuses_what_is_there(tmp_path: Path) -> None:
    """A folder that holds anything, or a file, is left as it is; a draft that is wrong makes no folder."""
    (tmp_path / "file").write_text("mine", "utf-8")
    for target in (tmp_path, tmp_path / "file"):
        with pytest.raises(ReviewError, match="not empty"):
            init_review(target)
    (tmp_path / "draft.toml").write_text("nonsense", "utf-8")
    with pytest.raises(InputError):
        init_review(tmp_path / "new", protocol=tmp_path / "draft.toml")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "draft.toml"}


def test_who_has_said_something_stays_named(tmp_path: Path) -> None:
    """Else nobody could tell whose words they are; who leaves is marked so, and the words count on."""
    review = make_team(tmp_path / "review", 2)
    first, second = records.states(review)
    say(review, "A", first, INCLUDE)
    text = protocol_text()
    without = text.replace('[[reviewers]]\nid = "A"\nname = "First reviewer"\nroles = ["screener"]\n', "")
    (review.folder / "review.toml").write_text(without, "utf-8")
    with pytest.raises(ReviewError, match="'A' has said something") as error:
        adopt(review, "A is gone")
    assert "active = false" in str(error.value)
    left = text.replace('[[reviewers]]\nid = "A"', '[[reviewers]]\nactive = false\nid = "A"')
    (review.folder / "review.toml").write_text(left, "utf-8")
    adopt(review, "A has left")
    say(review, "B", first, INCLUDE)
    assert outcome(review, first, TA) is Outcome.PASSED, "the vote counts on"
    for act in (lambda: say(review, "A", second, INCLUDE), lambda: undo(review, "A", first)):
        with pytest.raises(ReviewError, match="A has left the review"):
            act()
    assert queue(review, "D") == [second]
    review.close()


def test_the_draft_is_no_protocol(tmp_path: Path) -> None:
    """Rules and roles come from the adopted version, however review.toml has been edited since."""
    review = make_team(tmp_path / "review", 1)
    in_force = review.protocol_id
    joins = '[[reviewers]]\nid = "X"\nname = "New"\nroles = ["coordinator", "adjudicator"]\n\n'
    text = protocol_text(3).replace(
        '[[reviewers]]\nid = "C"', joins + '[[reviewers]]\nactive = false\nid = "C"'
    )
    (review.folder / "review.toml").write_text(text, "utf-8")
    review.close()
    review = open_review(review.folder, "C")
    assert review.protocol.rules[Stage.TITLE_ABSTRACT].voters == 2
    with pytest.raises(ReviewError, match="'X' is no reviewer"):
        review.as_person("X")
    adopt(review, "X coordinates now, and three vote")
    assert review.protocol_id != in_force
    assert review.protocol.rules[Stage.TITLE_ABSTRACT].voters == 3
    assert review.me is not None
    assert not review.me.roles, "C has left by the version in force"
    with pytest.raises(ReviewError, match="C has left the review"):
        review.person()
    versions = ledger.protocol_versions(review.store)
    assert [(row["actor"], row["reason"]) for row in versions] == [
        ("C", "first version"),
        ("C", "X coordinates now, and three vote"),
    ]
    assert review.store.value("SELECT replaces FROM acts WHERE id = ?", [review.protocol_id]) == in_force
    review.close()


def test_adoption_is_the_coordinators(tmp_path: Path) -> None:
    """Others, and the coordinator of a draft that is not in force, cannot adopt; nor without reason or change."""
    review = make_team(tmp_path / "review")
    draft = review.folder / "review.toml"
    with pytest.raises(ReviewError, match="in force already"):
        adopt(review, "again")
    draft.write_text(draft.read_text("utf-8").replace("Short title", "Title"), "utf-8")
    for who in ("A", "E"):
        with pytest.raises(ReviewError, match="a person with the role coordinator"):
            adopt(review.as_person(who), "mine")
    with pytest.raises(ReviewError, match="not known who you are"):
        adopt(review.as_person(None), "mine")
    with pytest.raises(InputError, match="needs a reason"):
        adopt(review, "  ")
    assert len(ledger.protocol_versions(review.store)) == 1
    review.close()


def test_backup_is_the_coordinators(tmp_path: Path) -> None:
    """A backup holds everybody's votes; it has a name of its own and opens."""
    review = make_team(tmp_path / "review", 2)
    for who in ("A", None):
        with pytest.raises(ReviewError):
            care.backup(review.as_person(who))
    path = care.backup(review)
    assert path.parent == review.folder / "db" / "backups"
    other = tmp_path / "other"
    (other / "db").mkdir(parents=True)
    (other / "db" / "review.db").write_bytes(path.read_bytes())
    copy = open_review(other, "A")
    assert copy.store.value("SELECT count(*) FROM records") == 2
    copy.close()
    review.close()


def test_finding_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given, or the nearest parent; a folder without a review.toml is none, one without database says so."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    with pytest.raises(ReviewError, match="no review was found here"):
        find_folder()
    (tmp_path / "a" / "review.toml").write_text("", "utf-8")
    assert find_folder() == tmp_path / "a"
    with pytest.raises(ReviewError, match="not a review"):
        find_folder(tmp_path)
    with pytest.raises(StoreError, match="no database yet"):
        open_review(find_folder())
