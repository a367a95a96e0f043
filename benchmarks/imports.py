"""Importing many citations into a review, by the command: seconds, memory, and the second time.

    python -m benchmarks.imports [--form ris|nbib|csv|xml] [COUNT ...]

The files are made up by `benchmarks.made_citations` in a temporary folder. Memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from screener.steps.review import adopt, init_review, open_review


def run(folder: Path, *words: str) -> tuple[float, float]:
    """Seconds, and the peak of the command's own memory in MB."""
    code = (
        "import resource, sys\n"
        "from screener.cli import main\n"
        "if __name__ == '__main__':\n"
        "    try:\n        main()\n    except SystemExit as e:\n        assert not e.code, e.code\n"
        "    most = max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))\n"
        "    print(most // 1024, file=sys.stderr)\n"
    )
    script = folder / "run.py"
    script.write_text(code, "utf-8")
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, str(script), "-C", str(folder), "--as", "C", *words, "--json"],
        capture_output=True,
        text=True,
        env={**os.environ},
        check=False,
    )
    took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return took, float(done.stderr.strip().splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("counts", nargs="*", type=int, default=[25_000, 50_000, 100_000])
    parser.add_argument("--form", default="ris")
    options = parser.parse_args()
    for count in options.counts:
        with tempfile.TemporaryDirectory() as where:
            folder = Path(where) / "review"
            init_review(folder).close()
            review = open_review(folder, "C")
            adopt(review, "benchmark")
            review.close()
            file = Path(where) / f"made.{options.form}"
            made = [sys.executable, "-m", "benchmarks.made_citations", str(count), str(file)]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
            first, memory = run(folder, "import", str(file), "--database", "embase")
            second, again = run(folder, "import", str(file), "--database", "embase")
            review = open_review(folder, "C")
            held = review.store.value("SELECT count(*) FROM citations")
            review.close()
            print(
                f"{count:>7,} {options.form:4} {file.stat().st_size / 1e6:6.0f} MB: {first:6.1f} s, {memory:4.0f} MB;"
                f" again {second:6.1f} s, {again:4.0f} MB; {held:,} citations",
                flush=True,
            )


if __name__ == "__main__":
    main()
