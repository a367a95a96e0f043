"""Work on files alone, without a review: convert citations, calculate a hazard ratio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from screener import sources
from screener.extraction.hr import derive
from screener.extraction.hr_input import HrInput
from screener.handoff.citations import FORMATS as WRITABLE
from screener.handoff.citations import stream_citations
from screener.handoff.files import refuse_missing_folder, write_stream
from screener.model.citation import BadEntry, Citation
from screener.model.errors import InputError, Problem
from screener.steps.importing import BadEntries


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


def refuse_overlap(inputs: Sequence[Path], outputs: Sequence[Path | None]) -> None:
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
    refuse_overlap(paths, [out])
    # All formats are told before the first entry is read.
    readings = [sources.open_file(path, format=format, source=source, columns=columns) for path in paths]
    taken = [0] * len(readings)
    skipped: list[Problem] = []

    def citations() -> Iterator[Citation]:
        for place, reading in enumerate(readings):
            problems = []
            for entry in reading:
                if isinstance(entry, BadEntry):
                    problems.append(problem(entry, reading.file))
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


def problem(bad: BadEntry, file: str) -> Problem:
    """What is wrong with an entry, as it is listed."""
    return Problem(bad.message, file, f"entry {bad.position}", bad.field, bad.expected)


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
