"""One running app, and the socket it is drawn on.

textual-serve's service speaks the protocol of Textual's web driver. Here the process is started without a shell,
as the person who logged in; its failure is shown to that person; and it is sure to end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

READY = b"__GANGLION__\n"  # the web driver's first line
PATIENCE = 5.0  # seconds an app has to end by itself
THEMES = {"light": "screener-light", "dark": "screener-dark"}


def command(folder: Path, reviewer: str) -> list[str]:
    """What is run for a reviewer: the screens of this review, as this person."""
    return [sys.executable, "-P", "-m", "screener", "-C", str(folder), f"--as={reviewer}"]


class AppProcess(AppService):
    """The app of one open page."""

    def __init__(
        self,
        words: Sequence[str],
        socket: web.WebSocketResponse,
        *,
        folder: Path,
        reviewer: str,
        colours: str,
    ) -> None:
        super().__init__(
            " ".join(words),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._words = list(words)
        self._socket = socket
        self._folder = folder
        self._reviewer = reviewer
        self._colours = colours

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment: dict[str, str] = super()._build_environment(width, height)
        environment.pop("NO_COLOR", None)  # of the terminal that the server was started in
        environment |= {
            "SCREENER_REVIEW": str(self._folder),
            "SCREENER_REVIEWER": self._reviewer,
            "TEXTUAL_DRIVER": "screener.tui.served:ServedDriver",
            "TEXTUAL_THEME": THEMES[self._colours],
            "PYTHONIOENCODING": "utf-8",
        }
        return environment

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """No shell; and a session of its own, so that Ctrl-C reaches the server, which ends its apps in order."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            cwd=self._folder,
            start_new_session=os.name == "posix",
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Draw what the app says until it ends; then close the page, with the app's last words if it failed."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        words = asyncio.create_task(process.stderr.read())
        ready = False
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            ready = await _ready(process.stdout)
            while ready:
                head = await process.stdout.readexactly(5)
                payload = await process.stdout.readexactly(int.from_bytes(head[1:], "big"))
                with suppress(ConnectionError):  # the page is gone; what comes is still read to the end
                    if head[:1] == b"D":
                        await self.on_data(payload)
                    elif head[:1] == b"M":
                        await self.on_meta(payload)
        failure = (await words).decode("utf-8", "replace").strip()
        if failure and (await process.wait() != 0 or not ready):
            with suppress(ConnectionError):
                await self.on_data(("\x1b[?1049l\r\n" + failure.replace("\n", "\r\n") + "\r\n").encode())
        await self._close()

    async def on_meta(self, data: bytes) -> None:
        """The app ends, or opens a page of the web; nothing else."""
        said = json.loads(data)
        if said.get("type") == "exit":
            await self._close()
        elif said.get("type") == "open_url" and urlsplit(str(said.get("url"))).scheme in {"http", "https"}:
            await self.remote_write_str(json.dumps(["open_url", {"url": said["url"], "new_tab": True}]))

    async def stop(self) -> None:
        """End the app: asked first, then made to."""
        process, task = self._process, self._task
        if process is None:
            return
        with suppress(TimeoutError, ConnectionError, RuntimeError):
            async with asyncio.timeout(PATIENCE):
                if process.returncode is None:
                    await self.send_meta({"type": "quit"})
                self.stdin.close()
                await process.wait()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if task is not None:
            await asyncio.wait([task], timeout=PATIENCE)
            task.cancel()
        self._task = None

    async def _close(self) -> None:
        with suppress(ConnectionError):
            await self._socket.close()


async def _ready(out: asyncio.StreamReader) -> bool:
    """The app is up: its first line came, after whatever was printed before."""
    while line := await out.readline():
        if line == READY:
            return True
    return False
