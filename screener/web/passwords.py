"""Who may log in to a served review.

The hashes belong to the computer and account that serve, not to the review: they are kept in the configuration
of that account, one file per review, so that no copy, backup, export or repository of the review can hold them.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
import tomllib
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from platformdirs import user_config_path

from screener.model.errors import InputError, StoreError

SHORTEST = 10  # characters
LONGEST = 256

_HASHER = PasswordHasher()  # argon2id with the library's parameters (RFC 9106, low memory)
# What is checked for a name without a password, so that the answer takes as long. Made at first use.
_nobody: str | None = None


def logins_path(folder: Path) -> Path:
    """Where the passwords for the review in this folder are."""
    place = str(folder.resolve())
    short = hashlib.sha256(place.encode()).hexdigest()[:12]
    return user_config_path("screener") / "logins" / f"{folder.resolve().name}-{short}.toml"


class Logins:
    """The passwords of one review's reviewers; read from the file at every question, so that changes count at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.path = logins_path(folder)

    def hashes(self) -> dict[str, str]:
        """Reviewer to hash. Raises StoreError if the file is damaged, or open to others."""
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                found = tomllib.load(file).get("passwords", {})
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(
                f"the passwords cannot be read ({type(error).__name__})",
                file=str(self.path),
                expected="a file written by `screener login set`; delete it and set the passwords anew",
            ) from error
        if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
            raise StoreError(
                "other accounts of this computer can open the passwords",
                file=str(self.path),
                expected="mode 0600 (chmod 600)",
            )
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise StoreError("the passwords are damaged", file=str(self.path), expected="text per reviewer")
        return dict(found)

    def set(self, reviewer: str, password: str) -> None:
        """Keep a reviewer's password. Raises InputError if it is too short or too long."""
        text = _same(password)
        if not SHORTEST <= len(text) <= LONGEST:
            raise InputError(
                "the password is too " + ("short" if len(text) < SHORTEST else "long"),
                expected=f"{SHORTEST} to {LONGEST} characters; some words in a row are good",
            )
        self._write({**self.hashes(), reviewer: _HASHER.hash(text)})

    def remove(self, reviewer: str) -> bool:
        """Take a reviewer's password away; False if there was none."""
        hashes = self.hashes()
        if hashes.pop(reviewer, None) is None:
            return False
        self._write(hashes)
        return True

    def check(self, reviewer: str, password: str) -> str | None:
        """The hash if the password is right, else None; takes as long for a name that has no password."""
        global _nobody
        if _nobody is None:
            _nobody = _HASHER.hash(os.urandom(16))
        known = self.hashes().get(reviewer)
        try:
            _HASHER.verify(known or _nobody, _same(password))
        except (Argon2Error, InvalidHashError):
            return None
        return known

    def _write(self, hashes: dict[str, str]) -> None:
        """Replace the file in one step; from the first byte it is its owner's only."""
        lines = [f"review = {json.dumps(str(self.folder))}", "", "[passwords]"]
        lines += [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in sorted(hashes.items())]
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent)  # mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write("\n".join(lines) + "\n")
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(
                f"the passwords cannot be written ({error.strerror})",
                file=str(self.path),
                expected="a folder that you may write",
            ) from error


def _same(password: str) -> str:
    """One spelling for what keyboards type differently."""
    return unicodedata.normalize("NFKC", password)
