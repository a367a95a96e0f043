"""A served review in a test: a real server on a free port, and clients that speak HTTP to it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web

from screener.web.handlers import Site
from screener.web.origins import origins
from screener.web.passwords import Logins
from screener.web.serving import listen
from screener.web.sessions import Sessions
from screener.web.throttle import Throttle

PASSWORDS = {"A": "apples and pears", "B": "bread and butter"}

# An app of the smallest kind: it speaks the web driver's protocol, says who it is, and ends when told to.
ECHO = """
import json, os, sys
def draw(text):
    data = text.encode()
    sys.stdout.buffer.write(b"D" + len(data).to_bytes(4, "big") + data)
    sys.stdout.buffer.flush()
sys.stdout.write("__GANGLION__\\n"); sys.stdout.flush()
draw("I am " + os.environ["SCREENER_REVIEWER"] + " and " + sys.argv[1] + " pid " + str(os.getpid()))
while head := sys.stdin.buffer.read(5):
    data = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    if head[:1] == b"M":
        if json.loads(data)["type"] == "quit": break
        draw("meta " + data.decode())
    else: draw("got " + data.decode())
"""


def echo(_folder: Path, reviewer: str) -> Sequence[str]:
    return [sys.executable, "-c", ECHO, reviewer]


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Served:
    """The running server."""

    site: Site
    base: str
    clock: Clock
    said: list[str] = field(default_factory=list)

    def client(self) -> ClientSession:
        """A browser of its own; cookies of addresses are kept as a browser keeps them."""
        return ClientSession(self.base, cookie_jar=CookieJar(unsafe=True))

    async def post(self, client: ClientSession, path: str, **more: Any) -> ClientResponse:
        headers = {"Origin": self.base, **more.pop("headers", {})}
        return await client.post(path, headers=headers, allow_redirects=False, **more)

    async def login(self, client: ClientSession, who: str, password: str | None = None) -> ClientResponse:
        form = {"reviewer": who, "password": PASSWORDS[who] if password is None else password}
        return await self.post(client, "/login", data=form)

    async def opened(self, client: ClientSession, **headers: str) -> Any:
        return await client.ws_connect("/ws/dark", headers={"Origin": self.base, **headers})


@asynccontextmanager
async def served(
    folder: Path, *, command: Callable[[Path, str], Sequence[str]] = echo, public_url: str | None = None
) -> AsyncIterator[Served]:
    clock = Clock()
    said: list[str] = []
    with listen("127.0.0.1", 0) as opened:
        port = opened.getsockname()[1]
        site = Site(
            folder,
            "A <small> review",
            origins("127.0.0.1", port, public_url),
            Logins(folder),
            sessions=Sessions(clock=clock),
            throttle=Throttle(clock),
            command=command,
            say=said.append,
        )
        runner = web.AppRunner(site.application(), access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, opened).start()
            yield Served(site, f"http://127.0.0.1:{port}", clock, said)
        finally:
            await runner.cleanup()


def run(script: Callable[[Served], Awaitable[None]], folder: Path, **options: Any) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), served(folder, **options) as server:
            await script(server)

    asyncio.run(whole())
