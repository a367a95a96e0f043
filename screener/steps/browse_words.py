"""What a person types to find records, made a query of the full-text index. Whatever is typed is understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from screener.store.browse import pairs

HELP = 'words  "a phrase"  begin*  -without  one OR other  title:  author:  journal:  year:2015-2020  pmid:  doi:  nct:'

_TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>title|author|abstract|journal|year|pmid|doi|nct|id):)?
        (?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))""",
    re.VERBOSE | re.IGNORECASE,
)
_COLUMNS = {"title": "title", "author": "authors", "abstract": "abstract", "journal": "other"}
_YEARS = re.compile(r"(?P<low>\d{4})?(?P<dash>-)?(?P<high>\d{4})?")
# What says by itself that it is an identifier.
_IDENTIFIER = re.compile(
    r"10\.\d{4,9}/\S+|\d{5,9}|NCT\d{8}|[a-z]{2,6}\d{5,}|WOS:\S+|2-s2\.0-\d+|CN-\d+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Words:
    """`query` is FTS5 (None: no words); `years` from and to; each of `identifiers` has to fit."""

    query: str | None = None
    years: tuple[int, int] | None = None
    identifiers: tuple[str, ...] = ()


def understood(text: str, *, typing: bool = False) -> Words:
    """Words that all have to be there, unless OR stands between them. `typing`: the last word may go on."""
    if typing and re.search(r"\w\Z", text):
        text += "*"
    wanted: list[str] = []
    without: list[str] = []
    years: tuple[int, int] | None = None
    identifiers: list[str] = []
    either = False
    for match in _TOKEN.finditer(text):
        word = match["phrase"] if match["phrase"] is not None else match["word"]
        field = (match["field"] or "").lower()
        if match["word"] == "OR" and not field and not match["minus"]:
            either = bool(wanted)
            continue
        if field == "year" and (found := _range(word.rstrip("*"))):
            years = found
            continue
        bare = word.strip(",;()[]*").removeprefix("https://doi.org/")
        if field in ("pmid", "doi", "nct", "id") or (
            not match["minus"] and not field and _IDENTIFIER.fullmatch(bare)
        ):
            identifiers.append(bare)
            continue
        term = _term(word, _COLUMNS.get(field), phrase=match["phrase"] is not None)
        if term is None:
            continue
        if match["minus"]:
            without.append(term)
        elif either:
            wanted[-1] = f"({wanted[-1]} OR {term})"
        else:
            wanted.append(term)
        either = False
    query = " AND ".join(wanted)
    if query and without:
        query = f"({query}) NOT ({' OR '.join(without)})"
    return Words(query or None, years, tuple(identifiers))


def _term(word: str, column: str | None, *, phrase: bool) -> str | None:
    """A word or phrase in quotes, which FTS5 takes to the letter; None when no letter is left of it."""
    prefix = not phrase and word.endswith("*")
    tokens = re.findall(r"[^\W_]+", pairs(word))
    if not tokens:
        return None
    # A single character of a language without spaces is the beginning of a pair.
    lone = len(tokens) == 1 and len(tokens[0]) == 1 and ord(tokens[0]) > 0x3000
    quoted = '"' + " ".join(tokens) + '"' + (" *" if prefix or lone else "")
    return f"{{{column}}} : {quoted}" if column else quoted


def _range(text: str) -> tuple[int, int] | None:
    match = _YEARS.fullmatch(text)
    if match is None or not (match["low"] or match["high"]):
        return None
    low = int(match["low"]) if match["low"] else 0
    if not match["dash"]:
        return low, int(match["high"] or low)
    return low, int(match["high"]) if match["high"] else 9999
