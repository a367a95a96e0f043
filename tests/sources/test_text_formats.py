"""nbib, RIS, CSV, ClinicalTrials.gov JSON: the quirks of each database's export."""

from __future__ import annotations

import pytest

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources import read_bytes
from tests.sources.samples import CSV, CTGOV, NBIB, RIS


def ris(*lines: str) -> Citation:
    """The citation of one RIS entry with these lines."""
    body = "\n".join(("TY  - JOUR", *lines, "ER  - "))
    (entry,) = read_bytes(body.encode(), "x.ris").entries
    return entry.citation


def row(**cells: str) -> Citation:
    """The citation of one CSV row; underscores in names stand for blanks."""
    header = ",".join(f'"{name.replace("_", " ")}"' for name in cells)
    values = ",".join('"' + value.replace('"', '""') + '"' for value in cells.values())
    (entry,) = read_bytes(f"{header}\n{values}\n".encode(), "x.csv").entries
    return entry.citation


class TestNbib:
    def test_fields(self) -> None:
        result = read_bytes(NBIB, "x.nbib")
        assert (result.format, result.source, len(result.entries)) == ("nbib", "pubmed", 2)
        c = result.entries[0].citation
        assert c.title == "A long title that goes on over two lines."
        assert c.abstract == "First half of it and the second half."
        assert c.authors == ("Wu, Dan", "Trial Group", "Zou, Chang")
        assert (c.source_key, c.pmid, c.pmcid, c.doi) == ("201", "201", "PMC88", "10.5555/nbib.1")
        assert (c.journal, c.year, c.volume, c.issue, c.pages) == (
            "Invented letters",
            2019,
            "14",
            "1",
            "e0209483",
        )
        assert c.registry_ids == ("NCT00000002",)
        assert c.publication_types == ("Journal Article", "Randomized Controlled Trial")
        assert c.keywords == ("survival", "Neoplasms")
        second = result.entries[1].citation
        assert (second.title, second.authors, second.year) == ("Ein Titel ohne TI.", ("Meier, K",), 1999)

    def test_database_named_by_our_own_files(self) -> None:
        result = read_bytes(b"PMID- \nOID - embase: L373000001\nTI  - T\n", "x.nbib")
        c = result.entries[0].citation
        assert (result.format, c.source, c.source_key, c.pmid) == ("nbib", "embase", "L373000001", None)

    def test_qualifiers_stay_out_of_the_terms(self) -> None:
        lines = b"PMID- 1\nTI  - T\nOT  - *own/term\nMH  - Pain/*drug therapy/etiology\nMH  - Pain/surgery\n"
        c = read_bytes(lines, "x.nbib").entries[0].citation
        assert (c.subject_headings, c.keywords) == (("Pain",), ("own/term", "Pain"))

    @pytest.mark.parametrize(
        ("lines", "published"),
        [
            ("DP  - 2019 Jan-Feb", "2019-01"),
            ("DP  - 2015 Winter", "2015"),
            ("DP  - 1998 Dec-1999 Jan", "1998-12"),
            ("DP  - 2019 Jan 28\nDEP - 20181231", "2018-12-31"),
            ("DP  -", None),
        ],
    )
    def test_published(self, lines: str, published: str | None) -> None:
        c = read_bytes(f"PMID- 1\nTI  - T\n{lines}\n".encode(), "x.nbib").entries[0].citation
        assert c.published == published

    def test_an_orcid_belongs_to_the_name_above_it(self) -> None:
        lines = (
            "PMID- 1\nTI  - T\nAU  - Wu D\nAU  - Zou C\nAUID- ORCID: https://orcid.org/0000-0001-2345-6789\n"
            "CN  - The Group\nIR  - Else S\nAUID- ORCID: 0000-0002-2345-6789\n"
        )
        c = read_bytes(lines.encode(), "x.nbib").entries[0].citation
        assert c.authors == ("Wu, D", "Zou, C", "The Group")
        assert c.orcids == ("", "0000-0001-2345-6789", "")

    @pytest.mark.parametrize("foreign", ["TY  - JOUR\nTI  - B\nER  -", '<?xml version="1.0"?>', "<html>"])
    def test_another_format_half_way_is_refused(self, foreign: str) -> None:
        with pytest.raises(InputError, match="begins in line 4") as caught:
            read_bytes(f"PMID- 1\nTI  - A\n\n{foreign}\n".encode(), "x.nbib")
        assert (caught.value.file, caught.value.entry) == ("x.nbib", "line 4")

    def test_a_last_entry_without_its_source_line_is_noted(self) -> None:
        whole = b"PMID- 1\nTI  - A\nSO  - J. 2001.\n\nPMID- 2\nTI  - B\nSO  - J. 2002.\n"
        assert read_bytes(whole, "x.nbib").notes == ()
        (note,) = read_bytes(whole[:-16], "x.nbib").notes
        assert "may be cut short" in note

    @pytest.mark.parametrize("end", [b"\r\n", b"\r"])
    def test_line_ends(self, end: bytes) -> None:
        unix = read_bytes(NBIB, "x.nbib")
        other = read_bytes(NBIB.replace(b"\n", end), "x.nbib")
        assert [e.citation for e in other.entries] == [e.citation for e in unix.entries]


class TestRis:
    def test_fields_and_raw(self) -> None:
        result = read_bytes(RIS, "x.ris")
        assert (result.format, result.source, result.notes) == ("ris", "other", ())
        first = result.entries[0]
        assert first.raw == RIS[: RIS.index(b"ER  -") + 5]
        c = first.citation
        assert (c.title, c.authors) == ("A study from a reference manager", ("Berg, Ida", "Holm, Per"))
        assert (c.journal, c.year, c.pages, c.doi) == (
            "Journal of Made-up Results",
            2018,
            "10-19",
            "10.5555/ris.1",
        )
        assert c.keywords == ("one", "two")
        assert c.abstract == "A first sentence that is wrapped here. It was registered as NCT00000003."
        assert c.registry_ids == ("NCT00000003",)
        assert c.language == "English"
        assert c.source_key is None, "a reference manager's counter is no accession number"

    def test_byte_order_mark_does_not_hide_the_first_entry(self) -> None:
        result = read_bytes(b"\xef\xbb\xbf" + RIS, "x.ris")
        assert [e.citation for e in result.entries] == [e.citation for e in read_bytes(RIS, "x").entries]

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf16(self, encoding: str) -> None:
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[encoding]
        result = read_bytes(mark + RIS.decode().encode(encoding), "x.ris")
        assert len(result.entries) == 2
        assert "UTF-16" in result.notes[0]

    def test_mixed_line_ends(self) -> None:
        data = b"TY  - JOUR\rTI  - One\r\nAD  - a\rAD  - b\nVL  - 3\rER  - \r\n"
        c = read_bytes(data, "x.ris").entries[0].citation
        assert (c.title, c.volume) == ("One", "3")

    def test_windows_1252_only_where_needed(self) -> None:
        data = b"TY  - JOUR\nTI  - M\xfcller\nER  - \n" + "TY  - JOUR\nTI  - Žižek β\nER  - \n".encode()
        result = read_bytes(data, "x.ris")
        assert [e.citation.title for e in result.entries] == ["Müller", "Žižek β"]
        assert "Windows-1252" in result.notes[0]

    def test_missing_er_is_noted(self) -> None:
        data = b"TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n"
        result = read_bytes(data, "x.ris")
        assert [e.citation.title for e in result.entries] == ["One", "Two"]
        assert len(result.notes) == 2

    def test_lines_outside_are_counted(self) -> None:
        result = read_bytes(b"hello there\n" + RIS, "x.ris")
        assert result.notes == ("1 line(s) outside of entries ignored, the first is line 1",)

    def test_entry_without_title_and_identifier_is_bad(self) -> None:
        result = read_bytes(RIS + b"TY  - GEN\nN2  - Text only\nER  - \n", "x.ris")
        assert [(b.position, b.field) for b in result.bad] == [(3, "title")]
        assert result.bad[0].raw.startswith(b"TY  - GEN")

    def test_embase_com(self) -> None:
        c = ris(
            "M3  - Conference Abstract", "Y1  - 2014", "SP  - 152", "EP  - 160", "JF  - Invented Surgery",
            "U2  - L373000001", "DB  - Embase", "U3  - 2014-08-29", "C5  - 24000001",
            "L2  - http://dx.doi.org/10.5555/emb-1", "A1  - Liu R.", "A1  - Adler D.G.", "T1  - Cysts",
            "LA  - English", "N2  - Text.", "KW  - article",
        )  # fmt: skip
        assert (c.source, c.source_key, c.pmid) == ("embase", "L373000001", "24000001")
        assert (c.title, c.abstract, c.year, c.doi) == ("Cysts", "Text.", 2014, "10.5555/emb-1")
        assert c.authors == ("Liu, R.", "Adler, D.G.")
        assert c.publication_types == ("Conference Abstract",)

    def test_ovid_medline_between_its_lines(self) -> None:
        entry = (
            "{n}. \nTY  - JOUR\nID  - 3043944{n}\nT1  - Title {n}.\nA1  - White, Julian\nY1  - 2018//\n"
            "M1  - DO - https://dx.doi.org/10.5555/cited\nDO  - https://dx.doi.org/10.5555/ovid.{n}\n"
            "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=med1&AN=3043944{n}\nER  - \n\n"
            "Link to the Ovid Full Text or citation: https://example.org/?D=med1\n\n"
        )
        result = read_bytes("".join(entry.format(n=n) for n in (1, 2)).encode(), "x.ris")
        assert (len(result.entries), result.notes, result.source) == (2, (), "pubmed")
        c = result.entries[1].citation
        assert (c.source_key, c.pmid, c.year, c.doi) == ("30439442", "30439442", 2018, "10.5555/ovid.2")

    @pytest.mark.parametrize(
        ("database", "key", "source"),
        [
            ("cctr", "CN-01291099", "central"),
            ("psyh", "2019-65183-001", "psycinfo"),
            ("emez", "2001234567", "embase"),
        ],
    )
    def test_ovid_databases(self, database: str, key: str, source: str) -> None:
        c = ris(f"ID  - {key}", "T1  - T", f"L2  - http://ovidsp.ovid.com/ovidweb.cgi?D={database}&AN={key}")
        assert (c.source, c.source_key, c.pmid) == (source, key, None)

    def test_ovid_central_names_in_one_line(self) -> None:
        c = ris("ID  - CN-01443999", "T1  - T", "A1  - Ross S, Agin-Liebes G, Mennenga SE")
        assert c.authors == ("Ross, S", "Agin-Liebes, G", "Mennenga, SE")

    def test_ovid_congress_name_makes_a_conference_abstract(self) -> None:
        link = "L2  - http://ovidsp.ovid.com/ovidweb.cgi?D=emed20&AN=612000001"
        assert (
            ris("T1  - T", "T3  - Invented Congress 2016", link).publication_types[-1]
            == "Conference Abstract"
        )
        assert "Conference Abstract" not in ris("T1  - T", link).publication_types

    def test_ovid_unpaginated(self) -> None:
        assert ris("T1  - T", "SP  - No", "EP  - Specified").pages is None

    def test_cochrane(self) -> None:
        c = ris(
            "AN  - CN-01443998", "TI  - T", "C3  - PUBMED 28000001,EMBASE 620000001", "M3  - Journal article",
            "DO  - 10.1002/central/CN-01443998", "UR  - https://www.cochranelibrary.com/central/doi/10.1002/x",
        )  # fmt: skip
        assert (c.source, c.source_key, c.pmid, c.doi) == ("central", "CN-01443998", "28000001", None)

    def test_scopus(self) -> None:
        c = ris(
            "TI  - T", "DB  - Scopus", "C2  - 32741292", "C7  - 104501", "M3  - Review",
            "N1  - Cited By :9", "Abbott, B., 10.5555/cited, (1999)",
            "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074596690&doi=10.5555%2fscopus.1&md5=1",
        )  # fmt: skip
        assert (c.source, c.source_key, c.pmid) == ("scopus", "2-s2.0-85074596690", "32741292")
        assert (c.pages, c.doi, c.publication_types) == ("104501", None, ("Review",))

    def test_web_of_science(self) -> None:
        c = ris("TI  - T", "T2  - JOURNAL", "AN  - WOS:000444108200009", "DA  - SEP", "PY  - 2018")
        assert (c.source, c.source_key, c.year) == ("wos", "WOS:000444108200009", 2018)

    def test_proquest(self) -> None:
        c = ris(
            "T1  - T", "AN  - 2214991469; 51887", "UR  - https://search.proquest.com/docview/2214991469?x=1"
        )
        assert (c.source, c.source_key) == ("proquest", "2214991469")

    def test_endnote_from_pubmed(self) -> None:
        c = ris("TI  - T", "AN  - 21553931", "DP  - NLM", "C2  - PMC123456", "SP  - 349-69", "Y2  - 2020")
        assert (c.source, c.source_key, c.pmid, c.pmcid) == ("pubmed", "21553931", "21553931", "PMC123456")
        assert (c.pages, c.year) == ("349-69", None)

    @pytest.mark.parametrize(
        ("tag", "year"),
        [("Y1  - 1975-1976//", 1975), ("PY  - 10 15", None), ("DA  - 2019/12//undefined", 2019)],
    )
    def test_years(self, tag: str, year: int | None) -> None:
        assert ris("TI  - T", tag).year == year

    def test_entities_and_markup_are_made_plain(self) -> None:
        c = ris("TI  - Effect of <i>KRAS</i> &amp; p &lt; 0.05", "DO  - doi:10.5555/A(1)B.")
        assert (c.title, c.doi) == ("Effect of KRAS & p < 0.05", "10.5555/a(1)b")

    def test_majors_lose_their_star(self) -> None:
        assert ris("TI  - T", "KW  - *Pain/dt [Drug Therapy]", "KW  - Water [*microbiology]").keywords == (
            "Pain/dt [Drug Therapy]",
            "Water [microbiology]",
        )

    @pytest.mark.parametrize(
        ("printed", "read"),
        [
            ("Orjalo, A. V., Jr.", ("Orjalo, A. V., Jr.",)),
            ("Smith JA Jr", ("Smith, JA Jr",)),
            ("van der Berg J", ("van der Berg, J",)),
            ("Qilu Pharmaceutical Co., Ltd.", ("Qilu Pharmaceutical Co., Ltd.",)),
            ("LianBio LLC", ("LianBio LLC",)),
            ("Smith and Sons Trial Group", ("Smith and Sons Trial Group",)),
            ("Harris, V. and Koelsch, K.", ("Harris, V.", "Koelsch, K.")),
        ],
    )
    def test_names(self, printed: str, read: tuple[str, ...]) -> None:
        assert ris("TI  - T", f"AU  - {printed}").authors == read

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("EudraCT 2004-000024-17.", "EUCTR2004-000024-17"),
            ("EudraCT number: 2004-000024-17", "EUCTR2004-000024-17"),
            ("nct 01234567", "NCT01234567"),
            ("UMIN-CTR ID: UMIN000012345", "UMIN000012345"),
            ("JapicCTI-101325", "JAPICCTI-101325"),
            ("ChiCTR-TRC-12001906", "CHICTR-TRC-12001906"),
            ("ChiCTR2000029953", "CHICTR2000029953"),
            ("ACTRN12605000013695", "ACTRN12605000013695"),
            ("NTR1234", "NTR1234"),
        ],
    )
    def test_registry_numbers_in_text(self, text: str, number: str) -> None:
        assert ris("TI  - T", f"AB  - It was registered ({text}).").registry_ids == (number,)

    def test_given_source_wins_and_finds_its_own_number(self) -> None:
        result = read_bytes(b"TY  - JOUR\nTI  - T\nID  - 612000001\nER  - \n", "x.ris", source="embase")
        assert result.source == "embase"
        assert result.entries[0].citation.source_key == "612000001"


class TestCsv:
    def test_generic(self) -> None:
        result = read_bytes(CSV, "x.csv")
        assert (result.format, result.source) == ("csv", "other")
        first, second = result.entries
        assert first.raw == CSV.split(b"\r\n")[1]
        assert first.citation.title == "A title, with comma"
        assert first.citation.authors == ("Berg, Ida", "Holm, Per")
        assert (first.citation.year, first.citation.doi, first.citation.pmid) == (
            2020,
            "10.5555/csv.1",
            "301",
        )
        assert second.citation.title == "Two lines"
        assert second.raw.count(b"\n") == 1

    @pytest.mark.parametrize("mark", [b";", b"\t"])
    def test_other_delimiters(self, mark: bytes) -> None:
        data = (
            mark.join((b"Title", b"Year", b"DOI"))
            + b"\n"
            + mark.join((b"T, with comma", b"2001", b"10.5555/x"))
        )
        c = read_bytes(data, "x.csv").entries[0].citation
        assert (c.title, c.year, c.doi) == ("T, with comma", 2001, "10.5555/x")

    def test_wrong_number_of_columns_is_bad(self) -> None:
        result = read_bytes(b"Title,Year\nOne,2001\nTwo\nThree,2003,,\nFour,2004,x\n", "x.csv")
        assert [e.citation.title for e in result.entries] == ["One", "Three"]
        assert [(b.position, b.message) for b in result.bad] == [
            (2, "line 3: 1 columns, the header has 2"),
            (4, "line 5: 3 columns, the header has 2"),
        ]

    def test_open_quote_is_an_error(self) -> None:
        with pytest.raises(InputError, match="never closed") as caught:
            read_bytes(b'Title,Year\n"One,2001\nTwo,2002\n', "x.csv")
        assert caught.value.entry == "line 2"

    def test_unknown_header(self) -> None:
        with pytest.raises(InputError) as caught:
            read_bytes(b"a,b\n1,2\n", "x.csv", format="csv")
        assert caught.value.field == "header"

    def test_central(self) -> None:
        c = row(
            CENTRAL_ID="CN-02757110",
            **{"Author(s)": "Contreras, JD; Islam, M"}, Title="T", Source="Invented J",
            Year="2024", Pages="765‐778", PubMed_ID="PUBMED 38507184", CTgov_ID="CTgov NCT04736615",
            ICTRP_ID="ICTRP JPRN‐UMIN000012345", Publication_Type="Journal article; Conference proceeding",
            Keywords="*Diarrhea [prevention, control]; Adult", DOI="10.1002/central/CN-02757110",
        )  # fmt: skip
        assert (c.source, c.source_key, c.pmid, c.doi) == ("central", "CN-02757110", "38507184", None)
        assert (c.journal, c.pages, c.authors) == ("Invented J", "765-778", ("Contreras, JD", "Islam, M"))
        assert c.registry_ids == ("NCT04736615", "UMIN000012345")
        assert c.publication_types == ("Journal article", "Conference proceeding")
        assert c.keywords == ("Diarrhea [prevention, control]", "Adult")

    def test_central_registry_record_has_no_author(self) -> None:
        c = row(
            CENTRAL_ID="CN-02000001", **{"Author(s)": "NCT04736615,"}, Title="T", Source="clinicaltrials.gov"
        )
        assert (c.authors, c.registry_ids) == ((), ("NCT04736615",))

    def test_embase_old(self) -> None:
        c = row(
            Title="T", Original_Title="", Author_Names="Liu R., Adler D.G., EUS Study Group",
            Source="Invented Surgery (2014) 3:3 (152-160). Date of Publication: 2014",
            Clinical_Trial_Numbers="ClinicalTrials.gov (NCT00000006)",
            Open_URL_Link="http://sfx.example/?sid=EMBASE&id=doi:10.5555%2Femb-2&atitle=T",
        )  # fmt: skip
        assert (c.source, c.journal, c.year, c.volume, c.issue, c.pages) == (
            "embase", "Invented Surgery", 2014, "3", "3", "152-160",
        )  # fmt: skip
        assert c.authors == ("Liu, R.", "Adler, D.G.", "EUS Study Group")
        assert (c.doi, c.registry_ids) == ("10.5555/emb-2", ("NCT00000006",))

    def test_embase_new(self) -> None:
        c = row(
            Title="T", Original_Title="", Author_Names="Takeaki S.", Full_Record_Entry_Date="6/24/25",
            Source="J (2025) 13:1 Article Number: 31.", Source_title="Invented Care", Publication_Year="2025",
            First_Page="S-277", Last_Page="S-278", Publication_Type="Conference Abstract",
            DOI="10.5555/emb-3",
        )  # fmt: skip
        assert (c.source, c.journal, c.year, c.pages) == ("embase", "Invented Care", 2025, "S-277")
        assert c.publication_types == ("Conference Abstract",)

    def test_scopus(self) -> None:
        c = row(
            Authors="Gao X.; Ni W.", Title="T", Year="2021", Source_title="Invented Research",
            **{"Art. No.": "111632"}, Page_start="", PubMed_ID="32741292", Source="Scopus",
            EID="2-s2.0-85109454279",
            Document_Type="Review", Language_of_Original_Document="English; German",
        )  # fmt: skip
        assert (c.source, c.source_key, c.pmid) == ("scopus", "2-s2.0-85109454279", "32741292")
        assert (c.authors, c.pages, c.language) == (("Gao, X.", "Ni, W."), "111632", "English; German")

    def test_clinicaltrials(self) -> None:
        c = row(NCT_Number="NCT00000007", Study_Title="Drug A", Conditions="X|Y", Sponsor="S")
        assert (c.source, c.source_key, c.registry_ids) == ("clinicaltrials", "NCT00000007", ("NCT00000007",))
        assert (c.title, c.keywords) == ("Drug A", ("X", "Y"))

    def test_pubmed_csv(self) -> None:
        c = row(
            PMID="401",
            Title="T",
            Authors="Smith JA, Doe B.",
            **{"Journal/Book": "Inv J"},
            Publication_Year="2020",
        )
        assert (c.source, c.source_key, c.authors) == ("pubmed", "401", ("Smith, JA", "Doe, B."))

    def test_our_own_columns(self) -> None:
        c = row(
            source="embase", source_key="L1", title="T", authors="Berg, Ida; The Group", year="2020",
            registry_ids="NCT00000001; ISRCTN12345678", publication_types="Article; Review",
            keywords="a; b, c",
        )  # fmt: skip
        assert (c.source, c.source_key, c.authors) == ("embase", "L1", ("Berg, Ida", "The Group"))
        assert c.registry_ids == ("NCT00000001", "ISRCTN12345678")
        assert (c.publication_types, c.keywords) == (("Article", "Review"), ("a", "b, c"))


class TestClinicalTrialsJson:
    def test_page_of_the_api(self) -> None:
        result = read_bytes(CTGOV, "x.json")
        assert (result.format, result.source, len(result.entries)) == ("ctgov_json", "clinicaltrials", 2)
        first = result.entries[0]
        assert first.raw in CTGOV
        c = first.citation
        assert (c.source_key, c.title, c.year) == ("NCT00000004", "Drug A in B", 2011)
        assert c.registry_ids == ("NCT00000004", "EUCTR2010-012345-67", "EUCTR2010-012345-68")
        assert (c.authors, c.abstract) == (("Invented Hospital",), "Why and how.")
        assert c.pmid is None, "a paper it cites is not its own PMID"
        assert result.entries[1].citation.title == "Only official"

    def test_bare_list_and_single_study(self) -> None:
        study = read_bytes(CTGOV, "x.json").entries[0].raw
        for data in (study, b"[" + study + b"]"):
            (entry,) = read_bytes(data, "x.json").entries
            assert entry.raw == study

    def test_truncated_names_the_last_study(self) -> None:
        with pytest.raises(InputError, match="after NCT00000004") as caught:
            read_bytes(CTGOV[:-100], "x.json")
        assert caught.value.entry == "NCT00000004"

    def test_what_is_no_study_is_bad(self) -> None:
        result = read_bytes(b'{"studies": [{"protocolSection": {}}, {"a": 1}, 3]}', "x.json")
        assert [b.position for b in result.bad] == [1, 2, 3]
