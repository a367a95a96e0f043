"""One reference of a list: its identifiers, and its parts as far as they are sure.

The styles known are those of Vancouver, AMA, Lancet, Nature, Elsevier, APA, Harvard, Chicago, MLA, IEEE and
GB/T 7714. What a pattern does not tell for certain stays None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screener.sources.fields import doi_of, pmcid_of
from screener.sources.registries import registry_ids


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference as printed. `number` counts from 1; `label` is its mark, such as '[12]' or '12.'.

    `text` is one line without the mark. `first_author` is a family name and initials ('Smith JA') or a name as
    it stands; `journal` is as printed, often an abbreviation.
    """

    number: int
    label: str | None
    text: str
    pmid: str | None = None
    doi: str | None = None
    pmcid: str | None = None
    registry_ids: tuple[str, ...] = ()
    first_author: str | None = None
    year: int | None = None
    title: str | None = None
    journal: str | None = None
    volume: str | None = None
    first_page: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "label": self.label,
            "text": self.text,
            "pmid": self.pmid,
            "doi": self.doi,
            "pmcid": self.pmcid,
            "registry_ids": list(self.registry_ids),
            "first_author": self.first_author,
            "year": self.year,
            "title": self.title,
            "journal": self.journal,
            "volume": self.volume,
            "first_page": self.first_page,
        }


def reference(number: int, label: str | None, text: str, lines: Sequence[str]) -> Reference:
    """`text` is the reference in one line, `lines` the same as it was broken in the list."""
    clean = straight(text)
    # A DOI is put together from the lines; the other identifiers hold no stops and survive in `clean`.
    return Reference(
        number,
        label,
        text,
        pmid=_pmid(clean),
        doi=doi_of(_mended(lines)),
        pmcid=pmcid_of(clean) or _bare_pmcid(clean),
        registry_ids=registry_ids(clean),
        **_parts(clean),
    )


# Text --------------------------------------------------------------------------------------------

# Full-width digits, letters and brackets, and all dashes and quotes: one character for one.
_STRAIGHT = {0xFF01 + n: 0x21 + n for n in range(94)} | str.maketrans(
    "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"
    "\u2010\u2011\u2012\u2013\u2014\u2212"
    "\u201c\u201d\u201e\u00ab\u00bb"
    "\u2018\u2019\u02bc\u2032"
    "【〔】〕。",
    " " * 8 + "-" * 6 + '"' * 5 + "'" * 4 + "[[]].",
)


def straight(text: str) -> str:
    """The text in ASCII digits, brackets and signs, as long as before; every character keeps its place."""
    return text.translate(_STRAIGHT)


def joined(lines: Sequence[str]) -> str:
    """One line; a word or number that was broken after its hyphen is put together, the hyphen kept."""
    text = ""
    for line in lines:
        part = " ".join(line.split())
        if not part:
            continue
        broken = re.search(r"\w[-\u2010\u2013]$", text) and part[0].isalnum()
        text += part if broken or not text else f" {part}"
    return text


# Identifiers -------------------------------------------------------------------------------------

_PMID = re.compile(
    r"(?:\bPMID|\bPubMed\s*(?:PMID|ID|Central ID)?)\s*[:.#=-]?\s*([1-9]\d{0,7})(?!\d|\.\d)"
    r"|ncbi\.nlm\.nih\.gov/(?:m/)?(?:pubmed/)?(?:\?term=)?([1-9]\d{0,7})\b"
    r"|\blist_uids=([1-9]\d{0,7})\b",
    re.IGNORECASE,
)
_PMCID = re.compile(r"\bPMC(?:ID)?\s*[:#-]\s*(\d{5,9})\b", re.IGNORECASE)


def _pmid(text: str) -> str | None:
    match = _PMID.search(text)
    return next(group for group in match.groups() if group) if match else None


def _bare_pmcid(text: str) -> str | None:
    match = _PMCID.search(text)
    return f"PMC{match[1]}" if match else None


_OPEN_URL = re.compile(r"(?:https?:(?:/{0,2})|(?:dx\.)?doi\.?(?:org/?)?:?|(?:https?://)?(?:dx\.)?doi\.org/)$", re.I)
_OPEN_DOI = re.compile(r"10\.(?:\d{0,9}|\d{4,9}/\S*)$")
_TAIL = re.compile(r"[a-z0-9(][\w.()/<>;:-]*", re.IGNORECASE)
_NO_TAIL = re.compile(
    r"\(?(?:18|19|20)\d\d(?:[;:. )]|$)|\((?!\d)|pm(?:c?id|c\d)|nct\d|epub|https?:|\d+\s*[;(:]|doi|accessed|\d+\.?$(?<!\d\.\d)",
    re.IGNORECASE,
)
_SPACED = (
    (re.compile(r"(https?):\s*//\s*"), r"\1://"),
    (re.compile(r"doi\s*\.\s*org\s*/\s*", re.IGNORECASE), "doi.org/"),
    (re.compile(r"(?<![\d.])(10\.\d{4,9})\s*/\s*(?=\S)"), r"\1/"),
)


def _mended(lines: Sequence[str]) -> str:
    """The lines in one, with DOIs that the line's end broke put together."""
    text = ""
    for line in lines:
        part = " ".join(straight(line).split())
        if not part:
            continue
        text += part if not text or _is_broken(text, part) else f" {part}"
    for pattern, whole in _SPACED:
        text = pattern.sub(whole, text)
    return text


def _is_broken(text: str, part: str) -> bool:
    """Whether the DOI or address at the end of a line goes on in the next."""
    last = text.rsplit(" ", 1)[-1]
    if last.lower().endswith(("http:", "https:", "http:/", "https:/", "http://", "https://", "doi.org/", "doi.")):
        return True
    start = last.find("10.")
    if start < 0 or not _OPEN_DOI.search(last[start:]) or not (token := _TAIL.match(part)):
        return False
    doi = last[start:]
    _, slash, suffix = doi.partition("/")
    if not slash or not suffix or suffix[-1] in "/-_(:<" or suffix.count("(") > suffix.count(")"):
        return True
    if _NO_TAIL.match(part):
        return False
    has_digit = any(ch.isdigit() for ch in token[0])
    if suffix.endswith("."):
        # 'j.' at a line's end is half a DOI; 'j.ejca.2017.' may be the end of the sentence.
        return not any(ch.isdigit() for ch in suffix) or (has_digit and not token[0][0].isupper())
    return has_digit and not token[0][0].isupper()


# Parts -------------------------------------------------------------------------------------------

_Y = r"(?P<year>(?:18|19|20)\d\d)"
_VOL = r"(?P<volume>[A-Z]{0,2}\d{1,5}[A-Za-z]?)"
_ISSUE = r"(?:\s*(?:Suppl?\.?|Pt)[ .]*\w*)?(?:\s*\([^()]{0,40}\))?(?:\s*(?:Suppl?\.?|Pt)[ .]*\w*)?"
_PAGE = r"(?:pp?\.?\s*|Article\s*|Art\.?\s*(?:no\.?)?\s*)?(?P<page>[A-Za-z]{0,3}\d+[A-Za-z]?)(?![\w/])"
_MONTH = r"(?:[A-Z][a-z]{2,8}\.?(?:[-/][A-Z][a-z]{2,8}\.?)?|Spring|Summer|Autumn|Fall|Winter)"
_NO = r"(?:,?\s*(?:no\.?|issue)\s*[\w/-]+)?"

# Where the journal ends and the numbers begin; the first that fits tells the style.
_SOURCES = (
    ("gbt", rf"\[J(?:/OL)?\]\s*[.,:]?\s*(?P<journal>[^\[\]]{{2,120}}?)[,.]\s*{_Y}(?:,\s*{_VOL})?{_ISSUE}\s*:\s*{_PAGE}"),
    ("stops", rf"{_Y}(?:[ ,]*{_MONTH})?(?:\s*\d{{1,2}}(?:-\d{{1,2}})?)?\s*;\s*(?:{_VOL})?{_ISSUE}\s*[:,]\s*{_PAGE}"),
    ("volume", rf",?\s+(?:vol\.?\s*)?{_VOL}{_NO}(?:\s*\([\w/ .-]{{1,20}}\))?\s*\((?:{_MONTH}\s*(?:\d+,)?\s*)?{_Y}\)\s*[:,]?\s*{_PAGE}"),
    ("nature", rf",?\s+{_VOL}(?:\s*\([\w/ .-]{{1,20}}\))?,\s*{_PAGE}(?:\s*-\s*\w+)?\s*\({_Y}[a-z]?\)"),
    ("named", rf",?\s+vol\.?\s*{_VOL}{_NO},\s*(?:(?:{_MONTH}\s*)?(?P<early>(?:18|19|20)\d\d),\s*)?{_PAGE}"
              rf"(?:\s*-\s*\w+)?(?:,\s*(?:{_MONTH}\s*)?(?P<late>(?:18|19|20)\d\d))?"),
    ("early", rf",?\s+{_VOL}{_NO}(?:\s*\([\w/ .-]{{1,20}}\))?\s*[,:]\s*{_PAGE}"),
    ("ahead", rf"{_Y}(?:\s+{_MONTH}(?:\s+\d{{1,2}})?)?\s*[.;](?=\s|$)"),
)  # fmt: skip
_SOURCES_ = tuple((name, re.compile(pattern)) for name, pattern in _SOURCES)
_EARLY = re.compile(
    r"(?:\(\s*|(?<=[.,])\s)(?P<year>(?:18|19|20)\d\d)[a-z]?(?:(?:,[^()]*)?\)|(?=[.,]))[.,:]?\s*"
)
_QUOTED = re.compile(r"\"([^\"]{8,}?)[.,]?\"|(?<!\w)'(.{8,}?)[.,]?'(?!\w)")
_ANY_YEAR = re.compile(r"(?<![\d/.:-])(?:18|19|20)\d\d(?![\d/])")

_FAMILY = (
    r"(?:(?:[vV]an|[vV]on|[dD]er|[dD]en|[dD]e|[dD]el|[dD]ella|[dD]i|[dD]a|[dD]os|[dD]u|[lL]a|[lL]e|[eE]l|[aA]l|[tT]en|[tT]er|"
    r"[bB]in|[iI]bn|St\.)[ -])*(?:[dDlLOo]['])?[^\W\d_][\w'-]*(?:[ -](?!et\b|and\b)[^\W\d_][\w'-]+){0,2}"
)
_DOTS = r"[^\W\d_a-z]\.(?:[ -]?[^\W\d_a-z]\.)*"
_TAIL_OF_NAME = r"(?:,?\s(?:Jr|Sr|2nd|3rd|II|III|IV)\.?)?"
_NAMES = (
    rf"(?P<family>{_FAMILY}),?\s(?P<given>{_DOTS}){_TAIL_OF_NAME}",  # Smith, J. A. / Smith J.A.
    rf"(?P<family>{_FAMILY})\s(?P<given>[A-ZÀ-ÖØ-Þ](?:[ -]?[A-ZÀ-ÖØ-Þ]){{0,3}}){_TAIL_OF_NAME}(?![\w'])(?!\.[A-Z])",  # Smith JA
    rf"(?P<given>{_DOTS})\s?(?P<family>{_FAMILY})",  # J.A. Smith
    rf"(?P<family>{_FAMILY}),\s(?P<given>[^\W\d_a-z][\w'-]+(?:\s[^\W\d_a-z](?:[\w'-]+|\.))?)",  # Smith, John A.
)
_NAMES_ = tuple(re.compile(pattern) for pattern in _NAMES)
_GIVEN_FIRST = re.compile(rf"(?:[^\W\d_a-z][\w'-]*\.?\s){{1,3}}{_FAMILY}")
_CHINESE = re.compile(r"(?P<family>[\u4e00-\u9fff]{2,4})(?P<given>)(?=[,.、])")
_SPLIT = re.compile(r"\s*(?:[,;、]\s*(?:and\s+|&\s*)?|\s(?:and|&)\s|&\s*)\s*")
_OTHERS = re.compile(r"\s*,?\s*(?:et\s+al|and others|等)\b\.?", re.IGNORECASE)


def _parts(text: str) -> dict[str, Any]:
    text = re.sub(r"(?<!\w)[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}(?!\w)", "", text)
    first, behind = _people(text)
    found: dict[str, Any] = {"first_author": first}
    for name, pattern in _SOURCES_:
        source = _last(pattern, text, behind)
        if source is not None:
            break
    else:
        found["title"] = _quoted(text)
        found["year"] = _lone_year(text)
        return found
    told = source.groupdict()
    year = told.get("year") or told.get("early") or told.get("late")
    early = None if year else _EARLY.search(text, max(0, behind - 1), source.start())
    if early is not None:
        year = early["year"]
    elif name == "early":
        # Numbers that look like a volume and a page, and no year where that style has it.
        return {**found, "title": _quoted(text), "year": _lone_year(text)}
    between = text[max(behind, early.end() if early else 0) : source.start()]
    title, journal = _title_and_journal(between, name, told.get("journal"), elsevier=_has_front_initials(text))
    return {
        **found,
        "title": title,
        "journal": journal,
        "year": int(year) if year else _lone_year(text),
        "volume": told.get("volume"),
        "first_page": told.get("page"),
    }


def _last(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str] | None:
    """The first place behind the authors that fits; a title that looks like one is given up for a later."""
    found = None
    for match in pattern.finditer(text, start):
        if match.start() - start >= 12:
            return match
        found = found or match
    return found


def _lone_year(text: str) -> int | None:
    """The only year in a reference; of several none is sure."""
    years = {match[0] for match in _ANY_YEAR.finditer(re.sub(r"10\.\d{4,9}/\S+|https?://\S+", "", text))}
    return int(years.pop()) if len(years) == 1 else None


def _quoted(text: str) -> str | None:
    match = _QUOTED.search(text)
    return _title(match[1] or match[2]) if match else None


def _people(text: str) -> tuple[str | None, int]:
    """The first author, and where the list of authors ends (0 if none is recognised)."""
    text = text.lstrip()
    for pattern in (*_NAMES_, _CHINESE):
        first = pattern.match(text)
        if first is None:
            continue
        place, last = first.end(), first.end()
        while split := _SPLIT.match(text, place):
            # In Chicago's style the others have their given names first.
            given_first = _GIVEN_FIRST.match(text, split.end()) if pattern is _NAMES_[3] else None
            match = given_first or pattern.match(text, split.end())
            if match is None:
                break
            place = last = match.end()
        if others := _OTHERS.match(text, last):
            last = others.end()
        if not re.match(r"\s*(?:[.,;:(\[]|$|(?:18|19|20)\d\d|\"|')", text[last:]) and text[last - 1] != ".":
            continue
        initials = _initials(first["given"])
        return f"{first['family'].strip()} {initials}".strip(), last
    return None, 0


def _initials(given: str) -> str:
    if re.fullmatch(r"[A-Z](?:[ -]?[A-Z])*", given):
        return re.sub(r"[ -]", "", given)
    return "".join(word[0] for word in re.split(r"[\s.-]+", given) if word)


def _has_front_initials(text: str) -> bool:
    return bool(_NAMES_[2].match(text.lstrip()))


def _title_and_journal(
    between: str, style: str, journal: str | None, *, elsevier: bool
) -> tuple[str | None, str | None]:
    """What stands between the authors (and an early year) and the numbers, as title and journal."""
    between = between.strip()
    # A group behind the authors: '; Trial Group. Title'.
    if re.match(r"[;,]\s*\S", between):
        _, stop, rest = between.partition(". ")
        if stop and not elsevier:
            between = rest
    between = between.lstrip(" .,:;")
    if quoted := _QUOTED.search(between):
        rest = between[quoted.end() :].strip(" .,")
        rest = re.sub(r"^in:?\s+", "", rest, flags=re.IGNORECASE)
        return _title(quoted[1] or quoted[2]), _journal(rest)
    if style == "gbt":
        return _title(re.sub(r"\s*\[J.*", "", between)), _journal(journal or "")
    if elsevier and style == "volume":
        title, comma, rest = between.rpartition(", ")
        return (_title(title), _journal(rest)) if comma else (None, None)
    place = _journal_starts(between.rstrip(" ,.;"))
    if place is None:
        # PubMed prints some references as journal and place alone.
        return None, _journal(between) if style in ("stops", "ahead") and len(between) < 80 else None
    return _title(between[:place]), _journal(between[place:])


def _journal_starts(text: str) -> int | None:
    """Where the last sentence begins; abbreviated words with stops ('J. Clin. Oncol') are one."""
    stops = [match.end() for match in re.finditer(r"(?<=[.?!\]])\s+", text)]
    if not stops:
        return None
    place = stops.pop()
    while stops:
        before = text[stops[-1] : place].strip()
        if not re.fullmatch(r"(?:[^\W\d_a-z][\w-]{0,8}\.|&)(?:\s?[^\W\d_a-z][\w-]{0,8}\.)*", before):
            break
        place = stops.pop()
    return place


def _title(text: str) -> str | None:
    text = text.strip().strip(",;: ").rstrip(".").strip()
    return text if len(text) > 3 and len(text) < 1000 else None


def _journal(text: str) -> str | None:
    text = text.strip(" ,.;:").strip()
    return text if 1 < len(text) <= 150 and re.search(r"[^\W\d_]", text) else None


def folded(text: str) -> str:
    """Letters of the basic alphabet and digits in lower case, for comparison of names and titles."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", "".join(ch for ch in plain if not unicodedata.combining(ch))))
