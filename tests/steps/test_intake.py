"""Files read by several processes give what one gives, entry by entry; nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.errors import InputError
from screener.sources import open_file
from screener.steps import intake
from screener.steps.importing import BadEntries, import_file
from screener.steps.review import Review
from screener.store.intake import Prepared
from tests.sources.samples import article, article_set
from tests.steps.team import make_team


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    made = make_team(tmp_path / "review")
    yield made
    made.close()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Three chunks of articles."""
    path = tmp_path / "many.xml"
    path.write_bytes(article_set(*(article(str(n), f"Trial {n}.") for n in range(1, 1201))))
    return path


def rows(path: Path) -> list[Prepared]:
    with intake.spool(open_file(path), path, None) as made:
        return [row for chunk in made.chunks() for row in chunk]


def test_several_processes_give_what_one_gives(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = rows(many)
    monkeypatch.setattr(intake, "SMALL", 0)
    monkeypatch.setattr(intake.os, "cpu_count", lambda: 2)
    assert rows(many) == alone
    assert [row.position for row in alone] == list(range(1, 1201))


def test_bad_entries_of_other_processes_are_listed(
    team: Review, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = many.read_bytes()
    many.write_bytes(
        data.replace(b"<ArticleTitle>Trial 700.</ArticleTitle>", b"<ArticleTitle>Trial 700.</Titel>")
    )
    monkeypatch.setattr(intake, "SMALL", 0)
    monkeypatch.setattr(intake.os, "cpu_count", lambda: 2)
    with pytest.raises(BadEntries) as caught:
        import_file(team, many)
    assert [problem.entry for problem in caught.value.problems] == ["entry 700"]
    assert team.store.value("SELECT count(*) FROM citations") == 0
    done = import_file(team, many, skip_bad=True)
    assert (done.new, len(done.skipped), done.hits) == (1199, 1, 1200)


def test_a_file_that_breaks_off_leaves_nothing(team: Review, many: Path) -> None:
    many.write_bytes(many.read_bytes()[:-500])
    with pytest.raises(InputError, match="cut short after PMID"):
        import_file(team, many)
    assert team.store.value("SELECT count(*) FROM searches") == 0


def test_an_interrupt_while_reading_leaves_nothing(team: Review, many: Path) -> None:
    def interrupt(_what: str, _done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(team, many, progress=interrupt)
    assert team.store.value("SELECT count(*) FROM searches") == 0


def test_the_same_file_again_adds_nothing(team: Review, many: Path) -> None:
    assert import_file(team, many).new == 1200
    before = {
        table: team.store.value(f"SELECT count(*) FROM {table}")
        for table in ("citations", "versions", "records")
    }
    again = import_file(team, many)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1200)
    assert before == {table: team.store.value(f"SELECT count(*) FROM {table}") for table in before}
