"""Entries read from each file of a folder against a count of its record-start marks, made without the readers.

    python -m benchmarks.exports FOLDER [--json]

A file is told by its own words here too: the counting knows nothing of `screener.sources`. Differences are
printed; the exit code is 1 when an entry is neither read nor named as bad.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from screener import sources
from screener.model.citation import Entry
from screener.model.errors import InputError


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("utf-8-sig", errors="replace")


def _lines(pattern: str) -> Callable[[str], int]:
    return lambda text: len(re.findall(rf"(?m)(?:\A|(?<=[\r\n])|\ufeff){pattern}", text))


def _rows(text: str) -> int:
    csv.field_size_limit(1 << 26)
    mark = max(",;\t", key=text.splitlines()[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    return sum(any(cell.strip() for cell in row) for row in rows) - 1


def _studies(text: str) -> int:
    return len(re.findall(r'"identificationModule"\s*:', text))


# What the beginning of a file looks like, the mark that begins each of its records, and how to count it.
_MARKS: tuple[tuple[str, str, Callable[[str], int]], ...] = (
    (
        r"\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<Pubmed",
        "<PubmedArticle",
        lambda text: len(re.findall(r"<Pubmed(?:Book)?Article[ >]", text)),
    ),
    (r"\s*(?:<\?xml[^>]*>\s*)?<xml>\s*<records>", "<record>", lambda text: text.count("<record>")),
    (r"\s*[\[{]", '"identificationModule"', _studies),
    (r"\s*PMID- ?", "PMID-", _lines(r"PMID- ?")),
    (r"\s*FN |\s*PT [A-Z]\b", "PT", _lines(r"PT [A-Z]\b")),
    (r"\s*Record #\d+ of", "Record #", _lines(r"Record #\d+ of \d+")),
    (r"\s*%0 ", "%0", _lines(r"%0 ")),
    (r"(?s)(?:\s*\d+\. *)?\s*TY  ?-", "TY  -", _lines(r"TY  ?- ?")),
    (r"(?s).{0,3000}?@\w+\s*\{", "@type{", _lines(r"\s*@(?!comment|string|preamble)[A-Za-z]+\s*\{")),
)


def expected(path: Path) -> tuple[int, str]:
    """How many records begin in a file, and by which mark; a table's rows when nothing else fits."""
    text = _text(path)
    for head, mark, count in _MARKS:
        if re.match(head, text, re.IGNORECASE):
            return count(text), mark
    return _rows(text), "rows"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for path in sorted(p for p in options.folder.rglob("*") if p.is_file() and p.name != "README.md"):
        marks, mark = expected(path)
        try:
            reading = sources.open_file(path)
            good = bad = 0
            for entry in reading:
                good, bad = (good + 1, bad) if isinstance(entry, Entry) else (good, bad + 1)
            rows.append(
                (
                    str(path.relative_to(options.folder)),
                    reading.format,
                    reading.source,
                    marks,
                    mark,
                    good,
                    bad,
                )
            )
        except InputError as error:
            rows.append(
                (str(path.relative_to(options.folder)), f"refused: {error.message}", "", marks, mark, 0, 0)
            )
    if options.json:
        names = ("file", "format", "source", "marks", "mark", "read", "bad")
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))
    else:
        for row in rows:
            name, form, source, marks, mark, good, bad = row
            same = "" if marks == good + bad else "  <- differs"
            print(f"{name:58} {form:12} {source:15} {marks:6} {mark:24} {good:6} {bad:4}{same}")
        print(
            f"{sum(r[3] for r in rows):,} marks, {sum(r[5] for r in rows):,} read, {sum(r[6] for r in rows):,} bad"
        )
    return int(any(marks > good + bad for _, _, _, marks, _, good, bad in rows))


if __name__ == "__main__":
    sys.exit(main())
