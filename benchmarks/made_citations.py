"""Made-up citations in any number, as long and as alike as real ones, for measuring.

    python -m benchmarks.made_citations N OUT.ris|.nbib|.xml|.csv [--duplicates 0.1] [--seed 1] [--first 1]

Words come with Zipf's frequencies, a share of the entries tells of an earlier paper as another export would: names cut
to initials, journal and pages abbreviated, identifiers, abstract, volume or subtitle missing, letters swapped, the year
of the online version, a meeting abstract of the same title. The same arguments give the same bytes; entries are written
one at a time. In PubMed's formats a duplicate has a number of its own, except that in .nbib it is an entry of Embase.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from xml.sax.saxutils import escape

from screener.dedup.fold import listed
from screener.handoff.citations import to_csv
from screener.handoff.citations_tagged import to_nbib, to_ris
from screener.model.citation import Citation

COMMON = listed(
    "of the in and with for a to patients on by from study treatment after versus clinical effect trial risk "
    "cancer randomised between therapy outcomes analysis were was is at or as an than during among disease "
    "controlled chronic acute children women adults survival early long term factors health quality life use "
    "response associated prognostic evaluation comparison surgery cell lung breast heart blood dose placebo"
)
PREFIXES = listed(
    "cardio hepato nephro neuro gastro osteo arterio angio cyto dermo endo entero haemo histo immuno lipo "
    "lympho myo onco patho phago pneumo psycho pyo radio rhino sclero thrombo toxo tropho uro vaso veno xero"
)
MIDDLES = listed(
    "blast clast crin dyn fer gen graph kin lys meg nom path phil plast pol scop spasm stat therm tom troph"
)
ENDINGS = listed("al ated ation ectomy emia ia ic in ine ism itis ity oma osis ous ulin umab")
SYLLABLES = listed("an bar chen dal el fo gar han il jo kov lin mor nak ol per ros san tan ur ven wal xu yam")
GIVEN = listed(
    "Anna Bo Chen Diego Elif Farah Goran Hana Ivan Jun Kofi Lena Mei Noor Olga Pavel Rosa Sven Wei"
)
FIELDS = listed(
    "Oncology Cardiology Surgery Nephrology Paediatrics Neurology Immunology Radiology Nutrition Anaesthesia"
)
KINDS = listed("Journal Annals Archives Bulletin Reviews")
PLACES = listed("Invented Northern Southern Eastern Western International")
HEADINGS = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS")
GENERIC = ("Editorial", "Reply", "Letter to the editor", "Introduction", "In this issue")


class Maker:
    """The vocabulary, the people and the journals of one seed, and papers of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        stock = random.Random(0)
        rare = [p + m + e for p in PREFIXES for m in MIDDLES for e in ENDINGS]
        stock.shuffle(rare)
        # Rare words are long ones.
        rare.sort(key=lambda word: len(word) // 4)
        self.words = COMMON + rare
        self.weights = list(accumulate((n + 2.7) ** -1.1 for n in range(len(self.words))))
        names = {"".join(stock.choices(SYLLABLES, k=stock.choice((2, 2, 3)))).title() for _ in range(6000)}
        self.families = sorted(names)
        stock.shuffle(self.families)
        self.family_weights = list(accumulate(1 / (n + 20) for n in range(len(self.families))))
        self.journals = [f"{k} of {p} {f}" for k in KINDS for p in PLACES for f in FIELDS]
        stock.shuffle(self.journals)
        self.founded = {j: stock.randint(1920, 1979) for j in self.journals}
        self.recent: list[tuple[int, Citation]] = []
        self.works: list[int] = []
        """Of each entry that was made: the number of the first entry that tells of the same work."""

    def citations(self, count: int, duplicates: float, first: int) -> Iterator[Citation]:
        """`count` entries, numbered from `first`; the share `duplicates` of them tell of an earlier one."""
        for number in range(first, first + count):
            if self.recent and self.chance.random() < duplicates:
                work, paper = self.chance.choice(self.recent)
                entry = self.again(paper, number)
                meeting = "Conference Abstract" in entry.publication_types
                self.works.append(number if meeting else work)
                yield entry
                continue
            made = self.paper(number)
            self.works.append(number)
            # A sample of what was made: memory stays small however many there are.
            if len(self.recent) < 2000:
                self.recent.append((number, made))
            else:
                self.recent[self.chance.randrange(2000)] = number, made
            yield made

    def paper(self, number: int) -> Citation:
        chance = self.chance
        journal = chance.choice(self.journals)
        year = min(2024, 1975 + int(50 * chance.random() ** 0.5))
        page = chance.randint(1, 2400)
        title = self.text(chance.randint(12, 20)).capitalize()
        if chance.random() < 0.01:
            title = chance.choice(GENERIC)
        return Citation(
            source="pubmed",
            source_key=str(10_000_000 + number),
            pmid=str(10_000_000 + number),
            title=title + ".",
            abstract=self.abstract() if chance.random() < 0.85 else None,
            authors=tuple(self.person() for _ in range(chance.randint(3, 9))),
            journal=journal,
            year=year,
            volume=str(year - self.founded[journal]),
            issue=str(chance.randint(1, 12)),
            pages=f"{page}-{page + chance.randint(2, 14)}",
            doi=f"10.5555/{journal[:3].lower()}.{year}.{number:08d}" if chance.random() < 0.75 else None,
            language="eng",
            publication_types=("Journal Article",),
            keywords=tuple(self.text(chance.randint(1, 3)) for _ in range(10)),
        )

    def again(self, paper: Citation, number: int) -> Citation:
        """The same paper as Embase has it; one in twelve is a meeting abstract with its title."""
        chance = self.chance
        one, last = (paper.pages or "1-2").split("-")
        shared = 0
        while shared < len(one) - 1 and len(one) == len(last) and one[shared] == last[shared]:
            shared += 1
        text = paper.title or ""
        title = chance.choice(
            (text, text.rstrip("."), text.title(), text.upper(), f"{text[:-1]} <i>in vivo</i>")
        )
        family_only = tuple(f"{a.partition(', ')[0]}, {a.partition(', ')[2][:1]}." for a in paper.authors)
        words = (paper.journal or "").split()
        entry = replace(
            paper,
            source="embase",
            source_key=f"L{500_000_000 + number}",
            pmid=paper.pmid if chance.random() < 0.5 else None,
            doi=paper.doi if chance.random() < 0.6 else None,
            title=title,
            abstract=chance.choice((paper.abstract, paper.abstract, None)),
            authors=chance.choice((family_only, family_only[:3], paper.authors)),
            journal=chance.choice((paper.journal, " ".join(w[:4] for w in words if w != "of"))),
            pages=f"{one}-{last[shared:]}" if chance.random() < 0.7 else one,
            issue=paper.issue if chance.random() < 0.8 else None,
            publication_types=("Article",),
        )
        entry = self.worn(entry)
        if chance.random() < 1 / 12:
            page = chance.randint(100, 900)
            return replace(
                entry,
                doi=None,
                pmid=None,
                pages=f"S{page}",
                volume=None,
                issue="1",
                publication_types=("Conference Abstract",),
            )
        return entry

    def worn(self, entry: Citation) -> Citation:
        """What else happens to entries on their way, each now and then."""
        chance, title = self.chance, entry.title or ""
        if chance.random() < 0.03 and len(title) > 20:
            at = chance.randrange(5, len(title) - 5)
            title = title[:at] + title[at + 1] + title[at] + title[at + 2 :]
        if chance.random() < 0.02 and title.count(" ") > 12:
            title = " ".join(title.split()[:10])
        volume = entry.volume if chance.random() < 0.97 else None
        pages = entry.pages if chance.random() < 0.97 else None
        year = entry.year + chance.choice((-1, 1)) if entry.year and chance.random() < 0.05 else entry.year
        authors = () if chance.random() < 0.01 else entry.authors
        return replace(entry, title=title, year=year, authors=authors, volume=volume, pages=pages)

    def abstract(self) -> str:
        parts = (f"{head}: {self.text(self.chance.randint(35, 75)).capitalize()}." for head in HEADINGS)
        return "\n".join(parts)

    def text(self, words: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=words))

    def person(self) -> str:
        family = self.chance.choices(self.families, cum_weights=self.family_weights)[0]
        return f"{family}, {self.chance.choice(GIVEN)}"


def to_xml(c: Citation) -> str:
    """One PubmedArticle."""

    def tag(name: str, value: object | None) -> str:
        return f"<{name}>{escape(str(value))}</{name}>" if value is not None else ""

    people = "".join(
        f'<Author ValidYN="Y"><LastName>{escape(a.partition(", ")[0])}</LastName>'
        f"<ForeName>{escape(a.partition(', ')[2])}</ForeName></Author>"
        for a in c.authors
    )
    parts = [line.partition(": ") for line in (c.abstract or "").splitlines()]
    abstract = "".join(
        f'<AbstractText Label="{head}">{escape(text)}</AbstractText>' for head, _, text in parts
    )
    doi = f'<ArticleId IdType="doi">{escape(c.doi)}</ArticleId>' if c.doi else ""
    words = "".join(f'<Keyword MajorTopicYN="N">{escape(k)}</Keyword>' for k in c.keywords)
    types = "".join(f'<PublicationType UI="">{escape(t)}</PublicationType>' for t in c.publication_types)
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{c.source_key}</PMID>'
        f'<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print">{tag("Volume", c.volume)}'
        f"{tag('Issue', c.issue)}<PubDate>{tag('Year', c.year)}</PubDate></JournalIssue>{tag('Title', c.journal)}"
        f"</Journal>{tag('ArticleTitle', c.title)}<Pagination>{tag('MedlinePgn', c.pages)}</Pagination>"
        f"{f'<Abstract>{abstract}</Abstract>' if abstract else ''}"
        f'<AuthorList CompleteYN="Y">{people}</AuthorList>{tag("Language", c.language)}'
        f"<PublicationTypeList>{types}</PublicationTypeList></Article>"
        f'<KeywordList Owner="NOTNLM">{words}</KeywordList></MedlineCitation>'
        f'<PubmedData><ArticleIdList><ArticleId IdType="pubmed">{c.source_key}</ArticleId>{doi}</ArticleIdList>'
        f"</PubmedData></PubmedArticle>\n"
    )


def _pubmeds_own(c: Citation) -> Citation:
    if c.source == "pubmed":
        return c
    key = str(int((c.source_key or "").lstrip("L")) - 450_000_000)
    return replace(c, source="pubmed", source_key=key, pmid=key)


_CSV_HEAD = to_csv([])
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'

# By the name's end: what stands at the head, an entry, the foot.
_FORMS: dict[str, tuple[str, Callable[[Citation], str], str]] = {
    ".ris": ("", lambda c: to_ris([c]) + "\n", ""),
    ".nbib": ("", lambda c: to_nbib([c]) + "\n", ""),
    ".csv": (_CSV_HEAD, lambda c: to_csv([c])[len(_CSV_HEAD) :], ""),
    ".xml": (_XML_HEAD, lambda c: to_xml(_pubmeds_own(c)), "</PubmedArticleSet>\n"),
}


def made(count: int, *, duplicates: float = 0.1, seed: int = 1, first: int = 1) -> Iterator[Citation]:
    """`count` citations, always the same for the same arguments."""
    return Maker(seed).citations(count, duplicates, first)


def write(path: Path, citations: Iterator[Citation]) -> None:
    head, entry, foot = _FORMS[path.suffix]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(head)
        file.writelines(map(entry, citations))
        file.write(foot)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--duplicates", type=float, default=0.1, help="share of entries that repeat a paper")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="number of the first entry, for a further file")
    args = parser.parse_args()
    if args.out.suffix not in _FORMS:
        sys.exit(f"{args.out}: the name must end in {', '.join(_FORMS)}")
    write(args.out, made(args.count, duplicates=args.duplicates, seed=args.seed, first=args.first))


if __name__ == "__main__":
    main()
