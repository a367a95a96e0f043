"""The hand-off: networks for the analyst, tables, the flow, citations and the audit log, in one folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screener.extraction import rob
from screener.extraction.effects import study_effects
from screener.handoff import tables
from screener.handoff.citations import write_citations
from screener.handoff.csvtext import for_people
from screener.handoff.files import write_file, write_files
from screener.handoff.flow import Flow
from screener.handoff.flow_layout import layout
from screener.handoff.flow_svg import to_svg
from screener.handoff.networks import network_files
from screener.handoff.robvis import Judged, rob_table
from screener.model.effects import LeftOut, StudyEffect
from screener.model.errors import InputError, ReviewError
from screener.model.extraction import Form, Item
from screener.model.protocol import Role
from screener.model.screening import Outcome, Stage
from screener.steps import agreement, alerts, deduplication, records, settling, studies
from screener.steps.dedup_audit import audit_files
from screener.steps.flow import flow, flow_records
from screener.steps.review import Review
from screener.steps.search_report import search_report, search_table
from screener.steps.tables_out import references
from screener.store import citations as store_citations
from screener.store import extraction as store_extraction
from screener.store import ledger, rounds, screening
from screener.synthesis.network import LEVELS, Part, build_networks

WHAT = ("networks", "tables", "flow", "searches", "deduplication", "agreement", "citations", "audit")
INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which networks to write; None: all."""

    outcome: str | None = None
    population: str | None = None
    level: str | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What the agreed extraction comes to: effects on the log scale, and what became none, with why."""

    effects: tuple[StudyEffect, ...]
    left_out: tuple[LeftOut, ...]
    agreed: tuple[studies.Agreed, ...]

    @property
    def items(self) -> dict[str, tuple[Item, ...]]:
        return {a.study: a.items for a in self.agreed if a.items is not None}


def synthesis(review: Review) -> Synthesis:
    """Effects of all agreed studies; a study that is not agreed on is left out, and says what it waits for."""
    effects: list[StudyEffect] = []
    left_out: list[LeftOut] = []
    agreed = tuple(studies.agreed(review, study.name) for study in studies.studies(review))
    for found in agreed:
        if found.items is None:
            left_out.append(LeftOut(found.study, "", "", found.waits_for or ""))
            continue
        of_study, lost = study_effects(found.study, found.items, review.protocol, extractors=found.extractors)
        effects += of_study
        left_out += lost
    return Synthesis(tuple(effects), tuple(left_out), agreed)


def networks(review: Review, found: Synthesis) -> tuple[list[Part], dict[str, list[LeftOut]]]:
    """The connected parts at both levels; and for each level the effects in none of its networks."""
    parts: list[Part] = []
    left_out: dict[str, list[LeftOut]] = {}
    for level in LEVELS:
        of_level, lost = build_networks(found.effects, review.protocol, level)
        parts += of_level
        left_out[level] = [*found.left_out, *lost]
    return parts, left_out


def export(
    review: Review, folder: Path, what: Sequence[str] = (), selection: Selection | None = None
) -> list[str]:
    """Write the hand-off below a folder and give the names of its files, sorted.

    Everything is made before anything is written, so a refusal (a flow that does not add up, a study that
    no receiver would take) leaves the folder as it was. Files of an earlier export that are no longer part
    of it are taken away, unless somebody changed them.
    """
    _ = review.protocol
    wanted = list(what) or [w for w in WHAT if w != "audit" or _coordinates(review)]
    files: dict[str, bytes] = {}
    found = synthesis(review) if {"networks", "tables"} & set(wanted) else None
    if found is not None and "networks" in wanted:
        files |= {f"networks/{k}": v for k, v in _networks(review, found, selection or Selection()).items()}
    if found is not None and "tables" in wanted:
        files |= {f"tables/{name}": text.encode() for name, text in _tables(review, found).items()}
    if "flow" in wanted:
        files |= _flow(review)
    if "searches" in wanted:
        files |= {f"searches/{name}": text.encode() for name, text in _searches(review).items()}
    if "deduplication" in wanted:
        if deduplication.uncompared(review):
            deduplication.deduplicate(review)
        files |= {f"deduplication/{name}": text.encode() for name, text in audit_files(review).items()}
    if "agreement" in wanted:
        files |= {f"agreement/{name}": text.encode() for name, text in agreement.files(review).items()}
    if "citations" in wanted:
        files["citations/included.ris"] = _included_ris(review).encode()
    if "audit" in wanted:
        review.person(Role.COORDINATOR)
        files["audit/acts.csv"] = audit_csv(review).encode()
    made = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    earlier = _earlier(folder)
    # Only what was asked for whole is renewed whole: a screener's export leaves the audit log alone.
    renewed = set(wanted) if selection in (None, Selection()) else set()
    gone = {name for name in earlier if name.split("/")[0] in renewed and name not in made}
    index = {name: sha256 for name, sha256 in {**earlier, **made}.items() if name not in gone}
    files[INDEX] = (json.dumps(index, indent=1, sort_keys=True) + "\n").encode()
    write_files(folder, files, overwrite=True)
    for name in gone:
        _take_away(folder / name, earlier[name])
    return sorted(files)


def _searches(review: Review) -> dict[str, str]:
    """The appendix after PRISMA-S, the runs as a table, and what happened to papers since they came in.

    The folder is shared: of the alerts only what rests on closed record-stages.
    """
    rows = [
        (
            a.kind,
            a.record,
            a.study,
            "; ".join(a.effects),
            a.text,
            "open" if a.open else "seen to",
            a.seen_by,
            a.note,
        )
        for a in alerts.alerts(review.as_person(None))
    ]
    columns = ("kind", "record", "study", "effects", "what", "state", "seen_by", "note")
    return {
        "prisma-s.md": search_report(review),
        "searches.csv": search_table(review),
        "alerts.csv": for_people(columns, rows),
    }


def _coordinates(review: Review) -> bool:
    return review.me is not None and Role.COORDINATOR in review.me.roles


def _earlier(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / INDEX).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    # A name that leads out of the folder is none of ours.
    return {str(k): str(v) for k, v in found.items() if ".." not in k and not k.startswith("/")}


def _take_away(path: Path, sha256: str) -> None:
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        return
    path.unlink()
    parent = path.parent  # the walk ends at the folder that holds the index
    while not any(parent.iterdir()):
        parent.rmdir()
        parent = parent.parent


def _networks(review: Review, found: Synthesis, selection: Selection) -> dict[str, bytes]:
    _known(selection.outcome, [o.id for o in review.protocol.outcomes], "--outcome")
    _known(selection.population, [p.id for p in review.protocol.populations], "--population")
    parts, left_out = networks(review, found)
    patients: dict[tuple[str, str], int] = {}
    for effect in found.effects:
        for node, n in zip((effect.treatment, effect.comparator), effect.patients, strict=True):
            if n is not None:
                patients[(effect.study, node)] = n
    files = network_files(parts, left_out, review.protocol, patients=patients)
    prefix = [selection.outcome, selection.population, selection.level, selection.part]
    chosen = {
        name: content
        for name, content in files.items()
        if all(
            want is None or (len(name.split("/")) > place + 1 and name.split("/")[place] == want)
            for place, want in enumerate(prefix)
        )
    }
    if not chosen:
        there = sorted({"/".join(name.split("/")[:-1]) for name in files})
        raise ReviewError(
            "there is no such network", field="--part", expected=", ".join(there) or "agreed effects"
        )
    return chosen


def _known(value: str | None, known: Sequence[str], option: str) -> None:
    if value is not None and value not in known:
        raise InputError(f"'{value}' is not in the protocol", field=option, expected=", ".join(known))


def _tables(review: Review, found: Synthesis) -> dict[str, str]:
    names = references(review)
    reports = {s.name: tuple(names[r] for r in s.reports) for s in studies.studies(review)}
    facts = [_facts(review, study, reports[study], items) for study, items in found.items.items()]
    users: dict[str, list[str]] = {}
    for fact in facts:
        for arm in fact.arms:
            users.setdefault(_printed(review, arm.regimen), []).append(fact.study)
    _, lost = networks(review, found)
    everywhere = set.intersection(*(set(entries) for entries in lost.values()))
    made = {
        "studies.csv": tables.study_table(facts),
        "effects.csv": tables.effects_table(found.effects),
        "left_out.csv": for_people(
            ["study", "outcome", "population", "level", "reason"],
            [
                [x.study, x.outcome, x.population, "all" if x in everywhere else level, x.reason]
                for level, entries in lost.items()
                for x in entries
                if x not in everywhere or level == LEVELS[0]
            ],
        ),
        "treatments.csv": tables.treatment_table(review.protocol, users),
        "excluded_full_texts.csv": tables.excluded_table(_excluded(review, names)),
    }
    judged = _judged(found)
    if judged:
        made["risk_of_bias_robvis.csv"] = rob_table("rob1", judged)
        made["risk_of_bias_support.csv"] = _support(found)
    return made


def _printed(review: Review, regimen: str) -> str:
    """The regimen as the protocol's dictionary spells it."""
    folded = " ".join(regimen.casefold().split())
    return next(
        (r.printed for r in review.protocol.regimens if " ".join(r.printed.casefold().split()) == folded),
        regimen,
    )


def _facts(review: Review, study: str, reports: tuple[str, ...], items: Sequence[Item]) -> tables.StudyFacts:
    general = next((item.values for item in items if item.form is Form.STUDY), {})
    arms = []
    for item in items:
        if item.form is Form.ARM:
            node = review.protocol.node_of(item.values.get("regimen", ""))
            arms.append(tables.ArmFacts(**item.values, node=node.id if node else ""))
    fields = ("registration", "phase", "blinding", "line", "n_randomised", "population")
    return tables.StudyFacts(
        study=study,
        reports=reports,
        arms=tuple(arms),
        **{name: general.get(name, "") for name in fields},
    )


def _excluded(review: Review, names: dict[str, str]) -> list[tables.ExcludedReport]:
    rows = []
    for record, state in records.states(review).items():
        if state.full_text.outcome is not Outcome.EXCLUDED:
            continue
        fields = records.card(review, record).fields
        reason = review.protocol.reason(Stage.FULL_TEXT, state.full_text.reason or "")
        # Notes are part of the votes: they are told where the votes have been shown.
        shown = screening.is_revealed(review.store, record, Stage.FULL_TEXT)
        votes = screening.votes_on(review.store, record, Stage.FULL_TEXT, review.viewer) if shown else []
        rows.append(
            tables.ExcludedReport(
                record=names[record],
                authors=fields.authors,
                year=fields.year,
                title=fields.title or "",
                journal=fields.journal or "",
                doi=fields.doi or "",
                pmid=fields.pmid or "",
                reason=reason.label if reason else state.full_text.reason or "",
                note=" | ".join(v.note for v in votes if v.note),
            )
        )
    return rows


def _judged(found: Synthesis) -> list[Judged]:
    rows = []
    for study, items in found.items.items():
        judged = rob.judgements(items)
        overall = rob.overall(judged)
        if overall is not None:
            domains = {key: value.value for key, value in judged.items()}
            rows.append(Judged(study, domains, overall.value))
    return rows


def _support(found: Synthesis) -> str:
    labels = {domain.id: domain.label for domain in rob.DOMAINS}
    return for_people(
        ["study", "domain", "label", "judgement", "support", "page"],
        [
            [
                study,
                item.values.get("domain"),
                labels.get(item.values.get("domain", "")),
                item.values.get("judgement"),
                item.values.get("support"),
                item.values.get("page"),
            ]
            for study, items in found.items.items()
            for item in items
            if item.form is Form.ROB
        ],
    )


def rob_rows(review: Review) -> list[dict[str, str]]:
    """Risk of bias as agreed so far, a row a study: each domain's judgement (empty: none yet), and overall."""
    rows = []
    for study, items in synthesis(review).items.items():
        judged = rob.judgements(items)
        overall = rob.overall(judged)
        domains = {d.id: judged[d.id].value if d.id in judged else "" for d in rob.DOMAINS}
        rows.append({"study": study, **domains, "overall": overall.value if overall else ""})
    return rows


def _flow(review: Review) -> dict[str, bytes]:
    from screener.handoff.flow_png import to_png

    counted = flow(review)
    picture = layout(counted)
    if _coordinates(review):
        _publish(review, counted)
    return {
        "flow/flow.json": (json.dumps(counted.to_dict(), ensure_ascii=False, indent=2) + "\n").encode(),
        "flow/flow.svg": to_svg(picture).encode(),
        "flow/flow.png": to_png(picture),
    }


def _publish(review: Review, counted: Flow) -> None:
    """Keep the published flow with the records behind its boxes, unless nothing has changed since the last."""
    counts = json.dumps(counted.to_dict(), ensure_ascii=False, sort_keys=True)
    if store_extraction.last_snapshot(review.store) == counts:
        return
    rows = [
        [
            row.record,
            row.title_abstract.value,
            row.retrieval.value,
            row.full_text.value,
            row.reason,
            row.study,
        ]
        for row in flow_records(review)
    ]
    store_extraction.add_snapshot(
        review.store, review.person().id, counts, json.dumps(rows, ensure_ascii=False)
    )


def draw_flow(counted: Flow, file: Path) -> None:
    """Draw the flow as SVG or PNG, by the file's ending."""
    picture = layout(counted)
    if file.suffix.lower() == ".svg":
        write_file(file, to_svg(picture).encode())
    elif file.suffix.lower() == ".png":
        from screener.handoff.flow_png import to_png

        write_file(file, to_png(picture))
    else:
        raise InputError(f"'{file.suffix}' is no picture format", file=str(file), expected=".svg or .png")


def _included_ris(review: Review) -> str:
    return write_citations(
        [records.card(review, record).fields for record in studies.included(review)], "ris"
    )


def audit_csv(review: Review) -> str:
    """Every act in the order of its time with what was said, for the coordinator.

    That it shows votes is recorded: from here on they change only by a resolution.
    It lies in a folder that the team shares: votes of record-stages that are still open, and forms of
    studies that both extractors have not submitted, come into the log when they are closed; votes whose names the
    protocol hides, when they are settled; who stopped early, when all have.
    """
    me = review.person(Role.COORDINATOR)
    record_of = {
        c: r for r, members in store_citations.members_by_record(review.store).items() for c in members
    }
    veiled = settling.veiled(review)
    closed = {
        stage.value: {
            record: None  # in order
            for record in screening.visible_votes(review.store, stage, None)
            if (stage, record) not in veiled
        }
        for stage in Stage
    }
    stopped = {stage.value for stage in Stage if rounds.stops_in_force(review.store, stage)}
    opened = store_extraction.submitted(review.store, None)
    with review.store.write():
        for stage in Stage:
            for record in closed[stage.value]:
                screening.add_reveal(review.store, me.id, record, stage)

    def may_be_told(row: dict[str, Any]) -> bool:
        said = row["said"]
        if row["kind"] == "decision":
            return record_of[said["citation_id"]] in closed[said["stage"]]
        if row["kind"] == "resolution":
            return (Stage(said["stage"]), record_of[said["citation_id"]]) not in veiled
        if row["kind"] == "stop":
            return said["stage"] in stopped
        if row["kind"] in {"extraction", "submission"}:
            return said["study"] in opened
        return True

    return tables.audit_table(row for row in ledger.audit(review.store) if may_be_told(row))
