"""Several processes and several Unix users write to one database at once."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.steps import records
from screener.steps.review import init_review, open_review
from screener.store.opening import open_store
from tests.builders import make_review
from tests.steps.team import INCLUDE, make_team, say


@pytest.fixture
def _umask() -> Iterator[None]:
    """Opening a group's review sets the process's umask; here it must not outlive the test."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


WRITER = """
    import sys
    from pathlib import Path
    from screener.model.screening import Stage, Vote
    from screener.steps import screening
    from screener.steps.review import open_review

    review = open_review(Path(sys.argv[1]), sys.argv[2])
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[3])):
        record = screening.queue(review, Stage.TITLE_ABSTRACT)[0]
        screening.vote(review, record, Stage.TITLE_ABSTRACT, Vote.INCLUDE)
        print(record, flush=True)
    review.close()
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Two reviewers vote 150 times each at the same time: no error, every vote is there, no number twice."""
    review = make_review(tmp_path / "review", 150)
    review.close()
    writers = [start(WRITER, review.folder, person, 150) for person in ("A", "B")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    outputs = []
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        out, errors = writer.communicate()
        assert (writer.returncode, errors) == (0, "")
        outputs.append(out.split())
    with open_store(review.store.path) as store:
        assert store.check() == []
        rows = store.rows("SELECT actor, citation_id FROM decisions JOIN acts USING (id)")
        said = {person: sorted(r[1] for r in rows if r[0] == person) for person in ("A", "B")}
        assert said == {"A": sorted(outputs[0]), "B": sorted(outputs[1])}
        numbers = [row[0] for row in store.rows("SELECT seq FROM acts ORDER BY seq")]
        assert numbers == list(range(1, len(numbers) + 1))
        order = [row[0] for row in store.rows("SELECT actor FROM acts WHERE kind = 'decision' ORDER BY seq")]
        assert order != sorted(order), "one process ran after the other: nothing was tested"


GROUP_INIT = """
    import os, sys, tempfile
    from pathlib import Path
    from screener.steps.review import adopt, init_review, open_review
    from tests.builders import add_citations, citation, make_review
    # The interpreter may be readable for its owner only: load everything first.
    with tempfile.TemporaryDirectory() as place:
        make_review(Path(place) / "review", 1).close()
    os.umask(0o077)
    if os.geteuid() == 0:
        os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
    folder = Path(sys.argv[1])
    init_review(folder, group=True).close()
    review = open_review(folder, "C")
    adopt(review, "first")
    add_citations(review, [citation(n) for n in range(1, 9)])
    review.close()
"""

GROUP_VOTE = """
    import json, os, sys, tempfile
    from pathlib import Path
    from screener.model.screening import Stage, Vote
    from screener.steps import screening
    from screener.steps.review import open_review
    from tests.builders import make_review
    with tempfile.TemporaryDirectory() as place:
        make_review(Path(place) / "review", 1).close()
    os.umask(0o077)
    if os.geteuid() == 0:
        os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
    review = open_review(Path(sys.argv[1]), sys.argv[4])
    for _ in range(3):
        record = screening.queue(review, Stage.TITLE_ABSTRACT)[0]
        screening.vote(review, record, Stage.TITLE_ABSTRACT, Vote.INCLUDE)
    files = {path.name: path.stat() for path in (Path(sys.argv[1]) / "db").glob("review.db*")}
    modes = {name: (found.st_mode & 0o777, found.st_gid) for name, found in files.items()}
    print(json.dumps(modes), flush=True)
    sys.stdin.readline()
    review.close()
"""


@pytest.mark.usefixtures("_umask")
def test_two_users_of_one_group(tmp_path: Path) -> None:
    """After `init --group` two Unix users vote in turn, each with files that the other left behind.

    The database, its log and its shared memory stay writable for the group, whatever the users' umasks.
    """
    root = os.geteuid() == 0
    uids, gid = ((54321, 54322), 54300) if root else ((os.getuid(),) * 2, os.getgid())
    folder = tmp_path / "team" / "review"
    folder.parent.mkdir()
    if root:
        os.chown(folder.parent, uids[0], gid)
        folder.parent.chmod(0o770)
        for parent in folder.parent.parents:
            if parent == Path("/tmp"):
                break
            parent.chmod(parent.stat().st_mode | 0o011)
    made = start(GROUP_INIT, folder, uids[0], gid)
    assert made.communicate()[1] == ""
    for path in (folder, folder / "db", folder / "queries", folder / "exports", folder / "pdfs"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o2770, path
    for path in (folder / "review.toml", folder / "db" / "review.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660, path
    # Both are open at once, so that the second one meets the first one's log and shared memory.
    users = []
    for uid, person in zip(uids, ("A", "B"), strict=True):
        user = start(GROUP_VOTE, folder, uid, gid, person)
        assert user.stdout is not None
        line = user.stdout.readline()
        assert line, user.communicate()[1]
        modes = json.loads(line)
        assert set(modes) == {"review.db", "review.db-wal", "review.db-shm"}
        assert all(mode == 0o660 for mode, _ in modes.values()), modes
        assert {group for _, group in modes.values()} == {gid if root else folder.stat().st_gid}
        users.append(user)
    for user in users:
        out, errors = user.communicate("done\n")
        assert (user.returncode, errors) == (0, ""), out
    with open_store(folder / "db" / "review.db") as store:
        counts = dict(tuple(r) for r in store.rows("SELECT actor, count(*) FROM votes GROUP BY actor"))
        assert counts == {"A": 3, "B": 3}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two Unix users")
@pytest.mark.parametrize("hidden", [False, True])
def test_without_group_another_user_is_refused(tmp_path: Path, hidden: bool) -> None:
    """The modes above are what lets the second user in: a review made without --group refuses that user."""
    init_review(tmp_path / "review").close()
    for parent in (tmp_path, *tmp_path.parents):
        if parent == Path("/tmp"):
            break
        parent.chmod(parent.stat().st_mode | 0o055)
    if hidden:
        (tmp_path / "review").chmod(0o700)
    script = """
        import os, sys
        from pathlib import Path
        from screener.model.errors import StoreError
        from screener.store.opening import create, open_store
        create(Path(sys.argv[2])).close()
        os.setgroups([]); os.setgid(54300); os.setuid(54322)
        try:
            with open_store(Path(sys.argv[1])) as store, store.write():
                store.act("test", "A")
        except StoreError as error:
            print(error.kind)
    """
    mine = tmp_path / "review" / "db" / "review.db"
    out, errors = start(script, mine, tmp_path / "loaded.db").communicate()
    assert errors == "", errors
    assert out == "store\n"


def test_opening_again_keeps_the_locks_of_what_is_open(tmp_path: Path) -> None:
    """The screens open the review again (for its index, for reading): a command of another process that ends meanwhile
    must not take itself for the last user and take the log away, and the votes in it."""
    review = make_team(tmp_path / "review", 4)
    open_review(review.folder, "B").close()
    with review.for_reading():
        pass
    open_review(review.folder, "A").close()
    first, second, third, fourth = records.states(review)
    say(review, "A", first, INCLUDE)
    log = review.folder / "db" / "review.db-wal"
    before = log.stat().st_ino
    look = (
        "import sys; from pathlib import Path; from screener.steps.review import open_review; "
        "from screener.steps import screening; from screener.model.screening import Stage, Vote; "
        "r = open_review(Path(sys.argv[1]), 'B'); "
        "screening.vote(r, sys.argv[2], Stage.TITLE_ABSTRACT, Vote.INCLUDE); r.close()"
    )
    for record in (second, third):
        subprocess.run([sys.executable, "-c", look, str(review.folder), record], check=True)
        assert log.stat().st_ino == before, "the log that this process writes to is the one on the disk"
        say(review, "A", record, INCLUDE)
    say(review, "A", fourth, INCLUDE)
    # What another process reads now, before this one closes anything, is all that was said.
    with sqlite3.connect(f"file:{review.folder}/db/review.db?mode=ro", uri=True) as other:
        assert other.execute("SELECT count(*) FROM decisions").fetchone()[0] == 6
    review.close()
