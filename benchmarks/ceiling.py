"""A search above PubMed's ceiling, through the command and a local server, on good days and on bad ones.

    python -m benchmarks.ceiling FOLDER [--term TERM]

FOLDER holds PubMed XML. Each way gets a review of its own; every way must end with the same set of PMIDs:
undisturbed; with every tenth request failing in all documented ways; killed in the middle and run again; both.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from screener.steps.review import adopt, init_review, open_review
from tests.entrez_server import BaseUrl, Corpus, serve

QUERY = (
    'database = "pubmed"\nplatform = "PubMed"\nkind = "database"\ndate = 2024-01-01\nby = "C"\n'
    "strategy = '''{term}'''\n"
)


def make(folder: Path, term: str) -> None:
    init_review(folder).close()
    review = open_review(folder, "C")
    adopt(review, "benchmark")
    review.close()
    (folder / "queries" / "all.toml").write_text(QUERY.format(term=term), "utf-8")


def stored(folder: Path) -> set[str]:
    review = open_review(folder, "C")
    found = {row[0] for row in review.store.rows("SELECT source_key FROM citations")}
    review.close()
    return found


def start(folder: Path, url: BaseUrl) -> subprocess.Popen[bytes]:
    # With a key 10 requests a second are allowed, without one 3.
    env = {**os.environ, "SCREENER_EUTILS_URL": str(url), "NCBI_API_KEY": "none", "SCREENER_REVIEWER": "C"}
    command = [sys.executable, "-m", "screener", "-C", str(folder), "search", "run", "--json"]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--term", default="1000:3000[dp]")
    options = parser.parse_args()
    corpus = Corpus.of_folder(options.folder)
    everything = set(corpus.records)
    print(f"{len(everything):,} records")
    good = True
    with tempfile.TemporaryDirectory() as where:
        for number, (name, chance, seed, kills) in enumerate(
            [
                ("undisturbed", 0.0, 0, 0),
                ("10 % of requests fail, seed 1", 0.1, 1, 0),
                ("10 % of requests fail, seed 2", 0.1, 2, 0),
                ("killed after 4 s", 0.0, 0, 1),
                ("10 % fail, killed twice", 0.1, 3, 2),
            ]
        ):
            folder = Path(where) / str(number)
            make(folder, options.term)
            with serve(corpus) as url:
                url.chaos(chance, seed)
                begun = time.perf_counter()
                for _ in range(kills):
                    process = start(folder, url)
                    time.sleep(4)
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                before = len(stored(folder))
                code, tries = 1, 0
                while code and tries < 3:
                    tries += 1
                    code = start(folder, url).wait()
                took = time.perf_counter() - begun
                same = stored(folder) == everything
                good &= same and not code
                asked = len(url.requests)
            print(
                f"{name:32} {'the same set' if same else 'DIFFERS'}; exit {code} after {tries} run(s); "
                f"{before:,} stored when killed; {asked} requests; {took:.1f} s"
            )
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
