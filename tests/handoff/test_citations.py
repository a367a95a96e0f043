"""Citations written and read back: by our own readers where they read the format, else by a small one."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import rispy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screener.handoff.citations import COLUMNS, FORMATS, write_citations
from screener.model.citation import SOURCES, Citation
from screener.model.errors import InputError
from screener.sources.reading import read_bytes

WHOLE = Citation(
    source="embase",
    source_key="L637081315",
    title="Regorafenib + BSC: 50% of {patients}",
    abstract="BACKGROUND: One.\nMETHODS: Two;\nthree.",
    authors=("Li, J", "Müller, K", "CONCUR Study Group"),
    journal="Lancet Oncology",
    year=2015,
    volume="16",
    issue="6",
    pages="619-29",
    doi="10.1016/s1470-2045(15)70156-7",
    pmid="25981818",
    pmcid="PMC1234567",
    registry_ids=("NCT01584830",),
    language="English",
    publication_types=("Journal Article", "Randomized Controlled Trial"),
    keywords=("colorectal cancer", "neoplasms, liver"),
)


def test_ris_to_the_byte() -> None:
    assert write_citations([WHOLE], "ris") == (
        "TY  - JOUR\nDB  - embase\nAN  - L637081315\nTI  - Regorafenib + BSC: 50% of {patients}\n"
        "AU  - Li, J\nAU  - Müller, K\nAU  - CONCUR Study Group\nJO  - Lancet Oncology\n"
        "PY  - 2015\nVL  - 16\nIS  - 6\nSP  - 619-29\n"
        "DO  - 10.1016/s1470-2045(15)70156-7\nC5  - 25981818\nC2  - PMC1234567\n"
        "C1  - NCT01584830\nLA  - English\nM3  - Journal Article\nM3  - Randomized Controlled Trial\n"
        "KW  - colorectal cancer\nKW  - neoplasms, liver\n"
        "AB  - BACKGROUND: One.\n      METHODS: Two;\u2028three.\nER  - \n"
    )


def test_nbib_to_the_byte() -> None:
    assert write_citations([replace(WHOLE, abstract=None, keywords=())], "nbib") == (
        "PMID- 25981818\nOID - embase: L637081315\nVI  - 16\nIP  - 6\nDP  - 2015\n"
        "TI  - Regorafenib + BSC: 50% of {patients}\nPG  - 619-29\n"
        "LID - 10.1016/s1470-2045(15)70156-7 [doi]\n"
        "FAU - Li, J\nFAU - Müller, K\nCN  - CONCUR Study Group\nLA  - English\n"
        "SI  - ClinicalTrials.gov/NCT01584830\n"
        "PT  - Journal Article\nPT  - Randomized Controlled Trial\nJT  - Lancet Oncology\nPMC - PMC1234567\n"
    )


def test_csv_to_the_byte() -> None:
    header, row = write_citations([replace(WHOLE, abstract=None)], "csv").splitlines()
    assert header == ",".join(COLUMNS)
    assert row == (
        'embase,L637081315,Regorafenib + BSC: 50% of {patients},,"Li, J; Müller, K; CONCUR Study Group",'
        "Lancet Oncology,2015,16,6,619-29,"
        "10.1016/s1470-2045(15)70156-7,25981818,PMC1234567,NCT01584830,English,"
        'Journal Article; Randomized Controlled Trial,"colorectal cancer; neoplasms, liver"'
    )


def test_bibtex_to_the_byte() -> None:
    short = Citation(source="other", title="A & B", authors=("Smith and Sons Group", "Li, J"), year=2015)
    assert write_citations([short, short], "bib") == (
        "@misc{other-entry,\n  title = {{A \\& B}},\n  author = {{Smith and Sons Group} and Li, J},\n"
        "  year = {2015},\n  database = {other}\n}\n\n"
        "@misc{other-entry-2,\n  title = {{A \\& B}},\n  author = {{Smith and Sons Group} and Li, J},\n"
        "  year = {2015},\n  database = {other}\n}\n"
    )


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(InputError, match="docx") as caught:
        write_citations([], "docx")
    assert caught.value.expected == " or ".join(FORMATS)


def test_rispy_reads_every_value() -> None:
    (entry,) = rispy.loads(write_citations([WHOLE], "ris"))
    assert entry["type_of_reference"] == "JOUR"
    assert entry["title"] == WHOLE.title
    assert entry["authors"] == list(WHOLE.authors)
    assert entry["keywords"] == list(WHOLE.keywords)
    assert entry["doi"] == WHOLE.doi
    assert entry["year"] == "2015"
    assert entry["accession_number"] == WHOLE.source_key


# Citations as a reader makes them: fields plain and in their one form.
word = st.text("abcdefghijklmnopqrstuvwxyzäéøß", min_size=3, max_size=9)
sentence = st.lists(
    st.one_of(word, st.sampled_from(["ER - x", "TY - y", "50%", "<", "{", "}", "\\", "&", "A,"])),
    min_size=1,
    max_size=6,
).map(lambda words: " ".join(["The", *words]))
person = st.tuples(word, word).map(lambda names: f"{names[0].title()}, {names[1].title()}")
group = word.map(lambda name: f"{name.title()} study group")
abstract = st.lists(
    st.tuples(sentence, st.sampled_from(["", ".", ":", ";"])).map("".join), min_size=1, max_size=4
)
keys = {
    "pubmed": st.none(),
    "embase": st.just("L637081315"),
    "central": st.just("CN-01234567"),
    "cdsr": st.just("CD012345"),
    "scopus": st.just("2-s2.0-85012345678"),
    "wos": st.just("WOS:000123456700001"),
    "psycinfo": st.just("2019-65183-001"),
    "proquest": st.just("1234567"),
    "clinicaltrials": st.just("NCT01234567"),
    "other": st.one_of(st.none(), word),
}


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    source = draw(st.sampled_from(SOURCES))
    pmid = draw(
        st.integers(1, 10**8).map(str) if source == "pubmed" else st.none() | st.integers(1, 10**8).map(str)
    )
    types = (
        "Trial registry record",
        "Journal Article",
        "Conference Abstract",
        "Randomized Controlled Trial, Phase III",
    )
    number = st.sampled_from(["NCT01584830", "ISRCTN12345678", "EUCTR2010-012345-12", "CHICTR-TRC-10001234"])
    trial = ("NCT01234567",) if source == "clinicaltrials" else draw(st.lists(number, max_size=1).map(tuple))
    return Citation(
        source=source,
        source_key=pmid if source == "pubmed" else draw(keys[source]),
        title=draw(sentence),
        abstract=draw(st.none() | abstract.map("\n".join)),
        authors=tuple(draw(st.lists(person | group, max_size=4, unique=True))),
        journal=draw(st.none() | word.map(lambda name: f"Journal of {name}")),
        year=draw(st.none() | st.integers(1800, 2099)),
        volume=draw(st.none() | st.integers(1, 999).map(str)),
        issue=draw(st.none() | st.sampled_from(["6", "16_suppl", "Suppl 1"])),
        pages=draw(st.none() | st.sampled_from(["619-29", "e123", "S-277", "LBA27"])),
        doi=draw(
            st.none()
            | st.sampled_from(["10.1016/s1470-2045(15)70156-7", "10.1200/jco.2023.41.16_suppl.3521"])
        ),
        pmid=pmid,
        pmcid=draw(st.none() | st.integers(100, 10**8).map("PMC{}".format)),
        registry_ids=trial,
        language=draw(st.none() | st.sampled_from(["English", "Chinese", "English; French"])),
        # PsycINFO's M3 is not read as a type, so there only what TY can say comes back.
        publication_types=("Journal Article",)
        if source == "psycinfo"
        else tuple(draw(st.lists(st.sampled_from(types), max_size=3, unique=True))),
        keywords=tuple(draw(st.lists(sentence, max_size=3, unique=True))),
    )


@given(st.lists(citations(), min_size=1, max_size=5), st.sampled_from(["ris", "nbib", "csv"]))
@settings(deadline=None)
def test_what_is_written_comes_back_the_same(written: list[Citation], form: str) -> None:
    result = read_bytes(write_citations(written, form).encode(), "x", format=form)
    assert [entry.citation for entry in result.entries] == written
    assert not result.bad


texts = st.text(st.characters(codec="utf-8"), min_size=1)
anything = st.builds(
    Citation,
    source=st.sampled_from(SOURCES),
    source_key=texts,
    title=texts,
    abstract=texts,
    authors=st.lists(texts).map(tuple),
    keywords=st.lists(texts).map(tuple),
    year=st.integers(1, 3000),
)


@given(st.lists(anything))
def test_json_lines_keep_any_text(written: list[Citation]) -> None:
    lines = write_citations(written, "jsonl").splitlines()
    assert [Citation.from_dict(json.loads(line)) for line in lines] == written
    assert all(list(json.loads(line)) == list(COLUMNS) for line in lines)


@given(st.lists(anything, min_size=1, max_size=3))
@example([Citation(source="other", title="T", abstract="\r")])
def test_no_text_breaks_the_entries_of_any_format(written: list[Citation]) -> None:
    ris = write_citations(written, "ris")
    assert len(re.findall(r"^TY  - ", ris, re.MULTILINE)) == len(written)
    assert len(re.findall(r"^ER  - $", ris, re.MULTILINE)) == len(written)
    assert len(re.findall(r"^PMID- ", write_citations(written, "nbib"), re.MULTILINE)) == len(written)
    bib = write_citations(written, "bib")
    plain = re.sub(r"\\textbackslash\{\}|\\textascii(tilde|circum)\{\}|\\[{}]", "", bib)
    assert plain.count("{") == plain.count("}")
