"""Citations written and read back: by our own readers where they read the format, else by a small one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import rispy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from screener.handoff.citations import COLUMNS, FORMATS, write_citations
from screener.model.citation import SOURCES, Citation, Relation
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
# Every other field, in the forms that all formats have a place for.
MORE = replace(
    WHOLE,
    original_title="Regorafenib: dobles Wort",
    orcids=("0000-0002-1825-0097", "", ""),
    accessions=("scopus:2-s2.0-84930000000",),
    published="2015-06-03",
    entered="2015-05-16",
    revised="2018-12-02",
    subject_headings=("neoplasms, liver",),
    conference="Invented Congress",
    relations=(Relation("CommentIn", "26025682", "J Invented. 2015;1:1"),),
)


def test_the_other_fields_in_ris_and_nbib() -> None:
    ris = write_citations([MORE], "ris")
    for line in (
        "TT  - Regorafenib: dobles Wort",
        "AI  - Li, J; ORCID: 0000-0002-1825-0097\nAI  - Müller, K\nAI  - CONCUR Study Group",
        "C8  - scopus:2-s2.0-84930000000",
        "DA  - 2015/06/03/",
        "U3  - 2015-05-16\nU4  - 2018-12-02",
        "DE  - neoplasms, liver",
        "C3  - Invented Congress",
        "N1  - CommentIn: J Invented. 2015;1:1; PMID: 26025682",
    ):
        assert f"\n{line}\n" in ris
    nbib = write_citations([MORE], "nbib")
    for line in (
        "TT  - Regorafenib: dobles Wort",
        "FAU - Li, J\nAUID- ORCID: 0000-0002-1825-0097\nFAU - Müller, K",
        "DP  - 2015 Jun 3",
        "LR  - 20181202",
        "EDAT- 2015/05/16 06:00",
        "MH  - neoplasms, liver\nOT  - colorectal cancer",
        "CIN - J Invented. 2015;1:1. PMID: 26025682",
    ):
        assert f"\n{line}\n" in nbib


@pytest.mark.parametrize(
    ("form", "lost"),
    [("jsonl", set()), ("csv", set()), ("ris", set()), ("nbib", {"accessions", "conference"})],
)
def test_what_a_format_has_no_place_for_is_known(form: str, lost: set[str]) -> None:
    back = read_bytes(write_citations([MORE], form).encode(), "x").entries[0].citation
    assert {name for name in COLUMNS if getattr(back, name) != getattr(MORE, name)} == lost


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
        'Journal Article; Randomized Controlled Trial,"colorectal cancer; neoplasms, liver",,,,,,,,,'
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


days = st.dates(date(1800, 1, 1), date(2099, 12, 31))
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
    year = draw(st.none() | st.integers(1800, 2099))
    authors = tuple(draw(st.lists(person | group, max_size=4, unique=True)))
    headings = tuple(draw(st.lists(sentence, max_size=2, unique=True)))
    own = draw(st.lists(sentence, max_size=3, unique=True))
    orcids = tuple(draw(st.sampled_from(["", "0000-0002-1825-0097"])) for _ in authors)
    relation = st.builds(
        Relation,
        st.sampled_from(["CommentIn", "ErratumFor", "RetractionIn"]),
        st.integers(1, 10**8).map(str),
        st.none() | word.map("J {}. 2020;1:1".format),
    )
    return Citation(
        source=source,
        source_key=pmid if source == "pubmed" else draw(keys[source]),
        title=draw(sentence),
        abstract=draw(st.none() | abstract.map("\n".join)),
        authors=authors,
        journal=draw(st.none() | word.map(lambda name: f"Journal of {name}")),
        year=year,
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
        publication_types=tuple(draw(st.lists(st.sampled_from(types), max_size=3, unique=True))),
        # nbib has the authors' words apart from the vocabulary's.
        keywords=tuple(each for each in own if each not in headings) + headings,
        original_title=draw(st.none() | sentence.map("Original {}".format)),
        orcids=orcids if any(orcids) else (),
        published=draw(st.sampled_from([f"{year}", f"{year}-06", f"{year}-06-03"])) if year else None,
        # Where no year is printed, nbib's reader takes that of the entry date.
        entered=draw(st.none() | days.map(str)) if year else None,
        revised=draw(st.none() | days.map(str)),
        subject_headings=headings,
        relations=tuple(draw(st.lists(relation, max_size=2, unique=True))),
    )


@given(st.lists(citations(), min_size=1, max_size=4), st.sampled_from(["ris", "nbib", "csv"]))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_comes_back_the_same(written: list[Citation], form: str) -> None:
    result = read_bytes(write_citations(written, form).encode(), "x", format=form)
    assert [entry.citation for entry in result.entries] == written
    assert not result.bad


# Any text that stands on one line, with all that has a meaning in some format.
printed = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_categories=("C", "Z")), st.sampled_from(' ;|,[]*"&<{:-')),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip())
maybe = st.none() | printed
several = st.lists(printed, max_size=3).map(tuple)


@st.composite
def printable(draw: st.DrawFn) -> Citation:
    """Any printed text in any field: our own RIS and CSV are taken to the letter."""
    authors = draw(several)
    year = draw(st.none() | st.integers(1800, 2099))
    return Citation(
        source=draw(st.sampled_from(SOURCES)),
        title=draw(printed),
        abstract=draw(st.none() | st.lists(printed, min_size=1, max_size=3).map("\n".join)),
        authors=authors,
        year=year,
        orcids=draw(st.just(()) | st.just(("0000-0002-1825-0097",) * len(authors))),
        published=draw(st.none() | days.map(str)),
        relations=tuple(
            draw(st.lists(st.builds(Relation, st.just("CommentOn"), st.just("12"), maybe), max_size=2))
        ),
        **{name: draw(maybe) for name in ("source_key", "journal", "volume", "issue", "pages", "pmid")},
        **{name: draw(maybe) for name in ("pmcid", "language", "original_title", "conference")},
        **{name: draw(several) for name in ("registry_ids", "publication_types", "keywords")},
        **{name: draw(several) for name in ("accessions", "subject_headings")},
    )


@given(st.lists(printable(), min_size=1, max_size=3), st.sampled_from(["ris", "csv"]))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_our_own_ris_and_csv_keep_every_printed_text(written: list[Citation], form: str) -> None:
    result = read_bytes(write_citations(written, form).encode(), "x")
    assert [entry.citation for entry in result.entries] == written
    assert (result.format, result.bad, result.notes) == (form, (), ())


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
