"""One request to E-utilities, and its repetition: what NCBI's servers do on bad days.

Bio.Entrez builds the requests. It retries badly (at once, and not after a dropped connection) and knows no
time-out, so each of its calls is one try here, and the trying again is done around call, reading and parsing.
"""

from __future__ import annotations

import re
import threading
import urllib.error
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from screener.model.errors import SourceError
from screener.sources.pace import Pace
from screener.sources.servers import Again, body_of, busy, down, passing_failures, persist

T = TypeVar("T")

NCBI = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"

# Bio.Entrez keeps its settings in its module; this lock makes our change of them last one call.
_bio_lock = threading.Lock()


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
        host = urlsplit(self.base_url).netloc
        self._pace = Pace(f"{host} {'key' if api_key else ''}".strip(), 0.1 if api_key else 0.34)
        self._timeout = timeout
        self._sleep = sleep

    def ask(self, utility: str, parse: Callable[[bytes], T], **parameters: Any) -> T:
        """Calls, reads and parses; the three are tried again together up to five times."""
        return persist(
            lambda: parse(self._once(utility, parameters)),
            pace=self._pace,
            sleep=self._sleep,
            message=down("NCBI" if self.base_url == NCBI else self.base_url),
            field="pubmed",
        )

    def _once(self, utility: str, parameters: dict[str, Any]) -> bytes:
        if (pause := self._pace.wait()) > 0:
            self._sleep(pause)
        try:
            with passing_failures():
                with _bio_entrez(self._urlopen) as entrez:
                    handle = getattr(entrez, utility)(**{"db": "pubmed", **self._identity, **parameters})
                with handle:
                    data = handle.read()
        except urllib.error.HTTPError as error:
            raise _http_failure(error) from None
        except UnicodeDecodeError:
            raise Again("the answer is not text") from None
        return data.encode() if isinstance(data, str) else bytes(data)

    def _urlopen(self, request: Any) -> Any:
        import urllib.request

        if request.full_url.startswith(NCBI):
            request.full_url = self.base_url + request.full_url[len(NCBI) :]
        return urllib.request.urlopen(request, timeout=self._timeout)


def _http_failure(error: urllib.error.HTTPError) -> Exception:
    body = body_of(error)
    if (passing := busy(error)) is not None:
        return passing
    text = error_text(body) or f"HTTP {error.code}"
    if "backend failed" in text.lower():
        return Again(text)
    return SourceError(f"PubMed refuses the request: {text}", field="pubmed")


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


def error_text(body: bytes) -> str | None:
    """The text of an <ERROR> element, wherever NCBI put it."""
    match = re.search(rb"<ERROR>(.*?)</ERROR>", body, re.DOTALL)
    return " ".join(match[1].decode(errors="replace").split()) if match else None
