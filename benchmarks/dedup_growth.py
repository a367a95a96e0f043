"""How time and memory of deduplication grow with the number of entries.

    python -m benchmarks.dedup_growth 1000 10000 100000 1000000

For each number as many made-up entries, a tenth of them duplicates as other exports would have them, in one RIS file;
then `screener dedup FILE --clusters OUT.csv --ask ASK.csv` in a fresh process: everything from reading to writing.
merged and missed are counted against what was made. Names, titles and journals come from small vocabularies, so chance
agreements are commoner than in real searches.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import made_citations
from benchmarks.dedup import counts
from benchmarks.dedup_peers import rows_of, run
from screener.model.citation import Citation


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="+")
    args = parser.parse_args()
    print("| entries | MB of RIS | s | entries/s | MB | works | merged | missed | questions |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in args.sizes:
        with TemporaryDirectory() as place:
            measure(size, Path(place))


def measure(size: int, folder: Path) -> None:
    maker = made_citations.Maker(1)
    made: Iterator[Citation] = maker.citations(size, 0.1, 1)
    file, out, ask = folder / "made.ris", folder / "out.csv", folder / "ask.csv"
    made_citations.write(file, made)
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
    seconds, peak = run(command, folder / "log")
    gold = {str(n): str(work) for n, work in enumerate(maker.works, 1)}
    c = counts(gold, {row["id"]: row["cluster"] for row in rows_of(out)})
    megabytes = file.stat().st_size / 1e6
    print(
        f"| {size:,} | {megabytes:.0f} | {seconds:.1f} | {size / seconds:.0f} | {peak:.0f} | "
        f"{len(set(gold.values())):,} | {c['merged']} | {c['missed']} | {len(rows_of(ask))} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
