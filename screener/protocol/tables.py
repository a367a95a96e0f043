"""Typed access to the tables of a parsed TOML file that collects what is wrong instead of stopping."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from screener.model.errors import Problem
from screener.protocol.locate import Lines, Path
from screener.protocol.schema import FORMULA_STARTS, TABLES


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word most like `word`, case aside, or None if none is near."""
    by_fold = {v.casefold(): str(v) for v in valid}
    hits = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[hits[0]] if hits else None


def one_of(words: Sequence[str]) -> str:
    return "one of " + ", ".join(words) if words else "none is defined"


class Problems:
    """The mistakes of one file, each with its line and its key."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file = file
        self._lines = lines
        self._found: list[tuple[int, Problem]] = []

    @property
    def found(self) -> list[Problem]:
        """All mistakes so far in the order of their lines."""
        return [problem for _, problem in sorted(self._found, key=lambda pair: pair[0])]

    def within(self, *path: str) -> bool:
        """Whether anything under `path` is wrong: what depends on it then cannot be judged."""
        name = written(path)
        return any((problem.field or "").startswith(name) for _, problem in self._found)

    def add(self, path: Path, message: str, expected: str | None = None) -> None:
        line = self._lines.line(path)
        problem = Problem(
            message,
            file=self.file,
            entry=f"line {line}" if line else None,
            field=written(path) or None,
            expected=expected,
        )
        self._found.append((line or 0, problem))

    def unknown(self, path: Path, what: str, word: str, valid: Sequence[str]) -> None:
        """Adds 'unknown <what>' with the nearest valid word."""
        hint = nearest(word, valid)
        message = f"unknown {what} {word!r}" + (f"; did you mean {hint!r}?" if hint else "")
        self.add(path, message, one_of(valid))


def written(path: Path) -> str:
    """A path as people write it: rows count from 1."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


class Table:
    """One table: its keys are checked against the schema at once, its values when they are asked for."""

    def __init__(self, values: dict[str, Any], path: Path, problems: Problems) -> None:
        self.values = values
        self.path = path
        self.problems = problems
        name = ".".join(f"{part}" for part in path if isinstance(part, str))
        known = TABLES[name + ("[]" if path and isinstance(path[-1], int) else "")]
        for key in values:
            if key not in known:
                problems.unknown((*path, key), "key", key, known)

    def at(self, key: str) -> Path:
        return (*self.path, key)

    def wrong(self, key: str, message: str, expected: str | None = None) -> None:
        self.problems.add(self.at(key), message, expected)

    def _missing(self, key: str, expected: str) -> None:
        self.wrong(key, "is missing", expected)

    def text(self, key: str, *, required: bool = True) -> str:
        """A text; '' stands for a missing or wrong one (which is then noted if it is `required`)."""
        value = self.values.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self._missing(key, "a text")
            return value or ""
        if not isinstance(value, str):
            self.wrong(key, f"is {kind_of(value)}", "a text in quotes")
            return ""
        return value

    def label(self, key: str) -> str:
        """A required text that is shown and exported: one line, and no spreadsheet formula."""
        value = self.text(key)
        if value.startswith(FORMULA_STARTS):
            self.wrong(
                key,
                f"{value!r} starts with {value[0]!r}, which spreadsheets run as a formula",
                "a text that starts otherwise",
            )
        elif any(ord(char) < 32 or ord(char) == 127 for char in value):
            self.wrong(key, f"{value!r} holds a line break or a control character", "one line of text")
        return value

    def choice(self, key: str, what: str, valid: Sequence[str], default: str | None = None) -> str:
        """One of the `valid` words; the default, else '', stands for a missing or wrong one."""
        if key not in self.values and default is not None:
            return default
        if not self.values.get(key):
            self._missing(key, one_of(valid))
            return default or ""
        value = self.text(key)
        if value and value not in valid:
            self.problems.unknown(self.at(key), what, value, valid)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of non-empty texts; missing is empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.wrong(key, "is not a list of texts", 'a list such as ["one", "two"]')
            return ()
        return tuple(value)

    def integer(self, key: str, low: int, high: int, default: int | None) -> int | None:
        value = self.values.get(key, default)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(key, f"is {value!r}", f"a whole number from {low} to {high}")
            return default
        return value

    def share(self, key: str, default: float) -> float:
        """A number from 0 to 1."""
        value = self.values.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            self.wrong(key, f"is {value!r}", "a share from 0 to 1, such as 0.2")
            return default
        return float(value)

    def yes(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, f"is {kind_of(value)}", "true or false, without quotes")
            return default
        return value

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, f"is {kind_of(value)}", "a date without quotes, such as 2023-07-31")
            return None
        return value

    def table(self, key: str, *, required: bool = False) -> Table:
        """The table under `key`; an empty one stands for a missing or wrong one."""
        value = self.values.get(key)
        if value is None and required:
            self._missing(key, f"a table [{written(self.at(key))}]")
        if value is not None and not isinstance(value, dict):
            self.wrong(key, f"is {kind_of(value)}", f"a table [{written(self.at(key))}]")
        return Table(value if isinstance(value, dict) else {}, self.at(key), self.problems)

    def rows(self, key: str) -> Iterator[Table]:
        """The rows of an array of tables; missing is empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            name = written(self.at(key))
            self.wrong(key, f"is {kind_of(value)}", f"rows that each start with [[{name}]]")
            return
        for number, row in enumerate(value):
            yield Table(row, (*self.at(key), number), self.problems)


def kind_of(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value)) or ("a table" if isinstance(value, dict) else "a date or time")
