"""JSON lines: one citation a line, as `screener convert` writes them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from screener.model.citation import NAMES, SOURCES, Citation, Relation
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.fields import doi_of
from screener.sources.mixed import other_format, two_formats

_LISTS = frozenset(
    (
        "authors",
        "registry_ids",
        "publication_types",
        "keywords",
        "orcids",
        "accessions",
        "subject_headings",
    )
)
_BOM = b"\xef\xbb\xbf"
# Half of a pair: JSON can name it, no text can hold it.
_SURROGATE = re.compile("[\ud800-\udfff]")


def is_jsonl(head: bytes) -> bool:
    """Whether a file begins with an object that has fields of a citation, on a line of its own."""
    first = next((line for line in head.splitlines() if line.strip()), b"").removeprefix(_BOM)
    if not first.lstrip().startswith(b"{"):
        return False
    try:
        values = json.loads(first)
    except (ValueError, RecursionError):
        # The first line is longer than the head, or broken: the first key tells.
        return bool(re.match(rb'\s*\{\s*"(?:source|title|source_key|pmid|doi|authors|abstract)"\s*:', first))
    return isinstance(values, dict) and not values.keys().isdisjoint(NAMES)


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """A line is an entry; blank lines are none. Keys that a citation does not have are counted and noted."""
    unknown: Counter[str] = Counter()
    for number, line in enumerate(data.lines(), 1):
        raw = line.removeprefix(_BOM).strip()
        if not raw:
            continue
        if raw[:1] != b"{" and (what := other_format(line)):
            raise two_formats(data.name, number, what, "JSON lines")
        text, odd = text_of(raw)
        if odd:
            note(f"line {number}: {odd}")
        try:
            values = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            yield Cut(raw, None, f"line {number} is no JSON ({error})", "one JSON object a line")
            continue
        if not isinstance(values, dict):
            yield Cut(raw, None, f"line {number} is no JSON object", "one JSON object a line")
            continue
        unknown.update(key for key in values if key not in NAMES)
        yield Cut(raw, (number, values))
    for key, count in unknown.most_common():
        note(f"a citation has no field '{key[:40]}'; left out ({count} entries)")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    number, values = cut.context
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in NAMES and value not in (None, "", []):
            found[name] = _value(name, value, number)
    source = found.setdefault("source", options.source or "other")
    if source not in SOURCES:
        raise _wrong(number, "source", f"is {source!r}", " or ".join(SOURCES))
    if options.source:
        found["source"] = options.source
    if "doi" in found:
        found["doi"] = doi_of(found["doi"]) or found["doi"]
    if "orcids" in found and len(found["orcids"]) != len(found.get("authors", ())):
        raise _wrong(number, "orcids", "is not as long as 'authors'", 'one an author, "" where there is none')
    return Citation(**found)


def _value(name: str, value: Any, number: int) -> Any:
    if name == "year":
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10000:
            return value
        raise _wrong(number, name, f"is {_short(value)}", "a year as a number, or null")
    if name == "relations":
        if isinstance(value, list):
            return tuple(_relation(each, number) for each in value)
        raise _wrong(number, name, f"is {_short(value)}", "a list of objects")
    if name in _LISTS:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(_sound(name, each, number) for each in value if each or name == "orcids")
        raise _wrong(number, name, f"is {_short(value)}", "a list of texts")
    if not isinstance(value, str):
        raise _wrong(number, name, f"is {_short(value)}", "a text, or null")
    return _sound(name, value, number)


def _relation(value: Any, number: int) -> Relation:
    if (
        isinstance(value, dict)
        and isinstance(value.get("kind"), str)
        and value.keys() <= {"kind", "pmid", "text"}
    ):
        kind, pmid, text = (value.get(name) for name in ("kind", "pmid", "text"))
        if all(each is None or isinstance(each, str) for each in (pmid, text)):
            sound = (each and _sound("relations", each, number) for each in (kind, pmid, text))
            return Relation(*sound)  # type: ignore[arg-type]
    raise _wrong(number, "relations", f"holds {_short(value)}", '{"kind": text, "pmid": text, "text": text}')


def _sound(name: str, text: str, number: int) -> str:
    if _SURROGATE.search(text):
        raise _wrong(number, name, "holds half a character (a lone surrogate)", "Unicode text")
    return text


def _wrong(number: int, name: str, what: str, expected: str) -> Unreadable:
    return Unreadable(f"line {number}: '{name}' {what}", name, expected)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 40 else text[:37] + "..."


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no value")
