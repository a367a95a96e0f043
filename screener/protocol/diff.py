"""What changed between two protocols, in lines a person reads before adopting one."""

from __future__ import annotations

from collections.abc import Mapping

from screener.model.protocol import Protocol
from screener.protocol.writing import sections


def diff_protocols(old: Protocol, new: Protocol) -> list[str]:
    """One line a changed key, `key: old -> new`, in the order of the file; then one line a table reordered.

    Rows are matched by what names them (id, printed text or source), not by their place.
    """
    before, after = _flat(old), _flat(new)
    keys = list(dict.fromkeys([*before, *after]))
    changed = [key for key in keys if before.get(key) != after.get(key)]
    return [f"{key}: {_shown(before, key)} -> {_shown(after, key)}" for key in changed] + _moved(old, new)


def _flat(protocol: Protocol) -> dict[str, str]:
    """Every key with its value as text; a row itself is a key too, so that its coming or going shows."""
    flat: dict[str, str] = {}
    for head, row in sections(protocol):
        table = head.strip("[]")
        values = dict(row)
        if head.startswith("[["):
            table += f"[{values.pop(next(iter(row)))}]"  # the first key names the row
            flat[table] = "(present)"
        for key, value in values.items():
            if value is not None:
                flat[f"{table}.{key}"] = ", ".join(value) if isinstance(value, tuple) else str(value)
    return flat


def _shown(flat: Mapping[str, str], key: str) -> str:
    value = flat.get(key)
    if value is None:
        return "(none)"
    return value or "(empty)"


def _moved(old: Protocol, new: Protocol) -> list[str]:
    before, after = _orders(old), _orders(new)
    lines = []
    for table, names in after.items():
        kept = [name for name in before.get(table, []) if name in names]
        now = [name for name in names if name in kept]
        if kept != now:
            lines.append(f"{table} (order): {', '.join(kept)} -> {', '.join(now)}")
    return lines


def _orders(protocol: Protocol) -> dict[str, list[str]]:
    orders: dict[str, list[str]] = {}
    for head, row in sections(protocol):
        if head.startswith("[["):
            orders.setdefault(head.strip("[]"), []).append(str(next(iter(row.values()))))
    return orders
