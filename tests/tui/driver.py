"""Drives the real app without a terminal: keys in, ledger and screen out. Nothing sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from screener.steps.review import Review
from screener.tui.app import ScreenerApp
from screener.tui.widgets.line_list import LineList

SMALL = (80, 24)
LARGE = (200, 50)

Script = Callable[[Pilot[None]], Awaitable[Any]]


def drive(review: Review, script: Script, size: tuple[int, int] = (120, 36)) -> Any:
    """Run the app for the review's person and a script of keys; gives what the script gives."""

    async def run() -> Any:
        app = ScreenerApp(review, clock=lambda: 0.0)
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return await script(pilot)

    return asyncio.run(run())


def press(review: Review, *keys: str, size: tuple[int, int] = (120, 36)) -> str:
    """The text of the screen after some keys."""

    async def script(pilot: Pilot[None]) -> str:
        await keyed(pilot, *keys)
        return screen_text(pilot)

    return str(drive(review, script, size))


async def keyed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def typed(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if c == " " else c for c in text))
    await pilot.pause()


def screen_text(pilot: Pilot[None]) -> str:
    """What a person sees, row by row."""
    compositor = pilot.app.screen._compositor
    return "\n".join("".join(segment.text for segment in strip) for strip in compositor.render_strips())


def everything(pilot: Pilot[None]) -> str:
    """What is on the screen and what could be scrolled to."""
    parts = [screen_text(pilot)]
    for screen in pilot.app.screen_stack:
        parts += [str(widget.content) for widget in screen.query(Static)]
        for lines in screen.query(LineList):
            parts += [f"{line.mark} {line.text} {line.tail}" for line in lines.lines]
    return "\n".join(parts)
