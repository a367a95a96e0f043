"""Which record of the review an entry of somebody else's file is.

By our reference, else by PMID, DOI, accession and register number, else by the deduplication engine. What it is not
sure of matches nothing: a vote on the wrong record is worse than one that has to be asked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from screener.dedup import Verdict, find_pairs
from screener.model.citation import Citation
from screener.model.errors import ReviewError
from screener.steps.deduplication import policy_of
from screener.steps.review import Review
from screener.store import citations as store_citations

_EXPECTED = "one record of the review; a column `record` with its reference names it"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file tells of one record: our reference, or the fields of a citation, or both."""

    reference: str | None
    citation: Citation | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Why an entry is no record of the review, or more than one, and what would help."""

    message: str
    expected: str = _EXPECTED


def match_records(review: Review, entries: Iterable[Entry]) -> list[str | Unmatched]:
    """The record of each entry, in their order."""
    return _Matcher(review).all(list(entries))


class _Matcher:
    def __init__(self, review: Review) -> None:
        self._review = review

    def all(self, entries: list[Entry]) -> list[str | Unmatched]:
        found = [self._named(entry) for entry in entries]
        asked = {
            f"entry {number}": entry.citation
            for number, (entry, match) in enumerate(zip(entries, found, strict=True))
            if isinstance(match, Unmatched) and entry.citation is not None and entry.citation.title
        }
        if not asked:
            return found
        verdicts = self._engine(asked)
        for number, (entry, match) in enumerate(zip(entries, found, strict=True)):
            if f"entry {number}" in asked:
                several = self._by_identifier(entry.citation) if entry.citation else set()
                judged = self._judged(verdicts[f"entry {number}"], several)
                # A reference that is there and wrong is the better thing to say than that the title is unknown.
                keep = entry.reference and isinstance(judged, Unmatched) and isinstance(match, Unmatched)
                found[number] = match if keep or judged is None else judged
        return found

    def _named(self, entry: Entry) -> str | Unmatched:
        """By what names a record beyond doubt."""
        missing = None
        if entry.reference:
            try:
                return store_citations.find_record(self._review.store, entry.reference)
            except ReviewError as error:
                missing = Unmatched(error.message, error.expected or _EXPECTED)
        if entry.citation is None:
            return missing or Unmatched("the entry does not say which record it is about")
        hits = self._by_identifier(entry.citation)
        if len(hits) == 1:
            (record,) = hits
            against = self._against(entry.citation, record)
            return record if against is None else against
        if len(hits) > 1:
            return Unmatched(f"its identifiers fit {len(hits)} records: {self._names(hits)}")
        title = f" ('{_short(entry.citation.title)}')" if entry.citation.title else ""
        return missing or Unmatched(f"no record of the review matches{title}")

    # Identifiers ---------------------------------------------------------------------------------

    @cached_property
    def _fields(self) -> dict[str, Citation]:
        return store_citations.citations(self._review.store)

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        return store_citations.members_by_record(self._review.store)

    @cached_property
    def _record_of(self) -> dict[str, str]:
        return {citation: record for record, members in self._members.items() for citation in members}

    @cached_property
    def _index(self) -> dict[tuple[str, str], set[str]]:
        """Kind and identifier -> records that carry it."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        names = store_citations.names(self._review.store)
        for citation, fields in self._fields.items():
            record = self._record_of[citation]
            for key in [*_keys(fields), ("accession", names[citation])]:
                found[key].add(record)
        return found

    def _by_identifier(self, citation: Citation) -> set[str]:
        hits: set[str] = set()
        named = citation.title or citation.pmid or citation.doi
        for key in _keys(citation):
            # A paper names the numbers of trials; only a register's entry, or nothing else, is the trial's.
            if key[0] != "register" or not named or citation.source == "clinicaltrials":
                hits |= self._index.get(key, set())
        return hits

    def _against(self, citation: Citation, record: str) -> Unmatched | None:
        """What speaks against a record that has the entry's identifier: the engine does not find the title in it."""
        members = {member: self._fields[member] for member in self._members[record]}
        titles = {_plain(each.title) for each in members.values()}
        if not citation.title or _plain(citation.title) in titles or titles == {""}:
            return None
        pairs = [p for p in find_pairs({"entry": citation, **members}) if "entry" in (p.a, p.b)]
        if any(p.verdict is Verdict.SAME or "title" in p.agree for p in pairs):
            return None
        return Unmatched(
            f"its identifier is that of {self._names({record})}, its title is not ('{_short(citation.title)}')"
        )

    # The engine ----------------------------------------------------------------------------------

    def _engine(self, asked: dict[str, Citation]) -> dict[str, dict[Verdict, dict[str, str]]]:
        """Entry -> verdict -> records with the reason."""
        pairs = find_pairs({**self._fields, **asked}, new=asked, policy=policy_of(self._review))
        found: dict[str, dict[Verdict, dict[str, str]]] = {key: defaultdict(dict) for key in asked}
        for pair in pairs:
            for entry, other in ((pair.a, pair.b), (pair.b, pair.a)):
                if entry in asked and other in self._record_of:
                    why = f"{pair.rule}, but: {', '.join(pair.vetoes)}" if pair.vetoes else pair.rule
                    found[entry][pair.verdict].setdefault(self._record_of[other], why)
        return found

    def _judged(self, verdicts: dict[Verdict, dict[str, str]], several: set[str]) -> str | Unmatched | None:
        """The record that the engine says is the same; `several` are those with its identifiers, if more than one."""
        same = set(verdicts.get(Verdict.SAME, {}))
        if several:
            same &= several
        if len(same) == 1:
            return same.pop()
        if same:
            return Unmatched(f"it matches {len(same)} records: {self._names(same)}")
        if unsure := verdicts.get(Verdict.ASK, {}):
            record, why = next(iter(unsure.items()))
            return Unmatched(f"it may be {self._names({record})}, which is not certain: {why}")
        return None

    def _names(self, records: set[str]) -> str:
        shown = store_citations.preferred_by_record(self._review.store)
        names = store_citations.names(self._review.store)
        return ", ".join(
            f"{names[shown[record]]} ('{_short(self._fields[shown[record]].title)}')"
            for record in sorted(records)[:3]
        )


def _keys(citation: Citation) -> list[tuple[str, str]]:
    """The identifiers of a citation, each with its kind."""
    keys = [("pmid", citation.pmid), ("doi", citation.doi)]
    if citation.source != "other" and citation.source_key:
        keys.append(("accession", f"{citation.source}:{citation.source_key}"))
    keys += [("accession", each) for each in citation.accessions]
    keys += [("register", each) for each in citation.registry_ids]
    return [(kind, text) for kind, text in keys if text]


def _plain(title: str | None) -> str:
    return "".join(char for char in (title or "").casefold() if char.isalnum())


def _short(title: str | None) -> str:
    return title if title and len(title) <= 60 else f"{(title or 'no title')[:60].rstrip()}..."
