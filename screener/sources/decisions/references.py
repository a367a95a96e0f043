"""Decisions in RIS: notes of Rayyan, ASReview and Covidence, and our own field U1."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from screener.model.citation import BadEntry, Citation
from screener.model.errors import InputError, Problem
from screener.sources import ris
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Notes, Options, take
from screener.sources.decisions import asreview, covidence, rayyan
from screener.sources.decisions.tables import EXPECTED
from screener.sources.decisions.values import Decisions, Said

# Our own field: one line a vote, a JSON object; and the record's reference.
VOTE_TAG, REFERENCE_TAG = "U1", "ID"
_OWN = re.compile(rf"{VOTE_TAG}  - (\{{.*\}})\s*\Z")
_REFERENCE = re.compile(rf"^{REFERENCE_TAG}  - (.*\S)", re.MULTILINE)
_TEXTS = ("stage", "reviewer", "vote", "reason", "note")


@dataclass(frozen=True, slots=True)
class _Entry:
    place: str
    citation: Citation | None
    text: str
    notes: tuple[str, ...]


def read(data: Input) -> Decisions:
    """All decisions of a RIS file. Raises InputError for a file that holds none."""
    notes = Notes()
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for position, cut in enumerate(ris.cut(data, Options(), notes.add), 1):
        place, text = f"entry {position}", text_of(cut.raw)[0]
        found = take(ris, cut, position, Options(), lambda _: None)
        if isinstance(found, BadEntry) and not _own_lines(text):
            problems.append(Problem(found.message, data.name, place, found.field, found.expected))
            continue
        citation = None if isinstance(found, BadEntry) else found.citation
        entries.append(_Entry(place, citation, text, tuple(ris.tags_of(text).get("N1", ()))))
    form = _form_of(data.name, entries)
    said: list[list[Said]] = []
    for entry in entries:
        try:
            said.append(_said(form, data.name, entry))
        except ValueError as error:
            problems.append(
                Problem(str(error), data.name, entry.place, VOTE_TAG, "a line as it was exported")
            )
    return Decisions(
        data.name,
        form,
        tuple(vote for votes in said for vote in votes),
        tuple(problems),
        in_order=form == "screener",
        unvoted=sum(not votes for votes in said),
        remarks=notes.said,
    )


def _form_of(file: str, entries: list[_Entry]) -> str:
    notes = [" ".join(entry.notes) for entry in entries]
    if any(_own_lines(entry.text) for entry in entries):
        return "screener"
    if any(rayyan.MARK.search(each) for each in notes):
        return "rayyan"
    if any(asreview.MARK.search(each) for each in notes):
        return "asreview"
    if covidence.list_of(file) or any(covidence.REASON.search(each) for each in notes):
        return "covidence"
    raise InputError("the file holds no decisions that are known", file=file, field="N1", expected=EXPECTED)


def _said(form: str, file: str, entry: _Entry) -> list[Said]:
    place, citation, notes = entry.place, entry.citation, "\n".join(entry.notes)
    if form == "screener":
        match = _REFERENCE.search(entry.text)
        return [_own(place, match[1] if match else None, citation, line) for line in _own_lines(entry.text)]
    if form == "rayyan":
        return rayyan.said(place, None, citation, notes)
    if form == "asreview":
        return asreview.said_entry(place, None, citation, entry.notes)
    return covidence.said(place, None, citation, notes, "", covidence.list_of(file))


def _own_lines(text: str) -> list[str]:
    return [match[1] for line in re.split(r"\r\n|\r|\n", text) if (match := _OWN.match(line))]


def _own(place: str, reference: str | None, citation: Citation | None, line: str) -> Said:
    """One of our lines, to the letter. Raises ValueError for one that somebody changed."""
    try:
        values = json.loads(line)
    except RecursionError as error:
        raise ValueError("the vote is no JSON") from error
    texts = {name: values.get(name) for name in _TEXTS}
    labels, marks = values.get("labels", []), values.get("marks", {})
    strings = [*(text for text in texts.values() if text is not None)]
    if not isinstance(labels, list) or not isinstance(marks, dict) or texts["vote"] is None:
        raise ValueError("the vote lacks its parts")
    if not all(isinstance(text, str) for text in [*strings, *labels, *marks.values()]):
        raise ValueError("the vote holds something else than text")
    return Said(
        place=place,
        reference=reference,
        citation=citation,
        stage=texts["stage"],
        reviewer=texts["reviewer"],
        vote=texts["vote"] or "",
        reasons=(texts["reason"],) if texts["reason"] else (),
        note=texts["note"],
        labels=tuple(labels),
        marks=marks,
    )
