"""GET /api/v2/studies over HTTP, with the register's tokens and refusals, and its bad days."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.ctgov_server.query import QueryError, selection
from tests.ctgov_server.studies import Study, number_of, studies_of_folder

_AREAS = ("cond", "term", "locn", "titles", "intr", "outc", "spons", "lead", "id", "patient")
_FILTERS = ("overallStatus", "geo", "ids", "advanced", "synonyms")
SEARCHING = frozenset(
    {f"query.{name}" for name in _AREAS}
    | {f"{kind}.{name}" for kind in ("filter", "postFilter") for name in _FILTERS}
    | {"aggFilters"}
)
OTHERS = frozenset(
    {"format", "markupFormat", "fields", "sort", "countTotal", "pageSize", "pageToken", "geoDecay"}
)
# How an answer can go wrong; each applies to so many of the next requests.
FAULTS = (
    "403", "429", "500", "html", "empty", "json", "cut", "short", "drop", "slow",
    "expired", "count", "uncounted", "left-out", "repeated", "nameless", "circle",
)  # fmt: skip


@dataclass
class Fault:
    kind: str
    times: int
    on: str
    retry_after: str | None


@dataclass
class State:
    """What the server knows: studies by number, page tokens, faults to come, requests so far."""

    studies: dict[str, Study]
    largest_page: int
    tokens: dict[str, tuple[dict[str, str], int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    def token(self, values: dict[str, str], start: int) -> str:
        """A page token: it goes with one search, and leads to the page that starts there."""
        name = f"ZVNj{len(self.tokens):04d}"
        self.tokens[name] = (_search(values), start)
        return name

    def fault(self, kind_of_request: str) -> Fault | None:
        with self.lock:
            for each in self.faults:
                if each.times > 0 and each.on in ("", kind_of_request):
                    each.times -= 1
                    return each
        return None


class BaseUrl(str):
    """The address of a running server, with its switches."""

    state: State

    def fault(self, kind: str, times: int = 1, *, on: str = "", retry_after: str | None = None) -> None:
        """Spoils the next `times` answers; `on` is 'list' (numbers only), 'studies', or '' for both."""
        if kind not in FAULTS:
            raise ValueError(f"{kind} is none of {FAULTS}")
        self.state.faults.append(Fault(kind, times, on, retry_after))

    def add(self, *studies: Study) -> None:
        """New studies are registered."""
        for each in studies:
            assert number_of(each) not in self.state.studies
            self.state.studies[number_of(each)] = each

    def revise(self, *studies: Study) -> None:
        """Known studies change."""
        for each in studies:
            assert number_of(each) in self.state.studies
            self.state.studies[number_of(each)] = each

    def remove(self, *numbers: str) -> None:
        for each in numbers:
            del self.state.studies[each]

    def hide(self, *numbers: str) -> None:
        """These numbers stay in lists, but their studies are no longer given."""
        self.state.hidden.update(numbers)

    def spoil(self, *numbers: str) -> None:
        """These studies are given without the section that makes them readable."""
        self.state.broken.update(numbers)

    @property
    def requests(self) -> list[dict[str, str]]:
        """The parameters of every request so far."""
        return self.state.requests


@contextmanager
def serve(
    given: Path | str | Iterable[Study], port: int = 0, *, largest_page: int = 1000
) -> Iterator[BaseUrl]:
    """Runs the server on 127.0.0.1 for the time of a `with`; gives its base URL.

    `given` is a folder or the studies themselves; longer pages than `largest_page` are not given.
    """
    studies = studies_of_folder(Path(given)) if isinstance(given, str | Path) else given
    state = State({number_of(each): each for each in studies}, largest_page)
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"state": state}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = BaseUrl(f"http://127.0.0.1:{server.server_address[1]}/api/v2/")
    url.state = state
    try:
        yield url
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    state: State

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        values = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path != "/api/v2/studies":
            self._send(404, b"Not found", "text/plain")
            return
        self.state.requests.append(values)
        fault = self.state.fault("list" if values.get("fields") == "NCTId" else "studies")
        if fault and self._fails_at_once(fault):
            return
        if fault and fault.kind == "expired" and "pageToken" in values:
            self.state.tokens.clear()
        try:
            answer = studies(self.state, values)
        except QueryError as error:
            self._send(400, str(error).encode(), "text/plain")
            return
        if fault:
            _spoil(answer, fault.kind)
            if fault.kind == "circle":
                answer["nextPageToken"] = self.state.token(values, 0)
        body = _text(answer)
        if fault and fault.kind == "cut":
            body = body[: len(body) * 2 // 3]
        self._send(200, body, "application/json", short=bool(fault and fault.kind == "short"))

    def _fails_at_once(self, fault: Fault) -> bool:
        if fault.kind == "drop":
            self.close_connection = True
            return True
        if fault.kind == "slow":
            self.state.closing.wait()
            return True
        page = b"<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"
        answers = {
            "403": (403, page, "text/html"),
            "429": (429, b"Too Many Requests", "text/plain"),
            "500": (500, page, "text/html"),
            "html": (200, page, "text/html"),
            "empty": (200, b"", "application/json"),
            "json": (200, b'{"message": "upstream"}', "application/json"),
        }
        if fault.kind not in answers:
            return False
        code, body, kind = answers[fault.kind]
        self._send(code, body, kind, retry_after=fault.retry_after)
        return True

    def _send(
        self, code: int, body: bytes, kind: str, *, short: bool = False, retry_after: str | None = None
    ) -> None:
        packed = "gzip" in self.headers.get("Accept-Encoding", "") and code == 200
        if packed:
            body = gzip.compress(body)
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if short else body)


def studies(state: State, values: dict[str, str]) -> dict[str, Any]:
    """One page: its studies, the token of the next page, the count on the first page when it is asked for."""
    for name in values:
        if name not in SEARCHING | OTHERS:
            raise QueryError(f"`{name}` is unknown parameter")
    size = values.get("pageSize", "10")
    if not size.isdecimal():
        raise QueryError("`pageSize` has incorrect format: integer expected")
    most = min(int(size) or 10, state.largest_page)
    search = _search(values)
    found = [each for each in state.studies.values() if selection(search)(each)]
    start = 0
    if token := values.get("pageToken"):
        asked, start = state.tokens.get(token, ({}, -1))
        if start < 0 or asked != search:
            raise QueryError("`pageToken` is incorrect or expired")
    answer: dict[str, Any] = {}
    if values.get("countTotal") == "true" and not start:
        answer["totalCount"] = len(found)
    page = found[start : start + most]
    if values.get("fields") == "NCTId":
        answer["studies"] = [
            {"protocolSection": {"identificationModule": {"nctId": number_of(each)}}} for each in page
        ]
    else:
        answer["studies"] = [
            {"protocolSection": [number_of(each)], "nctId": number_of(each)}
            if number_of(each) in state.broken
            else each
            for each in page
            if number_of(each) not in state.hidden
        ]
    if start + most < len(found):
        answer["nextPageToken"] = state.token(values, start + most)
    return answer


def _search(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in SEARCHING}


def _spoil(answer: dict[str, Any], kind: str) -> None:
    listed = answer["studies"]
    if kind == "count" and "totalCount" in answer:
        answer["totalCount"] += 1
    elif kind == "uncounted":
        answer.pop("totalCount", None)
    elif kind == "left-out":
        del listed[:1]
    elif kind == "repeated" and len(listed) > 1:
        listed[0] = listed[1]
    elif kind == "nameless" and listed:
        listed[0] = {}


def _text(answer: dict[str, Any]) -> bytes:
    """As the register writes it: every study on a line of its own."""
    rows = ",\n".join(json.dumps(each, ensure_ascii=False) for each in answer["studies"])
    rest = {name: value for name, value in answer.items() if name != "studies"}
    head = "".join(f"{json.dumps(name)}:{json.dumps(value)}," for name, value in rest.items())
    return f'{{{head}"studies":[\n{rows}\n]}}'.encode()
