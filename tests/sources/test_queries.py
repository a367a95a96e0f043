"""Search strategies in TOML: what is read, what is put together, and errors that name the line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screener.model.errors import InputError
from screener.sources import read_queries, read_query

GOOD = '''database = "pubmed"
platform = "PubMed (NLM)"
kind = "database"
date = 2024-05-31
by = "A. Searcher"
limits = ["English"]
strategy = """
# population
1. colorectal[tiab] OR colon*[tiab]   12,345
2. "liver metastases"[tiab]
   OR hepatic[tiab]
// both
3. #1 AND #2
"""
'''


def written(folder: Path, text: str, name: str = "pubmed.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_everything_is_read(tmp_path: Path) -> None:
    query = read_query(written(tmp_path, GOOD))
    assert (query.id, query.database, query.platform, query.kind) == (
        "pubmed",
        "pubmed",
        "PubMed (NLM)",
        "database",
    )
    assert (query.date, query.by, query.limits) == (date(2024, 5, 31), "A. Searcher", ("English",))
    assert (query.files, query.notes) == ((), None)
    assert query.strategy.startswith("# population\n1. colorectal")
    assert query.term == '(colorectal[tiab] OR colon*[tiab]) AND ("liver metastases"[tiab] OR hepatic[tiab])'


@pytest.mark.parametrize(
    ("strategy", "term"),
    [
        ("colon[ti] AND\\ntrial[ti]", "colon[ti] AND trial[ti]"),
        ("1 colon\\n2 trial\\n3 1 AND 2", "(colon) AND (trial)"),
        ("#1 a\\n#2 b\\n#3 #1 OR #2\\n#4 c\\n#5 #3 NOT #4", "((a) OR (b)) NOT (c)"),
        ("1. a\\n2. #1 AND 2020:2021[dp]", "(a) AND 2020:2021[dp]"),
        ("; note\\n2020:2021[dp] AND a", "2020:2021[dp] AND a"),
    ],
)
def test_term_from_strategy(tmp_path: Path, strategy: str, term: str) -> None:
    head = GOOD[: GOOD.index("strategy")]
    assert read_query(written(tmp_path, f'{head}strategy = "{strategy}"\n')).term == term


def test_term_given_wins(tmp_path: Path) -> None:
    assert read_query(written(tmp_path, GOOD + 'term = "colon[ti]"\n')).term == "colon[ti]"


def test_searches_run_elsewhere(tmp_path: Path) -> None:
    text = GOOD.replace('"pubmed"', '"embase"') + 'files = ["exports/embase.ris"]\nnotes = "by hand"\n'
    query = read_query(written(tmp_path, text, "embase.toml"))
    assert (query.id, query.files, query.term, query.notes) == (
        "embase",
        ("exports/embase.ris",),
        "",
        "by hand",
    )


def test_folder_in_order(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "b.toml")
    written(tmp_path, GOOD, "a.toml")
    written(tmp_path, "no toml", "readme.md")
    assert [query.id for query in read_queries(tmp_path)] == ["a", "b"]
    assert read_queries(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        ('"pubmed"', '"medline"', "database", "line 1"),
        ('"database"', '"search"', "kind", "line 3"),
        ("2024-05-31", '"yesterday"', "date", "line 4"),
        ("2024-05-31", "2024-05-31T10:00:00", "date", "line 4"),
        ('by = "A. Searcher"\n', "", "by", None),
        ('"A. Searcher"', "3", "by", "line 5"),
        ('["English"]', '"English"', "limits", "line 6"),
        ("limits", "limit", "limit", "line 6"),
        ("#1 AND #2", "#1 AND #7", "strategy", "line 7"),
        ('limits = ["English"]', 'files = ["../../etc/passwd"]', "files", "line 6"),
    ],
)
def test_errors_name_file_line_and_key(
    tmp_path: Path, old: str, new: str, field: str, line: str | None
) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_query(path)
    assert (caught.value.file, caught.value.field, caught.value.entry) == (str(path), field, line)
    assert caught.value.expected


def test_broken_toml(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not TOML") as caught:
        read_query(written(tmp_path, 'database = "pubmed"\nplatform = \n'))
    assert caught.value.entry == "line 2"
    with pytest.raises(InputError):
        read_query(tmp_path / "none.toml")


TRIALS = '''database = "clinicaltrials"
platform = "ClinicalTrials.gov"
kind = "register"
date = 2024-05-31
by = "A. Searcher"
strategy = """
query.cond = what stands here is not looked at
"""

[parameters]
"query.intr" = "drug a OR drug b"
"query.cond" = """colorectal cancer
  OR "liver metastases" """
"filter.overallStatus" = ["COMPLETED", "TERMINATED"]
aggFilters = ["results:with", "sex:f"]
'''


def test_parameters_of_a_register(tmp_path: Path) -> None:
    query = read_query(written(tmp_path, TRIALS, "trials.toml"))
    assert query.term.splitlines() == [
        "aggFilters=results:with,sex:f",
        "filter.overallStatus=COMPLETED|TERMINATED",
        'query.cond=colorectal cancer OR "liver metastases"',
        "query.intr=drug a OR drug b",
    ]
    assert query.strategy.startswith("query.cond = what")


def test_parameters_may_be_written_without_quotes(tmp_path: Path) -> None:
    bare = TRIALS.replace('"query.intr"', "query.intr").replace('"query.cond"', "query.cond")
    assert (
        read_query(written(tmp_path, bare, "a.toml")).term
        == read_query(written(tmp_path, TRIALS, "b.toml")).term
    )


@pytest.mark.parametrize(
    ("text", "able"),
    [
        (GOOD, True),
        (GOOD + 'files = ["exports/pubmed.nbib"]\n', False),
        (TRIALS, True),
        (TRIALS.replace("[parameters]", 'files = ["a.json"]\n[parameters]'), False),
        (TRIALS[: TRIALS.index("[parameters]")], False),
        (GOOD.replace('"pubmed"', '"embase"') + 'term = "colon"\n', False),
    ],
)
def test_what_the_program_can_search(tmp_path: Path, text: str, able: bool) -> None:
    assert read_query(written(tmp_path, text)).searchable is able


@pytest.mark.parametrize(
    ("old", "new", "field", "line"),
    [
        ('"query.intr"', '"filter.phase"', "filter.phase", "line 11"),
        ('"query.intr"', "filter.phase", "filter.phase", "line 11"),
        ('"query.intr"', '"pageSize"', "pageSize", "line 11"),
        ('"drug a OR drug b"', '["drug a", "drug b"]', "query.intr", "line 11"),
        ('"drug a OR drug b"', "3", "query.intr", "line 11"),
        ('"drug a OR drug b"', '" "', "query.intr", "line 11"),
        ('"query.cond" = """colorectal cancer', '"query.cond" = 7 #', "query.cond", "line 12"),
        ('"TERMINATED"', '"Terminated"', "filter.overallStatus", "line 14"),
        ('"TERMINATED"', "1", "filter.overallStatus", "line 14"),
        ('"clinicaltrials"', '"embase"', "parameters", "line 10"),
        ('by = "A. Searcher"', 'by = "A. Searcher"\nterm = "colon"', "term", "line 6"),
        (TRIALS[TRIALS.index("[parameters]") :], "[parameters]\n", "parameters", "line 10"),
        (TRIALS[TRIALS.index("[parameters]") :], 'parameters = "query.cond=a"\n', "parameters", "line 10"),
    ],
)
def test_errors_of_parameters_name_line_and_key(
    tmp_path: Path, old: str, new: str, field: str, line: str
) -> None:
    text = TRIALS.replace(old, new, 1)
    if "= 7 #" in new:
        text = text.replace('  OR "liver metastases" """\n', "")
    with pytest.raises(InputError) as caught:
        read_query(written(tmp_path, text))
    assert (caught.value.field, caught.value.entry) == (field, line)
    assert caught.value.expected
