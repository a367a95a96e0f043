"""ClinicalTrials.gov over its API version 2: what a search finds, and its studies, checked against the ask.

A search is listed by NCT number first, so that its count, its pages and its studies can be compared; the
studies themselves are then asked for by their numbers.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from screener.model.citation import BadEntry, Entry
from screener.model.errors import InputError, SourceError
from screener.sources.clinicaltrials_http import FIELD, Line, Refused
from screener.sources.clinicaltrials_term import parameters_of, revised_since
from screener.sources.reading import read_answer
from screener.sources.remote import Page, SearchAnswer
from screener.sources.servers import TRIES, Again

# The most that a page of the API holds; numbers alone are short.
LISTED_AT_ONCE = 1000
# A study is 15 kB, or a megabyte when it has results.
READ_AT_ONCE = 100

_NCT = re.compile(r"NCT\d{8}")
_RAW_NCT = re.compile(rb'"nctId"\s*:\s*"(NCT\d{8})"')


class ClinicalTrials:
    """A client of the register. `base_url` is the official one's unless given; `sleep` is injected.

    A search term is the canonical text of its parameters (see `clinicaltrials_term`).
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._line = Line(base_url=base_url, timeout=timeout, sleep=sleep)

    def search(self, term: str) -> SearchAnswer:
        """All NCT numbers of a search; they are as many as the register counts, or it is a SourceError.

        InputError for a term that is not made of known parameters.
        """
        keys = self._list(parameters_of(term))
        return SearchAnswer(term=term, count=len(keys), keys=keys)

    def revised_since(self, term: str, day: date) -> frozenset[str]:
        """The NCT numbers of a search whose last update was posted on or after a day."""
        return frozenset(self._list(revised_since(parameters_of(term), day)))

    def fetch(self, answer: SearchAnswer, *, skip: frozenset[str] = frozenset()) -> Iterator[Page]:
        """The studies of a search, a hundred a page; each entry's bytes are as they stand in the answer."""
        place = {nct: number for number, nct in enumerate(answer.keys, 1)}
        wanted = [nct for nct in place if nct not in skip]
        for start in range(0, len(wanted), READ_AT_ONCE):
            yield self._page(wanted[start : start + READ_AT_ONCE], place)

    def _list(self, parameters: Mapping[str, str]) -> tuple[str, ...]:
        return self._line.again(
            lambda: self._list_once(parameters),
            lambda reason: (
                f"{self._line.name} answers, but what it lists does not hold together: {reason}"
                f" ({TRIES} tries). Nothing was taken from it; try again later"
            ),
        )

    def _list_once(self, parameters: Mapping[str, str]) -> tuple[str, ...]:
        """The numbers from the first page to the last; Again when the register contradicts itself."""
        fixed = {**parameters, "fields": "NCTId", "pageSize": str(LISTED_AT_ONCE)}
        try:
            part = self._line.ask({**fixed, "countTotal": "true"}, _first_part)
        except Refused as error:
            raise SourceError(f"{self._line.name} refuses the search: {error}", field=FIELD) from None
        count, listed = part.count, list(part.numbers)
        while part.token is not None:
            if not part.numbers or len(listed) > count:
                raise Again(f"it counts {count:,} studies and lists {len(listed):,} or more")
            try:
                part = self._line.ask({**fixed, "pageToken": part.token}, _part)
            except Refused as error:
                # The same parameters were taken a moment ago: it is the token that has expired.
                raise Again(f"the listing broke off after {len(listed):,} of {count:,}: {error}") from None
            listed += part.numbers
        different = len(set(listed))
        if len(listed) != count:
            raise Again(f"it counts {count:,} studies and lists {len(listed):,}")
        if different != count:
            raise Again(f"it lists {count - different:,} of {count:,} studies more than once")
        return tuple(listed)

    def _page(self, asked: Sequence[str], place: Mapping[str, int]) -> Page:
        got = self._studies(asked)
        lacking = [nct for nct in asked if nct not in got.entries]
        if lacking:
            second = self._studies(lacking)
            got = _Got({**got.entries, **second.entries}, second.bad)
        broken = {
            nct: bad for nct, bad in got.bad if nct is not None and nct in place and nct not in got.entries
        }
        nameless = [replace(bad, position=place[asked[0]]) for nct, bad in got.bad if nct is None]
        return Page(
            entries=tuple(
                replace(got.entries[nct], position=place[nct]) for nct in asked if nct in got.entries
            ),
            bad=(*(replace(bad, position=place[nct]) for nct, bad in broken.items()), *nameless),
            missing=tuple(nct for nct in asked if nct not in got.entries and nct not in broken),
        )

    def _studies(self, asked: Sequence[str]) -> _Got:
        try:
            return self._line.ask({"filter.ids": ",".join(asked), "pageSize": str(LISTED_AT_ONCE)}, _studies)
        except Refused as error:
            raise SourceError(f"{self._line.name} refuses to give studies: {error}", field=FIELD) from None


@dataclass(frozen=True, slots=True)
class _Part:
    """One page of a listing; `token` leads to the next one, `count` stands on the first only (else 0)."""

    numbers: tuple[str, ...]
    token: str | None
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Got:
    """Studies of one answer by NCT number; bad ones with the number when it can be seen."""

    entries: dict[str, Entry]
    bad: list[tuple[str | None, BadEntry]]


def _first_part(body: bytes) -> _Part:
    count = _answer(body).get("totalCount")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Again("the answer has no count")
    return replace(_part(body), count=count)


def _part(body: bytes) -> _Part:
    answer = _answer(body)
    numbers = []
    for study in answer["studies"]:
        try:
            nct = study["protocolSection"]["identificationModule"]["nctId"]
        except (KeyError, TypeError):
            nct = None
        if not isinstance(nct, str) or not _NCT.fullmatch(nct):
            raise Again("a study in the list has no NCT number")
        numbers.append(nct)
    token = answer.get("nextPageToken")
    return _Part(tuple(numbers), token if isinstance(token, str) and token else None)


def _studies(body: bytes) -> _Got:
    _answer(body)
    try:
        found = read_answer(body, "ClinicalTrials.gov", "ctgov_json")
    except InputError as error:
        raise Again(error.message) from None
    entries = {entry.citation.source_key: entry for entry in found.entries}
    return _Got(
        {nct: entry for nct, entry in entries.items() if nct is not None},
        [(_number_in(bad.raw), bad) for bad in found.bad],
    )


def _number_in(raw: bytes) -> str | None:
    match = _RAW_NCT.search(raw)
    return match[1].decode() if match else None


def _answer(body: bytes) -> dict[str, Any]:
    """The object of a page; what is none is a failure of the service: a web page, nothing, half an answer."""
    start = body.lstrip()[:1]
    if not start:
        raise Again("the answer is empty")
    if start == b"<":
        raise Again("the answer is a web page instead of JSON")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Again("the answer is cut short or not JSON") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("studies"), list):
        raise Again("the answer is not a page of studies")
    return answer
