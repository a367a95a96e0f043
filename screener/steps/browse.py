"""Looking through all records: found by words, narrowed, in an order; built from what the person may see."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.model.screening import Stage
from screener.sources.changes import Change, differences
from screener.steps import alerts, records
from screener.steps.browse_words import understood
from screener.steps.review import Review
from screener.store import alerts as store_alerts
from screener.store import browse as store_browse
from screener.store import citations as store_citations

ORDERS = (*store_browse.ORDERS, "relevance")


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked for. `status` is that of `stage` (waiting, open, conflict, passed, excluded); `run` is
    the id of a search; `alerted`: only records with an open alert; `typing`: the last word may go on."""

    text: str = ""
    typing: bool = False
    databases: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    status: str | None = None
    stage: Stage = Stage.TITLE_ABSTRACT
    run: str | None = None
    alerted: bool = False
    order: str = "queue"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record in one line of the list."""

    record: str
    title: str
    author: str
    year: int | None
    journal: str
    databases: tuple[str, ...]


class Browser:
    """Reads through the records of a review; what takes long is kept until the records change."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._token = ""
        self._kept: dict[Any, Any] = {}

    def renew(self, progress: Callable[[int, int], None] = lambda _done, _total: None) -> None:
        """Bring the index up to date; what was kept of an older state is dropped."""
        store_browse.index(self._review.store, progress)
        now = store_browse.token(self._review.store)
        if now != self._token:
            self._token, self._kept = now, {}

    def forget_status(self) -> None:
        """Votes may have been cast: where records stand is read again when it is asked for."""
        self._kept = {key: value for key, value in self._kept.items() if key[0] not in ("status", "alerts")}

    def find(self, looking: Looking) -> list[str]:
        """The records that fit, in the order asked for. Raises InputError for an unknown order."""
        if looking.order not in ORDERS:
            raise InputError(f"'{looking.order}' is no order", field="--order", expected=", ".join(ORDERS))
        store = self._review.store
        words = understood(looking.text, typing=looking.typing)
        rank: dict[str, float] = {}
        sets: list[Collection[str]] = []
        if words.query is not None:
            query, ranked = words.query, looking.order == "relevance"
            rank = self._keep(
                ("words", query, ranked), lambda: store_browse.matching(store, query, ranked=ranked)
            )
            sets.append(rank.keys())
        sets += [self._identified(each) for each in words.identifiers]
        for years in (words.years, looking.years):
            if years is not None:
                low, high = years
                known: dict[str, int | None] = self._keep(("years",), lambda: store_browse.years(store))
                sets.append({r for r, year in known.items() if year is not None and low <= year <= high})
        if looking.databases:
            chosen = looking.databases
            sets.append(self._keep(("databases", chosen), lambda: store_browse.in_databases(store, chosen)))
        if looking.run:
            run = looking.run
            sets.append(self._keep(("run", run), lambda: store_browse.found_in(store, run)))
        if looking.status:
            standing = self._keep(("status", looking.stage), lambda: self._standing(looking.stage))
            sets.append({record for record, status in standing.items() if status == looking.status})
        if looking.alerted:
            sets.append(self._keep(("alerts",), self._alerted))
        by_rank = looking.order == "relevance"
        order = "queue" if by_rank else looking.order
        everything: list[str] = self._keep(("order", order), lambda: store_browse.ordered(store, order))
        fitting = (
            [record for record in everything if all(record in each for each in sets)] if sets else everything
        )
        if by_rank and rank:
            fitting = sorted(fitting, key=lambda record: rank.get(record, 0.0))
        return fitting[::-1] if looking.descending else list(fitting)

    def _identified(self, text: str) -> set[str]:
        """Records with this accession, PMID or DOI; with this register number; whose id begins so."""
        store = self._review.store
        found = store_browse.with_identifier(store, text)
        found |= store_browse.matching(store, '"' + text.replace('"', " ") + '"').keys()
        if not found and len(text) >= 6:
            everything = self._keep(("order", "queue"), lambda: store_browse.ordered(store, "queue"))
            found = {record for record in everything if record.startswith(text.lower())}
        return found

    def _standing(self, stage: Stage) -> dict[str, str]:
        return {
            record: state.at(stage).outcome.value for record, state in records.states(self._review).items()
        }

    def _alerted(self) -> set[str]:
        return {alert.record for alert in alerts.alerts(self._review) if alert.open}

    def _keep(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def lines(self, wanted: Sequence[str]) -> dict[str, RecordLine]:
        """Some records, each in one line: what a list shows of them."""
        found = {}
        for record, (text, where) in store_browse.details(self._review.store, wanted).items():
            fields = json.loads(text)
            author = (fields.get("authors") or [""])[0].partition(",")[0]
            found[record] = RecordLine(
                record,
                fields.get("title") or "(no title)",
                author,
                fields.get("year"),
                fields.get("journal") or "",
                tuple(where),
            )
        return found

    def databases(self) -> list[str]:
        return store_browse.databases(self._review.store)


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """One version of a citation, from its first to its last day, and what differs from the version before."""

    citation: Citation
    first: str
    last: str
    changes: tuple[Change, ...]


def versions(review: Review, citation: str) -> list[SeenVersion]:
    """All versions of a citation, the oldest first, each with its differences from the one before."""
    found: list[SeenVersion] = []
    for each in store_alerts.versions(review.store, citation):
        before = found[-1].citation if found else None
        changes = differences(before, each.citation) if before else ()
        found.append(SeenVersion(each.citation, each.first, each.last, changes))
    return found


def raw_entry(review: Review, citation: str) -> str:
    """The current entry of a citation as its database gave it."""
    version = store_citations.current_version(review.store, citation)
    return store_citations.raw_entry(review.store, version).decode("utf-8", "replace")
