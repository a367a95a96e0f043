"""EndNote's XML, as EndNote, Zotero and Mendeley write it: every text may stand in pieces of <style>.

The set is cut into records by their tags and each is parsed alone, as for PubMed: so every record keeps its
bytes, one that is broken spoils no other, and no entity is ever expanded or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.dates import iso_date
from screener.sources.fields import (
    authors,
    doi_of,
    keywords,
    language_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    pmid_of,
    unique,
    year_of,
)
from screener.sources.registries import registry_ids
from screener.sources.ris_links import accessions
from screener.sources.ris_sources import source_of

_TAG = re.compile(rb"<(/?)record(?:\s[^<>]*)?>")
_NUMBER = re.compile(rb"<rec-number>\s*(\d+)")
# What may stand between records.
_BETWEEN = re.compile(
    rb"<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|</?(?:xml|records)(?:\s[^<>]*)?/?>|\s+",
    re.DOTALL,
)
_EXPECTED = "a well-formed <record>"
_LONGEST_TAG = 500


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """All records of a set. A set without its end is an InputError that names the last record."""
    buffer = tail = b""
    start = done = scan = number = 0
    inside = False
    for block in data.blocks():
        buffer += block
        tail = (tail + block)[-200:]
        for match in _TAG.finditer(buffer, scan):
            if match[1] and inside:
                number += 1
                yield Cut(buffer[start : match.end()])
                inside = False
            elif match[1]:
                yield Cut(
                    buffer[done : match.end()].strip(), None, "a record ends that did not begin", _EXPECTED
                )
            else:
                if inside:
                    number += 1
                    problem = "the record does not end before the next begins"
                    yield Cut(buffer[start : match.start()].rstrip(), None, problem, _EXPECTED)
                elif rest := _BETWEEN.sub(b"", buffer[done : match.start()]):
                    yield Cut(rest, None, "text that belongs to no record", _EXPECTED)
                start, inside = match.start(), True
            done = scan = match.end()
        behind = start if inside else done
        buffer = buffer[behind:]
        start, done = start - behind, done - behind
        scan = max(scan - behind, len(buffer) - _LONGEST_TAG, 0)
    if inside or not re.search(rb"</records>\s*</xml>\s*\Z", tail):
        raise InputError(
            f"the file is cut short after {number} records",
            file=data.name,
            entry=f"record {number}",
            expected="a file that ends with </records></xml>",
        )


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    raw = cut.raw
    try:
        raw.decode()
    except UnicodeDecodeError:
        text, odd = text_of(raw)
        note(odd or "")
        raw = text.encode()
    try:
        node = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        number = _NUMBER.search(raw)
        where = f" (record number {number[1].decode()})" if number else ""
        raise Unreadable(f"the record is not well-formed XML ({error.msg}){where}", None, _EXPECTED) from None
    return _citation(node, options.source)


def _text(node: Any) -> str:
    return "" if node is None else "".join(part for part in node.itertext() if isinstance(part, str))


def _citation(node: Any, said: str | None) -> Citation:
    def first(*paths: str) -> str | None:
        return next((text for path in paths if (text := _text(node.find(path)).strip())), None)

    def all_(path: str) -> list[str]:
        return [text for each in node.iterfind(path) if (text := _text(each).strip())]

    links = all_("urls//url")
    number = plain(first("accession-num"))
    databases = re.split(r"[\r\n]+", first("remote-database-name") or "")
    source = said or source_of({"DB": [d for d in databases if d], "AN": [number or ""], "UR": links})
    pmid = next((found for link in links if (found := pmid_of(link))), None) or pmid_of(first("custom6"))
    if source in ("pubmed", "other") and number and re.fullmatch(r"\d{5,8}", number):
        # EndNote keeps the PMID of a PubMed record as its accession number and names no database.
        pmid, source = pmid or number, said or "pubmed"
    title = plain(first("titles/title", "titles/short-title"))
    abstract = paragraphs(first("abstract"))
    year = year_of(first("dates/year"), first("dates/pub-dates/date"))
    kind = node.find("ref-type")
    key = {"pubmed": pmid, "other": None}.get(source, number)
    doi = first("electronic-resource-num")
    return Citation(
        source=source,
        source_key=key,
        title=title,
        abstract=abstract,
        authors=authors(all_("contributors/authors/author")),
        journal=plain(first("periodical/full-title", "titles/secondary-title", "periodical/abbr-1")),
        original_title=plain(first("titles/translated-title")),
        year=year,
        published=iso_date(first("dates/pub-dates/date"), year) or (str(year) if year else None),
        entered=iso_date(first("edition")) if source == "pubmed" else None,
        volume=plain(first("volume")),
        issue=plain(first("number", "issue")),
        pages=pages_of(first("pages")),
        doi=doi_of(doi, *links),
        pmid=pmid,
        pmcid=pmcid_of(first("custom2"), *links),
        registry_ids=registry_ids(number, title, abstract),
        language=language_of(first("language")),
        publication_types=unique(
            [plain(first("work-type")), plain(kind.get("name")) if kind is not None else None]
        ),
        keywords=keywords(part for text in all_("keywords/keyword") for part in re.split(r"[\r\n]+", text)),
        accessions=accessions([number or ""], links, source),
    )
