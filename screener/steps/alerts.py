"""Alerts: what happened to papers after they came in, and the records, studies and effects it touches.

Nothing a person decided is changed by them. An alert stays open until somebody has seen to it; votes on a
version that reads differently now return to the queue of the person who cast them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from screener.model.errors import ReviewError
from screener.model.extraction import Form
from screener.model.ids import content_id
from screener.model.screening import Stage
from screener.sources.changes import Change, differences
from screener.steps.review import Review
from screener.store import alerts as store_alerts
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store import intake as store_intake
from screener.store import screening as store_screening
from screener.store.database import Row

# From the gravest to the least.
KINDS = ("retraction", "concern", "erratum", "changed", "gone")


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that happened to a record's paper.

    `kind`: retraction, concern (expression of), erratum, changed (it reads differently from the version that
    votes were cast on), gone (its search does not return it any more). `study` and `effects` (names of the
    effect forms that the viewer may see) are what it touches. `seen_by` has seen to it.
    """

    id: str
    kind: str
    record: str
    citation: str
    text: str
    changes: tuple[Change, ...] = ()
    study: str | None = None
    effects: tuple[str, ...] = ()
    seen_by: str | None = None
    seen_at: str | None = None
    note: str | None = None

    @property
    def open(self) -> bool:
        return self.seen_by is None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "record": self.record,
            "citation": self.citation,
            "text": self.text,
            "changes": [
                {
                    "field": c.field,
                    "before": _plain(c.before),
                    "after": _plain(c.after),
                    "material": c.material,
                }
                for c in self.changes
            ],
            "study": self.study,
            "effects": list(self.effects),
            "open": self.open,
            "seen_by": self.seen_by,
            "seen_at": self.seen_at,
            "note": self.note,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "kind"):
        return {"kind": value.kind, "pmid": value.pmid, "text": value.text}
    return value


def alerts(review: Review) -> list[Alert]:
    """All alerts, the gravest first; built from what the review's person may see."""
    found = [*_notices(review), *_gone(review), *_changed(review)]
    studies = store_extraction.reports_by_record(review.store)
    effects: dict[str, dict[str, None]] = defaultdict(dict)
    if any(alert.record in studies for alert in found):
        for (of, _), items in store_extraction.items(review.store, review.viewer).items():
            for item in items:
                if item.form is Form.EFFECT:
                    effects[of][item.key] = None
    marks = _marks(review)
    shown = []
    for alert in found:
        mark = _shown_mark(review, alert, marks)
        study = studies.get(alert.record)
        names = tuple(effects.get(study, ())) if study else ()
        shown.append(
            replace(
                alert,
                study=study,
                effects=names,
                seen_by=mark["actor"] if mark else None,
                seen_at=mark["at"] if mark else None,
                note=mark["note"] if mark else None,
            )
        )
    return sorted(shown, key=lambda alert: (not alert.open, KINDS.index(alert.kind), alert.record, alert.id))


def see(review: Review, reference: str, note: str | None = None) -> Alert:
    """Say that an alert (its id or the start of it) has been seen to. Raises ReviewError."""
    me = review.person()
    fitting = [alert for alert in alerts(review) if alert.id.startswith(reference)]
    if len(fitting) != 1:
        raise ReviewError(
            f"'{reference}' fits {len(fitting)} alerts",
            entry=reference,
            expected="the id of one alert, or enough of its start",
        )
    store_alerts.add_mark(review.store, me.id, fitting[0].id, note)
    return next(alert for alert in alerts(review) if alert.id == fitting[0].id)


def to_look_again(review: Review, stage: Stage) -> dict[str, tuple[Change, ...]]:
    """Records on which this person voted before the citation changed so that it reads differently.

    Voting again (the same or otherwise) or seeing to the alert settles it. Records whose votes have been
    shown are not among them: those change by a resolution only.
    """
    if review.viewer is None:
        return {}
    marks = _marks(review)
    return {
        alert.record: alert.changes
        for alert, stages in _changed_since_votes(review, own=True)
        if stage in stages
        and _shown_mark(review, alert, marks) is None
        and not store_screening.is_revealed(review.store, alert.record, stage)
    }


def _marks(review: Review) -> dict[str, Row]:
    """Alerts that were seen to, by whom. See `_shown_mark` for whose marks show."""
    found: dict[str, Row] = {}
    for row in store_alerts.marks(review.store):
        if row["alert"] not in found or row["actor"] == review.viewer:
            found[row["alert"]] = row
    return found


def _shown_mark(review: Review, alert: Alert, marks: dict[str, Row]) -> Row | None:
    """A mark on a change tells that its author had voted on the record: it shows to its author only."""
    mark = marks.get(alert.id)
    if mark is not None and alert.kind == "changed" and mark["actor"] != review.viewer:
        return None
    return mark


def _notices(review: Review) -> list[Alert]:
    """Of a citation itself (RetractionIn), or told by a citation about the paper with a PMID (RetractionOf)."""
    found: dict[str, Alert] = {}
    for row in store_alerts.notices(review.store):
        touched = [row] if row["pmid"] is None else store_alerts.with_pmid(review.store, row["pmid"])
        for each in touched:
            what = content_id("alert", row["kind"], each["citation_id"], row["text"])
            found[what] = Alert(what, row["kind"], each["record_id"], each["citation_id"], row["text"])
    return list(found.values())


def _gone(review: Review) -> list[Alert]:
    """Accessions that a search returned once and that no newest run of their database returns."""
    store = review.store
    candidates: dict[tuple[str, str], Row] = {}
    for row in store_alerts.all_gone(store):
        for key in json.loads(row["gone"]):
            candidates[row["database"], key] = row
    if not candidates:
        return []
    still: dict[str, set[str]] = defaultdict(set)
    for run in store_alerts.last_runs(store):
        still[run["database"]].update(store_intake.returned_keys(store, run["id"]))
    found = []
    for (database, key), row in candidates.items():
        where = store_alerts.with_accession(store, database, key)
        if key in still[database] or where is None:
            continue
        what = content_id("alert", "gone", where["citation_id"], row["searched_on"] or "")
        text = f"{row['query']} did not return {database}:{key} any more on {row['searched_on'] or '?'}"
        found.append(Alert(what, "gone", where["record_id"], where["citation_id"], text))
    return found


def _changed(review: Review) -> list[Alert]:
    return [alert for alert, _ in _changed_since_votes(review, own=False)]


def _changed_since_votes(review: Review, *, own: bool) -> list[tuple[Alert, frozenset[Stage]]]:
    """Citations that read differently from the version that a vote is on, with the stages of such votes;
    only votes that the viewer may see count (`own`: only the viewer's)."""
    store = review.store
    found = []
    for citation in store_alerts.changed_citations(store):
        votes = store_alerts.votes_on_versions(store, citation)
        if not votes:
            continue
        record = store_citations.record_of(store, citation)
        visible = {
            (stage, vote.reviewer)
            for stage in Stage
            for vote in store_screening.votes_on(store, record, stage, review.viewer)
            if not own or vote.reviewer == review.viewer
        }
        seen = store_alerts.versions(store, citation)
        now = seen[-1]
        fields = {each.version: each.citation for each in seen}
        stages: set[Stage] = set()
        changes: tuple[Change, ...] = ()
        for vote in votes:
            stage = Stage(vote["stage"])
            if (stage, vote["actor"]) not in visible or vote["version_id"] == now.version:
                continue
            differ = differences(fields[vote["version_id"]], now.citation)
            if any(change.material for change in differ):
                stages.add(stage)
                changes = differ
        if stages:
            names = ", ".join(change.field for change in changes if change.material)
            text = f"reads differently from the version that was judged ({names})"
            what = content_id("alert", "changed", citation, now.version)
            found.append((Alert(what, "changed", record, citation, text, changes), frozenset(stages)))
    return found
