"""Ids of acts are UUIDv7, in the order in which they were made; content ids follow from the content."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from screener.model.ids import ActIds, citation_id, content_id, version_id

MOMENT = 1_690_761_600.123


def test_version_variant_and_time() -> None:
    """RFC 9562: version 7, variant 10, the first 48 bits are the milliseconds of the clock."""
    made = uuid.UUID(ActIds(now=lambda: MOMENT).new())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == int(MOMENT * 1000)


def test_random_bits_come_from_the_entropy() -> None:
    """All 62 bits after the variant are random; the bits of version and variant are not touched by it."""
    ones = uuid.UUID(ActIds(now=lambda: MOMENT, entropy=lambda n: b"\xff" * n).new())
    zeros = uuid.UUID(ActIds(now=lambda: MOMENT, entropy=bytes).new())
    assert ones.int ^ zeros.int == (1 << 62) - 1
    assert (ones.version, ones.variant) == (zeros.version, zeros.variant) == (7, uuid.RFC_4122)


@given(st.lists(st.floats(min_value=0, max_value=4e9), min_size=2, max_size=50))
def test_strictly_increasing_whatever_the_clock_does(times: list[float]) -> None:
    """Ids of one instance increase as text when the clock stands still or steps back."""
    ticks = iter(times)
    ids = ActIds(now=lambda: next(ticks))
    made = [ids.new() for _ in times]
    assert all(a < b for a, b in pairwise(made))
    assert all(uuid.UUID(one).version == 7 for one in made)


def test_many_in_one_millisecond() -> None:
    """More acts than the 4096 that fit below a millisecond still increase and never repeat."""
    ids = ActIds(now=lambda: MOMENT)
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_two_devices_do_not_collide() -> None:
    """Two instances at one moment give different ids."""
    one, other = ActIds(now=lambda: MOMENT), ActIds(now=lambda: MOMENT)
    assert not {one.new() for _ in range(500)} & {other.new() for _ in range(500)}


def test_time_text_sorts_and_reads_back() -> None:
    """Times are ISO 8601 in UTC with milliseconds."""
    text = ActIds(now=lambda: MOMENT).time_text()
    assert text == "2023-07-31T00:00:00.123Z"
    assert datetime.fromisoformat(text) == datetime(2023, 7, 31, 0, 0, 0, 123_000, UTC)


def test_content_ids() -> None:
    """An accession names a citation whatever its bytes; without one its bytes do; parts are not glued."""
    assert citation_id("pubmed", "1", b"x") == citation_id("pubmed", "1", b"y")
    assert citation_id("pubmed", "1", b"x") != citation_id("embase", "1", b"x")
    assert citation_id("pubmed", None, b"x") != citation_id("pubmed", None, b"y")
    assert citation_id("pubmed", None, b"x") == citation_id("pubmed", "", b"x")
    assert version_id("c", b"x") != version_id("c", b"y")
    assert content_id("a", "bc") != content_id("ab", "c")
    assert uuid.UUID(content_id("a")).version == 5
