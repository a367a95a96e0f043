"""One request to E-utilities, and its repetition: what NCBI's servers do on bad days.

Bio.Entrez builds the requests. It retries badly (at once, and not after a dropped connection) and knows no
time-out, so each of its calls is one try here, and the trying again is done around call, reading and parsing.
"""

from __future__ import annotations

import random
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from screener.model.errors import SourceError

T = TypeVar("T")

NCBI = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
TRIES = 5
# Longest pause that an answer's Retry-After may ask of us, in seconds.
_LONGEST = 120.0


class Again(Exception):
    """A failure that may pass: worth another try, after `wait` seconds when the server said so."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class HistoryGone(Exception):
    """The stored result set (WebEnv) is no longer known: ask by PMIDs instead."""


# Bio.Entrez keeps its settings in its module; this lock makes our change of them last one call.
_bio_lock = threading.Lock()
# When the next request of this process may leave; NCBI counts by address, not by client.
_pace_lock = threading.Lock()
_next_request = 0.0


class Line:
    """The connection to one server: where, as whom, how fast, how patient."""

    def __init__(
        self,
        *,
        base_url: str | None,
        email: str | None,
        api_key: str | None,
        tool: str,
        timeout: float,
        sleep: Callable[[float], None],
    ) -> None:
        self.base_url = (base_url or NCBI).rstrip("/") + "/"
        self._identity = {
            key: value for key, value in (("email", email), ("api_key", api_key), ("tool", tool)) if value
        }
        # 3 requests a second without key, 10 with.
        self._interval = 0.1 if api_key else 0.34
        self._timeout = timeout
        self._sleep = sleep

    def ask(self, utility: str, parse: Callable[[bytes], T], **parameters: Any) -> T:
        """Calls, reads and parses; the three are tried again together up to five times."""
        for number in range(1, TRIES + 1):
            try:
                return parse(self._once(utility, parameters))
            except Again as failure:
                if number == TRIES:
                    raise self._down(failure.reason) from None
                # Exponential with jitter: about 1, 2, 4, 8 seconds.
                pause = 2.0 ** (number - 1) * (0.75 + 0.5 * random.random())
                self._sleep(min(max(failure.wait or 0.0, pause), _LONGEST))
        raise AssertionError("unreachable")

    def _down(self, reason: str) -> SourceError:
        who = "NCBI" if self.base_url == NCBI else self.base_url
        return SourceError(
            f"{who} is down or cannot be reached: {reason} ({TRIES} tries)."
            " Nothing is known about the search; try again later",
            field="pubmed",
        )

    def _once(self, utility: str, parameters: dict[str, Any]) -> bytes:
        import http.client
        import urllib.error

        self._pace()
        try:
            with _bio_entrez(self._urlopen) as entrez:
                handle = getattr(entrez, utility)(**{"db": "pubmed", **self._identity, **parameters})
            with handle:
                data = handle.read()
        except urllib.error.HTTPError as error:
            raise self._http_failure(error) from None
        except urllib.error.URLError as error:
            raise Again(f"no connection ({error.reason})") from None
        except http.client.IncompleteRead:
            raise Again("the answer was cut short") from None
        except (http.client.HTTPException, OSError) as error:
            what = "no answer in time" if isinstance(error, TimeoutError) else "the connection was closed"
            raise Again(f"{what} ({type(error).__name__})") from None
        except UnicodeDecodeError:
            raise Again("the answer is not text") from None
        return data.encode() if isinstance(data, str) else bytes(data)

    def _urlopen(self, request: Any) -> Any:
        import urllib.request

        if request.full_url.startswith(NCBI):
            request.full_url = self.base_url + request.full_url[len(NCBI) :]
        return urllib.request.urlopen(request, timeout=self._timeout)

    def _http_failure(self, error: Any) -> Exception:
        try:
            body = error.read()
        except Exception:  # the connection may be gone; the code is enough
            body = b""
        finally:
            error.close()
        if error.code == 429 or error.code >= 500:
            what = "too many requests" if error.code == 429 else "server error"
            return Again(f"{what} (HTTP {error.code})", _retry_after(error.headers.get("Retry-After")))
        text = error_text(body) or f"HTTP {error.code}"
        if history_is_gone(text):
            return HistoryGone(text)
        return SourceError(f"PubMed refuses the request: {text}", field="pubmed")

    def _pace(self) -> None:
        global _next_request
        with _pace_lock:
            wait = _next_request - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            _next_request = time.monotonic() + self._interval


@contextmanager
def _bio_entrez(urlopen: Callable[[Any], Any]) -> Iterator[Any]:
    """Bio.Entrez with our way of opening, one try, and no pause of its own, for the time of one call."""
    from Bio import Entrez as bio

    module: Any = bio
    with _bio_lock, warnings.catch_warnings():
        # The e-mail address is the review's choice; Bio warns on every call without one.
        warnings.simplefilter("ignore", UserWarning)
        before = module.urlopen, module.max_tries
        module.urlopen, module.max_tries = urlopen, 1
        module._open.previous = 0
        try:
            yield module
        finally:
            module.urlopen, module.max_tries = before


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


def error_text(body: bytes) -> str | None:
    """The text of an <ERROR> element, wherever NCBI put it."""
    match = re.search(rb"<ERROR>(.*?)</ERROR>", body, re.DOTALL)
    return " ".join(match[1].decode(errors="replace").split()) if match else None


def history_is_gone(text: str) -> bool:
    return re.search(r"history|webenv|query_?key|out of range", text, re.IGNORECASE) is not None
