"""Passwords, back-off, sessions and origins, each by itself."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.errors import InputError, StoreError
from screener.web.origins import origins
from screener.web.passwords import LONGEST, SHORTEST, Logins, logins_path
from screener.web.serving import check_exposure, listen
from screener.web.sessions import Sessions
from screener.web.throttle import ENTRIES, LIMITS, Throttle
from tests.web.site import Clock

# Passwords ---------------------------------------------------------------------------------------


def test_a_password_is_kept_as_a_hash_of_its_owner_only(tmp_path: Path) -> None:
    """Argon2id in a file of mode 0600 in a folder of mode 0700, outside the review."""
    folder = tmp_path / "review"
    logins = Logins(folder)
    logins.set("A", "apples and pears")
    text = logins.path.read_text("utf-8")
    assert "$argon2id$" in text
    assert "apples" not in text
    assert folder not in logins.path.parents
    if sys.platform != "win32":
        assert logins.path.stat().st_mode & 0o777 == 0o600
        assert logins.path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in logins.path.parent.iterdir()] == [logins.path.name]


def test_checking(tmp_path: Path) -> None:
    """Right, wrong, unknown, changed, removed."""
    logins = Logins(tmp_path)
    logins.set("A", "apples and pears")
    first = logins.check("A", "apples and pears")
    assert first is not None
    assert logins.check("A", "apples and pearz") is None
    assert logins.check("B", "apples and pears") is None
    logins.set("A", "plums and cherries")
    assert logins.check("A", "apples and pears") is None
    assert logins.check("A", "plums and cherries") not in {None, first}
    assert logins.remove("A")
    assert not logins.remove("A")
    assert logins.check("A", "plums and cherries") is None


def test_one_password_typed_on_two_keyboards(tmp_path: Path) -> None:
    """Composed and decomposed letters are the same."""
    logins = Logins(tmp_path)
    logins.set("A", "p\u00e4rchen und paare")
    assert logins.check("A", "pa\u0308rchen und paare") is not None


@pytest.mark.parametrize("password", ["", "x" * (SHORTEST - 1), "x" * (LONGEST + 1)])
def test_too_short_and_too_long(tmp_path: Path, password: str) -> None:
    """The refusal does not repeat the password."""
    with pytest.raises(InputError) as refused:
        Logins(tmp_path).set("A", password)
    assert "characters" in str(refused.value)
    assert not password or password not in str(refused.value)
    assert not logins_path(tmp_path).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_file_that_others_can_open_is_refused(tmp_path: Path) -> None:
    logins = Logins(tmp_path)
    logins.set("A", "apples and pears")
    logins.path.chmod(0o640)
    with pytest.raises(StoreError, match="chmod 600"):
        logins.hashes()


@pytest.mark.parametrize("text", ["not toml", "[passwords]\nA = 3", "passwords = 4"])
def test_a_damaged_file(tmp_path: Path, text: str) -> None:
    logins = Logins(tmp_path)
    logins.set("A", "apples and pears")
    logins.path.write_text(text, "utf-8")
    with pytest.raises(StoreError):
        logins.hashes()


def test_two_reviews_have_two_files(tmp_path: Path) -> None:
    """Also two of one name; and one review by two spellings of its place has one."""
    assert logins_path(tmp_path / "a" / "review") != logins_path(tmp_path / "b" / "review")
    assert logins_path(tmp_path / "a" / ".." / "review") == logins_path(tmp_path / "review")


# Back-off ----------------------------------------------------------------------------------------


def test_each_failure_waits_longer() -> None:
    """Some are free, then 1, 2, 4 ... seconds up to the limit of the name."""
    clock = Clock()
    throttle = Throttle(clock)
    free, longest = LIMITS["name"]
    for _ in range(free):
        assert throttle.begin("A", "192.0.2.1") == 0
    waits = []
    for _ in range(10):
        wait = throttle.begin("A", "192.0.2.1")
        waits.append(wait)
        clock.now += wait
        assert throttle.begin("A", f"192.0.2.{len(waits) + 1}") == 0
    assert waits == [1, 2, 4, 8, 16, 32, longest, longest, longest, longest]


def test_asking_while_waiting_makes_it_no_longer() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(LIMITS["name"][0]):
        throttle.begin("A", "192.0.2.1")
    assert [throttle.begin("A", "192.0.2.1") for _ in range(20)] == [1.0] * 20


def test_an_address_waits_over_all_names_and_others_do_not() -> None:
    throttle = Throttle(Clock())
    for number in range(LIMITS["address"][0]):
        assert throttle.begin(f"guess {number}", "192.0.2.1") == 0
    assert throttle.begin("A", "192.0.2.1") > 0
    assert throttle.begin("A", "192.0.2.2") == 0


def test_success_cleans_the_name() -> None:
    """And takes its own attempt back from the address."""
    throttle = Throttle(Clock())
    for _ in range(50):
        assert throttle.begin("A", "192.0.2.1") == 0
        throttle.succeeded("A", "192.0.2.1")


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle(Clock())
    for number in range(ENTRIES + 100):
        throttle.begin(str(number), str(number))
    assert len(throttle._failed) <= ENTRIES


@given(st.lists(st.tuples(st.sampled_from("AB"), st.floats(0, 100), st.booleans()), max_size=60))
def test_a_wait_ends_when_it_said(steps: list[tuple[str, float, bool]]) -> None:
    """Whatever came before: after the seconds it named, an attempt goes on."""
    clock = Clock()
    throttle = Throttle(clock)
    for name, pause, right in steps:
        clock.now += pause
        wait = throttle.begin(name, "192.0.2.1")
        assert 0 <= wait <= LIMITS["address"][1]
        if wait:
            clock.now += wait + 1e-6
            assert throttle.begin(name, "192.0.2.1") == 0
        if right:
            throttle.succeeded(name, "192.0.2.1")


# Sessions ----------------------------------------------------------------------------------------


def test_tokens() -> None:
    """Long, random, one session each; nothing else finds one."""
    sessions = Sessions(clock=Clock())
    tokens = {sessions.open("A", "proof") for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43
    for wrong in (None, "", "x", next(iter(tokens))[:-1]):
        assert sessions.find(wrong) is None


def test_a_session_ends_when_nobody_is_there() -> None:
    clock = Clock()
    sessions = Sessions(idle=60, longest=300, clock=clock)
    token = sessions.open("A", "proof")
    for _ in range(5):
        clock.now += 59
        found = sessions.find(token)
        assert found is not None
        sessions.touch(found)
    clock.now += 10  # 305 s after the login
    assert sessions.find(token) is None
    other = sessions.open("A", "proof")
    clock.now += 61
    assert sessions.find(other) is None


def test_pages_close_with_their_session() -> None:
    sessions = Sessions(clock=Clock())
    closed: list[str] = []

    async def script() -> None:
        async def close() -> None:
            closed.append("A")

        token = sessions.open("A", "old")
        found = sessions.find(token)
        assert found is not None
        found.pages.add(close)
        sessions.open("B", "kept")
        await sessions.sweep(lambda session: session.proof != "old")
        assert sessions.find(token) is None

    asyncio.run(script())
    assert closed == ["A"]


# Addresses ---------------------------------------------------------------------------------------


def test_this_computer_has_several_names() -> None:
    found = origins("127.0.0.1", 8000)
    for name in ("127.0.0.1", "localhost", "[::1]"):
        assert found.may(f"http://{name}:8000")
        assert found.known_host(f"{name}:8000")
    for wrong in (None, "null", "http://localhost", "https://localhost:8000", "http://example.org:8000"):
        assert not found.may(wrong)
    assert not found.known_host("example.org:8000")
    assert not found.secure


def test_behind_tls_only_the_public_origin_counts() -> None:
    found = origins("127.0.0.1", 8000, "https://Review.example.org/")
    assert (found.secure, found.url) == (True, "https://review.example.org/")
    assert found.cookie.startswith("__Host-")
    assert found.may("https://review.example.org")
    assert not found.may("http://localhost:8000")
    assert not found.may("https://review.example.org.example.com")
    assert found.known_host("review.example.org")


@pytest.mark.parametrize(
    "url",
    ["review.example.org", "ftp://x", "https://", "https://x/path", "https://u@x", "https://x:port", "x"],
)
def test_a_public_url_is_an_origin(url: str) -> None:
    with pytest.raises(InputError, match="no address of a whole site"):
        origins("127.0.0.1", 8000, url)


def test_beyond_this_computer_only_on_purpose() -> None:
    check_exposure("127.0.0.1", None, expose=False)
    check_exposure("::1", None, expose=False)
    with pytest.raises(InputError, match="--expose"):
        check_exposure("0.0.0.0", "https://review.example.org", expose=False)
    with pytest.raises(InputError, match="--public-url"):
        check_exposure("192.0.2.1", None, expose=True)
    check_exposure("0.0.0.0", "https://review.example.org", expose=True)


def test_a_port_in_use() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(InputError, match="is in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(InputError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)
