"""Damage of every kind to PubMed's two formats: a result or an InputError, and no entry lost without a word."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.citation import ReadResult
from screener.model.errors import InputError
from screener.sources import read_bytes
from tests.sources.samples import NBIB, RICH_XML, TOLD_AS_NBIB, TOLD_AS_XML, article, article_set

SAMPLES = {
    "pubmed_xml": (
        RICH_XML + TOLD_AS_XML,
        article_set(article("1", version=2), article("2"), article("1"), article("3")),
        TOLD_AS_XML.replace(b"\n", b"\r\n"),
    ),
    "nbib": (NBIB + TOLD_AS_NBIB, TOLD_AS_NBIB.replace(b"\n", b"\r\n"), NBIB.replace(b"\n", b"\r")),
}
# What starts an entry, wherever it stands.
STARTS = {
    "pubmed_xml": re.compile(rb"<Pubmed(?:Book)?Article(?:\s[^<>]*)?>"),
    "nbib": re.compile(rb"(?:\A|[\r\n])(?:\xef\xbb\xbf)?PMID-"),
}
_OLDER = re.compile(r"(\d+) other version")

PLACE = st.integers(0, 1 << 20)
DAMAGE = st.one_of(
    st.tuples(st.just("cut"), PLACE, PLACE),
    st.tuples(st.just("flip"), PLACE, st.integers(0, 255)),
    st.tuples(st.just("double"), PLACE, st.integers(1, 5)),
    st.tuples(st.just("delete"), PLACE, st.integers(1, 5)),
    st.tuples(st.just("insert"), PLACE, st.binary(max_size=20)),
    st.tuples(
        st.just("insert"),
        PLACE,
        st.sampled_from(
            [
                b"\xef\xbb\xbf",
                b"\r",
                b"</PubmedArticle>",
                b"<PubmedArticle>",
                b"<PubmedArticle",
                b"</PubmedArticleSet>",
                b"<PubmedArticleSet>",
                b"<DeleteCitation>",
                b"<!DOCTYPE x [",
                b"&e;",
                b"\nPMID- ",
                b"PMID- 7\r",
                b"\xff\xfe",
                b"<PMID Version='3'>1</PMID>",
            ]
        ),
    ),
)


def damaged(data: bytes, what: str, at: int, how: int | bytes) -> bytes:
    at %= max(len(data), 1)
    if what == "cut":
        assert isinstance(how, int)
        # Either end stays, so that cuts at the front and at the back are tried alike.
        return data[at:] if how % 2 else data[:at]
    if isinstance(how, bytes):
        return data[:at] + how + data[at:]
    if what == "flip":
        return data[:at] + bytes([how]) + data[at + 1 :]
    lines = data.splitlines(keepends=True)
    first = data[:at].count(b"\n") % max(len(lines), 1)
    chosen = lines[first : first + how]
    return b"".join(lines[:first] + (chosen * 2 if what == "double" else []) + lines[first + how :])


def read_or_refuse(raw: bytes, form: str) -> ReadResult | None:
    """None for a file that was refused as a whole, with its name and a reason."""
    refused = None
    try:
        return read_bytes(raw, "x", format=form)
    except InputError as error:
        refused = error
    assert refused.file == "x"
    assert refused.message
    return None


@pytest.mark.parametrize("form", sorted(SAMPLES))
@settings(max_examples=250)
@given(data=st.data())
def test_damage_never_loses_an_entry_silently(form: str, data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(SAMPLES[form]))
    for what, at, how in data.draw(st.lists(DAMAGE, max_size=4)):
        raw = damaged(raw, what, at, how)
    block = data.draw(st.sampled_from([50, 1 << 20]))
    with patch("screener.sources.bytes.BLOCK", block):
        result = read_or_refuse(raw, form)
    if result is None:
        return
    count = len(result.entries) + len(result.bad)
    older = sum(int(match[1]) for note in result.notes if (match := _OLDER.match(note)))
    assert sorted(each.position for each in (*result.entries, *result.bad)) == list(range(1, count + 1))
    assert count + older >= len(STARTS[form].findall(raw))
    for each in (*result.entries, *result.bad):
        assert each.raw in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff"))


@settings(max_examples=150)
@given(st.sampled_from(["pubmed_xml", "nbib"]), st.binary(max_size=300))
def test_any_bytes_are_a_result_or_an_error_with_the_file(form: str, raw: bytes) -> None:
    result = read_or_refuse(raw, form)
    assert result is None or result.entries or result.bad
