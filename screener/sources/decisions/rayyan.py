"""Rayyan's exports (CSV and RIS): the screening stands in the notes, all reviewers of a record in one line.

    RAYYAN-INCLUSION: {"Ana"=>"Included", "Bo"=>"Excluded"} | RAYYAN-LABELS: rct,adults |
    RAYYAN-EXCLUSION-REASONS: wrong drug | USER-NOTES: {"Bo"=>["only an abstract"]}

Reasons and labels are the record's, not a person's: the reasons go with the exclusions, the labels with every vote.
The stage is not told.
"""

from __future__ import annotations

import re

from screener.model.citation import Citation
from screener.sources.decisions.cells import lines, words
from screener.sources.decisions.values import Said

MARK = re.compile(r"RAYYAN-(?:INCLUSION|LABELS|EXCLUSION-REASONS)\s*:")
_SECTION = re.compile(
    r"(?:^|\|)\s*(RAYYAN-INCLUSION|RAYYAN-LABELS|RAYYAN-EXCLUSION-REASONS|USER-NOTES)\s*:\s*", re.MULTILINE
)
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile(
    rf"{_TEXT}\s*(?:=>|:)\s*(\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]|\"(?:[^\"\\]|\\.)*\"|\w+)", re.DOTALL
)
_QUOTED = re.compile(_TEXT, re.DOTALL)
# Older exports say true and false.
_VOTES = {
    "included": "include",
    "excluded": "exclude",
    "maybe": "maybe",
    "true": "include",
    "false": "exclude",
}
_UNDECIDED = frozenset({"nil", "null", "undecided", ""})


def said(place: str, reference: str | None, citation: Citation | None, notes: str) -> list[Said]:
    """The votes in the notes of one entry, one a reviewer who decided."""
    parts = _sections(notes)
    decided = _hash(parts.get("RAYYAN-INCLUSION", ""))
    own_notes = {name: _note(text) for name, text in _hash(parts.get("USER-NOTES", "")).items()}
    reasons = words(parts.get("RAYYAN-EXCLUSION-REASONS", ""), ",")
    labels = words(parts.get("RAYYAN-LABELS", ""), ",")
    votes = {name: _vote(text) for name, text in decided.items()}
    votes = {name: vote for name, vote in votes.items() if vote not in _UNDECIDED}
    remarks = []
    if votes and reasons and "exclude" not in votes.values():
        remarks.append(f"the reasons '{', '.join(reasons)}' belong to no exclusion")
    remarks += [f"a note of {name}, who did not decide" for name in own_notes if votes and name not in votes]
    return [
        Said(
            place=place,
            reference=reference,
            citation=citation,
            reviewer=name,
            vote=vote,
            reasons=reasons if vote == "exclude" else (),
            note=own_notes.get(name),
            labels=labels,
            remarks=tuple(remarks) if number == 0 else (),
        )
        for number, (name, vote) in enumerate(votes.items())
    ]


def _sections(notes: str) -> dict[str, str]:
    """Name of a section -> its text."""
    hits = [*_SECTION.finditer(notes)]
    ends = [*(hit.start() for hit in hits[1:]), len(notes)]
    return {hit[1]: notes[hit.end() : end].strip() for hit, end in zip(hits, ends, strict=False)}


def _hash(text: str) -> dict[str, str]:
    """Ruby's way to write a mapping: name -> value as it stands there."""
    return {_plain(pair[1]): pair[2] for pair in _PAIR.finditer(text)}


def _vote(printed: str) -> str:
    word = _plain(printed.strip('"')).strip().lower()
    return _VOTES.get(word, word)


def _note(printed: str) -> str | None:
    return lines(_plain(text[1]).strip() for text in _QUOTED.finditer(printed))


def _plain(quoted: str) -> str:
    """The text between Ruby's quotation marks."""
    signs = {"n": "\n", "t": "\t", "r": "\r"}

    def sign(match: re.Match[str]) -> str:
        return chr(int(match[2], 16)) if match[2] else signs.get(match[1], match[1])

    return re.sub(r"\\(u([0-9a-fA-F]{4})|.)", sign, quoted, flags=re.DOTALL)
