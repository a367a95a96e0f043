"""Decisions in tables (CSV, TSV, XLSX): whose table it is, and what its rows say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from screener.model.citation import Citation
from screener.model.errors import InputError, Problem
from screener.sources import csv_, xlsx
from screener.sources.bytes import ZIP, Input
from screener.sources.csv_columns import Columns, key_of
from screener.sources.cutting import Note, Notes, Options, Unreadable
from screener.sources.decisions import asreview, covidence, rayyan
from screener.sources.decisions.cells import marks_of, parted, unguarded, words
from screener.sources.decisions.values import UNDO, Decisions, Said

# The columns of our own table; `screener decisions export` writes more, which may be left out.
OWN = ("record", "stage", "reviewer", "vote")
EXPECTED = (
    "an export of Rayyan, Covidence, ASReview or `screener decisions export`, or a table with a column"
    " `vote` and one that tells the record (record, PMID, DOI or title)"
)
_NAMES = {
    "reference": ("record", "screener record"),
    "vote": ("vote", "decision", "screening decision", "verdict"),
    "stage": ("stage", "screening stage"),
    "reviewer": ("reviewer", "reviewer name", "screener", "voter"),
    "reason": ("reason", "exclusion reason", "reason for exclusion", "exclusion reasons"),
    "note": ("note", "notes", "comment", "comments"),
    "labels": ("labels", "label", "tags", "tag"),
    "marks": ("marks", "picos"),
}
VOTE_KEYS = _NAMES["vote"]
_WORDS = {
    **dict.fromkeys(("include", "included", "yes", "accept", "relevant", "1"), "include"),
    **dict.fromkeys(("exclude", "excluded", "no", "reject", "irrelevant", "0"), "exclude"),
    **dict.fromkeys(("maybe", "unsure", "unclear", "?"), "maybe"),
    UNDO: UNDO,
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: where it stands, its cells by key as they are, and the citation they tell of."""

    place: str
    cells: dict[str, str]
    citation: Citation | None

    def first(self, what: str) -> str:
        """The first filled cell of the columns that hold something."""
        return next((self.cells[name] for name in _NAMES[what] if self.cells.get(name)), "")

    @property
    def reference(self) -> str | None:
        return self.first("reference").strip() or None


def vote_word(printed: str) -> str:
    """include, exclude, maybe or undo for the words people use for them; else what was printed."""
    return _WORDS.get(printed.strip().lower(), printed.strip())


def read(data: Input) -> Decisions:
    """All decisions of a table. Raises InputError for a file that is none, or that holds no decisions."""
    keys, found, remarks = _rows(data)
    rows = [row for row in found if isinstance(row, _Row)]
    problems = tuple(row for row in found if isinstance(row, Problem))
    form, read_row = _reader(data.name, keys, rows)
    said = [read_row(row) for row in rows]
    return Decisions(
        data.name,
        form,
        tuple(vote for votes in said for vote in votes),
        problems,
        in_order=form == "screener",
        unvoted=sum(not votes for votes in said),
        remarks=remarks,
    )


def _reader(file: str, keys: Sequence[str], rows: Sequence[_Row]) -> tuple[str, Callable[[_Row], list[Said]]]:
    """Whose table it is, and how a row of it is read."""
    if set(OWN) <= set(keys):
        return "screener", _own
    if asreview.is_table(keys):
        return "asreview", lambda row: asreview.said_row(row.place, row.reference, row.citation, row.cells)
    if any(rayyan.MARK.search(row.cells.get("notes", "")) for row in rows):
        return "rayyan", lambda row: rayyan.said(
            row.place, row.reference, row.citation, row.cells.get("notes", "")
        )
    if any(name in keys for name in _NAMES["vote"]):
        return "table", _any
    if "covidence" in keys:
        listed = covidence.list_of(file)
        return "covidence", lambda row: covidence.said(
            row.place,
            row.reference,
            row.citation,
            row.cells.get("notes", ""),
            row.cells.get("tags", ""),
            listed,
        )
    # Version 1 of ASReview adds a single column; other tables have one of that name and mean something else.
    if "included" in keys and {row.cells["included"].strip() for row in rows} <= {"", "0", "1", "-1"}:
        return "asreview", lambda row: asreview.said_row(row.place, row.reference, row.citation, row.cells)
    raise InputError(
        f"the table holds no decisions that are known (columns: {', '.join(keys)[:200]})",
        file=file,
        field="vote",
        expected=EXPECTED,
    )


def _own(row: _Row) -> list[Said]:
    """A row of our own table, to the letter: only names are freed of blanks."""
    cell = {name: row.cells.get(name, "") for name in ("reason", "note", "labels", "marks")}
    return [
        Said(
            place=row.place,
            reference=row.reference,
            citation=row.citation,
            stage=row.cells["stage"].strip() or None,
            reviewer=row.cells["reviewer"].strip() or None,
            vote=row.cells["vote"].strip(),
            reasons=(cell["reason"].strip(),) if cell["reason"].strip() else (),
            note=cell["note"] or None,
            labels=parted(cell["labels"]),
            marks=marks_of(cell["marks"]),
        )
    ]


def _any(row: _Row) -> list[Said]:
    if not row.first("vote").strip():
        return []
    reason = row.first("reason").strip()
    return [
        Said(
            place=row.place,
            reference=row.reference,
            citation=row.citation,
            stage=row.first("stage").strip() or None,
            reviewer=row.first("reviewer").strip() or None,
            vote=vote_word(row.first("vote")),
            reasons=(reason,) if reason else (),
            note=row.first("note").strip() or None,
            labels=words(row.first("labels"), r"[;,]"),
            marks=marks_of(row.first("marks")),
        )
    ]


def _rows(data: Input) -> tuple[list[str], list[_Row | Problem], tuple[str, ...]]:
    """The keys of the header, the rows, and what was odd about them."""
    notes = Notes()
    found: list[_Row | Problem] = []
    columns: Columns | None = None
    for columns, cells, place, problem in _cut(data, notes.add):
        if problem is not None or cells is None:
            found.append(Problem(problem or "", data.name, place, None, f"{len(columns.header)} columns"))
            continue
        keys = [key_of(name) for name in columns.header]
        own = set(OWN) <= set(keys)
        if own:
            cells = [unguarded(cell) for cell in cells]
        try:
            citation = columns.citation(cells, None, lambda _: None) if columns.known else None
        except Unreadable as error:
            found.append(Problem(error.message, data.name, place, error.field, error.expected))
            continue
        # The first of two columns of one name, as for citations.
        row = _Row(place, dict(reversed([*zip(keys, cells, strict=True)])), citation)
        found.append(row)
    if columns is None:
        raise InputError("the file holds no row", file=data.name, expected="at least one decision")
    return [key_of(name) for name in columns.header], found, notes.said


def _cut(data: Input, note: Note) -> Iterator[tuple[Columns, list[str] | None, str, str | None]]:
    """Header, cells, place and problem of each row."""
    if data.start.startswith(ZIP):
        for cut in xlsx.cut(data, Options(), note):
            if cut.problem is not None:
                yield cut.context, None, cut.problem.partition(":")[0], cut.problem
            else:
                yield (*cut.context, None)
        return
    header, rows = csv_.table(data, note)
    columns = Columns(header)
    for row in rows:
        cells = csv_.fitted(row.cells, len(header))
        short = None if cells else f"{len(row.cells)} cells where the head has {len(header)}"
        yield columns, cells, f"line {row.line}", row.problem or short
