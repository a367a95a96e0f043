"""README.txt of a network folder: what it is, how to run it, what cannot be compared."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from screener.model.effects import LeftOut
from screener.model.protocol import Outcome, Population

WIDTH = 100


def part_readme(what: dict[str, Any]) -> str:
    """The text for one part, from its manifest."""
    title = (
        f"{what['outcome_label']}, {what['population_label']}: network of {what['level']}s, {what['part']}"
    )
    nodes = "\n".join(f"  {n['id']}  {n['label']}" for n in what["nodes"])
    blocks = [
        title + "\n" + "=" * len(title),
        _wrap(
            f"{_count(len(what['studies']), 'study', 'studies')}, "
            f"{_count(len(what['nodes']), 'treatment', 'treatments')}, reference {what['reference']}. "
            f"All effects are on the {what['scale']} scale. {what['direction']} "
            f"Small values are {what['small_values']}."
        ),
        "Treatments (id, label)\n" + nodes,
        _comparability(what),
        _notes("Covariance assumed, not reported", "source", what["assumed_covariances"]),
        _notes("To look at", "message", what["flags"]),
        _notes("Left out of this outcome and population", "reason", what["left_out"]),
        "In R\n" + _r_lines(what),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def empty_readme(outcome: Outcome, population: Population, reasons: Sequence[LeftOut]) -> str:
    """The text for a population that has no network."""
    title = f"{outcome.label}, {population.label}: no network"
    lines = [_item(x.study, x.reason) for x in reasons]
    return "\n".join([title, "=" * len(title), "", "There is nothing to pool here:", *lines]) + "\n"


def _comparability(what: dict[str, Any]) -> str:
    others = what["not_comparable"]
    if not others:
        return _wrap("All treatments of this outcome, population and level are in this one network.")
    text = _wrap(
        "What cannot be compared: no trial, directly or through others, joins the treatments above to those "
        "of the parts below. No engine and no ranking may put them side by side."
    )
    return "\n".join([text, *(_item(p["part"], ", ".join(p["nodes"])) for p in others)])


def _notes(heading: str, key: str, notes: Sequence[dict[str, Any]]) -> str:
    if not notes:
        return ""
    return "\n".join([heading, *(_item(note["study"], note[key]) for note in notes)])


def _r_lines(what: dict[str, Any]) -> str:
    preferred = -1 if what["small_values"] == "desirable" else 1
    reference = what["reference"]
    return "\n".join(
        (
            '  text <- function(f, ...) read.csv(f, encoding = "UTF-8", ...)',
            '  d <- text("gemtc_data_re.csv", colClasses = c(study = "character", treatment = "character"))',
            '  t <- text("gemtc_treatments.csv", colClasses = "character")',
            '  m <- gemtc::mtc.model(gemtc::mtc.network(data.re = d, treatments = t), likelihood = "normal",',
            '                        link = "identity", linearModel = "fixed", n.chain = 4)',
            "  r <- gemtc::mtc.run(m, n.adapt = 10000, n.iter = 50000)",
            f"  gemtc::sucra(gemtc::rank.probability(r, preferredDirection = {preferred}))",
            '  p <- text("netmeta.csv")',
            '  netmeta::netmeta(TE, seTE, treat1, treat2, studlab, data = p, sm = "HR",',
            f'                   reference.group = "{reference}", small.values = "{what["small_values"]}")',
            '  a <- text("multinma.csv")',
            f'  multinma::set_agd_contrast(a, study, trt, y = y, se = se, trt_ref = "{reference}")',
        )
    )


def _item(name: str | None, text: str) -> str:
    return textwrap.fill(
        f"{name}: {text}" if name else text, WIDTH, initial_indent="  - ", subsequent_indent="    "
    )


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH)


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"
