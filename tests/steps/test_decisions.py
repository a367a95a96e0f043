"""Votes of other tools in, our own out and back again: the right record, person and reason, or an error by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screener.model.errors import InputError
from screener.model.protocol import ELEMENTS
from screener.model.screening import Stage, Vote
from screener.sources import read_bytes
from screener.steps import records, screening, tables_out
from screener.steps.decisions import Imported, import_decisions
from screener.steps.review import Review
from screener.steps.tables_in import ManyProblems
from screener.store import screening as store_screening
from screener.store.ledger import count_acts
from tests.builders import add_citations, citation
from tests.steps.team import EXCLUDE, FT, INCLUDE, MAYBE, TA, agree, make_team, queue, say, undo

Write = Callable[[str, str], Path]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 6)
    yield review
    review.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8", newline="")
        return path

    return put


def words(review: Review) -> list[tuple[Any, ...]]:
    """All current votes, field by field."""
    return [
        (record, stage.value, v.reviewer, v.vote.value, v.reason, v.note, dict(v.marks), v.labels)
        for stage in Stage
        for who in ("A", "B", "D", "E")
        for record, votes in sorted(store_screening.visible_votes(review.store, stage, who).items())
        for v in votes
        if v.reviewer == who
    ]


def rayyan(*rows: tuple[str, str]) -> str:
    """A file of Rayyan's with these PMIDs and notes."""
    quoted = ((pmid, notes.replace('"', '""')) for pmid, notes in rows)
    return "key,title,pubmed_id,notes\n" + "".join(f'rayyan-{p},,{p},"{n}"\n' for p, n in quoted)


BOTH = 'RAYYAN-INCLUSION: {"Ana"=>"Included", "Second Reviewer"=>"Excluded"} | RAYYAN-LABELS: rct'
WHO = {"Ana": "A"}


# There and back --------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n\r"), max_size=30)
notes = texts | st.sampled_from(
    [
        *('"quoted", and; a comma', "=1+1", "\t=1", "-5", "'-5", "''=x", "@home", "two\nlines", "a\r\nb\rc"),
        *("Ω 肝 naïve", " edges ", "+x", "\u2028\x85", "TY  - JOUR\nER  - ", '{"vote": "x"}', "[1]", "Café"),
    ]
)
labels = st.lists(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co", "Cf")), min_size=1, max_size=12
    ).filter(lambda text: text.strip() and text.isprintable())
    | st.sampled_from(["a; b", "[x]", '"q"', "=1", "肝"]),
    max_size=3,
)
marks = st.dictionaries(st.sampled_from(ELEMENTS), st.sampled_from(screening.MARKS))
casts = st.tuples(
    st.integers(0, 5), st.sampled_from("ABDE"), st.sampled_from(Vote), st.booleans(), notes, marks, labels
)


@pytest.mark.parametrize("kind", ["csv", "ris"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(votes=st.lists(casts, min_size=1, max_size=8, unique_by=lambda cast: cast[:2]))
def test_what_goes_out_comes_back(
    tmp_path_factory: pytest.TempPathFactory, kind: str, votes: list[tuple[Any, ...]]
) -> None:
    """Export, import into a review with the same citations: the same votes, field by field; again: nothing more."""
    folder = tmp_path_factory.mktemp("trip")
    one, two = make_team(folder / "one", 6, voters=4), make_team(folder / "two", 6, voters=4)
    try:
        all_ = sorted(records.states(one))
        for number, who, choice, reasoned, note, marked, labelled in votes:
            reason = "design" if reasoned and choice is EXCLUDE else None
            say(one, who, all_[number], choice, reason=reason, note=note, marks=marked, labels=labelled)
        out = tables_out.decisions_csv if kind == "csv" else tables_out.decisions_ris
        for who in "ABDE":
            path = folder / f"{who}.{kind}"
            path.write_bytes(out(one.as_person(who))[0].encode())
            mine = sum(vote[1] == who for vote in votes)
            if mine or kind == "csv":
                _import_all(two, path)
        assert words(two) == words(one)
        before = count_acts(two.store)
        for path in folder.glob(f"*.{kind}"):
            if path.stat().st_size and path.read_bytes().count(b"\n") > 1:
                _import_all(two, path)
        assert count_acts(two.store) == before
    finally:
        one.close()
        two.close()


def _import_all(review: Review, path: Path) -> None:
    with suppress(InputError) if b"title_abstract" not in path.read_bytes() else nullcontext():
        import_decisions(review, path)


def test_both_stages_go_out_and_come_back(team: Review, tmp_path: Path) -> None:
    """Closed stages of all and full-text reasons, through both formats."""
    first, second, third, *_ = queue(team, "A")
    for record in (first, second):
        agree(team, record)
    agree(team, first, EXCLUDE, FT)
    say(team, "A", second, INCLUDE, FT, note="Ω\n; two", marks={"outcomes": "unclear"}, labels=["a; b"])
    say(team, "A", third, MAYBE)
    for number, out in enumerate((tables_out.decisions_csv, tables_out.decisions_ris)):
        text, count = out(team.as_person("A"))
        assert count == 8
        if number:
            voted = [records.card(team, record).fields for record in (first, second, third)]
            read = [entry.citation for entry in read_bytes(text.encode(), "votes.ris").entries]
            assert sorted(read, key=repr) == sorted(voted, key=repr)
        path = tmp_path / f"votes{number}"
        path.write_bytes(text.encode())
        other = make_team(tmp_path / f"other{number}", 6)
        assert import_decisions(other, path).imported == 8
        assert words(other) == words(team)
        other.close()


# Twice -------------------------------------------------------------------------------------------------


def test_the_same_file_twice_adds_nothing(team: Review, write: Write) -> None:
    """Also one in which somebody changed a vote and took another back; a later change of mind is a new act."""
    head = "record,stage,reviewer,vote,note\n"
    rows = "".join(
        f"{record},title_abstract,A,{vote},{note}\n"
        for record, vote, note in (
            ("99000001", "include", ""),
            ("99000001", "exclude", "no"),
            ("99000002", "maybe", ""),
            ("99000002", "undo", ""),
        )
    )
    path = write("votes.csv", head + rows)
    assert import_decisions(team, path).imported == 4
    before = count_acts(team.store)
    again = import_decisions(team, path)
    assert (again.imported, again.same, count_acts(team.store)) == (0, 4, before)
    record = next(
        r for r, state in records.states(team).items() if records.card(team, r).fields.pmid == "99000001"
    )
    say(team, "A", record, INCLUDE)
    assert (
        import_decisions(team, write("one.csv", head + "99000001,title_abstract,A,exclude,no\n")).imported
        == 1
    )
    assert (
        import_decisions(team, write("two.csv", head + "99000001,title_abstract,A,exclude,now\n")).imported
        == 1
    )


def test_an_undone_import_can_be_done_again(team: Review, write: Write) -> None:
    path = write("votes.csv", "record,stage,reviewer,vote\n99000001,title_abstract,A,include\n")
    import_decisions(team, path)
    undo(team, "A", words(team)[0][0])
    assert import_decisions(team, path).imported == 1


# Whose votes and which reasons ---------------------------------------------------------------------------


def test_rayyan_names_and_reasons(team: Review, write: Write) -> None:
    """Names and labels of the protocol map by themselves; others by what is given; several reasons by the order."""
    path = write(
        "rayyan.csv",
        rayyan(
            ("99000001", BOTH + " | RAYYAN-EXCLUSION-REASONS: wrong drug,my reason"),
            ("99000002", 'RAYYAN-INCLUSION: {"a"=>"Maybe"} | USER-NOTES: {"a"=>["hm"]}'),
        ),
    )
    with pytest.raises(ManyProblems) as caught:
        import_decisions(team, path, stage=TA)
    found = [(p.entry, p.field) for p in caught.value.problems]
    assert found == [("line 2", "reviewer"), ("line 2", "reason"), ("line 2", "reason")]
    assert "--reviewer 'Ana=ID'" in str(caught.value)
    assert "A (" in str(caught.value)
    done = import_decisions(
        team, path, stage=TA, reviewers=WHO, reasons={"WRONG drug": "population", "my reason": ""}
    )
    assert (done.imported, done.reviewers) == (3, {"A": 2, "B": 1})
    assert sorted(row[2:6] for row in words(team)) == [
        ("A", "include", None, None),
        ("A", "maybe", None, "hm"),
        ("B", "exclude", "population", "reason in the file: my reason"),
    ]
    assert {row[7] for row in words(team)} == {("rct",), ()}


def test_unknown_names_are_listed_once(team: Review, write: Write) -> None:
    """However many votes they have; wrong ids in the options are named before anything else."""
    note = 'RAYYAN-INCLUSION: {"Zoe"=>"Included"}'
    path = write("rayyan.csv", rayyan(*((f"9900000{n}", note) for n in range(1, 6))))
    with pytest.raises(ManyProblems) as caught:
        import_decisions(team, path, stage=TA)
    assert [p.message for p in caught.value.problems] == ["'Zoe' is no reviewer of this review (5 votes)"]
    with pytest.raises(InputError, match="'Q' is no reviewer"):
        import_decisions(team, path, stage=TA, reviewers={"Zoe": "Q"})
    with pytest.raises(InputError, match="'weather' is no exclusion reason"):
        import_decisions(team, path, stage=TA, reasons={"x": "weather"})


def test_who_may_speak(team: Review, write: Write) -> None:
    """A screener takes own votes from a file of two; the other's are said once, and may be skipped."""
    path = write("rayyan.csv", rayyan(("99000001", BOTH), ("99000002", BOTH)))
    mine = team.as_person("A")
    with pytest.raises(ManyProblems, match=r"A may not speak for B \(2 votes\)"):
        import_decisions(mine, path, stage=TA, reviewers=WHO)
    done = import_decisions(mine, path, stage=TA, reviewers=WHO, skip_bad=True)
    assert (done.imported, len(done.skipped)) == (2, 1)
    assert {row[2] for row in words(team)} == {"A"}


def test_stage_and_list(team: Review, write: Write) -> None:
    """A stage that is not told is asked for; lists of Covidence have theirs, and full text needs a reason's id."""
    with pytest.raises(ManyProblems, match="does not tell the stage"):
        import_decisions(team, write("a.csv", rayyan(("99000001", BOTH))), reviewers=WHO)
    head = "Title,DOI,Covidence #,Notes,Tags,PMID\n"
    irrelevant = write("review_1_irrelevant_csv_2.csv", head + ",,#1,,,99000001\n")
    done = import_decisions(team, irrelevant, reviewers={"": "A"})
    assert (done.format, done.imported) == ("covidence", 1)
    assert [row[1:5] for row in words(team)] == [("title_abstract", "A", "exclude", None)]
    agree(team, queue(team, "B")[1])
    pmid = records.card(team, queue(team, "A", FT)[0]).fields.pmid
    excluded = write(
        "review_1_excluded_csv_2.csv", head + f",,#2,Exclusion reason: Wrong design; x,t,{pmid}\n"
    )
    done = import_decisions(team.as_person("A"), excluded, reasons={"wrong design": "design"})
    assert [row[1:8] for row in words(team) if row[1] == "full_text"] == [
        ("full_text", "A", "exclude", "design", "x", {}, ("t",))
    ]
    untold = write("list.csv", head + ",,#2,,,99000003\n")
    with pytest.raises(ManyProblems, match="does not tell what was decided"):
        import_decisions(team, untold, stage=TA)
    assert import_decisions(team.as_person("D"), untold, stage=TA, vote=INCLUDE).imported == 1


def test_reasons_that_are_not_told(team: Review, write: Write) -> None:
    """At full text '' stands for a reason that is not told; full-text lists give title/abstract votes too."""
    record = queue(team, "A")[0]
    pmid = records.card(team, record).fields.pmid
    listed = write(
        "review_1_excluded_csv_2.csv",
        f"Title,Covidence #,Notes,PMID\n,#1,Exclusion reason: No HR; hm,{pmid}\n",
    )
    for who in ("A", "B"):
        done = import_decisions(team, listed, stage=TA, vote=INCLUDE, reviewers={"": who})
        assert done.reviewers == {who: 1}
    assert {row[3:6] for row in words(team)} == {("include", None, "exclusion reason: No HR\nhm")}
    asreview = write("a.csv", f"pmid,asreview_label,asreview_user_name\n{pmid},0,First reviewer\n")
    with pytest.raises(ManyProblems, match="needs a reason"):
        import_decisions(team, asreview, stage=FT)
    assert import_decisions(team, asreview, stage=FT, reasons={"": "outcome"}).reviewers == {"A": 1}


def test_labels_that_are_too_long_are_kept_in_the_note(team: Review, write: Write) -> None:
    label = "a label of more than forty characters, as people have them"
    path = write(
        "r.csv",
        rayyan(
            (
                "99000001",
                f'RAYYAN-INCLUSION: {{"A"=>"Included"}} | RAYYAN-LABELS: rct,{label.replace(",", "")}',
            )
        ),
    )
    import_decisions(team, path, stage=TA)
    assert words(team)[0][5:] == (f"label: {label.replace(',', '')}", {}, ("rct",))


def test_somebody_who_is_no_screener(team: Review, write: Write) -> None:
    """Votes of a person who is no screener are refused by name."""
    path = write("votes.csv", "pmid,reviewer,vote\n99000001,C,include\n")
    with pytest.raises(ManyProblems, match="line 2: C is"):
        import_decisions(team, path, stage=TA)


# Which record ----------------------------------------------------------------------------------------------


def test_matching(tmp_path: Path, write: Write) -> None:
    """By reference, PMID, DOI, accession; else by the engine where it is sure; what fits none or two is named."""
    review = make_team(tmp_path / "review")
    add_citations(
        review,
        [
            citation(1, doi="10.1000/one"),
            citation(
                2, doi="10.1000/shared", title="Drug A in the north: a randomised trial of two hundred people"
            ),
            citation(
                3, doi="10.1000/shared", title="Something else, on the kidneys of mice, in three sheets"
            ),
            citation(4, registry_ids=("NCT00000004",)),
        ],
    )
    head = "record,title,doi,pmid,authors,journal,year,vote\n"
    rows = [
        "pubmed:99000001,,,,,,,include",
        ",,https://doi.org/10.1000/ONE,,,,,include",
        ",,,99000004,,,,include",
        ",,10.1000/shared,,,,,include",
        ",Nothing like it at all,,,,,,include",
        ",Trial 4: a randomised comparison of drug A with placebo,,,"
        '"Author4, Anna; Other, Bo",Journal of Made-up Trials,2020,include',
        "pubmed:1,,,,,,,include",
        ",,,,,,2020,include",
        ",A wholly different paper about fish,,99000001,Nobody N,J Fish,1999,include",
    ]
    done = import_decisions(
        review.as_person("A"), write("t.csv", head + "\n".join(rows) + "\n"), stage=TA, skip_bad=True
    )
    assert done.imported == 2
    assert {row[0] for row in words(review)} == {
        r for r in records.states(review) if records.card(review, r).fields.pmid in {"99000001", "99000004"}
    }
    said = {p.entry: p.message for p in done.skipped}
    assert set(said) == {"line 5", "line 6", "line 8", "line 9", "line 10"}
    assert "fit 2 records" in said["line 5"]
    assert "no record of the review matches ('Nothing like it at all')" in said["line 6"]
    assert "no record is known as 'pubmed:1'" in said["line 8"]
    assert "same PMID, little else" in said["line 10"]
    review.close()


def test_a_trial_number_is_the_registers(tmp_path: Path, write: Write) -> None:
    """A paper that names a trial is not the record that carries its number; a row with the number alone is."""
    review = make_team(tmp_path / "review")
    add_citations(review, [citation(1, registry_ids=("NCT00000004",))])
    head = "title,nct number,vote\n"
    with pytest.raises(ManyProblems, match="no record of the review matches"):
        import_decisions(
            review.as_person("A"),
            write("a.csv", "title,abstract,vote\nAnother paper of it,NCT00000004,include\n"),
            stage=TA,
        )
    assert import_decisions(
        review.as_person("A"), write("b.csv", head + ",NCT00000004,include\n"), stage=TA
    ).imported
    review.close()


def test_entries_of_one_record(team: Review, write: Write) -> None:
    """Rows of one record that agree are one vote with both notes; a contradiction is named with its place."""
    head = "pmid,vote,note,labels\n"
    agreeing = write("a.csv", head + "99000001,include,one,x\n99000001,include,two,y\n")
    done = import_decisions(team.as_person("A"), agreeing, stage=TA)
    assert (done.imported, done.same) == (1, 1)
    assert words(team)[0][5:] == ("one\ntwo", {}, ("x", "y"))
    against = write("b.csv", head + "99000002,include,,\n99000002,exclude,,\n")
    with pytest.raises(
        ManyProblems, match=r"line 3: another vote of A on the same record \(include in line 2\)"
    ):
        import_decisions(team.as_person("A"), against, stage=TA)


# Nothing by halves -------------------------------------------------------------------------------------------


def test_dry_run_changes_nothing(team: Review, write: Write) -> None:
    """It says what the import says after it, and leaves no row."""
    path = write("rayyan.csv", rayyan(("99000001", BOTH), ("99000002", BOTH), ("1", BOTH)))
    before = count_acts(team.store)

    def run(dry_run: bool) -> Imported:
        return import_decisions(team, path, stage=TA, reviewers=WHO, skip_bad=True, dry_run=dry_run)

    tried = run(True)
    assert count_acts(team.store) == before
    done = run(False)
    assert tried.dry_run
    said = tried.to_dict()
    assert [(v["entry"], v["record"], v["reviewer"], v["vote"]) for v in said.pop("votes")] == [
        ("line 2", "pubmed:99000001", "A", "include"),
        ("line 2", "pubmed:99000001", "B", "exclude"),
        ("line 3", "pubmed:99000002", "A", "include"),
        ("line 3", "pubmed:99000002", "B", "exclude"),
    ]
    assert {**said, "dry_run": False} == done.to_dict()
    assert (done.imported, [p.entry for p in done.skipped]) == (4, ["line 4"])


def test_votes_that_were_shown(team: Review, write: Write) -> None:
    """An equal vote is said already; another one is refused by name, and nothing else of the file is taken."""
    record = queue(team, "A")[0]
    agree(team, record)
    tables_out.decisions_csv(team.as_person("A"))
    pmid = records.card(team, record).fields.pmid
    head = "pmid,reviewer,vote\n"
    assert import_decisions(team, write("a.csv", head + f"{pmid},A,include\n"), stage=TA).same == 1
    before = count_acts(team.store)
    with pytest.raises(ManyProblems, match="have been shown"):
        import_decisions(team, write("b.csv", head + f"{pmid},A,exclude\n99000002,A,include\n"), stage=TA)
    assert count_acts(team.store) == before
