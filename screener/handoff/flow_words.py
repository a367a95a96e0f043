"""The words in each box of the flow diagram, as PRISMA 2020 puts them."""

from __future__ import annotations

from collections.abc import Mapping

from screener.handoff.flow import OPEN_LABELS, OPEN_STAGES, Flow

# Depth of indentation and text; a box is a list of them.
Words = list[tuple[int, str]]

TITLES = {
    "b": "Identification of studies via databases and registers",
    "c": "Identification of studies via other methods",
}
# What is open, said within the box of its stage.
_OF_WHICH = {
    "title_abstract": "of which awaiting a decision",
    "title_abstract_conflicts": "of which in conflict",
    "retrieval": "of which awaiting retrieval",
    "full_text": "of which awaiting a decision",
    "full_text_conflicts": "of which in conflict",
    "study": "of which not yet tied to a study",
}
STAGES = ("Identification", "Screening", "Included")


def n(count: int) -> str:
    """A count as printed: (n = 4,979), held together by no-break spaces."""
    return f"(n\u00a0=\u00a0{count:,})"


def words(flow: Flow) -> dict[str, Words]:
    """The boxes of columns B and C by key; those of C are there only in template N2."""
    found: dict[str, Words] = {
        "found": _found(flow),
        "removed": [
            (0, "Records removed before screening:"),
            (1, f"Duplicate records {n(flow.dup_removed)}"),
            (1, f"Records marked as ineligible by automation tools {n(flow.auto_removed)}"),
            (1, f"Records removed for other reasons {n(flow.other_removed)}"),
        ],
        "screened": [
            (0, f"Records screened {n(flow.screened)}"),
            *_open(flow.open, "title_abstract", "title_abstract_conflicts"),
        ],
        "excluded": _excluded(flow),
        "sought": [(0, f"Reports sought for retrieval {n(flow.sought)}"), *_open(flow.open, "retrieval")],
        "not_retrieved": [(0, f"Reports not retrieved {n(flow.not_retrieved)}")],
        "assessed": [
            (0, f"Reports assessed for eligibility {n(flow.assessed)}"),
            *_open(flow.open, "full_text", "full_text_conflicts"),
        ],
        "excl_reason": _reasons(flow.excl_reason),
        "included": [
            (0, f"Studies included in review {n(flow.new_studies)}"),
            (0, f"Reports of included studies {n(flow.new_reports)}"),
            *_open({"study": flow.open["study"] + flow.oth_open["study"]}, "study"),
        ],
    }
    if flow.template == "N2":
        found |= _other_methods(flow)
    return found


def provisional(flow: Flow) -> str | None:
    """The line that says how much is still open, by stage; None for a finished review."""
    if not flow.provisional:
        return None
    counts = {stage: flow.open[stage] + flow.oth_open[stage] for stage in OPEN_STAGES}
    parts = ", ".join(f"{count:,}\u00a0{OPEN_LABELS[stage]}" for stage, count in counts.items() if count)
    return f"PROVISIONAL: {flow.open_total:,} open ({parts})"


def _found(flow: Flow) -> Words:
    lines: Words = [(0, "Records identified from:")]
    for label, counts in (("Databases", flow.db_found), ("Registers", flow.reg_found)):
        lines.append((1, f"{label} {n(sum(counts.values()))}"))
        lines += [(2, f"{name} {n(count)}") for name, count in counts.items()]
    return lines


def _excluded(flow: Flow) -> Words:
    lines: Words = [(0, f"Records excluded {n(flow.excluded)}")]
    if flow.excluded_by_automation:
        lines.append((1, f"by a human {n(flow.excluded_by_human)}"))
        lines.append((1, f"by automation tools {n(flow.excluded_by_automation)}"))
    return lines


def _other_methods(flow: Flow) -> dict[str, Words]:
    boxes: dict[str, Words] = {
        "oth_found": [
            (0, "Records identified from:"),
            *((1, f"{_capital(name)} {n(count)}") for name, count in flow.oth_found.items()),
            *_open(flow.oth_open, "title_abstract", "title_abstract_conflicts", depth=0),
        ],
        "oth_sought": [
            (0, f"Reports sought for retrieval {n(flow.oth_sought)}"),
            *_open(flow.oth_open, "retrieval"),
        ],
        "oth_not_retrieved": [(0, f"Reports not retrieved {n(flow.oth_not_retrieved)}")],
        "oth_assessed": [
            (0, f"Reports assessed for eligibility {n(flow.oth_assessed)}"),
            *_open(flow.oth_open, "full_text", "full_text_conflicts"),
        ],
        "oth_excl_reason": _reasons(flow.oth_excl_reason),
    }
    dropped = (
        ("Duplicate records", flow.oth_dup),
        ("Records removed for other reasons", flow.oth_removed),
        ("Records excluded at title and abstract", flow.oth_excluded),
    )
    if any(count for _, count in dropped):
        boxes["oth_removed"] = [(0, "Records not taken further:")]
        boxes["oth_removed"] += [(1, f"{label} {n(count)}") for label, count in dropped if count]
    return boxes


def _reasons(reasons: Mapping[str, int]) -> Words:
    total = f"Reports excluded {n(sum(reasons.values()))}"
    return [
        (0, total + (":" if reasons else "")),
        *((1, f"{_capital(r)} {n(k)}") for r, k in reasons.items()),
    ]


def _open(waiting: Mapping[str, int], *stages: str, depth: int = 1) -> Words:
    return [(depth, f"{_OF_WHICH[stage]} {n(waiting[stage])}") for stage in stages if waiting[stage]]


def _capital(text: str) -> str:
    """A capital first, unless the first word has its own spelling (mFOLFOX6, an address)."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
