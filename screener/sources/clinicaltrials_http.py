"""One request to ClinicalTrials.gov, and its repetition: down and refused are told apart."""

from __future__ import annotations

import gzip
import random
import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from screener import __version__
from screener.model.errors import InputError, SourceError

T = TypeVar("T")

OFFICIAL = "https://clinicaltrials.gov/api/v2/"
FIELD = "clinicaltrials"
TRIES = 5
# Seconds from one request to the next. No limit is published; robots.txt asks for one second, and users
# report being locked out above some fifty requests a minute.
INTERVAL = 1.2
# Longest pause that an answer's Retry-After may ask of us, in seconds.
_LONGEST = 120.0

# The limit counts by address, not by client.
_pace_lock = threading.Lock()
_next_request = 0.0


class Again(Exception):
    """A failure that may pass: worth another try, after `wait` seconds when the server said so."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class Refused(Exception):
    """The server understood and will not: a parameter or a page token that it does not take."""


class Line:
    """The connection to one server: where, how fast, how patient."""

    def __init__(self, *, base_url: str | None, timeout: float, sleep: Callable[[float], None]) -> None:
        self.base_url = (base_url or OFFICIAL).rstrip("/") + "/"
        _check_address(self.base_url)
        self.name = "ClinicalTrials.gov" if self.base_url == OFFICIAL else self.base_url
        self._timeout = timeout
        self._sleep = sleep

    def ask(self, parameters: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        """Asks for studies and parses the answer; the two are tried again together up to five times.

        Refused when the server takes the parameters for wrong; SourceError when it is down.
        """
        return self.again(
            lambda: parse(self._once(parameters)),
            lambda reason: (
                f"{self.name} is down or cannot be reached: {reason} ({TRIES} tries)."
                " Nothing is known about the search; try again later"
            ),
        )

    def again(self, act: Callable[[], T], message: Callable[[str], str]) -> T:
        """Does something until it does not raise Again; after the last try SourceError with a message."""
        for number in range(1, TRIES + 1):
            try:
                return act()
            except Again as failure:
                if number == TRIES:
                    raise SourceError(message(failure.reason), field=FIELD) from None
                # Exponential with jitter: about 1, 2, 4, 8 seconds.
                pause = 2.0 ** (number - 1) * (0.75 + 0.5 * random.random())
                self._sleep(min(max(failure.wait or 0.0, pause), _LONGEST))
        raise AssertionError("unreachable")

    def _once(self, parameters: Mapping[str, str]) -> bytes:
        import http.client
        import urllib.error
        import urllib.request

        self._pace()
        request = urllib.request.Request(
            f"{self.base_url}studies?{urlencode({'format': 'json', **parameters})}",
            headers={
                "User-Agent": f"screener/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                body: bytes = answer.read()
                packed = answer.headers.get("Content-Encoding") == "gzip"
            return gzip.decompress(body) if packed else body
        except urllib.error.HTTPError as error:
            raise _http_failure(error) from None
        except urllib.error.URLError as error:
            raise Again(f"no connection ({error.reason})") from None
        except (http.client.IncompleteRead, EOFError, zlib.error, gzip.BadGzipFile):
            raise Again("the answer was cut short") from None
        except (http.client.HTTPException, OSError) as error:
            what = "no answer in time" if isinstance(error, TimeoutError) else "the connection was closed"
            raise Again(f"{what} ({type(error).__name__})") from None

    def _pace(self) -> None:
        global _next_request
        with _pace_lock:
            wait = _next_request - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            _next_request = time.monotonic() + INTERVAL


def _http_failure(error: Any) -> Exception:
    try:
        body = error.read(2000)
    except Exception:  # the connection may be gone; the code is enough
        body = b""
    finally:
        error.close()
    code: int = error.code
    if code == 403:
        # The gate before the service answers so, whatever was asked.
        return Again("the server lets nobody in from here (HTTP 403)")
    if code in (408, 429) or code >= 500:
        what = "too many requests" if code == 429 else "server error"
        return Again(f"{what} (HTTP {code})", _retry_after(error.headers.get("Retry-After")))
    text = " ".join(re.sub(r"<[^>]*>", " ", body.decode(errors="replace")).split())
    return Refused(f"{text[:300] or 'no reason given'} (HTTP {code})")


def _retry_after(value: str | None) -> float | None:
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


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or " " in address:
        raise InputError(
            f"'{address}' is no address of a server",
            field="--trials-url",
            expected="http(s)://host/path/",
        )
