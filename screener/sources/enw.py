"""EndNote's tagged text (.enw): '%' and one sign, '%0' begins an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screener.model.citation import Citation
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options
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
from screener.sources.mixed import other_format, two_formats
from screener.sources.registries import registry_ids
from screener.sources.ris_sources import source_of
from screener.sources.tagged import Tags

_TAG = re.compile(r"%([0-9A-Z!@$&()*+<>?\[\]^~=|#]) ?(.*)$")
_START = re.compile(rb"(?:\xef\xbb\xbf)?%0 ?")


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """An entry runs from %0 to the next %0."""
    raw: list[bytes] | None = None
    outside = 0
    for place, line in enumerate(data.lines(), 1):
        if _START.match(line):
            if raw is not None:
                yield Cut(b"".join(raw).rstrip())
            raw = [line.removeprefix(b"\xef\xbb\xbf")]
        elif what := other_format(line):
            raise two_formats(data.name, place, what, "EndNote tagged text")
        elif raw is None:
            outside += bool(line.strip())
        else:
            raw.append(line)
    if raw is not None:
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{outside} line(s) before the first entry ignored")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    tags = Tags()
    for line in re.split(r"\r\n|\r|\n", text):
        match = _TAG.match(line)
        if match:
            tags.add(match[1], match[2])
        else:
            tags.go_on(line, new_value=tags.last in ("A", "K"))
    links = tags.all("U", ">")
    source = options.source or source_of(
        {"DB": tags.all("~", "W"), "AN": tags.all("M"), "UR": links, "DO": tags.all("R")}
    )
    title, abstract = plain(tags.first("T", "!")), paragraphs(tags.first("X"))
    number = plain(tags.first("M"))
    pmid = next((found for each in links if (found := pmid_of(each))), None)
    if source == "pubmed" and number:
        pmid = pmid or pmid_of(number)
    year = year_of(tags.first("D"), tags.first("8"))
    return Citation(
        source=source,
        source_key=pmid if source == "pubmed" else (number if source != "other" else None),
        title=title,
        abstract=abstract,
        authors=authors(tags.all("A")),
        journal=plain(tags.first("J", "B")),
        year=year,
        published=iso_date(tags.first("8"), year) or iso_date(tags.first("D")),
        volume=plain(tags.first("V")),
        issue=plain(tags.first("N")),
        pages=pages_of(tags.first("P")),
        doi=doi_of(*tags.all("R"), *tags.all("M"), *links),
        pmid=pmid,
        pmcid=pmcid_of(tags.first("2"), *links),
        registry_ids=registry_ids(number, title, abstract),
        language=language_of(*tags.all("G")),
        publication_types=unique([plain(tags.first("9")) or plain(tags.first("0"))]),
        keywords=keywords(part for value in tags.all("K") for part in value.split(";")),
    )
