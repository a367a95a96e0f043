"""PubMed over E-utilities: what a search finds, and its records, checked against what was asked.

Two things are compared that most clients take on trust: the count of a search with the PMIDs it lists,
and the PMIDs asked of a page with those it returns. Records are asked for by PMID, never from a stored result
set: so neither its expiry nor PubMed's ceiling of 9,999 records can matter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, SourceError
from screener.sources.entrez_http import Line, error_text
from screener.sources.entrez_links import LINKS, CitationText, as_bdata, read_links, read_matches
from screener.sources.entrez_split import CEILING, Moved, Part, all_pmids
from screener.sources.remote import Page, SearchAnswer
from screener.sources.servers import Again, check_address

# How many PMIDs or citations one request of elink or ecitmatch holds.
_BATCH = 100


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
            check_address(base_url, "--base-url")
        self._line = Line(
            base_url=base_url, email=email, api_key=api_key, tool=tool, timeout=timeout, sleep=sleep
        )

    def search(self, term: str) -> SearchAnswer:
        """Runs a term and lists every PMID that it finds, however many.

        SourceError when PubMed cannot be reached or refuses the term.
        """
        if not term.strip():
            raise InputError("the search term is empty", field="term", expected="a PubMed query")
        whole = self._ask(term)
        if whole.part.count <= CEILING:
            return whole.answer(term, whole.part.pmids)
        for _ in range(2):
            try:
                return whole.answer(term, all_pmids(term, whole.part.count, lambda t: self._ask(t).part))
            except Moved as error:
                moved, whole = error, self._ask(term)
        # Twice the parts did not add up: take the union of what is listed, and say so.
        seen = tuple(dict.fromkeys((*moved.pmids, *whole.part.pmids)))
        warning = (
            f"PubMed counted {whole.part.count:,} records and its parts list {len(seen):,}: the result changed "
            "while it was read; run the search again"
        )
        return replace(whole.answer(term, seen), count=len(seen), warnings=(*whole.warnings, warning))

    def revised_since(self, term: str, day: date) -> frozenset[str]:
        """PMIDs of a search that PubMed entered, created or revised on or after a day."""
        first = day.strftime("%Y/%m/%d")
        dates = " OR ".join(f'"{first}"[{tag}] : "3000"[{tag}]' for tag in ("mdat", "edat", "crdt"))
        return frozenset(self.search(f"({term}) AND ({dates})").keys)

    def _ask(self, term: str) -> _Whole:
        return self._line.ask("esearch", _whole, term=term, retmax=CEILING)

    def fetch(
        self, answer: SearchAnswer, *, skip: frozenset[str] = frozenset(), page: int = 200
    ) -> Iterator[Page]:
        """The records of a search, page by page, without the PMIDs of `skip` (those already stored)."""
        place = {pmid: number for number, pmid in enumerate(answer.keys, 1)}
        yield from self._pages([pmid for pmid in place if pmid not in skip], place, page)

    def records(self, pmids: Sequence[str], *, page: int = 200) -> Iterator[Page]:
        """The records with these PMIDs; positions are places in the list."""
        place = {pmid: number for number, pmid in enumerate(dict.fromkeys(pmids), 1)}
        yield from self._pages(list(place), place, page)

    def links(self, pmids: Sequence[str], kind: str) -> dict[str, tuple[str, ...]]:
        """For each PMID the PMIDs of the papers that cite it (kind 'cited_by') or that it cites ('references').

        PubMed knows the citations of a part of its papers only.
        """
        if kind not in LINKS:
            raise InputError(f"'{kind}' is no kind of link", field="kind", expected=" or ".join(LINKS))
        found: dict[str, tuple[str, ...]] = {}
        for start in range(0, len(pmids), _BATCH):
            some = list(dict.fromkeys(pmids[start : start + _BATCH]))

            def parse(body: bytes, some: list[str] = some) -> dict[str, tuple[str, ...]]:
                return read_links(_xml(body, "eLinkResult"), some)

            found |= self._line.ask("elink", parse, dbfrom="pubmed", linkname=LINKS[kind], id=some)
        return found

    def match(self, citations: Sequence[CitationText]) -> tuple[str | None, ...]:
        """The PMID of each citation as PubMed's citation matcher finds it; None when none or several fit."""
        found: list[str | None] = []
        for start in range(0, len(citations), _BATCH):
            some = citations[start : start + _BATCH]

            def parse(body: bytes, count: int = len(some)) -> tuple[str | None, ...]:
                return read_matches(body, count)

            found += self._line.ask("ecitmatch", parse, bdata=as_bdata(some))
        return tuple(found)

    def _pages(self, wanted: list[str], place: dict[str, int], page: int) -> Iterator[Page]:
        if not 1 <= page <= CEILING:
            raise InputError(f"a page cannot hold {page} records", field="page", expected=f"1 to {CEILING}")
        for start in range(0, len(wanted), page):
            asked = wanted[start : start + page]
            yield self._page(asked, self._by_id(asked), place)

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
        asked = set(pmids)
        return self._line.ask("efetch", lambda body: _records(body, asked), retmode="xml", id=",".join(pmids))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What esearch says of a term."""

    part: Part
    translation: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    def answer(self, term: str, pmids: tuple[str, ...]) -> SearchAnswer:
        said = tuple(text for text in self.warnings if not text.startswith("Restrictions achieved"))
        return SearchAnswer(term, self.part.count, pmids, self.translation, self.errors, said)


@dataclass(frozen=True, slots=True)
class _Got:
    """Records of one answer by their PMID; bad ones with the PMID when it can be seen."""

    entries: dict[str, Entry]
    bad: list[tuple[str | None, BadEntry]]


def _whole(body: bytes) -> _Whole:
    root = _xml(body, "eSearchResult")
    if problem := error_text(body):
        # Hours of "Search Backend failed: Database is not supported: pubmed" have been seen.
        if "backend failed" in problem.lower():
            raise Again(f"PubMed's search does not work: {problem}")
        raise SourceError(f"PubMed refuses the search: {problem}", field="term")
    text = root.findtext("Count") or ""
    if not text.isdecimal():
        raise Again("the answer to the search has no count")
    count = int(text)
    pmids = tuple(dict.fromkeys(each.text.strip() for each in root.iterfind("IdList/Id") if each.text))
    if len(pmids) != min(count, CEILING):
        raise Again(f"the search counts {count} records but lists {len(pmids)}")
    return _Whole(
        Part(count, pmids),
        (root.findtext("QueryTranslation") or "").strip(),
        _messages(root.find("ErrorList")),
        _messages(root.find("WarningList")),
    )


def _messages(node: Any) -> tuple[str, ...]:
    """'PhraseNotFound: abc'; a plain message stands alone."""
    found = []
    for each in node if node is not None else ():
        text = " ".join((each.text or "").split())
        if text:
            found.append(text if each.tag == "OutputMessage" else f"{each.tag}: {text}")
    return tuple(found)


def _records(body: bytes, asked: set[str]) -> _Got:
    if problem := error_text(body[:4096]):
        raise Again(f"PubMed gives no records: {problem}")
    _kind(body)
    if b"<PubmedArticleSet" not in body[:4096]:
        raise Again("the answer is not a set of PubMed records")
    from screener.sources import pubmed_xml
    from screener.sources.reading import read_answer

    try:
        found = read_answer(body, "efetch", "pubmed_xml")
    except InputError as error:
        raise Again(error.message) from None
    entries = {entry.citation.pmid: entry for entry in found.entries if entry.citation.pmid}
    if strangers := entries.keys() - asked:
        raise Again(f"records came that were not asked for: {', '.join(sorted(strangers)[:5])}")
    return _Got(entries, [(pubmed_xml.pmid_in(bad.raw), bad) for bad in found.bad])


def _kind(body: bytes) -> None:
    """What is no XML is a failure of the service: JSON of its gate-keeper, or a web page."""
    start = body.lstrip()[:200].lower()
    if not start:
        raise Again("the answer is empty")
    if start.startswith((b"{", b"[")):
        raise Again("the answer is JSON instead of XML, as when too many requests come in", too_many=True)
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
