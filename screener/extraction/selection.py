"""Which of several rows of one study speaks for an outcome, population and contrast (hr-math section 7).

First the whole trial before a subgroup that counts as the same population, then the latest data cut, then
the stratified or prespecified model, then others, then adjusted and post hoc ones. Rows that remain equal
are a question for a person: none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from screener.extraction.forms import fold
from screener.model.effects import LeftOut
from screener.model.extraction import Item

_ISO = re.compile(r"([12][0-9]{3})(?:-([01]?[0-9])(?:-([0-3]?[0-9]))?)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPOKEN = re.compile(r"(?:([0-3]?[0-9])(?:st|nd|rd|th)? )?([a-z]{3})[a-z]*\.?,? ([12][0-9]{3})")
_SPOKEN_US = re.compile(r"([a-z]{3})[a-z]*\.? ([0-3]?[0-9])(?:st|nd|rd|th)?, ([12][0-9]{3})")


@dataclass(frozen=True, slots=True)
class Row:
    """An agreed effect form, resolved to ids of the protocol; `whole`: all patients of the trial."""

    item: Item
    outcome: str
    population: str
    treatment: str
    comparator: str
    whole: bool

    @property
    def place(self) -> tuple[str, str, frozenset[str]]:
        return self.outcome, self.population, frozenset((self.treatment, self.comparator))


def select(rows: Iterable[Row]) -> tuple[list[Row], list[LeftOut]]:
    """One row for each outcome, population and contrast; the others with the reason. Order of first seen."""
    places: dict[tuple[str, str, frozenset[str]], list[Row]] = {}
    for row in rows:
        places.setdefault(row.place, []).append(row)
    chosen: list[Row] = []
    left_out: list[LeftOut] = []
    for rivals in places.values():
        ranks = _ranks(rivals)
        ranked = sorted(rivals, key=lambda r: (ranks[id(r)], fold(r.item.key)))
        best = ranked[0]
        ties = [r for r in ranked if ranks[id(r)] == ranks[id(best)]]
        subgroups = {fold(r.item.values.get("population", "")) for r in ranked}
        if not best.whole and len(subgroups) > 1:
            ties = ranked  # one subgroup is no newer version of another
        if len(ties) > 1:
            names = " and ".join(repr(r.item.key) for r in ties)
            reason = f"{names} count as the same result: the protocol or a person must choose"
            left_out += [_out(row, reason) for row in ties]
        else:
            chosen.append(best)
        left_out += [_out(r, _why(best, r)) for r in ranked[len(ties) :]]
    return chosen, left_out


def cut_date(text: str) -> date | None:
    """The date of a data cut: 2012-02-06, 2012-02, 2012, 6 February 2012, February 6, 2012. None: unread."""
    folded = fold(text)
    if (match := _ISO.search(folded)) and not any(m in folded for m in _MONTHS):
        return _date(match[1], match[2], match[3])
    if match := _SPOKEN_US.search(folded):
        return _date(match[3], _month(match[1]), match[2])
    if match := _SPOKEN.search(folded):
        return _date(match[3], _month(match[2]), match[1])
    return None


def model_rank(text: str) -> int:
    """0 stratified or prespecified, 1 unstratified, unadjusted or not said, 2 adjusted, 3 post hoc."""
    folded = fold(text).replace("post-hoc", "post hoc").replace("pre-specified", "prespecified")
    if "post hoc" in folded:
        return 3
    if re.search(r"\b(?:stratified|prespecified|primary)\b", folded):
        return 0
    return 2 if re.search(r"\badjusted\b", folded) else 1


def _ranks(rivals: list[Row]) -> dict[int, tuple[int, int, int]]:
    """Smaller is preferred. Without a date for every rival the model counts before the data cut, so that a
    dated post hoc analysis does not replace an undated primary one."""
    cuts = [cut_date(r.item.values.get("data_cut", "")) for r in rivals]
    dated = all(cuts)
    ranks: dict[int, tuple[int, int, int]] = {}
    for row, cut in zip(rivals, cuts, strict=True):
        day, model = -(cut.toordinal() if cut else 0), model_rank(row.item.values.get("model", ""))
        ranks[id(row)] = (0 if row.whole else 1, *((day, model) if dated else (model, day)))
    return ranks


def _why(best: Row, other: Row) -> str:
    taken = f"{best.item.key!r} is taken"
    values, kept = other.item.values, best.item.values
    if best.whole != other.whole:
        return f"a subgroup ({values.get('population', '').strip()}) beside the whole trial: {taken}"
    cut, newest = (cut_date(v.get("data_cut", "")) for v in (values, kept))
    same_model = model_rank(values.get("model", "")) == model_rank(kept.get("model", ""))
    if cut != newest and (same_model or (cut and newest)):
        stated = values.get("data_cut", "").strip() or "not stated"
        return f"superseded (data cut: {stated}): {taken}, the latest"
    model = values.get("model", "").strip() or "not stated"
    return f"another model ({model}): {taken} ({kept.get('model', '').strip() or 'not stated'})"


def _out(row: Row, reason: str) -> LeftOut:
    return LeftOut(row.item.study, row.outcome, row.population, reason)


def _month(word: str) -> str | None:
    return str(_MONTHS.index(word) + 1) if word in _MONTHS else None


def _date(year: str, month: str | None, day: str | None) -> date | None:
    """A partial date counts from its first day."""
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
