"""Pair precision, recall and speed of the deduplication engine on labelled sets.

    python -m benchmarks.dedup DIR [--errors N] [--out DIR]
    python -m benchmarks.dedup --made N

DIR holds one folder per set with records.csv and gold.csv (`id,cluster`). Wrongly merged = works that
vanish from the screening list; missed = duplicates that a screener still meets. A folder `special_pairs` with
pairs.json (labelled pairs in BibTeX fields) is judged pair by pair. With --made the time and memory of
deduplicating a review of N made-up citations, of doing so again, and after 500 more were imported; each in a
fresh process, and without the import.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import made_citations
from screener import sources
from screener.dedup import PairVerdict, cluster, clusters_table, find_pairs, open_pairs
from screener.model.citation import Citation
from screener.steps import deduplication, importing
from screener.steps import review as review_step

BIOMEDICAL = ("rathbone", "sweep")


def read(folder: Path) -> tuple[dict[str, Citation], dict[str, str]]:
    """The entries as our reader has them, and the work of each."""
    table = folder / "records.csv"
    ids = sources.csv_column(table, "id") or ()
    with (folder / "gold.csv").open(newline="", encoding="utf-8-sig") as file:
        gold = {row["id"]: row["cluster"] for row in csv.DictReader(file)}
    return {ids[e.position - 1]: e.citation for e in sources.read(table).entries}, gold


def counts(gold: Mapping[str, str], found: Mapping[str, str]) -> Counter[str]:
    both: Counter[tuple[str, str]] = Counter((gold[i], found[i]) for i in gold)

    def pairs(sizes: Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in sizes.values())

    in_gold, in_found = Counter(gold.values()), Counter(found[i] for i in gold)
    return Counter(
        tp=pairs(both),
        found=pairs(in_found),
        gold=pairs(in_gold),
        merged=len(both) - len(in_found),
        missed=len(both) - len(in_gold),
        records=len(gold),
    )


def line(name: str, c: Counter[str], seconds: float, asked: Counter[str]) -> str:
    precision = c["tp"] / c["found"] if c["found"] else 1.0
    recall = c["tp"] / c["gold"] if c["gold"] else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return (
        f"{name:22} {c['records']:6} {precision:8.4f} {recall:7.4f} {f1:7.4f} {c['merged']:7} "
        f"{c['missed']:7} {asked['ask']:5} {asked['true']:5} {seconds:7.2f} {c['records'] / seconds:8.0f}"
    )


def show(title: str, ids: list[str], records: Mapping[str, Citation], pairs: list[PairVerdict]) -> None:
    print(f"\n{title}")
    for i in ids:
        r = records[i]
        print(
            f"  {i} {r.year} | {(r.title or '')[:110]} | {'; '.join(r.authors)[:60]} | "
            f"{(r.journal or '')[:50]} | {r.volume} | {r.issue} | {r.pages} | {r.doi}"
        )
    for p in pairs:
        if p.a in ids and p.b in ids:
            print(f"    {p.a} {p.b} {p.describe()}")


def special(path: Path) -> None:
    """Each labelled pair alone, as a table of two rows."""
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    names = {"author": "authors", "number": "issue", "booktitle": "journal", "ENTRYTYPE": "type"}
    right = 0
    with TemporaryDirectory() as folder:
        table = Path(folder) / "pair.csv"
        for case in cases:
            rows = [{names.get(k, k): v for k, v in case[r].items()} for r in ("record_a", "record_b")]
            with table.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
                writer.writeheader()
                writer.writerows(rows)
            both = {str(e.position): e.citation for e in sources.read(table).entries}
            pairs = find_pairs(both)
            same = len(set(cluster(both, pairs).root_of.values())) == 1
            right += same == case["expected_duplicate"]
            if same != case["expected_duplicate"]:
                told = [p.describe() for p in pairs]
                print(f"  {case['id']}: expected {case['expected_duplicate']}; {told}")
    print(f"special pairs: {right} of {len(cases)} as labelled")


def measure_review(count: int) -> None:
    print(f"{'':12} citations  records  pairs  asked seconds    CPU s  peak MB  helper MB")
    with TemporaryDirectory() as folder:
        _alone(_import, folder, 0, count)
        _alone(_deduplicate, folder, "first")
        _alone(_deduplicate, folder, "nothing new")
        _alone(_import, folder, count, 500)
        _alone(_deduplicate, folder, "500 new")


def _alone(step: Callable[..., None], *args: object) -> None:
    process = get_context("spawn").Process(target=step, args=args)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _import(folder: str, first: int, count: int) -> None:
    path = Path(folder)
    if not first:
        review_step.init_review(path / "review").close()
    with TemporaryDirectory() as other:
        file = Path(other) / f"made{first}.ris"
        made_citations.write(file, islice(made_citations.made(first + count), first, None))
        review = review_step.open_review(path / "review", "C")
        if not first:
            review_step.adopt(review, "first version")
        importing.import_file(review, file, database="embase")
        review.close()


def _deduplicate(folder: str, name: str) -> None:
    review = review_step.open_review(Path(folder) / "review", "C")
    started, before = time.perf_counter(), os.times()
    done = deduplication.deduplicate(review)
    seconds, after = time.perf_counter() - started, os.times()
    pairs = len(deduplication.engine_pairs(review))
    review.close()
    spent = sum(after[:4]) - sum(before[:4])
    unit = 1024**2 if sys.platform == "darwin" else 1024
    own, helpers = (
        resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{name:12} {done.citations:9} {done.records:8} {pairs:6} {done.ask:6} {seconds:7.2f} {spent:8.2f} "
        f"{own:8.0f} {helpers:10.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--made", type=int, help="measure a review of so many made-up citations instead")
    parser.add_argument(
        "--errors", type=int, default=0, help="show up to N wrong and N missed clusters of each set"
    )
    parser.add_argument("--out", type=Path, help="write each set's clusters there, as `screener dedup` does")
    parser.add_argument(
        "--asks", type=int, default=0, help="show up to N ask pairs of different works of each set"
    )
    parser.add_argument("--only", help="only sets whose name holds this text")
    args = parser.parse_args()
    if args.made:
        measure_review(args.made)
        return
    if args.folder is None:
        parser.error("either DIR or --made is needed")
    print(f"{'set':21} records precision recall      F1  merged  missed   ask  true seconds  records/s")
    totals: dict[str, tuple[Counter[str], float, Counter[str]]] = defaultdict(
        lambda: (Counter(), 0.0, Counter())
    )
    for folder in sorted(p.parent for p in args.folder.glob("*/records.csv")):
        if args.only and args.only not in folder.name:
            continue
        records, gold = read(folder)
        started = time.perf_counter()
        pairs = find_pairs(records)
        clustering = cluster(records, pairs)
        seconds = time.perf_counter() - started
        roots = clustering.root_of
        questions = open_pairs(pairs, clustering)
        asked = Counter(ask=len(questions), true=sum(gold[p.a] == gold[p.b] for p in questions))
        result = counts(gold, roots)
        print(line(folder.name, result, seconds, asked))
        for group in ("all", "biomedical") if folder.name.startswith(BIOMEDICAL) else ("all",):
            old, spent, some = totals[group]
            totals[group] = (old + result, spent + seconds, some + asked)
        if args.out:
            args.out.mkdir(parents=True, exist_ok=True)
            with (args.out / f"{folder.name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, ["id", "cluster", "reason"])
                writer.writeheader()
                writer.writerows(clusters_table(list(records), clustering, pairs))
        if args.errors:
            members: dict[str, list[str]] = defaultdict(list)
            works: dict[str, list[str]] = defaultdict(list)
            for i in records:
                members[roots[i]].append(i)
                works[gold[i]].append(i)
            wrong = [m for m in members.values() if len({gold[i] for i in m}) > 1]
            split = [m for m in works.values() if len({roots[i] for i in m}) > 1]
            for m in wrong[: args.errors]:
                show("WRONGLY MERGED", m, records, pairs)
            for m in split[: args.errors]:
                show("MISSED", m, records, pairs)
        for p in [p for p in questions if gold[p.a] != gold[p.b]][: args.asks]:
            show("ASK", [p.a, p.b], records, [p])
    for group, (result, seconds, asked) in totals.items():
        print(line(group, result, seconds, asked))
    if (path := args.folder / "special_pairs" / "pairs.json").exists():
        special(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    print(f"peak memory {peak:.0f} MB, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
