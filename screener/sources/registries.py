"""Trial registration numbers in text and in fields, written one way: upper case, plain hyphens."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\u00ad"), "-")

# Letters that every such number holds (small), the number, and how it is written. EudraCT numbers are bare
# digits, so their name must stand near.
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (letters, re.compile(pattern, re.IGNORECASE), form)
    for letters, pattern, form in (
        ("nct", r"(?<![A-Z0-9])NCT[ #:-]{0,2}(\d{8})(?!\d)", "NCT{}"),
        ("isrctn", r"(?<![A-Z0-9])ISRCTN[ #:-]{0,2}(\d{8})(?!\d)", "ISRCTN{}"),
        (
            "",
            r"(?:EudraCT|EUCTR|EU Clinical Trials? Register|EU CT|CTIS)"
            r"[^0-9]{0,40}?((?:19|20)\d\d-\d{6}-\d\d)(?!\d)",
            "EUCTR{}",
        ),
        (
            "umin",
            r"(?<![A-Z0-9])(?:JPRN-)?UMIN(?:-CTR)?[ :#-]{0,2}(?:ID[ :]{0,2})?0*(\d{1,9})(?!\d)",
            "UMIN{:0>9}",
        ),
        ("japiccti", r"(?<![A-Z0-9])(?:JPRN-)?JapicCTI[ :#-]{0,2}(\d{6})(?!\d)", "JAPICCTI-{}"),
        ("jrct", r"(?<![A-Z0-9])(?:JPRN-)?(jRCTs?\d{9,10})(?!\d)", "{}"),
        ("chictr", r"(?<![A-Z0-9])ChiCTR[ :]{0,2}((?:-?[A-Z]{2,5})?-?\d{8,10})(?!\d)", "CHICTR{}"),
        ("actrn", r"(?<![A-Z0-9])ACTRN[ :-]{0,2}(\d{14})(?!\d)", "ACTRN{}"),
        ("drks", r"(?<![A-Z0-9])DRKS[ :-]{0,2}(\d{8})(?!\d)", "DRKS{}"),
        ("ctri/", r"(?<![A-Z0-9])(CTRI/\d{4}/\d{2,3}/\d{6})(?!\d)", "{}"),
        ("kct", r"(?<![A-Z0-9])(KCT\d{7})(?!\d)", "{}"),
        ("irct", r"(?<![A-Z0-9])(IRCT\d{11,14}N\d{1,3})(?![A-Z0-9])", "{}"),
        ("pactr", r"(?<![A-Z0-9])(PACTR\d{15,16})(?!\d)", "{}"),
        ("tctr", r"(?<![A-Z0-9])(TCTR\d{11})(?!\d)", "{}"),
        ("rbr-", r"(?<![A-Z0-9])(RBR-[0-9a-z]{6,8})(?![A-Z0-9])", "{}"),
        ("slctr/", r"(?<![A-Z0-9])(SLCTR/\d{4}/\d{3})(?!\d)", "{}"),
        ("ntr", r"(?<![A-Z0-9])NTR[ :-]?(\d{3,4})(?!\d)", "NTR{}"),
    )
)
# Every number has a run of digits that running text hardly ever has; the few short ones go by their letters.
# Written out digit by digit, which re searches for many times faster than a repetition.
_DIGITS = re.compile(r"\d\d\d\d(?:\d\d|/\d\d\d)")
# Not ASCII, yet alike when the case is ignored, as the patterns do.
_ALIKE = {0x131: "i", 0x130: "i", 0x17F: "s"}
_EUDRACT = re.compile(r"(?:19|20)\d\d-\d{6}-\d\d")

# DataBankName of PubMed whose accessions are trial registrations (others: GENBANK, PDB, figshare ...).
_BANKS = re.compile(
    r"clinicaltrials|isrctn|eudract|euctr|umin|japic|jrct|jmacct|chictr|anzctr|actrn|drks|ctri|cris|kct|irct|"
    r"pactr|tctr|rebec|rpcec|slctr|ntr|ictrp|eu clinical",
    re.IGNORECASE,
)


def registry_ids(*texts: str | None) -> tuple[str, ...]:
    """The registration numbers in the texts, each once, in the order of the texts and registries."""
    found: dict[str, None] = {}
    for text in texts:
        if not text or not _may_hold_one(text):
            continue
        clean = text if text.isascii() else text.translate(_DASHES)
        small = (clean if clean.isascii() else clean.translate(_ALIKE)).lower()
        for letters, pattern, form in _RULES:
            if letters in small:
                for match in pattern.finditer(clean):
                    found[form.format(match[1]).upper()] = None
    return tuple(found)


def _may_hold_one(text: str) -> bool:
    return _DIGITS.search(text) is not None or "UMIN" in text or "NTR" in text or "RBR-" in text


def bank_ids(bank: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """The accessions of one PubMed data bank, when the bank is a trial registry; else nothing."""
    if not _BANKS.search(bank):
        return ()
    found: dict[str, None] = {}
    for number in numbers:
        clean = "".join(number.translate(_DASHES).split())
        if not clean:
            continue
        known = registry_ids(clean)
        if not known and _EUDRACT.fullmatch(clean):
            known = (f"EUCTR{clean}",)
        if not known and clean.isdigit():
            # "UMIN-CTR" with a bare number: the bank names the registry.
            known = registry_ids(f"{bank.split('-')[0].split('.')[0]}{clean}")
        found |= dict.fromkeys(known or (clean.upper(),))
    return tuple(found)
