"""What every test shares: no network, no home, no review of the developer's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """A review of twelve records, open on behalf of its coordinator C (screeners A and B)."""
    made = make_review(tmp_path / "review", 12)
    yield made
    made.close()
