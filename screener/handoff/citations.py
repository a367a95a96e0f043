"""Citations as a file: RIS, nbib, CSV, BibTeX, JSON lines; what `screener.sources` reads back the same.

Which field goes into which tag stands with each writer and in docs/handoff.md. Order is kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import fields

from screener.handoff.citations_bib import to_bib
from screener.handoff.citations_tagged import to_nbib, to_ris
from screener.model.citation import Citation
from screener.model.errors import InputError

COLUMNS = tuple(field.name for field in fields(Citation))

# What a line-based reader might take for a line end, though JSON does not.
_LINE_ENDS = {ord(c): f"\\u{ord(c):04x}" for c in "\x85\u2028\u2029"}

# An initial or a stop before a comma, or an 'and': a reader would see two people in it.
_PARTED = re.compile(r"\s\S*[A-Z.],|\sand\s")


def write_citations(citations: Iterable[Citation], format: str) -> str:
    """The citations as text of one of FORMATS, in their order; encode it as UTF-8.

    Raises InputError for a format that is not there.
    """
    if format not in _WRITERS:
        raise InputError(f"unknown format {format!r}", field="format", expected=" or ".join(FORMATS))
    return _WRITERS[format](citations)


def to_jsonl(citations: Iterable[Citation]) -> str:
    """One JSON object a line with every field of the contract; null or [] where there is none."""
    lines = (json.dumps(c.to_dict(), ensure_ascii=False, allow_nan=False) for c in citations)
    return "".join(line.translate(_LINE_ENDS) + "\n" for line in lines)


def to_csv(citations: Iterable[Citation]) -> str:
    """The contract's columns, lists joined by '; ', cells verbatim (this file is data, not for Excel).

    A list whose items would not survive the joining is written as a JSON array: one holds ';', or the
    only author is an institution whose comma or 'and' would part it ('Convalife Co., Ltd.').
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for citation in citations:
        values = ((name, getattr(citation, name)) for name in COLUMNS)
        writer.writerow([_joined(v, name) if isinstance(v, tuple) else v for name, v in values])
    return out.getvalue()


def _joined(items: tuple[str, ...], name: str) -> str:
    if any(";" in item or "|" in item for item in items):
        return json.dumps(items, ensure_ascii=False)
    if len(items) != 1:
        return "; ".join(items)
    if name == "authors":
        return json.dumps(items, ensure_ascii=False) if _PARTED.search(items[0]) else items[0]
    # A single item with a comma gets the mark too, or its comma would be taken for the list's.
    return items[0] + (";" if "," in items[0] else "")


_WRITERS: dict[str, Callable[[Iterable[Citation]], str]] = {
    "jsonl": to_jsonl,
    "ris": to_ris,
    "nbib": to_nbib,
    "csv": to_csv,
    "bib": to_bib,
}
FORMATS = tuple(_WRITERS)
