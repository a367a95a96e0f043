"""Records as people meet them: the preferred citation, where else it was found, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screener.dedup import united
from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.model.screening import Outcome, Stage, StageStatus
from screener.screening import required_votes, stage_status
from screener.steps.review import Review
from screener.store import citations as store_citations
from screener.store import rounds
from screener.store import screening as store_screening


@dataclass(frozen=True, slots=True)
class Source:
    citation: str
    database: str
    accession: str | None

    @property
    def reference(self) -> str:
        """What a person types to name it."""
        return f"{self.database}:{self.accession}" if self.accession else self.citation


@dataclass(frozen=True, slots=True)
class Card:
    """One record to be read: fields of the preferred citation, identifiers of all of them."""

    record: str
    citation: str
    version: str
    fields: Citation
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class RecordState:
    """Where a record stands, as far as the viewer may see."""

    record: str
    title_abstract: StageStatus
    full_text: StageStatus
    retrieval: str | None

    def at(self, stage: Stage) -> StageStatus:
        return self.title_abstract if stage is Stage.TITLE_ABSTRACT else self.full_text

    @property
    def included(self) -> bool:
        return self.full_text.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Titled:
    """A record in one line, for lists and for finding it."""

    record: str
    title: str | None
    first_author: str | None
    year: int | None
    pmid: str | None

    @property
    def line(self) -> str:
        """'Family 2015  Title', as far as the source gives it."""
        family = (self.first_author or "").partition(",")[0]
        head = " ".join(part for part in (family, str(self.year or "")) if part)
        return "  ".join(part for part in (head, self.title or "(no title)") if part)


WAITING = StageStatus(Outcome.WAITING)


def count(review: Review) -> int:
    """How many records there are."""
    return store_citations.count_records(review.store)


def titles(review: Review) -> list[Titled]:
    """All records in the order of the queue, each in one line: no abstracts are read."""
    return [Titled(*row) for row in store_citations.titles(review.store)]


def card(review: Review, record: str) -> Card:
    """The record as it is shown now; identifiers that only another citation has are filled in.

    Raises ReviewError for an id that is no record (any more: it may have become part of another one).
    """
    store = review.store
    if not store_citations.record_members(store, record):
        raise ReviewError(
            "this record is not there any more; its citations may have become part of another one",
            entry=record,
            expected="a record of the review",
        )
    shown = store_citations.preferred(store, record)
    sources = tuple(
        Source(row["id"], row["database"], row["source_key"])
        for row in store_citations.sources_of(store, record)
    )
    fields = store_citations.citations(store, [s.citation for s in sources])
    return Card(
        record, shown, store_citations.current_version(store, shown), united(fields, fields, shown), sources
    )


def united_citations(review: Review) -> dict[str, Citation]:
    """Every record's card fields by record, in the order of the queue."""
    fields = store_citations.citations(review.store)
    members = store_citations.members_by_record(review.store)
    shown = store_citations.preferred_by_record(review.store)
    return {
        record: united(fields, members[record], shown[record])
        for record in store_citations.record_ids(review.store)
    }


def _required(review: Review, stage: Stage, record: str | None = None) -> Callable[[str], int]:
    """How many voters a record needs at a stage; with `record` only that one may be asked for."""
    pilots = rounds.pilot_voters(review.store, stage, record)
    rules = review.protocol.rules[stage]
    return lambda r: required_votes(rules, r, pilots.get(r))


def states(review: Review) -> dict[str, RecordState]:
    """The state of every record in the order of the queue, as the review's person may see it."""
    store, viewer = review.store, review.viewer
    votes = {stage: store_screening.visible_votes(store, stage, viewer) for stage in Stage}
    settled = {stage: store_screening.resolutions(store, stage) for stage in Stage}
    fetched = store_screening.retrievals(store)
    required = {stage: _required(review, stage) for stage in Stage}
    torn = {stage: store_screening.torn_records(store, stage) for stage in Stage}
    unread = {stage: rounds.left_unread(store, stage) for stage in Stage}
    found: dict[str, RecordState] = {}
    for record in store_citations.record_ids(store):
        first = stage_status(
            review.protocol,
            Stage.TITLE_ABSTRACT,
            votes[Stage.TITLE_ABSTRACT].get(record, ()),
            settled[Stage.TITLE_ABSTRACT].get(record),
            required[Stage.TITLE_ABSTRACT](record),
            torn=record in torn[Stage.TITLE_ABSTRACT],
            left_unread=record in unread[Stage.TITLE_ABSTRACT],
        )
        second = WAITING
        if first.outcome is Outcome.PASSED:
            second = stage_status(
                review.protocol,
                Stage.FULL_TEXT,
                votes[Stage.FULL_TEXT].get(record, ()),
                settled[Stage.FULL_TEXT].get(record),
                required[Stage.FULL_TEXT](record),
                torn=record in torn[Stage.FULL_TEXT],
                left_unread=record in unread[Stage.FULL_TEXT],
            )
        row = fetched.get(record)
        found[record] = RecordState(record, first, second, row["status"] if row is not None else None)
    return found


def state(review: Review, record: str) -> RecordState:
    """The state of one record, as the review's person may see it."""
    store, viewer = review.store, review.viewer
    status = {}
    for stage in Stage:
        votes = store_screening.votes_on(store, record, stage, viewer)
        status[stage] = stage_status(
            review.protocol,
            stage,
            votes,
            store_screening.resolution_on(store, record, stage),
            _required(review, stage, record)(record),
            torn=record in store_screening.torn_records(store, stage, record),
            left_unread=record in rounds.left_unread(store, stage, record),
        )
    first = status[Stage.TITLE_ABSTRACT]
    second = status[Stage.FULL_TEXT] if first.outcome is Outcome.PASSED else WAITING
    row = store_screening.retrieval_on(store, record)
    return RecordState(record, first, second, row["status"] if row is not None else None)
