"""Web of Science tagged text (.txt, .ciw): two-letter tags, three blanks before a continued line, PT to ER."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options
from screener.sources.dates import iso_date
from screener.sources.fields import (
    authors,
    doi_of,
    keywords,
    language_of,
    orcid_of,
    pages_of,
    paragraphs,
    plain,
    pmid_of,
    unique,
    year_of,
)
from screener.sources.mixed import other_format, two_formats
from screener.sources.registries import registry_ids
from screener.sources.tagged import Tags

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$")
_START = re.compile(rb"(?:\xef\xbb\xbf)?PT [A-Z]\b")
_END = re.compile(rb"ER\s*$")
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:FN |VR |EF\s*$)")
# A continued line of these is a further value.
_LISTS = frozenset({"AU", "AF", "BA", "BF", "CA", "BE", "C1", "CR", "EM"})


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """An entry runs from PT to ER; one that lacks ER is closed by the next PT (noted). A file that names its
    end (EF after FN) and breaks off inside an entry is an InputError."""
    raw: list[bytes] | None = None
    number = outside = 0
    for place, line in enumerate(data.lines(), 1):
        if _START.match(line):
            number += 1
            if raw is not None:
                note(f"entry {number - 1}: no ER line; closed by the next PT")
                yield Cut(b"".join(raw).rstrip())
            raw = [line.removeprefix(b"\xef\xbb\xbf")]
        elif raw is None:
            if line.strip() and not _HEAD.match(line):
                if what := other_format(line):
                    raise two_formats(data.name, place, what, "Web of Science text")
                outside += 1
        else:
            raw.append(line)
            if _END.match(line):
                yield Cut(b"".join(raw).rstrip())
                raw = None
    if raw is not None:
        if data.head.startswith(b"FN "):
            raise InputError(
                f"the file is cut short within entry {number}",
                file=data.name,
                entry=f"entry {number}",
                expected="a file that ends with ER and EF",
            )
        note(f"entry {number}: no ER line; closed by the end of the file")
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{outside} line(s) outside of entries ignored")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    tags = Tags()
    for line in re.split(r"\r\n|\r|\n", text):
        match = _TAG.match(line)
        if match and not line.startswith("   "):
            tags.add(match[1], match[2] or "")
        else:
            tags.go_on(line, new_value=tags.last in _LISTS)
    return _citation(tags, options.source or "wos")


def _citation(tags: Tags, source: str) -> Citation:
    title, abstract = plain(tags.first("TI")), paragraphs(tags.first("AB"))
    key = plain(tags.first("UT"))
    year = year_of(tags.first("PY"), tags.first("EA"))
    names = authors([*(tags.all("AF") or tags.all("AU")), *tags.all("CA")])
    pmid = pmid_of(tags.first("PM"))
    # Cited references (CR) hold others' DOIs.
    own = keywords(part for value in tags.all("DE") for part in value.split(";"))
    plus = keywords(part for value in tags.all("ID") for part in value.split(";"))
    return Citation(
        source=source,
        source_key=pmid if source == "pubmed" else key,
        title=title,
        abstract=abstract,
        authors=names,
        orcids=_orcids(" ".join(tags.all("OI")), names),
        journal=plain(tags.first("SO", "JI", "J9")),
        year=year,
        published=iso_date(f"{tags.first('PY') or ''} {tags.first('PD') or ''}".strip())
        or iso_date(tags.first("EA")),
        volume=plain(tags.first("VL")),
        issue=plain(tags.first("IS")) or plain(tags.first("SI")),
        pages=pages_of(tags.first("BP"), tags.first("EP")) or pages_of(tags.first("AR")),
        doi=doi_of(*tags.all("DI")),
        pmid=pmid,
        registry_ids=registry_ids(title, abstract),
        language=language_of(*tags.all("LA")),
        publication_types=unique(plain(part) for value in tags.all("DT") for part in value.split(";")),
        keywords=unique([*own, *plus]),
        subject_headings=plus,
        conference=plain(tags.first("CT")),
        accessions=(f"wos:{key}",) if key and source != "wos" else (),
        entered=iso_date(tags.first("DA")),
    )


def _orcids(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """'Guerrero, Francisco/0000-0002-8983-3003; ...', parallel to the authors."""
    known = {}
    for part in text.split(";"):
        name, _, number = part.rpartition("/")
        if found := orcid_of(number):
            known[_short(name)] = found
    found_all = tuple(known.get(_short(name), "") for name in names)
    return found_all if any(found_all) else ()


def _short(name: str) -> str:
    family, _, given = name.partition(",")
    return f"{family.strip().casefold()} {given.strip()[:1].casefold()}"
