"""What can go wrong, as one tree.

    ScreenerError
    ├── InputError      a file or a value handed to us is at fault
    ├── ReviewError     the review (its protocol, its ledger, the act asked for) does not allow it
    ├── StoreError      the database cannot be opened or written
    └── SourceError     a remote database cannot be reached or answers wrongly

The message is for the reviewer; the attributes are for code and for `--json`.
"""

from __future__ import annotations

from dataclasses import dataclass


class ScreenerError(Exception):
    """A failure that a person can act on: what is wrong, where, what was expected."""

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        entry: str | None = None,
        field: str | None = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.entry = entry
        self.field = field
        self.expected = expected

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.entry, self.field) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} (expected {self.expected})" if self.expected else text

    def to_dict(self) -> dict[str, str | None]:
        """The object printed under `error` by `--json`."""
        return {
            "kind": self.kind,
            "message": self.message,
            "file": self.file,
            "entry": self.entry,
            "field": self.field,
            "expected": self.expected,
        }


class InputError(ScreenerError):
    """A file or a value handed to the program is at fault."""

    kind = "input"


class ReviewError(ScreenerError):
    """The review does not allow the act: unknown reviewer or record, wrong role, closed stage."""

    kind = "review"


class StoreError(ScreenerError):
    """The review database is missing, damaged, newer than the program, or cannot be written."""

    kind = "store"


class SourceError(ScreenerError):
    """A remote database cannot be reached, or what it answers cannot be trusted."""

    kind = "source"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: collected, so that all of them can be listed at once."""

    message: str
    file: str | None = None
    entry: str | None = None
    field: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        return str(self.as_error())

    def as_error(self) -> InputError:
        return InputError(
            self.message, file=self.file, entry=self.entry, field=self.field, expected=self.expected
        )
