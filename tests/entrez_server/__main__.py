"""python -m tests.entrez_server FOLDER [--port N] [--fault KIND[:TIMES] ...] [--chaos P --seed N]"""

from __future__ import annotations

import argparse
import contextlib
import threading
from pathlib import Path

from tests.entrez_server.server import FAULTS, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.entrez_server", description="A local E-utilities.")
    parser.add_argument("folder", type=Path, help="PubMed XML files (.xml, .xml.gz), read with subfolders")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--fault", action="append", default=[], help=f"KIND[:TIMES], one of {', '.join(FAULTS)}"
    )
    parser.add_argument("--chaos", type=float, default=0.0, help="probability that a request fails")
    parser.add_argument("--seed", type=int, default=0, help="of the chance")
    options = parser.parse_args()
    with serve(options.folder, options.port) as base_url:
        for each in options.fault:
            kind, _, times = each.partition(":")
            base_url.fault(kind, int(times or 1))
        base_url.chaos(options.chaos, options.seed)
        print(f"{len(base_url.state.corpus.records)} records at {base_url}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
