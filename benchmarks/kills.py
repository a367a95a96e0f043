"""The screening desk killed at random moments: `python -m benchmarks.kills [--kills 200] [--seed 1]`.

A real process draws the real desk in a pseudo-terminal of 80x24, for A and B in turn. Keys go in, as a person types
them or some at once; what is acknowledged is read off the screen: the count of records left and the next record. At a
random moment comes SIGKILL. Then everything that the screen had acknowledged has to be in the file, once and in the
order in which it was said; of what was on its way the beginning may be there, each act whole; and the file has to be
sound. It is looked at in a copy, so that the next process finds what the killed one left. Prints one line of figures
and ends with 1 if anything was lost or doubled, or a database did not open.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from screener.model.errors import ScreenerError
from screener.steps.review import open_review
from tests.builders import add_citations, citation, make_review

ROWS, COLUMNS = 24, 80
PATIENCE = 30.0  # seconds for a desk to be drawn
TITLE = "Made-up record no. {}"
_MOVES = re.compile(r"\x1b\[[0-9;]*[Hf]")
_CODES = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|[=>78cDEHM])")
_LEFT = re.compile(r"([\d,]+) left ·")
_TITLE = re.compile(TITLE.format(r"(\d+)\b"))


@dataclass(frozen=True)
class Said:
    """One row of the ledger: a vote as it should be there (`vote` None: taken back)."""

    record: int | None  # None: not seen on the screen before it was voted on
    vote: str | None
    reason: str | None = None
    note: str | None = None
    marks: str = "{}"
    labels: str = "[]"

    def fits(self, row: Said) -> bool:
        """Whether a row of the ledger is this act, whole."""
        mine = (self.vote, self.reason, self.note, self.marks, self.labels)
        return self.record in (None, row.record) and mine == (
            row.vote,
            row.reason,
            row.note,
            row.marks,
            row.labels,
        )


@dataclass
class Figures:
    kills: int = 0
    acknowledged: int = 0
    on_its_way: int = 0  # acts that were not acknowledged and are there
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    unopened: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        self.faults.append(f"kill {self.kills}: {what}")


class Desk:
    """The program in a pseudo-terminal, and what it has drawn so far."""

    def __init__(self, folder: Path, person: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "NO_COLOR"}}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "screener", "-C", str(folder), "--as", person],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)
        self._raw = b""
        self.text = ""

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take what is drawn within so many seconds; False: the terminal is closed."""
        if not select.select([self._master], [], [], max(0.0, seconds))[0]:
            return True
        try:
            got = os.read(self._master, 65536)
        except OSError:
            return False
        self._raw += got
        # A code that is not finished yet stays for the next time.
        end = self._raw.rfind(b"\x1b")
        cut = end if end >= 0 and len(self._raw) - end < 32 else len(self._raw)
        self._take(cut)
        return bool(got)

    def _take(self, cut: int) -> None:
        text = self._raw[:cut].decode("utf-8", errors="ignore")
        self._raw = self._raw[cut:]
        self.text += _CODES.sub("", _MOVES.sub("\n", text))

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.read(left):
                time.sleep(max(0.0, end - time.monotonic()))

    def until(self, seen: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not seen():
            if time.monotonic() > end or not self.read(0.5):
                raise TimeoutError(f"{what} was not drawn; the end of the screen: {self.text[-400:]!r}")

    @property
    def left(self) -> int | None:
        """The count of records left that was drawn last."""
        found = _LEFT.findall(self.text)
        return int(found[-1].replace(",", "")) if found else None

    @property
    def record(self) -> int | None:
        """The record that was drawn last."""
        found = _TITLE.findall(self.text)
        return int(found[-1]) if found else None

    def kill(self) -> None:
        """SIGKILL, and then what was drawn until then."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        while select.select([self._master], [], [], 0.0)[0] and self.read(0.0):
            pass
        self._take(len(self._raw))
        os.close(self._master)


# What a person does: keys, each with the words that the screen answers before the next (None: the next record), and the
# row that comes of it.
Keys = tuple[tuple[str, str | None], ...]
AT_ONCE: tuple[tuple[str, Said], ...] = (
    ("i", Said(None, "include")),
    ("m", Said(None, "maybe")),
    ("1", Said(None, "exclude", "population")),
    ("2", Said(None, "exclude", "design")),
    ("E", Said(None, "exclude")),
)
WITH_MORE: tuple[tuple[Keys, Said], ...] = (
    ((("e", "Exclude: why?"), ("\r", None)), Said(None, "exclude")),
    ((("e", "Exclude: why?"), ("2", None)), Said(None, "exclude", "design")),
    (
        (("n", "Note; it goes"), ("ask them\r", "note: ask them"), ("i", None)),
        Said(None, "include", note="ask them"),
    ),
    (
        (("l", "Labels of your own"), ("methods\r", "labels: methods"), ("m", None)),
        Said(None, "maybe", labels='["methods"]'),
    ),
    (
        (("p", "Does the record fit"), ("p", "yes"), ("\r", "P+"), ("1", None)),
        Said(None, "exclude", "population", marks='{"population": "yes"}'),
    ),
)
VOTES: tuple[tuple[Keys, Said], ...] = tuple((((key, None),), said) for key, said in AT_ONCE) + WITH_MORE


class Person:
    """One reviewer's rows as the ledger had them after the last kill, and the acts of the present sitting."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Said] = []
        self.done: list[Said] = []  # acknowledged in this sitting
        self.under_way: list[Said] = []
        # What stood beside votes that were taken back in this sitting: it goes with the next vote on the record.
        self.beside: dict[int, Said] = {}

    def holds(self, rows: list[Said]) -> dict[int, int]:
        """The records on which a vote stands, with the place of its row."""
        heads: dict[int, int] = {}
        for place, row in enumerate(rows):
            if row.record is not None:
                heads[row.record] = place
        return {record: place for record, place in heads.items() if rows[place].vote is not None}

    def newest(self) -> Said | None:
        """The vote that `u` takes back."""
        rows = [*self.rows, *self.done]
        held = self.holds(rows)
        return rows[max(held.values())] if held else None

    def take_back(self, vote: Said) -> Said:
        assert vote.record is not None
        if (vote.note, vote.marks, vote.labels) != (None, "{}", "[]"):
            self.beside[vote.record] = vote
        return Said(vote.record, None)


def sit(desk: Desk, person: Person, chance: random.Random, records: int) -> None:
    """Open the desk, do some acts one by one, and leave some under way; the caller kills."""
    desk.until(lambda: "waits for you" in desk.text, "the home screen")
    desk.press("g")
    desk.until(lambda: "Go to" in desk.text, "the list of places")
    desk.press("s")
    desk.until(lambda: desk.left is not None and desk.record is not None, "the desk")
    expected = records - len(person.holds(person.rows))
    desk.until(lambda: desk.left == expected, f"'{expected} left' for {person.name}")
    for _ in range(chance.randrange(0, 8)):
        act(desk, person, chance)
    if chance.random() < 0.3 and not person.beside:
        # Typed ahead: the screen may draw several of them at once.
        picked = [chance.choice(AT_ONCE) for _ in range(chance.randrange(2, 7))]
        before = desk.left
        person.under_way = [said for _, said in picked]
        desk.press("".join(keys for keys, _ in picked))
        desk.pause(chance.uniform(0.0, 0.15))
        desk.kill()
        drawn = (before or 0) - (desk.left or 0)
        person.done += person.under_way[:drawn]
        person.under_way = person.under_way[drawn:]
    else:
        act(desk, person, chance, killed=True)


def act(desk: Desk, person: Person, chance: random.Random, *, killed: bool = False) -> None:
    """One act, until the screen acknowledges it; `killed`: a SIGKILL comes about then."""
    kind = chance.random()
    record, before = desk.record, desk.left or 0
    after = before - 1
    keys: Keys
    if kind < 0.12 and (back := person.newest()) is not None:
        keys, said, after = (("u", None),), person.take_back(back), before + 1
    elif kind < 0.24 and person.done and person.done[-1].vote is not None:
        # A change of mind: back to the record before, and another vote; none is left less.
        last = person.done[-1]
        desk.press("k")
        desk.until(lambda: desk.record == last.record, "the record before")
        keys, after, record = (("i", None),), before, last.record
        said = Said(record, "include", None, last.note, last.marks, last.labels)
    elif record in person.beside:
        kept = person.beside.pop(record)
        key, plain = chance.choice(AT_ONCE)
        keys = ((key, None),)
        said = replace(kept, vote=plain.vote, reason=plain.reason)
    else:
        keys, plain = chance.choice(VOTES)
        said = replace(plain, record=record)
    person.under_way = [said]
    start = len(desk.text)

    def drawn() -> bool:
        """The new count, and another record."""
        return _LEFT.search(desk.text, start) is not None and desk.left == after and desk.record != record

    last_key = chance.randrange(len(keys)) if killed else len(keys)
    for number, (key, answer) in enumerate(keys):
        here = len(desk.text)
        desk.press(key)
        if number == last_key:
            desk.pause(chance.uniform(0.0, 0.06))
            desk.kill()
            if number + 1 == len(keys) and drawn():
                break
            return
        if answer is not None:
            desk.until(lambda answer=answer, here=here: answer in desk.text[here:], f"{answer!r}")  # type: ignore[misc]
        else:
            desk.until(drawn, f"the answer to {key!r}")
    person.done.append(said)
    person.under_way = []


def ledger(folder: Path, names: dict[str, int]) -> tuple[dict[str, list[Said]], int, list[str]]:
    """Each person's rows, the clashes (two heads of one person on one record), and what SQLite finds wrong."""
    review = open_review(folder, "C")
    try:
        rows: dict[str, list[Said]] = {"A": [], "B": []}
        for row in review.store.rows(
            "SELECT a.actor, d.citation_id, d.vote, d.reason, d.note, d.marks, d.labels "
            "FROM decisions d JOIN acts a ON a.id = d.id ORDER BY d.id"
        ):
            marks = json.dumps(json.loads(row[5]), sort_keys=True) if row[5] else "{}"
            labels = json.dumps(json.loads(row[6])) if row[6] else "[]"
            rows[row[0]].append(Said(names[row[1]], row[2], row[3], row[4], marks, labels))
        clashes = review.store.value(
            "SELECT count(*) FROM (SELECT 1 FROM decisions d JOIN acts a ON a.id = d.id WHERE NOT EXISTS "
            "(SELECT 1 FROM acts n WHERE n.replaces = d.id) GROUP BY a.actor, d.citation_id, d.stage "
            "HAVING count(*) > 1)"
        )
        # An act without its vote, or the other way round, would be half an act.
        halves = review.store.value(
            "SELECT count(*) FROM acts a WHERE a.kind = 'decision' AND NOT EXISTS "
            "(SELECT 1 FROM decisions d WHERE d.id = a.id)"
        )
        wrong = review.store.check()
        if halves:
            wrong.append(f"{halves} acts without their vote")
        return rows, int(clashes), wrong
    finally:
        review.close()


def look(folder: Path, copy: Path, people: list[Person], names: dict[str, int], figures: Figures) -> None:
    """Compare the file with what the screens acknowledged."""
    shutil.rmtree(copy, ignore_errors=True)
    (copy / "db").mkdir(parents=True)
    shutil.copy(folder / "review.toml", copy)
    for path in (folder / "db").glob("review.db*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, copy / "db")
    try:
        rows, clashes, wrong = ledger(copy, names)
    except ScreenerError as error:
        figures.unopened += 1
        figures.fault(str(error))
        return
    if wrong:
        figures.unopened += 1
        figures.fault("; ".join(wrong))
    figures.doubled += clashes
    for person in people:
        found = rows[person.name]
        said = [*person.rows, *person.done]
        for place, one in enumerate(said):
            row = found[place] if place < len(found) else None
            if row is None or not one.fits(row):
                figures.lost += 1
                figures.fault(
                    f"act {place} of {person.name}: said {one}, found {row}; before {found[place - 2 : place]}"
                )
        more = found[len(said) :]
        figures.on_its_way += len(more)
        if len(more) > len(person.under_way):
            figures.doubled += len(more) - len(person.under_way)
            figures.fault(f"more than was said: {more}")
        torn = sum(not one.fits(row) for one, row in zip(person.under_way, more, strict=False))
        if torn:
            figures.torn += torn
            figures.fault(f"not as it was said: {person.under_way}, {more}")
        figures.acknowledged += len(person.done)
        person.rows, person.done, person.under_way, person.beside = found, [], [], {}


def run(folder: Path, kills: int, seed: int, records: int) -> Figures:
    review = make_review(folder / "review")
    ids = add_citations(review, (citation(n, title=TITLE.format(n)) for n in range(1, records + 1)))
    review.close()
    names = {row: number for number, row in enumerate(ids, 1)}
    chance = random.Random(seed)
    people = [Person("A"), Person("B")]
    figures = Figures()
    for number in range(kills):
        person = people[number % 2]
        desk = Desk(folder / "review", person.name)
        figures.kills += 1
        if chance.random() < 0.05:
            desk.pause(chance.uniform(0.0, 1.5))  # while it starts
            desk.kill()
        else:
            try:
                sit(desk, person, chance, records)
            except TimeoutError as error:
                figures.unopened += 1
                figures.fault(str(error))
                desk.kill()
        look(folder / "review", folder / "copy", people, names, figures)
        if figures.kills % 20 == 0:
            print(f"{figures.kills} kills ...", file=sys.stderr)
    rows, _, wrong = ledger(folder / "review", names)
    if wrong or any(rows[person.name] != person.rows for person in people):
        figures.unopened += 1
        figures.fault("the file itself differs from its copy")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=3_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        figures = run(Path(folder), chosen.kills, chosen.seed, chosen.records)
    for fault in figures.faults:
        print(fault, file=sys.stderr)
    print(
        f"{figures.kills} kills in {time.monotonic() - start:.0f} s: {figures.acknowledged:,} votes acknowledged, "
        f"{figures.on_its_way} more that were under way, {figures.lost} lost, {figures.doubled} doubled, "
        f"{figures.torn} in part, {figures.unopened} databases that did not open"
    )
    sys.exit(
        1 if figures.lost or figures.doubled or figures.torn or figures.unopened or figures.faults else 0
    )


if __name__ == "__main__":
    main()
