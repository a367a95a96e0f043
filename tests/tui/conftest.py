from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.steps.review import Review
from tests.builders import make_review
from tests.tui.example import make_example


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    """Six records, opened as C; A and B screen."""
    made = make_review(tmp_path / "review", 6)
    yield made
    made.close()


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Review]:
    """The made-up review with awkward titles, opened as C."""
    made = make_example(tmp_path / "example")
    yield made
    made.close()
