"""Collects what a reader finds, in file order: entries, bad entries, notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from screener.model.citation import BadEntry, Citation, Entry

IDENTIFIER = "a title, a DOI, a PMID, a registry number or an accession number"


@dataclass(slots=True)
class Found:
    """Positions count from 1 over good and bad entries together, so that they point into the file."""

    entries: list[Entry] = field(default_factory=list)
    bad: list[BadEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def next_position(self) -> int:
        return len(self.entries) + len(self.bad) + 1

    def add(self, raw: bytes, citation: Citation) -> None:
        """Takes a citation that says what it is about; one without title and identifier is bad."""
        c = citation
        if c.title or c.source_key or c.doi or c.pmid or c.pmcid or c.registry_ids:
            self.entries.append(Entry(self.next_position, raw, citation))
        else:
            self.reject(raw, "the entry has no title and no identifier", "title", IDENTIFIER)

    def reject(
        self, raw: bytes, message: str, field_name: str | None = None, expected: str | None = None
    ) -> None:
        self.bad.append(BadEntry(self.next_position, raw, message, field_name, expected))

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def main_source(self, otherwise: str) -> str:
        """The database most entries come from; the first of them when two are level."""
        counts = Counter(entry.citation.source for entry in self.entries)
        return max(counts, key=lambda name: counts[name]) if counts else otherwise
