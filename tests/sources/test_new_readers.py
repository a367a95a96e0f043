"""Web of Science, Cochrane text, EndNote XML and .enw, BibTeX: the quirks of real files, in our own words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.handoff.citations import write_citations
from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources import read_bytes

WOS = """\ufeffFN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Made, AB
   Other, C
AF Made, Anna B.
   Other, Carl
TI A long title that goes on
   over two lines
SO JOURNAL OF INVENTED ONCOLOGY
LA English
DT Article; Meeting Abstract
CT 12th Congress of Invention
DE Colorectal cancer; Liver
ID SURVIVAL; 2ND-LINE
   THERAPY
AB First line of it (NCT01234567)
   and the second.
OI Other, Carl/0000-0002-1825-0097
CR Someone A, 2001, J OTHER, V1, P1, DOI 10.5555/not-ours
PD MAR 15
PY 2019
VL 12
IS 3
BP 101
EP 110
DI 10.5555/abc.1
UT WOS:000455039600059
PM 30529964
ER

PT J
AU Second, D
TI Another
PY 2020
AR e1234
UT WOS:000455039600060
ER

EF
"""
COCHRANE = (
    "\ufeffRecord #1 of 2\rID: CD009275\rAU: Van Made Emer\rAU: Smith J\rTI: Advice for nobody\r"
    "SO: Cochrane Database of Systematic Reviews\rYR: 2017\rNO: 2\rKY: Advice [methods];Humans[checkword]\r"
    "DOI: 10.1002/14651858.CD009275.pub3\rAB: Background: None.Objectives: To ask.\rRecord #2 of 2\r"
    "ID: CN-01234567\rAU: Group for Made-up Trials of the Whole Wide World\rTI: A made-up trial\rSO: J Made Up\r"
    "YR: 2018\rVL: 3\rPG: 5‐9\rPT: Journal article; Conference proceeding\r"
    "XR: EMBASE 612345678; PUBMED 29999999\rDOI: 10.1002/central/CN-01234567\rAB: Words.\r"
)
ENW = """%0 Journal Article
%A Made, Anna B
%A Other, Carl
%T A made-up paper
%J Journal of Made-up Trials
%D 2020
%V 29
%N 1
%P 268-276
%R 10.5555/enw.1
%X First line
goes on.
%K one
two
%G English
%U https://pubmed.ncbi.nlm.nih.gov/31234567/

%0 Conference Proceedings
%T Second
"""
XML = """<?xml version="1.0" encoding="UTF-8" ?><xml><records>
<record><database name="x">x</database><rec-number>1</rec-number><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Made, </style><style>A. B.</style></author>
<author>The Invented Group,</author></authors></contributors>
<titles><title><style>A </style><style face="italic">made-up</style><style> title &amp; more</style></title>
<secondary-title>J Made Up</secondary-title></titles><pages>4-8</pages><volume>3</volume><number>2</number>
<keywords><keyword>*Liver</keyword><keyword>one&#xD;two</keyword></keywords>
<dates><year>2019</year><pub-dates><date>Sep 18</date></pub-dates></dates>
<accession-num>L612345678</accession-num><remote-database-name>Embase&#xD;Medline</remote-database-name>
<electronic-resource-num>https://doi.org/10.5555/XML.1</electronic-resource-num>
<abstract>First.&#xD;Second (NCT01234567).</abstract>
<urls><related-urls><url>https://pubmed.ncbi.nlm.nih.gov/31234567/</url></related-urls></urls></record>
<record><titles><title>Zweiter Titel</title></titles><accession-num>31366609</accession-num></record>
</records></xml>"""
BIB = r"""Scopus
EXPORT DATE: 23 September 2021

@string{jmu = {Journal of Made-up Trials}}
@comment{nothing @article{no, title={x}} of this}
@ARTICLE{Made2021,
author={Made, Anna B. and {The Invented Group} and von der Other, Carl and Aks{\i}n, {\"O}zge},
title={{A} {Trial} of 5{\%} and 10% with $\alpha$ and {\c{C}}are},
journal=jmu,
year={2021}, month = aug,
volume={201}, number="3",
pages={134--137},
doi={10.5555/bib.2021\_1},
abstract={It cost 50% less. And {more} of it.},
author_keywords={Liver; Colon},
url={https://www.scopus.com/inward/record.uri?eid=2-s2.0-85109454279&doi=10.5555%2fbib},
document_type={Review},
}
@inproceedings{Made2021, title = "Same key, {other} entry", booktitle = {Proceedings of Nothing},
author = "Gary B. Westfahl"}
"""
FILES: dict[str, tuple[str, str, int]] = {
    "wos": (WOS, "PT J", 2),
    "cochrane_txt": (COCHRANE, "Record #", 2),
    "enw": (ENW, "%0 ", 2),
    "endnote_xml": (XML, "<record>", 2),
    "bibtex": (BIB, "Made2021", 2),
}


def one(form: str, place: int = 0) -> Citation:
    result = read_bytes(FILES[form][0].encode(), "export.txt")
    assert result.format == form
    return result.entries[place].citation


@pytest.mark.parametrize("form", FILES)
def test_every_entry_is_read_and_keeps_its_bytes(form: str) -> None:
    text, _, count = FILES[form]
    data = text.encode()
    result = read_bytes(data, "export.txt")
    assert (result.format, len(result.entries), result.bad) == (form, count, ())
    at = 0
    for entry in result.entries:
        at = data.index(entry.raw, at) + len(entry.raw)


def test_web_of_science() -> None:
    found = one("wos")
    assert (found.source, found.source_key, found.pmid, found.doi) == (
        "wos",
        "WOS:000455039600059",
        "30529964",
        "10.5555/abc.1",
    )
    assert found.title == "A long title that goes on over two lines"
    assert found.authors == ("Made, Anna B.", "Other, Carl")
    assert found.orcids == ("", "0000-0002-1825-0097")
    assert (found.year, found.published, found.pages) == (2019, "2019-03-15", "101-110")
    assert found.publication_types == ("Article", "Meeting Abstract")
    assert found.conference == "12th Congress of Invention"
    assert found.keywords == ("Colorectal cancer", "Liver", "SURVIVAL", "2ND-LINE THERAPY")
    assert found.registry_ids == ("NCT01234567",)
    assert one("wos", 1).pages == "e1234"


def test_cochrane_text_of_reviews_and_trials() -> None:
    review, trial = one("cochrane_txt"), one("cochrane_txt", 1)
    assert (review.source, review.source_key) == ("cdsr", "CD009275")
    assert review.authors == ("Van Made, Emer", "Smith, J")
    assert review.abstract == "Background: None.\nObjectives: To ask."
    assert review.doi == "10.1002/14651858.cd009275.pub3"
    assert review.keywords == ("Advice [methods]", "Humans")
    assert (trial.source, trial.source_key, trial.pmid) == ("central", "CN-01234567", "29999999")
    assert trial.accessions == ("embase:L612345678",)
    assert trial.doi is None
    assert trial.authors == ("Group for Made-up Trials of the Whole Wide World",)
    assert trial.publication_types == ("Journal article", "Conference proceeding")


def test_endnote_tagged() -> None:
    found = one("enw")
    assert found.authors == ("Made, Anna B", "Other, Carl")
    assert (found.journal, found.year, found.volume, found.issue, found.pages) == (
        "Journal of Made-up Trials",
        2020,
        "29",
        "1",
        "268-276",
    )
    assert (found.doi, found.abstract, found.keywords) == (
        "10.5555/enw.1",
        "First line goes on.",
        ("one", "two"),
    )
    assert (found.source, found.pmid) == ("pubmed", "31234567")


def test_endnote_xml() -> None:
    found, second = one("endnote_xml"), one("endnote_xml", 1)
    assert found.title == "A made-up title & more"
    assert found.authors == ("Made, A. B.", "The Invented Group")
    assert (found.source, found.source_key, found.pmid) == ("embase", "L612345678", "31234567")
    assert (found.doi, found.year, found.published, found.pages) == (
        "10.5555/xml.1",
        2019,
        "2019-09-18",
        "4-8",
    )
    assert found.abstract == "First.\nSecond (NCT01234567)."
    assert found.keywords == ("Liver", "one", "two")
    assert (second.source, second.source_key, second.pmid) == ("pubmed", "31366609", "31366609")


def test_bibtex() -> None:
    found, second = one("bibtex"), one("bibtex", 1)
    assert found.authors == ("Made, Anna B.", "The Invented Group", "von der Other, Carl", "Aksın, Özge")
    assert found.title == "A Trial of 5% and 10% with α and Çare"
    assert (found.journal, found.published, found.pages) == (
        "Journal of Made-up Trials",
        "2021-08",
        "134-137",
    )
    assert (found.doi, found.abstract) == ("10.5555/bib.2021_1", "It cost 50% less. And more of it.")
    assert (found.source, found.source_key) == ("scopus", "2-s2.0-85109454279")
    assert (found.keywords, found.publication_types) == (("Liver", "Colon"), ("Review",))
    assert (second.title, second.conference) == ("Same key, other entry", "Proceedings of Nothing")
    assert second.authors == ("Westfahl, Gary B.",)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Co", "Cn")),
    min_size=1,
    max_size=12,
)
NAMES = st.builds(
    lambda a, b: f"{a}, {b}", *[st.text("ABCdefgéö-", min_size=2, max_size=8).map(str.strip)] * 2
)


@settings(max_examples=60, deadline=None)
@given(
    title=st.lists(WORDS, min_size=1, max_size=6).map(" ".join),
    abstract=st.none() | st.lists(WORDS, min_size=1, max_size=9).map(" ".join),
    people=st.lists(NAMES, max_size=3),
    year=st.none() | st.integers(1900, 2099),
)
def test_our_own_bibtex_comes_back(
    title: str, abstract: str | None, people: list[str], year: int | None
) -> None:
    """Whatever signs of TeX stand in it."""
    if "<" in title + (abstract or "") or "&" in title + (abstract or ""):
        return
    made = Citation(
        source="embase", source_key="L1", title=title, abstract=abstract, authors=tuple(people), year=year
    )
    (entry,) = read_bytes(write_citations([made], "bib").encode(), "x.bib", format="bibtex").entries
    back = entry.citation
    assert (back.source, back.source_key, back.year) == ("embase", "L1", year)
    assert _same(back.title, title)
    assert _same(back.abstract, abstract)
    assert back.authors == tuple(people)


def _same(one: str | None, other: str | None) -> bool:
    return (one or "").split() == (other or "").split()


# Bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (WOS[:400], "cut short within entry 1"),
        (COCHRANE.replace("of 2", "of 3"), "holds 2 of 3 records"),
        (XML[:900], "cut short after"),
        (ENW + "\nTY  - JOUR\nTI  - Two formats\nER  - \n", "RIS begins here"),
        (BIB + "\nPMID- 12345\nTI  - Two formats\n", "nbib"),
    ],
)
def test_what_is_not_whole_is_named(text: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        read_bytes(text.encode(), "export.txt")


def test_one_broken_entry_spoils_no_other() -> None:
    broken = XML.replace("<pages>4-8</pages>", "<pages>4-8</page>")
    result = read_bytes(broken.encode(), "x.xml")
    assert (len(result.entries), len(result.bad)) == (1, 1)
    assert "record number 1" in result.bad[0].message
    unclosed = BIB.replace(
        'booktitle = {Proceedings of Nothing},\nauthor = "Gary B. Westfahl"}', "booktitle = {Proc"
    )
    result = read_bytes(unclosed.encode(), "x.bib")
    assert (len(result.entries), len(result.bad)) == (1, 1)
    assert "does not end" in result.bad[0].message


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = XML.replace(
        "<xml>", '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]><xml>'
    ).replace("Zweiter Titel", "Zweiter &a;&x; Titel")
    try:
        result = read_bytes(bomb.encode(), "x.xml", format="endnote_xml")
    except InputError:
        return
    assert "root:" not in repr(result)
    assert len(result.entries) + len(result.bad) == 2


STUDIES = """{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT01234567",
"briefTitle": "A made-up trial"}, "statusModule": {"studyFirstPostDateStruct": {"date": "2016-11"}}}},
{"protocolSection": {"identificationModule": {"nctId": "NCT01234568", "briefTitle": "Another"}}}]}"""
SPOILT = {**{form: text for form, (text, _, _) in FILES.items()}, "ctgov_json": STUDIES}
Change = Callable[[bytes, int, int], bytes]
CHANGES: list[Change] = [
    lambda data, at, _: data[:at],
    lambda data, at, byte: data[:at] + bytes([byte]) + data[at + 1 :],
    lambda data, at, byte: data[:at] + bytes([byte]) + data[at:],
    lambda data, at, _: data[: at // 2] + data[at:],
    lambda data, at, _: data[:at] + data[at // 2 :],
    lambda data, at, _: data.replace(b"\n", b"\r\n")[:-1] + data[at : at + 50],
]


@settings(max_examples=250, deadline=None)
@given(
    form=st.sampled_from(sorted(SPOILT)),
    changes=st.lists(
        st.tuples(st.sampled_from(range(len(CHANGES))), st.integers(0, 2000), st.integers(1, 255)),
        min_size=1,
        max_size=3,
    ),
)
def test_spoilt_files_are_read_or_named(form: str, changes: list[tuple[int, int, int]]) -> None:
    """Cut anywhere, bytes flipped and put in, pieces doubled and lost: entries, bad entries or an InputError."""
    data = SPOILT[form].encode()
    for which, at, byte in changes:
        data = CHANGES[which](data, at % (len(data) + 1), byte)
    try:
        result = read_bytes(data, "export.txt", format=form)
    except InputError:
        return
    assert [e.position for e in sorted((*result.entries, *result.bad), key=lambda e: e.position)] == list(
        range(1, len(result.entries) + len(result.bad) + 1)
    )
    for entry in result.entries:
        assert (
            entry.citation.title
            or entry.citation.source_key
            or entry.citation.doi
            or entry.citation.pmid
            or (entry.citation.registry_ids or entry.citation.pmcid)
        )
