"""Opening a review database: what is wrong is said, and nothing is touched then."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from screener.model.errors import StoreError
from screener.model.screening import Stage, Vote
from screener.steps import screening
from screener.store import opening
from screener.store.migrations import NAMES, m0001_review
from screener.store.opening import create, open_store, refuse_network
from tests.builders import make_review


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database of 200 records: many pages, no write-ahead log left."""
    review = make_review(tmp_path_factory.mktemp("sound") / "review", 200)
    path = review.store.path
    review.close()
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    """A copy of it for one test to spoil."""
    folder = tmp_path / "db"
    folder.mkdir()
    return Path(shutil.copy(sound, folder / "review.db"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refusal(path: Path) -> StoreError:
    """The refusal to open; the file's bytes are as before."""
    before = digest(path)
    with pytest.raises(StoreError) as caught:
        open_store(path)
    assert digest(path) == before
    assert caught.value.file == str(path)
    return caught.value


def test_a_sound_copy_opens(path: Path) -> None:
    """What the other tests spoil is a database that opens."""
    with open_store(path) as store:
        assert store.check() == []
        assert store.value("SELECT count(*) FROM records") == 200


def test_connection_settings(path: Path) -> None:
    """Every connection has WAL, synchronous FULL and foreign keys."""
    with open_store(path) as store:
        assert store.value("PRAGMA journal_mode") == "wal"
        assert store.value("PRAGMA synchronous") == 2
        assert store.value("PRAGMA foreign_keys") == 1


def test_missing(tmp_path: Path) -> None:
    """A missing file is named and not made."""
    wanted = tmp_path / "review.db"
    with pytest.raises(StoreError, match="there is no review database") as caught:
        open_store(wanted)
    assert caught.value.expected == "a file made by `screener init`"
    assert list(tmp_path.iterdir()) == []


def test_empty_file(path: Path) -> None:
    """An empty file is not taken for a new database."""
    path.write_bytes(b"")
    assert "empty file" in refusal(path).message


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a database" * 50, b"SQLite format 3\x00 and no more"])
def test_not_sqlite(path: Path, content: bytes) -> None:
    """Any other file is refused, also one that only begins like SQLite."""
    path.write_bytes(content)
    assert "not a review database" in refusal(path).message


def test_another_programs_database(path: Path) -> None:
    """An SQLite file of another program is refused and gets no table of ours."""
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    assert "not a review database" in refusal(path).message


def test_another_sqlite_utils_database(path: Path) -> None:
    """A database with migrations of another program is not migrated to a review."""
    path.unlink()
    theirs = Migrations("other")

    @theirs()
    def first(db: Database) -> None:
        db.conn.execute("CREATE TABLE notes (text)")

    connection = sqlite3.connect(path, isolation_level=None)
    theirs.apply(Database(connection))
    connection.close()
    assert "not a review database" in refusal(path).message


def test_cut_short(path: Path) -> None:
    """A file that was cut short, as by a broken copy, is told by its own header."""
    path.write_bytes(path.read_bytes()[:-5000])
    error = refusal(path)
    assert "cut short" in error.message
    assert error.expected == "a backup from db/backups"


@pytest.mark.parametrize("where", [1, 2, -2])
def test_damaged_page(path: Path, where: int) -> None:
    """A page full of nonsense is found before anything is written."""
    data = bytearray(path.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    number = where % (len(data) // page)
    assert data[number * page] in (2, 5, 10, 13), "the page is none of a b-tree"
    data[number * page : (number + 1) * page] = b"\xa5" * page
    path.write_bytes(data)
    assert "damaged" in refusal(path).message


def test_newer_program(path: Path) -> None:
    """A database with a migration that this program does not know is left alone."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('screener', 'm9999_future', '2030-01-01')"
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    error = refusal(path)
    assert "newer version of the program" in error.message
    assert "m9999_future" in error.message


@pytest.mark.parametrize("locked", ["file", "folder", "both"])
def test_no_permission_to_write(path: Path, locked: str, tmp_path: Path) -> None:
    """Somebody who may read but not write is told so at opening or at the first vote; nothing changes."""
    if locked in ("file", "both"):
        path.chmod(0o444)
    else:
        path.chmod(0o666)
    path.parent.chmod(0o555 if locked in ("folder", "both") else 0o777)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path("/tmp") or folder.stat().st_uid != os.getuid():
            break
        folder.chmod(folder.stat().st_mode | 0o055)
    before = digest(path)
    script = f"""
        import os
        from pathlib import Path
        from screener.model.errors import StoreError
        from screener.store.opening import create, open_store
        create(Path({str(tmp_path / "loaded.db")!r})).close()
        if os.geteuid() == 0:
            os.setgroups([]); os.setgid(54321); os.setuid(54321)
        try:
            store = open_store(Path({str(path)!r}))
            with store.write():
                store.act("test", "A")
        except StoreError as error:
            print("refused:", error)
        else:
            print("written")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    path.parent.chmod(0o755)
    assert done.stderr == ""
    assert done.stdout.startswith("refused:"), done.stdout
    assert "permission" in done.stdout or "may not be written" in done.stdout
    assert digest(path) == before


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /srv nfs4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
/dev/vdb /srv/local ext4 rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/srv/review", "nfs4"), ("/srv", "nfs4"), ("/mnt/my share/a/b", "cifs")],
)
def test_network_share_is_refused(folder: str, kind: str) -> None:
    """WAL does not work over a network: the share and its kind are named."""
    with pytest.raises(StoreError, match=f"network share \\({kind} at"):
        refuse_network(Path(folder), MOUNTS)


@pytest.mark.parametrize("folder", ["/home/me", "/srv/local/review", "/srvother", "/mnt/my"])
def test_local_disks_are_taken(folder: str) -> None:
    """A local disk is taken, also one mounted below a share or named alike."""
    refuse_network(Path(folder), MOUNTS)


def test_share_is_refused_before_a_file_is_made(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making and opening both ask for the share first."""
    mounts = f"share {tmp_path} nfs rw 0 0\n"
    real = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda self, *a, **k: mounts if str(self) == "/proc/mounts" else real(self, *a, **k),
    )
    with pytest.raises(StoreError, match="network share"):
        open_store(path)
    with pytest.raises(StoreError, match="network share"):
        create(tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_create_refuses_an_existing_file(path: Path) -> None:
    """A database is never made over another."""
    before = digest(path)
    with pytest.raises(StoreError, match="there is a database already"):
        create(path)
    assert digest(path) == before


# Migrations --------------------------------------------------------------------------------------


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Database], None]], None]:
    """Makes the program one migration newer."""

    def install(second: Callable[[Database], None]) -> None:
        newer = Migrations("screener")
        newer(name=NAMES[0])(m0001_review)
        newer(name="m0002_more")(second)
        monkeypatch.setattr(opening, "migrations", newer)
        monkeypatch.setattr(opening, "NAMES", (*NAMES, "m0002_more"))

    return install


def add_table(db: Database) -> None:
    db.conn.execute("CREATE TABLE more (x)")


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*.db"))


def test_a_pending_migration_is_preceded_by_a_backup(path: Path, next_version: Callable[..., None]) -> None:
    """The backup is a complete database of the old version; the migrated one has the new table."""
    next_version(add_table)
    with open_store(path) as store:
        assert store.value("SELECT count(*) FROM more") == 0
        assert store.check() == []
    (backup,) = backups(path)
    with sqlite3.connect(backup) as old:
        assert old.execute("SELECT count(*) FROM records").fetchone() == (200,)
        assert old.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert old.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchone() is None
    old.close()
    with open_store(path):
        assert backups(path) == [backup]


def test_a_failed_migration_changes_nothing_and_can_be_repeated(
    path: Path, next_version: Callable[..., None]
) -> None:
    """After a migration that broke in the middle the database is the old one; the next try works."""

    def breaks(db: Database) -> None:
        add_table(db)
        raise RuntimeError("power cut")

    next_version(breaks)
    with pytest.raises(RuntimeError, match="power cut"):
        open_store(path)
    with sqlite3.connect(path) as old:
        assert old.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchone() is None
    old.close()
    next_version(add_table)
    with open_store(path) as store:
        assert store.value("SELECT count(*) FROM more") == 0
    assert len(backups(path)) == 2


def test_no_backup_without_a_migration(path: Path) -> None:
    """Opening a current database makes no backup."""
    open_store(path).close()
    assert backups(path) == []


def test_backup_refuses_to_overwrite_and_names_a_bad_place(path: Path, tmp_path: Path) -> None:
    """A backup never replaces a file, and a place that cannot be written is an error that says so."""
    with open_store(path) as store:
        taken = tmp_path / "taken.db"
        taken.write_bytes(b"mine")
        with pytest.raises(StoreError, match="overwrite"):
            store.backup(taken)
        assert taken.read_bytes() == b"mine"
        with pytest.raises(StoreError, match="cannot be written"):
            store.backup(taken / "below" / "a.db")


def test_backup_holds_what_is_still_in_the_log(tmp_path: Path) -> None:
    """A backup made while the write-ahead log holds the newest vote has that vote."""
    review = make_review(tmp_path / "review", 1)
    person = review.as_person("A")
    (record,) = screening.queue(person, Stage.TITLE_ABSTRACT)
    screening.vote(person, record, Stage.TITLE_ABSTRACT, Vote.INCLUDE)
    copy = review.store.backup(tmp_path / "copy.db")
    review.close()
    with open_store(copy) as store:
        assert store.value("SELECT vote FROM decisions") == "include"
