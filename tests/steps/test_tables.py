"""What people said, as CSV: in all or nothing, out only what the person may see, and back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from csv import reader
from pathlib import Path
from typing import Any

import pytest

from screener.model.errors import InputError, ReviewError
from screener.model.screening import Outcome
from screener.sources import read_bytes
from screener.steps import records, retrieval, screening, studies, tables_in, tables_out
from screener.steps.decisions import import_decisions
from screener.steps.review import Review
from screener.steps.tables_in import ManyProblems
from screener.store.ledger import count_acts
from tests.steps.team import EXCLUDE, FT, INCLUDE, MAYBE, TA, agree, include, make_team, outcome, queue, say


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Review]:
    review = make_team(tmp_path / "review", 5)
    yield review
    review.close()


@pytest.fixture
def csv(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a CSV file and gives its path."""

    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


HEAD = "record,stage,reviewer,vote,reason,note\n"
NOTES = [
    '"quoted", and a comma',
    "=1+1",
    "\t=1",
    "-5",
    "@home",
    "two\nlines",
    "Ω 肝 naïve",
    "'quoted'",
    "+x",
]


def votes(review: Review, who: str | None = None) -> set[tuple[Any, ...]]:
    rows = review.store.rows(
        "SELECT record_id, stage, actor, vote, reason, note FROM votes" + (" WHERE actor = ?" if who else ""),
        [who] if who else [],
    )
    return {tuple(row) for row in rows}


def test_votes_round_trip(team: Review, tmp_path: Path) -> None:
    """Exported by one copy of a review and imported by another, votes, reasons and notes are the same."""
    for note, record in zip(NOTES, queue(team, "A") * 2, strict=False):
        choice = [INCLUDE, MAYBE, EXCLUDE][len(note) % 3]
        say(team, "A", record, choice, note=note, reason="design" if choice is EXCLUDE else None)
    for n, record in enumerate(queue(team, "B")):
        say(team, "B", record, INCLUDE, note=NOTES[5 + n % 4])
    text, count = tables_out.decisions_csv(team)
    assert count == 10
    other = make_team(tmp_path / "other", 5)
    path = tmp_path / "votes.csv"
    path.write_text(text, "utf-8", newline="")
    assert import_decisions(other, path).imported == 10
    assert votes(other) == votes(team)
    other.close()


@pytest.mark.parametrize("note", NOTES)
def test_notes_survive_a_spreadsheet_guard(team: Review, tmp_path: Path, note: str) -> None:
    """A note that a spreadsheet would run is guarded in the file and itself again after reading."""
    record = queue(team, "A")[0]
    say(team, "A", record, INCLUDE, note=note)
    text, _ = tables_out.decisions_csv(team.as_person("A"))
    assert "\n=" not in text
    assert ",=" not in text
    path = tmp_path / "votes.csv"
    path.write_text(text, "utf-8", newline="")
    screening.take_back(team.as_person("A"), record, TA)
    import_decisions(team.as_person("A"), path)
    mine = screening.own_vote(team.as_person("A"), record, TA)
    assert mine is not None
    assert mine.note == note


def test_export_shows_closed_and_own_votes_only(team: Review) -> None:
    """B gets B's own votes and those of closed records, and that these were shown is recorded."""
    closed, open_, *_ = queue(team, "A")
    agree(team, closed)
    say(team, "A", open_, INCLUDE, note="secret")
    text, count = tables_out.decisions_csv(team.as_person("B"))
    assert count == 2
    assert "secret" not in text
    reveals = [
        tuple(row) for row in team.store.rows("SELECT citation_id, actor FROM reveals JOIN acts USING (id)")
    ]
    assert reveals == [(closed, "B")]
    with pytest.raises(ReviewError, match="have been shown"):
        say(team, "A", closed, EXCLUDE)
    with pytest.raises(ReviewError, match="not known who you are"):
        tables_out.decisions_csv(team.as_person(None))


def test_import_is_all_or_nothing(team: Review, csv: Callable[[str], Path]) -> None:
    """Every mistake is listed with its line; nothing of the file is kept, not even its good rows."""
    before = count_acts(team.store)
    path = csv(
        HEAD
        + "pubmed:99000001,title_abstract,A,include,,\n"
        + "pubmed:1,title_abstract,A,include,,\n"
        + "pubmed:99000002,weekend,A,include,,\n"
        + "pubmed:99000002,title_abstract,A,perhaps,,\n"
        + "pubmed:99000002,title_abstract,Z,include,,\n"
        + "pubmed:99000002,title_abstract,A,exclude,weather,\n"
        + "pubmed:99000002,full_text,A,include,,\n"
    )
    with pytest.raises(ManyProblems) as caught:
        import_decisions(team, path)
    found = [(p.entry, p.field) for p in caught.value.problems]
    assert found == [
        ("line 3", None),
        ("line 4", "stage"),
        ("line 5", "vote"),
        ("line 6", "reviewer"),
        ("line 7", "reason"),
        ("line 8", None),
    ]
    assert all(f"line {n}" in str(caught.value) for n in range(3, 9))
    assert count_acts(team.store) == before


def test_who_may_speak_for_whom(team: Review, csv: Callable[[str], Path]) -> None:
    """A person imports what that person said; a coordinator everybody's; a blank name is one's own."""
    path = csv(
        HEAD + "pubmed:99000001,title_abstract,A,include,,\npubmed:99000001,title_abstract,B,include,,\n"
    )
    with pytest.raises(ManyProblems, match="B may not speak for A"):
        import_decisions(team.as_person("B"), path)
    assert votes(team) == set()
    assert import_decisions(team, path).imported == 2
    own = csv(HEAD + "pubmed:99000002,title_abstract,,maybe,,\n")
    import_decisions(team.as_person("D"), own)
    assert {row[3] for row in votes(team, "D")} == {"maybe"}


def test_undo_rows(team: Review, csv: Callable[[str], Path]) -> None:
    """A row with `undo` takes the vote back; rows work in the order of the file."""
    path = csv(HEAD + "99000001,title_abstract,A,include,,\n99000001,title_abstract,A,undo,,\n")
    assert import_decisions(team, path).imported == 2
    assert votes(team) == set()
    assert team.store.value("SELECT count(*) FROM decisions") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("record,stage\n", "the format cannot be told"),
        ("record,stage,vote\n", "the file holds no row"),
        (HEAD + "a,b\n", "2 cells where the head has 6"),
        (HEAD + '"never closed,a,b\n', "never closed"),
    ],
)
def test_a_file_that_is_no_table(team: Review, csv: Callable[[str], Path], text: str, message: str) -> None:
    """What is wrong with the file as a whole is said, with what was expected."""
    with pytest.raises(InputError, match=message):
        import_decisions(team, csv(text))


def test_encoding_and_order_of_columns(team: Review, csv: Callable[[str], Path], tmp_path: Path) -> None:
    """A BOM, CRLF, other order and case of columns are fine; UTF-16 is read too, missing files are named."""
    text = "\ufeffVote,NOTE,Reviewer,Stage,Record\r\ninclude,naïve,A,title_abstract,99000001\r\n"
    assert import_decisions(team, csv(text)).imported == 1
    assert {row[5] for row in votes(team)} == {"naïve"}
    assert import_decisions(team, csv(text, "utf-16")).same == 1
    with pytest.raises(InputError, match="no such file"):
        import_decisions(team, tmp_path / "none.csv")
    with pytest.raises(InputError, match="a folder"):
        import_decisions(team, tmp_path)


def test_resolutions(team: Review, csv: Callable[[str], Path]) -> None:
    """Adjudications and confirmed consensus from a file; an unknown way to settle is named, nothing kept."""
    first, second, *_ = queue(team, "A")
    for record in (first, second):
        say(team, "A", record, INCLUDE)
        say(team, "B", record, EXCLUDE)
    head = "record,stage,outcome,reason,by,how,confirmed_by,why\n"
    wrong = csv(f"{head}{first},title_abstract,include,,C,dice,,why\n")
    with pytest.raises(ManyProblems, match="'dice' is no way to settle"):
        tables_in.import_resolutions(team, wrong)
    good = csv(
        f"{head}{first},title_abstract,include,,C,adjudication,,read\n"
        f"{second},title_abstract,exclude,design,A,consensus,B,talked\n"
    )
    assert tables_in.import_resolutions(team, good) == 2
    assert outcome(team, first) is Outcome.PASSED
    assert records.state(team, second).title_abstract.reason == "design"


def test_retrievals_and_duplicates(team: Review, csv: Callable[[str], Path]) -> None:
    """Retrievals and verdicts on pairs from files."""
    first, second, third, *_ = queue(team, "A")
    agree(team, first)
    path = csv(f"record,status,reviewer,note\n{first},not_retrieved,A,no answer\n")
    assert tables_in.import_retrievals(team, path) == 1
    assert records.state(team, first).retrieval == "not_retrieved"
    pairs = csv(f"a,b,verdict,reviewer\n{second},{third},same,A\n")
    assert tables_in.import_duplicates(team, pairs) == 1
    assert len(queue(team, "D")) == 3
    with pytest.raises(ManyProblems, match="'maybe' is no verdict"):
        tables_in.import_duplicates(team, csv(f"a,b,verdict,reviewer\n{second},{third},maybe,A\n"))


FORMS = """study,reviewer,form,item,field,value
TRIAL,A,effect,1,outcome,OS
TRIAL,A,effect,1,population,all randomised
TRIAL,A,effect,1,treatment,drug
TRIAL,A,effect,1,comparator,placebo
TRIAL,A,effect,1,hr,0.70
TRIAL,A,arm,1,name,drug
TRIAL,A,arm,1,regimen,drug A
TRIAL,A,arm,2,name,placebo
TRIAL,A,arm,2,regimen,placebo
"""


def test_extraction_round_trip(team: Review, csv: Callable[[str], Path]) -> None:
    """Forms go in whatever the order of their rows, and come out as they went in; digits survive."""
    include(team, queue(team, "A")[0], "TRIAL")
    person = team.as_person("A")
    assert tables_in.import_extraction(person, csv(FORMS)) == 3
    text, count = tables_out.extraction_csv(person)
    assert count == 3
    assert ",hr,0.70\n" in text
    before = studies.own_items(person, "TRIAL")
    tables_in.import_extraction(person, csv(text))
    assert {(i.form, i.key): i.values for i in studies.own_items(person, "TRIAL")} == {
        (i.form, i.key): i.values for i in before
    }


def test_extraction_with_blank_reviewer_is_ones_own(team: Review, csv: Callable[[str], Path]) -> None:
    """A blank reviewer is the person who imports, also when the studies are submitted at once."""
    include(team, queue(team, "A")[0], "TRIAL")
    person = team.as_person("A")
    assert tables_in.import_extraction(person, csv(FORMS.replace("TRIAL,A,", "TRIAL,,")), submit=True) == 3
    assert [tuple(row) for row in team.store.rows("SELECT study, actor FROM submitted")] == [("TRIAL", "A")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("TRIAL,A,armed,1,name,drug", "'armed' is no form"),
        ("TRIAL,A,arm,1,colour,red", "'colour' is no field"),
        ("OTHER,A,arm,1,name,drug", "there is no study 'OTHER'"),
        ("TRIAL,A,arm,9,n,12", "not filled in"),
        ("TRIAL,A,study,1,n_randomised,many", "n_randomised"),
    ],
)
def test_extraction_mistakes(team: Review, csv: Callable[[str], Path], line: str, message: str) -> None:
    """A wrong form, field, study or value is named, and none of the file's forms is kept."""
    include(team, queue(team, "A")[0], "TRIAL")
    before = count_acts(team.store)
    with pytest.raises(InputError, match=message):
        tables_in.import_extraction(team.as_person("A"), csv(FORMS + line + "\n"), submit=True)
    assert count_acts(team.store) == before


def test_settlements_of_an_unknown_form(team: Review, csv: Callable[[str], Path]) -> None:
    """A wrong form in a settlement is a mistake with a line, no crash."""
    path = csv("study,form,item,field,value,by,why\nTRIAL,armed,x,n,1,C,read\n")
    with pytest.raises(ManyProblems, match="line 2: 'armed' is no form"):
        tables_in.import_settlements(team, path)


def test_wanted_list(team: Review) -> None:
    """Wanted are reports that passed title/abstract, are open at full text and are not accounted for."""
    first, second, third, fourth, _ = queue(team, "A")
    for record in (first, second, third, fourth):
        agree(team, record)
    retrieval.retrieve(team, first, "retrieved")
    retrieval.retrieve(team, second, "sought")
    retrieval.retrieve(team, third, "not_retrieved", "no answer")
    assert [card.record for card, _ in tables_out.wanted(team)] == [second, fourth]
    retrieval.retrieve(team, second, "sought", "asked the author")
    cards = tables_out.wanted(team)
    ris, table = tables_out.wanted_text(cards, "ris"), tables_out.wanted_text(cards, "csv")
    assert "U2  - 2 attempts, last on 2023-11-14\n" in ris
    assert "U2  - no attempt on record\n" in ris
    assert [e.citation for e in read_bytes(ris.encode(), "w.ris").entries] == [c.fields for c, _ in cards]
    assert [e.citation for e in read_bytes(table.encode(), "w.csv").entries] == [c.fields for c, _ in cards]
    assert [row[-2:] for row in reader(table.splitlines(keepends=True))] == [
        ["attempts", "last_attempt"],
        ["2", "2023-11-14"],
        ["0", ""],
    ]


def test_attempts_are_counted_and_dated(team: Review) -> None:
    """Each 'sought' is an attempt; what was said last is the status; only reports that passed are told."""
    first, second, third, *_ = queue(team, "A")
    for record in (first, second):
        agree(team, record)
    for who, note in (("A", "the library"), ("B", "the author")):
        retrieval.retrieve(team.as_person(who), first, "sought", note)
    retrieval.retrieve(team, first, "not_retrieved", "no answer")
    told = retrieval.retrievals(team)
    assert list(told) == [first, second]
    assert told[second] == retrieval.Retrieval() == retrieval.retrieval_of(team, third)
    assert told[first] == retrieval.retrieval_of(team, first)
    assert told[first] == retrieval.Retrieval(
        "not_retrieved", 2, "2023-11-14", "2023-11-14", "C", "2023-11-14", "no answer"
    )
    assert told[first].attempt_words == "2 attempts, last on 2023-11-14"
    retrieval.retrieve(team, second, "sought")
    assert retrieval.retrieval_of(team, second).attempt_words == "1 attempt, on 2023-11-14"


def test_retrieval_rules(team: Review) -> None:
    """Retrieval starts when title/abstract is passed, and an assessed report was retrieved."""
    first, second, *_ = queue(team, "A")
    with pytest.raises(ReviewError, match="has not passed title/abstract"):
        retrieval.retrieve(team, first, "sought")
    agree(team, first)
    with pytest.raises(ReviewError, match="no retrieval status"):
        retrieval.retrieve(team, first, "lost")
    retrieval.retrieve(team, first, "not_retrieved")
    assert first not in queue(team, "A", FT)
    with pytest.raises(ReviewError, match="its full text was not retrieved"):
        say(team, "A", first, INCLUDE, FT)
    retrieval.retrieve(team, first, "retrieved", "by post")
    agree(team, first, stage=FT)
    with pytest.raises(ReviewError, match="has been assessed"):
        retrieval.retrieve(team, first, "not_retrieved")
    assert records.state(team, first).retrieval == "retrieved"
    assert records.state(team, second).retrieval is None
