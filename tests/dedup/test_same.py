"""What is one record: the ways in which databases write the same paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from screener.dedup import Policy, Verdict

from .made import PAPER, pair, paper, verdict

TITLE: str = PAPER["title"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"pages": "1311-9"}, id="last page cut"),
        pytest.param({"pages": "1311\u20101319"}, id="hyphen of CENTRAL"),
        pytest.param({"pages": "pp. 1311\u20131319"}, id="pp and dash"),
        pytest.param({"pages": None, "volume": None, "issue": None}, id="place missing"),
        pytest.param({"authors": ()}, id="authors missing"),
        pytest.param({"year": 2013}, id="ahead of print counted for the year before"),
        pytest.param({"volume": "25 (7)", "issue": None}, id="issue inside the volume"),
        pytest.param({"volume": "7", "issue": "25"}, id="volume and issue swapped"),
        pytest.param({"journal": "Ann Invent Oncol"}, id="journal abbreviated"),
        pytest.param(
            {"journal": "Annals of invented oncology : official journal of the Invented Society"},
            id="journal with its owner",
        ),
        pytest.param({"journal": "AIO"}, id="journal by initials"),
        pytest.param({"title": TITLE.upper()}, id="capitals"),
        pytest.param({"title": f"[{TITLE}]."}, id="bracketed"),
        pytest.param({"title": TITLE.replace("phase III", "phase 3")}, id="roman and arabic"),
        pytest.param({"title": TITLE.replace("randomised", "randomized")}, id="spelling"),
        pytest.param(
            {"title": f"{TITLE} [Erratum appears in Ann Invent Oncol. 2015;26(1):12]"}, id="note of erratum"
        ),
        pytest.param({"title": f"Original article: {TITLE}"}, id="heading before the title"),
        pytest.param({"title": "<b>Maintenance</b> " + TITLE.split(" ", 1)[1]}, id="markup"),
        pytest.param({"title": TITLE.split(":")[0]}, id="subtitle lost"),
        pytest.param({"authors": ("N. Okafor", "P. Lindqvist", "G. Marchetti")}, id="initials first"),
        pytest.param({"authors": ("Okafor N", "Lindqvist P", "et al.")}, id="initials behind, cut"),
        pytest.param({"authors": ("Okafor N.Lindqvist P.Marchetti G.",)}, id="run together"),
        pytest.param(
            {"authors": ("Okafor, N", "Lindqvist, P", "MARCHETTI, G")}, id="family names in capitals"
        ),
    ],
)
def test_one_paper_however_written(changes: dict[str, Any]) -> None:
    assert verdict(paper(), paper(source="embase", **changes)) is Verdict.SAME


def test_a_journal_of_which_every_word_is_cut() -> None:
    assert (
        verdict(paper(journal="Invented Journal of Oncology"), paper(journal="Inve. Jour. Onco."))
        is Verdict.SAME
    )


@pytest.mark.parametrize(
    "title",
    ["大腸癌肝転移に対する二次化学療法の無作為化比較試験", "二线治疗不可切除结直肠癌肝转移的随机对照研究"],
)
def test_titles_without_blanks_say_as_much_as_others(title: str) -> None:
    assert verdict(paper(title=title), paper(title=title, source="embase", issue=None)) is Verdict.SAME
    assert verdict(paper(title=title), paper(title=title, authors=())) is Verdict.SAME
    found = pair(paper(title=title), paper(title=title, pages="2001-2009"))
    assert found is not None
    assert found.verdict is Verdict.ASK


def test_in_press_in_one_year_and_in_the_next() -> None:
    early: dict[str, Any] = {"volume": None, "issue": None, "pages": None}
    assert verdict(paper(**early), paper(**early, year=2015)) is Verdict.SAME


def test_accents_and_greek_letters() -> None:
    one = paper(title="Effet de la β-lactamase chez l’enfant opéré d’un cancer", authors=("Müller, Jörg",))
    other = paper(title="Effet de la beta lactamase chez l'enfant opere d'un cancer", authors=("Muller, J",))
    assert verdict(one, other) is Verdict.SAME


def test_same_pmid_overrules_a_differing_doi_if_the_titles_are_equal() -> None:
    one, other = paper(pmid="123", doi="10.1000/annio.25"), paper(pmid="123", doi="10.1000/annio.25.7")
    found = pair(one, other)
    assert found is not None
    assert (found.verdict, found.rule) == (Verdict.SAME, "same PMID")


@pytest.mark.parametrize("doi", ["https://doi.org/10.1000/ANNIO(14)25-7", "doi:10.1000/annio%2814%2925-7"])
def test_same_doi_in_another_form(doi: str) -> None:
    bare = paper(doi="10.1000/annio(14)25-7")
    other = paper(doi=doi, journal=None, pages=None, volume=None, year=2015)
    found = pair(bare, other)
    assert found is not None
    assert (found.verdict, found.rule) == (Verdict.SAME, "same DOI")


def test_the_title_given_as_a_translation() -> None:
    original = paper(
        title="Mantenimiento con bevazolimab tras la induccion", journal="Revista Inventada de Oncologia"
    )
    translated = paper(title="[Bevazolimab maintenance following first treatment]", journal="Rev Inv Oncol")
    found = pair(original, translated)
    assert found is not None
    assert (found.verdict, found.rule) == (Verdict.SAME, "same authors and pages, translated title")


def test_ahead_of_print_and_in_the_issue() -> None:
    early = paper(volume=None, issue=None, pages="1-9")
    assert verdict(early, paper()) is Verdict.SAME
    for other in ({"pages": "1-40"}, {"year": 2013}):
        assert verdict(replace(early, **other), paper()) is Verdict.ASK


def test_proceedings_printed_the_year_after() -> None:
    nowhere = {"volume": None, "issue": None, "pages": None, "abstract": None}
    meeting = {"journal": "International Conference on Invented Systems", "title": TITLE}
    one = paper(**nowhere | meeting | {"pages": "1-13"})
    for journal in ("International Conference on Invented Systems", "ICIS: Transforming Invention"):
        assert verdict(one, paper(**nowhere | meeting | {"journal": journal, "year": 2015})) is Verdict.SAME
    # The next meeting is another one.
    numbered = paper(
        **nowhere | meeting | {"journal": "35th Conference on Invented Systems", "pages": "1-13"}
    )
    next_one = paper(**nowhere | meeting | {"journal": "36th Conference on Invented Systems", "year": 2015})
    assert verdict(numbered, next_one) is Verdict.ASK


def test_a_journal_named_in_two_languages() -> None:
    assert verdict(paper(journal="Jinko Chino Gakkai Ronbunshi", pages=None), paper()) is Verdict.SAME


def test_pages_lost_but_the_abstract_is_there() -> None:
    text = " ".join(
        f"Sentence {word} of an abstract that was invented." for word in ("one", "two", "three", "four")
    )
    lost = paper(pages=None, issue=None, abstract=text)
    assert verdict(lost, paper(abstract=text)) is Verdict.SAME


def test_the_title_in_the_original_language() -> None:
    """PubMed's vernacular title against the database that knows no other."""
    german = "Erhaltungstherapie mit Bevazolimab beim metastasierten kolorektalen Karzinom: eine Studie"
    translated = paper(title=f"[{TITLE}].", original_title=german)
    other = paper(title=german.upper(), pages=None)
    assert verdict(translated, other) is Verdict.SAME
    untitled = paper(title="[Not Available].", original_title=german)
    assert verdict(untitled, other) is Verdict.SAME
    assert verdict(untitled, paper(title="[Not Available].", pages="1-9", authors=("Tanaka, H",))) is None


def test_a_cochrane_review_that_was_retitled() -> None:
    review = {
        "journal": "Cochrane Database of Systematic Reviews",
        "pages": "CD012345",
        "volume": None,
        "issue": "4",
    }
    one = paper(**review | {"title": "Invented drugs for liver metastases in adult palliative care"})
    other = paper(**review | {"title": "Palliative treatment with invented medicines"})
    assert verdict(one, other) is Verdict.SAME
    for changes in ({"issue": "9"}, {"year": 2019}):
        assert verdict(one, paper(**review | changes)) is not Verdict.SAME


def test_pages_that_a_spreadsheet_took_for_a_date() -> None:
    assert verdict(paper(pages="1-6"), paper(pages="01-Jun")) is Verdict.SAME


def test_a_register_entry_from_two_databases() -> None:
    direct = paper(
        source="clinicaltrials", source_key="NCT01234567", journal=None, volume=None, issue=None, pages=None
    )
    central = paper(
        source="central",
        source_key="CN-01234",
        title="Maintenance Bevazolimab in Colorectal Cancer",
        authors=("Nct",),
        journal="https://clinicaltrials.gov/show/NCT01234567",
        volume=None,
        issue=None,
        pages=None,
    )
    assert verdict(direct, central) is Verdict.SAME


def test_policy_joins_preprints_and_cochrane_versions() -> None:
    preprint = paper(
        journal="medRxiv", volume=None, issue=None, pages=None, year=2013, doi="10.1101/2013.01.02.123"
    )
    article = paper(doi="10.1000/annio.25.7")
    assert verdict(preprint, article) is Verdict.DIFFERENT
    assert verdict(preprint, article, Policy(merge_preprints=True)) is Verdict.SAME
    cochrane = {"journal": "Cochrane Database of Systematic Reviews", "volume": None, "pages": "CD002273"}
    second = paper(**cochrane, year=2004, issue="3", doi="10.1002/14651858.CD002273.pub2")
    third = paper(**cochrane, year=2011, issue="2", doi="10.1002/14651858.CD002273.pub3")
    assert verdict(second, third) is Verdict.DIFFERENT
    assert verdict(second, third, Policy(merge_cochrane_versions=True)) is Verdict.SAME


def test_a_policy_never_joins_two_parts() -> None:
    preprint = paper(title=f"{TITLE}. Part 1", journal="medRxiv", volume=None, issue=None, pages=None)
    article = paper(title=f"{TITLE}. Part 2")
    assert verdict(preprint, article, Policy(merge_preprints=True)) is not Verdict.SAME
