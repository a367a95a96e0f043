"""Writing an export: whole files, inside the folder, over nothing unasked; and lazy drawing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from screener.handoff.files import write_files
from screener.model.errors import ReviewError


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    paths = write_files(tmp_path, {"OS/all/a.csv": b"x\n", "b.txt": b""})
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == ["OS/all/a.csv", "b.txt"]
    assert (tmp_path / "OS/all/a.csv").read_bytes() == b"x\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["OS", "a.csv", "all", "b.txt"]


def test_nothing_is_overwritten_unasked_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"old")
    with pytest.raises(ReviewError, match="already there"):
        write_files(tmp_path, {"a.txt": b"new", "b.txt": b"new"})
    assert not (tmp_path / "a.txt").exists()
    write_files(tmp_path, {"b.txt": b"new"}, overwrite=True)
    assert (tmp_path / "b.txt").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../a", "/a", "", "a/../../b", "a\\b"])
def test_no_path_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReviewError, match="not a path inside"):
        write_files(tmp_path / "out", {name: b""})


def test_matplotlib_is_not_loaded_until_a_png_is_drawn() -> None:
    code = "import sys, screener.handoff.flow_png; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
