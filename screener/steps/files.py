"""Work on files alone, without a review: convert citations, find duplicates, calculate a hazard ratio."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from screener import dedup, sources
from screener.extraction.hr import derive
from screener.extraction.hr_input import HrInput
from screener.handoff.citations import FORMATS as WRITABLE
from screener.handoff.citations import stream_citations, write_citations
from screener.handoff.files import refuse_missing_folder, write_file, write_stream
from screener.model.citation import BadEntry, Citation, ReadResult
from screener.model.errors import InputError, Problem
from screener.steps.importing import BadEntries

_TABLES = ("csv", "tsv", "xlsx")
REPORT_COLUMNS = ("id1", "id2", "verdict", "score", "why", "title1", "title2")


def output_format(path: Path) -> str:
    """The format that a file name asks for. Raises InputError for an unknown ending."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in WRITABLE:
        raise InputError(
            f"'{path.suffix}' is no format to write",
            file=str(path),
            expected=", ".join(f".{f}" for f in WRITABLE),
        )
    return ending


def _read(paths: Sequence[Path], *, skip_bad: bool = False) -> tuple[list[ReadResult], list[Problem]]:
    results = [sources.read(path) for path in paths]
    skipped = []
    for result in results:
        problems = [_problem(bad, result.file) for bad in result.bad]
        if problems and not skip_bad:
            raise BadEntries(result.file, problems)
        skipped += problems
    return results, skipped


def _refuse_overlap(inputs: Sequence[Path], outputs: Sequence[Path | None]) -> None:
    """An output that is an input, or named twice, would destroy what it was made from."""
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        if path is None:
            continue
        refuse_missing_folder(path)
        if path.resolve() in taken:
            raise InputError("this file is named twice", file=str(path), expected="an output of its own")
        taken.add(path.resolve())


def convert(
    paths: Sequence[Path],
    out: Path,
    *,
    format: str | None = None,
    source: str | None = None,
    columns: Mapping[str, str] | None = None,
    skip_bad: bool = False,
) -> dict[str, Any]:
    """Read citation files and write them all to one, in the same order (contracts, section 7).

    One entry is held at a time. `columns` says which header of a table holds which field. Raises BadEntries
    for the first file with entries that cannot be read, unless `skip_bad`; then nothing is written.
    """
    written = output_format(out)
    _refuse_overlap(paths, [out])
    # All formats are told before the first entry is read.
    readings = [sources.open_file(path, format=format, source=source, columns=columns) for path in paths]
    taken = [0] * len(readings)
    skipped: list[Problem] = []

    def citations() -> Iterator[Citation]:
        for place, reading in enumerate(readings):
            problems = []
            for entry in reading:
                if isinstance(entry, BadEntry):
                    problems.append(_problem(entry, reading.file))
                else:
                    taken[place] += 1
                    yield entry.citation
            if problems and not skip_bad:
                raise BadEntries(reading.file, problems)
            skipped.extend(problems)

    write_stream(out, (text.encode(errors="replace") for text in stream_citations(citations(), written)))
    return {
        "out": str(out),
        "format": written,
        "written": sum(taken),
        "files": [
            {
                "file": reading.file,
                "format": reading.format,
                "source": reading.source,
                "entries": count,
                "notes": list(reading.notes),
            }
            for reading, count in zip(readings, taken, strict=True)
        ],
        "skipped": [problem.as_error().to_dict() for problem in skipped],
    }


def _problem(bad: BadEntry, file: str) -> Problem:
    return Problem(bad.message, file, f"entry {bad.position}", bad.field, bad.expected)


def dedup_files(
    paths: Sequence[Path],
    clusters: Path,
    *,
    ask: Path | None = None,
    out: Path | None = None,
    report: Path | None = None,
    skip_bad: bool = False,
) -> dict[str, Any]:
    """Find duplicates among the entries of files; write the tables of the contract.

    Ids are a CSV's `id` column, else the entry's number from 1; with several files prefixed by the file's
    name. A repeated id is an error.
    """
    written = output_format(out) if out is not None else ""
    if report is not None and report.suffix.lower() not in {".csv", ".html"}:
        raise InputError(f"'{report.suffix}' is no report format", file=str(report), expected=".csv or .html")
    _refuse_overlap(paths, [clusters, ask, out, report])
    results, skipped = _read(paths, skip_bad=skip_bad)
    citations: dict[str, Citation] = {}
    for path, result in zip(paths, results, strict=True):
        named = sources.csv_column(path, "id") if result.format in _TABLES else None
        for entry in result.entries:
            own = named[entry.position - 1] if named else str(entry.position)
            key = f"{path.name}:{own}" if len(paths) > 1 else own
            if not own or key in citations:
                raise InputError(
                    f"the id '{key}' is repeated" if own else "the id is empty",
                    file=str(path),
                    entry=f"entry {entry.position}",
                    field="id",
                    expected="ids that differ (and files with different names)",
                )
            citations[key] = entry.citation
    pairs = dedup.find_pairs(citations)
    clustering = dedup.cluster(citations, pairs, [])
    rows = dedup.clusters_table(list(citations), clustering, pairs)
    asked = dedup.ask_table(pairs, clustering)
    write_file(clusters, _csv(dedup.CLUSTER_COLUMNS, rows).encode())
    if ask is not None:
        write_file(ask, _csv(dedup.ASK_COLUMNS, asked).encode())
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row["cluster"], []).append(row["id"])
    if out is not None:
        kept = {
            members[0] if len(members) == 1 else dedup.preferred(citations, members)
            for members in groups.values()
        }
        write_file(out, write_citations([c for key, c in citations.items() if key in kept], written).encode())
    if report is not None:
        same = [
            {
                "id1": pair.a,
                "id2": pair.b,
                "verdict": pair.verdict.value,
                "score": f"{pair.score:.4f}",
                "why": pair.describe(),
                "title1": citations[pair.a].title or "",
                "title2": citations[pair.b].title or "",
            }
            for pair in pairs
        ]
        as_text = _html if report.suffix.lower() == ".html" else _csv
        write_file(report, as_text(REPORT_COLUMNS, same).encode())
    return {
        "entries": len(rows),
        "clusters": len(groups),
        "ask": len(asked),
        "pairs": len(pairs),
        "skipped": [problem.as_error().to_dict() for problem in skipped],
    }


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _html(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A self-contained page with one table, readable in print."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(row[name])}</td>" for name in columns) + "</tr>" for row in rows
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Duplicates</title>\n'
        "<style>body{font:14px/1.4 sans-serif;margin:1em}table{border-collapse:collapse}"
        "td,th{border-bottom:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}</style>"
        f"</head><body>\n<h1>Duplicates</h1>\n<p>{len(rows)} pairs that the engine judged.</p>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n</body></html>\n"
    )


def calculate_hr(given: Mapping[str, str | None], *, invert: bool = False) -> dict[str, Any]:
    """The contract's `hr` object from printed values (keys hr, low, high, level, p, ...)."""
    names = {"low": "ci_low", "high": "ci_high"}
    values = {names.get(key, key): value for key, value in given.items()}
    try:
        return dict(derive(HrInput(**values, invert=invert)).to_dict())
    except InputError as error:
        option = {field: key for key, field in names.items()}.get(error.field or "", error.field or "")
        raise InputError(
            error.message, field=f"--{option.replace('_', '-')}" if option else None, expected=error.expected
        ) from error
