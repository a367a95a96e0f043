"""A real server and real HTTP: who gets in, who does not, and as whom."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from screener.cli.app import run as screener
from screener.steps.review import Review
from screener.web import handlers
from screener.web.answers import STATIC
from tests.web.site import PASSWORDS, Served, run


def test_nobody_sees_anything_without_a_login(team: Review) -> None:
    """The page leads to the login; the socket is refused, with a made-up cookie too."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            answer = await client.get("/", allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (303, "/login")
            for cookies in ({}, {server.site.origins.cookie: "guess"}):
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await client.ws_connect("/ws/dark", headers={"Origin": server.base, **_cookie(cookies)})
                assert refused.value.status == 401

    run(script, team.folder)


def test_login_and_logout(team: Review) -> None:
    """The cookie is out of scripts' and other sites' reach; after logout its token is worth nothing."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            answer = await server.login(client, "A")
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            flags = answer.headers["Set-Cookie"]
            for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
                assert flag in flags
            for absent in ("Secure", "Domain", "Max-Age", "expires"):
                assert absent not in flags
            page = await (await client.get("/")).text()
            assert "logged in as <b>A</b>" in page
            assert "A &lt;small&gt; review" in page
            token = {each.key: each.value for each in client.cookie_jar}
            away = await server.post(client, "/logout")
            assert (away.status, away.headers["Location"]) == (303, "/login")
        async with server.client() as client:
            again = await client.get("/", headers=_cookie(token), allow_redirects=False)
            assert again.status == 303

    run(script, team.folder)


def test_behind_tls_the_cookie_is_secure(team: Review) -> None:
    """And only the public origin may ask; the proxy says for whom."""

    async def script(server: Served) -> None:
        public = {"Host": "review.example.org", "Origin": "https://review.example.org"}
        async with server.client() as client:
            form = {"reviewer": "A", "password": PASSWORDS["A"]}
            assert (await server.post(client, "/login", data=form)).status == 403  # its own plain origin
            answer = await server.post(
                client, "/login", data=form, headers={**public, "X-Forwarded-For": "10.9.9.9, 192.0.2.7"}
            )
            assert answer.status == 303
            assert answer.headers["Set-Cookie"].startswith("__Host-screener=")
            assert "Secure" in answer.headers["Set-Cookie"]
            assert "wss://review.example.org" in answer.headers["Content-Security-Policy"]
        assert "A logged in from 192.0.2.7" in server.said

    run(script, team.folder, public_url="https://review.example.org")


def test_without_a_proxy_nobody_is_believed_about_addresses(team: Review) -> None:
    async def script(server: Served) -> None:
        async with server.client() as client:
            form = {"reviewer": "A", "password": PASSWORDS["A"]}
            await server.post(client, "/login", data=form, headers={"X-Forwarded-For": "192.0.2.7"})
        assert server.said == ["A logged in from 127.0.0.1"]

    run(script, team.folder)


def test_wrong_passwords_wait_and_tell_nothing(team: Review) -> None:
    """A reviewer and a stranger get the same answers, the right password too while it is time to wait."""

    async def script(server: Served) -> None:
        answers = {}
        for who in ("A", "nobody"):
            async with server.client() as client:
                answers[who] = [
                    (
                        answer.status,
                        answer.headers.get("Retry-After"),
                        (await answer.text()).replace(f'value="{who}"', "?"),
                    )
                    for answer in [await server.login(client, who, "wrong wrong") for _ in range(5)]
                ]
        assert [status for status, _, _ in answers["A"]] == [403, 403, 403, 429, 429]
        assert answers["A"] == answers["nobody"]
        async with server.client() as client:
            assert (await server.login(client, "A")).status == 429
            server.clock.now += 1
            assert (await server.login(client, "A")).status == 303
        assert server.said == ["a login failed from 127.0.0.1"] * 6 + ["A logged in from 127.0.0.1"]

    run(script, team.folder)


def test_guesses_at_one_moment_are_counted_too(team: Review) -> None:
    async def script(server: Served) -> None:
        async with server.client() as client:
            answers = await asyncio.gather(*(server.login(client, "A", f"guess {n}") for n in range(12)))
            assert sorted(each.status for each in answers) == [403] * 3 + [429] * 9

    run(script, team.folder)


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://localhost", "http://localhost"]
)
def test_other_origins_are_refused(team: Review, origin: str | None) -> None:
    """On every POST and on the socket, also with a good cookie."""

    async def script(server: Served) -> None:
        theirs = {} if origin is None else {"Origin": origin}
        form = {"reviewer": "A", "password": PASSWORDS["A"]}
        async with server.client() as client:
            refused = await client.post("/login", data=form, headers=theirs, allow_redirects=False)
            assert refused.status == 403
            assert "Set-Cookie" not in refused.headers
            await server.login(client, "A")
            assert (await client.post("/logout", headers=theirs, allow_redirects=False)).status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError) as handshake:
                await client.ws_connect("/ws/dark", headers=theirs)
            assert handshake.value.status == 403
            assert (await client.get("/", allow_redirects=False)).status == 200  # still logged in

    run(script, team.folder)


def test_a_foreign_name_for_this_computer_is_refused(team: Review) -> None:
    """A page whose name was made to point here (DNS rebinding) gets nothing."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            for path in ("/", "/login", "/static/page.css"):
                answer = await client.get(path, headers={"Host": "evil.example"}, allow_redirects=False)
                assert answer.status == 421

    run(script, team.folder)


def test_the_app_runs_as_who_logged_in(team: Review) -> None:
    """Nothing that a client says makes A somebody else: query, headers, cookies, messages."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            tries = ("/ws/dark?reviewer=B&as=B&SCREENER_REVIEWER=B", "/ws/light?width=80&height=24")
            for path in tries:
                socket = await client.ws_connect(
                    path, headers={"Origin": server.base, "SCREENER_REVIEWER": "B", "X-Remote-User": "B"}
                )
                assert (await socket.receive_bytes()).startswith(b"I am A and A pid")
                await socket.send_json(["stdin", 'M\x00\x00\x00\x0f{"type":"quit"}'])
                assert (await socket.receive_bytes()).startswith(b"got M")  # keys stay keys
                await socket.close()
        async with server.client() as client:
            await server.login(client, "B")
            socket = await server.opened(client)
            assert (await socket.receive_bytes()).startswith(b"I am B and B pid")
            await socket.close()

    run(script, team.folder)


def test_the_whole_message_protocol(team: Review) -> None:
    """Keys, sizes within reason, signs of life; whatever else ends the page and its app."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            socket = await server.opened(client)
            await socket.receive_bytes()
            await socket.send_json(["ping", "17"])
            assert await socket.receive_json() == ["pong", "17"]
            await socket.send_json(["resize", {"width": 1_000_000, "height": "x"}])
            assert (await socket.receive_bytes()) == b'meta {"type": "resize", "width": 600, "height": 24}'
            await socket.close()
            for bad in (
                "no json",
                "[]",
                "{}",
                '"stdin"',
                '["meta", {"type": "quit"}]',
                '["deliver", "x"]',
                '["stdin", 3]',
            ):
                socket = await server.opened(client)
                await socket.receive_bytes()
                await socket.send_str(bad)
                assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE

    run(script, team.folder)


def test_pages_close_and_apps_end(team: Review) -> None:
    """At logout, after the idle time, with a new password, and when the server stops."""
    left: list[int] = []

    async def script(server: Served) -> None:
        async def opened(client: aiohttp.ClientSession) -> tuple[aiohttp.ClientWebSocketResponse, int]:
            socket = await server.opened(client)
            return socket, int((await socket.receive_bytes()).split()[-1])

        async def gone(socket: aiohttp.ClientWebSocketResponse, pid: int) -> None:
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            await socket.close()
            while _runs(pid):
                await asyncio.sleep(0.01)

        async with server.client() as client:
            await server.login(client, "A")
            page = await opened(client)
            other = asyncio.create_task(gone(*page))
            await server.post(client, "/logout")
            await other

            await server.login(client, "A")
            page = await opened(client)
            server.clock.now += server.site.sessions.idle + 1
            other = asyncio.create_task(gone(*page))
            await server.site.sessions.sweep(server.site._valid())
            await other

            await server.login(client, "A")
            page = await opened(client)
            await asyncio.to_thread(server.site.logins.set, "A", "another password")
            assert (await client.get("/", allow_redirects=False)).status == 303
            other = asyncio.create_task(gone(*page))
            await server.site.sessions.sweep(server.site._valid())
            await other

            await server.login(client, "B")
            _, pid = await opened(client)
            left.append(pid)

    run(script, team.folder)
    assert not any(_runs(pid) for pid in left)


def test_keys_keep_a_session(team: Review) -> None:
    """Signs of life of the page do not."""

    async def script(server: Served) -> None:
        idle = server.site.sessions.idle
        async with server.client() as client:
            await server.login(client, "A")
            socket = await server.opened(client)
            await socket.receive_bytes()
            server.clock.now += idle - 1
            await socket.send_json(["stdin", "j"])
            assert await socket.receive_bytes() == b"got j"
            server.clock.now += idle - 1
            assert (await client.get("/login", allow_redirects=False)).status == 303
            await socket.send_json(["ping", "1"])
            await socket.receive_json()
            server.clock.now += 2
            assert (await client.get("/login", allow_redirects=False)).status == 200

    run(script, team.folder)


def test_only_so_many_pages(team: Review) -> None:
    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            sockets = [await server.opened(client) for _ in range(handlers.PAGES)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await server.opened(client)
            assert refused.value.status == 503
            for socket in sockets:
                await socket.close()

    run(script, team.folder)


def test_requests_have_a_size(team: Review) -> None:
    async def script(server: Served) -> None:
        async with server.client() as client:
            answer = await server.login(client, "A", "x" * (handlers.LARGEST_BODY + 1))
            assert answer.status == 413
            form = aiohttp.FormData({"reviewer": "A"})
            form.add_field("password", b"x", filename="x")
            assert (await server.post(client, "/login", data=form)).status == 415
            await server.login(client, "A")
            socket = await server.opened(client)
            await socket.receive_bytes()
            await socket.send_json(["stdin", "x" * (handlers.LARGEST_MESSAGE + 1)])
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE

    run(script, team.folder)


PATHS = (
    "/static/",
    "/static",
    "/static/..",
    "/static/../passwords.py",
    "/static/..%2fpasswords.py",
    "/static/%2e%2e/%2e%2e/review.toml",
    "/static/..\\..\\review.toml",
    "/static/%2fetc%2fpasswd",
    "/static//etc/passwd",
    "/static/static/page.css",
    "/static/page.css%00.js",
    "/static/js/textual.js",
    "/download/key",
    "/download/..%2f..%2freview.toml",
    "/download/%2fetc%2fpasswd",
    "/../../etc/passwd",
    "/review.toml",
    "/db/review.db",
    "/ws",
    "/ws/other",
)


def test_no_path_leads_to_a_file(team: Review) -> None:
    """Sent to the letter, logged in or not: there are seven files, by name, and nothing else."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            token = {each.key: each.value for each in client.cookie_jar}
        for path in PATHS:
            for headers in ({}, _cookie(token)):
                status, body = await asyncio.to_thread(_raw, server.base, path, headers)
                assert status in {400, 404}, path
                assert b"root:" not in body
                assert b"[[reviewers]]" not in body

    run(script, team.folder)


def test_pages_load_nothing_from_elsewhere(team: Review) -> None:
    """No address of another server in any page, style or script; every file that is named is there."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            found = {"/login": await _text(client, "/login"), "/nothing": await _text(client, "/nothing")}
            answer = await server.login(client, "A", "wrong wrong")
            found["wrong"] = await answer.text()
            await server.login(client, "A")
            found["/"] = await _text(client, "/")
            for name in STATIC:
                if not name.endswith(".ttf"):
                    found[name] = await _text(client, f"/static/{name}")
            named: set[str] = set()
            for where, text in found.items():
                code = re.sub(r"/\*.*?\*/", "", text, flags=re.S) if where.endswith(".css") else text
                code = code.replace('xmlns="http://www.w3.org/2000/svg"', "")
                assert not re.search(r"https?://|wss?://|[\"'(]//\w", code), where
                if not where.endswith(".js"):
                    named |= set(re.findall(r"(?:src|href)=\"([^\"]+)\"|url\(\"([^\"]+)\"\)", code))
            for path in {"".join(each) for each in named}:
                assert (await client.get(path)).status == 200, path
            assert {f"/static/{name}" for name in STATIC} <= {"".join(each) for each in named}

    run(script, team.folder)


def test_no_script_stands_in_a_page(team: Review) -> None:
    """Every answer has its headers, errors too; scripts come from files only."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            for path in ("/", "/login", "/nothing", "/static/page.css", "/static/nothing"):
                answer = await client.get(path, allow_redirects=False)
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "script-src 'self';" in policy
                assert "frame-ancestors 'none'" in policy
                assert ("unsafe" in policy) == (path == "/")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "same-origin"
                assert answer.headers["Server"] == "screener"
                text = await answer.text()
                if answer.content_type == "text/html":
                    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|javascript:|\sstyle=", text)
                    assert answer.headers["Cache-Control"] == "no-store"

    run(script, team.folder)


def test_a_name_is_only_shown(team: Review) -> None:
    """What was typed comes back as text."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            answer = await server.login(client, '"><script>alert(1)</script>', "wrong wrong")
            assert "<script>alert" not in await answer.text()

    run(script, team.folder)


def test_nothing_of_it_is_in_exports_and_backups(team: Review, tmp_path: Path) -> None:
    """Neither password, hash nor token, in any file of the review, a backup or an export."""
    secrets: list[bytes] = [each.encode() for each in PASSWORDS.values()] + [b"argon2"]

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            secrets.extend(each.value.encode() for each in client.cookie_jar)

    run(script, team.folder)
    where = ["-C", str(team.folder), "--as", "C"]
    assert screener([*where, "backup", str(tmp_path / "copy.db")]) == 0
    assert screener([*where, "export", "-o", str(tmp_path / "out")]) == 0
    files = [tmp_path / "copy.db", *(p for d in ("out", "review") for p in (tmp_path / d).rglob("*"))]
    assert len(files) > 5
    for file in files:
        if file.is_file():
            assert not [each for each in secrets if each in file.read_bytes()], file


def _cookie(cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}


async def _text(client: aiohttp.ClientSession, path: str) -> str:
    return await (await client.get(path)).text()


def _raw(base: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """A GET whose path nobody tidies up."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
