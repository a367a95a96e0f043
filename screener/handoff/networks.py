"""The network folders of a review: one per outcome, population, level and connected part.

    OS/all/node/part1-CTFU/   gemtc_data_re.csv gemtc_treatments.csv netmeta.csv multinma.csv
                              manifest.json README.txt
    OS/crc_msi/README.txt     a population without any effect: only why

No engine here has an outcome column, and none says which parts of a network cannot be compared, so
the folder says both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from screener.handoff import gemtc, multinma, netmeta
from screener.handoff.manifest import manifest
from screener.handoff.parts import check_part
from screener.handoff.readme import empty_readme, part_readme
from screener.model.effects import LeftOut
from screener.model.errors import ReviewError
from screener.model.protocol import Protocol
from screener.synthesis.network import Part

NO_EFFECT = "no included study reports a hazard ratio for this outcome in this population"


def network_files(
    parts: Sequence[Part],
    left_out: Mapping[str, Sequence[LeftOut]],
    protocol: Protocol,
    *,
    patients: Mapping[tuple[str, str], int] | None = None,
) -> dict[str, bytes]:
    """Every file of every part, by relative path; plus a README for each network without effects.

    `left_out` maps each level asked for to the effects that are in no file of it (what is within one
    mechanism may still stand between two nodes); an entry with an empty study says why a population has
    none. `patients` maps (study, node) to the number randomised. Raises ReviewError if any part cannot be
    handed over: then no file is made.
    """
    files: dict[str, bytes] = {}
    for part in parts:
        folder = "/".join(folder_name(x) for x in (part.outcome, part.population, part.level, part.name))
        lost = reasons_for(left_out.get(part.level, ()), part.outcome, part.population)
        for name, text in _part_files(part, parts, lost, protocol, patients).items():
            _add(files, f"{folder}/{name}", text)
    for outcome in protocol.outcomes:
        for population in protocol.populations:
            there = {p.level for p in parts if (p.outcome, p.population) == (outcome.id, population.id)}
            folder = f"{folder_name(outcome.id)}/{folder_name(population.id)}"
            # No network at all: one README in the population's folder; else one for each level without.
            empty = [f"/{folder_name(level)}" for level in left_out if level not in there] if there else [""]
            for below in empty:
                lost = [
                    x
                    for level, entries in left_out.items()
                    if not there or below == f"/{folder_name(level)}"
                    for x in reasons_for(entries, outcome.id, population.id)
                ]
                lost = list(dict.fromkeys(lost)) or [LeftOut("", outcome.id, population.id, NO_EFFECT)]
                _add(files, f"{folder}{below}/README.txt", empty_readme(outcome, population, lost))
    return files


def folder_name(text: str) -> str:
    """The text as a folder name that every system takes."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip(".")
    return name or "_"


def reasons_for(left_out: Sequence[LeftOut], outcome: str, population: str) -> list[LeftOut]:
    return [x for x in left_out if x.outcome == outcome and x.population == population]


def labels_of(part: Part, protocol: Protocol) -> dict[str, str]:
    """What the protocol calls the part's treatments: nodes, or mechanisms at that level."""
    found = {}
    for node in part.nodes:
        named = protocol.mechanism(node) if part.level == "mechanism" else protocol.node(node)
        if named is None:
            raise ReviewError(f"the protocol has no {part.level} {node!r}, but {part.name} uses it")
        found[node] = named.label
    return found


def _part_files(
    part: Part,
    parts: Sequence[Part],
    left_out: Sequence[LeftOut],
    protocol: Protocol,
    patients: Mapping[tuple[str, str], int] | None,
) -> dict[str, str]:
    flags = check_part(part)
    labels = labels_of(part, protocol)
    siblings = [
        p
        for p in parts
        if (p.outcome, p.population, p.level) == (part.outcome, part.population, part.level)
        and p.name != part.name
    ]
    what = manifest(
        part,
        protocol,
        labels=labels,
        flags=flags,
        left_out=left_out,
        other_parts=siblings,
    )
    return {
        gemtc.DATA_FILE: gemtc.data_re(part),
        gemtc.TREATMENTS_FILE: gemtc.treatments(part, labels),
        netmeta.FILE: netmeta.pairs(part),
        multinma.FILE: multinma.contrasts(part, patients),
        "manifest.json": json.dumps(what, ensure_ascii=False, indent=2, allow_nan=False) + "\n",
        "README.txt": part_readme(what),
    }


def _add(files: dict[str, bytes], path: str, text: str) -> None:
    if path in files:
        raise ReviewError(f"two networks would be written to {path}")
    files[path] = text.encode("utf-8")
