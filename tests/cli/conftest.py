"""The shell, and a review to work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.steps.team import make_team


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed review of six records; A, B, D, E screen, C and E adjudicate, C coordinates."""
    review = make_team(tmp_path / "review", 6)
    review.close()
    return review.folder
