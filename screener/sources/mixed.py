"""Two formats in one file: where another one begins, so that nothing of it is passed over in silence."""

from __future__ import annotations

import re

from screener.model.errors import InputError

# How the first line of an entry looks, in the formats that are read line by line.
_STARTS = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (rb"TY  ?- ?[A-Z]{3,}\s*\Z", "RIS"),
        (rb"PMID- ?\d+\s*\Z", "PubMed's text format (nbib)"),
        (rb"@[A-Za-z]+\s*\{\s*[^\s,{}]*,", "BibTeX"),
        (rb"FN (?:Clarivate|Thomson|ISI)|PT [A-Z]\s*\Z", "Web of Science text"),
        (rb"%0 [A-Z]", "EndNote tagged text (.enw)"),
        (rb"Record #\d+ of \d+", "Cochrane Library text"),
        (rb"<\?xml\b|<PubmedArticle|<records>", "XML"),
        (rb"(?i:<!doctype html|<html\b)", "a web page"),
        (rb'\{"[a-z_]+": ', "JSON lines"),
    )
)
_BOM = b"\xef\xbb\xbf"
# The first letters of all of them: most lines are told by one look.
_FIRST = frozenset(b"TP@F%R<{\xef")
_NBIB_LINE = re.compile(rb"[A-Z]{2}[A-Z ]{2}- ")


def other_format(line: bytes) -> str | None:
    """The format whose entry begins with this line, if any."""
    if not line or line[0] not in _FIRST:
        return None
    line = line.removeprefix(_BOM)
    return next((what for pattern, what in _STARTS if pattern.match(line)), None)


def is_nbib(first: bytes, second: bytes) -> bool:
    """Whether an entry of PubMed's text format begins with these two lines."""
    return first.startswith(b"PMID-") and bool(_NBIB_LINE.match(second))


def two_formats(file: str, line: int, what: str, form: str) -> InputError:
    """The error for a file of format `form` in which another begins at `line` (from 1)."""
    return InputError(
        f"{what} begins here, in a file of another format ({form})",
        file=file,
        entry=f"line {line}",
        expected="one format a file: cut the file in two before this line",
    )
