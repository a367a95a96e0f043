"""What is answered to each request. Who somebody is comes from the session and from nothing else."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from screener.model.errors import ScreenerError
from screener.web import pages
from screener.web.answers import page, protect, static_file
from screener.web.origins import Origins
from screener.web.passwords import Logins
from screener.web.process import THEMES, AppProcess, command
from screener.web.sessions import Session, Sessions
from screener.web.throttle import Throttle

LARGEST_BODY = 16 * 1024  # bytes; a login form
LARGEST_MESSAGE = 256 * 1024  # bytes; a pasted text
PAGES = 5  # open at once in a session; each is a process
SWEEP = 10.0  # seconds between looks for sessions that ended
WRONG = "That name and password do not go together."


@dataclass(slots=True)
class Site:
    """One served review: its folder, its title, and who may and does use it."""

    folder: Path
    title: str
    origins: Origins
    logins: Logins
    sessions: Sessions = field(default_factory=Sessions)
    throttle: Throttle = field(default_factory=Throttle)
    command: Callable[[Path, str], Sequence[str]] = command
    say: Callable[[str], None] = lambda _text: None
    _hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    def application(self) -> web.Application:
        """The web application, to be run by any aiohttp runner."""
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", self.index),
                web.get("/login", self.login_page),
                web.post("/login", self.login),
                web.post("/logout", self.logout),
                web.get(f"/ws/{{colours:{'|'.join(THEMES)}}}", self.socket),
                web.get("/static/{name}", self.static),
            ]
        )
        app.on_response_prepare.append(self._headers)
        app.cleanup_ctx.append(self._sweeping)
        app.on_shutdown.append(self._end)
        return app

    # Pages --------------------------------------------------------------------------------------

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The terminal of who is logged in."""
        session = self._session(request)
        if session is None:
            raise web.HTTPSeeOther("/login")
        self.sessions.touch(session)
        return page(pages.terminal(self.title, session.reviewer))

    async def login_page(self, request: web.Request) -> web.StreamResponse:
        if self._session(request) is not None:
            raise web.HTTPSeeOther("/")
        return page(pages.login(self.title))

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Check a password. The answer tells neither by words nor by time whether there is such a reviewer."""
        self._same_origin(request)
        if request.content_type != "application/x-www-form-urlencoded":
            raise web.HTTPUnsupportedMediaType
        form = await request.post()
        reviewer, password = str(form.get("reviewer", "")).strip()[:64], str(form.get("password", ""))
        address = self._address(request)
        wait = self.throttle.begin(reviewer, address)
        if wait > 0:
            seconds = math.ceil(wait)
            said = f"Too many failed logins. Try again in {seconds} second{'' if seconds == 1 else 's'}."
            answer = page(pages.login(self.title, failed=said, reviewer=reviewer), status=429)
            answer.headers["Retry-After"] = str(seconds)
            return answer
        async with self._hashing:  # each takes 64 MB for a moment
            proof = await asyncio.to_thread(self.logins.check, reviewer, password)
        if proof is None:
            self.say(f"a login failed from {address}")  # no name: it may be a password in the wrong field
            return page(pages.login(self.title, failed=WRONG, reviewer=reviewer), status=403)
        self.throttle.succeeded(reviewer, address)
        await self.sessions.end(self._token(request))
        token = self.sessions.open(reviewer, proof)
        self.say(f"{reviewer} logged in from {address}")
        done = web.HTTPSeeOther("/")
        done.set_cookie(
            self.origins.cookie,
            token,
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self.origins.secure,
        )
        raise done

    async def logout(self, request: web.Request) -> web.StreamResponse:
        self._same_origin(request)
        await self.sessions.end(self._token(request))
        done = web.HTTPSeeOther("/login")
        done.del_cookie(
            self.origins.cookie, path="/", httponly=True, samesite="Strict", secure=self.origins.secure
        )
        raise done

    async def static(self, request: web.Request) -> web.StreamResponse:
        return static_file(request.match_info["name"])

    # The socket ---------------------------------------------------------------------------------

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Run the app for the person of the session, and draw it on this socket."""
        self._same_origin(request)
        session = self._session(request)
        if session is None:
            raise web.HTTPUnauthorized(text="log in first")
        if len(session.pages) >= PAGES:
            raise web.HTTPServiceUnavailable(text=f"{PAGES} pages are open already")
        socket = web.WebSocketResponse(timeout=3, heartbeat=30, max_msg_size=LARGEST_MESSAGE)

        async def close() -> None:
            if socket.prepared:
                await socket.close()

        session.pages.add(close)
        app = AppProcess(
            self.command(self.folder, session.reviewer),
            socket,
            folder=self.folder,
            reviewer=session.reviewer,
            colours=request.match_info["colours"],
        )
        try:
            await socket.prepare(request)
            await app.start(*_size(request.query.get("width"), request.query.get("height")))
            if self._session(request) is not session:  # it ended meanwhile
                return socket
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not await self._said(app, session, message.data):
                    break
        finally:
            session.pages.discard(close)
            await asyncio.shield(app.stop())
            with suppress(ConnectionError):
                await socket.close()
        return socket

    async def _said(self, app: AppProcess, session: Session, text: str) -> bool:
        """What the browser sends: keys, a new size, a sign of life. False for anything else."""
        try:
            kind, *rest = json.loads(text)
        except (ValueError, TypeError):
            return False
        match kind, rest:
            case "stdin", [str(keys)]:
                self.sessions.touch(session)
                return await app.send_bytes(keys.encode("utf-8", "replace"))
            case "resize", [dict(size)]:
                await app.set_terminal_size(*_size(size.get("width"), size.get("height")))
            case "ping", [str(number)] if len(number) < 32:
                await app.remote_write_str(json.dumps(["pong", number]))
            case "blur", []:
                await app.blur()
            case "focus", []:
                await app.focus()
            case _:
                return False
        return True

    # Who asks -----------------------------------------------------------------------------------

    def _token(self, request: web.Request) -> str | None:
        return request.cookies.get(self.origins.cookie)

    def _session(self, request: web.Request) -> Session | None:
        session = self.sessions.find(self._token(request))
        return session if session is not None and self._valid()(session) else None

    def _valid(self) -> Callable[[Session], bool]:
        """A session holds as long as the password it began with; one that was changed or removed ends it."""
        try:
            hashes = self.logins.hashes()
        except ScreenerError as error:
            self.say(str(error))
            hashes = {}
        return lambda session: hashes.get(session.reviewer) == session.proof

    def _same_origin(self, request: web.Request) -> None:
        if not self.origins.may(request.headers.get("Origin")):
            raise web.HTTPForbidden(text="asked by a page of another address")

    def _address(self, request: web.Request) -> str:
        """Who asks; behind a proxy of ours, whom the proxy saw."""
        peer = request.remote or ""
        if self.origins.proxied and _near(peer):
            seen = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
            with suppress(ValueError):
                return str(ipaddress.ip_address(seen))
        return peer

    # Around every answer ------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Refuse other names; failures become pages that say what happened and nothing about the inside."""
        if not self.origins.known_host(request.headers.get("Host")):
            return web.Response(status=421, text=f"This server is {self.origins.url}\n")
        try:
            answer: web.StreamResponse = await handler(request)
            return answer
        except web.HTTPException as error:
            if error.status < 400:
                raise
            ours = error.text if error.status in {401, 403, 503} else None
            said = ours or ("There is nothing here." if error.status == 404 else "The request was refused.")
            return page(pages.message(error.reason, said), status=error.status)
        except ScreenerError as error:
            self.say(str(error))
            return page(pages.message("This does not work now", "Who runs the server sees why."), status=500)

    async def _headers(self, request: web.Request, answer: web.StreamResponse) -> None:
        protect(request, answer, self.origins)

    async def _sweeping(self, _app: web.Application) -> AsyncIterator[None]:
        async def sweep() -> None:
            while True:
                await asyncio.sleep(SWEEP)
                await self.sessions.sweep(self._valid())

        task = asyncio.create_task(sweep())
        yield
        task.cancel()

    async def _end(self, _app: web.Application) -> None:
        await self.sessions.end_all()


def _size(width: object, height: object) -> tuple[int, int]:
    """Columns and rows, within reason."""

    def within(value: object, default: int, least: int, most: int) -> int:
        try:
            return max(least, min(most, int(str(value))))
        except ValueError:
            return default

    return within(width, 80, 20, 600), within(height, 24, 5, 300)


def _near(address: str) -> bool:
    """A proxy on this computer or in its own network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_loopback or found.is_private
