"""The register's search expressions, as much as strategies use: words, phrases, AND OR NOT, AREA, RANGE."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.ctgov_server.studies import Study, number_of

Test = Callable[[Study], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<paren>[()])
      | AREA\[(?P<area>\w+)\]\s*(?:RANGE\[\s*(?P<low>[^,\]]+?)\s*,\s*(?P<high>[^\]]+?)\s*\]|(?P<value>[^\s()]+))
      | "(?P<phrase>[^"]*)"
      | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)
_DATES = {
    "LastUpdatePostDate": "lastUpdatePostDateStruct",
    "StudyFirstPostDate": "studyFirstPostDateStruct",
    "StartDate": "startDateStruct",
}
_AREAS = {
    "query.cond": ("conditionsModule", "identificationModule"),
    "query.intr": ("armsInterventionsModule",),
    "query.titles": ("identificationModule",),
    "query.id": ("identificationModule",),
    "query.spons": ("sponsorCollaboratorsModule",),
    "query.lead": ("sponsorCollaboratorsModule",),
    "query.outc": ("outcomesModule",),
    "query.locn": ("contactsLocationsModule",),
}


class QueryError(Exception):
    """What the register answers with HTTP 400; the text is the answer."""


def selection(values: Mapping[str, str]) -> Test:
    """Whether a study is found by the parameters of a search."""
    tests: list[Test] = []
    for name, value in values.items():
        kind, _, what = name.partition(".")
        if kind == "query" or what == "advanced":
            tests.append(_Parser(name, value).parse())
        elif what == "ids":
            wanted = set(re.split(r"[|,]", value))
            tests.append(lambda study, wanted=wanted: number_of(study) in wanted)  # type: ignore[misc]
        elif what == "overallStatus":
            statuses = re.split(r"[|,]", value)
            if not all(re.fullmatch(r"[A-Z_]+", each) for each in statuses):
                raise QueryError(f"`{name}` has incorrect format: unknown value `{value}`")
            tests.append(
                lambda study, statuses=statuses: _module(study, "statusModule")["overallStatus"] in statuses  # type: ignore[misc]
            )
        else:
            raise QueryError(f"`{name}` is not imitated here")
    return lambda study: all(test(study) for test in tests)


class _Parser:
    """expression: factors joined by OR, by AND or side by side (AND binds closer), NOT before a factor."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text, self.place = name, text, 0

    def parse(self) -> Test:
        test = self._either()
        if self.text[self.place :].strip():
            raise self._wrong()
        return test

    def _wrong(self) -> QueryError:
        return QueryError(f"`{self.name}` has incorrect format: unexpected character at {self.place}")

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.place)

    def _take(self, *words: str) -> bool:
        match = self._peek()
        if match and (match["word"] or match["paren"]) in words:
            self.place = match.end()
            return True
        return False

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("OR"):
            tests.append(self._both())
        return lambda study: any(test(study) for test in tests)

    def _both(self) -> Test:
        tests = [self._factor()]
        while (match := self._peek()) and match["paren"] != ")" and match["word"] != "OR":
            self._take("AND")
            tests.append(self._factor())
        return lambda study: all(test(study) for test in tests)

    def _factor(self) -> Test:
        if self._take("NOT"):
            inner = self._factor()
            return lambda study: not inner(study)
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise self._wrong()
            return inner
        match = self._peek()
        if match is None or match["paren"] or match["word"] in ("AND", "OR"):
            raise self._wrong()
        self.place = match.end()
        if match["area"]:
            return self._area(match)
        words = match["phrase"] if match["phrase"] is not None else match["word"]
        pattern = re.compile(r"(?<!\w)" + re.escape(words) + r"(?!\w)", re.IGNORECASE)
        modules = _AREAS.get(self.name)
        return lambda study: pattern.search(_text(study, modules)) is not None

    def _area(self, match: re.Match[str]) -> Test:
        struct = _DATES.get(match["area"])
        if struct is None:
            raise QueryError(f"`{self.name}` has incorrect format: unknown area `{match['area']}`")
        low = match["low"] or match["value"]
        high = match["high"] or match["value"]

        def test(study: Study) -> bool:
            day = _module(study, "statusModule").get(struct, {}).get("date", "")
            return bool(day) and (low == "MIN" or day >= low) and (high == "MAX" or day[: len(high)] <= high)

        return test


def _module(study: Study, name: str) -> dict[str, Any]:
    found = study["protocolSection"].get(name, {})
    assert isinstance(found, dict)
    return found


def _text(study: Study, modules: tuple[str, ...] | None) -> str:
    protocol = study["protocolSection"]
    return json.dumps(protocol if modules is None else [protocol.get(name) for name in modules])
