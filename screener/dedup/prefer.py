"""Which of a record's citations is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from screener.model.citation import REGISTERS, Citation
from screener.model.errors import InputError


def preferred(citations: Mapping[str, Citation], members: Collection[str]) -> str:
    """The member to show: PubMed's before other databases', a register's last; among equals the most complete
    (fields filled, then the longest abstract), then the smallest id."""
    if not members:
        raise InputError("a record without citations")

    def rank(id_: str) -> tuple[int, int, int, str]:
        citation = citations[id_]
        source = 0 if citation.source == "pubmed" else 2 if citation.source in REGISTERS else 1
        filled = sum(1 for value in citation.to_dict().values() if value not in (None, "", []))
        return source, -filled, -len(citation.abstract or ""), id_

    return min(members, key=rank)
