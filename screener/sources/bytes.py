"""From a path to bytes, and from bytes to text: compression, encodings, line ends.

Entries keep the bytes that stood in the file; only what is made of them (the fields) is decoded.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from screener.model.errors import InputError

# A line and its end; lone CR ends a line too (Cochrane, Web of Science).
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters that no text export holds; a few strays (form feed, ^Z) are tolerated.
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x19\x1c-\x1f]")

_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (or a Word or Excel file)"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
)


def load(path: Path) -> bytes:
    """The bytes of a file, unpacked when gzip; a missing, empty or damaged file is an InputError."""
    name = str(path)
    if path.is_dir():
        raise InputError("this is a folder, not a file", file=name, expected="an export file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", file=name, expected="an existing file") from None
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror})", file=name, expected="a readable file"
        ) from error
    if data and path.suffix.lower() == ".gz" and not data.startswith(_GZIP):
        raise InputError("the name ends in .gz but the file is not gzip", file=name, expected="a gzip file")
    return unpack(data, name)


def unpack(data: bytes, name: str) -> bytes:
    """Gunzips what is gzip by its first bytes, whatever it is called."""
    if data.startswith(_GZIP):
        data = _gunzip(data, name)
    if not data.strip():
        raise InputError("the file is empty", file=name, expected="at least one entry")
    return data


def _gunzip(data: bytes, name: str) -> bytes:
    parts = []
    try:
        while data:
            member = zlib.decompressobj(wbits=31)
            parts.append(member.decompress(data) + member.flush())
            if not member.eof:
                raise InputError("the gzip file is cut short", file=name, expected="a whole gzip file")
            data = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InputError(
            f"the gzip file is damaged ({error})", file=name, expected="a whole gzip file"
        ) from error
    return b"".join(parts)


def plain_utf8(data: bytes, name: str) -> tuple[bytes, tuple[str, ...]]:
    """Without a byte order mark, and UTF-16 turned into UTF-8; binary data is an InputError.

    Gives the bytes and notes. Bytes of any 8-bit encoding stay as they are: see `text_of`.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"this is {what}, not an export", file=name, expected=SUPPORTED)
    notes: tuple[str, ...] = ()
    if data.startswith(_UTF16):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError as error:
            raise InputError(
                "the file starts as UTF-16 but is not", file=name, field="encoding", expected="UTF-8"
            ) from error
        notes = ("the file is UTF-16; its entries are kept as UTF-8",)
    data = data.removeprefix(_BOM)
    if not data.strip():
        raise InputError("the file is empty", file=name, expected="at least one entry")
    if b"\0" in data or len(_CONTROL.findall(data[:65536])) > 0.01 * len(data[:65536]):
        raise InputError("this is binary data, not text", file=name, field="encoding", expected="UTF-8 text")
    return data, notes


SUPPORTED = "PubMed XML, PubMed nbib, RIS, CSV or ClinicalTrials.gov JSON"


def text_of(raw: bytes) -> tuple[str, str | None]:
    """The text of one entry, and what was odd about its encoding.

    UTF-8; else, when the bytes above 127 are mostly good UTF-8, UTF-8 with marks in place of the bad
    ones; else Windows-1252. Told entry by entry, so that one odd entry does not garble its file.
    """
    try:
        return raw.decode(), None
    except UnicodeDecodeError:
        pass
    text = raw.decode(errors="replace")
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    if good > broken:
        return text, f"{broken} unreadable byte(s) in UTF-8 text"
    return raw.decode("cp1252", errors="replace"), "not UTF-8; read as Windows-1252"


def lines_of(data: bytes) -> list[bytes]:
    """The lines with their ends (CRLF, LF or lone CR, also mixed); joined they give `data` again."""
    return _LINE.findall(data)
