"""Protocol to review.toml: the text that reads back as an equal protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

from screener.model.protocol import Protocol
from screener.model.screening import Stage

Value = str | int | float | date | tuple[str, ...] | None
Row = Mapping[str, Value]


def write_protocol(protocol: Protocol) -> str:
    """TOML from which `parse_protocol` gives `protocol` again, but for its `text`. Comments are not kept."""
    return "\n".join(f"{head}\n{_body(row)}" for head, row in sections(protocol))


def sections(protocol: Protocol) -> Iterable[tuple[str, Row]]:
    """The tables of the file in order: header as written, and its keys. None means: leave it out."""
    yield (
        "[review]",
        {
            "title": protocol.title,
            "short_title": protocol.short_title,
            "question": protocol.question,
            "registration": protocol.registration,
        },
    )
    for c in protocol.criteria:
        yield (
            f"[picos.{c.element}]",
            {"include": c.include, "exclude": c.exclude, "highlight": c.highlight},
        )
    yield (
        "[limits]",
        {
            "languages": protocol.languages,
            "date_from": protocol.date_from,
            "date_to": protocol.date_to,
        },
    )
    for s in protocol.source_limits:
        yield "[[limits.sources]]", {"source": s.source, "from_year": s.from_year, "reason": s.reason}
    same = protocol.duplicates
    yield "[duplicates]", {"preprints": same.preprints, "cochrane_versions": same.cochrane_versions}
    for r in protocol.reviewers:
        left = None if r.active else False
        yield "[[reviewers]]", {"id": r.id, "name": r.name, "roles": tuple(sorted(r.roles)), "active": left}
    for stage, rules in protocol.rules.items():
        full_text = stage is Stage.FULL_TEXT
        yield (
            f"[screening.{stage}]",
            {
                "voters": rules.voters,
                "verify": rules.verify or None,
                "maybe": None if full_text else rules.maybe,
                "reason_conflicts": rules.reason_conflicts if full_text else None,
                "settled_by": rules.settled_by,
                "conflict_names": rules.conflict_names,
                "stop_recall": rules.stop_recall or None,
                "stop_confidence": rules.stop_confidence if rules.stop_recall else None,
            },
        )
    if not any(protocol.reasons.values()):
        yield "[reasons]", {}
    for stage, reasons in protocol.reasons.items():
        for reason in reasons:
            yield (
                f"[[reasons.{stage}]]",
                {"id": reason.id, "label": reason.label, "element": reason.element},
            )
    for o in protocol.outcomes:
        yield (
            "[[outcomes]]",
            {
                "id": o.id,
                "label": o.label,
                "measure": o.measure,
                "role": o.role,
                "small_values": o.small_values,
            },
        )
    for p in protocol.populations:
        yield "[[populations]]", {"id": p.id, "label": p.label}
    for rule in protocol.population_rules:
        yield (
            "[[population_rules]]",
            {"printed": rule.printed, "population": rule.population or "", "reason": rule.reason},
        )
    for m in protocol.mechanisms:
        yield "[[mechanisms]]", {"id": m.id, "label": m.label}
    for n in protocol.nodes:
        yield "[[nodes]]", {"id": n.id, "label": n.label, "mechanism": n.mechanism}
    for g in protocol.regimens:
        yield "[[regimens]]", {"printed": g.printed, "node": g.node}
    yield "[synthesis]", {"references": protocol.references}
    yield "[risk_of_bias]", {"tool": protocol.rob_tool}


def _body(row: Row) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in row.items() if value is not None)


def _value(value: Value) -> str:
    if isinstance(value, str):
        # A TOML basic string is a JSON string, except that TOML wants DEL escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return value.isoformat() if isinstance(value, date) else str(value)
