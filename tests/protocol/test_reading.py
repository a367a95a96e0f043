"""review.toml is read as it stands, and every mistake in it is named by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from screener.model.errors import InputError
from screener.model.protocol import ELEMENTS, Role
from screener.model.screening import Stage
from screener.protocol import ProtocolError, parse_protocol, read_protocol

ROOT = Path(__file__).parents[2]

SMALL = """\
[review]
title = "A review"
short_title = "Small"
question = "Does it work?"

[picos]
population = { include = "adults" }
intervention = { include = "a drug", exclude = "", highlight = ["drug*"] }
comparator = { include = "placebo" }
outcomes = { include = "survival" }
study_design = { include = "randomised" }

[limits]
languages = ["English"]
date_from = 2000-01-01
date_to = 2023-07-31

[[limits.sources]]
source = "conferences"
from_year = 2021
reason = "later in full"

[[reviewers]]
id = "AB"
name = "Ann Bee"
roles = ["screener", "coordinator"]

[[reviewers]]
id = "CD"
name = "Cy Dee"
roles = ["screener", "adjudicator"]

[screening.title_abstract]
voters = 2

[screening.full_text]
voters = 2
reason_conflicts = "resolve"

[[reasons.full_text]]
id = "design"
label = "Not randomised"
element = "study_design"

[[outcomes]]
id = "OS"
label = "Overall survival"
measure = "HR"
role = "primary"
small_values = "desirable"

[[populations]]
id = "everybody"
label = "Everybody"

[[population_rules]]
printed = "all randomised"
population = "everybody"
reason = "the trial"

[[population_rules]]
printed = "women"
population = ""
reason = "a part of it"

[[mechanisms]]
id = "drugs"
label = "Drugs"

[[nodes]]
id = "A"
label = "Drug A"
mechanism = "drugs"

[[nodes]]
id = "B"
label = "Placebo"
mechanism = "drugs"

[[regimens]]
printed = "A 10 mg"
node = "A"

[synthesis]
references = ["B", "A"]

[risk_of_bias]
tool = "RoB 1"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    assert isinstance(caught.value, InputError)
    assert all(problem.file == "review.toml" for problem in caught.value.problems)
    return [f"{p.entry}, {p.field}: {p.message} | {p.expected}" for p in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_small_protocol() -> None:
    p = parse_protocol(SMALL)
    assert (p.title, p.registration, p.date_to) == ("A review", None, date(2023, 7, 31))
    assert [c.element for c in p.criteria] == list(ELEMENTS)
    assert p.criteria[1].highlight == ("drug*",)
    assert p.rules[Stage.FULL_TEXT].reason_conflicts == "resolve"
    assert p.rules[Stage.TITLE_ABSTRACT].reason_conflicts == "order"
    assert p.reasons[Stage.TITLE_ABSTRACT] == ()
    assert [r.population for r in p.population_rules] == ["everybody", None]
    assert [r.id for r in p.with_role(Role.ADJUDICATOR)] == ["CD"]
    assert p.references == ("B", "A")
    assert p.text == SMALL


def test_defaults() -> None:
    text = SMALL.replace('reason_conflicts = "resolve"', "").replace("voters = 2", "")
    text = text.replace('tool = "RoB 1"', "").replace('small_values = "desirable"', "")
    p = parse_protocol(text)
    assert p.rules[Stage.FULL_TEXT].voters == 2
    assert p.rules[Stage.FULL_TEXT].reason_conflicts == "order"
    assert p.rob_tool == "RoB 2"
    assert p.outcomes[0].small_values == "desirable"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('question = "D', 'qestion = "D', "unknown key 'qestion'; did you mean 'question'?"),
        ("[synthesis]", "[sinthesis]", "unknown key 'sinthesis'; did you mean 'synthesis'?"),
        ('"screener", "coord', '"screner", "coord', "unknown role 'screner'; did you mean 'screener'?"),
        ('element = "study_design"', 'element = "desing"', "unknown element 'desing'"),
        ('element = "study_design"', 'element = ""', "is missing"),
        ('mechanism = "drugs"', 'mechanism = "drug"', "unknown mechanism 'drug'; did you mean 'drugs'?"),
        ('node = "A"', 'node = "a"', "unknown node 'a'; did you mean 'A'?"),
        ('["B", "A"]', '["B", "X9"]', "unknown node 'X9'"),
        ('population = "everybody"', 'population = "anybody"', "unknown population 'anybody'"),
        ('measure = "HR"', 'measure = "hr"', "unknown measure 'hr'; did you mean 'HR'?"),
        ('tool = "RoB 1"', 'tool = "ROB1"', "unknown tool 'ROB1'; did you mean 'RoB 1'?"),
        ('"resolve"', '"ordre"', "unknown way 'ordre'; did you mean 'order'?"),
        ('id = "CD"', 'id = "ab"', "'ab' is there twice"),
        ('id = "B"', 'id = "A"', "'A' is there twice"),
        ('printed = "women"', 'printed = "All  randomised"', "'All  randomised' is there twice"),
        ('id = "B"', 'id = "5FU"', "'5FU' is not usable as an id"),
        ('id = "B"', 'id = "TAS-102"', "'TAS-102' is not usable as an id"),
        ('id = "CD"', 'id = "C D"', "'C D' is not usable as an id"),
        ('label = "Placebo"', 'label = "=1+1"', "'=1+1' starts with '=', which spreadsheets run"),
        ('label = "Placebo"', r'label = "\tPlacebo"', "starts with '\\t', which spreadsheets run"),
        ('name = "Cy Dee"', r'name = "Cy\nDee"', "line break"),
        ("date_from = 2000", "date_from = 2024", "2024-01-01 is after date_to, 2023-07-31"),
        ("date_to = 2023-07-31", 'date_to = "2023-07-31"', "is a text | a date without quotes"),
        ("date_to = 2023-07-31", "date_to = 2023-07-31T10:00:00", "is a date or time"),
        ("from_year = 2021", "from_year = 21", "is 21 | a whole number"),
        ("from_year = 2021", "from_year = true", "is True | a whole number"),
        ('languages = ["English"]', 'languages = "English"', "is not a list of texts"),
        ('include = "adults"', "include = 18", "is a number | a text in quotes"),
        ("population = { include", "populaton = { include", "unknown key 'populaton'"),
        ("voters = 2", "voters = 3", "3 votes are required | at most 2"),
        ("voters = 2", "voters = 0", "is 0 | a whole number from 1"),
        ('"screener", "adjudicator"', '"screener"', "nobody is adjudicator"),
        ('"screener", "coordinator"', '"screener"', "nobody is coordinator"),
        ('["screener", "adjudicator"]', "[]", "no role | one or more of"),
        ("[[mechanisms]]", "[mechanisms]", "is a table | rows that each start with [[mechanisms]]"),
        ('population = ""\n', "", "is missing | a population"),
    ],
)
def test_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    text = SMALL.replace(old, new, 1)
    found = mistakes(text)
    assert any(message in line for line in found), found
    assert all(line.startswith("line ") for line in found), found


def test_line_is_that_of_the_key() -> None:
    text = SMALL.replace('id = "B"', 'id = "5 FU"').replace('node = "A"', 'node = "C"')
    lines = [line.split(",")[0] for line in mistakes(text)]
    assert lines[0] == f"line {line_of(text, '5 FU')}"
    assert f"line {line_of(text, 'node = ')}" in lines


def test_all_mistakes_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("title =", "titel =", 1).replace('"HR"', '"XR"').replace('"RoB 1"', '"RoB 9"')
    found = mistakes(text)
    assert [line.split(":")[0].split(", ")[1] for line in found] == [
        "review.title",
        "review.titel",
        "outcomes[1].measure",
        "risk_of_bias.tool",
    ]
    with pytest.raises(ProtocolError, match=r"review\.toml: 4 mistakes\n  line 1, review\.title"):
        parse_protocol(text)


def test_a_misspelt_role_is_one_mistake() -> None:
    assert len(mistakes(SMALL.replace('"screener", "coordinator"', '"screener", "cordinator"'))) == 1


@pytest.mark.parametrize("table", ["outcomes", "reasons.full_text"])
def test_what_no_review_can_lack(table: str) -> None:
    start = SMALL.index(f"[[{table}]]")
    end = SMALL.index("\n\n", start) + 2
    assert len(mistakes(SMALL[:start] + SMALL[end:])) == 1


def test_empty_file() -> None:
    fields = {line.split(":")[0].split(", ")[1] for line in mistakes("")}
    assert {"review", "picos", "reviewers", "reasons", "outcomes"} <= fields


def test_single_mistake_fills_the_error() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(SMALL.replace('"RoB 1"', '"RoB 3"'), "here/review.toml")
    assert caught.value.to_dict() == {
        "kind": "input",
        "message": "unknown tool 'RoB 3'; did you mean 'RoB 2'?",
        "file": "here/review.toml",
        "entry": f"line {line_of(SMALL, 'tool =')}",
        "field": "risk_of_bias.tool",
        "expected": "one of RoB 1, RoB 2",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = [", 2), ("a = 1\nb = = 2\n", 2), ("[a]\nx = 1\nx = 2\n", 3), ('a = "\n"', 1)],
)
def test_invalid_toml_names_the_line(text: str, line: int) -> None:
    with pytest.raises(ProtocolError, match="is not valid TOML") as caught:
        parse_protocol(text)
    assert caught.value.entry == f"line {line}"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="no such file") as caught:
        read_protocol(tmp_path / "review.toml")
    assert caught.value.file == str(tmp_path / "review.toml")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_protocol(tmp_path)


def test_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "review.toml"
    path.write_bytes(SMALL.replace("Cy Dee", "Cé Dee").encode("cp1252"))
    with pytest.raises(ProtocolError, match="0xe9 is not UTF-8") as caught:
        read_protocol(path)
    assert caught.value.entry == f"line {line_of(SMALL, 'Cy Dee')}"


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_mark_and_windows_lines(tmp_path: Path, encode: str, newline: str) -> None:
    path = tmp_path / "review.toml"
    path.write_bytes(SMALL.replace("\n", newline).encode(encode))
    assert read_protocol(path).title == "A review"
    path.write_bytes(SMALL.replace("RoB 1", "RoB 3").replace("\n", newline).encode(encode))
    with pytest.raises(ProtocolError) as caught:
        read_protocol(path)
    assert caught.value.entry == f"line {line_of(SMALL, 'tool =')}"


def test_worked_example() -> None:
    p = read_protocol(ROOT / "review.toml")
    assert (len(p.nodes), len(p.mechanisms)) == (23, 6)
    assert [x.id for x in p.populations] == ["liver_metastases", "liver_limited", "multiple_sites"]
    assert [r.id for r in p.with_role(Role.SCREENER)] == ["AK", "YJ"]
    assert [r.id for r in p.with_role(Role.ADJUDICATOR)] == ["MZ"]
    assert p.references == ("CTFU", "BSC")
    assert all(c.include and c.exclude and c.highlight for c in p.criteria)
    placebo = p.node_of("Placebo + BSC")
    assert placebo is not None
    assert placebo.id == "BSC"
    rule = p.population_of("RAS mutant")
    assert rule is not None
    assert rule.population is None
