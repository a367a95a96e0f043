"""The line of a key, however the TOML is laid out."""

from __future__ import annotations

from screener.protocol.locate import Lines

TEXT = '''\
# [not.a.table]
plain = 1
dotted.key = "[[x]]" # comment with [brackets
"quoted key" = 'it''s'
long = """
[inside]
x = 1 \\"""
"""  # still line 5
list = [
  "]", # ]
  { a = 1 },
]
[one.two]
x = 1
  [[one.rows]]
x = 2
[[one.rows]]
y = { z = "}" }
[one.rows.inner]
deep = 2020-01-01
[[one.rows.more]]
k = \'\'\'a
'b''\'\'\'
k2 = true'''.replace("'it''s'", "'its'")


def test_lines() -> None:
    lines = Lines(TEXT)
    expected = {
        ("plain",): 2,
        ("dotted",): 3,
        ("dotted", "key"): 3,
        ("quoted key",): 4,
        ("long",): 5,
        ("list",): 9,
        ("list", 1, "a"): 9,
        ("one", "two"): 13,
        ("one", "two", "x"): 14,
        ("one", "rows", 0): 15,
        ("one", "rows", 0, "x"): 16,
        ("one", "rows", 1): 17,
        ("one", "rows", 1, "y", "z"): 18,
        ("one", "rows", 1, "inner", "deep"): 20,
        ("one", "rows", 1, "more", 0, "k2"): 24,
        ("absent",): None,
        ("one", "two", "absent"): 13,
    }
    assert {path: lines.line(path) for path in expected} == expected


def test_every_key_that_tomllib_sees_is_found() -> None:
    import tomllib

    def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
        if isinstance(value, dict):
            return [p for k, v in value.items() for p in [(*path, k), *paths(v, (*path, k))]]
        if isinstance(value, list):
            return [p for i, v in enumerate(value) for p in paths(v, (*path, i))]
        return []

    lines = Lines(TEXT)
    texts = TEXT.split("\n")
    for path in paths(tomllib.loads(TEXT)):
        line = lines.line(path)
        assert line is not None or path in [("one",), ("one", "rows")], path
        if line:
            assert texts[line - 1].strip()
