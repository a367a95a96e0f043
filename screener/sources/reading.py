"""From a file to its entries: load, detect, read, and say what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from screener.model.citation import SOURCES, ReadResult
from screener.model.errors import InputError
from screener.sources import csv_, ctgov_json, nbib, ris
from screener.sources.bytes import load, plain_utf8, unpack
from screener.sources.detect import FORMATS, detect_clean
from screener.sources.entries import Found


def read(path: str | Path, *, format: str | None = None, source: str | None = None) -> ReadResult:
    """Reads an export file (plain or gzip). `format` and `source` overrule what the content tells.

    Every entry of the file is in `entries` or in `bad`, in file order. A file that cannot be cut into
    entries at all (missing, empty, binary, cut short, of another format) is an InputError.
    """
    where = Path(path)
    return read_bytes(load(where), str(where), format=format, source=source)


def read_bytes(data: bytes, name: str, *, format: str | None = None, source: str | None = None) -> ReadResult:
    """As `read`, from bytes; `name` stands for the file in the result and in errors."""
    if format is not None and format not in FORMATS:
        raise InputError(
            f"unknown format {format!r}", file=name, field="format", expected=" or ".join(FORMATS)
        )
    if source is not None and source not in SOURCES:
        raise InputError(
            f"unknown database {source!r}", file=name, field="database", expected=" or ".join(SOURCES)
        )
    data, notes = plain_utf8(unpack(data, name), name)
    form = format or detect_clean(data, name).format
    found = _READERS[form](data, name, source)
    if not found.entries and not found.bad:
        raise InputError(f"the file holds no entry ({form})", file=name, expected="at least one entry")
    return ReadResult(
        file=name,
        format=form,
        source=source or found.main_source(_SOURCE_OF.get(form, "other")),
        entries=tuple(found.entries),
        bad=tuple(found.bad),
        notes=(*notes, *found.notes),
    )


def csv_column(path: str | Path, wanted: str) -> tuple[str, ...] | None:
    """One column of a CSV file by the position of the entry (place 0 is entry 1), or None."""
    where = Path(path)
    data, _ = plain_utf8(load(where), str(where))
    return csv_.column(data, str(where), wanted)


def _pubmed_xml(data: bytes, name: str, source: str | None) -> Found:
    # Here, not above: lxml is loaded only when there is XML to read.
    from screener.sources import pubmed_xml

    return pubmed_xml.read(data, name, source or "pubmed")


def _nbib(data: bytes, name: str, source: str | None) -> Found:
    return nbib.read(data, name, source or "pubmed")


def _ctgov_json(data: bytes, name: str, source: str | None) -> Found:
    return ctgov_json.read(data, name, source or "clinicaltrials")


_READERS: dict[str, Callable[[bytes, str, str | None], Found]] = {
    "pubmed_xml": _pubmed_xml,
    "nbib": _nbib,
    "ris": ris.read,
    "csv": csv_.read,
    "ctgov_json": _ctgov_json,
}
_SOURCE_OF = {"pubmed_xml": "pubmed", "nbib": "pubmed", "ctgov_json": "clinicaltrials"}
