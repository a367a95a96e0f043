"""One reference of a list, and its parts as far as they are sure.

The styles known are those of Vancouver, AMA, Lancet, Nature, Elsevier, APA, Harvard, Chicago, MLA, IEEE and
GB/T 7714. What a pattern does not tell for certain stays None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screener.sources.reference_ids import doi_in, pmcid_in, pmid_in, straight
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
        pmid=pmid_in(clean),
        doi=doi_in(lines),
        pmcid=pmcid_in(clean),
        registry_ids=registry_ids(clean),
        **_parts(clean),
    )


# Parts -------------------------------------------------------------------------------------------

_YEAR = r"(?:18|19|20)\d\d"
_Y = rf"(?P<year>{_YEAR})"
_VOL = r"(?P<volume>[A-Z]{0,2}\d{1,5}[A-Za-z]?)"
_SUPPL = r"(?:\s*(?:Suppl?\.?|Pt)[ .]*\w*)?"
_ISSUE = rf"{_SUPPL}(?:\s*\([^()]{{0,40}}\))?{_SUPPL}"
_BRACKETED = r"(?:\s*\([\w/ .-]{1,20}\))?"
_PAGE = r"(?:pp?\.?\s*|Article\s*|Art\.?\s*(?:no\.?)?\s*)?(?P<page>[A-Za-z]{0,3}\d+[A-Za-z]?)(?![\w/])"
_ONE_MONTH = r"[A-Z][a-z]{2,8}\.?"
_MONTH = rf"{_ONE_MONTH}(?:\s?[-/]\s?{_ONE_MONTH})?"
_NO = r"(?:,?\s*(?:no\.?|issue)\s*[\w/-]+)?"
_TO = r"(?:\s*-\s*\w+)?"

# Where the journal ends and the numbers begin; the first that fits tells the style.
_SOURCES = tuple(
    (name, re.compile("".join(parts)))
    for name, *parts in (
        # Title[J]. Journal, 2019, 12(3): 5-9
        (
            "gbt",
            rf"\[J(?:/OL)?\]\s*[.,:]?\s*(?P<journal>[^\[\]]{{2,120}}?)[,.]\s*{_Y}(?:,\s*{_VOL})?",
            rf"{_ISSUE}\s*:\s*{_PAGE}",
        ),
        # 2019 Jan 3;12(3):5-9 and 2019, 12, 5-9
        (
            "stops",
            rf"{_Y}(?:[ ,]*{_MONTH})?(?:\s*\d{{1,2}}(?:-\d{{1,2}})?)?\s*[;,]\s*(?:{_VOL})?",
            rf"{_ISSUE}\s*[:,]\s*{_PAGE}",
        ),
        # 12 (2019) 5-9 and 12, no. 3 (March 2019): 5-9
        (
            "volume",
            rf",?\s+(?:vol\.?\s*)?{_VOL}{_NO}{_BRACKETED}\s*\((?:{_MONTH}\s*(?:\d+,)?\s*)?{_Y}\)",
            rf"\s*[:,]?\s*{_PAGE}",
        ),
        # 12, 5-9 (2019) and 12, 5-9. https://doi.org/... (2019)
        (
            "nature",
            rf",?\s+{_VOL}{_BRACKETED},\s*{_PAGE}{_TO}\.?\s*(?:https?://\S+\s*)?\({_Y}[a-z]?\)",
        ),
        # vol. 12, no. 3, pp. 5-9, 2019 and vol. 12, no. 3, 2019, pp. 5-9
        (
            "named",
            rf",?\s+vol\.?\s*{_VOL}{_NO},\s*(?:(?:{_MONTH}\s*)?(?P<early>{_YEAR}),\s*)?{_PAGE}{_TO}",
            rf"(?:,\s*(?:{_MONTH}\s*)?(?P<late>{_YEAR}))?",
        ),
        # 12(3), 5-9, the year behind the authors
        ("early", rf",?\s+{_VOL}{_NO}{_BRACKETED}\s*[,:]\s*{_PAGE}"),
        # 2022 Apr 25. Epub ahead of print
        ("ahead", rf"{_Y}(?:\s+{_MONTH}(?:\s+\d{{1,2}})?)?\s*[.;](?=\s|$)"),
    )
)
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
    # Smith JA
    rf"(?P<family>{_FAMILY})\s(?P<given>[A-ZÀ-ÖØ-Þ](?:[ -]?[A-ZÀ-ÖØ-Þ]){{0,3}}){_TAIL_OF_NAME}"
    r"(?![\w'])(?!\.[A-Z])",
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
    style, source = _source(text, behind)
    if source is None:
        return {**found, "title": _quoted(text), "year": _lone_year(text)}
    told = source.groupdict()
    year = told.get("year") or told.get("early") or told.get("late")
    early = None if year else _EARLY.search(text, max(0, behind - 1), source.start())
    if early is not None:
        year = early["year"]
    elif style == "early":
        # Numbers that look like a volume and a page, and no year where that style has it.
        return {**found, "title": _quoted(text), "year": _lone_year(text)}
    between = text[max(behind, early.end() if early else 0) : source.start()]
    title, journal = _title_and_journal(
        between, style, told.get("journal"), elsevier=_has_front_initials(text)
    )
    return {
        **found,
        "title": title,
        "journal": journal,
        "year": int(year) if year else _lone_year(text),
        "volume": told.get("volume"),
        "first_page": told.get("page"),
    }


def _source(text: str, start: int) -> tuple[str, re.Match[str] | None]:
    """The style, and the place behind the authors where the numbers of volume and page stand.

    What follows the authors at once is the beginning of a title, however it looks, unless nothing else fits.
    """
    for name, pattern in _SOURCES:
        found = list(pattern.finditer(text, start))
        if found:
            return name, next((match for match in found if match.start() - start >= 12), found[0])
    return "", None


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
    for pattern in (_CHINESE, *_NAMES_):
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
            front = pattern is _NAMES_[2] and split[0].strip() == ","
            if front and text[match.end() : match.end() + 1] == ".":
                # 'A. Wu, B. Li, J. Mater. Chem.': this is the journal.
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


_ABBREVIATED = re.compile(r"(?:[^\W\d_a-z][\w-]{0,8}\.|&)(?:\s?[^\W\d_a-z][\w-]{0,8}\.)*")


def _journal_starts(text: str) -> int | None:
    """Where the last sentence begins; abbreviated words with stops ('J. Clin. Oncol') are one."""
    stops = [match.end() for match in re.finditer(r"(?<=[.?!\]])\s+", text)]
    if not stops:
        return None
    place = stops.pop()
    while stops:
        if not _ABBREVIATED.fullmatch(text[stops[-1] : place].strip()):
            return place
        place = stops.pop()
    return None if _ABBREVIATED.fullmatch(text[:place].strip()) else place


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
