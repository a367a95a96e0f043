"""What the tags of RIS mean, database by database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from screener.model.citation import Citation
from screener.sources import ris_own
from screener.sources.dates import iso_date
from screener.sources.fields import (
    authors,
    doi_of,
    keywords,
    language_of,
    pages_of,
    paragraphs,
    plain,
    pmcid_of,
    pmid_of,
    split_names,
    unique,
    year_of,
)
from screener.sources.registries import registry_ids
from screener.sources.ris_links import accessions, orcids, relations
from screener.sources.ris_sources import source_of

Tags = Mapping[str, list[str]]

# Where an accession or a registry number may stand. Not N1 and M1: they hold whole reference lists.
_IDS = ("AN", "ID", "CN", "C1", "C2", "C4", "C5", "C6", "C7", "C8", "U1", "U2", "U3", "U4", "U5", "DB")

_REGISTER = re.compile(r"clinicaltrials\.gov|isrctn|who\.int|trialregister")
_ONE_NAME = re.compile(r"(?!.* and )[\w'-]+, [\w. '-]*")
_DIGITS = re.compile(r"\d{4}")
_CONGRESS = re.compile(r"conference|meeting|congress", re.IGNORECASE)

_TYPES = {
    "ABST": "Abstract",
    "BOOK": "Book",
    "CHAP": "Book Chapter",
    "CONF": "Conference Proceeding",
    "CPAPER": "Conference Paper",
    "JOUR": "Journal Article",
    "EJOUR": "Journal Article",
    "INPR": "Article in Press",
    "RPRT": "Report",
    "THES": "Thesis",
    "UNPB": "Unpublished Work",
    "WEB": "Web Page",
    "ELEC": "Electronic Source",
}


def citation(tags: Tags, source: str | None = None) -> Citation:
    """One entry; `source` overrules the database its tags speak of."""
    if ris_own.is_own(tags):
        return ris_own.citation(tags, source)
    known = source or source_of(tags)
    urls = _all(tags, "UR", "L2", "LK", "L1")
    ovid = any("ovid" in url for url in urls)
    title = plain(_first(tags, "TI", "T1", "CT")) or (
        plain(_first(tags, "BT")) or plain(_first(tags, "ST")) or plain(_first(tags, "TT"))
    )
    abstract = paragraphs(_first(tags, "AB", "N2"))
    pmid = _pmid(tags, known, urls)
    named = _all(tags, *_IDS)
    registers = [url for url in urls if _REGISTER.search(url)]
    # The entry of a register is about one trial; its text may speak of others.
    in_text = () if known == "clinicaltrials" else (title, abstract)
    types = _types(tags, known)
    names = authors(_names(tags))
    terms = keywords(_all(tags, "KW", "DE"))
    year = year_of(*_all(tags, "PY", "Y1", "DA"))
    return Citation(
        source=known,
        source_key=_accession(tags, known, urls, pmid),
        title=title,
        abstract=abstract,
        authors=names,
        journal=_journal(tags, title, ovid),
        year=year,
        volume=plain(_first(tags, "VL")),
        issue=plain(_first(tags, "IS", "CP")),
        pages=_pages(tags),
        doi=doi_of(
            *tags.get("DO", ()),
            *tags.get("DI", ()),
            *tags.get("L3", ()),
            *(v for v in tags.get("M3", ()) if v.lower().startswith(("10.", "doi", "http"))),
            *(url for url in urls if "doi.org/" in url.lower() or "id=doi:" in url.lower()),
        ),
        pmid=pmid,
        pmcid=pmcid_of(*tags.get("C2", ()), *(url for url in urls if "/pmc/" in url.lower())),
        registry_ids=registry_ids(*named, *registers, *in_text),
        language=language_of(*tags.get("LA", ())),
        publication_types=types,
        keywords=terms,
        original_title=_original_title(tags, title, known, ovid),
        orcids=orcids(tags.get("AI", ()), names),
        accessions=accessions([*named, *_also_numbered(tags, known)], urls, known),
        published=_published(tags, year),
        entered=_entered(tags, known),
        revised=_noted_date(tags, "Date revised") if known == "proquest" else None,
        # Where the database's keywords are those of its vocabulary (Emtree, MeSH, APA Thesaurus).
        subject_headings=terms if ovid or known in ("embase", "central") else (),
        conference=_conference(tags, known, title, types),
        relations=relations(*tags.get("T3", ()), *(tags.get("N1", ()) if ovid else ())),
    )


def _all(tags: Tags, *wanted: str) -> list[str]:
    return [value for tag in wanted for value in tags.get(tag, ())]


def _first(tags: Tags, *wanted: str) -> str | None:
    for tag in wanted:
        for value in tags.get(tag, ()):
            if value:
                return value
    return None


def _search(pattern: str, values: list[str]) -> str | None:
    for value in values:
        if match := re.search(pattern, value, re.IGNORECASE):
            return match[1]
    return None


def _pmid(tags: Tags, source: str, urls: list[str]) -> str | None:
    """Embase.com C5, Scopus and Web of Science C2, Cochrane 'PUBMED n', PubMed itself AN or ID, or a link."""
    if (own := _first(tags, "PM", "C5")) and (pmid := pmid_of(own)):
        return pmid
    if source == "pubmed":
        for value in _all(tags, "AN", "ID"):
            if pmid := pmid_of(value):
                return pmid
    if source in ("scopus", "wos") and (found := _search(r"^(\d{7,8})$", list(tags.get("C2", ())))):
        return found
    named = _all(tags, "AN", "C1", "C2", "C3", "C7", "C8", "ID", "U5")
    if found := _search(r"\b(?:PUBMED|PMID)[\s:]+0*([1-9]\d{0,8})\b", named):
        return found
    return _search(
        r"(?:ncbi\.nlm\.nih\.gov/pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/|list_uids=)0*([1-9]\d{0,8})\b", urls
    )


def _accession(tags: Tags, source: str, urls: list[str], pmid: str | None) -> str | None:
    """The database's own number. A reference manager's counter (ID 369) is none: it would clash."""
    numbers = _all(tags, "AN", "ID", "UT", "U2", "C7", "CN")
    rules: dict[str, Callable[[], str | None]] = {
        "pubmed": lambda: pmid,
        "embase": lambda: (
            _search(r"^(L\d{5,12})$", [*tags.get("U2", ()), *numbers])
            or _search(r"[?&]id=(L\d{5,12})", urls)
            or _search(r"^(\d{8,12})$", _all(tags, "AN", "ID"))
        ),
        "central": lambda: _search(r"\b(CN-\d{6,9})\b", [*numbers, *urls, *tags.get("DO", ())]),
        "cdsr": lambda: _search(r"\b(CD\d{6}|MR\d{6})\b", [*numbers, *tags.get("DO", ()), *urls]),
        "scopus": lambda: _search(r"\b(2-s2\.0-\d+)", [*numbers, *urls]),
        "wos": lambda: _search(r"\b(WOS:[A-Z0-9]+)", numbers),
        "psycinfo": lambda: _search(r"\b(\d{4}-\d{5}-\d{3})\b", [*numbers, *urls]),
        "proquest": lambda: _search(r"docview/(\d+)", urls) or _search(r"^(\d+)\b", list(tags.get("AN", ()))),
        "clinicaltrials": lambda: next(
            iter(number for number in registry_ids(*numbers, *urls) if number.startswith("NCT")), None
        ),
    }
    if source in rules and (key := rules[source]()):
        return key
    return plain(_first(tags, "AN"))


def _names(tags: Tags) -> list[str]:
    """AU, else A1, else the editors; Ovid puts all names of a CENTRAL entry in one line.

    The number that CENTRAL gives as the author of a register's entry is no name.
    """
    values = tags.get("AU") or tags.get("A1") or tags.get("A2") or ()
    names: list[str] = []
    for value in values:
        # 'Family, Given' is most of them, and nothing to take apart.
        names.extend((value,) if _ONE_NAME.fullmatch(value) else split_names(value))
    return [name for name in names if not (_DIGITS.search(name) and registry_ids(name))]


def _journal(tags: Tags, title: str | None, ovid: bool) -> str | None:
    for tag in ("JF", "JO", "T2", "JA", "J2", "BT", "JI", "J9", "T3"):
        # Ovid's T2 is the title in its own language, T3 may be an erratum.
        if tag == "T2" and ovid:
            continue
        for value in tags.get(tag, ()):
            text = plain(value)
            if text and text != title and not text.startswith("["):
                return text
    return None


def _also_numbered(tags: Tags, source: str) -> list[str]:
    """Cochrane names other databases in C3, Rayyan in the notes it takes over."""
    if source == "central":
        return list(tags.get("C3", ()))
    return tags.get("N1", [])[:3] if source == "other" else []


def _original_title(tags: Tags, title: str | None, source: str, ovid: bool) -> str | None:
    found = plain(_first(tags, "TT"))
    if not found and ovid and source != "central":
        found = plain(_first(tags, "T2"))
    return found if found != title else None


def _conference(tags: Tags, source: str, title: str | None, types: tuple[str, ...]) -> str | None:
    """The congress: T3 in Embase, C3 or CT, or what the entry of a conference paper stands in."""
    wanted = []
    if source not in ("central", "wos"):
        wanted.append("C3")
    if tags.get("TI") or tags.get("T1"):
        wanted.append("CT")
    if source == "embase" or (source != "other" and any(_CONGRESS.search(each) for each in types)):
        wanted.append("T3")
    if (_first(tags, "reference_type") or "").strip().upper() in ("CONF", "CPAPER"):
        wanted += ["T2", "BT"]
    found = (plain(value) for value in _all(tags, *wanted))
    return next((text for text in found if text and text != title and not text.startswith("[")), None)


def _published(tags: Tags, year: int | None) -> str | None:
    """The date that is told best of those in the year of publication."""
    found = [date for value in _all(tags, "PY", "Y1", "DA") if (date := iso_date(value, year))]
    return max(found, key=len) if year and found else None


def _entered(tags: Tags, source: str) -> str | None:
    """Embase.com's entry dates (the earlier one), what EndNote keeps of PubMed's, ProQuest's note."""
    if source == "embase":
        return min((date for value in _all(tags, "U3", "U4") if (date := iso_date(value))), default=None)
    if source == "pubmed" and tags.get("DP"):
        return iso_date(_first(tags, "ET"))
    return _noted_date(tags, "Date created") if source == "proquest" else None


def _noted_date(tags: Tags, name: str) -> str | None:
    """ProQuest: 'N1  - Date revised - 2019-05-03'."""
    values = (value for value in tags.get("N1", ()) if value.startswith(name))
    return next((iso_date(value.rpartition(" - ")[2]) for value in values), None)


def _pages(tags: Tags) -> str | None:
    printed = pages_of(_first(tags, "SP"), _first(tags, "EP"))
    # An article number stands in for pages where there are none (Scopus C7, Web of Science AR).
    return printed or pages_of(_first(tags, "AR")) or _search(r"^(e?\d{3,10})$", list(tags.get("C7", ())))


def _types(tags: Tags, source: str) -> tuple[str, ...]:
    """The database's own words (M3, DT), else what TY says. A congress name makes a conference abstract."""
    found: list[str | None] = []
    for value in _all(tags, "M3", "DT"):
        # PsycINFO keeps its classification in M3, EndNote old DOIs.
        if source != "psycinfo" and not value.lower().startswith(("10.", "http", "doi")):
            found.extend(plain(part) for part in value.split(";"))
    if not any(found) and (kind := _first(tags, "reference_type")):
        found.append(_TYPES.get(kind.strip().upper()))
    congress = _first(tags, "T3")
    said = any("conference" in (each or "").lower() or "meeting" in (each or "").lower() for each in found)
    if source == "embase" and congress and not said and not congress.startswith("["):
        found.append("Conference Abstract")
    return unique(found)
