"""Decisions come in: from exports of Rayyan, Covidence and ASReview, from any table with a vote, and from our own.

What a file says is given as it is printed (`Said`); whose names, reasons and records these are is looked up by
`steps.decisions`. docs/decisions.md tells which layouts were seen in real files.
"""

from __future__ import annotations

from pathlib import Path

from screener.model.errors import InputError
from screener.sources.bytes import ZIP, Input
from screener.sources.csv_ import header_of
from screener.sources.csv_columns import key_of
from screener.sources.decisions import references, tables
from screener.sources.decisions.values import UNDO, Decisions, Said
from screener.sources.detect import detect_input

__all__ = ["UNDO", "Decisions", "Said", "read_decisions"]

_TABLES = frozenset({"csv", "tsv", "xlsx"})


def read_decisions(path: Path) -> Decisions:
    """All decisions of a file, plain or gzip; whose export it is is told by its content.

    Raises InputError for a file that cannot be read, or that is no export with decisions.
    """
    data = Input.of_path(path)
    if not data.start.startswith(ZIP):
        keys = {key_of(name) for name in header_of(data.head)[0]}
        if keys.intersection(tables.VOTE_KEYS) and len(keys) > 1:
            return tables.read(data)  # also one that knows records by our reference alone
    form = detect_input(data).format
    if form == "ris":
        return references.read(data)
    if form in _TABLES:
        return tables.read(data)
    raise InputError(
        f"decisions are not read from this format ({form})",
        file=data.name,
        field="format",
        expected=tables.EXPECTED,
    )
