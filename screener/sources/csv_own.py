"""A CSV as `screener convert` writes it: every value is final and taken to the letter."""

from __future__ import annotations

import json
from typing import Any

from screener.model.citation import NAMES, SOURCES, Citation, Relation
from screener.sources.fields import doi_of

_LISTS = (
    "authors",
    "registry_ids",
    "publication_types",
    "keywords",
    "orcids",
    "accessions",
    "subject_headings",
)
# No export of a database has these three, written so.
_MARKS = {"source", "source_key", "registry_ids"}


def is_own(header: list[str]) -> bool:
    return set(header) >= _MARKS


def citation(header: list[str], cells: list[str], source: str | None) -> Citation:
    """The very citation that was written; `source` overrules its database."""
    texts = {name: cell for name, cell in zip(header, cells, strict=True) if name in NAMES and cell}
    values: dict[str, Any] = dict(texts)
    for name in _LISTS:
        values[name] = _items(texts.get(name, ""))
    year = texts.get("year", "").strip()
    said = texts.get("source", "").strip().lower()
    values["year"] = int(year) if year.isdecimal() else None
    values["source"] = source or (said if said in SOURCES else "other")
    values["doi"] = doi_of(texts.get("doi")) or texts.get("doi")
    values["relations"] = _relations(texts.get("relations", ""))
    if len(values["orcids"]) != len(values["authors"]):
        values["orcids"] = ()
    return Citation(**values)


def _items(cell: str) -> tuple[str, ...]:
    listed = _json(cell)
    if listed is not None and all(isinstance(each, str) for each in listed):
        return tuple(listed)
    return tuple(item for part in cell.split(";") if (item := part.strip()))


def _relations(cell: str) -> tuple[Relation, ...]:
    try:
        return tuple(Relation(**each) for each in _json(cell) or ())
    except TypeError:
        return ()


def _json(cell: str) -> list[Any] | None:
    if not cell.startswith("["):
        return None
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) else None
