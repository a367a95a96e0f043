"""Text made comparable: markup, accents, case and database decorations go, the words stay."""

from __future__ import annotations

import html
import re
import unicodedata


def listed(words: str) -> list[str]:
    return words.split()


GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρςστυφχψω",
        listed(
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
            "sigma sigma tau upsilon phi chi psi omega"
        ),
        strict=True,
    )
)
_SPECIAL = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "µ": "mu"}
    | {k: f" {v} " for k, v in GREEK.items()}
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019\u02bc`](?=s\b|\w)")
_ROMAN = {r: str(n) for n, r in enumerate(listed("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv"), 1)}

# What databases append to or put before a title; none of it belongs to the work.
_DECORATIONS = re.compile(
    r"""
      \[\s*(?:review|see\ comments?|\d+\s*ref\w*|(?:published\s+)?errat[a-z]*\b|correction|comments?|
         republished|summary\ for\ patients|reprint|abstract\s+no|corrected|retracted|
         original\ title)[^\]]*\]
    | \(\s*(?:(?:structured|provisional|brief)\s+abstract|reviews?|review\ article|vol\.?\s*\d+[^)]*|
         reprint[^)]*|withdrawn|abstract(?:\s+(?:no\.?\s*)?[\w-]+)?|letter|cochrane\ review)\s*\)
    | \bLA:\s*\w{2,4}\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PREFIX = re.compile(
    r"^\s*(?:short\s+report|brief\s+report|original\s+(?:article|research)|research\s+article|"
    r"withdrawn|retracted(?:\s+article)?|case\s+report|review|[a-z]{0,3}[- ]?\d{1,4}(?=[.:]\s+\D))"
    r"\s*[:.]\s*(?=\S.{14})",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"<\s*original\s*>|\boriginal\ title:?", re.IGNORECASE)
_BRACKETED = re.compile(r"^\s*\[(.+)\]\s*\.?\s*(?:\w+\.?)?\s*$", re.DOTALL)


def plain(text: str) -> str:
    """Lower case letters of the basic alphabet as far as that goes; markup and entities resolved."""
    text = html.unescape(html.unescape(text)) if "&" in text else text
    text = _TAG.sub("", text) if "<" in text else text
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.lower()).translate(_SPECIAL)
        text = "".join(ch for ch in text if not unicodedata.combining(ch))
    return text.lower()


def words(text: str) -> list[str]:
    return words_of(plain(text))


def words_of(low: str) -> list[str]:
    """The words of a text that is plain already."""
    if "'" in low or "`" in low or not low.isascii():
        low = _APOSTROPHE.sub("", low)
    return _WORD.findall(low)


def arabic(word: str) -> str:
    """A roman numeral up to 15 as digits, so that 'phase II' is 'phase 2'."""
    return _ROMAN.get(word, word)


def fold_title(title: str) -> tuple[str, str | None]:
    """The title's words and, where the database prints one, the words of the original title."""
    parts = _ORIGINAL.split(title, maxsplit=1)
    original = " ".join(map(arabic, words(parts[1]))) if len(parts) > 1 else None
    text = _DECORATIONS.sub(" ", parts[0])
    if match := _BRACKETED.match(text):
        text = match[1]
    text = _PREFIX.sub("", text)
    return " ".join(map(arabic, words(text))), original or None


_DIGITS = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def numbers_of(title: str) -> tuple[str, ...]:
    """The numbers of a folded title, in order of size: 'part 2' and 'part 1' must not join."""
    return tuple(sorted(n.lstrip("0") or "0" for n in _DIGITS.findall(title)))


def join_thousands(title: str) -> str:
    """50,159 is one number."""
    return _THOUSANDS.sub("", title)


def is_bracketed(title: str) -> bool:
    """PubMed's mark of a translated title."""
    return title.lstrip().startswith("[")


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>\[\]]+")

_NEXT_DOI = re.compile(r"[;,|](?=10\.\d{4,9}/)")


def doi_key(doi: str | None) -> str | None:
    """The DOI for comparison: bare, lower case, punctuation at the end dropped; None if it is not one.

    Registrants write ( ) < > ; in suffixes and databases lose them, so only letters and digits count.
    """
    if not doi:
        return None
    text = doi.strip().lower()
    if "%" in text:
        from urllib.parse import unquote

        text = unquote(text)
    match = _DOI.search(text)
    if not match:
        return None
    # Of several DOIs in one field the first.
    prefix, _, suffix = _NEXT_DOI.split(match[0])[0].partition("/")
    suffix = re.sub(r"[\W_]+", "", suffix)
    return f"{prefix}/{suffix}" if len(suffix) >= 2 else None
