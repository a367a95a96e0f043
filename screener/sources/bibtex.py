"""BibTeX and biblatex: Zotero, Scopus, Web of Science, Mendeley, and our own files.

The file is cut into entries by their braces, so that none is lost and each keeps its bytes, whatever keys
repeat; bibtexparser takes the single entry apart, pylatexenc turns TeX's accents and signs into letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from screener.model.citation import SOURCES, Citation
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.dates import iso_date
from screener.sources.fields import (
    author,
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
from screener.sources.ris_links import accessions
from screener.sources.ris_sources import source_of

_START = re.compile(rb"[ \t]*(?:\xef\xbb\xbf)?@\s*([A-Za-z]+)\s*\{")
_BRACES = re.compile(rb"\\.|[{}]", re.DOTALL)
_STRING = re.compile(r"@\s*string\s*\{\s*([\w:.+-]+)\s*=\s*(.*)\}\s*\Z", re.IGNORECASE | re.DOTALL)
_NOT_ENTRIES = frozenset((b"comment", b"preamble", b"string"))
_EXPECTED = "@type{key, field = {text}, ...}"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TYPES = {
    "article": "Journal Article",
    "inproceedings": "Conference Paper",
    "conference": "Conference Paper",
    "incollection": "Book Chapter",
    "inbook": "Book Chapter",
    "book": "Book",
    "phdthesis": "Thesis",
    "mastersthesis": "Thesis",
    "thesis": "Thesis",
    "techreport": "Report",
    "report": "Report",
    "unpublished": "Unpublished Work",
    "online": "Web Page",
}


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """An entry runs from its @ to the brace that closes it. One that is still open where the next begins, or
    at the end of the file, is a bad entry."""
    raw = b""
    kind = b""
    depth = outside = 0
    macros: dict[str, str] = {}
    for place, line in enumerate(data.lines(), 1):
        while line:
            match = _START.match(line)
            if match and (depth == 0 or re.match(rb"[^\s,{}]*,", line[match.end() :])):
                if depth:
                    yield Cut(raw.rstrip(), None, "the entry does not end before the next begins", _EXPECTED)
                raw, depth, kind = b"", 0, match[1].lower()
            elif not depth:
                if what := other_format(line):
                    raise two_formats(data.name, place, what, "BibTeX")
                outside += bool(line.strip())
                break
            end, depth = _closing(line, depth)
            if end is None:
                raw += line
                break
            raw, line = raw + line[:end], line[end:].lstrip(b" \t,")
            if kind == b"string" and (found := _STRING.match(text_of(raw.strip())[0])):
                macros = {**macros, found[1].lower(): found[2].strip().strip('"{}')}
            elif kind not in _NOT_ENTRIES:
                yield Cut(raw.strip(), macros)
            raw = b""
            if not line.strip():
                break
    if depth and kind not in _NOT_ENTRIES:
        yield Cut(raw.rstrip(), None, "the entry does not end; the file may be cut short", _EXPECTED)
    if outside:
        note(f"{outside} line(s) outside of entries ignored")


def _closing(line: bytes, depth: int) -> tuple[int | None, int]:
    """Where the entry closes in a line, if it does, and how deep the line ends."""
    for match in _BRACES.finditer(line):
        if match[0] == b"{":
            depth += 1
        elif match[0] == b"}":
            depth -= 1
            if depth == 0:
                return match.end(), 0
    return None, depth


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    kind, fields = _fields(text, cut.context or {})
    return _citation(kind, fields, options.source)


def _fields(text: str, macros: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The type of an entry and its fields as written, the outer braces or quotes taken off."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateFieldKeyBlock

    library = parse_string(text, parse_stack=[])
    block: Any = next(iter(library.entries), None)
    if block is None:
        failed = next(iter(library.failed_blocks), None)
        if isinstance(failed, DuplicateFieldKeyBlock):
            block = failed.ignore_error_block
        else:
            raise Unreadable("the entry cannot be taken apart", None, _EXPECTED)
    found: dict[str, str] = {}
    for field in block.fields:
        found.setdefault(field.key.lower(), _value(str(field.value), macros))
    return block.entry_type.lower(), found


def _value(text: str, macros: dict[str, str]) -> str:
    """'{text}', '"text"', a number, a macro, or several joined by '#'."""
    parts = re.split(r"\s#\s(?=(?:[^{}]*\{[^{}]*\})*[^{}]*\Z)", text.strip())
    values = []
    for part in parts:
        part = part.strip()
        if len(part) > 1 and (part[0], part[-1]) in (("{", "}"), ('"', '"')):
            values.append(part[1:-1])
        else:
            values.append(macros.get(part.lower(), part))
    return "".join(values)


_SIGNS = (
    (r"\textbackslash{}", "\ue000", "\\"),
    (r"\textasciitilde{}", "\ue001", "~"),
    (r"\textasciicircum{}", "\ue002", "^"),
)


@cache
def _decoder() -> Any:
    from pylatexenc import latex2text

    make_context: Any = latex2text.get_default_latex_context_db
    context = make_context()
    # A macro that is not known leaves its name: a title loses no word.
    spec: Any = latex2text.MacroTextSpec
    context.set_unknown_macro_spec(spec("", simplify_repl=lambda node: node.macroname))
    decoder: Any = latex2text.LatexNodes2Text
    return decoder(latex_context=context, keep_comments=True, math_mode="text", strict_latex_spaces=True)


def _letters(text: str) -> str:
    """TeX made plain: accents and signs become letters, braces go. A bare % is a percent sign here."""
    if "\\" in text or "$" in text:
        # The names of TeX's own signs stand for these signs and not for the accents alike.
        for name, mark, _ in _SIGNS:
            text = text.replace(name, mark)
        try:
            plain_text = str(_decoder().latex_to_text(re.sub(r"(?<!\\)([%&#])", r"\\\1", text)))
            for _, mark, sign in _SIGNS:
                plain_text = plain_text.replace(mark, sign)
            return plain_text
        except Exception:  # TeX that is none: the words are worth more than the braces
            text = re.sub(r"\\[A-Za-z]+\s*|\\", "", text)
    return re.sub(r"[{}]", "", text).replace("~", " ")


def _citation(kind: str, fields: dict[str, str], said: str | None) -> Citation:
    def get(*names: str) -> str | None:
        found = next((text for name in names if (text := _letters(fields.get(name, "")).strip())), None)
        # TeX writes longer dashes as several; our own files as they are.
        return found if ours or not found else re.sub(r"-{2,3}", "-", found)

    # Our own files name the database and its accession number.
    own = _letters(fields.get("database", "")).strip().lower()
    ours = own in SOURCES
    links = [fields[name].replace("\\", "") for name in ("url", "howpublished", "note") if name in fields]
    number = get("accession", "unique-id", "accession-number", "eid")
    source = said or (
        own
        if ours
        else source_of(
            {"DB": [get("source", "database", "archive") or ""], "AN": [number or ""], "UR": links}
        )
    )
    pmid = get("pmid") or next((found for each in links if (found := pmid_of(each))), None)
    main = get("title", "booktitle")
    subtitle = get("subtitle")
    title = plain(f"{main}: {subtitle}" if main and subtitle else main)
    abstract = paragraphs(get("abstract"))
    year = year_of(get("year"), get("date"))
    key = number if ours else {"pubmed": pmid, "other": None}.get(source, (number or "").strip("{}") or None)
    if source == "scopus" and not number:
        eid = re.search(r"eid=(2-s2\.0-\d+)", " ".join(links))
        key = eid[1] if eid else None
    types = unique(plain(part) for part in re.split(r";", get("type", "document_type") or ""))
    return Citation(
        source=source,
        source_key=key,
        title=title,
        abstract=abstract,
        authors=_authors(fields.get("author", "") or fields.get("editor", ""), ours=ours),
        journal=plain(get("journal", "journaltitle") or (get("booktitle") if get("title") else None)),
        original_title=plain(get("origtitle")),
        year=year,
        published=iso_date(get("date")) or _month(fields, year),
        volume=plain(get("volume")),
        issue=plain(get("number", "issue")),
        pages=pages_of(
            get("pages") or get("art_number", "article-number", "eid" if source != "scopus" else "")
        ),
        doi=doi_of(_bare(fields.get("doi")), *links),
        pmid=pmid_of(pmid),
        pmcid=pmcid_of(get("pmcid", "pmc"), *links),
        registry_ids=unique(part.strip() for part in (get("registry") or "").split(";"))
        if ours
        else registry_ids(title, abstract),
        language=language_of(get("language", "langid")),
        publication_types=types or (() if ours else unique([_TYPES.get(kind)])),
        keywords=_keywords(fields, ours=ours),
        conference=plain(
            get("eventtitle") or (get("booktitle") if kind in ("inproceedings", "conference") else None)
        ),
        accessions=tuple(unique(part.strip() for part in (get("accessions") or "").split(";")))
        if ours
        else accessions([number or ""], links, source),
    )


def _bare(text: str | None) -> str | None:
    """A DOI is written as it is; only its braces and signs may be guarded."""
    return re.sub(r"\\textbackslash\{\}|\\([_&%#{}$])", lambda m: m[1] or "\\", text) if text else None


def _month(fields: dict[str, str], year: int | None) -> str | None:
    month = _letters(fields.get("month", "")).strip().lower()
    if not year:
        return None
    if month[:3] in _MONTHS:
        return f"{year}-{_MONTHS.index(month[:3]) + 1:02d}"
    return f"{year}-{int(month):02d}" if month.isdecimal() and 1 <= int(month) <= 12 else str(year)


def _keywords(fields: dict[str, str], *, ours: bool) -> tuple[str, ...]:
    names = ("keywords",) if ours else ("keywords", "author_keywords", "keyword", "keywords-plus")
    texts = (_letters(fields[name]) for name in names if name in fields)
    parts = (part for text in texts for part in (text.split(";") if ours or ";" in text else text.split(",")))
    return unique(plain(part) for part in parts) if ours else keywords(parts)


def _authors(text: str, *, ours: bool) -> tuple[str, ...]:
    """Names between ' and '; one in braces is a group; 'Given von Family' is turned round."""
    names = []
    for part in _parted(text):
        grouped = (
            part.startswith("{")
            and part.endswith("}")
            and _closing(part.encode(), 0)[0] == len(part.encode())
        )
        name = " ".join(_letters(part).split())
        if not name or name.lower() == "others":
            continue
        if grouped or "," in name:
            names.append(name if ours or grouped else author(name) or name)
            continue
        words = name.split(" ")
        at = next((n for n, word in enumerate(words[:-1]) if n and word.islower()), len(words) - 1)
        names.append(f"{' '.join(words[at:])}, {' '.join(words[:at])}" if at else name)
    return tuple(names)


def _parted(text: str) -> list[str]:
    """Cut at ' and ' outside of braces."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\.|[{}]|\s+and\s+", text, re.IGNORECASE | re.DOTALL):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        elif match[0][0] != "\\" and depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]
