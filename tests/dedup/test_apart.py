"""What must not be joined by the machine: each veto, and pairs that only look alike."""

from __future__ import annotations

from typing import Any

import pytest

from screener.dedup import Verdict

from .made import PAPER, pair, paper, verdict

TITLE: str = PAPER["title"]
NO_PLACE: dict[str, Any] = {"journal": None, "volume": None, "issue": None, "pages": None}


@pytest.mark.parametrize(
    ("one", "other", "veto"),
    [
        pytest.param(
            {"title": f"Erratum: {TITLE}", "pages": "1501"}, {}, "erratum, comment or reply", id="erratum"
        ),
        pytest.param(
            {"title": f"{TITLE}: authors' reply", "pages": "1401-2"},
            {},
            "erratum, comment or reply",
            id="reply",
        ),
        pytest.param(
            {"title": f"Comment on: {TITLE}", "pages": "1402-3"},
            {},
            "erratum, comment or reply",
            id="comment",
        ),
        pytest.param(
            {"publication_types": ("Retraction of Publication",), "pages": "1420"},
            {"publication_types": ("Journal Article",)},
            "erratum, comment or reply",
            id="retraction notice",
        ),
        pytest.param(
            {"title": f"{TITLE}: study protocol", "year": 2013, "volume": "24", "pages": "5-11"},
            {},
            "protocol",
            id="protocol",
        ),
        pytest.param(
            {"source": "clinicaltrials", "source_key": "NCT01234567"} | NO_PLACE,
            {},
            "register entry and paper",
            id="register entry",
        ),
        pytest.param(
            {
                "publication_types": ("Conference Abstract",),
                "journal": "European Journal of Fiction",
                "pages": "S210",
            },
            {},
            "meeting abstract and journal article",
            id="meeting abstract elsewhere",
        ),
        pytest.param(
            {"publication_types": ("Conference Abstract",), "issue": "15 suppl", "pages": None},
            {},
            "meeting abstract and journal article",
            id="meeting abstract in the same volume",
        ),
        pytest.param(
            {"journal": "Workshop on Invented Oncology"} | {"volume": None, "issue": None, "pages": None},
            {"volume": None, "issue": None, "pages": None, "journal": "Journal of Invented Oncology"},
            "meeting abstract and journal article",
            id="workshop",
        ),
        pytest.param(
            {"title": f"{TITLE}. Part 1", "pages": "100-109"},
            {"title": f"{TITLE}. Part 2", "pages": "110-121"},
            "numbers in the titles",
            id="parts",
        ),
        pytest.param(
            {"title": f"{TITLE}. II. Safety", "pages": None},
            {"title": f"{TITLE}. I. Safety", "pages": None},
            "numbers in the titles",
            id="parts in roman numerals",
        ),
        pytest.param(
            {"title": "Editorial", "pages": "1-2"},
            {"title": "Editorial"},
            "a title that many works share",
            id="editorials",
        ),
        pytest.param(
            {"journal": "Another Journal Altogether", "volume": "3", "issue": "1", "pages": "77-80"}
            | {"year": 2013},
            {},
            "another place",
            id="printed again elsewhere",
        ),
        pytest.param(
            {"source": "clinicaltrials", "source_key": "NCT01234567"} | NO_PLACE,
            {"source": "clinicaltrials", "source_key": "NCT07654321"} | NO_PLACE,
            "two register numbers",
            id="two trials of one title",
        ),
    ],
)
def test_different(one: dict[str, Any], other: dict[str, Any], veto: str) -> None:
    found = pair(paper(**one), paper(**other))
    if found is None:
        assert veto == "two register numbers"
        return
    assert found.verdict is Verdict.DIFFERENT
    assert veto in found.vetoes
    assert found.forbids


@pytest.mark.parametrize(
    ("one", "other", "veto"),
    [
        pytest.param({"doi": "10.1000/one"}, {"doi": "10.1000/other"}, "two DOIs", id="two DOIs"),
        pytest.param({"pmid": "111"}, {"pmid": "112"}, "two PMIDs", id="two PMIDs"),
        pytest.param(
            {"publication_types": ("Retraction of Publication",), "pages": "1420"},
            {},
            "erratum, comment or reply",
            id="a type that one database does not give",
        ),
        pytest.param(
            {"title": "Department of Error", "authors": (), "pages": "2150"},
            {"title": "Department of Error", "authors": (), "pages": "2150"},
            "a title that many works share",
            id="two errata of one page",
        ),
        pytest.param(
            {"pages": "60"}, {"pages": "61"}, "other pages", id="abstracts on two pages of one issue"
        ),
        pytest.param({"pages": "e14000", "issue": None}, {}, "other pages", id="abstract in the same volume"),
        pytest.param({"pages": None, "issue": None}, {}, "printed pages on one side only", id="pages lost"),
        pytest.param({"volume": "27", "pages": "3-9", "year": 2016}, {}, "another place", id="printed again"),
        pytest.param(
            {"journal": "Another Journal Altogether", "volume": "3", "issue": "1", "pages": "77-80"},
            {},
            "another place",
            id="printed twice",
        ),
        pytest.param(
            {"title": f"Correction: {TITLE}", "pages": None},
            {"title": f"Correction: {TITLE}"},
            "erratum, comment or reply without its page",
            id="two corrections of one paper",
        ),
        pytest.param(
            {"title": f"{TITLE} (vol 24, pg 1311, 2014)", "pages": None, "issue": None},
            {},
            "erratum, comment or reply",
            id="a correction as Web of Science names it",
        ),
        pytest.param(
            {"title": "Radiology case of the month", "year": 2013} | NO_PLACE | {"journal": PAPER["journal"]},
            {"title": "Radiology case of the month"} | NO_PLACE | {"journal": PAPER["journal"]},
            "two years and no place",
            id="yearly piece",
        ),
        pytest.param(
            {"title": "Charity challenges", "volume": "11", "issue": "188", "pages": "3-4"},
            {"title": "Charity challenges", "volume": "188", "issue": "11", "pages": "3-4"},
            "a title that many works share",
            id="a short title, volume and issue swapped",
        ),
        pytest.param(
            {"year": 2017}, {"pages": None, "volume": None, "issue": None}, "years apart", id="years"
        ),
        pytest.param(
            {
                "publication_types": ("inproceedings",),
                "journal": "Proceedings of the Invented Conference",
                "pages": None,
            }
            | {"volume": None, "issue": None},
            {
                "publication_types": ("inproceedings",),
                "journal": "Proceedings of the Invented Conference",
                "pages": None,
            }
            | {"volume": None, "issue": None, "year": 2015},
            "meetings of two years",
            id="yearly meeting",
        ),
    ],
)
def test_asked(one: dict[str, Any], other: dict[str, Any], veto: str) -> None:
    found = pair(paper(**one), paper(**other))
    assert found is not None
    assert found.verdict is Verdict.ASK
    assert veto in found.vetoes


def test_one_doi_on_two_works() -> None:
    other = paper(
        title="Nurses' views of night shifts",
        authors=("Brandt, Kim",),
        year=2011,
        pages="5-9",
        doi="10.1000/x.1",
    )
    assert verdict(paper(doi="10.1000/x.1"), other) is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            {"title": "Bevazolimab in gastric cancer", "pages": "1320-1328"}, id="next paper of the group"
        ),
        pytest.param(
            {"title": TITLE, "authors": ("Brandt, Kim",)} | NO_PLACE | {"journal": "Heart"}, id="other people"
        ),
        pytest.param({"title": None, "authors": ()}, id="no title"),
    ],
)
def test_not_mentioned_or_asked(changes: dict[str, Any]) -> None:
    assert verdict(paper(), paper(**changes)) in (None, Verdict.ASK)


@pytest.mark.parametrize(
    ("one", "other"), [("women", "men"), ("hepatitis A", "hepatitis B"), ("adults", "children")]
)
def test_one_word_makes_another_paper(one: str, other: str) -> None:
    text = (
        "Long term outcome of bevazolimab maintenance in {} with metastatic colorectal cancer treated at home"
    )
    first = paper(title=text.format(one), pages=None, issue=None)
    assert verdict(first, paper(title=text.format(other), pages=None, issue=None)) is not Verdict.SAME


def test_an_abstract_of_the_supplement_on_the_page_of_the_paper() -> None:
    abstract = paper(pages="S1311", volume=None, publication_types=("Conference Abstract",))
    assert verdict(abstract, paper()) is not Verdict.SAME


def test_words_before_a_title_make_another_paper() -> None:
    """Unlike a subtitle that was lost."""
    one, other = paper(title="Fragility of the bones in later life, seen by its doctors", pages=None), None
    other = paper(title=f"Inherited {one.title}", pages=None)
    assert verdict(one, other) is Verdict.ASK
    assert verdict(one, paper(title=f"{one.title}: a review", pages=None)) is Verdict.SAME


def test_one_doi_without_a_title_is_asked_about() -> None:
    """Missing is unknown, never a contradiction."""
    bare: dict[str, Any] = NO_PLACE | {"authors": (), "year": None}
    one, other = paper(doi="10.1000/one", **bare), paper(doi="10.1000/one", title=None, **bare)
    assert verdict(one, other) is Verdict.ASK


def test_letters_of_one_page_by_different_people() -> None:
    letter = {"title": "Preferences of patients and the five-year survival", "pages": "928", "abstract": None}
    one, other = paper(**letter), paper(**letter, authors=("Somebody, E.",))
    found = pair(one, other)
    assert found is None or found.verdict is not Verdict.SAME


def test_corrections_of_two_papers_on_one_page() -> None:
    place = {"authors": (), "pages": "e239", "publication_types": ("Published Erratum",)}
    one = paper(title="Correction to Invented Oncology 2014; 25: 872-82", **place)
    other = paper(title="Correction to Invented Oncology 2014; 25: 309-20", **place)
    found = pair(one, other)
    assert found is None or found.verdict is Verdict.DIFFERENT


def test_same_page_of_a_supplement_is_not_a_translation() -> None:
    place = {"pages": "S210", "volume": "25 Suppl 4"}
    one = paper(title="[Bevazolimab and quality of life]", **place)
    assert verdict(one, paper(title="Cost of care after induction", **place)) is not Verdict.SAME


def test_an_issue_counted_from_page_one_is_not_a_translation() -> None:
    one = paper(title="Big claims on data in hiring", issue="1", pages="54-59")
    assert (
        verdict(one, paper(title="The market of digital labour", issue="2", pages="54-59"))
        is not Verdict.SAME
    )
