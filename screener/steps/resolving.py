"""Which PubMed record a printed reference is: by its identifiers, else by its place in a journal, else by its title.

What an identifier does not prove is checked against the record itself; what does not agree is left to a
person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from screener.model.citation import BadEntry, Citation, Entry
from screener.sources.entrez import Entrez
from screener.sources.entrez_links import CitationText
from screener.sources.reference_parts import Reference, folded
from screener.steps.review import Progress, silent

# How a reference was found, in the order of the attempts.
PMID, DOI, PMCID, MATCH, TITLE = "PMID printed", "DOI", "PMCID", "ECitMatch", "title"

# Identifiers that are asked for in one search.
_BATCH = 50
# Similarity of two titles, 0 to 100 (Indel, words sorted): from here on they are the same ...
_SAME = 90.0
# ... and below this the printed identifier is taken for a misprint unless the author agrees.
_OTHER = 60.0


@dataclass(frozen=True, slots=True)
class Resolved:
    """A reference with what became of it.

    `entry` is its record, in the position of the reference. `doubt` says why a record that was found
    (`pmid`, `how`) is not taken for it: `entry` is None then.
    """

    reference: Reference
    how: str | None = None
    pmid: str | None = None
    entry: Entry | None = None
    doubt: str | None = None


@dataclass(slots=True)
class _Records:
    """Records that were fetched, by PMID; those that could not be read."""

    client: Entrez
    entries: dict[str, Entry] = field(default_factory=dict)
    bad: list[BadEntry] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def fetch(self, pmids: Iterable[str]) -> None:
        wanted = [pmid for pmid in dict.fromkeys(pmids) if pmid not in self.asked]
        self.asked.update(wanted)
        if not wanted:
            return
        for page in self.client.records(wanted):
            self.entries |= {e.citation.pmid: e for e in page.entries if e.citation.pmid}
            self.bad += page.bad

    def having(self, name: str, value: str) -> list[str]:
        """The PMIDs of the fetched records whose identifier `name` is this one."""
        return [pmid for pmid, e in self.entries.items() if getattr(e.citation, name) == value]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Every reference in its order, and records of theirs that PubMed gave but nobody can read."""

    resolved: tuple[Resolved, ...]
    bad: tuple[BadEntry, ...] = ()


def resolve(references: Sequence[Reference], client: Entrez, progress: Progress = silent) -> Resolution:
    """Find the PubMed record of each reference. Raises SourceError when PubMed cannot be reached.

    The PMID as printed; else the DOI; else the PMCID; else journal, year, volume and page (ECitMatch); else
    the title, when exactly one record has it.
    """
    records = _Records(client)
    found: dict[int, Resolved] = {}
    doubts: dict[int, Resolved] = {}
    attempts: tuple[tuple[str, Callable[[Sequence[Reference], _Records], Mapping[int, str]]], ...] = (
        (PMID, _by_pmid),
        (DOI, _by_doi),
        (PMCID, _by_pmcid),
        (MATCH, _by_match),
        (TITLE, _by_title),
    )
    for how, attempt in attempts:
        open_ = [each for each in references if each.number not in found]
        progress("resolving references", len(found), len(references))
        for number, pmid in attempt(open_, records).items():
            reference = next(each for each in open_ if each.number == number)
            entry = records.entries[pmid]
            doubt = _contradiction(reference, entry.citation)
            if doubt is None and how in (MATCH, TITLE):
                doubt = _disagreement(reference, entry.citation, by_title=how == TITLE)
            if doubt is None:
                found[number] = Resolved(reference, how, pmid, replace(entry, position=number))
            else:
                doubts.setdefault(number, Resolved(reference, how, pmid, None, doubt))
    progress("resolving references", len(references), len(references))
    return Resolution(
        tuple(found.get(each.number) or doubts.get(each.number) or Resolved(each) for each in references),
        tuple(records.bad),
    )


def _by_pmid(references: Sequence[Reference], records: _Records) -> dict[int, str]:
    records.fetch(each.pmid for each in references if each.pmid)
    return {each.number: each.pmid for each in references if each.pmid and each.pmid in records.entries}


def _by_doi(references: Sequence[Reference], records: _Records) -> dict[int, str]:
    return _by_identifier(references, records, "doi", lambda doi: f'"{doi.replace(chr(34), "")}"[doi]')


def _by_pmcid(references: Sequence[Reference], records: _Records) -> dict[int, str]:
    return _by_identifier(references, records, "pmcid", lambda pmcid: f"{pmcid}[pmcid]")


def _by_identifier(
    references: Sequence[Reference], records: _Records, name: str, term: Callable[[str], str]
) -> dict[int, str]:
    """Search for the identifiers, several at once; believe only what the fetched records say themselves."""
    wanted = {each.number: str(value) for each in references if (value := getattr(each, name))}
    unknown = [value for value in dict.fromkeys(wanted.values()) if not records.having(name, value)]
    for start in range(0, len(unknown), _BATCH):
        records.fetch(_search(records.client, [term(value) for value in unknown[start : start + _BATCH]]))
    return {
        number: pmids[0] for number, value in wanted.items() if len(pmids := records.having(name, value)) == 1
    }


def _search(client: Entrez, terms: Sequence[str]) -> tuple[str, ...]:
    """PubMed looks for words everywhere when an identifier is unknown to it: such a flood is left out."""
    answer = client.search(" OR ".join(terms))
    if answer.count <= 10 + 2 * len(terms):
        return answer.keys
    if len(terms) == 1:
        return ()
    half = len(terms) // 2
    return (*_search(client, terms[:half]), *_search(client, terms[half:]))


def _by_match(references: Sequence[Reference], records: _Records) -> dict[int, str]:
    able = [each for each in references if each.journal and each.year and each.volume and each.first_page]
    if not able:
        return {}
    texts = [
        CitationText(
            journal=(each.journal or "").replace(".", ""),
            year=str(each.year),
            volume=each.volume or "",
            first_page=each.first_page or "",
            author=each.first_author or "",
        )
        for each in able
    ]
    matches = dict(zip((each.number for each in able), records.client.match(texts), strict=True))
    records.fetch(pmid for pmid in matches.values() if pmid)
    return {number: pmid for number, pmid in matches.items() if pmid and pmid in records.entries}


def _by_title(references: Sequence[Reference], records: _Records) -> dict[int, str]:
    found: dict[int, str] = {}
    for each in references:
        words = folded(each.title or "")
        if len(words.split()) < 4:
            # 'Colon cancer' is the title of many.
            continue
        answer = records.client.search(f'"{words}"[ti]')
        if len(answer.keys) == 1:
            records.fetch(answer.keys)
            if answer.keys[0] in records.entries:
                found[each.number] = answer.keys[0]
    return found


# Agreement ---------------------------------------------------------------------------------------


def _likeness(reference: Reference, citation: Citation) -> float | None:
    """Of the titles, 0 to 100; None when one of them is not known."""
    if not reference.title or not citation.title:
        return None
    printed = folded(reference.title)
    given = (citation.title, citation.original_title or "")
    return max(fuzz.token_sort_ratio(printed, folded(title)) for title in given)


def _same_author(reference: Reference, citation: Citation) -> bool | None:
    """Whether the first author's family name is that of the record; None when it is not known."""
    if not reference.first_author or not citation.authors:
        return None
    family = folded(citation.authors[0].split(",")[0]).replace(" ", "")
    return folded(reference.first_author).replace(" ", "").startswith(family)


def _year_apart(reference: Reference, citation: Citation) -> int | None:
    if reference.year is None or citation.year is None:
        return None
    return abs(reference.year - citation.year)


def _contradiction(reference: Reference, citation: Citation) -> str | None:
    """Why a record cannot be meant, whatever led to it: neither its title nor its author is the printed one."""
    likeness = _likeness(reference, citation)
    if likeness is not None and likeness < _OTHER and not _same_author(reference, citation):
        return f"the record is another paper: {citation.title}"
    return None


def _disagreement(reference: Reference, citation: Citation, *, by_title: bool) -> str | None:
    """Why a record that was guessed may be another one: the year, and title or author, have to agree."""
    apart = _year_apart(reference, citation)
    if apart is None or apart > 1:
        return f"the record is of {citation.year or 'an unknown year'}"
    likeness = _likeness(reference, citation)
    if likeness is not None and likeness >= _SAME:
        return None
    # Journal, volume and page have led here already: a title that was shortened or mistyped may pass.
    near = likeness is None or likeness >= _OTHER
    if near and not by_title and _same_author(reference, citation):
        return None
    return f"the record may be another paper: {citation.title}"
