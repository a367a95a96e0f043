"""The command line in a test: run in this process, or as a real one; and its tree of commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from screener.cli.app import run, screener


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """Its one JSON object; anything else on stdout, NaN included, is an error."""

        def refuse(name: str) -> None:
            raise AssertionError(f"{name} in JSON")

        found = json.loads(self.out, parse_constant=refuse)
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, str | None]:
        assert set(self.data) == {"error"}
        found: dict[str, str | None] = self.data["error"]
        assert set(found) == {"kind", "message", "file", "entry", "field", "expected"}
        assert found["message"]
        return found


class Shell:
    """`screener ...` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Said:
        self._capsys.readouterr()
        code = run([str(word) for word in words])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)


def process(*words: object, cwd: Path | None = None, **options: Any) -> subprocess.Popen[str]:
    """`screener ...` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "screener", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        **options,
    )


def finished(*words: object, **options: Any) -> Said:
    """A process that has ended."""
    running = process(*words, **options)
    out, err = running.communicate()
    return Said(running.returncode, out, err)


def leaves() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something: ('decide',), ('protocol', 'check'), ..."""
    context = click.Context(screener)
    for name in screener.list_commands(context):
        command = screener.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            for sub, found in command.commands.items():
                yield (name, sub), found
        else:
            yield (name,), command
