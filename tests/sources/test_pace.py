"""One budget of requests for all threads and processes of a machine."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.sources.pace import Pace

pytestmark = pytest.mark.paced
PROGRAM = """
import sys
from pathlib import Path
from screener.sources.pace import Pace
pace = Pace("server", 0.25, folder=Path(sys.argv[1]), now=lambda: 1000.0)
print(*(pace.wait() for _ in range(20)))
"""


def test_two_processes_never_take_the_same_place(tmp_path: Path) -> None:
    """With a clock that stands still every place is told by its wait alone."""
    both = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    waits = sorted(float(word) for each in both for word in each.communicate()[0].split())
    assert waits == [pytest.approx(0.25 * n) for n in range(40)]


def test_threads_share_it_too(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [Pace("server", 0.5, folder=tmp_path, now=lambda: 7.0) for _ in range(24)]
        waits = sorted(pool.map(lambda pace: pace.wait(), made))
    assert waits == [pytest.approx(0.5 * n) for n in range(24)]


def test_a_refusal_holds_everybody(tmp_path: Path) -> None:
    one, other = (Pace("server", 0.5, folder=tmp_path, now=lambda: 7.0) for _ in range(2))
    one.hold(30)
    assert other.wait() == pytest.approx(30)
    assert Pace("another", 0.5, folder=tmp_path, now=lambda: 7.0).wait() == 0


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30))
def test_requests_are_never_closer_than_the_interval(steps: list[float]) -> None:
    """Whatever the clock does between them, as long as it goes forward."""
    import tempfile

    now, sent = 100.0, []
    with tempfile.TemporaryDirectory() as folder:
        for step in steps:
            now += step
            pace = Pace("server", 0.34, folder=Path(folder), now=lambda: now)  # noqa: B023
            now += pace.wait()
            sent.append(now)
    assert all(b - a >= 0.34 - 1e-9 for a, b in itertools.pairwise(sent))


@pytest.mark.parametrize("content", ["", "no number", "1e300", "nan"])
def test_a_file_that_is_not_ours_stops_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "pace-server").write_text(content, "utf-8")
    assert Pace("server", 0.5, folder=tmp_path, now=lambda: 7.0).wait() == 0


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    Pace("server", 0.5, folder=tmp_path, now=lambda: 1_000_000.0).wait()
    assert Pace("server", 0.5, folder=tmp_path, now=lambda: 7.0).wait() == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The budget is this process's own then."""
    (tmp_path / "file").write_text("", "utf-8")
    made = [Pace("no folder", 0.5, folder=tmp_path / "file" / "x", now=lambda: 7.0) for _ in range(3)]
    assert [pace.wait() for pace in made] == [0, pytest.approx(0.5), pytest.approx(1.0)]
