"""The text of a printed reference made plain, and the identifiers in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from screener.sources.fields import doi_of, pmcid_of

# Text --------------------------------------------------------------------------------------------

# Full-width digits, letters and brackets, and all dashes and quotes: one character for one.
_STRAIGHT = {0xFF01 + n: 0x21 + n for n in range(94)} | str.maketrans(
    "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"
    "\u2010\u2011\u2012\u2013\u2014\u2212"
    "\u201c\u201d\u201e\u00ab\u00bb"
    "\u2018\u2019\u02bc\u2032"
    "【〔】〕。",
    " " * 8 + "-" * 6 + '"' * 5 + "'" * 4 + "[[]].",
)


def straight(text: str) -> str:
    """The text in ASCII digits, brackets and signs, as long as before; every character keeps its place."""
    return text.translate(_STRAIGHT)


def joined(lines: Sequence[str]) -> str:
    """One line; a word or number that was broken after its hyphen is put together, the hyphen kept."""
    text = ""
    for line in lines:
        part = " ".join(line.split())
        if not part:
            continue
        broken = re.search(r"\w[-\u2010\u2013]$", text) and part[0].isalnum()
        text += part if broken or not text else f" {part}"
    return text


# Identifiers -------------------------------------------------------------------------------------

_PMID = re.compile(
    r"(?:\bPMID|\bPubMed\s*(?:PMID|ID|Central ID)?)\s*[:.#=-]?\s*([1-9]\d{0,7})(?!\d|\.\d)"
    r"|ncbi\.nlm\.nih\.gov/(?:m/)?(?:pubmed/)?(?:\?term=)?([1-9]\d{0,7})\b"
    r"|\blist_uids=([1-9]\d{0,7})\b",
    re.IGNORECASE,
)
_PMCID = re.compile(r"\bPMC(?:ID)?\s*[:#-]\s*(\d{5,9})\b", re.IGNORECASE)


def pmid_in(text: str) -> str | None:
    match = _PMID.search(text)
    return next(group for group in match.groups() if group) if match else None


def pmcid_in(text: str) -> str | None:
    match = _PMCID.search(text)
    return pmcid_of(text) or (f"PMC{match[1]}" if match else None)


def doi_in(lines: Sequence[str]) -> str | None:
    """The first DOI, also when the end of a line breaks it."""
    return doi_of(_mended(lines))


_OPEN_DOI = re.compile(r"10\.(?:\d{0,9}|\d{4,9}/\S*)$")
_TAIL = re.compile(r"[a-z0-9(][\w.()/<>;:-]*", re.IGNORECASE)
_NO_TAIL = re.compile(
    r"\(?(?:18|19|20)\d\d(?:[;:. )]|$)|\((?!\d)|pm(?:c?id|c\d)|nct\d|epub|https?:|\d+\s*[;(:]|doi|accessed"
    r"|\d+\.?$(?<!\d\.\d)",
    re.IGNORECASE,
)
_SPACED = (
    (re.compile(r"(https?):\s*//\s*"), r"\1://"),
    (re.compile(r"doi\s*\.\s*org\s*/\s*", re.IGNORECASE), "doi.org/"),
    (re.compile(r"(?<![\d.])(10\.\d{4,9})\s*/\s*(?=\S)"), r"\1/"),
)


def _mended(lines: Sequence[str]) -> str:
    """The lines in one, with DOIs that the line's end broke put together."""
    text = ""
    for line in lines:
        part = " ".join(straight(line).split())
        if not part:
            continue
        text += part if not text or _is_broken(text, part) else f" {part}"
    for pattern, whole in _SPACED:
        text = pattern.sub(whole, text)
    return text


def _is_broken(text: str, part: str) -> bool:
    """Whether the DOI or address at the end of a line goes on in the next."""
    last = text.rsplit(" ", 1)[-1]
    if last.lower().endswith(
        ("http:", "https:", "http:/", "https:/", "http://", "https://", "doi.org/", "doi.")
    ):
        return True
    start = last.find("10.")
    if start < 0 or not _OPEN_DOI.search(last[start:]) or not (token := _TAIL.match(part)):
        return False
    doi = last[start:]
    _, slash, suffix = doi.partition("/")
    if not slash or not suffix or suffix[-1] in "/-_(:<" or suffix.count("(") > suffix.count(")"):
        return True
    if _NO_TAIL.match(part):
        return False
    has_digit = any(ch.isdigit() for ch in token[0])
    if suffix.endswith("."):
        # 'j.' at a line's end is half a DOI; 'j.ejca.2017.' may be the end of the sentence.
        return not any(ch.isdigit() for ch in suffix) or (has_digit and not token[0][0].isupper())
    return has_digit and not token[0][0].isupper()
