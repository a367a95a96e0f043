"""Opening the review's file safely, or saying why not: what is damaged, foreign, newer or on a share is left alone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from screener.model.errors import StoreError
from screener.model.ids import ActIds
from screener.store.database import BUSY_SECONDS, Store
from screener.store.migrations import NAMES, migrations

# Bytes from which on a database is not read from end to end each time that it is opened.
_LARGE = 64_000_000
_HEADER = b"SQLite format 3\x00"
# File systems on which SQLite's WAL cannot work: their locks and shared memory are not shared.
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "sshfs", "fuse.sshfs", "afs", "9p", "ncpfs"}
)


# Which files this process has open through SQLite, by device and inode, and how often. When a process closes any
# descriptor of a file, all its locks on the file are gone (POSIX), SQLite's among them: another process would then take
# itself for the last user and delete the write-ahead log. So an open database is never opened as a plain file.
_Key = tuple[int, int]
_held: dict[_Key, int] = {}
_holding = threading.Lock()


def create(path: Path, *, ids: ActIds | None = None, group: bool = False) -> Store:
    """A new, empty review database; refuses an existing file."""
    if path.exists():
        raise StoreError("there is a database already", file=str(path), expected="an empty folder")
    refuse_network(path.parent)
    if group:
        # setgid: files made here belong to the folder's group, whoever makes them.
        os.umask(0o007)
        path.parent.chmod(0o2770)
    path.touch(mode=0o660 if group else 0o644)
    if group:
        path.chmod(0o660)
    ids = ids or ActIds()
    held = _hold(path, check=False)
    store = Store(path, _connect(path), ids, partial(_release, held))
    with store.write():
        migrations.apply(store.db)
        store.insert("meta", {"key": "device", "value": ids.new()})
        store.insert("meta", {"key": "group", "value": "yes" if group else "no"})
    return store


def open_store(path: Path, *, ids: ActIds | None = None) -> Store:
    """Open a review database, or say why not, touching nothing then.

    Errors: missing, not a database, damaged or cut short, made by a newer program, on a network share.
    Older databases are backed up and migrated.
    """
    if not _is_file(path):
        raise StoreError(
            "there is no review database", file=str(path), expected="a file made by `screener init`"
        )
    refuse_network(path.parent)
    held = _hold(path)
    try:
        return _opened(path, ids, held)
    except BaseException:
        _release(held)
        raise


def _opened(path: Path, ids: ActIds | None, held: _Key | None) -> Store:
    applied = _applied(path)
    if not applied:
        raise _foreign(path)
    if applied != NAMES[: len(applied)]:
        unknown = ", ".join(name for name in applied if name not in NAMES) or ", ".join(applied)
        raise StoreError(
            f"the database was written by a newer version of the program (it has {unknown}); nothing was changed",
            file=str(path),
            expected="an update of screener, at least the version that the others use",
        )
    store = Store(path, _connect(path), ids or ActIds(), partial(_release, held))
    if len(applied) < len(NAMES):
        store.backup(_free_name(path.parent / "backups" / f"review-before-{NAMES[len(applied)]}.db"))
        with store.write():
            migrations.apply(store.db)
    if store.value("SELECT value FROM meta WHERE key = 'group'") == "yes":
        os.umask(0o007)
    return store


@contextmanager
def for_reading(path: Path) -> Iterator[Store]:
    """A review's file in another thread or process than the one that has it open; it sees what is committed."""
    held = _hold(path, check=False)
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        with closing(connection):
            yield Store(path, connection, ActIds())
    finally:
        _release(held)


def _free_name(path: Path) -> Path:
    """The path, numbered if it is taken: a migration that was interrupted has left its backup."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free


def _foreign(path: Path) -> StoreError:
    return StoreError(
        "this SQLite file is not a review database", file=str(path), expected="a file made by `screener init`"
    )


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"the database cannot be opened ({error})", file=str(path), expected="read and write permission"
        ) from error
    return connection


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise StoreError(
            f"the folder cannot be read ({error.strerror})", file=str(path), expected="read permission"
        ) from error


def _hold(path: Path, *, check: bool = True) -> _Key | None:
    """Note that the file is about to be opened; look at its head before, if nobody here has it open."""
    with _holding:
        try:
            known = path.stat()
        except OSError:
            known = None
        key = (known.st_dev, known.st_ino) if known is not None else None
        if check and (key is None or not _held.get(key)):
            _refuse_damaged(path)
        if key is not None:
            _held[key] = _held.get(key, 0) + 1
        return key


def _release(key: _Key | None) -> None:
    with _holding:
        if key is not None and _held.get(key, 0) > 1:
            _held[key] -= 1
        elif key is not None:
            _held.pop(key, None)


def _refuse_damaged(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise StoreError(
            f"the database cannot be read ({error.strerror})", file=str(path), expected="read permission"
        ) from error
    if size == 0:
        raise StoreError("the database is an empty file", file=str(path), expected="a backup from db/backups")
    if not head.startswith(_HEADER) or len(head) < 100:
        raise StoreError("this is not a review database", file=str(path), expected="an SQLite file")
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    pages = int.from_bytes(head[28:32], "big")
    # With a write-ahead log the file may rightly be shorter than its header says.
    wal = path.with_name(path.name + "-wal")
    if size < page * pages and not (wal.exists() and wal.stat().st_size):
        raise StoreError(
            f"the database is cut short: {size:,} of {page * pages:,} bytes",
            file=str(path),
            expected="a backup from db/backups",
        )


def _applied(path: Path) -> tuple[str, ...]:
    """Names of the migrations a database has, read without write access."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        try:
            rows = connection.execute(
                "SELECT name FROM _sqlite_migrations WHERE migration_set = 'screener' ORDER BY id"
            ).fetchall()
            if not all(
                connection.execute(check).fetchone()[0] == "ok" for check in _checks(path, connection)
            ):
                raise sqlite3.DatabaseError("malformed")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise _foreign(path) from error
        raise StoreError(
            f"the database cannot be opened ({error})",
            file=str(path),
            expected=f"that this user may write in {path.parent} (SQLite keeps its log beside the database)",
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"the database is damaged ({error}); nothing was changed",
            file=str(path),
            expected="a backup from db/backups",
        ) from error
    return tuple(str(row[0]) for row in rows)


def _checks(path: Path, connection: sqlite3.Connection) -> Iterator[str]:
    """The whole file while it is small. Of a large one all that people said and what follows from it; the entries
    of the citations and the index of their words, nine tenths of it, are left to `screener doctor`."""
    if path.stat().st_size <= _LARGE:
        yield "PRAGMA quick_check(1)"
        return
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table != "versions" and not table.startswith("words"):
            yield f'PRAGMA quick_check("{table}")'


def refuse_network(folder: Path, mounts: str | None = None) -> None:
    """Refuse a folder on a network share; `mounts` is the text of /proc/mounts (read if not given)."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text("utf-8", errors="replace")
        except OSError:
            return
    real = os.path.realpath(folder)
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if (real == point or real.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, parts[2]
    if kind in _NETWORK:
        raise StoreError(
            f"the folder is on a network share ({kind} at {best}), where SQLite cannot guard against lost writes",
            file=str(folder),
            expected="a folder on a disk of this machine; work over SSH on the machine that has it",
        )
