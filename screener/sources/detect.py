"""Which format a file has, and which database it comes from: told by the content, not by the name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from screener.model.errors import InputError
from screener.sources import xlsx
from screener.sources.bytes import SUPPORTED, ZIP, Input
from screener.sources.csv_ import header_of
from screener.sources.csv_columns import Columns
from screener.sources.jsonl import is_jsonl
from screener.sources.ris import first_tags
from screener.sources.ris_sources import source_of

FORMATS = (
    *("pubmed_xml", "nbib", "ris", "wos", "cochrane_txt", "endnote_xml", "enw", "bibtex"),
    *("csv", "tsv", "xlsx", "jsonl", "ctgov_json"),
)


@dataclass(frozen=True, slots=True)
class Detected:
    """A format of `FORMATS` and the database (one of `model.citation.SOURCES`) of its first entry."""

    format: str
    source: str


# What we know and do not read: what a head looks like, and what it is called.
_UNSUPPORTED: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), what)
    for pattern, what in (
        (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", "a web page"),
        (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<eSearchResult", "an answer of PubMed's esearch"),
        (rb"\s*\{\s*\"(?:error|esearchresult)\"", "an answer of E-utilities in JSON"),
        (rb"\s*\{.*?\}\s*\n\s*\{", "JSON lines of something else"),
    )
)
# Formats that are told by how they begin, with the database their entries come from unless they say.
_HEADS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), form, source)
    for pattern, form, source in (
        (rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<xml>\s*<records>", "endnote_xml", "other"),
        (rb"\s*FN (?:Clarivate|Thomson|ISI)|\s*PT [A-Z]\s+(?:AU|TI|AF|BA|CA) ", "wos", "wos"),
        (rb"\s*Record #\d+ of \d+", "cochrane_txt", "cdsr"),
        (rb"\s*%0 \w+", "enw", "other"),
        (rb"(?:[^@]{0,2000}\n)?\s*@[a-z]+\s*\{\s*[^\s,{}\"]*\s*[,=]", "bibtex", "other"),
        (rb"\s*@comment\s*\{", "bibtex", "other"),
    )
)
_PUBMED = re.compile(
    rb"<(?:PubmedArticleSet|PubmedBookArticleSet|PubmedArticle|PubmedBookArticle)[\s>/]"
    rb"|<!DOCTYPE PubmedArticleSet"
)
_NBIB = re.compile(rb"(?:^|[\r\n])PMID- ?(?:\d|[\r\n]+[A-Z]{2,4} *- )")
_RIS = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?TY  ?- ?")
_JSON_STUDY = re.compile(rb'"(?:protocolSection|studies|nctId)"')


def detect(path: str | Path) -> Detected:
    """Tells by the first 64 kB; gzip is unpacked. What is not supported is an InputError that names it."""
    return detect_input(Input.of_path(Path(path)))


def detect_input(data: Input, *, named: bool = False) -> Detected:
    """As `detect`, for a file that has been opened. `named`: its columns are, so any table will do."""
    name = data.name
    if data.start.startswith(ZIP):
        kind = xlsx.kind_of(data)
        if kind != "xlsx":
            raise _named(kind, name)
        return Detected("xlsx", "other")
    head = data.head
    start = head.lstrip()
    if is_jsonl(head):
        return Detected("jsonl", "other")
    for pattern, form, source in _HEADS[:1]:
        if pattern.match(head):
            return Detected(form, source)
    if start.startswith(b"<"):
        if _PUBMED.search(head) and not re.match(rb"<(?:!doctype\s+html|html)", start, re.IGNORECASE):
            return Detected("pubmed_xml", "pubmed")
        raise _unsupported(head, name, "an XML file that is not PubMed's")
    if start[:1] in (b"{", b"[") and not _unsupported_json(head):
        if _JSON_STUDY.search(head):
            return Detected("ctgov_json", "clinicaltrials")
        raise _unsupported(head, name, "JSON that is not ClinicalTrials.gov's")
    marks = [
        (match.start(), form) for form, at in (("nbib", _NBIB), ("ris", _RIS)) if (match := at.search(head))
    ]
    for pattern, form, source in _HEADS:
        if (match := pattern.match(head)) and (not marks or match.end() <= min(marks)[0]):
            return Detected(form, source)
    for pattern, what in _UNSUPPORTED:
        if (match := pattern.match(head)) and (not marks or match.end() <= min(marks)[0]):
            raise _named(what, name)
    header, mark = header_of(head)
    columns = Columns(header)
    # A table stays one when entries of another format stand in it or behind it.
    if marks and not (columns.known and len(header) > 1):
        form = min(marks)[1]
        return Detected(form, "pubmed" if form == "nbib" else source_of(first_tags(head)))
    if columns.known or (named and len(header) > 1):
        return Detected("tsv" if mark == "\t" else "csv", columns.source)
    table = "; if it is a table, name its columns" if len(header) > 1 else ""
    raise InputError(f"the format cannot be told{table}", file=name, field="format", expected=SUPPORTED)


def _unsupported_json(head: bytes) -> bool:
    return bool(re.match(rb"\s*\{[^\r\n]*\}\s*[\r\n]+\s*\{", head)) or bool(
        re.match(rb'\s*\{\s*"(?:error|esearchresult)"', head)
    )


def _unsupported(head: bytes, name: str, otherwise: str) -> InputError:
    return _named(next((what for pattern, what in _UNSUPPORTED if pattern.match(head)), otherwise), name)


def _named(what: str, name: str) -> InputError:
    return InputError(f"this is {what}, which is not read", file=name, field="format", expected=SUPPORTED)
