"""Tables: CSV, TSV and Excel workbooks, with their columns known, or named by the user."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from screener.model.citation import Citation, ReadResult
from screener.model.errors import InputError
from screener.sources import csv_column, open_file, read, read_bytes


def row(**cells: str) -> Citation:
    """The citation of one CSV row; underscores in names stand for blanks."""
    header = ",".join(f'"{name.replace("_", " ")}"' for name in cells)
    values = ",".join('"' + value.replace('"', '""') + '"' for value in cells.values())
    (entry,) = read_bytes(f"{header}\n{values}\n".encode(), "x.csv").entries
    return entry.citation


def workbook(*rows: list[object], before: list[list[object]] | None = None, title: str = "Refs") -> bytes:
    """A workbook with an own sheet first when `before` is given."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if before is not None:
        sheet.title = "About"
        for each in before:
            sheet.append(each)
        sheet = book.create_sheet(title)
    sheet.title = title
    for each in rows:
        sheet.append(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced; double underscores stand for the path."""
    out = io.BytesIO()
    names = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, names.get(name, old.read(name)))
    return out.getvalue()


class TestMapping:
    TABLE = b"Titel;Autoren;Jahr;Heft\nEins;Berg, Ida;2020;7\n"

    def mapped(self, tmp_path: Path, data: bytes, **columns: str) -> ReadResult:
        path = tmp_path / "t.csv"
        path.write_bytes(data)
        return read(path, columns=columns)

    def test_a_table_of_unknown_headers(self, tmp_path: Path) -> None:
        result = self.mapped(tmp_path, self.TABLE, title="Titel", authors="AUTOREN", year="Jahr")
        c = result.entries[0].citation
        assert (c.title, c.authors, c.year, c.issue) == ("Eins", ("Berg, Ida",), 2020, None)
        assert result.notes == ("column(s) not read: Heft",)

    def test_it_overrules_known_headers(self, tmp_path: Path) -> None:
        data = b"Title,Title (English),DOI\nEins,One,10.5555/a\n"
        c = self.mapped(tmp_path, data, title="Title (English)").entries[0].citation
        assert (c.title, c.doi) == ("One", "10.5555/a")

    def test_new_fields_can_be_mapped(self, tmp_path: Path) -> None:
        data = b"t,k,o,n\nEins,a; b,Un,L123456789\n"
        c = (
            self.mapped(tmp_path, data, title="t", keywords="k", original_title="o", source_key="n")
            .entries[0]
            .citation
        )
        assert (c.keywords, c.original_title, c.source_key) == (("a", "b"), "Un", "L123456789")

    @pytest.mark.parametrize(
        ("columns", "message", "expected"),
        [
            ({"title": "Title"}, "no column 'Title'", "Titel, Autoren, Jahr, Heft"),
            ({"titel": "Titel"}, "no field 'titel'", "title"),
        ],
    )
    def test_what_is_not_there_is_named(
        self, tmp_path: Path, columns: dict[str, str], message: str, expected: str
    ) -> None:
        with pytest.raises(InputError, match=message) as caught:
            self.mapped(tmp_path, self.TABLE, **columns)
        assert expected in (caught.value.expected or "")
        assert caught.value.file == str(tmp_path / "t.csv")

    def test_a_workbook_too(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        path.write_bytes(workbook(["Titel", "Jahr"], ["Eins", 2020]))
        assert [e.citation.title for e in read(path, columns={"title": "Titel"}).entries] == ["Eins"]
        with pytest.raises(InputError, match="no column 'Title'") as caught:
            read(path, columns={"title": "Title"})
        assert caught.value.expected == "Titel, Jahr"


class TestText:
    def test_tabs_are_tsv(self) -> None:
        result = read_bytes(b"Title\tYear\nOne, two\t2001\n", "x.txt")
        assert (result.format, result.entries[0].citation.title) == ("tsv", "One, two")

    def test_the_header_of_a_second_file_is_no_entry(self, tmp_path: Path) -> None:
        data = b"\xef\xbb\xbfid,Title\n1,One\n\xef\xbb\xbfid,Title\n2,Two\n"
        result = read_bytes(data, "x.csv")
        assert [e.citation.title for e in result.entries] == ["One", "Two"]
        assert "line 3: the header again (two files in one?); it is no entry" in result.notes
        (tmp_path / "x.csv").write_bytes(data)
        assert csv_column(tmp_path / "x.csv", "id") == ("1", "2")

    @pytest.mark.parametrize(
        ("other", "what"), [(b"TY  - JOUR\nTI  - T\nER  -\n", "RIS"), (b"PMID- 1\nTI  - T\n", "nbib")]
    )
    def test_another_format_in_the_same_file_is_named(self, other: bytes, what: str) -> None:
        with pytest.raises(InputError, match=what) as caught:
            read_bytes(b"Title,Year\nOne,2001\n" + other, "x.csv")
        assert caught.value.entry == "line 3"

    @pytest.mark.parametrize(("shown", "pages"), [("2-Mar", "2-3"), ("01-Aug", "1-8"), ("12-Mar", "3-12")])
    def test_pages_shown_as_a_day_are_read_as_the_numbers_they_were(self, shown: str, pages: str) -> None:
        result = read_bytes(f"Title,Pages\nOne,{shown}\n".encode(), "x.csv")
        assert result.entries[0].citation.pages == pages
        assert result.notes == (f"entry 1: line 2, column 'Pages': '{shown}' was read as {pages}",)

    @pytest.mark.parametrize("spoilt", ["Mar-95", "3/12/2021", "2021-03-02 00:00:00"])
    def test_pages_that_a_spreadsheet_made_a_date_are_noted(self, spoilt: str) -> None:
        result = read_bytes(f"Title,Pages,Issue\nOne,{spoilt},Jan-Feb\n".encode(), "x.csv")
        c = result.entries[0].citation
        assert (c.pages, c.issue) == (None, "Jan-Feb")
        assert result.notes == (
            f"entry 1: line 2, column 'Pages': '{spoilt}' was spoilt by a spreadsheet; left out",
        )

    def test_a_rounded_pmid_is_noted(self) -> None:
        result = read_bytes(b"Title,PMID\nOne,3.85E+07\nTwo,38507184.0\nThree,PMID: 5\n", "x.csv")
        assert [e.citation.pmid for e in result.entries] == [None, "38507184", "5"]
        assert "'3.85E+07' was spoilt" in result.notes[0]


class TestDatabases:
    def test_central_names_other_databases(self) -> None:
        c = row(
            CENTRAL_ID="CN-02757110", Title="T", Embase_ID="EMBASE 637081315", Year="2024", Keywords="A; B"
        )
        assert c.accessions == ("embase:L637081315",)
        assert c.subject_headings == c.keywords == ("A", "B")
        assert c.published == "2024"

    def test_embase(self) -> None:
        c = row(
            Title="T", Original_Title="Le T", Author_Names="Liu R.", **{"AiP/IP Entry Date": "2025-06-11"},
            Source="J Invented (2025) 13:1 Article Number: 31. Date of Publication: 1 Dec 2025",
            Source_title="J Invented", Publication_Year="2025", Date_of_Publication="1-Dec-25",
            Emtree_Medical_Index_Terms="cyst (diagnosis, surgery), human", Author_Keywords="own",
        )  # fmt: skip
        assert (c.source, c.original_title, c.entered, c.published) == (
            "embase", "Le T", "2025-06-11", "2025-12-01",
        )  # fmt: skip
        assert c.pages == "31"
        assert c.subject_headings == ("cyst (diagnosis, surgery)", "human")
        assert c.keywords == ("own", *c.subject_headings)

    def test_scopus_of_today(self) -> None:
        c = row(
            Authors="Gao, X.; Ni, W.", Author_full_names="Gao, Xin (57207929231); Ni, Wei (57225190317)",
            Title="T", Year="2024", Source_title="J", EID="2-s2.0-85109454279", Source="Scopus",
            Conference_name="Invented Congress", Author_Keywords="a", Index_Keywords="b; c",
        )  # fmt: skip
        assert c.authors == ("Gao, Xin", "Ni, Wei")
        assert (c.conference, c.keywords, c.subject_headings) == (
            "Invented Congress",
            ("a", "b", "c"),
            ("b", "c"),
        )
        assert c.accessions == (), "its own number is its key"

    def test_web_of_science(self) -> None:
        c = row(
            Publication_Type="J", Author_Full_Names="Gao, Xin; Ni, Wei", Article_Title="T",
            Document_Type="Meeting Abstract", Conference_Title="Invented Meeting", Publication_Date="JUN 3",
            Publication_Year="2023", ORCIDs="Ni, Wei/0000-0002-1825-0097",
            **{"UT (Unique WOS ID)": "WOS:000444108200009"},
        )  # fmt: skip
        assert (c.source, c.source_key) == ("wos", "WOS:000444108200009")
        assert (c.publication_types, c.conference) == (("Meeting Abstract",), "Invented Meeting")
        assert (c.published, c.orcids) == ("2023-06-03", ("", "0000-0002-1825-0097"))

    def test_pubmed_prints_the_rest_in_one_cell(self) -> None:
        c = row(
            PMID="401", Title="T", **{"Journal/Book": "Inv J"}, Publication_Year="2020",
            Citation="Inv J. 2020 Jun 3;12(4):101-110. doi: 10.5555/x. Epub 2020 May 1.",
            Create_Date="2020/05/02",
        )  # fmt: skip
        assert (c.volume, c.issue, c.pages, c.published) == ("12", "4", "101-110", "2020-06-03")
        assert c.entered == "2020-05-02"

    def test_clinicaltrials(self) -> None:
        c = row(
            NCT_Number="NCT00000007", Study_Title="Drug A", Conditions="X|Y", Sponsor="Invented Hospital",
            First_Posted="2016-11-04", Last_Update_Posted="2020-02", Other_IDs="2010-012345-67|X1",
        )  # fmt: skip
        assert (c.authors, c.keywords) == (("Invented Hospital",), ("X", "Y"))
        assert (c.year, c.entered, c.revised) == (2016, "2016-11-04", "2020-02")

    def test_rayyan(self) -> None:
        c = row(
            key="rayyan-1", title="T", year="2019", month="1", day="8", authors="Harris, V. and Koelsch, K.",
            url="https://www.embase.com/search/results?subaction=viewrecord&id=L47570649",
            notes='L47570649 2007-10-01 | RAYYAN-INCLUSION: {"A"=>"Included"}', pubmed_id="12",
        )  # fmt: skip
        assert (c.source_key, c.pmid, c.published) == ("rayyan-1", "12", "2019")
        assert c.authors == ("Harris, V.", "Koelsch, K.")
        assert c.accessions == ("embase:L47570649",)

    def test_covidence(self) -> None:
        c = row(
            Title="T", Authors="Berg, Ida; Holm, Per", Published_Year="2021", Published_Month="Mar",
            Journal="J", Accession_Number="WOS:000444108200009", DOI="10.5555/c", Ref="1",
            **{"Covidence #": "17"}, Study="Berg 2021",
        )  # fmt: skip
        assert (c.year, c.published, c.source_key) == (2021, "2021-03", "WOS:000444108200009")
        assert c.accessions == ("wos:WOS:000444108200009",)

    def test_zotero(self) -> None:
        c = row(
            Key="AB12", Item_Type="conferencePaper", Publication_Year="2019", Author="Berg, Ida; Holm, Per",
            Title="T", Publication_Title="Proceedings", Date="2019-10-12", Conference_Name="Invented Congress",
            Extra="PMID: 30396417", Manual_Tags="a; b",
        )  # fmt: skip
        assert (c.published, c.conference, c.pmid) == ("2019-10-12", "Invented Congress", "30396417")
        assert (c.source_key, c.keywords) == (None, ("a", "b"))


class TestWorkbook:
    ROWS: tuple[list[object], ...] = (
        ["Title", "Authors", "PMID", "Pages", "Year"],
        ["One, two", "Berg, Ida; Holm, Per", 38507184.0, "12-19", 2020],
        [None, None, None, None, None],
        ["Three", None, "PMID: 5", datetime(2021, 3, 2), 2021.0],
    )

    def test_rows_are_entries_and_their_bytes_csv(self) -> None:
        result = read_bytes(workbook(*self.ROWS), "x.bin")
        assert (result.format, [e.position for e in result.entries]) == ("xlsx", [1, 2])
        first, second = (e.citation for e in result.entries)
        assert (first.pmid, first.pages, first.year) == ("38507184", "12-19", 2020)
        assert (second.pmid, second.pages, second.year) == ("5", None, 2021)
        assert result.entries[0].raw == b'"One, two","Berg, Ida; Holm, Per",38507184,12-19,2020'
        assert result.notes == (
            "entry 2: row 4, column 'Pages': '2021-03-02' was spoilt by a spreadsheet; left out",
        )

    def test_the_same_as_csv(self) -> None:
        rows = [[str(cell) for cell in each] for each in self.ROWS[:2]]
        as_csv = "\n".join(",".join(f'"{cell}"' for cell in each) for each in rows)
        assert read_bytes(workbook(*self.ROWS[:2]), "x").entries[0].citation == (
            read_bytes(as_csv.encode(), "x").entries[0].citation
        )

    def test_the_sheet_and_the_row_of_the_header_are_found(self) -> None:
        data = workbook(["My references"], [], *self.ROWS, before=[["Read me"]])
        result = read_bytes(data, "x.xlsx")
        assert [e.citation.title for e in result.entries] == ["One, two", "Three"]
        assert result.notes[:2] == (
            "read from sheet 'Refs'; not read: 'About'",
            "the header is row 3; what stands above it was passed over",
        )

    def test_no_known_header_names_the_sheets(self) -> None:
        with pytest.raises(InputError, match="'About', 'Refs'") as caught:
            read_bytes(workbook(["a", "b"], ["1", "2"], before=[["Read me"]]), "x.xlsx")
        assert caught.value.field == "header"

    def test_too_many_cells_are_bad(self) -> None:
        result = read_bytes(workbook(["Title", "Year"], ["One", 2001, "x"], ["Two", 2002]), "x.xlsx")
        assert [(b.position, b.message) for b in result.bad] == [(1, "row 2: 3 columns, the header has 2")]
        assert [e.position for e in result.entries] == [2]

    def test_error_cells_are_noted(self) -> None:
        result = read_bytes(workbook(["Title", "Year"], ["One", "#N/A"]), "x.xlsx")
        assert result.entries[0].citation.year is None
        assert result.notes == ("row 2, column 'Year': holds Excel's error #N/A",)

    def test_gzip_and_column(self, tmp_path: Path) -> None:
        path = tmp_path / "x.xlsx.gz"
        path.write_bytes(gzip.compress(workbook(["id", "Title"], [7, "One"], ["b", "Two"])))
        assert [e.citation.title for e in open_file(path) if e.position] == ["One", "Two"]  # type: ignore[union-attr]
        assert csv_column(path, "ID") == ("7", "b")
        assert csv_column(path, "none") is None

    def test_a_bomb_is_refused_before_it_is_unpacked(self) -> None:
        bomb = repacked(workbook(*self.ROWS), xl__worksheets__sheet1=b"<a>" + b" " * (420 << 20))
        assert len(bomb) < 1 << 20
        with pytest.raises(InputError, match="unpacks to 420 MB"):
            read_bytes(bomb, "x.xlsx")

    def test_entities_are_refused(self) -> None:
        xml = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
        with pytest.raises(InputError, match="document type"):
            read_bytes(repacked(workbook(*self.ROWS), xl__styles=xml), "x.xlsx")

    def test_broken_parts_are_refused(self) -> None:
        for part in (b"<a", b"", b"<workbook/>"):
            with pytest.raises(InputError):
                read_bytes(repacked(workbook(*self.ROWS), xl__workbook=part), "x.xlsx")

    @pytest.mark.parametrize(
        ("names", "what"),
        [
            (["xl/workbook.bin"], "xlsb"),
            (["mimetype", "content.xml"], "OpenDocument"),
            (["word/document.xml"], "Word"),
            (["a.ris"], "zip archive"),
        ],
    )
    def test_other_archives_are_named(self, names: list[str], what: str) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        with pytest.raises(InputError, match=what):
            read_bytes(out.getvalue(), "x.xlsx")

    def test_old_excel_is_named(self) -> None:
        with pytest.raises(InputError, match="old Word or Excel") as caught:
            read_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "x.xls")
        assert "XLSX" in (caught.value.expected or "")
