"""Seconds and peak memory for reading PubMed XML: this reader beside Bio.Entrez.read and pubmed_parser.

    python -m benchmarks.pubmed_xml FILE... --venvs DIR [--runs N] [--no-peers]

FILE is PubMed XML, gzip or not; all files are read as one set. Every run is a process of its own that reads
the set from its first byte to the fields of its last record; imports are not counted. The readers take turns,
and the median of their runs is shown. Each peer lives in a virtual environment under DIR, made when it is
missing (this needs the network). The memory curve reads the set repeated 1, 4 and 16 times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

# What each reader runs; `path` is the set and `count` comes to the number of records with all their fields.
READERS = {
    "screener": (
        None,
        "from screener.sources import open_file",
        "count = sum(1 for _ in open_file(path))",
    ),
    "Bio.Entrez.read": (
        "biopython",
        "import gzip; from Bio import Entrez",
        "count = len(Entrez.read(gzip.open(path))['PubmedArticle'])",
    ),
    "pubmed_parser": (
        "pubmed_parser",
        "import pubmed_parser",
        "count = sum(1 for _ in pubmed_parser.parse_medline_xml(path, author_list=True))",
    ),
}
_RUN = """
import json, resource, sys, time
path = sys.argv[1]
{imports}
started = time.perf_counter()
{work}
seconds = time.perf_counter() - started
try:
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)
print(json.dumps([count, seconds, peak]))
"""
_ARTICLE = re.compile(rb"<PubmedArticle[\s>].*?</PubmedArticle\s*>", re.DOTALL)
# Bio.Entrez brings this document type along, so it needs no network.
_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, '
    b'1st January 2019//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n<PubmedArticleSet>\n'
)


def articles(files: list[Path]) -> Iterator[bytes]:
    for path in files:
        data = path.read_bytes()
        yield from _ARTICLE.findall(gzip.decompress(data) if path.suffix == ".gz" else data)


def written(files: list[Path], times: int, folder: Path) -> Path:
    """The articles of the files, so often repeated, as one set."""
    once = b"\n".join(articles(files)) + b"\n"
    path = folder / f"set-{times}.xml.gz"
    with gzip.open(path, "wb", compresslevel=6) as out:
        out.write(_HEAD)
        for _ in range(times):
            out.write(once)
        out.write(b"</PubmedArticleSet>\n")
    return path


def python_of(package: str | None, venvs: Path) -> str:
    if package is None:
        return sys.executable
    folder = venvs / package
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return str(python)


def run(name: str, path: Path, venvs: Path) -> tuple[int, float, float]:
    """Records, seconds and peak memory in MB of one reading in a process of its own."""
    package, imports, work = READERS[name]
    code = _RUN.format(imports=imports, work=work)
    done = subprocess.run(
        [python_of(package, venvs), "-W", "ignore", "-c", code, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    count, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return count, seconds, peak


def version_of(name: str, venvs: Path) -> str:
    package = READERS[name][0] or "screener"
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    python = python_of(READERS[name][0], venvs)
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--venvs", type=Path, required=True, metavar="DIR", help="the peers' environments")
    parser.add_argument("--runs", type=int, default=5, help="runs of each reader (default 5)")
    parser.add_argument("--no-peers", action="store_true", help="this reader only")
    args = parser.parse_args()
    names = ["screener"] if args.no_peers else list(READERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = {times: written(args.files, times, folder) for times in (1, 4, 16)}
        runs: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for _ in range(args.runs):
            for reader in names:
                runs[reader].append(run(reader, sets[1], args.venvs))
        print(f"{'reader':26} records  s/1,000  relative  peak MB")
        medians = {
            reader: statistics.median(seconds / count * 1000 for count, seconds, _ in found)
            for reader, found in runs.items()
        }
        for reader, found in runs.items():
            label = f"{reader} {version_of(reader, args.venvs)}"
            peak = statistics.median(peak for *_, peak in found)
            print(
                f"{label:26} {found[0][0]:7} {medians[reader]:8.3f} "
                f"{medians[reader] / medians['screener']:8.2f}x {peak:8.0f}"
            )
        print(f"\n{'peak MB, set repeated':26} {'1x':>8} {'4x':>8} {'16x':>8}")
        for reader in names:
            peaks = [run(reader, path, args.venvs)[2] for path in sets.values()]
            print(f"{reader:26} " + " ".join(f"{peak:8.0f}" for peak in peaks))
    print(f"\nPython {sys.version.split()[0]}, {sys.platform}")


if __name__ == "__main__":
    main()
