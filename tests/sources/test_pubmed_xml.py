"""PubMed XML: the fields, the exact bytes, the versions, and files that are not whole."""

from __future__ import annotations

import pytest

from screener.model.errors import InputError
from screener.sources import read_bytes
from tests.sources.samples import RICH_XML, article, article_set


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
