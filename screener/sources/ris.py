"""RIS, as Embase.com, Ovid, Cochrane, Scopus, Web of Science, ProQuest, EndNote and Zotero write it.

Here the file is cut into entries with their exact bytes; rispy reads the tags of each; which tag means what
depends on the database and stands in `ris_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from screener.model.citation import Citation
from screener.sources import ris_fields
from screener.sources.bytes import Input, lines_of, text_of
from screener.sources.cutting import Cut, Note, Options
from screener.sources.mixed import is_nbib, other_format, two_formats
from screener.sources.ris_fields import Tags

_BOM = b"\xef\xbb\xbf"
_START = re.compile(rb"(?:\xef\xbb\xbf)?TY  ?- ?")
_FIRST = frozenset((b"TY", b"\xef\xbb"))  # of an entry: most lines are told by one look
_END = re.compile(rb"ER  ?- ?\s*\Z|ER  ?-\s")
_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: |$)(.*)")
# What Ovid writes between entries: "12. ", its links, and in some files the abbreviated journal.
_OVID_BETWEEN = re.compile(rb"\s*(?:\d+\.\s*\Z|Link to the |NL  - )")
# Continued lines of these are further values; of all others they continue the text.
_LISTS = frozenset({"KW", "AU", "A1", "A2", "A3", "A4", "UR", "AD", "N1", "C3"})
_TEXTS = frozenset({"AB", "N2"})


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """An entry runs from TY to ER; a second TY or the end of the file closes one that lacks ER (noted)."""
    raw: list[bytes] | None = None
    outside: list[int] = []
    number = 0
    for place, line in enumerate(data.lines(), 1):
        head = line[:2]
        if head in _FIRST and _START.match(line):
            number += 1
            if raw is not None:
                note(f"entry {number - 1}: no ER line; closed by the next TY")
                yield Cut(b"".join(raw).rstrip())
            raw = [line.removeprefix(_BOM)]
        elif raw is None:
            line = line.removeprefix(_BOM)
            if line.strip() and not _OVID_BETWEEN.match(line):
                if what := other_format(line):
                    raise two_formats(data.name, place, what, "RIS")
                outside.append(place)
        else:
            if raw[-1].startswith(b"PMID-") and is_nbib(raw[-1], line):
                raise two_formats(data.name, place - 1, "PubMed's text format (nbib)", "RIS")
            raw.append(line)
            if head == b"ER" and _END.match(line):
                yield Cut(b"".join(raw).rstrip())
                raw = None
    if raw is not None:
        note(f"entry {number}: no ER line; closed by the end of the file")
        yield Cut(b"".join(raw).rstrip())
    if outside:
        note(f"{len(outside)} line(s) outside of entries ignored, the first is line {outside[0]}")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    text, odd = text_of(cut.raw)
    if odd:
        note(odd)
    return ris_fields.citation(tags_of(text), options.source)


def tags_of(text: str) -> Tags:
    """Tag -> values in their order, read by rispy from lines put right for it."""
    lines = [line.strip() for line in _one_line_each(text)]
    if not lines or not lines[-1].startswith("ER  -"):
        lines.append("ER  - ")
    (entry,) = _parser().parse_lines(iter(lines)) or [{}]
    # rispy gives TY as one text, all others as lists (see `_EveryTag`).
    values = ((tag, [value] if isinstance(value, str) else value) for tag, value in entry.items())
    return {tag: [text for text in texts if text] for tag, texts in values}


def _one_line_each(text: str) -> list[str]:
    """Every value on its own tagged line: 'KW  - value'. rispy wants exactly two blanks before the dash."""
    lines: list[str] = []
    last = ""
    for line in re.split(r"\r\n|\r|\n", text):
        match = _LINE.match(line)
        if match:
            last = match[1]
            lines.append(f"{last}  - {match[2]}")
        elif not line.strip() or not lines:
            continue
        elif last in _LISTS:
            lines.append(f"{last}  - {line}")
        else:
            # A line that ends a sentence ends a paragraph of the abstract; others were only wrapped.
            broken = last in _TEXTS and lines[-1].rstrip().endswith((".", "?", "!", ":"))
            lines[-1] = f"{lines[-1].rstrip()}{_BREAK if broken else ' '}{line.strip()}"
    return lines


# Stands for a line end inside a value while the value is on one line; turned back in `ris_fields`.
_BREAK = "\u2028"


class _AnyTag(dict[str, str]):
    """A rispy mapping in which every tag keeps its name, known to rispy or not."""

    def __missing__(self, tag: str) -> str:
        return tag


class _EveryTag(list[str]):
    """A rispy list of list tags that holds every tag, so that no repeated value is lost."""

    def __contains__(self, tag: object) -> bool:
        return True


def _parser() -> Any:
    from rispy import RisParser

    return RisParser(mapping=_AnyTag(TY="reference_type"), list_tags=_EveryTag(), delimiter_tags_mapping={})


def first_tags(data: bytes) -> Tags:
    """The tags of the first entry, for telling its database."""
    lines: list[bytes] = []
    for line in lines_of(data):
        if _START.match(line):
            if lines:
                break
            lines.append(line.removeprefix(_BOM))
        elif lines:
            lines.append(line)
            if _END.match(line):
                break
    return tags_of(text_of(b"".join(lines).rstrip())[0]) if lines else {}
