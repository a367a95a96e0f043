"""BibTeX: `@article` (`@misc` without a journal), UTF-8, TeX's own signs escaped.

Besides the usual fields: `database` and `accession` (source, source_key), `pmid`, `pmcid`, `registry`
(registration numbers), `type` (publication types); lists are joined by '; ', authors by ' and '.
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


def to_bib(citations: Iterable[Citation]) -> str:
    """One entry a citation, an empty line between; keys are made unique by a number."""
    used: set[str] = set()
    return "\n".join(_entry(citation, _key(citation, used)) for citation in citations)


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
        ("journal", c.journal),
        ("year", year),
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


def _key(citation: Citation, used: set[str]) -> str:
    wanted = citation.source_key or citation.pmid or citation.doi or "entry"
    base = re.sub(r"[^A-Za-z0-9]+", "-", f"{citation.source}-{wanted}").strip("-")
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}-{number}"
    used.add(key)
    return key
