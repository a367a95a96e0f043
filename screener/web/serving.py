"""Opening the port, saying where the review is, and ending cleanly."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from screener.model.errors import InputError, ReviewError, ScreenerError
from screener.web.handlers import Site
from screener.web.origins import is_loopback, origins
from screener.web.passwords import Logins
from screener.web.sessions import Sessions


def check_exposure(host: str, public_url: str | None, *, expose: bool) -> None:
    """Beyond this computer only on purpose, and under a known name. Raises InputError."""
    if is_loopback(host):
        return
    if not expose:
        raise InputError(
            f"{host} can be reached by other computers, and this server speaks plain HTTP",
            field="--host",
            expected="127.0.0.1 with a TLS server in front (docs/serving.md), or --expose if that is elsewhere",
        )
    if public_url is None:
        raise InputError(
            "it is not known under which address people come",
            field="--expose",
            expected="--public-url https://NAME as well (http:// only in a network that you trust)",
        )


def listen(host: str, port: int) -> socket.socket:
    """The open port. Raises InputError if it is taken, forbidden, or not this computer's."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=64)
    except socket.gaierror as error:
        raise InputError(
            f"'{host}' is no address", field="--host", expected="an address of this computer"
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} is in use", field="--port", expected=f"a free one, e.g. --port {port + 1}"
            ) from error
        if error.errno == errno.EACCES:
            raise InputError(
                f"port {port} is the system's", field="--port", expected="a port from 1024 up"
            ) from error
        raise InputError(
            f"{host} port {port} cannot be opened ({error.strerror})",
            field="--host",
            expected="an address of this computer",
        ) from error


def serve(
    folder: Path,
    title: str,
    *,
    host: str,
    port: int,
    public_url: str | None,
    expose: bool,
    idle: float,
    ready: Callable[[str, int], None],
    say: Callable[[str], None],
) -> None:
    """Serve the review until SIGINT or SIGTERM; `idle` in seconds; `ready` gets the URL and the port.

    Raises ReviewError if nobody could log in, InputError for an address that does not work.
    """
    check_exposure(host, public_url, expose=expose)
    logins = Logins(folder)
    if not logins.hashes():
        raise ReviewError(
            "nobody can log in yet: no reviewer has a password",
            file=str(folder),
            expected="`screener login set ID` for each reviewer",
        )
    where = origins(host, port, public_url)  # a wrong --public-url before the port is opened
    with listen(host, port) as opened:
        taken = int(opened.getsockname()[1])
        if port == 0:
            where = origins(host, taken, public_url)
        site = Site(folder, title, where, logins, sessions=Sessions(idle=idle), say=say)
        asyncio.run(_run(site, opened, lambda: ready(where.url, taken)))


async def _run(site: Site, opened: socket.socket, ready: Callable[[], None]) -> None:
    # What fails inside a request is said in one line, without the request: it may hold a password.
    for name in ("aiohttp.server", "aiohttp.web", "asyncio"):
        logging.getLogger(name).addFilter(_OneLine(site.say))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C comes as KeyboardInterrupt
            loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(site.application(), access_log=None, shutdown_timeout=10, handle_signals=False)
    await runner.setup()
    try:
        await web.SockSite(runner, opened).start()
        ready()
        await stopped.wait()
        site.say("closing ...")
    finally:
        await runner.cleanup()


class _OneLine(logging.Filter):
    """Hands on what kind of failure it was, and drops the rest."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR and error is not None:
            shown = str(error) if isinstance(error, ScreenerError) else type(error).__name__
            self._say(f"! a request failed: {shown}")
        return False
