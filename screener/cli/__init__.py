"""The command line: thin commands over `screener.steps`, loaded by name so that `--help` stays quick."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `screener` command."""
    from screener.cli.app import run

    raise SystemExit(run())
