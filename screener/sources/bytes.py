"""From a file to its bytes, block by block: compression, encodings, line ends.

Entries keep the bytes that stood in the file; only what is made of them (the fields) is decoded.
"""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from screener.model.errors import InputError

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Control characters that no text export holds; a few strays (form feed, ^Z) are tolerated.
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x19\x1c-\x1f]")
BLOCK = 1 << 20
HEAD = 1 << 16
LONGEST_LINE = 64 << 20
ZIP = b"PK\x03\x04"

_MAGIC = (
    (b"%PDF", "a PDF"),
    (ZIP, "a zip archive (or a Word or Excel file)"),
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


class Input:
    """A file that is read in blocks, as often as wanted, never as a whole unless somebody asks for `whole`.

    `name` stands for it in errors. What comes out is unpacked (gzip), without a byte order mark, and UTF-8
    where it was UTF-16; bytes of any 8-bit encoding stay as they are, see `text_of`. All members raise
    InputError for a file that is missing, empty, damaged or no text.
    """

    def __init__(self, name: str, open_file: Callable[[], BinaryIO]) -> None:
        self.name = name
        self._open = open_file

    @classmethod
    def of_path(cls, path: Path) -> Input:
        name = str(path)
        data = cls(name, lambda: _opened(path))
        with data._open() as file:
            start = file.read(2)
        if start and path.suffix.lower() == ".gz" and start != _GZIP:
            raise InputError(
                "the name ends in .gz but the file is not gzip", file=name, expected="a gzip file"
            )
        return data

    @classmethod
    def of_bytes(cls, data: bytes, name: str) -> Input:
        return cls(name, lambda: io.BytesIO(data))

    @cached_property
    def start(self) -> bytes:
        """The first 64 kB as they stand (unpacked), text or not."""
        head = b""
        for block in self._unpacked():
            head += block
            if len(head) >= HEAD:
                break
        return head[:HEAD]

    @cached_property
    def head(self) -> bytes:
        """The first 64 kB as clean text."""
        head = b""
        for block in self.blocks():
            head += block
            if len(head) >= HEAD:
                break
        return head[:HEAD]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about the file as a whole."""
        if self.start.startswith(_UTF16):
            return ("the file is UTF-16; its entries are kept as UTF-8",)
        return ()

    def open(self) -> BinaryIO:
        """The file as it lies on the disk (for formats that are no text)."""
        return self._open()

    def whole(self) -> bytes:
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """Clean bytes in blocks of about 1 MB."""
        for magic, what in _MAGIC:
            if self.start.startswith(magic):
                raise InputError(f"this is {what}, not an export", file=self.name, expected=SUPPORTED)
        empty = True
        blocks = self._utf8() if self.start.startswith(_UTF16) else self._unpacked()
        for number, block in enumerate(blocks):
            if number == 0:
                block = block.removeprefix(_BOM)
                head = block[:HEAD]
                if len(_CONTROL.findall(head)) > 0.01 * len(head):
                    raise self._binary()
            if b"\0" in block:
                raise self._binary()
            empty = empty and not block.strip()
            if block:
                yield block
        if empty:
            raise InputError("the file is empty", file=self.name, expected="at least one entry")

    def lines(self) -> Iterator[bytes]:
        """The lines with their ends (CRLF, LF or lone CR, also mixed); joined they give the file again."""
        rest: list[bytes] = []  # the pieces of a line that has not ended yet
        for block in self.blocks():
            # A CR at the very end may be half of a CRLF.
            end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
            if rest and rest[-1].endswith(b"\r") and not end:
                end = 1 if block.startswith(b"\n") else 0
            if not end and not (rest and rest[-1].endswith(b"\r")):
                rest.append(block)
                if len(rest) > LONGEST_LINE // BLOCK:
                    raise InputError(
                        f"a line is longer than {LONGEST_LINE // 1_000_000} MB",
                        file=self.name,
                        expected="an export, line by line",
                    )
                continue
            yield from b"".join((*rest, block[:end])).splitlines(keepends=True)
            rest = [block[end:]] if end < len(block) else []
        yield from b"".join(rest).splitlines(keepends=True)

    def _unpacked(self) -> Iterator[bytes]:
        with self._open() as file:
            first = file.read(BLOCK)
            if first.startswith(_GZIP):
                yield from self._gunzipped(first, file)
                return
            while first:
                yield first
                first = file.read(BLOCK)

    def _gunzipped(self, block: bytes, file: BinaryIO) -> Iterator[bytes]:
        member = zlib.decompressobj(wbits=31)
        try:
            while block:
                # Bounded output: a small file that unpacks to gigabytes is read block by block.
                if out := member.decompress(block, BLOCK):
                    yield out
                block = member.unconsumed_tail
                if member.eof:
                    block = member.unused_data.lstrip(b"\0")
                    if not block:
                        block = file.read(BLOCK).lstrip(b"\0")
                    if block:
                        member = zlib.decompressobj(wbits=31)
                elif not block:
                    block = file.read(BLOCK)
            if not member.eof:
                raise InputError("the gzip file is cut short", file=self.name, expected="a whole gzip file")
        except zlib.error as error:
            raise InputError(
                f"the gzip file is damaged ({error})", file=self.name, expected="a whole gzip file"
            ) from error

    def _utf8(self) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder("utf-16")()
        try:
            for block in self._unpacked():
                yield decoder.decode(block).encode()
            yield decoder.decode(b"", final=True).encode()
        except UnicodeError as error:
            raise InputError(
                "the file starts as UTF-16 but is not", file=self.name, field="encoding", expected="UTF-8"
            ) from error

    def _binary(self) -> InputError:
        return InputError(
            "this is binary data, not text", file=self.name, field="encoding", expected="UTF-8 text"
        )


def _opened(path: Path) -> BinaryIO:
    name = str(path)
    if path.is_dir():
        raise InputError("this is a folder, not a file", file=name, expected="an export file")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError("there is no such file", file=name, expected="an existing file") from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"the file cannot be read ({error})", file=name, expected="a readable file"
        ) from error


SUPPORTED = (
    "PubMed XML or nbib, RIS, EndNote XML or .enw, BibTeX, Web of Science or Cochrane text, CSV, TSV, XLSX,"
    " ClinicalTrials.gov JSON or JSON lines"
)


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
    """The lines of one entry with their ends, as `Input.lines` gives those of a file."""
    return data.splitlines(keepends=True)
