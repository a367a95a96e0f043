"""esearch, efetch, elink and ecitmatch over HTTP, with NCBI's ceilings and NCBI's bad days."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.entrez_server.corpus import Corpus, records_of
from tests.entrez_server.links import ecitmatch, elink
from tests.entrez_server.query import QueryError, Reading, run

CEILING = 9_999
HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'
SEARCH_DTD = (
    '<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
)
SET_DTD = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
)
# How an answer can go wrong; each applies to so many of the next requests.
FAULTS = (
    "429",
    "500",
    "json",
    "html",
    "short",
    "cut",
    "empty",
    "drop",
    "missing",
    "expired",
    "backend",
    "list",
    "stranger",
    "slow",
)
# Faults that chance may choose: all but the one that waits for the client to lose patience.
CHANCE = tuple(kind for kind in FAULTS if kind != "slow")


@dataclass
class Fault:
    kind: str
    times: int
    on: str
    retry_after: str | None = None


@dataclass
class State:
    """What the server knows: records, stored result sets, faults to come, requests so far."""

    corpus: Corpus
    history: dict[str, list[list[str]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    chance: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    turn: int = 0

    def fault(self, utility: str) -> Fault | None:
        with self.lock:
            if self.chance and self.dice.random() < self.chance:
                self.turn += 1
                return Fault(CHANCE[self.turn % len(CHANCE)], 0, "e", "0")
            for each in self.faults:
                if each.times > 0 and utility.startswith(each.on):
                    each.times -= 1
                    return each
        return None


class BaseUrl(str):
    """The address of a running server, with its switches."""

    state: State

    def fault(self, kind: str, times: int = 1, *, on: str = "e", retry_after: str | None = None) -> None:
        """Spoils the next `times` answers; `on` is 'esearch', 'efetch', or 'e' for both."""
        if kind not in FAULTS:
            raise ValueError(f"{kind} is none of {FAULTS}")
        self.state.faults.append(Fault(kind, times, on, retry_after))

    def hide(self, *pmids: str) -> None:
        """These PMIDs stay in search results but are no longer given: deleted or merged."""
        self.state.hidden.update(pmids)

    def chaos(self, chance: float, seed: int = 0) -> None:
        """Each request fails with this probability, in every documented way in turn."""
        self.state.chance, self.state.dice = chance, random.Random(seed)

    def put(self, *articles: bytes) -> None:
        """Records come in, or replace those with their PMID."""
        for article in articles:
            for record in records_of(article):
                self.state.corpus.put(record)

    def remove(self, *pmids: str) -> None:
        """Records leave PubMed altogether."""
        for pmid in pmids:
            del self.state.corpus.records[pmid]

    def forget(self) -> None:
        """All stored result sets expire."""
        self.state.history.clear()

    @property
    def requests(self) -> list[tuple[str, str, dict[str, str]]]:
        """(method, utility, parameters) of every request so far."""
        return self.state.requests


@contextmanager
def serve(folder: Path | str | Corpus, port: int = 0) -> Iterator[BaseUrl]:
    """Runs the server on 127.0.0.1 for the time of a `with`; gives its base URL."""
    corpus = folder if isinstance(folder, Corpus) else Corpus.of_folder(Path(folder))
    state = State(corpus)
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"state": state}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    url = BaseUrl(f"http://127.0.0.1:{server.server_address[1]}/entrez/eutils/")
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
        self._answer(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, query: str) -> None:
        utility = urlsplit(self.path).path.rsplit("/", 1)[-1].removesuffix(".fcgi").removesuffix(".cgi")
        repeated = parse_qs(query, keep_blank_values=True)
        values = {key: value[-1] for key, value in repeated.items()}
        self.state.requests.append((self.command, utility, values))
        if utility == "fault":  # switches for other processes: /fault?kind=500&times=2&on=efetch
            self.state.faults.append(
                Fault(values["kind"], int(values.get("times", 1)), values.get("on", "e"))
            )
            self._send(200, b"ok", "text/plain")
            return
        fault = self.state.fault(utility)
        if fault and self._fails_at_once(fault):
            return
        if utility == "esearch":
            code, body = esearch(self.state, values)
        elif utility == "efetch":
            if fault and fault.kind == "expired":
                self.state.history.clear()
            code, body = efetch(self.state, values, leave_out=bool(fault and fault.kind == "missing"))
        elif utility == "elink":
            code, body = elink(self.state.corpus, repeated.get("id", []), values.get("linkname", ""))
        elif utility == "ecitmatch":
            code, body = ecitmatch(self.state.corpus, values.get("bdata", ""))
        else:
            code, body = 404, b"<html>not here</html>"
        if fault and fault.kind == "stranger" and utility == "efetch":
            body = re.sub(rb"(<PMID[^>]*>)\d+", rb"\g<1>87654321", body, count=1)
        if fault and fault.kind == "list":
            body = body.replace(b"<Id>", b"<Gone>", 1).replace(b"</Id>", b"</Gone>", 1)
        if fault and fault.kind == "cut":
            body = body[: len(body) * 2 // 3]
        self._send(code, body, "text/xml; charset=UTF-8", short=bool(fault and fault.kind == "short"))

    def _fails_at_once(self, fault: Fault) -> bool:
        if fault.kind == "drop":
            self.close_connection = True
            return True
        if fault.kind == "slow":
            self.state.closing.wait(60)
            self.close_connection = True
            return True
        limit = {"error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": "4", "limit": "3"}
        page = b"<!DOCTYPE html><html><body><h1>WWW Error 500 Diagnostic</h1></body></html>"
        backend = _error("eSearchResult", "Search Backend failed: Database is not supported: pubmed")
        answers = {
            "429": (429, json.dumps(limit).encode(), "application/json"),
            "500": (500, page, "text/html"),
            "json": (200, json.dumps(limit).encode(), "application/json"),
            "html": (200, page, "text/html"),
            "empty": (200, b"", "text/xml"),
            "backend": (200, backend, "text/xml"),
        }
        if fault.kind not in answers:
            return False
        code, body, kind = answers[fault.kind]
        self._send(code, body, kind, retry_after=fault.retry_after)
        return True

    def _send(
        self, code: int, body: bytes, kind: str, *, short: bool = False, retry_after: str | None = None
    ) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if short else body)


def _error(root: str, text: str) -> bytes:
    return f"{HEAD}<{root}><ERROR>{escape(text)}</ERROR></{root}>".encode()


_TOO_FAR = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only"
    " retrieve the first 9,999 records matching the query. To obtain more than 9,999 PubMed records, consider"
    " using EDirect."
)


def esearch(state: State, values: dict[str, str]) -> tuple[int, bytes]:
    if values.get("db") != "pubmed":
        return 200, _error("eSearchResult", f"Invalid db name specified: {values.get('db', '')}")
    term = values.get("term", "")
    if "mindate" in values and "maxdate" in values:
        tag = values.get("datetype", "pdat")
        term = f"({term}) AND {values['mindate']}:{values['maxdate']}[{tag}]"
    try:
        reading = run(term, state.corpus)
    except QueryError as error:
        return 200, _error("eSearchResult", str(error))
    start, most = int(values.get("retstart", 0)), int(values.get("retmax", 20))
    if start >= CEILING:
        return 200, _error("eSearchResult", _TOO_FAR)
    if start + most > CEILING and len(reading.pmids) > CEILING:
        most = CEILING - start
        reading.warnings.append(
            ("OutputMessage", f"Restrictions achieved. start and count adjusted to {start}, {most}")
        )
    if not reading.pmids:
        reading.warnings.append(("OutputMessage", "No items found."))
    stored = ""
    if values.get("usehistory") == "y":
        with state.lock:
            webenv = values.get("WebEnv") or f"MCID_{len(state.requests):08d}"
            sets = state.history.setdefault(webenv, [])
            sets.append(reading.pmids)
            stored = f"<QueryKey>{len(sets)}</QueryKey><WebEnv>{webenv}</WebEnv>"
    return 200, _search_xml(reading, start, most, stored)


def _search_xml(reading: Reading, start: int, most: int, stored: str) -> bytes:
    ids = reading.pmids[start : start + most]

    def block(name: str, rows: list[tuple[str, str]]) -> str:
        inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in rows)
        return f"<{name}>{inner}</{name}>" if rows else ""

    return (
        f"{HEAD}{SEARCH_DTD}<eSearchResult><Count>{len(reading.pmids)}</Count><RetMax>{len(ids)}</RetMax>"
        f"<RetStart>{start}</RetStart>{stored}<IdList>{''.join(f'<Id>{pmid}</Id>' for pmid in ids)}</IdList>"
        f"<TranslationSet/><QueryTranslation>{escape(reading.translation)}</QueryTranslation>"
        f"{block('ErrorList', reading.errors)}{block('WarningList', reading.warnings)}</eSearchResult>"
    ).encode()


def efetch(state: State, values: dict[str, str], *, leave_out: bool = False) -> tuple[int, bytes]:
    if "id" in values:
        pmids = [pmid for pmid in values["id"].replace(" ", "").split(",") if pmid]
    else:
        sets = state.history.get(values.get("WebEnv", ""), [])
        key = int(values.get("query_key", 0))
        start, most = int(values.get("retstart", 0)), int(values.get("retmax", 20))
        if not 1 <= key <= len(sets):
            return 400, _error("eFetchResult", "Cannot retrieve history data: unknown WebEnv or query_key")
        if start >= CEILING:
            return 400, _error("eFetchResult", _TOO_FAR)
        if start >= len(sets[key - 1]):
            return 400, _error("eFetchResult", "Cannot retrieve history data: OUT OF RANGE")
        pmids = sets[key - 1][start : min(start + most, CEILING)]
    given = [pmid for pmid in pmids if pmid in state.corpus.records and pmid not in state.hidden]
    body = b"\n".join(state.corpus.records[pmid].raw for pmid in (given[1:] if leave_out else given))
    start_tag = f"{HEAD}{SET_DTD}<PubmedArticleSet>\n".encode()
    return 200, start_tag + body + b"\n</PubmedArticleSet>\n"
