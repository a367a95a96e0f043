"""PubMed's query language, as much of it as strategies use: words, phrases, tags, AND OR NOT, dates, ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.entrez_server.corpus import Corpus, Record

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<paren>[()])
      | (?P<range>"?[\d/]+"?(?:\[[^\]]+\])?\s*:\s*"?[\d/]+"?\s*\[[^\]]+\])
      | (?P<phrase>"[^"]*")\s*(?P<ptag>\[[^\]]*\])?
      | (?P<word>(?!(?:AND|OR|NOT)\b)[^\s()\[\]"]+(?:\s+(?!AND\b|OR\b|NOT\b)[^\s()\[\]"]+)*?)
        \s*(?P<wtag>\[[^\]]*\])
      | (?P<bare>[^\s()\[\]"]+)
      | (?P<junk>.)
    )""",
    re.VERBOSE,
)
_FIELDS = {
    "ti": "title", "title": "title",
    "tiab": "tiab", "title/abstract": "tiab", "ab": "abstract", "abstract": "abstract",
    "tw": "all", "text word": "all", "all": "all", "all fields": "all",
    "mh": "other", "mesh": "other", "mesh terms": "other", "majr": "other", "mesh:noexp": "other",
    "mh:noexp": "other", "nm": "other", "supplementary concept": "other", "sh": "other",
    "ot": "other", "au": "other", "author": "other", "cn": "other", "ta": "other", "journal": "other",
    "si": "other",
    "pt": "types", "publication type": "types", "ptyp": "types",
    "la": "languages", "lang": "languages", "language": "languages",
    "dp": "published", "pdat": "published", "date - publication": "published",
    "edat": "entered", "crdt": "entered", "date - entry": "entered", "date - create": "entered",
    "mhda": "revised", "lr": "revised", "mdat": "revised", "date - modification": "revised",
    "doi": "ids", "aid": "ids", "lid": "ids", "pmcid": "ids", "pmc": "ids",
    "uid": "pmid", "pmid": "pmid", "sb": "subset", "filter": "subset",
}  # fmt: skip
_LANGUAGES = {"english": "eng", "german": "ger", "french": "fre", "japanese": "jpn", "chinese": "chi"}
Test = Callable[[Record], bool]


class QueryError(Exception):
    """A term that PubMed would not take."""


@dataclass
class Reading:
    """What was made of a term."""

    pmids: list[str] = field(default_factory=list)
    translation: str = ""
    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)


def run(term: str, corpus: Corpus) -> Reading:
    """Evaluates left to right without precedence, as PubMed does; adjacent terms are joined by AND."""
    reading = Reading()
    tokens = [match for match in _TOKEN.finditer(term) if match[0].strip()]
    if not tokens:
        raise QueryError("Empty term and query_key - nothing todo")
    parser = _Parser(tokens, corpus, reading)
    found, reading.translation = parser.expression()
    if parser.place < len(tokens):
        reading.warnings.append(("PhraseIgnored", tokens[parser.place][0].strip()))
    reading.pmids = [pmid for pmid in corpus.records if pmid in found]
    return reading


class _Parser:
    def __init__(self, tokens: list[re.Match[str]], corpus: Corpus, reading: Reading) -> None:
        self.tokens, self.corpus, self.reading = tokens, corpus, reading
        self.place = 0

    def _next(self) -> str | None:
        return self.tokens[self.place][0].strip() if self.place < len(self.tokens) else None

    def expression(self) -> tuple[set[str], str]:
        found, text = self.factor()
        while (token := self._next()) is not None and token != ")":
            operator = token.upper() if token.upper() in ("AND", "OR", "NOT") else "AND"
            if token.upper() == operator:
                self.place += 1
            right, right_text = self.factor()
            found = {"AND": found & right, "OR": found | right, "NOT": found - right}[operator]
            text = f"{text} {operator} {right_text}"
        return found, text

    def factor(self) -> tuple[set[str], str]:
        token = self._next()
        if token is None:
            return set(), ""
        match = self.tokens[self.place]
        self.place += 1
        if token == "(":
            found, text = self.expression()
            if self._next() == ")":
                self.place += 1
            return found, f"({text})"
        if match["range"]:
            return self._range(match["range"])
        tag = (match["ptag"] or match["wtag"] or "[all fields]").strip("[]").lower()
        text = (match["phrase"] or match["word"] or match["bare"] or token).strip('"').lower()
        return self._term(text, tag, quoted=match["phrase"] is not None)

    def _range(self, text: str) -> tuple[set[str], str]:
        low, high = (part.strip() for part in text.split(":", 1))
        tag = re.search(r"\[([^\]]+)\]\s*$", high)
        name = _FIELDS.get(tag[1].lower() if tag else "", "published")
        first, last = (re.sub(r'\[.*?\]|"', "", part).strip() for part in (low, high))
        if name == "pmid":
            found = {pmid for pmid in self.corpus.records if int(first) <= int(pmid) <= int(last)}
        else:
            found = {
                pmid
                for pmid, record in self.corpus.records.items()
                if _day(first) <= getattr(record, name) <= _day(last, end=True)
            }
        return found, f"{first}:{last}[{tag[1] if tag else 'dp'}]"

    def _term(self, text: str, tag: str, *, quoted: bool) -> tuple[set[str], str]:
        name = _FIELDS.get(tag)
        if name is None:
            self.reading.errors.append(("FieldNotFound", tag))
            name = "all"
        if name == "all" and re.fullmatch(r"\d+(?:,\d+)*", text):
            name = "pmid"
        if name == "pmid":
            found = {pmid for pmid in re.split(r"[,\s]+", text) if pmid in self.corpus.records}
        elif name == "subset":
            found = set(self.corpus.records)
        elif name in ("published", "entered", "revised"):
            found = self._range(f"{text}:{text}[{tag}]")[0]
        else:
            test = _test(text, name)
            found = {pmid for pmid, record in self.corpus.records.items() if test(record)}
        shown = f'"{text}"[{tag.title()}]'
        if not found and name not in ("published", "entered", "revised"):
            if quoted:
                self.reading.warnings.append(("QuotedPhraseNotFound", f'"{text}"[{tag.title()}]'))
            else:
                self.reading.errors.append(("PhraseNotFound", text))
        return found, shown


def _test(text: str, name: str) -> Test:
    if name == "languages":
        code = _LANGUAGES.get(text, text)
        return lambda record: code in record.languages
    if name == "types":
        return lambda record: text in record.types
    stem = text.rstrip("*")
    pattern = re.compile(r"(?<!\w)" + re.escape(stem) + ("" if text.endswith("*") else r"(?!\w)"))
    names = {"tiab": ("title", "abstract"), "all": ("title", "abstract", "other")}.get(name, (name,))

    def test(record: Record) -> bool:
        return any(stem in (held := getattr(record, each)) and pattern.search(held) for each in names)

    return test


def _day(text: str, *, end: bool = False) -> str:
    """'2020' or '2020/5' as the first or last day it covers."""
    parts = text.split("/")
    rest = ("12", "31") if end else ("01", "01")
    return "/".join(part.zfill(2) for part in (*parts, *rest[len(parts) - 1 :])[:3])
