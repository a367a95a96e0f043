"""Made-up references, printed as journals print them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st


@dataclass(frozen=True)
class Paper:
    """What is known of a paper, before it is printed. `authors` are (family, given names)."""

    authors: tuple[tuple[str, tuple[str, ...]], ...]
    title: str
    journal: str
    year: int
    volume: int
    issue: int
    first: int
    last: int
    doi: str | None
    pmid: str | None
    pmcid: str | None
    trial: str | None = None

    @property
    def initials(self) -> list[tuple[str, str]]:
        return [(family, "".join(name[0] for name in given)) for family, given in self.authors]

    @property
    def short(self) -> str:
        family, letters = self.initials[0]
        return f"{family} {letters}"


def _ids(paper: Paper) -> str:
    """As PubMed's own summary prints them."""
    said = [f"doi: {paper.doi}." if paper.doi else ""]
    said.append(f"PMID: {paper.pmid}." if paper.pmid else "")
    said.append(f"PMCID: {paper.pmcid}." if paper.pmcid else "")
    said.append(f"ClinicalTrials.gov {paper.trial}." if paper.trial else "")
    return " ".join(part for part in said if part)


def _links(paper: Paper) -> str:
    said = [f"https://doi.org/{paper.doi}" if paper.doi else ""]
    said.append(f"https://pubmed.ncbi.nlm.nih.gov/{paper.pmid}/" if paper.pmid else "")
    said.append(f"https://www.ncbi.nlm.nih.gov/pmc/articles/{paper.pmcid}/" if paper.pmcid else "")
    said.append(f"({paper.trial})" if paper.trial else "")
    return " ".join(part for part in said if part)


def _and(names: list[str], last: str, comma: str = ", ") -> str:
    return names[0] if len(names) == 1 else comma.join(names[:-1]) + last + names[-1]


def vancouver(p: Paper) -> str:
    names = ", ".join(f"{f} {i}" for f, i in p.initials)
    return (
        f"{names}. {p.title}. {p.journal}. {p.year} Jun 3;{p.volume}({p.issue}):{p.first}-{p.last}. {_ids(p)}"
    )


def ama(p: Paper) -> str:
    names = ", ".join(f"{f} {i}" for f, i in p.initials[:3]) + (", et al" if len(p.authors) > 3 else "")
    where = f"*{p.journal}*. {p.year};{p.volume}({p.issue}):{p.first}-{p.last}."
    return f"{names}. {p.title}. {where} {_ids(p).replace('doi: ', 'doi:')}"


def lancet(p: Paper) -> str:
    names = ", ".join(f"{f} {i}" for f, i in p.initials)
    return f"{names}. {p.title}. {p.journal} {p.year}; {p.volume}: {p.first}–{p.last}. {_links(p)}"


def _dotted(letters: str, glue: str = " ") -> str:
    return glue.join(f"{letter}." for letter in letters)


def nature(p: Paper) -> str:
    names = _and([f"{f}, {_dotted(i)}" for f, i in p.initials], " & ")
    dots = " ".join(f"{word}." for word in p.journal.split())
    return f"{names} {p.title}. {dots} {p.volume}, {p.first}–{p.last} ({p.year}). {_links(p)}"


def elsevier(p: Paper) -> str:
    names = ", ".join(f"{_dotted(i, '')} {f}" for f, i in p.initials)
    dots = " ".join(f"{word}." for word in p.journal.split())
    return f"{names}, {p.title}, {dots} {p.volume} ({p.year}) {p.first}–{p.last}. {_links(p)}"


def apa(p: Paper) -> str:
    names = _and([f"{f}, {_dotted(i)}" for f, i in p.initials], ", & ")
    return (
        f"{names} ({p.year}). {p.title}. {p.journal}, {p.volume}({p.issue}), {p.first}–{p.last}. {_links(p)}"
    )


def harvard(p: Paper) -> str:
    names = _and([f"{f}, {_dotted(i, '')}" for f, i in p.initials], " and ")
    where = f"{p.journal}, {p.volume}({p.issue}), pp. {p.first}–{p.last}."
    return f"{names} ({p.year}) ‘{p.title}’, {where} {_links(p)}"


def chicago(p: Paper) -> str:
    family, given = p.authors[0]
    others = [" ".join((*names, last)) for last, names in p.authors[1:]]
    names = _and([f"{family}, {' '.join(given)}", *others], ", and ")
    where = f"{p.journal} {p.volume}, no. {p.issue} ({p.year}): {p.first}–{p.last}."
    return f"{names}. “{p.title}.” {where} {_links(p)}"


def ieee(p: Paper) -> str:
    names = _and([f"{_dotted(i)} {f}" for f, i in p.initials], " and ")
    where = f"{p.journal}, vol. {p.volume}, no. {p.issue}, pp. {p.first}–{p.last}, {p.year}."
    return f"{names}, “{p.title},” {where} {_ids(p)}"


def gbt(p: Paper) -> str:
    names = ", ".join(f"{f.upper()} {' '.join(i)}" for f, i in p.initials)
    where = f"{p.journal}, {p.year}, {p.volume}({p.issue}): {p.first}-{p.last}."
    return f"{names}. {p.title}[J]. {where} {_ids(p).replace('doi: ', 'DOI：')}"


STYLES: dict[str, Callable[[Paper], str]] = {
    each.__name__: each
    for each in (vancouver, ama, lancet, nature, elsevier, apa, harvard, chicago, ieee, gbt)
}

_FAMILIES = (
    "Kallio",
    "Jansen",
    "O'Brien",
    "Bär",
    "Müller-Thurgau",
    "van der Meer",
    "Li",
    "Castañeda",
    "Wu",
    "Holm",
)
_GIVEN = ("Anna", "Bo", "Carl", "Dora", "Emil", "Freya", "Gus", "Hedda")
_TOPICS = (
    "Drug A versus placebo in advanced disease",
    "Survival after second-line treatment: a randomised comparison",
    "A phase 2 study of night shifts",
    "Quality of life with 12 weeks of walking",
    "Long-term results of the INVENTED-3 trial",
    "Does rest help",
)
_JOURNALS = ("J Invent Oncol", "Ann Made Med", "Lancet Trials", "Nutrition", "Int J Fict Surg", "BMC Nothing")
_SUFFIXES = (
    "j.ejxx.{n}.03.009",
    "S1470-{n}(21)00605-7",
    "jamaxx.{n}",
    "s00000-{n}-1488-6",
    "JIO.20.{n}",
    "bjx.{n}",
    "cam4.{n}",
    "xyz/ab{n}",
)


@st.composite
def papers(draw: st.DrawFn, number: int = 0) -> Paper:
    """A paper; `number` keeps the identifiers of several apart."""
    people = draw(st.lists(st.tuples(st.sampled_from(_FAMILIES), _names()), min_size=1, max_size=5))
    suffix = draw(st.sampled_from(_SUFFIXES)).format(n=draw(st.integers(1000, 9999)) * 100 + number)
    first = draw(st.integers(2, 4000))
    known = draw(
        st.sampled_from((("doi",), ("pmid",), ("pmcid",), ("doi", "pmid"), ("doi", "pmid", "pmcid"), ()))
    )
    return Paper(
        authors=tuple(people),
        title=f"{draw(st.sampled_from(_TOPICS))} among group {number + 3}",
        journal=draw(st.sampled_from(_JOURNALS)),
        year=draw(st.integers(1985, 2024)),
        volume=draw(st.integers(1, 400)),
        issue=draw(st.integers(1, 12)),
        first=first,
        last=first + draw(st.integers(1, 20)),
        doi=f"10.{draw(st.integers(1000, 99999))}/{suffix}" if "doi" in known else None,
        pmid=str(draw(st.integers(10_000, 300_000)) * 100 + number) if "pmid" in known else None,
        pmcid=f"PMC{draw(st.integers(10_000, 90_000)) * 100 + number}" if "pmcid" in known else None,
        trial=f"NCT{draw(st.integers(0, 999_999)) * 100 + number:08d}" if draw(st.booleans()) else None,
    )


def _names() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(_GIVEN), min_size=1, max_size=2).map(tuple)


@st.composite
def lists(draw: st.DrawFn, least: int = 1, most: int = 8) -> list[Paper]:
    """Several papers, no identifier twice."""
    return [draw(papers(number)) for number in range(draw(st.integers(least, most)))]
