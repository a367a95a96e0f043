"""Which database an entry of RIS comes from: told by links, names and accession numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from screener.model.citation import SOURCES

# Ovid names its databases in links: ...&D=med1&... ; MEDLINE counts as PubMed, whose PMIDs it carries.
_OVID = re.compile(r"ovid\S*[?&]D=([a-z]+)", re.IGNORECASE)
_OVID_NAMES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("em", "oem"), "embase"),
    (("cctr",), "central"),
    (("coch", "clcmr"), "cdsr"),
    (("psy", "apa"), "psycinfo"),
    (("med", "prem", "pp", "pm", "mes", "mez"), "pubmed"),
)
_DB_NAMES: tuple[tuple[str, str], ...] = (
    (r"\bcentral\b|controlled trials", "central"),
    (r"cochrane database of systematic|\bcdsr\b", "cdsr"),
    (r"clinicaltrials", "clinicaltrials"),
    (r"embase", "embase"),
    (r"scopus", "scopus"),
    (r"psyc ?info|psyc ?articles|psycnet", "psycinfo"),
    (r"web of science|science citation|\bwos\b", "wos"),
    (r"proquest|ptsdpubs", "proquest"),
    (r"medline|pubmed|\bnlm\b", "pubmed"),
)
_URL_NAMES: tuple[tuple[str, str], ...] = (
    (r"embase\.com", "embase"),
    (r"scopus\.com", "scopus"),
    (r"clinicaltrials\.gov/(?:ct2/)?(?:show|study)", "clinicaltrials"),
    (r"cochranelibrary\.com/cdsr|/10\.1002/14651858\.", "cdsr"),
    (r"10\.1002/central/|cochranelibrary\.com/central", "central"),
    (r"webofscience|webofknowledge", "wos"),
    (r"psycnet\.apa", "psycinfo"),
    (r"proquest\.com", "proquest"),
    (r"ncbi\.nlm\.nih\.gov/pubmed|pubmed\.ncbi", "pubmed"),
)


def source_of(tags: Mapping[str, list[str]]) -> str:
    """The database an entry comes from, by its Ovid link, its DB tag, its accession or its links."""
    for url in (*tags.get("L2", ()), *tags.get("UR", ())):
        if "ovid" in url and (match := _OVID.search(url)):
            for starts, database in _OVID_NAMES:
                if match[1].lower().startswith(starts):
                    return database
    for value in [value for tag in ("DB", "DP") for value in tags.get(tag, ())]:
        if value.lower() in SOURCES:
            return value.lower()
        if name := _named(value, _DB_NAMES):
            return name
    keys = " ".join(value for tag in ("AN", "ID", "UT", "U2") for value in tags.get(tag, ()))
    for pattern, name in (
        (r"\bWOS:", "wos"),
        (r"\bCN-\d{8}\b", "central"),
        (r"\bCD\d{6}\b", "cdsr"),
        (r"\b2-s2\.0-\d+", "scopus"),
        (r"\bNCT\d{8}\b", "clinicaltrials"),
        (r"\b(?:19|20)\d\d-\d{5}-\d{3}\b", "psycinfo"),
        (r"\bL\d{8,10}\b", "embase"),
    ):
        if re.search(pattern, keys):
            return name
    if tags.get("WE"):
        return "wos"
    links = " ".join(value for tag in ("UR", "L2", "DO") for value in tags.get(tag, ()))
    return _named(links, _URL_NAMES) or "other"


def _named(text: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for pattern, name in names if re.search(pattern, text, re.IGNORECASE)), None)
