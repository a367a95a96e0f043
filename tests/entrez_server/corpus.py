"""The records of a folder: byte slices, and the lower-cased words that a query is compared with."""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ARTICLE = re.compile(rb"<(PubmedArticle|PubmedBookArticle)[ >].*?</\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}


@dataclass(frozen=True, slots=True)
class Record:
    """One article. Dates are 'YYYY/MM/DD' as PubMed indexes them (a missing part is 01)."""

    pmid: str
    version: int
    raw: bytes
    title: str
    abstract: str
    other: str
    types: tuple[str, ...]
    languages: tuple[str, ...]
    published: str
    entered: str
    revised: str
    ids: str = ""  # DOI, PMCID and so on, in lower case


class Corpus:
    """All records by PMID, the highest version of each, newest PMID first as PubMed lists them."""

    def __init__(self, records: Iterator[Record]) -> None:
        found: dict[str, Record] = {}
        for record in records:
            known = found.get(record.pmid)
            if known is None or record.version > known.version:
                found[record.pmid] = record
        self.records = dict(sorted(found.items(), key=lambda item: -int(item[0])))

    def put(self, record: Record) -> None:
        """Adds a record or replaces the one with its PMID; the order stays newest PMID first."""
        self.records = dict(sorted({**self.records, record.pmid: record}.items(), key=lambda i: -int(i[0])))

    @classmethod
    def of_folder(cls, folder: Path) -> Corpus:
        files = sorted(p for p in Path(folder).rglob("*") if p.name.endswith((".xml", ".xml.gz")))
        return cls(record for path in files for record in records_of(_bytes(path)))


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def records_of(data: bytes) -> Iterator[Record]:
    for match in _ARTICLE.finditer(data):
        raw = match[0]
        text = raw.decode(errors="replace")
        # The list of references holds PMIDs, titles and dates of other papers.
        own = re.sub(r"<(ReferenceList|CommentsCorrectionsList)\b.*?</\1>", "", text, flags=re.DOTALL)
        pmid = re.search(r'<PMID(?: Version="(\d+)")?[^>]*>\s*(\d+)', own)
        if not pmid:
            continue
        yield Record(
            pmid=pmid[2],
            version=int(pmid[1] or 1),
            raw=raw,
            title=_plain(_all(own, "ArticleTitle") or _all(own, "BookTitle")),
            abstract=_plain(_all(own, "AbstractText")),
            other=_plain(
                " | ".join(
                    _all(own, tag)
                    for tag in ("LastName", "CollectiveName", "Title", "MedlineTA", "DescriptorName",
                                "Keyword", "NameOfSubstance", "AccessionNumber", "QualifierName")
                )
            ),
            types=tuple(_plain(each) for each in _each(own, "PublicationType")),
            languages=tuple(_plain(each) for each in _each(own, "Language")),
            published=_date(_first(own, "PubDate")),
            entered=_date(_first(own, "PubMedPubDate", 'PubStatus="(?:entrez|pubmed)"')),
            revised=_date(_first(own, "DateRevised")),
            ids=_plain(" | ".join((_all(own, "ArticleId"), _all(own, "ELocationID")))),
        )  # fmt: skip


def _each(text: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}(?:\s[^>]*)?>(.*?)</{tag}>", text, re.DOTALL)


def _all(text: str, tag: str) -> str:
    return " | ".join(_each(text, tag))


def _first(text: str, tag: str, attribute: str = "") -> str:
    match = re.search(rf"<{tag}\b[^>]*{attribute}[^>]*>(.*?)</{tag}>", text, re.DOTALL)
    return match[1] if match else ""


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAGS.sub("", text)).lower().split())


def _date(text: str) -> str:
    year = re.search(r"\b(1[89]\d\d|20\d\d)\b", text)
    if not year:
        return "0000/00/00"
    month = re.search(r"<Month>\s*(\w+)", text)
    day = re.search(r"<Day>\s*(\d+)", text)
    name = month[1].lower() if month else "1"
    number = int(name) if name.isdecimal() else _MONTHS.get(name[:3], 1)
    return f"{year[1]}/{number:02d}/{int(day[1]) if day else 1:02d}"
