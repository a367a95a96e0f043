"""What people said, from CSV: resolutions, verdicts on pairs, retrievals, studies, extracted data; votes: `decisions`.

Each function takes all rows of a file in one transaction, or none: every mistake is listed with its line.
A person imports what that person said; a coordinator imports everybody's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from screener.model.errors import InputError, Problem, ReviewError, ScreenerError
from screener.model.extraction import FIELDS, Form
from screener.model.protocol import Role
from screener.model.screening import Stage, Vote
from screener.sources.decisions.cells import unguarded
from screener.steps import deduplication, retrieval, settling, studies
from screener.steps.review import Review
from screener.store.citations import find_record


class ManyProblems(InputError):
    """Several rows of a file are at fault; nothing of it was taken."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        lines = "\n".join(
            f"  {p.entry}: {p.message}" + (f" (expected {p.expected})" if p.expected else "")
            for p in self.problems
        )
        super().__init__(
            f"{len(self.problems)} of its rows cannot be taken; nothing was imported\n{lines}",
            file=file,
            entry=first.entry,
            field=first.field,
            expected=first.expected,
        )

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CSV file: its line, and its cells by column (blank cells are empty text)."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def get(self, name: str) -> str | None:
        return self.cells.get(name) or None


def read_rows(path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """Rows of a CSV file with these columns in any order. Raises InputError for anything else."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=str(path), expected="a CSV file") from error
    except IsADirectoryError as error:
        raise InputError("this is a folder", file=str(path), expected="a CSV file") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"the file is not UTF-8 text (byte {error.start})", file=str(path), expected="CSV in UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in columns if name not in head]
        if missing:
            raise InputError(
                f"the column '{missing[0]}' is missing",
                file=str(path),
                entry="line 1",
                field=missing[0],
                expected=",".join((*columns, *optional)),
            )
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise InputError(
                    f"{len(cells)} cells where the head has {len(head)}",
                    file=str(path),
                    entry=f"line {reader.line_num}",
                    expected="one cell for each column; quote cells that hold commas",
                )
            values = {name: unguarded(cell.strip()) for name, cell in zip(head, cells, strict=True)}
            rows.append(Row(reader.line_num, values))
    except csv.Error as error:
        raise InputError(
            f"the CSV is broken ({error})", file=str(path), entry=f"line {reader.line_num}"
        ) from error
    return rows


def _each(review: Review, path: Path, rows: list[Row], act: Callable[[Review, Row], None], who: str) -> int:
    """Do the act of every row in one transaction, each on behalf of the person in column `who`."""
    problems: list[Problem] = []
    me = review.person()
    people: dict[str, Review] = {}
    with review.store.write():
        for row in rows:
            try:
                name = row[who] or me.id
                if name != me.id and Role.COORDINATOR not in me.roles:
                    raise ReviewError(
                        f"{me.id} may not speak for {name}", field=who, expected="a coordinator"
                    )
                if name not in people:
                    people[name] = review.as_person(name)
                act(people[name], row)
            except ScreenerError as error:
                problems.append(
                    Problem(error.message, str(path), f"line {row.line}", error.field, error.expected)
                )
        if problems:
            raise ManyProblems(str(path), problems)
    return len(rows)


def _stage(row: Row) -> Stage:
    try:
        return Stage(row["stage"])
    except ValueError as error:
        raise InputError(
            f"'{row['stage']}' is no stage", field="stage", expected="title_abstract or full_text"
        ) from error


def _vote(row: Row, column: str) -> Vote:
    try:
        return Vote(row[column])
    except ValueError as error:
        raise InputError(
            f"'{row[column]}' is no vote", field=column, expected="include, exclude or maybe"
        ) from error


def _form(row: Row) -> Form:
    try:
        return Form(row["form"])
    except ValueError as error:
        raise InputError(f"'{row['form']}' is no form", field="form", expected=", ".join(Form)) from error


def import_resolutions(review: Review, path: Path, *, stage: Stage | None = None) -> int:
    """Columns record, stage, outcome, reason, by, how, confirmed_by, why. With `stage` only its rows."""
    rows = read_rows(path, ("record", "stage", "outcome", "by", "how", "why"), ("reason", "confirmed_by"))
    rows = [row for row in rows if stage is None or row["stage"] == stage.value]

    def act(person: Review, row: Row) -> None:
        record, outcome = find_record(person.store, row["record"]), _vote(row, "outcome")
        settling.resolve(
            person, record, _stage(row), outcome, how=row["how"], why=row["why"], reason=row.get("reason")
        )
        if row["confirmed_by"]:
            settling.resolve(
                review.as_person(row["confirmed_by"]),
                record,
                _stage(row),
                outcome,
                how=row["how"],
                why=row["why"],
                confirm=True,
            )

    return _each(review, path, rows, act, "by")


def import_duplicates(review: Review, path: Path) -> int:
    """Columns a, b, verdict (same, different, ask, withdrawn), reviewer, note."""
    rows = read_rows(path, ("a", "b", "verdict", "reviewer"), ("note",))

    def act(person: Review, row: Row) -> None:
        if row["verdict"] not in {"same", "different", "ask", "withdrawn"}:
            raise InputError(
                f"'{row['verdict']}' is no verdict",
                field="verdict",
                expected="same, different, ask, withdrawn",
            )
        deduplication.judge(
            person,
            deduplication.find_citation(person, row["a"]),
            deduplication.find_citation(person, row["b"]),
            row["verdict"],
            row.get("note"),
        )

    return _each(review, path, rows, act, "reviewer")


def import_retrievals(review: Review, path: Path) -> int:
    """Columns record, status (sought, retrieved, not_retrieved), reviewer, note."""
    rows = read_rows(path, ("record", "status", "reviewer"), ("note",))

    def act(person: Review, row: Row) -> None:
        retrieval.retrieve(person, find_record(person.store, row["record"]), row["status"], row.get("note"))

    return _each(review, path, rows, act, "reviewer")


def import_studies(review: Review, path: Path) -> int:
    """Columns study, record, reviewer, note: which report belongs to which study."""
    rows = read_rows(path, ("study", "record", "reviewer"), ("note",))

    def act(person: Review, row: Row) -> None:
        studies.link(person, find_record(person.store, row["record"]), row["study"], row.get("note"))

    return _each(review, path, rows, act, "reviewer")


def import_extraction(review: Review, path: Path, *, submit: bool = False) -> int:
    """Columns study, reviewer, form, item, field, value: rows of one item make one filled form.

    `item` only groups rows; what identifies the form is derived from its fields. With `submit`, each
    extractor's studies are marked as finished.
    """
    rows = read_rows(path, ("study", "reviewer", "form", "item", "field", "value"))
    forms: dict[tuple[str, str, str, str], tuple[Row, dict[str, str]]] = {}
    problems = []
    for row in rows:
        if row["form"] not in set(Form):
            problems.append(_row_problem(path, row, "form", ", ".join(Form)))
            continue
        if row["field"] not in FIELDS[Form(row["form"])]:
            problems.append(_row_problem(path, row, "field", ", ".join(FIELDS[Form(row["form"])])))
            continue
        key = (row["reviewer"], row["study"], row["form"], row["item"])
        forms.setdefault(key, (row, {}))[1][row["field"]] = row["value"]
    if problems:
        raise ManyProblems(str(path), problems)
    filled = [
        Row(
            row.line,
            {"reviewer": who, "study": study, "form": form, **{f"={k}": v for k, v in values.items()}},
        )
        for (who, study, form, _), (row, values) in forms.items()
    ]

    def act(person: Review, row: Row) -> None:
        values = {name[1:]: text for name, text in row.cells.items() if name[:1] == "=" and text}
        studies.fill(person, row["study"], Form(row["form"]), values)

    # Arms come before the effects that compare them.
    order = {form.value: number for number, form in enumerate(Form)}
    filled.sort(key=lambda row: order[row["form"]])
    with review.store.write():
        count = _each(review, path, filled, act, "reviewer")
        if submit:
            for who, study in dict.fromkeys((row["reviewer"], row["study"]) for row in filled):
                studies.submit(review.as_person(who) if who else review, study)
    return count


def import_settlements(review: Review, path: Path) -> int:
    """Columns study, form, item, field, value, by, why: agreed values where two extractors differed."""
    rows = read_rows(path, ("study", "form", "item", "field", "value", "by", "why"))

    def act(person: Review, row: Row) -> None:
        studies.settle(
            person,
            row["study"],
            _form(row),
            row["item"],
            row["field"],
            row["value"],
            row["why"],
        )

    return _each(review, path, rows, act, "by")


def _row_problem(path: Path, row: Row, field: str, expected: str) -> Problem:
    return Problem(f"'{row[field]}' is no {field}", str(path), f"line {row.line}", field, expected)
