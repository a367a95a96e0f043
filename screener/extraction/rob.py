"""Cochrane risk of bias for randomised trials, the 2011 tool (RoB 1): domains, judgements, summary.

Sources: Higgins et al., BMJ 2011;343:d5928; Cochrane Handbook 5.1, chapter 8. Domain names are spelled as
the R package robvis reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from screener.model.errors import InputError
from screener.model.extraction import Form, Item


class Judgement(StrEnum):
    """The wider risk wins a summary: High over Unclear over Low."""

    LOW = "Low"
    HIGH = "High"
    UNCLEAR = "Unclear"


@dataclass(frozen=True, slots=True)
class Domain:
    """`name` is the column of robvis, `label` what a person reads, `bias` the kind of bias."""

    id: str
    name: str
    label: str
    bias: str


DOMAINS: tuple[Domain, ...] = (
    Domain("D1", "Random.sequence.generation.", "Random sequence generation", "selection"),
    Domain("D2", "Allocation.concealment.", "Allocation concealment", "selection"),
    Domain(
        "D3",
        "Blinding.of.participants.and.personnel.",
        "Blinding of participants and personnel",
        "performance",
    ),
    Domain("D4", "Blinding.of.outcome.assessment", "Blinding of outcome assessment", "detection"),
    Domain("D5", "Incomplete.outcome.data", "Incomplete outcome data", "attrition"),
    Domain("D6", "Selective.reporting.", "Selective reporting", "reporting"),
    Domain("D7", "Other.sources.of.bias.", "Other sources of bias", "other"),
)
DOMAIN_IDS = tuple(d.id for d in DOMAINS)

_WORDS = {
    "low": Judgement.LOW,
    "high": Judgement.HIGH,
    "unclear": Judgement.UNCLEAR,
    "uncertain": Judgement.UNCLEAR,  # what some reviews print
}


def read_judgement(text: str) -> Judgement:
    """Low, High or Unclear ("uncertain" too), case aside. Raises InputError."""
    found = _WORDS.get(text.strip().casefold())
    if found is None:
        raise InputError(
            f"{text.strip()!r} is no judgement", field="judgement", expected="Low, High or Unclear"
        )
    return found


def read_domain(text: str) -> str:
    """D1 to D7, case aside. Raises InputError."""
    found = text.strip().upper()
    if found not in DOMAIN_IDS:
        raise InputError(f"{text.strip()!r} is no domain", field="domain", expected="D1 to D7")
    return found


def judgements(items: Iterable[Item]) -> dict[str, Judgement]:
    """The judgement of each domain in the risk-of-bias forms of one study, in the order D1 to D7.

    Raises InputError for an unknown domain or judgement, and for a domain judged twice.
    """
    found: dict[str, Judgement] = {}
    for item in items:
        if item.form is not Form.ROB:
            continue
        domain = read_domain(item.values.get("domain", ""))
        if domain in found:
            raise InputError(f"{domain} is judged twice", entry=item.study, field="domain", expected="once")
        found[domain] = read_judgement(item.values.get("judgement", ""))
    return {d: found[d] for d in DOMAIN_IDS if d in found}


def overall(judged: Mapping[str, Judgement], key_domains: Collection[str] = DOMAIN_IDS) -> Judgement | None:
    """High if any key domain is High, Low if all are Low, else Unclear; None while that is still open.

    The tool prescribes no score and domains are never added up: this is the summary over the key domains
    that the protocol names (all seven by default). An unjudged key domain leaves the summary open unless
    another is High. Raises InputError for a key domain that is none, or for no key domain at all.
    """
    keys = {read_domain(key) for key in key_domains}
    if not keys:
        raise InputError("no key domain", field="key_domains", expected="one or more of D1 to D7")
    of_keys = [judged.get(key) for key in keys]
    if Judgement.HIGH in of_keys:
        return Judgement.HIGH
    if None in of_keys:
        return None
    return Judgement.UNCLEAR if Judgement.UNCLEAR in of_keys else Judgement.LOW
