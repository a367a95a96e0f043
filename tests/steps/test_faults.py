"""A fault at any moment: what was acknowledged is there, of the rest nothing, and the review opens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from screener.model.extraction import Form
from screener.model.screening import Stage, Vote
from screener.steps import deduplication, flow, pilots, retrieval, screening, settling, stopping, studies
from screener.steps.decisions import import_decisions
from screener.steps.importing import import_file
from screener.steps.review import Review, adopt, open_review
from tests.builders import fixed_ids
from tests.steps.team import EXCLUDE, FT, INCLUDE, MAYBE, TA, include, judge, make_team, queue, say, settle

CSV = """Title,Authors,Year,Source key
First trial of a made-up drug,"One, Anna",2020,K1
Second trial of another thing,"Two, Bo",2021,K2
Third trial of something else,"Three, Cy",2022,K3
"""

VOTES = """record,stage,reviewer,vote,reason,note,marks,labels
pubmed:99000003,title_abstract,A,maybe,,ask,population=yes,methods
pubmed:99000003,title_abstract,A,exclude,design,,,
pubmed:99000004,title_abstract,B,include,,,,
pubmed:99000004,title_abstract,B,undo,,,,
"""


class Fault(Exception):
    """The injected failure."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review with a few records, one of them included in a study, and a file to import; closed."""
    folder = tmp_path_factory.mktemp("faults") / "review"
    review = make_team(folder, 4)
    deduplication.deduplicate(review)
    include(review, queue(review, "A")[0], "TRIAL")
    (folder / "file.csv").write_text(CSV, "utf-8")
    (folder / "votes.csv").write_text(VOTES, "utf-8")
    review.close()
    return folder


def history(review: Review) -> list[Callable[[], object]]:
    """An import with its deduplication, votes, a change, an undo, a conflict settled, a verdict, forms."""
    first, second, third = (
        row[0] for row in review.store.rows("SELECT id FROM records ORDER BY first_seen LIMIT 3 OFFSET 1")
    )
    a, b = review.as_person("A"), review.as_person("B")
    arm = {"name": "drug", "regimen": "drug A"}
    return [
        lambda: import_file(review, review.folder / "file.csv", database="embase"),
        lambda: deduplication.deduplicate(review),
        lambda: say(review, "A", first, INCLUDE),
        lambda: say(review, "B", first, EXCLUDE),
        lambda: say(review, "A", second, EXCLUDE, note="no"),
        lambda: say(review, "A", second, INCLUDE),
        lambda: screening.undo_last(a, TA),
        lambda: settling.open_conflict(review, first, TA),
        lambda: settle(review, "C", first, INCLUDE),
        lambda: retrieval.retrieve(review, first, "retrieved"),
        lambda: say(review, "B", first, EXCLUDE, FT, reason="design"),
        lambda: judge(review, second, third, "same"),
        lambda: deduplication.split(b, third),
        lambda: studies.fill(a, "TRIAL", Form.ARM, arm),
        lambda: studies.submit(a, "TRIAL"),
        lambda: studies.fill(b, "TRIAL", Form.ARM, {**arm, "n": "10"}),
        lambda: studies.submit(b, "TRIAL"),
        lambda: studies.settle(review, "TRIAL", Form.ARM, "drug", "n", "10", "page 2"),
    ]


def screened(review: Review) -> list[Callable[[], object]]:
    """What screening has beside votes and an adjudication: a pilot, marks and labels, consensus, attempts to get a
    report, settling anew, votes from a file, another protocol, a stop."""
    first, second, third = (
        row[0] for row in review.store.rows("SELECT id FROM records ORDER BY first_seen LIMIT 3 OFFSET 1")
    )
    a, b = review.as_person("A"), review.as_person("B")

    def another_protocol() -> None:
        draft = review.folder / "review.toml"
        text = draft.read_text("utf-8")
        if "stop_recall" not in text:
            head = "[screening.title_abstract]\n"
            draft.write_text(text.replace(head, f"{head}stop_recall = 0.5\nstop_confidence = 0.8\n"), "utf-8")
        adopt(review, "a stopping rule")

    return [
        lambda: pilots.start(review, TA, name="calibration", chosen=[first, second]),
        lambda: say(
            review, "A", first, MAYBE, note="?", marks={"population": "yes"}, labels=["methods", "later"]
        ),
        lambda: say(review, "A", first, EXCLUDE, reason="design", marks={"outcomes": "no"}),
        lambda: screening.undo_last(a, TA),
        lambda: say(review, "A", first, INCLUDE, labels=["later"]),
        lambda: say(review, "B", first, EXCLUDE, reason="population", marks={"population": "no"}),
        lambda: pilots.end(review, TA, "well enough"),
        lambda: settling.open_conflict(a, first, TA),
        lambda: settle(review, "A", first, INCLUDE, how="consensus"),
        lambda: settle(review, "B", first, INCLUDE, how="consensus", confirm=True, why=""),
        lambda: retrieval.retrieve(a, first, "sought", "the library"),
        lambda: retrieval.retrieve(b, first, "not_retrieved"),
        lambda: retrieval.retrieve(a, first, "sought", "its authors"),
        lambda: retrieval.retrieve(a, first, "retrieved"),
        lambda: say(review, "A", first, EXCLUDE, FT, reason="design", labels=["later"]),
        lambda: say(review, "B", first, INCLUDE, FT),
        lambda: settle(review, "C", first, EXCLUDE, FT, reason="population"),
        lambda: settle(review, "E", first, INCLUDE, FT, why="read once more"),
        lambda: import_decisions(review, review.folder / "votes.csv", dry_run=True),
        lambda: import_decisions(review, review.folder / "votes.csv"),
        another_protocol,
        *(lambda record=record: say(review, "A", record, EXCLUDE) for record in (second, third)),
        lambda: stopping.stop(a, TA),
        lambda: stopping.undo(a, TA),
    ]


HISTORIES = {"team": history, "screening": screened}


@dataclass(frozen=True)
class Undisturbed:
    """A history without a fault: how many writes it takes, and the whole content after each of its acts."""

    acts: Callable[[Review], list[Callable[[], object]]]
    writes: int
    after: list[object]


def content(review: Review) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    names = [
        row[0]
        for row in review.store.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        )
    ]
    return {name: sorted(tuple(row) for row in review.store.rows(f"SELECT * FROM {name}")) for name in names}


def opened(base: Path, folder: Path) -> Review:
    """A copy of the base review with a repeatable clock."""
    shutil.copytree(base, folder)
    return open_review(folder, "C", ids=fixed_ids(7))


@pytest.fixture(scope="module", params=HISTORIES)
def undisturbed(
    request: pytest.FixtureRequest, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    acts = HISTORIES[request.param]
    review = opened(base, tmp_path_factory.mktemp("whole") / "review")
    writes = 0

    def count(_what: str) -> None:
        nonlocal writes
        writes += 1

    review.store.before_write = count
    after: list[object] = [content(review)]
    for act in acts(review):
        act()
        after.append(content(review))
    review.close()
    return Undisturbed(acts, writes, after)


def until_fault(acts: list[Callable[[], object]]) -> int:
    """How many acts were done when the fault came."""
    for done, act in enumerate(acts):
        try:
            act()
        except Fault:
            return done
    raise AssertionError("the fault did not come")


def sound(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The content of a review after a fault: it opens, is sound, and the flow adds up for everybody."""
    review = open_review(folder, "C")
    assert review.store.check() == []
    for who in (None, "A", "B", "C"):
        assert all(identity.holds for identity in flow.flow(review.as_person(who)).identities)
    found = content(review)
    review.close()
    return found


def test_a_failure_before_any_write(base: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """An exception before the k-th write, for every k: the content is exactly that after the last finished
    act, and the same act succeeds when it is tried again."""
    assert undisturbed.writes > 60
    for k in range(undisturbed.writes):
        folder = tmp_path / f"at{k}"
        review = opened(base, folder)
        left = k

        def fail(_what: str) -> None:
            nonlocal left
            if left == 0:
                raise Fault
            left -= 1

        review.store.before_write = fail
        acts = undisturbed.acts(review)
        done = until_fault(acts)
        assert content(review) == undisturbed.after[done]
        review.store.before_write = None
        acts[done]()
        assert review.store.check() == []
        review.store.conn.close()
        if k % 4 == 0:
            sound(folder)
        shutil.rmtree(folder)


def test_a_crash_before_any_write(base: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """The process dies before the k-th write, for every k: no rollback, no closing. What its acts had
    acknowledged is there after reopening, and nothing else."""
    for k in range(undisturbed.writes):
        folder = tmp_path / f"at{k}"
        shutil.copytree(base, folder)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                review = open_review(folder, "C", ids=fixed_ids(7))
                left = k

                def die(_what: str) -> None:
                    nonlocal left
                    if left == 0:
                        os._exit(7)
                    left -= 1

                review.store.before_write = die
                for act in undisturbed.acts(review):
                    act()
                    os.write(write, b".")
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            done = len(pipe.read())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert sound(folder) == undisturbed.after[done]
        shutil.rmtree(folder)


VOTER = """
    import sys
    from pathlib import Path
    from screener.model.screening import Stage, Vote
    from screener.steps import retrieval, screening, settling
    from screener.steps.review import open_review

    review = open_review(Path(sys.argv[1]), "A")
    for record in screening.queue(review, Stage.TITLE_ABSTRACT):
        screening.vote(review, record, Stage.TITLE_ABSTRACT, Vote.INCLUDE)
        print(record, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 60])
def test_kill_nine(tmp_path: Path, lines: int) -> None:
    """A process is killed while it casts votes: every vote that it had reported is in the database."""
    review = make_team(tmp_path / "review", 400)
    review.close()
    voter = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(VOTER), str(review.folder)], stdout=subprocess.PIPE, text=True
    )
    assert voter.stdout is not None
    reported = [voter.stdout.readline().strip() for _ in range(lines)]
    voter.kill()
    reported += voter.stdout.read().split()
    assert voter.wait() == -9
    voter.stdout.close()
    review = open_review(review.folder, "B")
    assert review.store.check() == []
    rows = review.store.rows("SELECT citation_id FROM decisions JOIN acts USING (id) WHERE vote = 'include'")
    kept = {row[0] for row in rows}
    assert set(reported) <= kept
    # At most the one act that was on its way is there beyond what was reported.
    assert len(kept) - len(set(reported)) in (0, 1)
    assert lines <= len(reported) < 400
    assert flow.flow(review).screened == 400
    screening.vote(review, reported[0], Stage.TITLE_ABSTRACT, Vote.INCLUDE)
    assert flow.flow(review).sought == 1
    review.close()
