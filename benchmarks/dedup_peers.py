"""Deduplication of labelled sets beside its peers, in one run: figures, seconds and memory of fresh processes.

    python -m benchmarks.dedup_peers DIR [--venvs DIR]

DIR as for `benchmarks.dedup`. Ours is the command `screener dedup records.csv --clusters ... --ask ...`; each peer has
a virtual environment of its own, made below --venvs when it is not there (from PyPI), and is given the same columns.
`all` is every set in one file. merged = works that vanish from the screening list, missed = duplicates that a screener
still meets. For ours also the questions: pairs, records named in them, and what is still missed once the true ones are
accepted.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.dedup import BIOMEDICAL, counts, special

Gold = dict[str, str]

# Reads IN.csv (id, title, ...), writes OUT.csv: id,cluster.
BIB_DEDUPE = """
import sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
df = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
names = {"id": "ID", "authors": "author", "issue": "number"}
df = df.rename(columns=names)
df["author"] = df["author"].str.replace("; ", " and ").str.replace(";", " and ")
df["ENTRYTYPE"] = "article"
for name in ("title", "author", "journal", "year", "volume", "number", "pages", "doi", "abstract"):
    if name not in df:
        df[name] = ""
matched = match(block(prep(df.copy(), verbosity_level=0, cpu=1), verbosity_level=0, cpu=1), verbosity_level=0, cpu=1)
found = {i: i for i in df["ID"]}
for some in cluster(matched, verbosity_level=0):
    for i in some:
        found[i] = min(some)
pd.DataFrame({"id": list(found), "cluster": list(found.values())}).to_csv(sys.argv[2], index=False)
"""
# Gives no clusters, only what it keeps: OUT.csv has `kept`.
ASREVIEW = """
import sys
import pandas as pd
import subprocess
df = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
df.to_csv(sys.argv[2] + ".in.csv", index=False)
files = sys.argv[2] + ".in.csv", sys.argv[2] + ".out.csv"
subprocess.run([sys.executable, "-m", "asreview", "data", "dedup", files[0], "-o", files[1]], check=True)
kept = set(pd.read_csv(sys.argv[2] + ".out.csv", dtype=str, keep_default_na=False)["id"])
pd.DataFrame({"id": df["id"], "kept": [int(i in kept) for i in df["id"]]}).to_csv(sys.argv[2], index=False)
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A package from PyPI and the words that make it deduplicate a table."""

    name: str
    needs: tuple[str, ...]
    script: str
    python: str = "python3"


PEERS = (
    Peer("bib-dedupe 0.11.0", ("bib-dedupe==0.11.0",), BIB_DEDUPE),
    Peer("asreview-datatools 1.4", ("asreview-datatools==1.4",), ASREVIEW, "python3.12"),
)


def run(command: Sequence[str], log: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a command. Raises if it fails."""
    started = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = log.read_text("utf-8", "replace").strip().splitlines()
        raise RuntimeError(told[-1] if told else f"exit code {process.returncode}")
    return seconds, usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def environment(peer: Peer, venvs: Path) -> Path:
    python = shutil.which(peer.python)
    if python is None:
        raise RuntimeError(f"{peer.python} is not on this machine")
    folder = venvs / peer.name.replace(" ", "-")
    if not (folder / "bin" / "python").exists():
        made = subprocess.run([python, "-m", "venv", folder], check=False, capture_output=True)
        if made.returncode:
            raise RuntimeError(f"{peer.python} makes no virtual environment")
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *peer.needs]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            raise RuntimeError("it cannot be installed")
    return folder / "bin" / "python"


def rows_of(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def figures(gold: Gold, found: Mapping[str, str]) -> str:
    c = counts(gold, {i: found.get(i) or i for i in gold})
    precision, recall = c["tp"] / c["found"] if c["found"] else 1.0, c["tp"] / c["gold"]
    f1 = 2 * precision * recall / (precision + recall)
    return f"{precision:.4f} | {recall:.4f} | {f1:.4f} | {c['merged']} | {c['missed']}"


def figures_of_kept(gold: Gold, kept: set[str]) -> str:
    left = Counter(work for i, work in gold.items() if i in kept)
    lost = sum(work not in left for work in set(gold.values()))
    return f"| | | {lost} | {sum(n - 1 for n in left.values())}"


def accepted(gold: Gold, found: Mapping[str, str], asks: Sequence[Mapping[str, str]]) -> tuple[int, int]:
    """How many of the questions are of one work, and what is missed once these are accepted."""
    root = dict(found)
    true = [(a["id1"], a["id2"]) for a in asks if gold[a["id1"]] == gold[a["id2"]]]
    for a, b in true:
        keep, gone = sorted((root[a], root[b]))
        root = {i: keep if r == gone else r for i, r in root.items()}
    return len(true), counts(gold, root)["missed"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peer", help="only peers whose name holds this text")
    parser.add_argument("--venvs", type=Path, default=Path.home() / ".cache" / "screener-peers")
    args = parser.parse_args()
    sets: dict[str, tuple[list[dict[str, str]], Gold]] = {}
    for table in sorted(args.folder.glob("*/records.csv")):
        gold = {row["id"]: row["cluster"] for row in rows_of(table.with_name("gold.csv"))}
        sets[table.parent.name] = rows_of(table), gold
    biomedical = [name for name in sets if name.startswith(BIOMEDICAL)]
    for name, some in (("biomedical", biomedical), ("all", list(sets))):
        sets[name] = (
            [row | {"id": f"{n}:{row['id']}"} for n in some for row in sets[n][0]],
            {f"{n}:{i}": f"{n}:{work}" for n in some for i, work in sets[n][1].items()},
        )
    print("| tool | set | records | P | R | F1 | merged | missed | s | records/s | MB |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    questions = []
    with TemporaryDirectory() as place:
        folder = Path(place)
        log, out, ask = folder / "log", folder / "out.csv", folder / "ask.csv"
        for name, (rows, gold) in sets.items():
            file = folder / f"{name}.csv"
            write(file, rows)
            command = [
                sys.executable,
                "-m",
                "screener",
                "dedup",
                str(file),
                "--clusters",
                str(out),
                "--ask",
                str(ask),
            ]
            seconds, peak = run(command, log)
            found = {row["id"]: row["cluster"] for row in rows_of(out)}
            asks = rows_of(ask)
            true, left = accepted(gold, found, asks)
            named = {i for row in asks for i in (row["id1"], row["id2"])}
            missed = counts(gold, found)["missed"]
            share = f"{100 * len(named) / len(gold):.1f} %"
            questions.append(
                f"| {name} | {len(asks)} | {true} | {len(named)} ({share}) | {missed} | {left} |"
            )
            print(_line("screener", name, gold, figures(gold, found), seconds, peak), flush=True)
        for peer in (each for each in PEERS if not args.peer or args.peer in each.name):
            try:
                python = environment(peer, args.venvs)
                for name, (_, gold) in sets.items():
                    command = [str(python), "-c", peer.script, str(folder / f"{name}.csv"), str(out)]
                    seconds, peak = run(command, log)
                    told = rows_of(out)
                    if "kept" in told[0]:
                        text = figures_of_kept(gold, {row["id"] for row in told if row["kept"] == "1"})
                    else:
                        text = figures(gold, {row["id"]: row["cluster"] for row in told})
                    print(_line(peer.name, name, gold, text, seconds, peak), flush=True)
            except (RuntimeError, OSError) as error:
                print(f"| {peer.name} | does not run here: {error} |", flush=True)
    print(
        "\n| set | questions | true | records named | missed before | missed after |\n|---|---|---|---|---|---|"
    )
    print("\n".join(questions))
    if (path := args.folder / "special_pairs" / "pairs.json").exists():
        special(path)


def _line(tool: str, name: str, gold: Gold, text: str, seconds: float, peak: float) -> str:
    rate = len(gold) / seconds
    return f"| {tool} | {name} | {len(gold)} | {text} | {seconds:.1f} | {rate:.0f} | {peak:.0f} |"


if __name__ == "__main__":
    main()
