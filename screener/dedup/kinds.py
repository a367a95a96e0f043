"""What kind of thing an entry is: a paper, a notice about one, a meeting abstract, a register entry."""

from __future__ import annotations

import re
from functools import lru_cache

from screener.dedup.fold import plain
from screener.model.citation import REGISTERS, Citation

# Kinds that separate when only one of two entries has them.
NOTICES = ("erratum", "retraction notice", "comment", "reply")

_REGISTRY_ID = re.compile(
    r"\b(NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14}|UMIN\d{9}|JPRN-\w+|CHICTR[-\w]*\d+|EUCTR\d{4}-\d{6}-\d{2}|DRKS\d{8}|NTR\d{3,5}|"
    r"NL\d{4,6}|CTRI/\d{4}/\d+/\d+|KCT\d{7}|IRCT\d+N?\d*|PACTR\d+|RBR-\w{6}|TCTR\d+|SLCTR/\d{4}/\d+|CTIS\d{4}-\d{6}-\d{2}-\d{2})\b"
)
_REGISTER_SITE = re.compile(
    r"clinicaltrials\.gov|trialsearch\.who|who\.int/(?:ictrp|trialsearch)|isrctn\.(?:com|org)|anzctr\.org|drks\.de|"
    r"clinicaltrialsregister\.eu|\bictrp\b|umin\.ac\.jp/ctr"
)

_TITLE_KINDS = (
    (
        "erratum",
        re.compile(
            r"^\W*(?:erratum|errata|corrigend(?:um|a)|correction|(?:author|publisher) correction|addendum|"
            r"expression of concern)\b(?=\s*(?:to|for|in|of|$|[:\[(.-]))"
            r"|\(vol\.?\s*\d+,\s*(?:pg|e?p(?:age|p)?s?)\b[^)]*\)\W*$"  # Web of Science's way
        ),
    ),
    (
        "retraction notice",
        re.compile(
            r"^\W*(?:retraction|notice of retraction|retraction note)\b(?=\s*(?:to|of|for|$|[:\[(.-]))"
        ),
    ),
    (
        "comment",
        re.compile(
            r"^\W*(?:comments?|commentary|letter|discussion|invited commentary)\s*(?:on|to|:|regarding)"
            r"|^\W*re\s*:|\bcomment(?:ary)? on\b|^\W*in response to\b"
        ),
    ),
    (
        "reply",
        re.compile(
            r"^\W*(?:reply|response|rejoinder|(?:the )?authors?'?s? (?:reply|response))\b"
            r"(?=\s*(?:to|by|from|$|[:.-]))"
            r"|[:.-]\s*(?:reply|authors?'?s?' reply|response|in reply)\W*$|^\W*in reply\b"
        ),
    ),
)
_TYPE_KINDS = (
    ("erratum", re.compile(r"erratum|corrigendum|expression of concern")),
    ("retraction notice", re.compile(r"^retraction(?: of publication| notice)?$")),
    ("comment", re.compile(r"^comment")),
    ("preprint", re.compile(r"preprint")),
    (
        "meeting",
        re.compile(
            r"conference (?:abstract|paper|proceeding|review)|^conference$|inproceedings|"
            r"meeting[- ]abstract|proceedings paper|^cpaper$|^conf$"
        ),
    ),
    ("register entry", re.compile(r"trial regist|clinical trial entry|register entry")),
)
_PREPRINT_PLACE = re.compile(
    r"\b(?:medrxiv|biorxiv|arxiv|ssrn|research square|preprints?(?:\.org)?|psyarxiv|chemrxiv)\b"
)
# bioRxiv and medRxiv, Research Square, Preprints.org, arXiv, SSRN, PsyArXiv, ChemRxiv
_PREPRINT_DOI = re.compile(
    r"^10\.(?:1101/(?:19|20)\d\d|1101/\d{6}|21203/rs|20944/preprints|48550/arxiv|2139/ssrn|31234/|26434/)"
)
_PROTOCOL = re.compile(
    r"\b(?:protocol|rationale and design|design and rationale|study design|trial design|"
    r"statistical analysis plan)\b"
)
_MEETING_PLACE = re.compile(
    r"\b(?:conference|workshop|symposium|meeting|congress|annual convention|proceedings? of the "
    r"(?:\w+ ){0,4}(?:hawaii|acm|ieee|international))\b|^(?:\d{4} )?(?:acm|ieee)\b.*\bconf"
)
_MEETING_TITLE = re.compile(
    r"\b(?:meeting abstract|conference abstract)\b|[\[(]abstract[\])]"
    r"|^\W*(?:abstract|poster|p)\s?[a-z]{0,2}-?\d{2,5}\b\s*[.:-]"
)
_WORKSHOP = re.compile(r"\bworkshop\b")

# Titles that many works share, or the beginnings of such titles.
_GENERIC = re.compile(
    r"^(?:guest |invited |new )?(?:"
    + "|".join(
        (
            r"editorials?|editors?|from the editors?|introduction|foreword|preface|message from|note from",
            r"book reviews?|letters?|reply|replies|response|comments?|commentary|correspondence|discussion",
            r"in this issue|this issue|special (?:issue|section)|index|author index|subject index|contents",
            r"table of contents|front matter|back matter|masthead|issue information|cover|list of|call for",
            r"abstracts?|poster session|oral (?:session|presentations?)|proceedings|panel|tutorial|minitrack",
            r"department of error|news|obituary|in memoriam|acknowledge?ments?|reviewers?|announcements?|welcome",
            r"corrections?|errat(?:um|a)|corrigend\w+|conclusions?|summary|untitled|unknown|title|meeting|annual",
            r"report of|questions? and answers?",
        )
    )
    + r")\b"
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_GENERIC_ANYWHERE = re.compile(r"\b(?:minitrack|editors? comments?|book reviews?|special issue|editorial)\b")


def kinds_of(citation: Citation) -> frozenset[str]:
    found: set[str] = set()
    title = plain(citation.title or "")
    place = plain(citation.journal or "")
    for kind, pattern in _TITLE_KINDS:
        if pattern.search(title):
            found.add(kind)
    for text in map(plain, citation.publication_types):
        found.update(kind for kind, pattern in _TYPE_KINDS if pattern.search(text))
    if _PREPRINT_PLACE.search(place) or _PREPRINT_DOI.search(citation.doi or ""):
        found.add("preprint")
    if _PROTOCOL.search(title):
        found.add("protocol")
    if (
        _MEETING_PLACE.search(place)
        or _MEETING_TITLE.search(title)
        or "conference" in plain(citation.volume or "")
    ):
        found.add("meeting")
    if _WORKSHOP.search(place):
        found.add("workshop")
    if citation.source in REGISTERS or _REGISTER_SITE.search(place):
        found.add("register entry")
    return frozenset(found)


def is_conference(venue: str | None) -> bool:
    """Whether a venue is a meeting or its proceedings by its name."""
    return bool(_MEETING_PLACE.search(plain(venue or "")))


def is_register_entry(citation: Citation) -> bool:
    """Whether `kinds_of` has 'register entry', for less."""
    return citation.source in REGISTERS or _names_register(citation.journal, citation.publication_types)


@lru_cache(maxsize=5_000)
def _names_register(journal: str | None, types: tuple[str, ...]) -> bool:
    pattern = dict(_TYPE_KINDS)["register entry"]
    return bool(_REGISTER_SITE.search(plain(journal or ""))) or any(pattern.search(plain(t)) for t in types)


def register_id(citation: Citation) -> str | None:
    """The number a register entry goes by: its accession, or the number in its address."""
    for text in (citation.source_key, citation.journal, citation.title, *citation.registry_ids[:1]):
        if text and (match := _REGISTRY_ID.search(text.upper())):
            return match[1]
    return None


def is_generic(title: str, journal_words: frozenset[str]) -> bool:
    """A folded title that many works share: 'Editorial', 'Book review', the journal's own name, two words."""
    parts = title.split()
    # Chinese and Japanese write words without blanks, about two characters each.
    unspaced = len(_UNSPACED.findall(title))
    words, letters = len(parts) + unspaced // 2, len(title) + 2 * unspaced
    if words <= 2 or letters < 15 or _GENERIC_ANYWHERE.search(title):
        return True
    if _GENERIC.match(title) and len(parts) <= 8:
        return True
    rest = [
        w
        for w in parts
        if w not in journal_words and not w.isdigit() and w not in {"volume", "paper", "of", "the", "for"}
    ]
    return not rest
