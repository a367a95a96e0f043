"""Single fields made plain: names, years, DOIs, PMIDs, pages, languages. Nothing is made up."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

T = TypeVar("T")

_INLINE = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|inf|p|br|span|bold|italic|jats:\w+)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_BLANKS = "\t\f\v\u00a0\u2009\u202f"
_LINE_ENDS = "\r\u2028\u2029"
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_DOI = re.compile(r"(10\.\d{4,9}/[^\s\"<>|]+)")
_BARE_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s\"|]+)", re.IGNORECASE)
_DOI_END = re.compile(r"https?://|&\w+=|\[(?:doi|pii)\]", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_PMCID = re.compile(r"\bPMC ?(\d{1,9})", re.IGNORECASE)
_DASH = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-"})


def plain(text: str | None) -> str | None:
    """One line without entities and inline mark-up; None when nothing is left."""
    return _lines(text, " ")


def paragraphs(text: str | None) -> str | None:
    """As `plain`, with the line ends kept: abstracts keep their labelled paragraphs."""
    return _lines(text, "\n")


def _lines(text: str | None, glue: str) -> str | None:
    if not text:
        return None
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "<" in text:
        text = _INLINE.sub("", text)
    # The usual case: what can be printed holds no line end and no blank but " ".
    if "  " not in text and text.isprintable():
        return text.strip() or None
    for blank in _BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    for end in _LINE_ENDS:
        if end in text:
            text = text.replace(end, "\n")
    lines = (line.strip() for line in text.split("\n"))
    return glue.join(line for line in lines if line) or None


# The mark of a major topic: '*Pain/dt [Drug Therapy]', 'Pain/*therapy', 'Water [*microbiology]'.
_MAJOR = re.compile(r"(^|[/\[,] ?)\*")


def keywords(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, without the mark of a major topic, so that all formats of one database agree."""
    return unique(plain(_MAJOR.sub(r"\1", v.strip()) if "*" in v else v) for v in values)


def unique(values: Iterable[T | None]) -> tuple[T, ...]:
    """The values that are there, each once, in order."""
    return tuple(dict.fromkeys(value for value in values if value))


def year_of(*texts: str | None) -> int | None:
    """The first 18xx, 19xx or 20xx of the first text that has one."""
    for text in texts:
        if text and (match := _YEAR.search(text)):
            return int(match[0])
    return None


def doi_of(*texts: str | None) -> str | None:
    """The first DOI, bare and lower case. Cochrane's own numbers for CENTRAL entries are no article DOI."""
    for text in texts:
        if not text:
            continue
        # Zotero and Rayyan glue an URL to what follows; a resolver link writes the slash as %2F.
        candidate = html.unescape(unquote(text) if "%" in text else text)
        # A value that is nothing but a DOI may hold "<" and ">" (old Wiley SICI numbers).
        whole = _BARE_DOI.fullmatch(candidate.strip())
        for match in [whole] if whole else _DOI.finditer(candidate):
            doi = _trimmed(_DOI_END.split(match[1])[0])
            if not doi.startswith("10.1002/central/") and not doi.endswith("/"):
                return doi
    return None


def _trimmed(doi: str) -> str:
    """Without the sentence's stops and without a bracket that was opened before the DOI."""
    doi = doi.rstrip(".,;:'\"").lower()
    while doi[-1:] in _BRACKETS and doi.count(doi[-1]) > doi.count(_BRACKETS[doi[-1]]):
        doi = doi[:-1].rstrip(".,;")
    return doi


def pmid_of(text: str | None) -> str | None:
    """A PMID that fills the field, with or without a name before it ("PUBMED 38507184", "PMID: 1")."""
    match = re.fullmatch(
        r"(?:PUBMED|PMID|MEDLINE|https?://\S*ncbi\.nlm\.nih\.gov\S*?/)?[\s:]*0*([1-9]\d{0,8})/?(?:\.0)?",
        (text or "").strip(),
        re.IGNORECASE,
    )
    return match[1] if match else None


def pmcid_of(*texts: str | None) -> str | None:
    for text in texts:
        if text and (match := _PMCID.search(text)):
            return f"PMC{match[1]}"
    return None


def pages_of(start: str | None, end: str | None = None) -> str | None:
    """As printed; first and last page joined. Ovid writes "No" and "Specified" for none."""
    first, last = (plain(start) or "").translate(_DASH), (plain(end) or "").translate(_DASH)
    if first.lower() in ("no", "no pagination specified", "no-specified", "n.pag", "n/a"):
        first, last = "", "" if last.lower() in ("specified", "pagination", "") else last
    if first and last and last != first and "-" not in first:
        return f"{first}-{last}"
    return first or last or None


_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,5}")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.[ -]?){1,6}")
_SUFFIX = re.compile(r"(?:Jr|Sr|2nd|3rd|4th|II|III|IV)\.?")


# 'LianBio LLC', 'Qilu Pharmaceutical Co., Ltd.': sponsors stand as authors of register entries.
_COMPANY = re.compile(
    r"\b(?:Co|Corp|Inc|INC|Ltd|LTD|Limited|LLC|PLC|plc|GmbH|S\.L\.U|S\.p\.A|S\.A|S\.L|B\.V|N\.V)\.?(?:,|$)"
)


def author(name: str | None) -> str | None:
    """'Family, Given' when the two can be told apart ('Liu R.', 'Smith JA'), else the name as it stands."""
    text = (plain(name) or "").strip(" ;,")
    if not text:
        return None
    if "," in text and not _COMPANY.search(text):
        family, given = (part.strip() for part in text.split(",", 1))
        return f"{family}, {given}" if family and given else family or given or None
    if _COMPANY.search(text):
        return text
    words = text.split(" ")
    tail = ""
    if len(words) > 2 and _SUFFIX.fullmatch(words[-1]):
        tail = " " + words.pop()
    given = ""
    while len(words) > 1 and _is_initials(words[-1]):
        given = f"{words.pop()} {given}".strip()
    return f"{' '.join(words)}, {given}{tail}" if given else text


def _is_initials(word: str) -> bool:
    if _DOTTED.fullmatch(word):
        return True
    return bool(_INITIALS.fullmatch(word)) and word.isupper() and len(word) <= 4


# 'Ross S', 'Agin-Liebes G', 'Liu R.', 'Adler D.G.': a family name, then initials.
_SHORT_NAME = re.compile(
    r"\S.* (?:[A-Z]{1,4}|(?:[^\W\d_]{1,2}\.[ -]?)+)(?: (?:Jr|Sr|[23]rd|2nd|III?|IV)\.?)?"
)


def split_names(text: str) -> list[str]:
    """The names of one field: between ';' or '|', or 'and', or commas when every part is a short name."""
    text = text.strip().strip(";").strip()
    for mark in (r"\s*;\s*", r"\s*\|\s*", r"\s+and\s+"):
        parts = re.split(mark, text)
        if len(parts) > 1:
            # "Smith and Sons Trial Group" is one name; people have a comma or initials each.
            if "and" in mark and not all("," in part or _SHORT_NAME.fullmatch(part) for part in parts):
                continue
            return parts
    parts = re.split(r",\s+", text.rstrip(","))
    if len(parts) > 1 and not (len(parts) == 2 and _COMPANY.search(text)):
        # PubMed ends its list with a stop: 'Smith J, Doe A.'
        if all(_SHORT_NAME.fullmatch(part) for part in parts):
            return parts
        # Embase and Scopus: groups stand among the people ('Liu R., Adler D.G., EUS Study Group').
        dotted = re.split(r"(?<=\.),\s*", text)
        if len(dotted) > 1 and "," not in dotted[0] and _SHORT_NAME.fullmatch(dotted[0]):
            return dotted
    return [text]


def authors(names: Iterable[str | None]) -> tuple[str, ...]:
    """All names in their order; a name that stands twice in a row is a repeat of the export."""
    return tuple(found for name in names if (found := author(name)))


_LANGUAGES = {
    code: name
    for name, codes in {
        "Afrikaans": "afr af",
        "Albanian": "alb sqi sq",
        "Arabic": "ara ar",
        "Armenian": "arm hye hy",
        "Azerbaijani": "aze az",
        "Bosnian": "bos bs",
        "Bulgarian": "bul bg",
        "Catalan": "cat ca",
        "Chinese": "chi zho zh",
        "Croatian": "hrv scr hr",
        "Czech": "cze ces cs",
        "Danish": "dan da",
        "Dutch": "dut nld nl",
        "English": "eng en",
        "Estonian": "est et",
        "Finnish": "fin fi",
        "French": "fre fra fr",
        "Georgian": "geo kat ka",
        "German": "ger deu de",
        "Greek": "gre ell el",
        "Hebrew": "heb he",
        "Hindi": "hin hi",
        "Hungarian": "hun hu",
        "Icelandic": "ice isl is",
        "Indonesian": "ind id",
        "Italian": "ita it",
        "Japanese": "jpn ja",
        "Korean": "kor ko",
        "Latin": "lat la",
        "Latvian": "lav lv",
        "Lithuanian": "lit lt",
        "Macedonian": "mac mkd mk",
        "Malay": "may msa ms",
        "Multiple languages": "mul",
        "Norwegian": "nor nob nno no nb",
        "Persian": "per fas fa",
        "Polish": "pol pl",
        "Portuguese": "por pt",
        "Romanian": "rum ron ro",
        "Russian": "rus ru",
        "Serbian": "srp scc sr",
        "Slovak": "slo slk sk",
        "Slovenian": "slv sl",
        "Spanish": "spa es",
        "Swedish": "swe sv",
        "Thai": "tha th",
        "Turkish": "tur tr",
        "Ukrainian": "ukr uk",
        "Vietnamese": "vie vi",
    }.items()
    for code in (*codes.split(), name.lower())
}


@lru_cache(maxsize=1000)
def language_of(*values: str | None) -> str | None:
    """English names; several languages joined by '; '; what is not known stays as printed."""
    names: list[str] = []
    for value in values:
        for part in re.split(r"\s*[;,|/]\s*", plain(value) or ""):
            key = part.strip(" .").lower().split("-")[0].split("_")[0]
            if key and key != "und":
                names.append(_LANGUAGES.get(key) or part.strip(" ."))
    return "; ".join(unique(names)) or None


_ORCID = re.compile(
    r"(?<!\d)(\d{4})[- ]?(\d{4})[- ]?(\d{4})[- ]?(\d{3}[\dX])(?![\dX])", re.IGNORECASE | re.ASCII
)


def orcid_of(text: str | None) -> str | None:
    """'0000-0002-1825-009X', bare or out of its address; the check digit is not looked at."""
    match = _ORCID.search(text) if text else None
    return "-".join(match.groups()).upper() if match else None
