"""Agreement between reviewers in lines of text, for a terminal and for the screens; at most 76 cells wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from screener.screening.agreement_parts import Part, StageAgreement
from screener.screening.agreement_values import COCHRANE, FEW, LANDIS_KOCH, Agreement, Estimate, band

VOTES = {"first": "first votes", "closing": "votes at closing"}
NOT_DEFINED = "not defined"
WIDTH = 76


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


def heading(stage: StageAgreement, part: Part, votes: str) -> str:
    """'Title/abstract, main screening: votes at closing, 110 records'."""
    label = stage.stage.label
    name = part.name if part.pilot is None else f"pilot '{part.name}'"
    records = f"{part.records:,} record{'' if part.records == 1 else 's'}"
    return f"{label[:1].upper()}{label[1:]}, {name}: {VOTES[votes]}, {records}"


def empty(part: Part) -> tuple[str, ...]:
    """What a part without records says: when there will be numbers."""
    who = "two reviewers have" if part.pilot is None else "all its voters have"
    return (
        f"No numbers yet. A record enters when {who} voted",
        "on it and nobody else is asked to.",
        "Open votes never enter: these figures tell nothing of them.",
    )


def figures(stage: StageAgreement, part: Part) -> Section:
    """The table of counts and every coefficient, pooled over the pairs of reviewers."""
    votes = part.votes
    first, second = "the first", "the second"
    if stage.hidden:
        first, second = "one", "the other"
    elif len(part.pairs) == 1:
        first, second = part.pairs[0].first, part.pairs[0].second
    counts = [
        f"a {votes.a:,} both include   b {votes.b:,} only {first}   c {votes.c:,} only {second}",
        f"d {votes.d:,} both exclude",
    ]
    joined = "   ".join(counts)
    lines = [joined] if cell_len(joined) <= WIDTH else counts
    lines += ["", *_coefficients(votes), ""]
    lines.append(
        f"prevalence index {_share(votes.prevalence_index)}   bias index {_share(votes.bias_index)}   {_mcnemar(votes)}"
    )
    if votes.few:
        lines.append(f"~ {FEW} (below 50 records or 5 of one answer)")
    if votes.repeated:
        lines.append(
            f"{votes.n:,} pairs of votes on {votes.records:,} records; intervals: bootstrap of records"
        )
    elif not votes.b + votes.c:
        lines.append("no interval of kappa and AC1: nobody differed, so nothing varies")
    elif votes.kappa.method == "bootstrap" or votes.ac1.method == "bootstrap":
        lines.append("intervals of kappa and AC1: bootstrap, because a, b or c is below 5")
    if len(part.pairs) > 1 and not stage.hidden:
        lines.append("first and second of each pair: in the order of the protocol")
    if stage.hidden:
        lines.append("names are hidden: the larger cell of disagreement stands first")
    return Section("", tuple(lines))


def _coefficients(votes: Agreement) -> list[str]:
    return [
        _row("kappa", votes.kappa, f"{band(votes.kappa.value, LANDIS_KOCH)} ({LANDIS_KOCH})"),
        _row("", None, f"{band(votes.kappa.value, COCHRANE)} ({COCHRANE})")
        if votes.kappa.value is not None
        else _row("", None, "both gave the same one answer only"),
        _row("AC1", votes.ac1),
        _row("positive agreement", Estimate(votes.positive), "of one's includes, the other's too"),
        _row("negative agreement", Estimate(votes.negative), "the same of excludes"),
        _row("observed agreement", votes.observed),
        _row("maximum kappa", Estimate(votes.kappa_max), "the most that these margins allow"),
        _row("PABAK", votes.pabak),
    ]


def _row(name: str, estimate: Estimate | None, words: str = "") -> str:
    if estimate is None:
        return f"{'':<41}{words}".rstrip()
    if estimate.value is None:
        return f"{name:<19}{NOT_DEFINED}"
    return f"{name:<19}{_share(estimate.value):>5}  {_interval(estimate):<15}{words}".rstrip()


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_share(estimate.low)} to {_share(estimate.high)}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value + 0.0:.2f}".replace("-0.00", "0.00")


def _mcnemar(votes: Agreement) -> str:
    test = votes.mcnemar
    if test.p is None:
        return "McNemar -"
    p = "p < 0.001" if test.p < 0.001 else f"p = {test.p:.3f}"
    return f"McNemar {p} ({test.method})"


def tables(part: Part, labels: Mapping[str, str]) -> list[Section]:
    """By pair, on maybe, on reasons, over time; sections without content are left out. `labels` name the reasons."""
    found = []
    if len(part.pairs) > 1:
        rows: list[tuple[object, ...]] = [
            (f"{p.first}, {p.second}", p.votes.n, *_cells(p.votes), *_short(p.votes)) for p in part.pairs
        ]
        lines = _lines(("pair", "n", *"abcd", *_SHORT), rows)
        found.append(Section("By pair", _footed(lines)))
    if part.three is not None and part.three.n:
        maybe = sum(part.three.counts[1]) + sum(row[1] for row in part.three.counts)
        if maybe:
            said = [
                "Above, maybe counts as include.",
                _row("kappa of three", part.three.kappa, "include, maybe and exclude apart"),
                _row("agreement on maybe", Estimate(part.three.specific["maybe"])),
            ]
            found.append(Section("With maybe as its own answer", tuple(said)))
    if part.reasons is not None and part.reasons.n:
        found.append(_reasons(part, labels))
    if part.batches:
        rows = [(f"{b.start:,}-{b.end:,}", b.until[:10], b.votes.n, *_short(b.votes)) for b in part.batches]
        lines = _lines(("records", "until", "n", *_SHORT), rows)
        found.append(Section("Over time, as records closed", _footed(lines)))
    return found


_SHORT = ("kappa", "interval", "AC1", "positive", "")


def _short(votes: Agreement) -> tuple[str, ...]:
    figures = (
        _share(votes.kappa.value),
        _interval(votes.kappa),
        _share(votes.ac1.value),
        _share(votes.positive),
    )
    return *figures, "~" if votes.few else " "


def _footed(lines: tuple[str, ...]) -> tuple[str, ...]:
    return (*lines, f"~ {FEW}") if any(line.endswith("~") for line in lines) else lines


def _cells(votes: Agreement) -> tuple[int, ...]:
    return votes.a, votes.b, votes.c, votes.d


def _reasons(part: Part, labels: Mapping[str, str]) -> Section:
    found = part.reasons
    assert found is not None
    rows = []
    for i, name in enumerate(found.names):
        both = found.counts[i][i]
        one = sum(found.counts[i]) + sum(row[i] for row in found.counts) - 2 * both
        if both or one:
            rows.append((labels.get(name, name or "(no reason)"), both, one, _share(found.specific[name])))
    lines = [
        _row("kappa", found.kappa),
        _row("AC1", found.ac1),
        _row("same reason", found.observed),
        *_lines(("reason", "both", "only one", "agreement"), rows),
    ]
    if found.few:
        lines.append(f"~ {FEW} of kappa and AC1")
    return Section(f"Reasons, of {found.n:,} that both exclude", tuple(lines))


def _lines(header: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[str, ...]:
    """Columns: the first to the left and cut where it must be, the others to the right."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(header))]
    others, gaps = sum(widths[1:]), len(widths) - 1
    gap = "  " if min(46, widths[0]) + others + 2 * gaps <= WIDTH else " "
    widths[0] = min(widths[0], max(8, WIDTH - others - gaps * len(gap)))

    def fitted(text: str, width: int, left: bool) -> str:
        if cell_len(text) > width:
            return set_cell_size(text, width - 1) + "…"
        space = " " * (width - cell_len(text))
        return text + space if left else space + text

    return tuple(
        gap.join(fitted(text, widths[i], i == 0) for i, text in enumerate(row)).rstrip() for row in cells
    )
