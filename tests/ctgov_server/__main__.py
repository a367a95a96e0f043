"""python -m tests.ctgov_server FOLDER [--port N] [--fault KIND[:TIMES] ...]"""

from __future__ import annotations

import argparse
import contextlib
import threading
from pathlib import Path

from tests.ctgov_server.server import FAULTS, serve


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.ctgov_server", description="A local ClinicalTrials.gov."
    )
    parser.add_argument("folder", type=Path, help="JSON files (.json, .json.gz), read with subfolders")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--fault", action="append", default=[], help=f"KIND[:TIMES], one of {', '.join(FAULTS)}"
    )
    options = parser.parse_args()
    with serve(options.folder, options.port) as base_url:
        for each in options.fault:
            kind, _, times = each.partition(":")
            base_url.fault(kind, int(times or 1))
        print(f"{len(base_url.state.studies)} studies at {base_url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
