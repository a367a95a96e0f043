"""Damaged RIS, tables and JSON lines: an InputError or a result, and no entry is lost without a word."""

from __future__ import annotations

import io
import re
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from screener.handoff.citations import write_citations
from screener.model.citation import Citation, ReadResult
from screener.model.errors import InputError
from screener.sources import FORMATS, read_bytes
from tests.sources.samples import CSV, RIS

ENTRIES = [
    Citation(source="embase", source_key=f"L37300000{n}", title=f"Title {n}", authors=("Berg, Ida", "Group"))
    for n in range(4)
]
OWN_RIS = write_citations(ENTRIES, "ris").encode()
OVID = (
    b"1. \r\nTY  - JOUR\r\nID  - 1\r\nT1  - One\r\nA1  - Ross S, Holm P\r\nER  - \r\n\r\nLink to the Ovid\r\n"
    b"2. \r\nTY  - JOUR\r\nID  - 2\r\nT1  - Two\r\nN2  - Text\r\n more\r\nER  - \r\n"
)
PLAIN_CSV = b"Title,Year,PMID\nOne,2001,1\nTwo,2002,2\nThree,2003,3\n"
JSONL = write_citations(ENTRIES, "jsonl").encode()
TSV = PLAIN_CSV.replace(b",", b"\t")


def _workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Title", "Year"], ["One", 2001], ["Two", 2002]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


XLSX = _workbook()
PARTS = {
    part: zipfile.ZipFile(io.BytesIO(XLSX)).read(part)
    for part in zipfile.ZipFile(io.BytesIO(XLSX)).namelist()
}


@st.composite
def damaged(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """A sample that is cut, and in which bytes are changed and lines doubled, lost, swapped or added."""
    data = draw(st.sampled_from(samples))
    lines = data.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        act = draw(st.sampled_from(["double", "lose", "swap", "other"]))
        if act == "double":
            lines.insert(place, lines[place])
        elif act == "lose" and len(lines) > 1:
            del lines[place]
        elif act == "swap":
            lines[place], lines[-1] = lines[-1], lines[place]
        else:
            lines[place:place] = draw(st.sampled_from(samples)).splitlines(keepends=True)[:3]
    raw = bytearray(b"".join(lines))
    for _ in range(draw(st.integers(0, 4))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    raw += draw(st.binary(max_size=20))
    start = draw(st.sampled_from([0, 0, draw(st.integers(0, len(raw) // 3))]))
    end = draw(st.sampled_from([len(raw), draw(st.integers(len(raw) // 3, len(raw)))]))
    return bytes(raw[start:end])


def outcome(data: bytes, form: str | None) -> ReadResult | None:
    """The result, its places in order; None for an InputError that says what was expected."""
    problem: InputError | None = None
    try:
        result = read_bytes(data, "x", format=form)
    except InputError as error:
        problem = error
    if problem:
        assert problem.file == "x"
        assert problem.expected
        return None
    places = [each.position for each in (*result.entries, *result.bad)]
    assert sorted(places) == list(range(1, len(places) + 1))
    return result


def count(result: ReadResult) -> int:
    return len(result.entries) + len(result.bad)


FAST = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


@given(damaged([RIS, OWN_RIS, OVID]))
@FAST
def test_every_start_mark_of_ris_is_an_entry(data: bytes) -> None:
    if result := outcome(data, "ris"):
        assert count(result) == len(re.findall(rb"(?:\A|[\r\n])(?:\xef\xbb\xbf)?TY  ?-", data))


@given(damaged([JSONL]))
@FAST
def test_every_line_of_json_lines_is_an_entry(data: bytes) -> None:
    if result := outcome(data, "jsonl"):
        assert count(result) == sum(
            bool(line.removeprefix(b"\xef\xbb\xbf").strip()) for line in re.split(rb"[\r\n]", data)
        )


@given(damaged([PLAIN_CSV, TSV]))
@FAST
def test_every_row_of_a_table_is_an_entry_or_noted(data: bytes) -> None:
    result = outcome(data, "csv")
    # A quotation mark joins lines.
    if result and b'"' not in data:
        rows = sum(bool(line.strip()) for line in re.split(rb"[\r\n]", data)) - 1
        again = sum("the header again" in note for note in result.notes)
        assert count(result) + again >= rows


@given(damaged([XLSX]))
@FAST
def test_damaged_workbooks(data: bytes) -> None:
    outcome(data, "xlsx")


@given(st.sampled_from(sorted(PARTS)), st.data())
@FAST
def test_workbooks_with_a_damaged_part(name: str, data: st.DataObject) -> None:
    parts = PARTS | {name: data.draw(damaged([PARTS[name]]))}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    outcome(out.getvalue(), "xlsx")


@given(damaged([RIS, CSV, JSONL, OWN_RIS, OVID, PLAIN_CSV]), st.sampled_from([None, *FORMATS]))
@FAST
def test_any_damage_under_any_name(data: bytes, form: str | None) -> None:
    outcome(data, form)
