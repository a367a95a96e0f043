"""A labelled table replayed by ranking, over seeds (contracts, section 7)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from screener import sources
from screener.model.errors import InputError
from screener.screening.ranking import MODEL, Features
from screener.screening.replay import figures, priors, replay
from screener.screening.stopping import stop_point
from screener.steps.review import Progress, silent

_LABELS = {"1": 1, "0": 0, "1.0": 1, "0.0": 0, "included": 1, "excluded": 0, "include": 1, "exclude": 0}
_LABELS |= {"yes": 1, "no": 0, "true": 1, "false": 0}
_EXPECTED = "1 or 0 (or included/excluded, yes/no, true/false)"
_TEXTS = ("title", "abstract", "keywords")
_IDS = ("record_id", "id")


def simulate(
    path: Path, label: str, seeds: int, *, columns: Sequence[str] = (), progress: Progress = silent
) -> dict[str, Any]:
    """The contract's object: figures of each seed 0..seeds-1 and their means.

    The table (CSV or TSV, also gzipped) has a column of labels, and texts: `columns`, else those of `title`,
    `abstract` and `keywords` that it has, the first or second at least. Records are named by `record_id` or
    `id`, else by the number of their row. `seconds` is the time of one run, the weighing of the texts in it.
    `stop` is where the stopping rule (recall and confidence 95 %) would have ended the reading, and the recall
    then.

    Raises InputError for a table without these columns, for a label that is missing or unknown (with its line),
    for labels of one kind only, and for less than one seed.
    """
    if seeds < 1:
        raise InputError(f"{seeds} seeds are no simulation", field="--seeds", expected="1 or more")
    texts, used, ids, labels = _read(path, label, columns)
    drawn = []
    for seed in range(seeds):
        try:
            drawn.append(priors(labels, seed))
        except InputError as error:
            raise InputError(error.message, file=str(path), field=label, expected=error.expected) from None
    started = time.perf_counter()
    features = Features.of(texts, lambda done: progress("reading texts", done, len(texts)))
    weighing = time.perf_counter() - started
    runs = []
    for seed, first in enumerate(drawn):
        started = time.perf_counter()
        order = replay(
            features, labels, first, seed=seed, progress=_of_seed(progress, seed, seeds, len(labels))
        )
        seconds = weighing + time.perf_counter() - started
        runs.append(_run(seed, [labels[place] for place in order], first, ids, seconds))
    means = ("wss_95", "recall_10", "loss", "seconds")
    return {
        "file": str(path),
        "label": label,
        "columns": used,
        "model": MODEL,
        "records": len(labels),
        "includes": sum(labels),
        **{name: fmean(run[name] for run in runs) for name in means},
        "seeds": runs,
    }


def _run(seed: int, read: list[int], first: Sequence[int], ids: list[str], seconds: float) -> dict[str, Any]:
    found = figures(read)
    stopped = stop_point(read, len(read))
    return {
        "seed": seed,
        "wss_95": found.wss_95,
        "recall_10": found.recall_10,
        "loss": found.loss,
        "seconds": seconds,
        "read_95": found.read_95,
        "priors": [
            {"row": place + 1, "id": ids[place], "label": label}
            for place, label in zip(first, (1, 0), strict=True)
        ],
        "stop": None
        if stopped is None
        else {"read": stopped, "recall": sum(read[:stopped]) / sum(read), "saved": 1 - stopped / len(read)},
    }


def _of_seed(progress: Progress, seed: int, seeds: int, total: int) -> Any:
    return lambda read: progress(f"seed {seed + 1} of {seeds}, records read", read, total)


def _read(
    path: Path, label: str, columns: Sequence[str]
) -> tuple[list[str], list[str], list[str], list[int]]:
    """Texts, the columns they come from, ids and labels of the rows. Wrong labels are counted, the first is named."""
    header, rows = sources.csv_rows(path)
    places = {name.lower(): place for place, name in reversed(list(enumerate(header)))}
    for name in (label, *columns):
        if name.strip().lower() not in places:
            raise InputError(
                f"the column '{name}' is missing",
                file=str(path),
                entry="line 1",
                field=name,
                expected=", ".join(header),
            )
    used = [name.strip().lower() for name in columns] or [name for name in _TEXTS if name in places]
    if not columns and used in ([], ["keywords"]):
        raise InputError(
            "there is no text to rank by",
            file=str(path),
            entry="line 1",
            field="title",
            expected="title, abstract",
        )
    told = [places[name] for name in used]
    wanted = places[label.strip().lower()]
    named = next((places[name] for name in _IDS if name in places), None)
    texts, ids, labels = [], [], []
    wrong: list[tuple[int, str]] = []
    for number, (line, cells) in enumerate(rows, 1):
        texts.append(" ".join(cells[place] for place in told))
        ids.append(cells[named] if named is not None else str(number))
        value = _LABELS.get(cells[wanted].strip().lower())
        if value is None:
            wrong.append((line, cells[wanted].strip()))
        else:
            labels.append(value)
    if wrong:
        line, text = wrong[0]
        more = f", and {len(wrong) - 1:,} more rows" if len(wrong) > 1 else ""
        said = f"{text[:40]!r} is no label" if text else "the label is missing"
        raise InputError(said + more, file=str(path), entry=f"line {line}", field=label, expected=_EXPECTED)
    return texts, [header[place] for place in told], ids, labels
