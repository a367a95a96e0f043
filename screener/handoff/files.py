"""The only module of the hand-off that touches the disk: it writes a dict of relative path to bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from screener.model.errors import ReviewError


def write_files(folder: Path, files: Mapping[str, bytes], *, overwrite: bool = False) -> list[Path]:
    """Write every file below `folder`, each whole or not at all; return the paths in order.

    Raises ReviewError, before anything is written, if a path leaves the folder or, unless `overwrite`,
    if a file is already there.
    """
    targets = [folder / _inside(name) for name in files]
    if not overwrite:
        there = [path for path in targets if path.exists()]
        if there:
            raise ReviewError(f"{len(there)} files are already there, e.g. {there[0]}", file=str(folder))
    for path, content in zip(targets, files.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)
    return targets


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
        raise ReviewError(f"{name!r} is not a path inside the export folder")
    return path


def _write_whole(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
