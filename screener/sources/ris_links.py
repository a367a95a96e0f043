"""What the tags of RIS say of other entries and of people: other databases' numbers, links, ORCIDs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from screener.model.citation import Relation
from screener.sources.fields import plain, unique

# A number that is unmistakable by its look, wherever it stands.
_NUMBERS = tuple(
    (database, re.compile(pattern))
    for database, pattern in (
        ("embase", r"(?:\bEMBASE[\s:]+L?|^L)(\d{8,12})\b"),
        ("embase", r"embase\.com/\S*[?&]id=L(\d{5,12})"),
        ("scopus", r"\b(2-s2\.0-\d+)"),
        ("wos", r"\b(WOS:[A-Z0-9]{15})\b"),
        ("central", r"\b(CN-\d{8})\b"),
    )
)
_HINT = re.compile(r"\d{5}|WOS:")
_ORCID = re.compile(r"\b(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\b")
_LINK = re.compile(
    r"(?:^|, |\[)(Comment|Erratum|Retraction|Update|Republished|Corrected and Republished|"
    r"Expression of concern|Summary for patients|Original report)( appears)? (in|on|for|of|from):? ",
    re.IGNORECASE,
)
_PMID = re.compile(r"[;.] PMID: *(\d{1,9})\b")


def accessions(values: Iterable[str], urls: Iterable[str], own: str) -> tuple[str, ...]:
    """The numbers that databases other than `own` gave the work: 'embase:L373000001'."""
    return unique(
        f"{database}:{'L' if database == 'embase' else ''}{match[1]}"
        for value in (*values, *urls)
        if _HINT.search(value)
        for database, pattern in _NUMBERS
        if database != own
        for match in pattern.finditer(value)
    )


def relations(*values: str) -> tuple[Relation, ...]:
    """Ovid's 'Comment in: J. 2016;10:423; PMID: 27624312, Comment on: ...', '[Erratum appears in ...]'."""
    found: list[Relation] = []
    for value in values:
        starts = list(_LINK.finditer(value))
        for start, following in zip(starts, [*starts[1:], None], strict=False):
            text = value[start.end() : following.start() if following else None]
            pmid = _PMID.search(text)
            # 'Psychopharmacology. 2018 Mar 26;:; PMID: 1]' has neither pages nor an issue.
            printed = plain(text[: pmid.start()] if pmid else text.removesuffix("]"))
            kind = "".join(word.capitalize() for word in (*start[1].split(), start[3]))
            found.append(
                Relation(kind, pmid[1] if pmid else None, printed.rstrip(":;. ") if printed else None)
            )
    return unique(found)


def orcids(values: Sequence[str], authors: Sequence[str]) -> tuple[str, ...]:
    """Parallel to the authors. Ovid's AI: 'Trindade, Ines A.; ORCID: http://orcid.org/0000-...', Web of
    Science: 'Ni, Wei/0000-...'."""
    text = " ".join(values)
    if not text:
        return ()
    known: dict[str, str] = {}
    # The number follows the name that it belongs to.
    rest = text
    for match in _ORCID.finditer(text):
        before = rest[: match.start() - (len(text) - len(rest))]
        rest = text[match.end() :]
        owner = next((name for name in authors if name.rstrip(".") in before), None)
        if owner:
            known.setdefault(owner, match[1])
    return tuple(known.get(name, "") for name in authors) if known else ()
