"""The searches as PRISMA-S (Rethlefsen 2021) wants them reported: from the log, nothing typed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from screener.handoff.csvtext import for_people
from screener.steps.flow import LABELS, OTHER_LABELS
from screener.steps.queries import search_log
from screener.steps.review import Review

COLUMNS = (
    "date", "query", "database", "platform", "kind", "searched_by", "scope", "limits", "hits", "stored", "new",
    "changed", "unchanged", "repeated", "gone", "skipped", "missing", "state", "by", "at", "file", "strategy", "term",
    "query_translation", "messages", "notes",
)  # fmt: skip
_KINDS = (
    ("database", "Databases"),
    ("register", "Study registries"),
    ("citation", "Citation searching"),
    ("website", "Websites"),
    ("organisation", "Organisations"),
    ("other", "Other methods"),
)


def search_table(review: Review) -> str:
    """One row a run, as CSV; lists joined by '; '."""
    return for_people(COLUMNS, [_row(run) for run in search_log(review)])


def _row(run: dict[str, Any]) -> list[Any]:
    values = {
        **run,
        "date": _date(run),
        "searched_by": run["searched_by"] or run["by"],
        "limits": "; ".join(run["limits"]),
        "messages": "; ".join(run["messages"]),
        "gone": len(run["gone"]),
        "missing": len(run["missing"]),
    }
    return [values[name] for name in COLUMNS]


def _date(run: dict[str, Any]) -> str:
    return str(run["searched_on"] or run["at"][:10])


def search_report(review: Review) -> str:
    """The appendix in Markdown: each source with its platform, the dates of all runs and their counts, and the
    strategy as it was run last, verbatim."""
    log = search_log(review)
    lines = ["# Searches", "", "Reported after PRISMA-S; the numbers in brackets are its items.", ""]
    lines += _sources(log)
    for kind, heading in _KINDS:
        groups = _groups(run for run in log if run["kind"] == kind)
        if groups:
            lines += [f"## {heading}", ""]
        for runs in groups:
            lines += _one(runs)
    lines += _left_to_authors()
    return "\n".join(lines).rstrip() + "\n"


def _groups(runs: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Runs of one query together, in the order of their first."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for run in runs:
        found.setdefault((run["query"], run["database"]), []).append(run)
    return list(found.values())


def _sources(log: list[dict[str, Any]]) -> list[str]:
    """Items 1, 3, 13 and 15: what was searched, where, when last, and how many records it gave."""
    lines = [
        "| source (1, 3) | platform | runs | first search | last search (13) | records of the last run (15) |",
        "|---|---|---|---|---|---|",
    ]
    for runs in _groups(log):
        last = runs[-1]
        name = OTHER_LABELS.get(last["kind"], LABELS[last["database"]])
        label = f"{name} ({_cell(last['query'])})"
        hits = f"{last['hits']:,}" + ("" if last["finished"] else " (unfinished)")
        lines.append(
            f"| {label} | {_cell(last['platform'] or '')} | {len(runs)} | {_date(runs[0])} | {_date(last)} | {hits} |"
        )
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _one(runs: list[dict[str, Any]]) -> list[str]:
    last = runs[-1]
    lines = [f"### {last['query']}", ""]
    facts = [
        ("Source", OTHER_LABELS.get(last["kind"], LABELS[last["database"]])),
        ("Platform", last["platform"]),
        ("Searched by", last["searched_by"] or last["by"]),
        ("Limits (9)", "; ".join(last["limits"]) or "none"),
        ("Notes", last["notes"]),
    ]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    lines += [
        "",
        "| date (12, 13) | hits (15) | new | changed | no longer returned | not readable | file |",
        "|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        state = "" if run["finished"] else f" ({run['state']})"
        cells = [run["new"], run["changed"], len(run["gone"]), run["skipped"]]
        shown = " | ".join("" if cell is None else f"{cell:,}" for cell in cells)
        lines.append(f"| {_date(run)} | {run['hits']:,}{state} | {shown} | {_cell(run['file'] or '')} |")
    lines.append("")
    previous = None
    for run in runs:
        if run["strategy"] and run["strategy"] != previous:
            previous = run["strategy"]
            lines += [
                f"Strategy as run from {_date(run)} on (8), verbatim:",
                "",
                *_fenced(run["strategy"]),
                "",
            ]
    if last["query_translation"]:
        lines += ["How the database read it:", "", *_fenced(last["query_translation"]), ""]
    if last["messages"]:
        lines += ["What the database or the reader said:", "", *(f"- {m}" for m in last["messages"]), ""]
    return lines


def _fenced(text: str) -> list[str]:
    """A block that shows the text to the letter, also one that holds a fence itself."""
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, *text.strip("\n").split("\n"), fence]


def _left_to_authors() -> list[str]:
    return [
        "## For the authors",
        "",
        "The program does not know these; write them or say that there were none:",
        "",
        "- (2) databases searched together on one platform",
        "- (4, 6, 7) print sources and browsing, contacts, other methods that left no file",
        "- (9) the reason for each limit",
        "- (10) published filters, with their citation",
        "- (11) strategies taken from earlier reviews",
        "- (14) peer review of the strategies",
        "",
        "Deduplication (16): see the table of merges in the hand-off and docs/dedup.md.",
    ]
