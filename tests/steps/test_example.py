"""The worked example: built twice it is the same to the byte, and the repository shows what it writes."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.model.screening import Stage
from screener.protocol import read_protocol
from screener.steps import deduplication, screening, studies
from screener.steps.demo import build, build_in_place
from screener.steps.handoff import synthesis
from screener.steps.review import Review, example_folder, needs_building, open_review

ROOT = Path(__file__).parents[2]
COMPARED = {".csv", ".json", ".svg", ".txt", ".ris"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "review"
    build(folder, lambda _text: None)
    return folder


@pytest.fixture
def opened(example: Path) -> Iterator[Review]:
    review = open_review(example, "MZ")
    yield review
    review.close()


def texts(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in COMPARED and path.name != "index.json"
    }


def test_the_repository_shows_what_the_example_writes(example: Path) -> None:
    """`make example` was run after the last change of what it writes."""
    assert texts(ROOT / "exports") == texts(example / "exports")


def test_built_twice_it_is_the_same_to_the_byte(example: Path, tmp_path: Path) -> None:
    """Fixed clock, fixed ids: every CSV, JSON, SVG, text and RIS file."""
    build(tmp_path / "again", lambda _text: None)

    assert texts(tmp_path / "again" / "exports") == texts(example / "exports")


def test_a_folder_of_text_becomes_a_review_that_opens(example: Path, tmp_path: Path) -> None:
    """The repository's root has no database; it is built from the ledgers as text on first use."""
    for name in ("review.toml", "queries", "db/ledger"):
        source, target = example_folder() / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        copy(source, target)
    assert needs_building(tmp_path)

    build_in_place(tmp_path)

    assert not needs_building(tmp_path)
    built, reference = open_review(tmp_path, "AK"), open_review(example, "AK")
    assert screening.overview(built) == screening.overview(reference)
    built.close()
    reference.close()


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        for path in source.rglob("*"):
            if path.is_file():
                copy(path, target / path.relative_to(source))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())


def test_there_is_work_left_of_every_kind(opened: Review) -> None:
    """A visitor finds unscreened records, a pair to judge and a conflict to settle."""
    seen = screening.overview(opened.as_person("AK"))

    assert seen.waiting[Stage.TITLE_ABSTRACT] > 0
    assert seen.conflicts > 0
    assert deduplication.waiting_pairs(opened)


def test_every_exclusion_reason_of_the_protocol_is_used(opened: Review) -> None:
    """The example shows a record for each reason, at both stages together."""
    protocol = read_protocol(ROOT / "review.toml")
    used = {
        vote.reason
        for stage in Stage
        for votes in screening.store_screening.visible_votes(opened.store, stage, "MZ").values()
        for vote in votes
    }

    assert {reason.id for stage in Stage for reason in protocol.reasons[stage]} <= used


# As printed, checked against the sources named in docs/example.md: hazard ratio, interval, level.
PRINTED = {
    ("VELOUR", "OS"): ("0.817", "0.713", "0.937", "95.34"),
    ("SUNLIGHT", "OS"): ("0.61", "0.49", "0.77", "95"),
    ("SUNLIGHT", "PFS"): ("0.44", "0.36", "0.54", "95"),
    ("FRESCO-2", "OS"): ("0.66", "0.55", "0.80", "95"),
    ("RECOURSE", "OS"): ("0.68", "0.58", "0.81", "95"),
    ("CO.17", "OS"): ("0.77", "0.64", "0.92", "95"),
    ("RAISE", "OS"): ("0.844", "0.730", "0.976", "95"),
    ("EPOCH", "PFS"): ("0.69", "0.54", "0.88", "95"),
}


@pytest.mark.parametrize(("study", "outcome"), sorted(PRINTED))
def test_verified_effects_reach_the_network_as_printed(opened: Review, study: str, outcome: str) -> None:
    """The log HR is that of the printed HR, treatment versus comparator, and the SE that of its interval."""
    found = next(e for e in synthesis(opened).effects if (e.study, e.outcome) == (study, outcome))
    hr, low, high, level = PRINTED[study, outcome]

    assert tuple(found.printed[f] for f in ("hr", "ci_low", "ci_high", "ci_level")) == (hr, low, high, level)
    assert found.log_hr == pytest.approx(math.log(float(hr)))
    z = {"95": 1.959963985, "95.34": 1.98987}[level]
    width = math.log(float(high)) - math.log(float(low))
    assert found.se == pytest.approx(width / (2 * z), rel=1e-4)
    assert not found.inverted


def test_numbers_that_were_not_verified_are_in_no_network(example: Path) -> None:
    """HRs whose interval is known from memory only have no standard error, and say so."""
    with (example / "exports/tables/left_out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    for study in ("CORRECT", "CONCUR", "ML18147", "ASPECCT"):
        reasons = [r["reason"] for r in rows if (r["study"], r["outcome"]) == (study, "OS")]
        assert any("no CI" in reason for reason in reasons)


def test_the_networks_that_fall_apart_are_written_apart(example: Path) -> None:
    """A CTFU part and a BSC part, each naming what it cannot be compared with; empty populations say why."""
    folder = example / "exports/networks/OS/liver_metastases/node"
    parts = {path.name: json.loads((path / "manifest.json").read_text()) for path in sorted(folder.iterdir())}

    assert {part["reference"] for part in parts.values()} >= {"BSC", "CTFU"}
    for part in parts.values():
        assert part["not_comparable"]
    assert [p.name for p in (example / "exports/networks/OS/liver_limited").iterdir()] == ["README.txt"]


def test_the_study_that_waits_for_its_second_extractor_is_in_no_table(opened: Review) -> None:
    """Only agreed readings are handed over."""
    waiting = [
        a for a in (studies.agreed(opened, s.name) for s in studies.studies(opened)) if a.items is None
    ]

    assert [a.study for a in waiting] == ["HEARTO"]
