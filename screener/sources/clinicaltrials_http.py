"""One request to ClinicalTrials.gov, and its repetition: down and refused are told apart."""

from __future__ import annotations

import gzip
import re
import urllib.error
import zlib
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from screener import __version__
from screener.sources.pace import Pace
from screener.sources.servers import Again, body_of, busy, check_address, down, passing_failures, persist

T = TypeVar("T")

OFFICIAL = "https://clinicaltrials.gov/api/v2/"
FIELD = "clinicaltrials"
# Seconds from one request to the next. No limit is published; robots.txt asks for one second, and users
# report being locked out above some fifty requests a minute.
INTERVAL = 1.2


class Refused(Exception):
    """The server understood and will not: a parameter or a page token that it does not take."""


class Line:
    """The connection to one server: where, how fast, how patient."""

    def __init__(self, *, base_url: str | None, timeout: float, sleep: Callable[[float], None]) -> None:
        self.base_url = (base_url or OFFICIAL).rstrip("/") + "/"
        check_address(self.base_url, "--trials-url")
        self.name = "ClinicalTrials.gov" if self.base_url == OFFICIAL else self.base_url
        # The limit counts by address, not by client.
        self._pace = Pace(urlsplit(self.base_url).netloc, INTERVAL)
        self._timeout = timeout
        self._sleep = sleep

    def ask(self, parameters: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        """Asks for studies and parses the answer; the two are tried again together up to five times.

        Refused when the server takes the parameters for wrong; SourceError when it is down.
        """
        return self.again(lambda: parse(self._once(parameters)), down(self.name))

    def again(self, act: Callable[[], T], message: Callable[[str], str]) -> T:
        """Does something until it does not raise Again; after the last try SourceError with a message."""
        return persist(act, pace=self._pace, sleep=self._sleep, message=message, field=FIELD)

    def _once(self, parameters: Mapping[str, str]) -> bytes:
        import urllib.request

        if (pause := self._pace.wait()) > 0:
            self._sleep(pause)
        request = urllib.request.Request(
            f"{self.base_url}studies?{urlencode({'format': 'json', **parameters})}",
            headers={
                "User-Agent": f"screener/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )
        try:
            with passing_failures():
                with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                    body: bytes = answer.read()
                    packed = answer.headers.get("Content-Encoding") == "gzip"
                return gzip.decompress(body) if packed else body
        except urllib.error.HTTPError as error:
            raise _http_failure(error) from None
        except zlib.error:
            raise Again("the answer was cut short") from None


def _http_failure(error: urllib.error.HTTPError) -> Exception:
    body = body_of(error)
    code = error.code
    if code == 403:
        # The gate before the service answers so, whatever was asked.
        return Again("the server lets nobody in from here (HTTP 403)")
    if (passing := busy(error)) is not None:
        return passing
    text = " ".join(re.sub(r"<[^>]*>", " ", body.decode(errors="replace")).split())
    return Refused(f"{text[:300] or 'no reason given'} (HTTP {code})")
