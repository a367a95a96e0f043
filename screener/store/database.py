"""One SQLite file is the review: reading from it, writing to it, backing it up. Opening it stands in `opening`.

Every write is a short `BEGIN IMMEDIATE` transaction (a deferred one that reads first fails at once when
another process has written), with `synchronous=FULL` so that what was acknowledged survives a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlite_utils

from screener.model.errors import StoreError
from screener.model.ids import ActIds

BUSY_SECONDS = 30.0
Row = sqlite3.Row


class Store:
    """The open review database. One instance per thread; any number of processes."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        ids: ActIds,
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self._closed = closed
        self.ids = ids
        self.conn = connection
        self.db = sqlite_utils.Database(connection)
        self._thread = threading.get_ident()
        # Fault injection and progress hook in here: called before each statement that writes.
        self.before_write: Callable[[str], None] | None = None

    # Reading -----------------------------------------------------------------------------------

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        try:
            return self.conn.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Row | None:
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:
        found = self.row(sql, values)
        return found[0] if found is not None else None

    # Writing -----------------------------------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[None]:
        """One immediate transaction; nested uses join the outer one. Acknowledged only after commit."""
        if self.conn.in_transaction:
            yield
            return
        try:
            self.conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise self._explained(error) from error
        try:
            yield
            self._announce("COMMIT")
            self.conn.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                if self.conn.in_transaction:
                    self.conn.execute("ROLLBACK")
            if isinstance(error, sqlite3.DatabaseError):
                raise self._explained(error) from error
            raise

    def insert(self, table: str, values: dict[str, Any]) -> None:
        """Add one row. Unknown columns are an error; there is no upsert on purpose."""
        self._statement("INSERT INTO", table, values)

    def insert_new(self, table: str, values: dict[str, Any]) -> bool:
        """Add one content-addressed row unless it is there; True if it was added."""
        return self._statement("INSERT OR IGNORE INTO", table, values) > 0

    def insert_many(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add many rows with the same columns."""
        if rows:
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            self.execute_many(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def execute(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> None:
        """A write to a cache table (ledgers refuse anything but INSERT)."""
        self._in_write()
        self._announce(sql)
        self.conn.execute(sql, values)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._in_write()
        self._announce(sql)
        self.conn.executemany(sql, rows)

    def act(self, kind: str, actor: str, *, replaces: str | None = None) -> str:
        """Append the header of an act and give its id; the caller adds what was said."""
        act_id = self._next_id()
        seq = (self.value("SELECT max(seq) FROM acts WHERE device = ?", [self.device]) or 0) + 1
        self.insert(
            "acts",
            {
                "id": act_id,
                "device": self.device,
                "seq": seq,
                "kind": kind,
                "replaces": replaces,
                "actor": actor,
                "at": self.ids.time_text(),
            },
        )
        return act_id

    def _next_id(self) -> str:
        """An id above all in the file, should the clock have been set back: the newest act is told by its id."""
        made, newest = self.ids.new(), self.value("SELECT max(id) FROM acts")
        return made if newest is None or made > newest else _above(newest, made)

    @property
    def device(self) -> str:
        return str(self.value("SELECT value FROM meta WHERE key = 'device'"))

    def _statement(self, verb: str, table: str, values: dict[str, Any]) -> int:
        self._in_write()
        self._announce(table)
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        cursor = self.conn.execute(f"{verb} {table} ({names}) VALUES ({marks})", list(values.values()))
        return cursor.rowcount

    def _in_write(self) -> None:
        if not self.conn.in_transaction:
            raise RuntimeError("writes belong in `with store.write():`")

    def _announce(self, what: str) -> None:
        if self.before_write is not None:
            self.before_write(what)

    def _explained(self, error: sqlite3.DatabaseError) -> StoreError:
        text = str(error)
        name = str(self.path)
        if "locked" in text or "busy" in text:
            return StoreError(
                f"another process has been writing for more than {BUSY_SECONDS:.0f} seconds; nothing was "
                "written, try again when it has finished",
                file=name,
            )
        if "malformed" in text or "not a database" in text:
            return StoreError(
                f"the database is damaged ({text}); restore a backup from db/backups", file=name
            )
        if "readonly" in text:
            return StoreError(
                "the database may not be written by this user", file=name, expected="write permission"
            )
        if "full" in text:
            return StoreError(f"the disk is full ({text}); nothing was written", file=name)
        return StoreError(text, file=name)

    # Care --------------------------------------------------------------------------------------

    def backup(self, to: Path) -> Path:
        """A complete, compact copy (the `-wal` included), safe while others write."""
        if to.exists():
            raise StoreError("the backup would overwrite a file", file=str(to), expected="a new file name")
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            self.conn.execute("VACUUM INTO ?", [str(to)])
        except (OSError, sqlite3.DatabaseError) as error:
            raise StoreError(
                f"the backup cannot be written ({error})", file=str(to), expected="a folder with space left"
            ) from error
        return to

    def check(self) -> list[str]:
        """What SQLite itself finds wrong: pages and foreign keys. Empty when sound."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        broken = self.rows("PRAGMA foreign_key_check")
        return found + [f"{row[0]}: row {row[1]} points to a missing row of {row[2]}" for row in broken]

    def close(self) -> None:
        with suppress(sqlite3.Error):
            # Whoever else is writing does it later; closing waits for nobody.
            self.conn.execute("PRAGMA busy_timeout = 0")
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.conn.close()
        told, self._closed = self._closed, lambda: None  # once, however often this is called
        told()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _above(newest: str, made: str) -> str:
    """The UUIDv7 one step (of the 60 bits of time and count) above `newest`, with the random bits of `made`."""
    place = uuid.UUID(newest).int
    stamp = ((place >> 80) << 12 | (place >> 64) & 0xFFF) + 1
    tail = uuid.UUID(made).int & (1 << 62) - 1
    head, low = stamp >> 12, stamp & 0xFFF
    return str(uuid.UUID(int=head << 80 | 0x7 << 76 | low << 64 | 0b10 << 62 | tail))
