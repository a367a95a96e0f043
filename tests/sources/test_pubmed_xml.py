"""PubMed XML: the fields, the exact bytes, the versions, and files that are not whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.model.citation import Relation
from screener.model.errors import InputError
from screener.sources import read_bytes
from tests.sources.samples import RICH_XML, TOLD_AS_NBIB, TOLD_AS_XML, article, article_set


def only(xml: str):  # type: ignore[no-untyped-def]
    (entry,) = read_bytes(article_set(xml), "x.xml").entries
    return entry.citation


def test_fields_of_a_rich_article() -> None:
    result = read_bytes(RICH_XML, "x.xml")
    assert (result.format, result.source, result.bad) == ("pubmed_xml", "pubmed", ())
    c = result.entries[0].citation
    assert (c.source, c.source_key, c.pmid, c.pmcid) == ("pubmed", "101", "101", "PMC77")
    assert c.title == "Effect of KRAS G12C & CO2 on survival."
    assert c.abstract == "BACKGROUND: We asked.\nRESULTS: It held (ISRCTN12345678)."
    assert c.authors == ("Bär, Ana Lena Jr", "The Invented Group")
    assert (c.journal, c.year, c.volume, c.issue) == ("Journal of Invented Oncology", 2021, "7", "2")
    assert (c.pages, c.doi) == ("183-92", "10.5555/abc.1")
    assert c.registry_ids == ("NCT00000001", "ISRCTN12345678")
    assert (c.language, c.publication_types) == ("English", ("Journal Article",))
    assert c.keywords == ("KRAS", "Neoplasms")
    assert result.entries[1].citation.year == 1978


def test_raw_is_the_exact_slice() -> None:
    result = read_bytes(RICH_XML, "x.xml")
    for entry in result.entries:
        assert entry.raw in RICH_XML
        assert entry.raw.startswith(b"<PubmedArticle>")
        assert entry.raw.endswith(b"</PubmedArticle>")


def test_title_falls_back_to_the_vernacular_one() -> None:
    c = only(article("1", "", front="<VernacularTitle>Eine Studie.</VernacularTitle>"))
    assert c.title == "Eine Studie."


def test_doi_of_references_is_not_the_articles() -> None:
    xml = article("1").replace(
        "</PubmedData>",
        "<ReferenceList><Reference><ArticleIdList><ArticleId IdType='doi'>10.5555/ref</ArticleId>"
        "</ArticleIdList></Reference></ReferenceList></PubmedData>",
    )
    assert only(xml).doi is None


def test_doi_from_the_location_when_valid() -> None:
    good = '<ELocationID EIdType="doi" ValidYN="Y">10.5555/loc</ELocationID>'
    assert only(article("1", front=good)).doi == "10.5555/loc"
    assert only(article("1", front=good.replace('"Y"', '"N"'))).doi is None


def test_eudract_number_of_a_data_bank() -> None:
    bank = (
        "<DataBankList><DataBank><DataBankName>EudraCT</DataBankName><AccessionNumberList><AccessionNumber>"
        "2004-000024-17</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
    )
    assert only(article("1", front=bank)).registry_ids == ("EUCTR2004-000024-17",)


def test_highest_version_is_kept() -> None:
    data = article_set(article("5", "Old.", version=1), article("6"), article("5", "New.", version=3))
    result = read_bytes(data, "x.xml")
    assert [(e.citation.pmid, e.citation.title) for e in result.entries] == [
        ("6", "A made-up trial."),
        ("5", "New."),
    ]
    assert "1 other version" in result.notes[0]


def test_deleted_pmids_are_noted() -> None:
    gone = "<DeleteCitation><PMID Version='1'>8</PMID><PMID Version='1'>9</PMID></DeleteCitation>"
    result = read_bytes(article_set(article("5"), gone), "x.xml")
    assert len(result.entries) == 1
    assert result.notes == ("2 PMID(s) listed as deleted from PubMed: 8, 9",)


def test_book_article() -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID Version='1'>77</PMID><ArticleTitle>A chapter</ArticleTitle>"
        "<Book><BookTitle>A book</BookTitle><PubDate><Year>2012</Year></PubDate></Book>"
        "<Abstract><AbstractText>About it.</AbstractText></Abstract></BookDocument></PubmedBookArticle>"
    )
    c = only(book)
    assert (c.pmid, c.title, c.journal, c.year) == ("77", "A chapter", "A book", 2012)


def test_one_broken_article_is_bad_and_the_rest_is_read() -> None:
    broken = article("6").replace("</ArticleTitle>", "</ArticleTitel>")
    result = read_bytes(article_set(article("5"), broken, article("7")), "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["5", "7"]
    (bad,) = result.bad
    assert bad.position == 2
    assert "PMID 6" in bad.message
    assert [e.position for e in result.entries] == [1, 3]


def test_text_between_articles_is_not_dropped() -> None:
    result = read_bytes(article_set(article("5"), "<Stray>what is this</Stray>"), "x.xml")
    assert [b.raw for b in result.bad] == [b"<Stray>what is this</Stray>"]


@pytest.mark.parametrize("cut", [1, 30, 400])
def test_truncated_file_names_the_last_pmid(cut: int) -> None:
    data = article_set(article("5"), article("6"))[: -20 - cut]
    with pytest.raises(InputError, match="cut short after PMID") as caught:
        read_bytes(data, "x.xml")
    assert caught.value.file == "x.xml"
    assert caught.value.entry in ("PMID 5", "PMID 6")


def test_external_entities_are_never_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    data = (
        f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f"<PubmedArticleSet>{article('5', 'A &x; title')}{article('6')}</PubmedArticleSet>"
    ).encode()
    result = read_bytes(data, "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["6"]
    assert "SECRET" not in repr(result)


def test_latin1_declaration_is_followed() -> None:
    data = article_set(article("5", "Überleben")).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert read_bytes(data, "x.xml").entries[0].citation.title == "Überleben"


def test_fields_that_are_new_to_pubmed() -> None:
    (entry,) = read_bytes(TOLD_AS_XML, "x.xml").entries
    c = entry.citation
    assert c.title == "[Two stitches or three: a randomised trial]."
    assert c.original_title == "Zwei Stiche oder drei."
    assert c.authors == ("Ostrava, Jana M Jr", "Mbeki-Roth, Éloïse", "Stitch Study Group", "Yu, Bo")
    assert c.orcids == ("0000-0001-2345-678X", "", "", "0000-0003-1234-5670")
    assert (c.year, c.published, c.entered, c.revised) == (2021, "2020-12-05", "2020-12-06", "2022-01-09")
    assert c.subject_headings == ("Sutures", "Wound Healing")
    assert c.keywords == ("stitches", "Sutures", "Wound Healing")
    assert c.relations == (
        Relation("RetractionIn", "4799", "Ann Imag Surg. 2021 Dec 1;12(12):900"),
        Relation("CommentOn", None, "Imag Lett. 2019 May 2"),
    )
    assert (c.language, c.pages, c.doi) == ("German; English", "101-9", "10.5555/stitch.3")


def test_nbib_of_the_same_record_gives_the_same_citation() -> None:
    (as_xml,) = read_bytes(TOLD_AS_XML, "x.xml").entries
    (as_nbib,) = read_bytes(TOLD_AS_NBIB, "x.nbib").entries
    assert as_nbib.citation.to_dict() == as_xml.citation.to_dict()


NAMES = st.from_regex(r"[A-ZÄÉØ][a-zäéø]{1,8}(?:[ '-][A-Z][a-z]{1,5})?", fullmatch=True)
PEOPLE = st.lists(
    st.one_of(
        st.tuples(NAMES, NAMES, st.one_of(st.none(), st.from_regex(r"[0-9]{15}[0-9X]", fullmatch=True))),
        st.tuples(st.just("Group for"), NAMES, st.none()),
    ),
    max_size=6,
)
DAYS = st.tuples(st.integers(1800, 2099), st.integers(1, 12), st.integers(1, 28))
LINKS = {"ErratumIn": "EIN", "ErratumFor": "EFR", "ExpressionOfConcernIn": "ECI", "UpdateOf": "UOF"}


@given(
    PEOPLE,
    st.lists(DAYS, min_size=3, max_size=3),
    st.lists(st.tuples(st.sampled_from(sorted(LINKS)), st.integers(1, 10**8), NAMES), max_size=4),
    st.lists(st.tuples(NAMES, st.booleans()), max_size=4),
)
def test_made_up_pairs_of_xml_and_nbib_agree(
    people: list[tuple[str, str, str | None]],
    days: list[tuple[int, int, int]],
    links: list[tuple[str, int, str]],
    terms: list[tuple[str, bool]],
) -> None:
    (y, m, d), made, changed = days
    authors, lines = "", [f"PMID- 9\nTI  - A title\nDP  - {y} {MONTHS[m - 1]} {d}"]
    for family, given_name, orcid in people:
        if family == "Group for":
            authors += f"<Author><CollectiveName>{family} {given_name}</CollectiveName></Author>"
            lines.append(f"CN  - {family} {given_name}")
            continue
        known = f'<Identifier Source="ORCID">https://orcid.org/{orcid}</Identifier>' if orcid else ""
        authors += (
            f"<Author><LastName>{family}</LastName><ForeName>{given_name}</ForeName>"
            f"<Initials>X</Initials>{known}</Author>"
        )
        lines += [f"FAU - {family}, {given_name}", f"AU  - {family} X"] + [f"AUID- ORCID: {orcid}"] * bool(
            orcid
        )
    lines += [f"{LINKS[kind]} - {where}. {y}. PMID: {pmid}" for kind, pmid, where in links]
    lines += [f"MH  - {term}{'/*therapy' if qualified else ''}" for term, qualified in terms]
    lines += ["CRDT- {}/{:02}/{:02} 10:00".format(*made), "LR  - {}{:02}{:02}".format(*changed)]
    year, month, day = (f"<{tag}>{{}}</{tag}>" for tag in ("Year", "Month", "Day"))
    date = year + month + day
    xml = (
        '<PubmedArticle><MedlineCitation><PMID Version="1">9</PMID>'
        f"<DateRevised>{date.format(*changed)}</DateRevised><Article><Journal><JournalIssue><PubDate>"
        f"{date.format(y, MONTHS[m - 1], d)}</PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>A title</ArticleTitle><AuthorList>{authors}</AuthorList></Article>"
        "<CommentsCorrectionsList>"
        + "".join(
            f'<CommentsCorrections RefType="{kind}"><RefSource>{where}. {y}</RefSource><PMID>{pmid}</PMID>'
            "</CommentsCorrections>"
            for kind, pmid, where in links
        )
        + "</CommentsCorrectionsList><MeshHeadingList>"
        + "".join(
            f"<MeshHeading><DescriptorName>{term}</DescriptorName>"
            f"{'<QualifierName>therapy</QualifierName>' if qualified else ''}</MeshHeading>"
            for term, qualified in terms
        )
        + '</MeshHeadingList></MedlineCitation><PubmedData><History><PubMedPubDate PubStatus="entrez">'
        f"{date.format(*made)}</PubMedPubDate></History></PubmedData></PubmedArticle>"
    )
    as_nbib = read_bytes("\n".join(lines).encode(), "x.nbib").entries[0].citation
    assert as_nbib == only(xml)
    assert len(as_nbib.authors) == len(people)
    assert as_nbib.orcids == () or len(as_nbib.orcids) == len(people)
    assert as_nbib.published == f"{y}-{m:02}-{d:02}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@pytest.mark.parametrize(
    ("told", "date", "year"),
    [
        ("<Year>2006</Year><Month>Oct</Month><Day>06</Day>", "2006-10-06", 2006),
        ("<Year>2006</Year><Month>2</Month>", "2006-02", 2006),
        ("<Year>2006</Year><Month>Feb</Month><Day>30</Day>", "2006-02", 2006),
        ("<Year>2006</Year><Season>Autumn</Season>", "2006", 2006),
        ("<MedlineDate>1978 Dec-1979 Jan</MedlineDate>", "1978-12", 1978),
        ("<MedlineDate>1979 Jan-Feb</MedlineDate>", "1979-01", 1979),
        ("<MedlineDate>1979 Apr 15-22</MedlineDate>", "1979-04-15", 1979),
        ("<MedlineDate>1976-1977</MedlineDate>", "1976", 1976),
        ("<MedlineDate>1977-1978 Fall-Winter</MedlineDate>", "1977", 1977),
        ("<MedlineDate>sometime</MedlineDate>", None, None),
    ],
)
def test_published_as_far_as_told(told: str, date: str | None, year: int | None) -> None:
    c = only(article("1", pubdate=told))
    assert (c.published, c.year) == (date, year)


def test_entered_falls_back_to_the_day_it_was_shown() -> None:
    assert only(article("1")).entered == "2021-06-03"
    assert only(article("1").replace('"entrez"', '"pubmed"')).entered == "2021-06-03"
    assert only(article("1").replace('"entrez"', '"received"')).entered is None


def test_a_title_that_is_not_available_gives_way_to_the_vernacular_one() -> None:
    own = "<VernacularTitle>Eine Studie.</VernacularTitle>"
    assert only(article("1", "[Not Available].", front=own)).title == "Eine Studie."
    assert only(article("1", "[Not Available].")).title == "[Not Available]."


def test_tags_with_blanks_and_attributes() -> None:
    odd = article("5").replace("<PubmedArticle>", "<PubmedArticle\n  a='1' >")
    odd = odd.replace("</PubmedArticle>", "</PubmedArticle\n>")
    data = article_set(odd, article("6")).replace(b"<PubmedArticleSet>", b"<PubmedArticleSet  x='y'\n>")
    result = read_bytes(data.replace(b"</PubmedArticleSet>", b"</PubmedArticleSet \n>"), "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["5", "6"]
    assert result.entries[0].raw == odd.encode()
    assert not result.bad


def test_comments_and_instructions_are_no_text() -> None:
    c = only(article("5", "One <!-- no -->title<?no?>", extra="<!-- <PMID>7</PMID> -->"))
    assert (c.title, c.pmid) == ("One title", "5")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_where_a_block_ends_makes_no_difference(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    gone = "<DeleteCitation><PMID Version='1'>8</PMID></DeleteCitation>"
    data = article_set(article("5", version=2), article("6", "Pubmed"), article("5"), gone, "<Stray/>")
    whole = read_bytes(data, "x.xml")
    monkeypatch.setattr("screener.sources.bytes.BLOCK", size)
    assert read_bytes(data, "x.xml") == whole


def test_version_of_a_related_article_is_not_the_articles() -> None:
    link = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="UpdateIn"><RefSource>J</RefSource>'
        '<PMID Version="2">6</PMID></CommentsCorrections></CommentsCorrectionsList>'
    )
    result = read_bytes(article_set(article("5", extra=link), article("6")), "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["5", "6"]
    assert result.notes == ()


def test_joined_files_are_read_to_their_end() -> None:
    declared = b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://dtd.example/pubmed.dtd">\n'
    second = article_set(article("6")).replace(b"<PubmedArticleSet>", declared + b"<PubmedArticleSet>")
    result = read_bytes(article_set(article("5")) + b"\xef\xbb\xbf" + second, "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["5", "6"]
    assert result.bad == ()


def test_joined_files_of_which_the_first_is_cut_short() -> None:
    first = article_set(article("5"), article("6"))
    second = article_set(article("7"))
    between = read_bytes(first.replace(b"\n</PubmedArticleSet>\n", b"") + second, "x.xml")
    assert [e.citation.pmid for e in between.entries] == ["5", "6", "7"]
    assert [b.message for b in between.bad] == ["a set begins before the one above it has ended"]
    within = read_bytes(first[:-200] + second, "x.xml")
    assert [e.citation.pmid for e in within.entries] == ["5", "7"]
    assert ["PMID 6" in b.message for b in within.bad] == [True]


def test_entities_of_a_document_type_are_never_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 40))
    data = (
        f'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY e0 "]x">{bomb}\n]>'
        f"<PubmedArticleSet>{article('5', 'A &e39; title')}{article('6')}</PubmedArticleSet>"
    ).encode()
    result = read_bytes(data, "x.xml")
    assert [e.citation.pmid for e in result.entries] == ["6"]
    assert [b.position for b in result.bad] == [1]


def test_broken_bytes_of_one_article_are_noted_and_the_rest_is_whole() -> None:
    data = article_set(article("5", "Café gut"), article("6", "Ünder Über")).replace(
        "Café".encode(), b"Caf\xe9"
    )
    result = read_bytes(data, "x.xml")
    assert [e.citation.title for e in result.entries] == ["Café gut", "Ünder Über"]
    assert result.notes == ("entry 1: not UTF-8; read as Windows-1252",)


@pytest.mark.parametrize("name", ["zip", "rot13", "utf-7", "cp037", "utf-32", "no-such-encoding"])
def test_an_encoding_that_is_none_is_refused(name: str) -> None:
    data = article_set(article("5")).replace(b'"UTF-8"', f'"{name}"'.encode())
    with pytest.raises(InputError, match="encoding is") as caught:
        read_bytes(data, "x.xml")
    assert caught.value.field == "encoding"


def test_a_very_long_article_is_read() -> None:
    author = "<Author><LastName>Name{}</LastName><ForeName>Given</ForeName><AffiliationInfo><Affiliation>{}"
    people = "".join(
        author.format(n, "Institute of Long Addresses, " * 80) + "</Affiliation></AffiliationInfo></Author>"
        for n in range(5000)
    )
    data = article_set(article("5", front=f"<AuthorList>{people}</AuthorList>"), article("6"))
    assert len(data) > 11_000_000
    result = read_bytes(data, "x.xml")
    assert [len(e.citation.authors) for e in result.entries] == [5000, 0]


@pytest.mark.parametrize("rest", ["<PubmedArticle>" + "x" * 9000, "<p>" * 3000])
def test_what_never_ends_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    monkeypatch.setattr("screener.sources.pubmed_xml.LONGEST", 5000)
    with pytest.raises(InputError, match=r"no article ends in .* after PMID 5") as caught:
        read_bytes(article_set(article("5"), rest), "x.xml")
    assert caught.value.file == "x.xml"


def test_empty_articles_and_other_elements_are_bad() -> None:
    result = read_bytes(
        article_set("<PubmedArticle />", article("5"), "<PubmedArticle></PubmedArticle>"), "x"
    )
    assert [e.citation.pmid for e in result.entries] == ["5"]
    assert [b.position for b in result.bad] == [1, 3]


def test_book_chapter_with_people_and_dates() -> None:
    book = (
        "<PubmedBookArticle><BookDocument><PMID Version='1'>77</PMID><ArticleIdList>"
        '<ArticleId IdType="bookaccession">NBK1</ArticleId><ArticleId IdType="doi">10.5555/B</ArticleId>'
        "</ArticleIdList><Book><BookTitle>A book</BookTitle><PubDate><Year>1993</Year></PubDate>"
        "<AuthorList Type='editors'><Author><LastName>Edit</LastName></Author></AuthorList></Book>"
        "<ArticleTitle>A chapter</ArticleTitle><Language>eng</Language>"
        "<AuthorList Type='authors'><Author><LastName>Ray</LastName><ForeName>Lu</ForeName>"
        '<Identifier Source="ORCID">0000-0001-0000-0001</Identifier></Author></AuthorList>'
        "<PublicationType>Review</PublicationType><ContributionDate><Year>2001</Year><Month>Sep</Month>"
        "</ContributionDate><DateRevised><Year>2020</Year><Month>2</Month><Day>3</Day></DateRevised>"
        "<KeywordList><Keyword>genes</Keyword></KeywordList></BookDocument><PubmedBookData><History>"
        '<PubMedPubDate PubStatus="entrez"><Year>2010</Year><Month>3</Month><Day>20</Day></PubMedPubDate>'
        "</History></PubmedBookData></PubmedBookArticle>"
    )
    c = only(book)
    assert (c.title, c.journal, c.doi, c.pmcid) == ("A chapter", "A book", "10.5555/b", None)
    assert (c.authors, c.orcids) == (("Ray, Lu",), ("0000-0001-0000-0001",))
    assert (c.year, c.published, c.entered, c.revised) == (1993, "2001-09", "2010-03-20", "2020-02-03")
    assert (c.publication_types, c.keywords) == (("Review",), ("genes",))
