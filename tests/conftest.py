"""What every test shares: no network, no home, no review of the developer's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.sources import servers
from screener.sources.pace import Pace
from screener.steps.review import Review
from tests.builders import make_review

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("REVIEW", "REVIEWER", "EUTILS_URL", "CTGOV_URL", "EMAIL"):
        monkeypatch.delenv(f"SCREENER_{name}", raising=False)
    monkeypatch.delenv("NCBI_API_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _unpaced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of tests are asked without pauses; tests of the pauses are marked `paced`."""
    if request.node.get_closest_marker("paced") is None:
        monkeypatch.setattr(Pace, "wait", lambda _: 0.0)
        monkeypatch.setattr(servers, "PAUSE", 0.0)


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """A review of twelve records, open on behalf of its coordinator C (screeners A and B)."""
    made = make_review(tmp_path / "review", 12)
    yield made
    made.close()
