"""demo."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, wants_json


@click.command("demo", cls=Command)
@click.argument("folder", required=False, type=click.Path(path_type=Path), default=Path("demo-review"))
@click.option("--no-open", is_flag=True, help="Do not offer to open the screens.")
def demo_command(folder: Path, no_open: bool) -> None:
    """Build the worked example in FOLDER (new or empty): search results, screening, extraction, exports."""
    from screener.steps.demo import build

    say = (lambda _text: None) if wants_json() else output.line
    done = build(folder, say)
    if wants_json():
        output.data(done)
        return
    if no_open or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    if click.confirm(f"Open it now as {done['open_as']}?", default=True):
        from screener.steps.review import open_review
        from screener.tui.app import run

        opened = open_review(folder, done["open_as"])
        try:
            run(opened)
        finally:
            opened.close()
