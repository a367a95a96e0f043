"""The line of each key in a TOML text: what `tomllib` knows while reading and does not tell."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


class Lines:
    """Where the keys of a valid TOML text stand.

    A path holds table names, keys and, for arrays of tables, the row's number from 0. What is written
    inside a value (an inline table, an item of a list) is found at the line of its key.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at: dict[Path, int] = {}
        self._rows: dict[Path, int] = {}  # rows seen so far of each array of tables
        self._scan()

    def line(self, path: Path) -> int | None:
        """The line (from 1) of `path`, else of the nearest table around it; None if there is none."""
        while path:
            if path in self._at:
                return self._at[path]
            path = path[:-1]
        return None

    def _scan(self) -> None:
        table: Path = ()
        pos = self._skip_blank(0)
        while pos < len(self._text):
            start = pos
            if self._text[pos] == "[":
                doubled = self._text.startswith("[[", pos)
                keys, pos = self._key(pos + (2 if doubled else 1))
                table = self._open(keys, doubled)
                if doubled:
                    self._note(table[:-1], start)
                self._note(table, start)
                pos += 2 if doubled else 1
            else:
                keys, pos = self._key(pos)
                for depth in range(len(keys)):
                    self._note((*table, *keys[: depth + 1]), start)
                pos = self._skip_value(pos + 1)
            pos = self._skip_blank(pos)

    def _note(self, path: Path, pos: int) -> None:
        self._at.setdefault(path, self._text.count("\n", 0, pos) + 1)

    def _key(self, pos: int) -> tuple[list[str], int]:
        """The parts of the (dotted) key at `pos`, and where it ends."""
        parts: list[str] = []
        while match := _KEY_PART.match(self._text, pos):
            written, pos = match.group(1), match.end()
            parts.append(tomllib.loads(f"k = {written}")["k"] if written[0] in "\"'" else written)
            if not self._text.startswith(".", pos):
                break
            pos += 1
        return parts, pos

    def _open(self, keys: list[str], row: bool) -> Path:
        """The path of a table header: inner arrays of tables mean their latest row."""
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self._rows:
                path = (*path, self._rows[path])
        path = (*path, keys[-1])
        if row:
            self._rows[path] = self._rows.get(path, -1) + 1
            path = (*path, self._rows[path])
        return path

    def _skip_blank(self, pos: int) -> int:
        match = _BLANK.match(self._text, pos)
        return match.end() if match else pos

    def _skip_value(self, pos: int) -> int:
        """Past the value at `pos`: to the end of its last line, lists and long strings included."""
        depth = 0
        while pos < len(self._text):
            char = self._text[pos]
            if char in "\"'":
                pos = self._skip_string(pos)
                continue
            if char == "#":
                end = self._text.find("\n", pos)
                pos = len(self._text) if end < 0 else end
                continue
            if char == "\n" and depth == 0:
                return pos
            depth += (char in "[{") - (char in "]}")
            pos += 1
        return pos

    def _skip_string(self, pos: int) -> int:
        quote = self._text[pos]
        closing = quote * 3 if self._text.startswith(quote * 3, pos) else quote
        pos += len(closing)
        while pos < len(self._text):
            if quote == '"' and self._text[pos] == "\\":
                pos += 2
            elif self._text.startswith(closing, pos):
                pos += len(closing)
                while len(closing) == 3 and self._text.startswith(quote, pos):
                    pos += 1  # a long string may end in up to two quotes of its own
                return pos
            else:
                pos += 1
        return pos
