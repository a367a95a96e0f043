"""BibTeX: `@article` (`@misc` without a journal), UTF-8, TeX's own signs escaped.

Besides the usual fields: `database` and `accession` (source, source_key), `pmid`, `pmcid`, `registry`
(registration numbers), `type` (publication types), `accessions`, and biblatex' `origtitle`, `eventtitle`
(conference) and `date` (published); lists are joined by '; ', authors by ' and '.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from screener.model.citation import Citation

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "#": r"\#",
    "&": r"\&",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def bib_entries(citations: Iterable[Citation]) -> Iterator[str]:
    """One piece an entry, an empty line between; keys are made unique by a number."""
    used: dict[str, int] = {}
    for number, citation in enumerate(citations):
        yield ("\n" if number else "") + _entry(citation, _key(citation, used))


def _entry(citation: Citation, key: str) -> str:
    kind = "article" if citation.journal else "misc"
    lines = [f"  {name} = {{{text}}}" for name, text in _fields(citation)]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _fields(c: Citation) -> Iterator[tuple[str, str]]:
    year = str(c.year) if c.year is not None else None
    if c.title:
        # Doubled braces keep the capitals as they are printed.
        yield "title", "{" + _tex(c.title) + "}"
    if c.authors:
        yield "author", " and ".join(_name(name) for name in c.authors)
    plain = (
        ("origtitle", c.original_title),
        ("journal", c.journal),
        ("eventtitle", c.conference),
        ("year", year),
        ("date", c.published),
        ("volume", c.volume),
        ("number", c.issue),
        ("pages", c.pages),
        ("doi", c.doi),
        ("pmid", c.pmid),
        ("pmcid", c.pmcid),
        ("registry", "; ".join(c.registry_ids)),
        ("language", c.language),
        ("type", "; ".join(c.publication_types)),
        ("keywords", "; ".join(c.keywords)),
        ("abstract", c.abstract),
        ("database", c.source),
        ("accession", c.source_key),
        ("accessions", "; ".join(c.accessions)),
    )
    for name, text in plain:
        if text:
            # A DOI is taken literally by everything that reads one, but its braces must still pair.
            yield name, re.sub(r"[\\{}]", lambda m: _TEX[m[0]], text) if name == "doi" else _tex(text)


def _name(name: str) -> str:
    """'Family, Given' as it is; a collective name, or one with ' and ' in it, is one word in braces."""
    text = _tex(name)
    return text if "," in name and not re.search(r"\sand\s", name, re.IGNORECASE) else "{" + text + "}"


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in text)


def _key(citation: Citation, used: dict[str, int]) -> str:
    """`used` counts how often a key was wanted, so that many equal ones are numbered at once."""
    wanted = citation.source_key or citation.pmid or citation.doi or "entry"
    base = re.sub(r"[^A-Za-z0-9]+", "-", f"{citation.source}-{wanted}").strip("-")
    key, number = base, used.get(base, 0) + 1
    while key in used:
        key = f"{base}-{number}"
        number += 1
    used[base] = max(number - 1, 1)
    used.setdefault(key, 1)
    return key
