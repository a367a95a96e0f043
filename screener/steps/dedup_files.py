"""Deduplication of files alone, without a review (contracts, section 7)."""

from __future__ import annotations

import csv
import io
import pickle
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from screener import dedup, sources
from screener.handoff.citations import stream_citations
from screener.handoff.duplicates import JudgedPair, order, pairs_table, report_html
from screener.handoff.files import write_file, write_stream
from screener.model.citation import BadEntry, Citation
from screener.model.errors import InputError, Problem
from screener.steps.files import output_format, problem, refuse_overlap
from screener.steps.importing import BadEntries
from screener.steps.review import Progress, silent

_TABLES = ("csv", "tsv", "xlsx")


class _Spooled(Mapping[str, Citation]):
    """Citations by id in the order in which they came; they lie in a temporary file, so that a million of them need
    little memory."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  open as long as this is
        self._place: dict[str, int] = {}
        self._starts = array("Q")
        self._end = 0

    def add(self, id_: str, citation: Citation) -> None:
        packed = pickle.dumps(citation, protocol=5)
        self._place[id_] = len(self._starts)
        self._starts.append(self._end)
        self._file.seek(self._end)
        self._file.write(packed)
        self._end += len(packed)

    def __getitem__(self, id_: str) -> Citation:
        self._file.seek(self._starts[self._place[id_]])
        found = pickle.load(self._file)
        assert isinstance(found, Citation)
        return found

    def __contains__(self, id_: object) -> bool:
        return id_ in self._place

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)


def dedup_files(
    paths: Sequence[Path],
    clusters: Path,
    *,
    ask: Path | None = None,
    out: Path | None = None,
    report: Path | None = None,
    skip_bad: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Find duplicates among the entries of files; write the tables of the contract.

    Ids are a CSV's `id` column, else the entry's number from 1; with several files prefixed by the file's name. A
    repeated id is an error. `out` holds one entry a cluster: the preferred one, with the identifiers and the abstract
    of the others where it has none.
    """
    written = output_format(out) if out is not None else ""
    if report is not None and report.suffix.lower() not in {".csv", ".html"}:
        raise InputError(f"'{report.suffix}' is no report format", file=str(report), expected=".csv or .html")
    refuse_overlap(paths, [clusters, ask, out, report])
    citations = _Spooled()
    blocks = dedup.Blocks()
    skipped: list[Problem] = []
    for id_, citation in _entries(paths, skipped, skip_bad=skip_bad):
        citations.add(id_, citation)
        blocks.add(id_, citation)
        if len(citations) % 10_000 == 0:
            progress("reading", len(citations), None)
    pairs = dedup.find_pairs(
        citations, blocks=blocks, progress=lambda done, total: progress("comparing pairs", done, total)
    )
    clustering = dedup.cluster(citations.keys(), pairs)
    rows = dedup.clusters_table(list(citations), clustering, pairs)
    asked = dedup.ask_table(pairs, clustering)
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row["cluster"], []).append(row["id"])
    write_file(clusters, _csv(dedup.CLUSTER_COLUMNS, rows).encode())
    if ask is not None:
        write_file(ask, _csv(dedup.ASK_COLUMNS, asked).encode())
    kept = {
        name: dedup.preferred(citations, members) if len(members) > 1 else members[0]
        for name, members in groups.items()
        if out is not None or report is not None
    }
    if out is not None:
        name_of = {id_: name for name, id_ in kept.items()}
        unique = (dedup.united(citations, groups[name_of[i]], i) for i in citations if i in name_of)
        write_stream(out, (text.encode(errors="replace") for text in stream_citations(unique, written)))
    if report is not None:
        judged = _judged(pairs, clustering, citations, {m: n for n, some in groups.items() for m in some})
        engine = dedup.ENGINE_VERSION
        text = (
            report_html(citations, groups, kept, judged, engine)
            if report.suffix.lower() == ".html"
            else pairs_table(judged, engine)
        )
        write_file(report, text.encode())
    return {
        "entries": len(rows),
        "clusters": len(groups),
        "ask": len(asked),
        "pairs": len(pairs),
        "skipped": [each.as_error().to_dict() for each in skipped],
    }


def _entries(
    paths: Sequence[Path], skipped: list[Problem], *, skip_bad: bool
) -> Iterator[tuple[str, Citation]]:
    """Every entry with its id, one after the other; bad ones go to `skipped`, or are an error."""
    known: set[str] = set()
    # All formats are told before the first entry is read.
    for path, reading in [(path, sources.open_file(path)) for path in paths]:
        named = sources.csv_column(path, "id") if reading.format in _TABLES else None
        bad = []
        for entry in reading:
            if isinstance(entry, BadEntry):
                bad.append(problem(entry, reading.file))
                continue
            own = named[entry.position - 1] if named else str(entry.position)
            key = f"{path.name}:{own}" if len(paths) > 1 else own
            if not own or key in known:
                raise InputError(
                    f"the id '{key}' is repeated" if own else "the id is empty",
                    file=str(path),
                    entry=f"entry {entry.position}",
                    field="id",
                    expected="ids that differ (and files with different names)",
                )
            known.add(key)
            yield key, entry.citation
        if bad and not skip_bad:
            raise BadEntries(reading.file, bad)
        skipped += bad


def _judged(
    pairs: Iterable[dedup.PairVerdict],
    clustering: dedup.Clustering,
    citations: Mapping[str, Citation],
    cluster_of: Mapping[str, str],
) -> list[JudgedPair]:
    blocked = {(b.a, b.b): b for b in clustering.blocked}
    return sorted(
        (
            JudgedPair(
                (p.a, p.b),
                (citations[p.a], citations[p.b]),
                p,
                record=cluster_of[p.a] if cluster_of[p.a] == cluster_of[p.b] else "",
                blocked=blocked.get((p.a, p.b)),
            )
            for p in pairs
        ),
        key=order,
    )


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
