"""JSON lines: what `convert` writes comes back the same, and what is wrong is named by line and field."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.handoff.citations import write_citations
from screener.model.citation import SOURCES, Citation, Relation
from screener.model.errors import InputError
from screener.sources import read_bytes

texts = st.text(st.characters(codec="utf-8"), min_size=1)
some = st.none() | texts
lists = st.lists(texts, max_size=3).map(tuple)


@st.composite
def anything(draw: st.DrawFn) -> Citation:
    """Any text in any field."""
    authors = draw(lists)
    return Citation(
        source=draw(st.sampled_from(SOURCES)),
        title=draw(texts),
        authors=authors,
        year=draw(st.none() | st.integers(1, 9999)),
        orcids=draw(st.just(()) | st.tuples(*(st.text() for _ in authors))),
        relations=tuple(draw(st.lists(st.builds(Relation, texts, some, some), max_size=2))),
        **{name: draw(some) for name in ("source_key", "abstract", "journal", "volume", "issue", "pages")},
        **{name: draw(some) for name in ("pmid", "pmcid", "language", "original_title", "conference")},
        **{name: draw(some) for name in ("published", "entered", "revised")},
        **{name: draw(lists) for name in ("registry_ids", "publication_types", "keywords")},
        **{name: draw(lists) for name in ("accessions", "subject_headings")},
    )


@given(st.lists(anything(), min_size=1, max_size=4))
def test_what_is_written_comes_back_the_same(written: list[Citation]) -> None:
    result = read_bytes(write_citations(written, "jsonl").encode(), "x")
    assert (result.format, result.bad, result.notes) == ("jsonl", (), ())
    assert [entry.citation for entry in result.entries] == written


def line(**values: object) -> bytes:
    return json.dumps({"title": "T", **values}).encode() + b"\n"


def test_missing_fields_empty_ones_and_blank_lines() -> None:
    result = read_bytes(b"\xef\xbb\xbf" + line() + b"\r\n\n" + line(doi=None, authors=[], journal=""), "x")
    assert [e.citation for e in result.entries] == [Citation(source="other", title="T")] * 2
    assert result.entries[0].raw == line().strip()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"year": "2020"}, "year", "line 2: 'year' is \"2020\""),
        ({"year": True}, "year", "line 2: 'year' is true"),
        ({"year": 2020.5}, "year", "line 2: 'year' is 2020.5"),
        ({"authors": "Berg, Ida"}, "authors", "line 2: 'authors' is \"Berg, Ida\""),
        ({"keywords": ["a", 3]}, "keywords", "line 2: 'keywords' is [\"a\", 3]"),
        ({"pmid": 12}, "pmid", "line 2: 'pmid' is 12"),
        ({"source": "medline"}, "source", "line 2: 'source' is 'medline'"),
        ({"relations": [{"kind": 1}]}, "relations", "line 2: 'relations' holds {\"kind\": 1}"),
        ({"orcids": ["x"]}, "orcids", "line 2: 'orcids' is not as long as 'authors'"),
        ({"journal": "\ud800"}, "journal", "line 2: 'journal' holds half a character (a lone surrogate)"),
    ],
)
def test_wrong_values_are_named(values: dict[str, object], field: str, message: str) -> None:
    result = read_bytes(line() + line(**values) + line(), "x", format="jsonl")
    assert [(b.position, b.field, b.message) for b in result.bad] == [(2, field, message)]
    assert result.bad[0].expected
    assert [e.position for e in result.entries] == [1, 3]


@pytest.mark.parametrize("broken", [b'{"title": "T"', b"[1]", b"title", b'{"title": NaN}', b"[" * 100_000])
def test_what_is_no_object_is_bad(broken: bytes) -> None:
    result = read_bytes(line() + broken + b"\n" + line(), "x")
    assert [b.position for b in result.bad] == [2]
    assert "line 2" in result.bad[0].message
    assert len(result.entries) == 2


def test_unknown_keys_are_counted_once() -> None:
    result = read_bytes(line(label=1) + line(label=0, note="x"), "x")
    assert result.notes == (
        "a citation has no field 'label'; left out (2 entries)",
        "a citation has no field 'note'; left out (1 entries)",
    )


def test_a_doi_is_made_bare() -> None:
    assert read_bytes(line(doi="https://doi.org/10.5555/A"), "x").entries[0].citation.doi == "10.5555/a"


def test_given_database_wins() -> None:
    result = read_bytes(line(source="embase"), "x", source="scopus")
    assert result.source == result.entries[0].citation.source == "scopus"


def test_another_format_behind_it_is_named() -> None:
    with pytest.raises(InputError, match="RIS") as caught:
        read_bytes(line() + b"TY  - JOUR\nTI  - T\nER  -\n", "x")
    assert caught.value.entry == "line 2"


@pytest.mark.parametrize("other", [b'{"a": 1}\n{"a": 2}\n', b"{}\n"])
def test_other_json_is_not_taken_for_it(other: bytes) -> None:
    with pytest.raises(InputError, match="JSON"):
        read_bytes(other, "x")
