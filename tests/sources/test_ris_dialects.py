"""RIS as each database and reference manager writes it: the fields beyond the common ones, and mixed files."""

from __future__ import annotations

import pytest

from screener.handoff.citations import write_citations
from screener.model.citation import Citation, Relation
from screener.model.errors import InputError
from screener.sources import read_bytes

OVID = "http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D={}&NEWS=N&AN={}"


def ris(*lines: str, kind: str = "JOUR") -> Citation:
    """The citation of one RIS entry with these lines."""
    body = "\n".join((f"TY  - {kind}", *lines, "ER  - "))
    (entry,) = read_bytes(body.encode(), "x.ris").entries
    return entry.citation


class TestEmbase:
    def test_conference_abstract(self) -> None:
        c = ris(
            "M3  - Conference Abstract", "Y1  - 2014", "JF  - J Invented", "T3  - Invented Congress 2014",
            "U2  - L373000001", "DB  - Embase", "U3  - 2014-08-29", "U4  - 2014-09-04", "T1  - Cysts",
            "KW  - human", "KW  - cyst",
        )  # fmt: skip
        assert (c.conference, c.journal) == ("Invented Congress 2014", "J Invented")
        assert (c.published, c.entered, c.revised) == ("2014", "2014-08-29", None)
        assert c.subject_headings == c.keywords == ("human", "cyst")
        assert c.accessions == (), "its own number is its key"


class TestOvid:
    def test_title_in_its_own_language_is_no_journal(self) -> None:
        link = OVID.format("med1", "30421744")
        c = ris("ID  - 30421744", "T1  - [Mushrooms].", "T2  - Grybai.", "JA  - J Inv", f"L2  - {link}")
        assert (c.title, c.original_title, c.journal) == ("[Mushrooms].", "Grybai.", "J Inv")

    def test_central_repeats_the_title(self) -> None:
        c = ris(
            "ID  - CN-01628340",
            "T1  - A trial",
            "T2  - The trial",
            "JA  - J",
            f"L2  - {OVID.format('cctr', 1)}",
        )
        assert (c.journal, c.original_title) == ("J", None)

    def test_links_to_other_papers(self) -> None:
        c = ris(
            "T1  - T",
            "T3  - [Erratum appears in J Inv. 2017 Jul 15;:; PMID: 28710675]",
            "N1  - Comment in: J Inv. 2016;10:423; PMID: 27624312, Comment on: J Inv. 2012 Feb 7;109(6):1820-1",
            f"L2  - {OVID.format('med1', 1)}",
        )
        assert c.relations == (
            Relation("ErratumIn", "28710675", "J Inv. 2017 Jul 15"),
            Relation("CommentIn", "27624312", "J Inv. 2016;10:423"),
            Relation("CommentOn", None, "J Inv. 2012 Feb 7;109(6):1820-1"),
        )
        assert (c.journal, c.conference) == (None, None)

    def test_psycinfo_orcids_stand_by_their_names(self) -> None:
        c = ris(
            "ID  - 2019-65183-001", "T1  - T", "A1  - Berg, Ida", "A1  - Holm, Per", "A1  - Ek, Siv",
            "AI  - ORCID: http://orcid.org/Berg, Ida; ORCID: http://orcid.org/0000-0002-1825-0097, "
            "Ek, Siv; ORCID: http://orcid.org/0000-0001-5109-3700",
            "KW  - *Body Image", f"L2  - {OVID.format('psyh', '2019-65183-001')}",
        )  # fmt: skip
        assert c.orcids == ("0000-0002-1825-0097", "", "0000-0001-5109-3700")
        assert c.subject_headings == ("Body Image",)


class TestOthers:
    def test_cochrane_names_other_databases(self) -> None:
        c = ris("AN  - CN-01443998", "TI  - T", "C3  - PUBMED 28000001,EMBASE 620000001", "KW  - a")
        assert (c.pmid, c.accessions, c.conference) == ("28000001", ("embase:L620000001",), None)
        assert c.subject_headings == ("a",)

    def test_scopus_proceedings(self) -> None:
        c = ris("TI  - T", "T2  - Proceedings", "C3  - Invented Congress", "DB  - Scopus", kind="CONF")
        assert (c.journal, c.conference) == ("Proceedings", "Invented Congress")

    def test_web_of_science(self) -> None:
        c = ris(
            "TI  - T", "CT  - Invented Meeting", "AN  - WOS:000444108200009", "DA  - SEP", "PY  - 2018",
            "C3  - Invented University",
        )  # fmt: skip
        assert (c.conference, c.published) == ("Invented Meeting", "2018-09")

    def test_proquest_dates(self) -> None:
        c = ris(
            "T1  - T", "N1  - Date created - 2019-01-02", "N1  - Date revised - 2019-05-03",
            "UR  - https://search.proquest.com/docview/2214991469",
        )  # fmt: skip
        assert (c.entered, c.revised) == ("2019-01-02", "2019-05-03")

    def test_endnote_from_pubmed(self) -> None:
        c = ris(
            "AN  - 21553931",
            "DA  - Jun 3",
            "DP  - NLM",
            "ET  - 2011/05/11",
            "PY  - 2011",
            "TI  - T",
            "ST  - T",
        )
        assert (c.published, c.entered, c.original_title) == ("2011-06-03", "2011-05-11", None)

    def test_endnote_translated_title(self) -> None:
        assert ris("TI  - T", "TT  - Titel").original_title == "Titel"

    def test_zotero(self) -> None:
        c = ris(
            "TI  - T", "AU  - Berg, Ida", "T2  - J Invented", "DA  - 2019/10/12/", "PY  - 2019",
            "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074596690", "DB  - PubMed",
            "N1  - <p>kept</p>",
        )  # fmt: skip
        assert (c.published, c.accessions) == ("2019-10-12", ("scopus:2-s2.0-85074596690",))
        assert ris("TI  - T", "T2  - Invented Congress", kind="CONF").conference == "Invented Congress"

    def test_mendeley(self) -> None:
        c = ris(
            "T1  - T", "A1  - Berg, Ida", "A1  - Holm, Per", "Y1  - 2010/05//", "JF  - J Invented", "VL  - 2",
            "IS  - 3", "SP  - 4", "EP  - 5", "N2  - Text.", "KW  - one", "SN  - 1234-5678",
            "UR  - http://www.ncbi.nlm.nih.gov/pubmed/20000001", "UR  - https://example.org/x", "DO  - 10.5555/m",
            "L1  - file:///home/x.pdf",
        )  # fmt: skip
        assert (c.pmid, c.published, c.pages, c.doi) == ("20000001", "2010-05", "4-5", "10.5555/m")
        assert c.subject_headings == ()

    def test_rayyan(self) -> None:
        c = ris(
            "AN  - rayyan-902924676", "TI  - T", "Y1  - 2007", "Y2  - 1", "T2  - J Invented", "SP  - S384-S388",
            "AU  - Berg, I.", "UR  - https://example.org/a", "AB  - Text.",
            'N1  - L47570649 2007-10-01 | RAYYAN-INCLUSION: {"A"=>"Included"}',
        )  # fmt: skip
        assert (c.source, c.source_key, c.pages) == ("other", "rayyan-902924676", "S384-S388")
        assert (c.year, c.accessions) == (2007, ("embase:L47570649",))

    def test_covidence(self) -> None:
        c = ris(
            "TI  - T", "AN  - WOS:000444108200009", "U1  - 17[Covidence #]", "PY  - 2021", "DA  - 2021/03//"
        )
        assert (c.source, c.published) == ("wos", "2021-03")


class TestTwoFormats:
    NBIB = b"PMID- 1\nOWN - NLM\nTI  - T\n"
    RIS = b"TY  - JOUR\nTI  - One\nER  - \n"

    def test_nbib_behind_ris(self) -> None:
        with pytest.raises(InputError, match="nbib") as caught:
            read_bytes(self.RIS + b"\n" + self.NBIB, "x.ris")
        assert caught.value.entry == "line 5"

    def test_nbib_behind_an_entry_without_end(self) -> None:
        with pytest.raises(InputError, match="nbib") as caught:
            read_bytes(self.RIS.replace(b"ER  - \n", b"") + self.NBIB, "x.ris")
        assert caught.value.entry == "line 3"

    @pytest.mark.parametrize(
        ("line", "what"),
        [
            (b"@article{key,", "BibTeX"),
            (b"FN Clarivate Analytics Web of Science", "Web of Science"),
            (b"%0 Journal Article", "EndNote"),
            (b"Record #1 of 3", "Cochrane"),
            (b'<?xml version="1.0"?>', "XML"),
            (b"<!DOCTYPE html>", "web page"),
            (b'{"source": "other"}', "JSON"),
        ],
    )
    def test_any_other_format_behind_ris(self, line: bytes, what: str) -> None:
        with pytest.raises(InputError, match=what):
            read_bytes(self.RIS + line + b"\n", "x.ris")

    def test_a_mention_in_an_abstract_is_no_other_format(self) -> None:
        c = ris("TI  - One", "AB  - See", "PMID- 12345", "@article{x, is BibTeX.")
        assert c.abstract == "See PMID- 12345 @article{x, is BibTeX."

    @pytest.mark.parametrize("between", [b"", b"\n", b"1. \n"])
    def test_two_exports_with_a_mark_between_them(self, between: bytes) -> None:
        result = read_bytes(self.RIS + b"\xef\xbb\xbf" + between + self.RIS, "x.ris")
        assert [e.citation.title for e in result.entries] == ["One", "One"]
        assert result.notes == ()
        assert result.entries[1].raw == self.RIS.rstrip()


class TestOwn:
    ODD = Citation(
        source="psycinfo",
        source_key="x",
        title="A title; with <i>signs</i> & NCT01234567",
        authors=("Smith J", "Berg, Ida; Holm", "NCT01234567", "A and B", "Ltd., Co."),
        journal="[Rinsho ketsueki]",
        keywords=("*a", "b; c"),
        publication_types=("Health; Mind", "10.1 is no DOI"),
        orcids=("", "0000-0002-1825-0097", "", "", ""),
    )

    def test_our_own_files_are_taken_to_the_letter(self) -> None:
        result = read_bytes(write_citations([self.ODD], "ris").encode(), "x")
        assert [e.citation for e in result.entries] == [self.ODD]

    def test_a_journal_that_is_the_title(self) -> None:
        c = Citation(source="other", title="Gut", journal="Gut")
        assert read_bytes(write_citations([c], "ris").encode(), "x").entries[0].citation == c

    def test_given_database_wins(self) -> None:
        data = write_citations([self.ODD], "ris").encode()
        assert read_bytes(data, "x", source="embase").entries[0].citation.source == "embase"
