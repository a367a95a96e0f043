"""Key to drawn on the screening desk: `python -m benchmarks.keypress [--records 10000] [--keys 300] [--ranked]`.

From the key event to the frame that shows the next record, in one process without a terminal (the time of
the terminal itself is not in it). Every vote is on disk (synchronous=FULL) before its frame is drawn. With --ranked the
order is learned beside the screen meanwhile, anew after each vote; the peak memory of both processes is told.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from screener.steps.arranging import Arrangement
from screener.steps.ranking import Ranked
from screener.tui.app import ScreenerApp
from screener.tui.screens.screening import ScreeningScreen
from tests.builders import add_citations, citation, make_review, opened_as

WORDS = (
    "patients with metastatic colorectal cancer were randomised to drug A or placebo and overall survival "
    "was compared with a hazard ratio and its interval while progression-free survival came second "
)


class Timed(ScreenerApp):
    """Notes when a frame was handed to the driver."""

    drawn = 0.0

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        self.drawn = time.perf_counter()


async def measure(
    app: Timed, keys: int, size: tuple[int, int], ranked: bool = False
) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock and of the processor, key by key."""
    from textual import events  # behind the screens, which say how often a frame is ticked

    times: list[float] = []
    worked: list[float] = []
    async with app.run_test(size=size) as pilot:
        start = time.perf_counter()
        app.go("screen")
        await pilot.pause()
        print(f"desk opened in {1000 * (time.perf_counter() - start):.0f} ms", file=sys.stderr)
        desk = app.screen
        assert isinstance(desk, ScreeningScreen)
        while desk._reading:
            await asyncio.sleep(0.1)
        if ranked:
            start = time.perf_counter()
            desk._arrange(Arrangement(order="ranked"))
            while not isinstance(app.ranked.get(desk.stage), Ranked):
                await asyncio.sleep(0.1)
            print(f"ranked after {time.perf_counter() - start:.0f} s", file=sys.stderr)
            while desk._reading:
                await asyncio.sleep(0.1)
            await pilot.pause()
        for n in range(keys):
            before = desk.record
            key = ("i", "1", "m", "j")[n % 4]
            work = time.process_time()
            pressed = time.perf_counter()
            app.post_message(events.Key(key, key))
            while desk.record == before or app.drawn < pressed:
                await asyncio.sleep(0)
            # All that the key caused has been drawn when nothing is left to lay out or paint.
            while desk._layout_required or desk._repaint_required or desk._dirty_widgets:
                await asyncio.sleep(0)
            times.append(1000 * (app.drawn - pressed))
            worked.append(1000 * (time.process_time() - work))
        memory(app)
    return times, worked


def memory(app: Timed) -> None:
    """Peak memory of the screens' process and of the one that ranks (Linux only)."""
    for name, pid in [("screens", "self"), *(("ranking", r._process.pid) for r in app._rankers.values())]:
        status = Path(f"/proc/{pid}/status")
        if status.exists():
            peak = next(
                line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")
            )
            print(f"    {name}: {int(peak) // 1024} MB at the peak")


def told(times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return f"p50 {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms, worst {ordered[-1]:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--ranked", action="store_true")
    chosen = parser.parse_args()
    sys.setswitchinterval(0.0005)  # as the program does
    with tempfile.TemporaryDirectory() as folder:
        review = make_review(Path(folder) / "review")
        abstract = "BACKGROUND: " + WORDS * 5 + "\nRESULTS: " + WORDS * 5
        add_citations(review, (citation(n, abstract=abstract) for n in range(1, chosen.records + 1)))
        for person, size in (("A", (80, 24)), ("B", (200, 50))):
            app = Timed(opened_as(review, person))
            app.animation_level = "none"
            app.settle_memory = True
            times, worked = asyncio.run(measure(app, chosen.keys, size, chosen.ranked))
            print(f"{chosen.records:,} records, {size[0]}x{size[1]}, {len(times)} keys: {told(times)}")
            print(f"    processor time: {told(worked)}")
        review.close()


if __name__ == "__main__":
    main()
