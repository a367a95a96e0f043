"""robvis: risk-of-bias judgements, one row a study, columns by position (nma-formats, section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screener.extraction import rob
from screener.handoff.csvtext import for_engines
from screener.model.errors import ReviewError


@dataclass(frozen=True, slots=True)
class Tool:
    """What robvis calls the tool, its domains as (id, robvis's header), and its judgements."""

    name: str
    domains: tuple[tuple[str, str], ...]
    judgements: tuple[str, ...]


TOOLS = {
    "rob1": Tool(
        "ROB1",
        tuple((domain.id, domain.name) for domain in rob.DOMAINS),
        ("Low", "Unclear", "High"),
    ),
    "rob2": Tool(
        "ROB2",
        tuple((name, name) for name in ("D1", "D2", "D3", "D4", "D5")),
        ("Low", "Some concerns", "High", "No information"),
    ),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The agreed judgements of one study (or result): domain id to judgement, and the overall one."""

    study: str
    domains: Mapping[str, str]
    overall: str


def rob_table(tool: str, rows: Iterable[Judged], *, weight: bool = False) -> str:
    """The table that `robvis::rob_traffic_light` and `rob_summary` read.

    `weight` adds the column that `rob_summary(weighted = TRUE)` of CRAN's version needs and others refuse:
    write it to a second file. Raises ReviewError for a missing or unknown judgement (robvis looks at its
    first letter only and would take it) and for a study that stands twice (drawn over each other).
    """
    if tool not in TOOLS:
        raise ReviewError(f"robvis has no layout for the tool {tool!r}", expected=" or ".join(TOOLS))
    layout = TOOLS[tool]
    seen: set[str] = set()
    table: list[list[object]] = []
    for row in rows:
        if row.study in seen:
            raise ReviewError("the study has two rows of judgements", entry=row.study)
        seen.add(row.study)
        cells = [_judgement(row, domain, row.domains.get(domain), layout) for domain, _ in layout.domains]
        cells.append(_judgement(row, "overall", row.overall, layout))
        table.append([row.study, *cells, *([1] if weight else [])])
    header = ["Study", *(name for _, name in layout.domains), "Overall", *(["Weight"] if weight else [])]
    return for_engines(header, table)


def _judgement(row: Judged, domain: str, judgement: str | None, tool: Tool) -> str:
    wanted = (judgement or "").strip().casefold()
    found = next((name for name in tool.judgements if name.casefold() == wanted), None)
    if found is None:
        raise ReviewError(
            f"{judgement!r} is no judgement of {tool.name}" if judgement else "the judgement is missing",
            entry=row.study,
            field=domain,
            expected=" or ".join(tool.judgements),
        )
    return found
