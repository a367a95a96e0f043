"""The Cochrane Library's plain text: 'Record #1 of 271', then tags with a colon; reviews and CENTRAL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options
from screener.sources.fields import (
    author,
    doi_of,
    keywords,
    language_of,
    pages_of,
    paragraphs,
    plain,
    unique,
    year_of,
)
from screener.sources.mixed import other_format, two_formats
from screener.sources.registries import registry_ids
from screener.sources.tagged import Tags

_START = re.compile(rb"(?:\xef\xbb\xbf)?Record #(\d+) of (\d+)\s*$")
_TAG = re.compile(r"([A-Z]{2,3}): ?(.*)$")
# 'Background: ... .Objectives: ...': sections run together without a blank.
_SECTION = re.compile(r"(?<=[.?!)])(?=[A-Z][A-Za-z' ]{3,40}: )")


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """An entry runs from its 'Record #' line to the next; fewer than the file says there are is an error."""
    raw: list[bytes] | None = None
    number = said = outside = 0
    for place, line in enumerate(data.lines(), 1):
        if match := _START.match(line):
            if raw is not None:
                yield Cut(b"".join(raw).rstrip())
            number += 1
            said = int(match[2])
            raw = [line.removeprefix(b"\xef\xbb\xbf")]
        elif what := other_format(line):
            raise two_formats(data.name, place, what, "Cochrane Library text")
        elif raw is None:
            outside += bool(line.strip())
        else:
            raw.append(line)
    if raw is not None:
        if number < said:
            raise InputError(
                f"the file is cut short: it holds {number} of {said} records",
                file=data.name,
                entry=f"Record #{number}",
                expected=f"{said} records",
            )
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{outside} line(s) before the first record ignored")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    tags = Tags()
    for line in re.split(r"\r\n|\r|\n", text)[1:]:
        match = _TAG.match(line)
        if match:
            tags.add(match[1], match[2])
        else:
            tags.go_on(line)
    return _citation(tags, options.source)


def _citation(tags: Tags, said: str | None) -> Citation:
    number = plain(tags.first("ID")) or ""
    source = said or ("cdsr" if number.startswith("CD") else "central")
    references = " ".join(tags.all("XR", "AN", "CC"))
    pmid = re.search(r"PUBMED:? ?(\d+)", references, re.IGNORECASE)
    embase = re.findall(r"EMBASE:? ?L?(\d{6,})", references, re.IGNORECASE)
    title = plain(tags.first("TI"))
    abstract = paragraphs(_SECTION.sub("\n", tags.first("AB") or ""))
    terms = keywords(_unchecked(part) for value in tags.all("KY", "MH") for part in value.split(";"))
    return Citation(
        source=source,
        source_key=(pmid[1] if pmid else None) if source == "pubmed" else number or None,
        title=title,
        abstract=abstract,
        authors=tuple(name for each in tags.all("AU") if (name := _name(each))),
        journal=plain(tags.first("SO")),
        year=year_of(tags.first("YR")),
        published=(str(year) if (year := year_of(tags.first("YR"))) else None),
        volume=plain(tags.first("VL")),
        issue=plain(tags.first("NO")),
        pages=pages_of(tags.first("PG")),
        doi=doi_of(*tags.all("DOI")),
        pmid=pmid[1] if pmid else None,
        registry_ids=registry_ids(references, title, abstract),
        language=language_of(*tags.all("LA")),
        publication_types=unique(plain(part) for value in tags.all("PT") for part in value.split(";"))
        or (("Systematic Review",) if source == "cdsr" else ()),
        keywords=terms,
        subject_headings=terms,
        accessions=tuple(f"embase:L{each}" for each in dict.fromkeys(embase)),
    )


# Words that a family name may begin with.
_PARTICLES = frozenset(
    ("al", "bin", "da", "dal", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "la", "le")
) | frozenset(("mac", "mc", "o'", "san", "santa", "st", "ten", "ter", "van", "von", "zu"))


def _name(text: str) -> str | None:
    """'Van Ryswyk Emer' and 'Smith J': the family first, without a comma."""
    name = plain(text)
    if not name or "," in name:
        return author(name)
    words = name.split(" ")
    at = 1
    while at < len(words) - 1 and words[at - 1].lower() in _PARTICLES:
        at += 1
    # More than a handful of words is a group.
    return f"{' '.join(words[:at])}, {' '.join(words[at:])}" if 1 < len(words) < 7 else name


def _unchecked(term: str) -> str:
    return term.replace("[checkword]", "")
