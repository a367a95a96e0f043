"""ClinicalTrials.gov JSON: a page of API v2 {"studies": [...]}, the site's bare list, or one study."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from screener.model.citation import Citation, Relation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.dates import iso_date
from screener.sources.fields import paragraphs, plain, unique, year_of
from screener.sources.registries import registry_ids

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """One entry a study; the list is walked by hand, so that each study keeps its bytes."""
    text, odd = text_of(data.whole())
    if odd:
        note(odd)
    last: str | None = None
    try:
        for start, end, study in _studies(text):
            yield Cut(text[start:end].encode("utf-8", "surrogatepass"))
            nct = _get(study, "protocolSection", "identificationModule", "nctId")
            last = nct if isinstance(nct, str) else last
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "nested too deeply or a number too long"
        line = getattr(error, "lineno", None)
        raise InputError(
            f"the JSON is broken or cut short{f' at line {line}' if line else ''}"
            f"{f', after {last}' if last else ''} ({reason})",
            file=data.name,
            entry=last,
            expected="a whole JSON file of ClinicalTrials.gov",
        ) from None


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    study = json.loads(cut.raw.decode("utf-8", "surrogatepass"))
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        raise Unreadable("this is not a study record of API version 2", "protocolSection", "an object")
    return _citation(study["protocolSection"], options.source or "clinicaltrials")


def _studies(text: str) -> Iterator[tuple[int, int, Any]]:
    pos = _skip(text, 0)
    if text.startswith("[", pos):
        yield from _elements(text, pos)
    elif text.startswith("{", pos):
        end_of_all, whole = None, pos
        for key, at in _members(text, pos):
            if key == "studies" and text.startswith("[", at):
                yield from _elements(text, at)
                end_of_all = at
        if end_of_all is None:
            study, end = _DECODER.raw_decode(text, whole)
            yield whole, end, study
        return
    else:
        raise json.JSONDecodeError("neither a list nor an object", text, pos)


def _elements(text: str, pos: int) -> Iterator[tuple[int, int, Any]]:
    """The elements of the list that opens at `pos`, each with where it starts and ends."""
    pos = _skip(text, pos + 1)
    if text.startswith("]", pos):
        return
    while True:
        value, end = _DECODER.raw_decode(text, pos)
        yield pos, end, value
        pos = _skip(text, end)
        if text.startswith("]", pos):
            return
        if not text.startswith(",", pos):
            raise json.JSONDecodeError("',' or ']' missing", text, pos)
        pos = _skip(text, pos + 1)


def _members(text: str, pos: int) -> Iterator[tuple[str, int]]:
    """The keys of the object that opens at `pos`, each with where its value starts."""
    pos = _skip(text, pos + 1)
    while not text.startswith("}", pos):
        key, pos = _DECODER.raw_decode(text, pos)
        pos = _skip(text, pos)
        if not isinstance(key, str) or not text.startswith(":", pos):
            raise json.JSONDecodeError("a key and ':' missing", text, pos)
        pos = _skip(text, pos + 1)
        yield key, pos
        _, pos = _DECODER.raw_decode(text, pos)
        pos = _skip(text, pos)
        if text.startswith(",", pos):
            pos = _skip(text, pos + 1)
        elif not text.startswith("}", pos):
            raise json.JSONDecodeError("',' or '}' missing", text, pos)


def _skip(text: str, pos: int) -> int:
    match = _SPACE.match(text, pos)
    return match.end() if match else pos


def _get(node: Any, *path: str) -> Any:
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _rows(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(node: Any, *path: str) -> str | None:
    value = _get(node, *path)
    return value if isinstance(value, str) else None


def _citation(protocol: dict[str, Any], source: str) -> Citation:
    """The registry entry as a citation: the sponsor as author, the brief summary as abstract.

    The year is that of the first posting. The papers that the entry names are relations, and none of them is
    an id of it: those of kind Result (named by the sponsor) and Derived (found by the register, as they
    print its number) report the trial; Background ones are only cited.
    """
    names = _get(protocol, "identificationModule")
    nct = next(iter(registry_ids(_text(names, "nctId"))), None)
    sponsor = plain(_text(protocol, "sponsorCollaboratorsModule", "leadSponsor", "name"))
    status = _get(protocol, "statusModule")
    conditions = _get(protocol, "conditionsModule")
    interventions = _rows(_get(protocol, "armsInterventionsModule", "interventions"))
    posted = iso_date(_text(status, "studyFirstPostDateStruct", "date"))
    return Citation(
        source=source,
        source_key=nct,
        title=plain(_text(names, "briefTitle")) or plain(_text(names, "officialTitle")),
        abstract=paragraphs(_text(protocol, "descriptionModule", "briefSummary")),
        authors=(sponsor,) if sponsor else (),
        journal="ClinicalTrials.gov",
        year=year_of(
            _text(status, "studyFirstPostDateStruct", "date"),
            _text(status, "studyFirstSubmitDate"),
            _text(status, "startDateStruct", "date"),
        ),
        registry_ids=unique(
            [
                *registry_ids(nct, *_texts(_get(names, "nctIdAliases"))),
                *registry_ids(
                    *(
                        " ".join(
                            filter(None, (_text(each, "type"), _text(each, "domain"), _text(each, "id")))
                        )
                        for each in _rows(_get(names, "secondaryIdInfos"))
                    )
                ),
            ]
        ),
        publication_types=("Trial registry record",),
        keywords=unique(
            plain(each)
            for each in (
                *_texts(_get(conditions, "conditions")),
                *(_text(each, "name") for each in interventions),
                *_texts(_get(conditions, "keywords")),
            )
        ),
        published=posted,
        entered=posted,
        revised=iso_date(_text(status, "lastUpdatePostDateStruct", "date")),
        relations=tuple(_relations(_rows(_get(protocol, "referencesModule", "references")))),
    )


def _relations(references: list[dict[str, Any]]) -> Iterator[Relation]:
    """The papers with a PMID or a printed reference; the kind is the register's word."""
    for each in references:
        pmid = (_text(each, "pmid") or "").strip()
        pmid = pmid if pmid.isascii() and pmid.isdigit() else ""
        printed = plain(_text(each, "citation"))
        kind = (_text(each, "type") or "").strip().capitalize()
        if kind and (pmid or printed):
            yield Relation(kind, pmid or None, printed)
