"""PubMed XML: efetch answers, files saved from PubMed, baseline and update files.

The set is cut into articles by their tags and each article is parsed alone. So every article keeps its exact
bytes, one broken article spoils no other, and entities declared in a document type are never known: nothing
is expanded, nothing is fetched.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.pubmed_fields import citation_of

_TAG = re.compile(rb"<(/?)(PubmedArticle|PubmedBookArticle)(?:\s[^<>]*)?/?>")
_NAME = b"Pubmed"  # how the names of these tags begin
# What may stand between articles besides blanks: how it begins and, for most, how it ends.
_BETWEEN = re.compile(
    rb"<\?|<!--|<!DOCTYPE\b|<DeleteCitation\b|\xef\xbb\xbf"
    rb"|<(/?)(?:PubmedArticleSet|PubmedBookArticleSet)(?:\s[^<>]*)?>"
)
_ENDS = {
    b"<?": re.compile(rb"\?>"),
    b"<!--": re.compile(rb"-->"),
    b"<!DOCTYPE": re.compile(rb">"),
    b"<DeleteCitation": re.compile(rb"</DeleteCitation\s*>|(?<=/)>"),
}
_SUBSET_END = re.compile(rb"\]\s*>")
_XMLNS = re.compile(rb"""\sxmlns:\w+\s*=\s*(?:"[^"]*"|'[^']*')""")
_PMID = re.compile(rb"<PMID\b([^>]*)>\s*(\d+)")
_VERSION = re.compile(rb"""\bVersion\s*=\s*["'](\d{1,9})["']""")
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
_ASCII = bytes(range(32, 127))

# Files up to this size are unpacked once, though they are gone through twice.
HELD = 32 << 20
# No article is longer; one with thousands of investigators has about 5 MB.
LONGEST = 64 << 20

# What a piece of a file is, when it is no article and not broken either.
_OTHER = "between articles"
_UNENDED = "an article that the file ends in"

_WELL_FORMED = "a well-formed <PubmedArticle>"
_WHOLE = "a file that ends with </PubmedArticleSet>"


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """All articles of a set, or of several sets joined; of several versions of one PMID the highest."""
    encoding = _declared_encoding(data, note)
    blocks = _Blocks(data, encoding)
    newest = _later_versions(blocks)
    spaces = last = b""
    deleted: list[bytes] = []
    older = 0
    in_set = False
    for raw, problem in _pieces(blocks):
        if problem is None:
            last = raw
            if newest and _is_older(raw, newest):
                older += 1
            else:
                yield Cut(raw, spaces)
        elif problem == _UNENDED:
            raise _cut_short(data, last)
        elif problem == _OTHER:
            for what, found in _between(raw):
                if what == "begin":
                    if in_set:
                        yield Cut(found, None, "a set begins before the one above it has ended", _WHOLE)
                    in_set, spaces = True, b"".join(_XMLNS.findall(found))
                elif what == "end":
                    in_set = False
                elif what == "deleted":
                    deleted += (match[2] for match in _PMID.finditer(found))
                else:
                    yield _broken(found, "text that belongs to no article")
        else:
            yield _broken(raw, problem)
    if in_set:
        raise _cut_short(data, last)
    if older:
        note(f"{older} other version(s) of a PMID in the same file left out; the highest is kept")
    if deleted:
        listed = ", ".join(pmid.decode() for pmid in deleted)
        note(f"{len(deleted)} PMID(s) listed as deleted from PubMed: {listed}")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    try:
        return citation_of(_parse(cut.raw, cut.context, note), options.source or "pubmed")
    except etree.XMLSyntaxError as error:
        problem = f"the article is not well-formed XML ({error.msg})"
    except UnicodeError as error:
        problem = f"the article cannot be read ({error})"
    broken = _broken(cut.raw, problem)
    raise Unreadable(str(broken.problem), None, broken.expected)


def pmid_in(raw: bytes) -> str | None:
    """The PMID of an article that may be broken, if it can be seen."""
    match = _PMID.search(raw)
    return match[2].decode() if match else None


def _broken(raw: bytes, problem: str) -> Cut:
    pmid = pmid_in(raw)
    return Cut(raw, None, f"{problem} (PMID {pmid})" if pmid else problem, _WELL_FORMED)


def _cut_short(data: Input, last: bytes) -> InputError:
    pmid = pmid_in(last)
    return InputError(
        f"the file is cut short after PMID {pmid}" if pmid else "the file is cut short",
        file=data.name,
        entry=f"PMID {pmid}" if pmid else None,
        expected=_WHOLE,
    )


def _declared_encoding(data: Input, note: Note) -> str | None:
    """The encoding that the declaration names, when its bytes have to be turned into UTF-8."""
    declared = _ENCODING.match(data.head)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    # UTF-16 has been turned into UTF-8 before; its declaration is stale.
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii", "utf-16"):
        return None
    note(f"the file is {encoding}; its entries are kept as UTF-8")
    return encoding


class _Blocks:
    """The blocks of a file in UTF-8, to be gone through several times."""

    def __init__(self, data: Input, encoding: str | None) -> None:
        self.name = data.name
        self._data = data
        self._encoding = encoding
        self._held: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        if self._held:
            yield from self._held
            return
        held: list[bytes] = []
        size = 0
        for block in _decoded(self._data, self._encoding):
            size += len(block)
            if size <= HELD:
                held.append(block)
            else:
                held.clear()
            yield block
        self._held = held


def _decoded(data: Input, encoding: str | None) -> Iterator[bytes]:
    if encoding is None:
        yield from data.blocks()
        return
    try:
        if _ASCII.decode(encoding).encode() != _ASCII:
            raise LookupError(encoding)
        decoder = codecs.getincrementaldecoder(encoding)()
        for block in data.blocks():
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()
    except (LookupError, UnicodeError):
        raise InputError(
            f"the file says its encoding is {encoding}, but it cannot be read so",
            file=data.name,
            field="encoding",
            expected="UTF-8",
        ) from None


def _later_versions(blocks: _Blocks) -> dict[bytes, int]:
    """PMIDs of which the file holds a second or later version, with the highest."""
    newest: dict[bytes, int] = {}
    if _all_are_first(blocks):
        return newest
    for raw, problem in _pieces(blocks):
        if problem is None:
            pmid, version = _pmid_and_version(raw)
            if version > max(1, newest.get(pmid, 1)):
                newest[pmid] = version
    return newest


def _all_are_first(blocks: _Blocks) -> bool:
    """True when every PMID in the file, related articles included, is seen to be of the first version. Only
    counts are compared, which costs next to nothing beside reading the file once more."""
    rest = b""
    for block in blocks:
        text = rest + block
        # A tag that the block's end cuts in two is looked at with the next block.
        end = max(text.rfind(b"<"), len(text) - 1000)
        rest = text[end:]
        if text.count(b"<PMID", 0, end) != text.count(b'<PMID Version="1">', 0, end):
            return False
    return True


def _pmid_and_version(raw: bytes) -> tuple[bytes, int]:
    match = _PMID.search(raw)
    version = _VERSION.search(match[1]) if match else None
    return (match[2] if match else b"", int(version[1]) if version else 1)


def _is_older(raw: bytes, newest: dict[bytes, int]) -> bool:
    pmid, version = _pmid_and_version(raw)
    return version < newest.get(pmid, 0)


def _pieces(blocks: _Blocks) -> Iterator[tuple[bytes, str | None]]:
    """The file in pieces that joined give it again, but for blanks: articles, and others with what they are
    or what is wrong with them."""
    buffer = last = b""
    start = done = scan = 0  # places in the buffer: of the open article, behind the last piece, to look from
    open_tag: bytes | None = None
    for block in blocks:
        buffer += block
        while (at := buffer.find(_NAME, scan)) >= 0:
            match = _TAG.match(buffer, at - 1) or _TAG.match(buffer, at - 2)
            if match is None:
                if buffer.find(b">", at) < 0:
                    break  # the tag may go on in the next block
                scan = at + 1
                continue
            begin, end = match.span()
            closing, tag = match[1], match[2]
            if closing and open_tag == tag:
                last = buffer[start:end]
                yield last, None
            elif closing:
                # An end without its start: what led up to it is one bad piece.
                piece = buffer[start if open_tag else done : end].strip()
                yield piece, "an article ends that did not begin"
            elif open_tag:
                yield buffer[start:begin].rstrip(), "the article does not end before the next begins"
            elif not buffer[done:begin].isspace():
                yield buffer[done:begin], _OTHER
            open_tag = None if closing else tag
            start, done, scan = begin, end, end
            if match[0].endswith(b"/>") and not closing:
                yield match[0], None
                open_tag = None
        else:
            scan = max(scan, len(buffer) - len(_NAME) + 1)
        behind = start if open_tag else done
        buffer = buffer[behind:]
        start, done, scan = start - behind, done - behind, max(scan, at) - behind
        if len(buffer) > LONGEST:
            where = f" after PMID {pmid_in(last)}" if last else ""
            raise InputError(
                f"no article ends in {LONGEST >> 20} MB{where}", file=blocks.name, expected="PubMed XML"
            )
    yield (buffer, _UNENDED) if open_tag else (buffer[done:], _OTHER)


def _between(text: bytes) -> Iterator[tuple[str, bytes]]:
    """What stands between articles: 'begin' and 'end' of a set, 'deleted' citations, and the 'stray' rest
    that has no business there. Declarations, document types and comments are passed over."""
    place = 0
    while match := _BETWEEN.search(text, place):
        if stray := text[place : match.start()].strip():
            yield "stray", stray
        place = match.end()
        if ending := _ENDS.get(match[0]):
            # A document type may hold declarations in brackets.
            bracket = text.find(b"[", place) if match[0] == b"<!DOCTYPE" else -1
            if 0 <= bracket < text.find(b">", place):
                place, ending = bracket, _SUBSET_END
            if not (found := ending.search(text, place)):
                place = match.start()
                break
            place = found.end()
            if match[0] == b"<DeleteCitation":
                yield "deleted", text[match.start() : place]
        elif match[1] is not None and not match[0].endswith(b"/>"):
            yield ("end" if match[1] else "begin"), match[0]
    if stray := text[place:].strip():
        yield "stray", stray


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parse(raw: bytes, spaces: bytes, note: Note) -> Any:
    # Prefixes that the set declares are known to its articles.
    wrapped = b"<set" + spaces + b">" + raw + b"</set>" if spaces else raw
    try:
        node = etree.fromstring(wrapped, _parser())
    except etree.XMLSyntaxError as error:
        try:
            raw.decode()
        except UnicodeDecodeError:
            text, odd = text_of(wrapped)
            note(odd or "")
            node = etree.fromstring(text.encode(), _parser())
        else:
            raise error
    return node[0] if spaces else node
