"""Pictures of the screens: `python -m tests.tui.pictures [FILE.svg]` draws the one of docs/screens.md.

Deterministic: made-up records, fixed ids and clock; the SVG names no font of the web.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from screener.steps.review import Review
from screener.tui.app import ScreenerApp
from tests.builders import opened_as
from tests.tui.example import make_example

DESK = Path(__file__).parents[2] / "docs" / "images" / "screening.svg"


def draw(
    review: Review,
    keys: Sequence[str],
    *,
    size: tuple[int, int] = (120, 36),
    theme: str = "screener-light",
) -> str:
    """The SVG of the screen after some keys."""

    async def shoot() -> str:
        app = ScreenerApp(review, clock=lambda: 0.0)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            app.theme = theme
            await pilot.pause()
            for key in keys:
                await pilot.press(key)
            await pilot.pause()
            return app.export_screenshot(title="Screener")

    return without_web_fonts(asyncio.run(shoot()))


def without_web_fonts(svg: str) -> str:
    """The picture with the reader's own monospaced font, and nothing that is fetched from elsewhere."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}\s*", "", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("<text ", '<text xml:space="preserve" ')
    return svg.replace("Fira Code, monospace", "DejaVu Sans Mono, Menlo, Consolas, monospace")


def main(target: Path = DESK) -> None:
    with tempfile.TemporaryDirectory() as folder:
        review = make_example(Path(folder) / "review")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(draw(opened_as(review, "A"), ["g", "s"]), encoding="utf-8")
        finally:
            review.close()


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
