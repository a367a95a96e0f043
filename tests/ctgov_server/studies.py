"""The studies that the server knows: read from a folder, or made up."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Study = dict[str, Any]


def number_of(study: Study) -> str:
    number = study["protocolSection"]["identificationModule"]["nctId"]
    assert isinstance(number, str)
    return number


def studies_of_folder(folder: Path) -> Iterator[Study]:
    """The studies of every .json and .json.gz: pages of the API, bare lists, single studies."""
    for path in sorted(p for p in folder.rglob("*") if p.name.endswith((".json", ".json.gz"))):
        data = path.read_bytes()
        found = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        if isinstance(found, dict):
            found = found.get("studies", [found])
        yield from found


def study(
    number: int,
    title: str = "Drug A against drug B",
    *,
    conditions: tuple[str, ...] = ("Colorectal Cancer",),
    interventions: tuple[str, ...] = ("Drug A", "Drug B"),
    summary: str = "The trial asks which of two drugs is better.",
    status: str = "COMPLETED",
    posted: str = "2015-03-02",
    updated: str = "2016-05-04",
    references: tuple[tuple[str, str | None, str], ...] = (),
) -> Study:
    """A made-up study NCT9... `references` are (type, PMID, text)."""
    protocol: dict[str, Any] = {
        "identificationModule": {
            "nctId": f"NCT{90_000_000 + number}",
            "briefTitle": title,
            "officialTitle": f"A Randomised Trial: {title}",
        },
        "statusModule": {
            "overallStatus": status,
            "startDateStruct": {"date": "2015-01"},
            "studyFirstSubmitDate": "2014-12-30",
            "studyFirstPostDateStruct": {"date": posted, "type": "ESTIMATED"},
            "lastUpdatePostDateStruct": {"date": updated, "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "University of Somewhere"}},
        "descriptionModule": {"briefSummary": summary},
        "conditionsModule": {"conditions": list(conditions)},
        "armsInterventionsModule": {
            "interventions": [{"type": "DRUG", "name": name} for name in interventions]
        },
    }
    if references:
        protocol["referencesModule"] = {
            "references": [
                {**({"pmid": pmid} if pmid else {}), "type": kind, "citation": text}
                for kind, pmid, text in references
            ]
        }
    return {"protocolSection": protocol, "derivedSection": {}, "hasResults": False}
