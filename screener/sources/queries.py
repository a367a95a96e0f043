"""Search strategies: `queries/*.toml`, one file a database, as PRISMA-S wants them reported."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from screener.model.citation import SOURCES
from screener.model.errors import InputError
from screener.sources.clinicaltrials_term import term_of_parameters

KINDS = ("database", "register", "citation", "other")


@dataclass(frozen=True, slots=True)
class Query:
    """One search strategy. `strategy` is verbatim; `term` is what is sent to the database, or ''.

    Of PubMed that is a query, of ClinicalTrials.gov the canonical text of `[parameters]`.
    `files` are exported result files of a search run elsewhere, relative to the review's folder.
    """

    id: str
    database: str
    platform: str
    strategy: str
    term: str
    limits: tuple[str, ...]
    kind: str
    files: tuple[str, ...]
    date: date
    by: str
    notes: str | None = None

    @property
    def searchable(self) -> bool:
        """The program can run it itself: there is a term, and no file that holds what it found elsewhere."""
        return bool(self.term) and not self.files and self.database in _SEARCHED


# The databases that the program searches itself.
_SEARCHED = ("pubmed", "clinicaltrials")
_REQUIRED = ("database", "platform", "kind", "date", "by", "strategy")
_KEYS = (*_REQUIRED, "term", "parameters", "limits", "files", "notes")


def read_queries(folder: str | Path) -> tuple[Query, ...]:
    """All strategies of a folder, in the order of their file names; a missing folder has none."""
    where = Path(folder)
    if not where.is_dir():
        return ()
    return tuple(read_query(path) for path in sorted(where.glob("*.toml")))


def read_query(path: str | Path) -> Query:
    """One strategy; what is wrong is an InputError that names the file, the line and the key."""
    where = Path(path)
    try:
        text = where.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise InputError("there is no such file", file=str(where), expected="a TOML file") from None
    except (OSError, UnicodeError) as error:
        raise InputError(f"the file cannot be read ({error})", file=str(where), expected="UTF-8") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise InputError(
            f"this is not TOML: {error}",
            file=str(where),
            entry=f"line {line[1]}" if line else None,
            expected="key = value",
        ) from None
    return _query(where, text, values)


def _query(where: Path, text: str, values: Mapping[str, Any]) -> Query:
    def wrong(key: str, message: str, expected: str) -> InputError:
        # The name of a parameter may also stand in the strategy, which comes before the table.
        table = re.search(r"^\s*\[\s*parameters", text, re.MULTILINE) if "." in key else None
        pattern = re.compile(rf"""^\s*\[*\s*["']?{re.escape(key)}["']?\s*[=\]]""", re.MULTILINE)
        match = pattern.search(text, table.end() if table else 0) or table
        line = text.count("\n", 0, match.end()) + 1 if match else None
        return InputError(
            message, file=str(where), entry=f"line {line}" if line else None, field=key, expected=expected
        )

    def words(key: str) -> str | None:
        value = values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise wrong(key, "the value is empty or no text", "text")
        return value

    def needed(key: str) -> str:
        value = words(key)
        if value is None:
            raise wrong(key, "the key is missing", "text")
        return value

    def listed(key: str) -> tuple[str, ...]:
        value = values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            raise wrong(key, "the value is no list of text", '["...", "..."]')
        return tuple(value)

    for key in values:
        if key not in _KEYS:
            raise wrong(key, "unknown key", " ".join(_KEYS))
    database, kind = needed("database"), needed("kind")
    if database not in SOURCES:
        raise wrong("database", f"unknown database {database!r}", " or ".join(SOURCES))
    if kind not in KINDS:
        raise wrong("kind", f"unknown kind {kind!r}", " or ".join(KINDS))
    day = values.get("date")
    if isinstance(day, datetime) or not isinstance(day, date):
        raise wrong(
            "date", "the key is missing" if day is None else "this is no date", "a date such as 2024-05-31"
        )
    files = listed("files")
    for each in files:
        if PurePosixPath(each).is_absolute() or re.match(r"[A-Za-z]:|\\", each) or ".." in Path(each).parts:
            raise wrong("files", f"{each!r} leads out of the review", "paths below the review's folder")
    strategy = needed("strategy")
    term = words("term")
    if database == "clinicaltrials" and term is not None:
        raise wrong("term", "ClinicalTrials.gov is asked by parameters", "a table [parameters]")
    if database != "clinicaltrials" and "parameters" in values:
        raise wrong("parameters", f"{database} has no parameters", 'database = "clinicaltrials"')
    if "parameters" in values:
        if not isinstance(values["parameters"], dict):
            raise wrong("parameters", "this is no table", "a table [parameters]")
        try:
            term = term_of_parameters(values["parameters"])
        except InputError as error:
            raise wrong(error.field or "parameters", error.message, error.expected or "text") from None
    if term is None and database == "pubmed":
        try:
            term = term_of(strategy)
        except ValueError as error:
            raise wrong("strategy", str(error), "numbered lines that can be combined, or a `term`") from None
    return Query(
        id=where.stem,
        database=database,
        platform=needed("platform"),
        strategy=strategy,
        term=(term or "").strip(),
        limits=listed("limits"),
        kind=kind,
        files=files,
        date=day,
        by=needed("by"),
        notes=words("notes"),
    )


_NUMBERED = re.compile(r"\s*#?(\d{1,3})[.):]?\s+(?=\S)")
_REFERENCE = re.compile(r"#(\d{1,3})\b")
_OVID_REFERENCE = re.compile(r"(?<![\w#\"/:.-])(\d{1,3})(?![\w\"/:.-])")
_HITS = re.compile(r"\s{2,}\(?\d[\d,]*\)?\s*$|\t\(?\d[\d,]*\)?\s*$")


def term_of(strategy: str) -> str:
    """One PubMed query from a strategy: comments dropped, numbered lines put in where they are named.

    Lines that start with '//' or ';' or '# ' (a word after it) are comments. With line numbers ('1.',
    '#1') the last line is the search, '#1 AND #2' or '1 AND 2' naming earlier ones; without, the lines
    are one query. ValueError when a line names one that does not come before it.
    """
    lines: dict[str, str] = {}
    plain: list[str] = []
    last: str | None = None
    for raw in strategy.splitlines():
        line = raw.strip()
        if not line or line.startswith(("//", ";")) or re.match(r"#+(?:\s|$|[^\d\s])", line):
            continue
        numbered = _NUMBERED.match(line)
        # "2020 AND x" is not numbered; numbers count up from 1.
        if numbered and int(numbered[1]) == len(lines) + 1:
            last = numbered[1]
            lines[last] = _HITS.sub("", line[numbered.end() :]).strip()
        elif last is not None:
            lines[last] = f"{lines[last]} {line}"
        else:
            plain.append(line)
    if not lines:
        return " ".join(plain)
    if plain:
        raise ValueError("some lines stand before line 1 without a number")
    full: dict[str, str] = {}
    for number, text in lines.items():
        full[number] = _put_in(text, number, full)
    return full[last or "1"]


def _put_in(text: str, number: str, earlier: Mapping[str, str]) -> str:
    def line(match: re.Match[str]) -> str:
        if match[1] not in earlier:
            raise ValueError(f"line {number} names line {match[1]}, which does not come before it")
        return f"({earlier[match[1]]})"

    if _REFERENCE.search(text):
        return _REFERENCE.sub(line, text)
    # '1 AND (2 OR 3)': nothing but numbers and operators.
    if re.fullmatch(r"(?:[\s()\d]|AND|OR|NOT)+", text) and not re.fullmatch(r"\s*\d+\s*", text):
        return _OVID_REFERENCE.sub(line, text)
    return text
