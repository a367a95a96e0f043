"""Citations made up for the tests."""

from __future__ import annotations

from typing import Any

from screener.dedup import PairVerdict, Policy, Verdict, cluster, find_pairs
from screener.model.citation import Citation

PAPER: dict[str, Any] = {
    "source": "pubmed",
    "title": "Maintenance bevazolimab after induction in metastatic colorectal cancer: a phase III "
    "randomised trial",
    "authors": ("Okafor, Ngozi", "Lindqvist, Per", "Marchetti, Giulia"),
    "journal": "Annals of Invented Oncology",
    "year": 2014,
    "volume": "25",
    "issue": "7",
    "pages": "1311-1319",
}


def paper(**changes: Any) -> Citation:
    return Citation(**(PAPER | changes))


def pair(a: Citation, b: Citation, policy: Policy | None = None) -> PairVerdict | None:
    """What the engine says on the two, None if it does not mention them."""
    found = find_pairs({"a": a, "b": b}, policy=policy or Policy())
    assert len(found) <= 1
    return found[0] if found else None


def verdict(a: Citation, b: Citation, policy: Policy | None = None) -> Verdict | None:
    """Also asks the other way round: a verdict never hangs on which of the two came first."""
    one, other = pair(a, b, policy), pair(b, a, policy)
    assert (one and one.verdict) == (other and other.verdict)
    return one.verdict if one else None


def records(citations: dict[str, Citation]) -> set[frozenset[str]]:
    clustering = cluster(citations, find_pairs(citations))
    return {frozenset(members) for members in clustering.members().values()}
