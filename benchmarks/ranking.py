"""Ranking beside ASReview's default model, on labelled sets: figures and seconds.

    python -m benchmarks.ranking SETS [--seeds N] [--venvs DIR] [--python PYTHON] [--ours] [--only TEXT]

SETS holds CSV files (also .csv.gz), in folders or not, with title, abstract and a column of labels (1 include);
the first of LABELS that a file has is taken. Ours is `screener simulate`; the peer is `asreview simulate` in a
virtual environment of its own, made below --venvs from PyPI when it is not there. The peer's default model reads
titles and abstracts; ours reads keywords too where a file has them, so a second line gives ours without.
The peer is given the same two records to start from, by --prior-record-id, and its figures are computed here from
the order in which it read. Seconds are wall time of the processes divided by the runs. --ours leaves the peer out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from screener.screening.replay import figures

LABELS = ("label_abstract_screening", "label_level1", "label_included", "included", "label")
PEER = "asreview==3.0.8"
OURS = {"screener": "", "screener, title and abstract": "title,abstract"}  # tool -> columns
NAMES = ("wss_95", "loss", "recall_10")
Row = dict[str, float]


def rows_of(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(command: Sequence[str]) -> tuple[float, str]:
    """Seconds and output of a command. One thread for linear algebra, for both sides alike."""
    started = time.perf_counter()
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **one})
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return time.perf_counter() - started, done.stdout


def environment(venvs: Path, python: str) -> Path:
    """The peer's command. Raises RuntimeError when it cannot be installed."""
    folder = venvs / PEER.replace("==", "-")
    command = folder / "bin" / "asreview"
    if not command.exists():
        found = shutil.which(python)
        if found is None:
            raise RuntimeError(f"there is no {python}")
        made = [found, "-m", "venv", str(folder)], [str(folder / "bin" / "pip"), "install", "-q", PEER]
        for step in made:
            if subprocess.run(step, check=False, capture_output=True).returncode:
                raise RuntimeError(f"{' '.join(step)} fails")
    return command


def peer_order(
    command: Path, table: Path, priors: Sequence[int], seed: int, folder: Path
) -> tuple[float, list[int]]:
    """Seconds, and the places of the records in the order in which the peer read them (until the last include)."""
    project = folder / "run.asreview"
    project.unlink(missing_ok=True)
    words = [str(command), "simulate", str(table), "--prior-record-id", *map(str, priors)]
    seconds, _ = run([*words, "--seed", str(seed), "-o", str(project)])
    with zipfile.ZipFile(project) as packed:
        packed.extract("results.db", folder)
    with sqlite3.connect(folder / "results.db") as database:
        order = [place for (place,) in database.execute("SELECT record_id FROM results ORDER BY rowid")]
    database.close()
    return seconds, order


def peer(path: Path, label: str, seeds: Sequence[dict[str, object]], command: Path, folder: Path) -> Row:
    rows = rows_of(path)
    labels = [int(row[label]) for row in rows]
    table = folder / "table.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("title", "abstract", "included"))
        writer.writerows((row.get("title", ""), row.get("abstract", ""), row[label]) for row in rows)
    found: list[Row] = []
    for seed in seeds:
        priors = [each["row"] - 1 for each in seed["priors"]]  # type: ignore[attr-defined]
        seconds, order = peer_order(command, table, priors, int(str(seed["seed"])), folder)
        assert order[:2] == priors, "the peer did not start from the records it was given"
        rest = sorted(set(range(len(labels))) - set(order))
        worth = figures([labels[place] for place in (*order, *rest)])
        found.append({**{name: getattr(worth, name) for name in NAMES}, "seconds": seconds})
    return {name: fmean(each[name] for each in found) for name in (*NAMES, "seconds")}


def line(tool: str, name: str, records: str, row: Row) -> None:
    cells = (f"{row[each]:.4f}" for each in NAMES)
    print(f"| {tool} | {name} | {records} | {' | '.join(cells)} | {row['seconds']:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--venvs", type=Path, default=Path.home() / ".cache" / "screener-peers")
    parser.add_argument("--python", default="python3.12", help="a Python that ASReview 3 runs on")
    parser.add_argument("--ours", action="store_true", help="without the peer")
    parser.add_argument("--only", default="", help="only sets whose name holds this text")
    args = parser.parse_args()
    command = None
    if not args.ours:
        try:
            command = environment(args.venvs, args.python)
        except RuntimeError as error:
            print(f"the peer does not run here: {error}", file=sys.stderr)
    sums: dict[str, list[Row]] = {}
    stops: list[Row] = []
    print("| tool | set | records | WSS@95 | loss | recall 10 % | s a run |")
    print("|---|---|---|---|---|---|---|")
    for path in sorted(each for each in args.folder.rglob("*.csv*") if args.only in each.name):
        header = rows_of(path)[0]
        label = next((name for name in LABELS if name in header), None)
        if label is None:
            print(f"{path}: no column of labels", file=sys.stderr)
            continue
        name = path.name.split(".")[0]
        words = [sys.executable, "-m", "screener", "simulate", str(path), "--label", label]
        words += ["--seeds", str(args.seeds), "--json"]
        for tool, columns in OURS.items():
            seconds, said = run([*words, "--columns", columns])
            ours = json.loads(said)
            row = {**{each: ours[each] for each in NAMES}, "seconds": seconds / args.seeds}
            sums.setdefault(tool, []).append(row)
            line(tool, name, f"{ours['records']:,}", row)
            stops += [each["stop"] for each in ours["seeds"] if not columns]
        if command is not None:
            with TemporaryDirectory() as place:
                row = peer(path, label, ours["seeds"], command, Path(place))
            sums.setdefault(PEER, []).append(row)
            line(PEER, name, f"{ours['records']:,}", row)
    for tool, rows in sums.items():
        line(tool, "**mean**", "", {each: fmean(row[each] for row in rows) for each in (*NAMES, "seconds")})
    recalls = sorted(each["recall"] for each in stops)
    missed, saved = sum(recall < 0.95 for recall in recalls), fmean(each["saved"] for each in stops)
    print(
        f"\nstopping rule: {len(stops)} runs, {missed} stopped below 95 % recall (lowest {recalls[0]:.3f}),",
        end=" ",
    )
    print(f"{100 * saved:.0f} % of the records left unread on average")


if __name__ == "__main__":
    main()
