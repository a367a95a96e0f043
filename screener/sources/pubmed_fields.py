"""The fields of a parsed PubMed article or book chapter. Field paths and traps: docs/formats.md.

Children are gone through once and by their tag, and only where a field is: most of an article's elements
(references, affiliations, grants) are never looked at, which is most of the speed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from screener.model.citation import Citation, Relation
from screener.sources.dates import iso_date
from screener.sources.fields import (
    doi_of,
    language_of,
    orcid_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    unique,
    year_of,
)
from screener.sources.registries import bank_ids, registry_ids

# An element's children by their tag, in their order.
Children = dict[str, list[Any]]


def citation_of(node: Any, source: str) -> Citation:
    """Of a <PubmedArticle> or <PubmedBookArticle> that was parsed without comments; of any other element a
    citation without fields."""
    parts = _children(node)
    if "MedlineCitation" in parts:
        return _article(_children(parts["MedlineCitation"][0]), _down(parts, "PubmedData"), source)
    if "BookDocument" in parts:
        return _book(_children(parts["BookDocument"][0]), _down(parts, "PubmedBookData"), source)
    return Citation(source=source)


def _article(medline: Children, data: Children, source: str) -> Citation:
    article = _down(medline, "Article")
    journal = _down(article, "Journal")
    issue = _down(journal, "JournalIssue")
    pmid = plain(_text(medline, "PMID"))
    title, original = titles(_text(article, "ArticleTitle"), _text(article, "VernacularTitle"))
    abstract = _abstract(article)
    people, orcids = _people(article)
    ids = _ids(data)
    year, printed = _printed(issue)
    electronic = [_date(each) for each in article.get("ArticleDate", ())]
    headings = _headings(medline)
    keywords = [
        plain(_inner(each))
        for group in medline.get("KeywordList", ())
        for each in group
        if each.tag == "Keyword"
    ]
    return Citation(
        source=source,
        source_key=pmid,
        title=title,
        abstract=abstract,
        authors=people,
        journal=plain(_text(journal, "Title") or _text(journal, "ISOAbbreviation"))
        or plain(_text(_down(medline, "MedlineJournalInfo"), "MedlineTA")),
        year=year or year_of(*electronic),
        volume=plain(_text(issue, "Volume")),
        issue=plain(_text(issue, "Issue")),
        pages=_pages(article),
        doi=doi_of(ids.get("doi"), *_locations(article)),
        pmid=pmid,
        pmcid=pmcid_of(ids.get("pmc"), ids.get("pmcid")),
        registry_ids=unique([*_banks(article), *registry_ids(title, abstract)]),
        language=language_of(*(_inner(each) for each in article.get("Language", ()))),
        publication_types=unique(plain(_inner(each)) for each in _list(article, "PublicationTypeList")),
        keywords=unique([*keywords, *headings]),
        original_title=original,
        orcids=orcids,
        published=next(filter(None, electronic), None) or printed,
        entered=_entered(data),
        revised=_date(_first(medline, "DateRevised")),
        subject_headings=headings,
        relations=_relations(medline),
    )


def _book(document: Children, data: Children, source: str) -> Citation:
    book = _down(document, "Book")
    pmid = plain(_text(document, "PMID"))
    book_title = plain(_text(book, "BookTitle"))
    title, original = titles(_text(document, "ArticleTitle"), _text(document, "VernacularTitle"))
    abstract = _abstract(document)
    people, orcids = _people(document if "AuthorList" in document else book)
    ids = _ids(document) | _ids(data)
    year, printed = _printed(book)
    contributed = _date(_first(document, "ContributionDate"))
    return Citation(
        source=source,
        source_key=pmid,
        title=title or book_title,
        abstract=abstract,
        authors=people,
        journal=book_title if title else None,
        year=year or year_of(contributed),
        volume=plain(_text(book, "Volume")),
        pages=_pages(document),
        doi=doi_of(ids.get("doi")),
        pmid=pmid,
        pmcid=pmcid_of(ids.get("pmc"), ids.get("bookaccession")),
        registry_ids=registry_ids(title, abstract),
        language=language_of(*(_inner(each) for each in document.get("Language", ()))),
        publication_types=unique(plain(_inner(each)) for each in document.get("PublicationType", ())),
        keywords=unique(
            plain(_inner(each))
            for group in document.get("KeywordList", ())
            for each in group
            if each.tag == "Keyword"
        ),
        original_title=original,
        orcids=orcids,
        published=contributed or printed,
        entered=_entered(data),
        revised=_date(_first(document, "DateRevised")),
    )


def titles(title: str | None, vernacular: str | None) -> tuple[str | None, str | None]:
    """The title to show and the one in the article's own language, which steps in where there is no other."""
    shown, own = plain(title), plain(vernacular)
    if shown and own and shown.strip("[]. ").lower() == "not available":
        shown = None
    return shown or own, own


def printed_source(text: str | None) -> str | None:
    """Where a related article was printed, without the stops that end it in one format and not in another."""
    return (plain(text) or "").rstrip(" .:;") or None


def _children(node: Any) -> Children:
    found: Children = {}
    for child in node:
        tag = child.tag
        if tag in found:
            found[tag].append(child)
        else:
            found[tag] = [child]
    return found


def _first(parts: Children, tag: str) -> Any:
    found = parts.get(tag)
    return found[0] if found else None


def _list(parts: Children, tag: str) -> Any:
    """The children of the first element of that tag; an empty sequence when there is none."""
    found = parts.get(tag)
    return found[0] if found else ()


def _down(parts: Children, tag: str) -> Children:
    return _children(_list(parts, tag))


def _text(parts: Children, tag: str) -> str | None:
    found = parts.get(tag)
    return _inner(found[0]) if found else None


def _inner(node: Any) -> str | None:
    """All text inside, mark-up dropped (i, sub, sup, MathML)."""
    text: str | None = node.text if not len(node) else "".join(node.itertext())
    return text


def _ids(parts: Children) -> dict[str, str | None]:
    """The identifiers of an article by their kind; the first of a kind."""
    found: dict[str, str | None] = {}
    for each in _list(parts, "ArticleIdList"):
        found.setdefault(each.get("IdType"), _inner(each))
    return found


def _locations(article: Children) -> list[str | None]:
    return [
        _inner(each)
        for each in article.get("ELocationID", ())
        if each.get("EIdType") == "doi" and each.get("ValidYN", "Y") == "Y"
    ]


def _abstract(parts: Children) -> str | None:
    """Labelled parts as 'LABEL: text', one paragraph each; the copyright line is not the abstract."""
    found = []
    for each in _list(parts, "Abstract"):
        if each.tag == "AbstractText" and (text := plain(_inner(each))):
            label = plain(each.get("Label"))
            unlabelled = not label or label.upper() == "UNLABELLED"
            found.append(text if unlabelled else f"{(label or '').rstrip(':')}: {text}")
    return paragraphs("\n".join(found))


def _people(parts: Children) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The authors, and their ORCIDs in the same order ('' for none) when there is any."""
    names: list[str] = []
    orcids: list[str] = []
    for author in _list(parts, "AuthorList"):
        # ValidYN "N" marks the wrong spelling of a corrected name, listed beside the right one.
        if author.tag == "Author" and author.get("ValidYN") != "N" and (named := _person(author)):
            names.append(named[0])
            orcids.append(named[1])
    return tuple(names), tuple(orcids) if any(orcids) else ()


def _person(author: Any) -> tuple[str, str] | None:
    found: dict[str, str | None] = {}
    orcid = None
    for part in author:
        tag = part.tag
        if tag == "Identifier":
            if part.get("Source") == "ORCID":
                orcid = orcid or orcid_of(_inner(part))
        elif (
            tag != "AffiliationInfo" and tag not in found and (tag != "Initials" or not found.get("ForeName"))
        ):
            found[tag] = plain(_inner(part))
    family = found.get("LastName")
    given = found.get("ForeName") or found.get("Initials")
    if family:
        name = f"{family}, {given}" if given else family
        if suffix := found.get("Suffix"):
            name = f"{name} {suffix}"
    else:
        name = (found.get("CollectiveName") or given or "").strip(" ,;")
    return (name, orcid or "") if name else None


def _banks(article: Children) -> Iterable[str]:
    for bank in _list(article, "DataBankList"):
        parts = _children(bank)
        yield from bank_ids(
            _text(parts, "DataBankName") or "",
            (_inner(each) or "" for each in _list(parts, "AccessionNumberList")),
        )


def _headings(medline: Children) -> tuple[str, ...]:
    """The descriptors; what qualifies them ('therapy') stays out."""
    return unique(
        plain(_inner(each))
        for heading in _list(medline, "MeshHeadingList")
        for each in heading
        if each.tag == "DescriptorName"
    )


def _relations(medline: Children) -> tuple[Relation, ...]:
    """Comments and corrections. 'Cites', which older files have, is the list of references and left out."""
    found = []
    for each in _list(medline, "CommentsCorrectionsList"):
        kind = each.get("RefType")
        if kind and kind != "Cites":
            parts = _children(each)
            found.append(
                Relation(kind, plain(_text(parts, "PMID")), printed_source(_text(parts, "RefSource")))
            )
    return tuple(found)


def _pages(parts: Children) -> str | None:
    pagination = _down(parts, "Pagination")
    return pages_of(_text(pagination, "MedlinePgn")) or pages_of(
        _text(pagination, "StartPage"), _text(pagination, "EndPage")
    )


def _printed(issue: Children) -> tuple[int | None, str | None]:
    """The year and the date of an issue or a book."""
    date = _down(issue, "PubDate")
    told = _text(date, "MedlineDate")
    year = _text(date, "Year")
    return year_of(year, told), _iso(year, _text(date, "Month"), _text(date, "Day")) or iso_date(told)


def _date(node: Any) -> str | None:
    if node is None:
        return None
    parts = _children(node)
    return _iso(_text(parts, "Year"), _text(parts, "Month"), _text(parts, "Day"))


def _entered(data: Children) -> str | None:
    """When PubMed made the entry ('entrez'), else when it was shown ('pubmed')."""
    shown = None
    for each in _list(data, "History"):
        status = each.get("PubStatus")
        if status == "entrez" and (made := _date(each)):
            return made
        if status == "pubmed":
            shown = each
    return _date(shown)


@lru_cache(maxsize=10_000)  # the same few days stand in every file thousands of times
def _iso(year: str | None, month: str | None, day: str | None) -> str | None:
    glue = "-" if (month or "").strip().isdigit() else " "
    return iso_date(glue.join(part.strip() for part in (year, month, day) if part))
