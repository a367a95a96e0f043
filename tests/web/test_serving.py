"""`screener serve` and `screener login` as commands and as a process; the real app behind the socket."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from textual.theme import Theme

from screener.cli.serving import login_command, serve_command
from screener.steps.review import Review
from screener.tui.theme import THEMES
from screener.web.passwords import Logins
from screener.web.process import command
from tests.cli.shell import Shell, process
from tests.steps.team import make_team
from tests.web.site import PASSWORDS, Served, run

LEADER = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The server as a process; what it says when it is ready."""
    running = process("-C", folder, "serve", "--port", "0", "--json", *more)
    try:
        assert running.stdout is not None
        text = ""
        while (line := running.stdout.readline()) != "}\n":
            assert line, running.communicate()[1]
            text += line
        yield running, json.loads(text + "}")
    finally:
        if running.poll() is None:
            running.kill()
        running.communicate()


# Passwords -----------------------------------------------------------------------------------------


def test_setting_listing_removing(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password comes by stdin only when asked to; it is never printed."""
    folder = make_team(tmp_path / "review").folder
    assert "a terminal, or --stdin" in shell("-C", folder, "login", "set", "A").err
    monkeypatch.setattr(sys, "stdin", io.StringIO("apples and pears\n"))
    said = shell("-C", folder, "login", "set", "A", "--stdin")
    assert (said.code, said.err) == (0, "")
    assert "apples" not in said.out
    assert Logins(folder).check("A", "apples and pears")
    listed = shell("-C", folder, "login", "list", "--json").data
    assert [each["reviewer"] for each in listed["reviewers"] if each["password"]] == ["A"]
    assert shell("-C", folder, "login", "remove", "A").code == 0
    said = shell("-C", folder, "login", "remove", "A", "--json")
    assert (said.code, said.error["kind"]) == (1, "input")


def test_only_reviewers_have_passwords(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_team(tmp_path / "review").folder
    monkeypatch.setattr(sys, "stdin", io.StringIO("apples and pears\n"))
    said = shell("-C", folder, "login", "set", "Z", "--stdin", "--json")
    assert (said.code, said.error["expected"]) == (1, "one of A, B, C, D, E")
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    said = shell("-C", folder, "login", "set", "A", "--stdin")
    assert said.code == 1
    assert "short\n" not in said.err
    Logins(folder).set("Z", "apples and pears")
    assert shell("-C", folder, "login", "list", "--json").data["strangers"] == ["Z"]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_a_terminal_asks_twice_and_shows_nothing(tmp_path: Path) -> None:
    """The two have to agree; what is typed is not echoed."""
    import pty

    folder = make_team(tmp_path / "review").folder
    for second, code in ((b"apples and pears\n", 0), (b"something else\n\x04", 1)):
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "screener", "-C", str(folder), "login", "set", "A"]
        # A session of its own: the terminal that it asks is this one, not the developer's.
        running = subprocess.Popen(
            [sys.executable, "-c", LEADER, *words], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
        )
        os.close(theirs)
        seen = b""
        for prompt, typed in ((b"Password: ", b"apples and pears\n"), (b"Once more: ", second)):
            while prompt not in seen:
                seen += os.read(ours, 1024)
            os.write(ours, typed)
        if code:
            while b"do not match" not in seen:
                seen += os.read(ours, 1024)
            running.kill()
        else:
            assert running.wait(timeout=30) == 0
            seen += os.read(ours, 4096)
        running.wait(timeout=30)
        os.close(ours)
        assert b"apples" not in seen
    assert Logins(folder).check("A", "apples and pears")


def test_docs_tell_of_every_option() -> None:
    """docs/serving.md has each option of `serve` and each command of `login`."""
    text = (Path(__file__).parents[2] / "docs" / "serving.md").read_text("utf-8")
    options = {each.opts[-1] for each in serve_command.params} - {"-C", "--as", "--json"}
    assert not [each for each in options if f"serve {each}" not in text]
    assert not [each for each in login_command.commands if f"`login {each}" not in text]


# What can be wrong before it serves ------------------------------------------------------------------


def test_it_says_what_is_missing(shell: Shell, tmp_path: Path) -> None:
    """No review, no password, a port in use, an open address, a wrong URL."""
    said = shell("-C", tmp_path, "serve")
    assert said.code == 1
    assert "not a review" in said.err
    folder = make_team(tmp_path / "review").folder
    said = shell("-C", folder, "serve")
    assert said.code == 1
    assert "screener login set ID" in said.err
    Logins(folder).set("A", "apples and pears")
    said = shell("-C", folder, "serve", "--host", "0.0.0.0")
    assert said.code == 1
    assert "plain HTTP" in said.err
    assert shell("-C", folder, "serve", "--public-url", "review.example.org").code == 1
    assert shell("-C", folder, "serve", "--port", "70000").code == 1
    with serving(folder) as (_, ready):
        said = shell("-C", folder, "serve", "--port", ready["port"], "--json")
        assert said.code == 1
        assert said.error["message"] == f"port {ready['port']} is in use"


# The process ---------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_and_takes_its_apps_along(team: Review, number: signal.Signals) -> None:
    """Cleanly by Ctrl-C; killed, the apps notice and end by themselves. Secrets are never said."""
    with serving(team.folder) as (running, ready):
        assert ready["may_log_in"] == ["A", "B"]
        token = ""

        async def script() -> None:
            nonlocal token
            base = ready["url"].rstrip("/")
            jar = aiohttp.CookieJar(unsafe=True)
            async with asyncio.timeout(60), aiohttp.ClientSession(base, cookie_jar=jar) as client:
                origin = {"Origin": base}
                form = {"reviewer": "A", "password": PASSWORDS["A"]}
                await client.post("/login", data={**form, "password": "wrong wrong"}, headers=origin)
                await client.post("/login", data=form, headers=origin)
                token = next(each.value for each in jar)
                socket = await client.ws_connect("/ws/light?width=120&height=36", headers=origin)
                assert await _drawn(socket, "waits for you")
                apps = _children(running.pid)
                assert len(apps) == 1
                running.send_signal(number)
                async for _ in socket:
                    pass
                while any(_alive(pid) for pid in apps):
                    await asyncio.sleep(0.02)

        asyncio.run(script())
        out, err = running.communicate(timeout=20)
        if number is not signal.SIGKILL:
            assert running.returncode == 0
            assert err == "a login failed from 127.0.0.1\nA logged in from 127.0.0.1\nclosing ...\n"
        for secret in (*PASSWORDS.values(), "wrong wrong", token):
            assert secret not in out + err


def test_the_real_app_votes_as_who_logged_in(team: Review) -> None:
    """Keys through the socket; the vote is in the ledger with the name of the login."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            await server.login(client, "A")
            socket = await client.ws_connect("/ws/light?width=120&height=36", headers={"Origin": server.base})
            assert await _drawn(socket, "waits for you")
            await socket.send_json(["stdin", "g"])
            await socket.send_json(["stdin", "s"])
            assert await _drawn(socket, "why not")
            await socket.send_json(["stdin", "i"])
            assert await _drawn(socket, "1 this session")
            await socket.close()

    run(script, team.folder, command=command)
    votes = list(team.store.db.query("select a.actor, d.vote from decisions d join acts a on a.id = d.id"))
    assert votes == [{"actor": "A", "vote": "include"}]


def test_a_login_of_somebody_who_left_the_protocol(team: Review) -> None:
    """The app refuses, and the page shows its words."""

    async def script(server: Served) -> None:
        async with server.client() as client:
            assert (await server.login(client, "Z", "apples and pears")).status == 303
            socket = await server.opened(client)
            assert await _drawn(socket, "'Z' is no reviewer of this review")
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE

    Logins(team.folder).set("Z", "apples and pears")
    run(script, team.folder, command=command)


def test_the_screens_still_want_a_terminal(team: Review) -> None:
    """Without one, and without a server that draws them, bare `screener` says so."""
    running = process("-C", team.folder, "--as", "A")
    _, err = running.communicate(timeout=30)
    assert running.returncode == 2
    assert "need a terminal" in err


@pytest.mark.parametrize("theme", THEMES[:2], ids=lambda theme: theme.name)
def test_colours_named_in_the_environment(team: Review, theme: Theme) -> None:
    """Light and dark are there from the first screen."""
    script = (
        "import asyncio\nfrom pathlib import Path\n"
        "from screener.steps.review import open_review\nfrom screener.tui.app import ScreenerApp\n"
        f"app = ScreenerApp(open_review(Path({str(team.folder)!r}), 'A'))\n"
        f"app.theme = {theme.name!r}\n"
        "async def main():\n async with app.run_test() as pilot:\n"
        "  await pilot.pause()\n  print(app.screen.background_colors[1].hex.lower())\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "TEXTUAL_THEME": theme.name}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (theme.background, "")


async def _drawn(socket: aiohttp.ClientWebSocketResponse, words: str) -> bool:
    """The words come on the screen; attributes between them do not matter."""
    seen = ""
    async for message in socket:
        if message.type is aiohttp.WSMsgType.BINARY:
            seen += message.data.decode("utf-8", "replace")
            if words in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen):
                return True
    raise AssertionError(f"{words!r} was not drawn: {seen[-2000:]!r}")


def _children(pid: int) -> list[int]:
    """Processes whose parent this is."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [map(int, line.split()) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


def _alive(pid: int) -> bool:
    """It runs; an ended one that nobody has asked after does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.returncode == 0 and not state.stdout.startswith("Z")
