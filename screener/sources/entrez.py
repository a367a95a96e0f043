"""PubMed over E-utilities: what a search finds, and its records, checked against what was asked.

Two things are compared that most clients take on trust: the count of a search with the PMIDs it lists,
and the PMIDs asked of a page with those it returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, SourceError
from screener.sources.entrez_http import Again, HistoryGone, Line, error_text, history_is_gone

# PubMed gives out no more than this of one search, by esearch and by efetch from the history.
CEILING = 9_999


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What PubMed made of a term: how it was read, what it could not find, and every PMID."""

    term: str
    count: int
    pmids: tuple[str, ...]
    query_translation: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    webenv: str | None = None
    query_key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page. `missing` were asked for twice and not given: deleted or merged PMIDs.

    `position` of an entry is the place of its PMID in the answer of the search.
    """

    entries: tuple[Entry, ...]
    bad: tuple[BadEntry, ...] = ()
    missing: tuple[str, ...] = ()


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or " " in address:
        raise InputError(
            f"'{address}' is no address of a server", field="--base-url", expected="http(s)://host/path/"
        )


class Entrez:
    """A PubMed client. `base_url` is NCBI's unless given (tests use a local server); `sleep` is injected."""

    def __init__(
        self,
        *,
        base_url: str | None = None,
        email: str | None = None,
        api_key: str | None = None,
        tool: str = "screener",
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if base_url is not None:
            _check_address(base_url)
        self._line = Line(
            base_url=base_url, email=email, api_key=api_key, tool=tool, timeout=timeout, sleep=sleep
        )

    def search(self, term: str) -> SearchAnswer:
        """Runs a term; the result is kept on PubMed's history server for `fetch`.

        SourceError when PubMed cannot be reached, refuses the term, or finds more than 9,999 records.
        """
        if not term.strip():
            raise InputError("the search term is empty", field="term", expected="a PubMed query")
        try:
            return self._line.ask(
                "esearch", lambda body: _answer(body, term), term=term, usehistory="y", retmax=CEILING
            )
        except HistoryGone as error:
            raise SourceError(f"PubMed refuses the search: {error}", field="pubmed") from None

    def fetch(
        self, answer: SearchAnswer, *, skip: frozenset[str] = frozenset(), page: int = 200
    ) -> Iterator[Page]:
        """The records of a search, page by page, without the PMIDs of `skip` (those already stored).

        From the history server, or by lists of PMIDs when some are skipped or the history has expired.
        """
        if not 1 <= page <= CEILING:
            raise InputError(f"a page cannot hold {page} records", field="page", expected=f"1 to {CEILING}")
        place = {pmid: number for number, pmid in enumerate(answer.pmids, 1)}
        wanted = [pmid for pmid in place if pmid not in skip]
        history = bool(answer.webenv and answer.query_key) and len(wanted) == len(answer.pmids)
        for start in range(0, len(wanted), page):
            asked = wanted[start : start + page]
            got = _Got({}, [])
            if history:
                try:
                    got = self._records(
                        WebEnv=answer.webenv, query_key=answer.query_key, retstart=start, retmax=len(asked)
                    )
                except HistoryGone:
                    history = False
            if not history:
                got = self._by_id(asked)
            yield self._page(asked, got, place)

    def _page(self, asked: Sequence[str], got: _Got, place: dict[str, int]) -> Page:
        lacking = [pmid for pmid in asked if pmid not in got.entries]
        if lacking:
            second = self._by_id(lacking)
            got = _Got({**got.entries, **second.entries}, second.bad)
        broken = {pmid: bad for pmid, bad in got.bad if pmid in place and pmid not in got.entries}
        nameless = [replace(bad, position=place[asked[0]]) for pmid, bad in got.bad if pmid is None]
        return Page(
            entries=tuple(
                replace(got.entries[pmid], position=place[pmid]) for pmid in asked if pmid in got.entries
            ),
            bad=(*(replace(bad, position=place[pmid]) for pmid, bad in broken.items()), *nameless),
            missing=tuple(pmid for pmid in asked if pmid not in got.entries and pmid not in broken),
        )

    def _by_id(self, pmids: Sequence[str]) -> _Got:
        try:
            return self._records(id=",".join(pmids))
        except HistoryGone as error:
            raise SourceError(f"PubMed refuses to give records: {error}", field="pubmed") from None

    def _records(self, **which: Any) -> _Got:
        return self._line.ask("efetch", _records, retmode="xml", **which)


@dataclass(frozen=True, slots=True)
class _Got:
    """Records of one answer by their PMID; bad ones with the PMID when it can be seen."""

    entries: dict[str, Entry]
    bad: list[tuple[str | None, BadEntry]]


def _answer(body: bytes, term: str) -> SearchAnswer:
    root = _xml(body, "eSearchResult")
    if problem := error_text(body):
        # Hours of "Search Backend failed: Database is not supported: pubmed" have been seen.
        if "backend failed" in problem.lower():
            raise Again(f"PubMed's search does not work: {problem}")
        if history_is_gone(problem):
            raise HistoryGone(problem)
        raise SourceError(f"PubMed refuses the search: {problem}", field="term")
    count = root.findtext("Count") or ""
    if not count.isdecimal():
        raise Again("the answer to the search has no count")
    if int(count) > CEILING:
        raise SourceError(
            f"the search finds {int(count):,} records and PubMed gives out {CEILING:,} of one search at most;"
            " split it by date, for example AND 2000:2012[edat] and AND 2013:3000[edat]",
            field="term",
            expected=f"at most {CEILING:,} records",
        )
    pmids = tuple(dict.fromkeys(each.text.strip() for each in root.iterfind("IdList/Id") if each.text))
    if len(pmids) != int(count):
        raise Again(f"the search counts {count} records but lists {len(pmids)}")
    return SearchAnswer(
        term=term,
        count=int(count),
        pmids=pmids,
        query_translation=(root.findtext("QueryTranslation") or "").strip(),
        errors=_messages(root.find("ErrorList")),
        warnings=_messages(root.find("WarningList")),
        webenv=root.findtext("WebEnv") or None,
        query_key=root.findtext("QueryKey") or None,
    )


def _messages(node: Any) -> tuple[str, ...]:
    """'PhraseNotFound: abc'; a plain message stands alone."""
    found = []
    for each in node if node is not None else ():
        text = " ".join((each.text or "").split())
        if text:
            found.append(text if each.tag == "OutputMessage" else f"{each.tag}: {text}")
    return tuple(found)


def _records(body: bytes) -> _Got:
    from screener.sources import pubmed_xml

    if problem := error_text(body[:4096]):
        if history_is_gone(problem):
            raise HistoryGone(problem)
        raise Again(f"PubMed gives no records: {problem}")
    _kind(body)
    if b"<PubmedArticleSet" not in body[:4096]:
        raise Again("the answer is not a set of PubMed records")
    try:
        found = pubmed_xml.read(body, "efetch", "pubmed")
    except InputError as error:
        raise Again(error.message) from None
    entries = {entry.citation.pmid: entry for entry in found.entries if entry.citation.pmid}
    return _Got(entries, [(pubmed_xml.pmid_in(bad.raw), bad) for bad in found.bad])


def _kind(body: bytes) -> None:
    """What is no XML is a failure of the service: JSON of its gate-keeper, or a web page."""
    start = body.lstrip()[:200].lower()
    if not start:
        raise Again("the answer is empty")
    if start.startswith((b"{", b"[")):
        raise Again("the answer is JSON instead of XML, as when too many requests come in")
    if start.startswith((b"<!doctype html", b"<html")) or not start.startswith(b"<"):
        raise Again("the answer is a web page instead of XML")


def _xml(body: bytes, root_tag: str) -> Any:
    from lxml import etree

    _kind(body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise Again("the answer is cut short or not XML") from None
    if root.tag != root_tag:
        raise Again(f"the answer is <{root.tag}> instead of <{root_tag}>")
    return root
