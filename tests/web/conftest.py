"""A review whose reviewers A and B have passwords."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.steps.review import Review
from screener.web.passwords import Logins
from tests.steps.team import make_team
from tests.web.site import PASSWORDS


@pytest.fixture(autouse=True)
def _config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    """Six records; A, B, D, E screen, C coordinates."""
    review = make_team(tmp_path / "review", 6)
    logins = Logins(review.folder)
    for who, password in PASSWORDS.items():
        logins.set(who, password)
    yield review
    review.close()
