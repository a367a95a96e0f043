"""docs/protocol.md tells of every key that the reader knows."""

from __future__ import annotations

from pathlib import Path

from screener.protocol import TABLES

DOCS = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_every_table_and_key_is_explained() -> None:
    text = DOCS.read_text(encoding="utf-8")
    missing = []
    for table, keys in TABLES.items():
        if table in ("", "picos", "screening", "reasons"):  # nothing but tables, explained one by one
            continue
        header = f"[[{table[:-2]}]]" if table.endswith("[]") else f"[{table}]"
        missing += [name for name in (header, *(f"`{key}`" for key in keys)) if name not in text]
    assert not missing
