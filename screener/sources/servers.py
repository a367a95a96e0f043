"""What asking any server over the network needs: trying again, telling failures apart, addresses."""

from __future__ import annotations

import http.client
import random
import re
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

from screener.model.errors import InputError, SourceError
from screener.sources.pace import Pace

T = TypeVar("T")

TRIES = 5
# Seconds before the second try; each further pause is twice as long.
PAUSE = 1.0
# Longest pause that an answer's Retry-After may ask of us, in seconds.
LONGEST = 120.0


class Again(Exception):
    """A failure that may pass: worth another try, after `wait` seconds when the server said so. `too_many`: the
    server refuses requests, so everybody on this machine has to wait."""

    def __init__(self, reason: str, wait: float | None = None, *, too_many: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.too_many = too_many


def persist(
    act: Callable[[], T],
    *,
    pace: Pace,
    sleep: Callable[[float], None],
    message: Callable[[str], str],
    field: str,
) -> T:
    """Does something until it does not raise Again, up to five times with growing pauses; then SourceError."""
    for number in range(1, TRIES + 1):
        try:
            return act()
        except Again as failure:
            if number == TRIES:
                raise SourceError(message(failure.reason), field=field) from None
            # Exponential with jitter: about 1, 2, 4, 8 seconds.
            pause = PAUSE * 2.0 ** (number - 1) * (0.75 + 0.5 * random.random())
            pause = min(max(failure.wait or 0.0, pause), LONGEST)
            if failure.too_many:
                pace.hold(pause)
            sleep(pause)
    raise AssertionError("unreachable")


def down(server: str) -> Callable[[str], str]:
    """The message of a server that does not answer: never to be taken for a result."""
    return lambda reason: (
        f"{server} is down or cannot be reached: {reason} ({TRIES} tries)."
        " Nothing is known about the search; try again later"
    )


@contextmanager
def passing_failures() -> Iterator[None]:
    """Failures of the connection become Again; what the server says with its status passes through."""
    try:
        yield
    except urllib.error.HTTPError:
        raise
    except urllib.error.URLError as error:
        raise Again(f"no connection ({error.reason})") from None
    except (http.client.IncompleteRead, EOFError):
        raise Again("the answer was cut short") from None
    except (http.client.HTTPException, OSError) as error:
        what = "no answer in time" if isinstance(error, TimeoutError) else "the connection was closed"
        raise Again(f"{what} ({type(error).__name__})") from None


def busy(error: urllib.error.HTTPError) -> Again | None:
    """Again for a status that may pass (429, time-outs, server errors); None for a refusal."""
    if error.code not in (408, 425, 429) and error.code < 500:
        return None
    what = "too many requests" if error.code == 429 else "server error"
    wait = retry_after(error.headers.get("Retry-After"))
    return Again(f"{what} (HTTP {error.code})", wait, too_many=error.code == 429)


def body_of(error: urllib.error.HTTPError) -> bytes:
    """What came with a status; empty when the connection is gone."""
    try:
        return error.read(20_000)
    except Exception:  # the status is enough
        return b""
    finally:
        error.close()


def retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header: a number, or a date."""
    if not value:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        return float(value)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def check_address(address: str, field: str) -> None:
    """Raises InputError unless it is the address of a server; `field` is the option that named it."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or " " in address:
        raise InputError(
            f"'{address}' is no address of a server", field=field, expected="http(s)://host/path/"
        )
