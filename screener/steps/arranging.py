"""A person's own order of the records that wait, and which of them to read now. Nothing is left out of the queue:
what a choice hides waits on, and its number is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from screener.model.errors import InputError
from screener.model.screening import Stage
from screener.steps.browse import Browser, Looking
from screener.steps.review import Review, open_review

# What each order is called on the screen.
ORDERS = {
    "queue": "as found",
    "year": "newest first",
    "title": "by title",
    "author": "by first author",
    "journal": "by journal",
    "shuffled": "shuffled, in an order of your own",
    "ranked": "likeliest includes first, learned from your votes",
}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`words` narrow as in the list of all records (phrases, fields, years, identifiers)."""

    order: str = "queue"
    words: str = ""

    @property
    def indexed(self) -> bool:
        """Whether the index of words and lines is needed."""
        return bool(self.words) or self.order not in {"queue", "shuffled", "ranked"}


def arrange(
    review: Review,
    waiting: Sequence[str],
    how: Arrangement,
    first: Sequence[str] = (),
) -> list[str]:
    """The waiting records that fit, in the order asked for. The index of words must be up to date (`prepare`).

    `first` are the ranking's, the likeliest include first; all others come behind them, as found. Raises InputError for
    an unknown order or words that cannot be understood.
    """
    if how.order not in ORDERS:
        raise InputError(f"'{how.order}' is no order", field="order", expected=", ".join(ORDERS))
    found = list(waiting)
    if how.indexed:
        inside = how.order if how.order not in {"shuffled", "ranked"} else "queue"
        wanted = set(waiting)
        looked = Looking(text=how.words, order=inside)
        found = [record for record in Browser(review).find(looked) if record in wanted]
    if how.order == "shuffled":
        mine = review.viewer or ""
        return sorted(found, key=lambda r: hashlib.sha256(f"{mine}/{r}".encode()).digest())
    if how.order == "ranked":
        fitting = set(found)
        ahead = [record for record in first if record in fitting]
        fitting.difference_update(ahead)
        return ahead + [record for record in found if record in fitting]
    return found


def prepare(review: Review) -> None:
    """Bring the index of words up to date, by a connection of its own: it may be called beside the screens."""
    own = open_review(review.folder, review.viewer)
    try:
        Browser(own).renew()
    finally:
        own.close()


def waiting_arranged(
    review: Review, stage: Stage, how: Arrangement, first: Sequence[str] = ()
) -> tuple[list[str], int]:
    """This person's queue as arranged, and how many records wait in all."""
    from screener.steps.screening import queue

    everything = queue(review, stage)
    return arrange(review, everything, how, first), len(everything)
