"""The only module of the hand-off that touches the disk: files are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from screener.model.errors import InputError, ReviewError


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
        write_file(path, content)
    return targets


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
        raise ReviewError(f"{name!r} is not a path inside the export folder")
    return path


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises InputError if its folder is not there or may not be written."""
    write_stream(path, (content,))


def write_stream(path: Path, pieces: Iterable[bytes]) -> None:
    """As `write_file`, piece by piece; what fails while a piece is made leaves the file as it was."""
    refuse_missing_folder(path)
    if path.is_symlink():
        path = path.resolve()
        refuse_missing_folder(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        # A device or a pipe is written to, not replaced.
        with _saying(path), path.open("wb") as out:
            for piece in pieces:
                out.write(piece)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with _saying(path):
            out = temporary.open("wb")
        with out:
            for piece in pieces:
                with _saying(path):
                    out.write(piece)
            with _saying(path):
                out.flush()
                os.fsync(out.fileno())
        with _saying(path):
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the file cannot be written ({error.strerror})",
            file=str(path),
            expected="write permission and space",
        ) from error


def refuse_missing_folder(path: Path) -> None:
    """Say that a file's folder is not there, before any work is done for it."""
    if not path.parent.is_dir():
        raise InputError("the folder is not there", file=str(path), expected="a folder that exists")
