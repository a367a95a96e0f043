"""What exports of other tools say, as printed: one made-up file per layout that was seen or is documented."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model.errors import InputError
from screener.sources.decisions import rayyan, read_decisions
from screener.sources.decisions.cells import joined, parted
from screener.sources.decisions.covidence import list_of

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8", newline="")
        return path

    return put


RAYYAN_HEAD = (
    "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,"
    "abstract,notes,doi,keywords,pubmed_id,pmc_id\n"
)


def rayyan_row(notes: str) -> str:
    quoted = notes.replace('"', '""')
    return f'rayyan-1,A made-up trial,2020,,,J Made,,1,,1-9,"Made, A.",,,,,Words.,"{quoted}",,,99000001,\n'


def test_rayyan_csv(write: Write) -> None:
    """Every reviewer who decided has a vote; reasons go with exclusions, labels with all, notes with their writer."""
    notes = (
        'L47570649 2007-10-01 | RAYYAN-INCLUSION: {"Ana Müller"=>"Included", "bo.b"=>"Excluded", "Cy"=>"Maybe"}'
        " | RAYYAN-LABELS: rct,second line | RAYYAN-EXCLUSION-REASONS: wrong drug,foreign language"
        ' | USER-NOTES: {"bo.b"=>["only an \\"abstract\\" | see p. 2", "twice"]}'
    )
    found = read_decisions(write("rayyan.csv", RAYYAN_HEAD + rayyan_row(notes) + rayyan_row("no decision")))
    assert (found.format, found.unvoted, found.problems) == ("rayyan", 1, ())
    ana, bo, cy = found.said
    assert [(v.reviewer, v.vote) for v in (ana, bo, cy)] == [
        ("Ana Müller", "include"),
        ("bo.b", "exclude"),
        ("Cy", "maybe"),
    ]
    assert (ana.reasons, bo.reasons) == ((), ("wrong drug", "foreign language"))
    assert ana.labels == bo.labels == ("rct", "second line")
    assert bo.note == 'only an "abstract" | see p. 2\ntwice'
    assert (ana.note, ana.stage, ana.place) == (None, None, "line 2")
    assert ana.citation is not None
    assert ana.citation.pmid == "99000001"


def test_rayyan_oddities(write: Write) -> None:
    """Older files say true and false; a note of somebody who did not decide, and reasons of no exclusion, are told."""
    text = (
        RAYYAN_HEAD
        + rayyan_row('RAYYAN-INCLUSION: {"A"=>true, "B"=>false, "C"=>nil}')
        + rayyan_row('RAYYAN-INCLUSION: {"A"=>"Included"} | RAYYAN-EXCLUSION-REASONS: wrong drug')
        + rayyan_row('RAYYAN-INCLUSION: {"A"=>"Included"} | USER-NOTES: {"D"=>["why?"]}')
        + rayyan_row("RAYYAN-LABELS: need to see full text")
    )
    found = read_decisions(write("r.csv", text))
    assert [(v.reviewer, v.vote) for v in found.said] == [
        ("A", "include"),
        ("B", "exclude"),
        ("A", "include"),
        ("A", "include"),
    ]
    assert found.said[2].remarks == ("the reasons 'wrong drug' belong to no exclusion",)
    assert found.said[3].remarks == ("a note of D, who did not decide",)
    assert found.unvoted == 1


def test_rayyan_ris(write: Write) -> None:
    """The same notes in N1."""
    text = (
        "TY  - JOUR\nAN  - rayyan-14431\nTI  - A made-up trial\nY1  - 2013\nVL  - 58\nSP  - 457-60-\nAU  - S, Made\n"
        'N1  -  RAYYAN-INCLUSION: {"Zb"=>"Excluded", "m.el"=>"Included"} | RAYYAN-LABELS: please review'
        " | RAYYAN-EXCLUSION-REASONS: wrong population\nER  -\n\n"
    )
    found = read_decisions(write("rayyan.ris", text))
    assert found.format == "rayyan"
    assert [(v.reviewer, v.vote, v.reasons, v.place) for v in found.said] == [
        ("Zb", "exclude", ("wrong population",), "entry 1"),
        ("m.el", "include", (), "entry 1"),
    ]


COVIDENCE_HEAD = (
    "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,"
    "Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\n"
)
COVIDENCE = COVIDENCE_HEAD + (
    'A made-up trial,"Made, A.",,2020,,J Made,26,4,136-140,,10.1000/a,6535,#1581,Made 2020,'
    '"Exclusion reason: Wrong study design; seen by both",SRH; Ongoing\n'
)


WHY, SEEN = ("Wrong study design",), "seen by both"


@pytest.mark.parametrize(
    ("name", "stage", "vote", "reasons", "note"),
    [
        ("review_59500_excluded_csv_20240303130126.csv", "full_text", "exclude", WHY, SEEN),
        ("review_1_included_csv_2.csv", "full_text", "include", (), f"Exclusion reason: {WHY[0]}; {SEEN}"),
        ("reinfection_review_2_irrelevant_csv_3.csv", "title_abstract", "exclude", WHY, SEEN),
        ("renamed.csv", "full_text", "exclude", WHY, SEEN),
    ],
)
def test_covidence_lists(
    write: Write, name: str, stage: str, vote: str, reasons: tuple[str, ...], note: str
) -> None:
    """The name of the file tells the list, and the list the decision; else only a reason does."""
    found = read_decisions(write(name, COVIDENCE))
    (said,) = found.said
    assert found.format == "covidence"
    assert (said.stage, said.vote, said.reasons, said.note) == (stage, vote, reasons, note)
    assert (said.reviewer, said.labels) == (None, ("SRH", "Ongoing"))


def test_covidence_undecided(write: Write) -> None:
    """The list that waits for votes has none; a renamed list without reasons does not tell."""
    assert read_decisions(write("review_1_screen_csv_2.csv", COVIDENCE)).unvoted == 1
    text = COVIDENCE.replace("Exclusion reason: Wrong study design; ", "")
    assert [said.vote for said in read_decisions(write("renamed.csv", text)).said] == [""]
    assert list_of("review_1_select_ris_2.ris") == ("title_abstract", "include")
    assert list_of("selected.csv") is None


def test_covidence_ris(write: Write) -> None:
    text = "TY  - JOUR\nTI  - A made-up trial\nN1  - Exclusion reason: Wrong comparator; \nER  - \n"
    (said,) = read_decisions(write("covidence.ris", text)).said
    assert (said.stage, said.vote, said.reasons) == ("full_text", "exclude", ("Wrong comparator",))


def test_asreview_tables(write: Write) -> None:
    """Version 2 with names, notes and tags; version 1 with `included` alone; what was not seen has no vote."""
    text = (
        "title,doi,asreview_label,asreview_time,asreview_note,asreview_tags,asreview_user_name,asreview_user_email\n"
        'One,10.1000/1,1,2025-09-07T11:00:00Z,"look, again","rct;adults",Ana,ana@example.org\n'
        "Two,10.1000/2,0.0,,,,Ana,ana@example.org\n"
        "Three,10.1000/3,,,,,,\n"
    )
    found = read_decisions(write("asreview.csv", text))
    assert (found.format, found.unvoted) == ("asreview", 1)
    one, two = found.said
    assert (one.vote, one.reviewer, one.note, one.labels) == (
        "include",
        "Ana",
        "look, again",
        ("rct", "adults"),
    )
    assert (two.vote, two.note) == ("exclude", None)
    old = read_decisions(write("old.tsv", "title\tincluded\nOne\t1\nTwo\t0\nThree\t-1\nFour\t\n"))
    assert [(v.vote, v.reviewer) for v in old.said] == [("include", None), ("exclude", None)]
    assert old.unvoted == 2


def test_asreview_xlsx(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["title", "included", "asreview_ranking"], ["One", 1, 1], ["Two", 0, 2], ["Three", None, 3]):
        sheet.append(row)
    path = tmp_path / "asreview.xlsx"
    book.save(path)
    assert [v.vote for v in read_decisions(path).said] == ["include", "exclude"]


def test_asreview_ris(write: Write) -> None:
    """Marks in N1, alone or among words; version 2 writes its columns as notes with JSON."""
    entries = [
        ("ASReview_relevant", "ASReview_prior"),
        ("Words before. ASReview_irrelevant. Words after",),
        ("ASReview_not_seen",),
        ("The database's", "ASReview_relevant", 'asreview_note: "look \\"again\\""', 'asreview_user_name: "Ana"'),
        ("no mark",),
    ]  # fmt: skip
    text = "".join(
        f"TY  - GEN\nTI  - Title {n}\n" + "".join(f"N1  - {note}\n" for note in notes) + "ER  -\n\n"
        for n, notes in enumerate(entries)
    )
    found = read_decisions(write("asreview.ris", text))
    assert [(v.place, v.vote, v.note, v.reviewer) for v in found.said] == [
        ("entry 1", "include", None, None),
        ("entry 2", "exclude", "Words before. Words after", None),
        ("entry 4", "include", 'look "again"', "Ana"),
    ]
    assert found.unvoted == 2


def test_any_table_with_a_vote(write: Write) -> None:
    """Columns are known by common names, votes by common words; a blank vote is none."""
    text = (
        "PMID;Decision;Screening stage;Reviewer name;Exclusion reason;Comments;Tags\n"
        "99000001;Included;full text;Ana;;fine;a, b\n99000002;No;;Bo;Wrong drug;;\n99000003;;;;;;\n"
    )
    found = read_decisions(write("sheet.csv", text))
    assert (found.format, found.unvoted) == ("table", 1)
    one, two = found.said
    assert (one.vote, one.stage, one.reviewer, one.note, one.labels) == (
        "include",
        "full text",
        "Ana",
        "fine",
        ("a", "b"),
    )
    assert (two.vote, two.reasons, two.citation and two.citation.pmid) == (
        "exclude",
        ("Wrong drug",),
        "99000002",
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "title,doi\nOne,10.1000/1\n", "no decisions that are known"),
        ("a.csv", "title,included\nOne,yes please\n", "no decisions that are known"),
        ("a.ris", "TY  - JOUR\nTI  - One\nER  - \n", "no decisions that are known"),
        ("a.nbib", "PMID- 1\nTI  - One\n", "not read from this format"),
        ("a.csv", "", "the file is empty"),
        ("a.bin", "\0\1\2\3", "binary"),
    ],
)
def test_files_without_decisions(write: Write, name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_decisions(write(name, text))


def test_a_row_of_another_width_is_named(write: Write) -> None:
    found = read_decisions(write("a.csv", "pmid,vote\n1,include\n2,include,3\n"))
    assert [(p.entry, p.message) for p in found.problems] == [("line 3", "3 cells where the head has 2")]
    assert len(found.said) == 1


def test_our_ris_that_somebody_changed_is_named(write: Write) -> None:
    text = "".join(
        f"TY  - JOUR\nTI  - One\nU1  - {vote}\nER  - \n" for vote in ('{"vote": 3}', '{"vote": "include"}')
    )
    found = read_decisions(write("a.ris", text))
    assert [(p.entry, p.field) for p in found.problems] == [("entry 1", "U1")]
    assert [v.vote for v in found.said] == ["include"]


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
ruby = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=20)


def in_ruby(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


@given(
    st.dictionaries(names, st.tuples(st.sampled_from(["Included", "Excluded", "Maybe"]), ruby), min_size=1)
)
def test_names_and_notes_of_rayyan(people: dict[str, tuple[str, str]]) -> None:
    """Whatever stands in names and notes, everybody's vote and note are that person's."""
    votes = ", ".join(f'{in_ruby(name)}=>"{vote}"' for name, (vote, _) in people.items())
    written = ", ".join(f"{in_ruby(name)}=>[{in_ruby(note)}]" for name, (_, note) in people.items())
    found = rayyan.said(
        "line 2", None, None, f"x | RAYYAN-INCLUSION: {{{votes}}} | USER-NOTES: {{{written}}}"
    )
    words = {"Included": "include", "Excluded": "exclude", "Maybe": "maybe"}
    assert {said.reviewer: (said.vote, said.note) for said in found} == {
        name: (words[vote], note.strip() or None) for name, (vote, note) in people.items()
    }


pieces = st.lists(
    st.sampled_from(
        [
            *(
                "TY  - JOUR\n",
                "N1  - RAYYAN-INCLUSION: {",
                '"A"=>"Included"',
                "}",
                "U1  - {",
                '"vote": "x"}',
                "ER  - \n",
            ),
            *(
                "N1  - ASReview_relevant\n",
                "N1  - asreview_note: [",
                "title,vote\n",
                "key,notes\n",
                "a,b\n",
                '"',
                "\n",
            ),
            *(
                "record,stage,reviewer,vote\n",
                "Title,Covidence #,Notes\n",
                "Exclusion reason:",
                "included\n",
                "[",
                "\r",
            ),
        ]
    )
    | st.text(max_size=6),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(pieces)
def test_any_file_is_read_or_named(pieces: list[str]) -> None:
    """Broken files give an error that says what was expected, or votes with a place; nothing else."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes("".join(pieces).encode(errors="replace"))
        with suppress(InputError):
            assert all(said.place for said in read_decisions(path).said)


@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip() == text), unique=True))
def test_words_in_a_cell(items: list[str]) -> None:
    """Labels come back as they were, whatever they hold."""
    assert parted(joined(items)) == tuple(items)
