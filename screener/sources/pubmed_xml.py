"""PubMed XML: efetch answers, files saved from PubMed, baseline and update files.

The set is cut into articles by their tags and each article is parsed alone. So every article keeps its exact
bytes, one broken article spoils no other, and entities declared in a document type are never known: nothing
is expanded, nothing is fetched. Field paths and traps: docs/formats.md.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from screener.model.citation import Citation
from screener.model.errors import InputError
from screener.sources.bytes import Input, text_of
from screener.sources.cutting import Cut, Note, Options, Unreadable
from screener.sources.fields import (
    doi_of,
    language_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    unique,
    year_of,
)
from screener.sources.registries import bank_ids, registry_ids

_TAG = re.compile(rb"<(/?)(PubmedArticle|PubmedBookArticle)(?:\s[^<>]*)?>")
_ROOT_END = re.compile(rb"</(?:PubmedArticleSet|PubmedBookArticleSet|MedlineCitationSet)\s*>\s*\Z")
_ROOT = re.compile(rb"<(?:PubmedArticleSet|PubmedBookArticleSet)(\s[^<>]*)?>")
_XMLNS = re.compile(rb"""\sxmlns:\w+\s*=\s*(?:"[^"]*"|'[^']*')""")
# What may stand between articles: declaration, document type (with an internal subset), comments, the root.
_PROLOG = re.compile(
    rb"<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>"
    rb"|</?(?:PubmedArticleSet|PubmedBookArticleSet)(?:\s[^<>]*)?/?>",
    re.DOTALL,
)
_DELETED = re.compile(rb"<DeleteCitation\b.*?</DeleteCitation\s*>|<DeleteCitation\s*/>", re.DOTALL)
_PMID = re.compile(rb"<PMID\b[^>]*>\s*(\d+)")
_LATER = re.compile(rb'<PMID Version="([2-9]|\d{2,4})">(\d+)</PMID>')
_VERSION = re.compile(rb'<PMID Version="(\d+)">(\d+)</PMID>')
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")


def cut(data: Input, options: Options, note: Note) -> Iterator[Cut]:
    """All articles of a set; of several versions of one PMID the highest."""
    encoding = _declared_encoding(data, note)
    newest = _later_versions(data)
    root = _ROOT.search(data.head[:4096])
    spaces = b"".join(_XMLNS.findall(root[1])) if root and root[1] else b""
    deleted: list[str] = []
    older = 0
    for raw, problem in _slices(data, encoding):
        if problem == _BETWEEN:
            deleted += [pmid.decode() for part in _DELETED.findall(raw) for pmid in _PMID.findall(part)]
            if rest := _PROLOG.sub(b"", _DELETED.sub(b"", raw)).strip():
                yield _broken(rest, "text that belongs to no article")
        elif problem:
            yield _broken(raw, problem)
        elif newest and (version := _VERSION.search(raw)) and int(version[1]) < newest.get(version[2], 0):
            older += 1
        else:
            yield Cut(raw, spaces)
    if older:
        note(f"{older} other version(s) of a PMID in the same file left out; the highest is kept")
    if deleted:
        note(f"{len(deleted)} PMID(s) listed as deleted from PubMed: {', '.join(deleted)}")


def _broken(raw: bytes, problem: str) -> Cut:
    pmid = _PMID.search(raw)
    where = f" (PMID {pmid[1].decode()})" if pmid else ""
    return Cut(raw, None, f"{problem}{where}", "a well-formed <PubmedArticle>")


def citation(cut: Cut, options: Options, note: Note) -> Citation:
    try:
        return _citation(_parse(cut.raw, cut.context, note), options.source or "pubmed")
    except etree.XMLSyntaxError as error:
        problem = f"the article is not well-formed XML ({error.msg})"
    except UnicodeError as error:
        problem = f"the article cannot be read ({error})"
    broken = _broken(cut.raw, problem)
    raise Unreadable(str(broken.problem), None, broken.expected)


def _declared_encoding(data: Input, note: Note) -> str | None:
    """The encoding that the declaration names, when its bytes have to be turned into UTF-8."""
    declared = _ENCODING.match(data.head)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    # UTF-16 has been turned into UTF-8 before; its declaration is stale.
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii", "utf-16"):
        return None
    note(f"the file is {encoding}; its entries are kept as UTF-8")
    return encoding


def _later_versions(data: Input) -> dict[bytes, int]:
    """PMIDs of which the file holds a second or later version, with the highest."""
    newest: dict[bytes, int] = {}
    rest = b""
    for block in data.blocks():
        text = rest + block
        for version, pmid in _LATER.findall(text):
            newest[pmid] = max(newest.get(pmid, 0), int(version))
        rest = text[-200:]
    return newest


_BETWEEN = "between"


def _slices(data: Input, encoding: str | None) -> Iterator[tuple[bytes, str | None]]:
    """Pieces of the file with what is wrong with them; _BETWEEN marks what stands between articles."""
    buffer = b""
    start = done = scan = 0  # places in the buffer: of the open article, behind the last piece, to look from
    open_tag: bytes | None = None
    last_pmid: str | None = None
    tail = b""
    for block in _decoded(data, encoding):
        buffer += block
        tail = (tail + block)[-4096:]
        for match in _TAG.finditer(buffer, scan):
            closing, tag = match[1], match[2]
            if not closing:
                if open_tag:
                    yield (
                        buffer[start : match.start()].rstrip(),
                        "the article does not end before the next begins",
                    )
                else:
                    yield buffer[done : match.start()], _BETWEEN
                start, open_tag = match.start(), tag
            elif open_tag == tag:
                raw = buffer[start : match.end()]
                if pmid := _PMID.search(raw):
                    last_pmid = pmid[1].decode()
                yield raw, None
                open_tag = None
            else:
                # An end without its start: what led up to it is one bad piece.
                yield (
                    buffer[start if open_tag else done : match.end()].strip(),
                    "an article ends that did not begin",
                )
                open_tag = None
            done = scan = match.end()
        behind = start if open_tag else done
        buffer = buffer[behind:]
        start, done, scan = start - behind, done - behind, max(scan - behind, len(buffer) - _LONGEST_TAG)
        scan = max(scan, 0)
    whole = _ROOT_END.search(tail) is not None or _ROOT.search(data.head[:4096]) is None
    if open_tag or not whole:
        raise InputError(
            f"the file is cut short after PMID {last_pmid}" if last_pmid else "the file is cut short",
            file=data.name,
            entry=f"PMID {last_pmid}" if last_pmid else None,
            expected="a file that ends with </PubmedArticleSet>",
        )
    yield buffer[done:], _BETWEEN


# No tag of an article is longer; a tag that a block's end cuts in two is looked at again.
_LONGEST_TAG = 1000


def _decoded(data: Input, encoding: str | None) -> Iterator[bytes]:
    if encoding is None:
        yield from data.blocks()
        return
    try:
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


def _parse(raw: bytes, spaces: bytes, note: Note) -> Any:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    wrapped = b"<set" + spaces + b">" + raw + b"</set>" if spaces else raw
    try:
        node = etree.fromstring(wrapped, parser)
    except etree.XMLSyntaxError as error:
        try:
            raw.decode()
        except UnicodeDecodeError:
            text, odd = text_of(wrapped)
            note(odd or "")
            node = etree.fromstring(text.encode(), parser)
        else:
            raise error
    return node[0] if spaces else node


def _text(node: Any) -> str:
    """All text inside, mark-up dropped (i, sub, sup, MathML)."""
    return "" if node is None else "".join(part for part in node.itertext() if isinstance(part, str))


def _citation(node: Any, source: str) -> Citation:
    if node.tag == "PubmedBookArticle":
        return _book(node, source)
    medline = node.find("MedlineCitation")
    article = medline.find("Article") if medline is not None else None
    if medline is None or article is None:
        return Citation(source=source)
    pmid = plain(_text(medline.find("PMID")))
    ids = {
        each.get("IdType"): _text(each)
        for each in reversed(node.findall("PubmedData/ArticleIdList/ArticleId"))
    }
    title = plain(_text(article.find("ArticleTitle"))) or plain(_text(article.find("VernacularTitle")))
    abstract = _abstract(article.find("Abstract"))
    issue = article.find("Journal/JournalIssue")
    journal = article.find("Journal")
    banks = (
        bank_ids(
            _text(bank.find("DataBankName")),
            (_text(number) for number in bank.iterfind("AccessionNumberList/AccessionNumber")),
        )
        for bank in article.iterfind("DataBankList/DataBank")
    )
    elocations = article.findall("ELocationID[@EIdType='doi']")
    return Citation(
        source=source,
        source_key=pmid,
        title=title,
        abstract=abstract,
        authors=_authors(article.find("AuthorList")),
        journal=plain(_find(journal, "Title") or _find(journal, "ISOAbbreviation"))
        or plain(_text(medline.find("MedlineJournalInfo/MedlineTA"))),
        year=_year(issue, article.findall("ArticleDate")),
        volume=plain(_find(issue, "Volume")),
        issue=plain(_find(issue, "Issue")),
        pages=_pages(article.find("Pagination")),
        doi=doi_of(
            ids.get("doi"),
            *(_text(each) for each in elocations if each.get("ValidYN", "Y") == "Y"),
        ),
        pmid=pmid,
        pmcid=pmcid_of(ids.get("pmc"), ids.get("pmcid")),
        registry_ids=unique([number for bank in banks for number in bank] + [*registry_ids(title, abstract)]),
        language=language_of(*(_text(each) for each in article.iterfind("Language"))),
        publication_types=unique(
            plain(_text(each)) for each in article.iterfind("PublicationTypeList/PublicationType")
        ),
        keywords=unique(
            plain(_text(each))
            for path in ("KeywordList/Keyword", "MeshHeadingList/MeshHeading/DescriptorName")
            for each in medline.iterfind(path)
        ),
    )


def _book(node: Any, source: str) -> Citation:
    document = node.find("BookDocument")
    if document is None:
        return Citation(source=source)
    pmid = plain(_text(document.find("PMID")))
    book_title = plain(_find(document, "Book/BookTitle"))
    title = plain(_text(document.find("ArticleTitle"))) or plain(_text(document.find("VernacularTitle")))
    abstract = _abstract(document.find("Abstract"))
    ids = {
        each.get("IdType"): _text(each)
        for path in ("PubmedBookData/ArticleIdList/ArticleId", "BookDocument/ArticleIdList/ArticleId")
        for each in node.iterfind(path)
    }
    people = document.find("AuthorList")
    return Citation(
        source=source,
        source_key=pmid,
        title=title or book_title,
        abstract=abstract,
        authors=_authors(people if people is not None else document.find("Book/AuthorList")),
        journal=book_title if title else None,
        year=_year(document.find("Book"), ()) or year_of(_find(document, "ContributionDate/Year")),
        volume=plain(_find(document, "Book/Volume")),
        pages=_pages(document.find("Pagination")),
        doi=doi_of(ids.get("doi")),
        pmid=pmid,
        pmcid=pmcid_of(ids.get("pmc"), ids.get("bookaccession")),
        registry_ids=registry_ids(title, abstract),
        language=language_of(*(_text(each) for each in document.iterfind("Language"))),
        publication_types=unique(plain(_text(each)) for each in document.iterfind("PublicationType")),
        keywords=unique(plain(_text(each)) for each in document.iterfind("KeywordList/Keyword")),
    )


def _find(node: Any, path: str) -> str | None:
    return None if node is None else _text(node.find(path))


def _abstract(node: Any) -> str | None:
    """Labelled parts as 'LABEL: text', one paragraph each; the copyright line is not the abstract."""
    if node is None:
        return None
    parts = []
    for each in node.iterfind("AbstractText"):
        text = plain(_text(each))
        label = plain(each.get("Label"))
        if text:
            unlabelled = not label or label.upper() == "UNLABELLED"
            parts.append(text if unlabelled else f"{(label or '').rstrip(':')}: {text}")
    return paragraphs("\n".join(parts))


def _authors(node: Any) -> tuple[str, ...]:
    names: list[str | None] = []
    for each in node.iterfind("Author") if node is not None else ():
        # ValidYN "N" marks the wrong spelling of a corrected name, listed beside the right one.
        if each.get("ValidYN") == "N":
            continue
        family = plain(_find(each, "LastName"))
        given = plain(_find(each, "ForeName")) or plain(_find(each, "Initials"))
        suffix = plain(_find(each, "Suffix"))
        if family:
            name = ", ".join(part for part in (family, given) if part)
            names.append(f"{name} {suffix}" if suffix else name)
        else:
            names.append((plain(_find(each, "CollectiveName")) or given or "").strip(" ,;"))
    return tuple(name for name in names if name)


def _year(issue: Any, electronic: Iterable[Any]) -> int | None:
    """The year of the issue ('PubDate', MedlineDate included), else of the electronic publication."""
    return year_of(
        _find(issue, "PubDate/Year"),
        _find(issue, "PubDate/MedlineDate"),
        *(_find(each, "Year") for each in electronic),
    )


def _pages(node: Any) -> str | None:
    printed = plain(_find(node, "MedlinePgn"))
    return printed or pages_of(_find(node, "StartPage"), _find(node, "EndPage"))


def pmid_in(raw: bytes) -> str | None:
    """The PMID of an article that may be broken, if it can be seen."""
    match = _PMID.search(raw)
    return match[1].decode() if match else None
