"""init, protocol, status, doctor, backup."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, settings, wants_json


@click.command("init", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--protocol", type=click.Path(path_type=Path), help="A review.toml to start from.")
@click.option("--group", is_flag=True, help="For a team on one server: files that the group may write.")
def init_command(folder: Path, protocol: Path | None, group: bool) -> None:
    """Make a new review in FOLDER, which must be new or empty."""
    from screener.steps.review import init_review

    init_review(folder, protocol=protocol, group=group).close()
    if wants_json():
        output.data({"folder": str(folder.resolve()), "group": group})
        return
    output.line(f"A new review in {folder}")
    output.line(f"  1  edit {folder / 'review.toml'}, and see `screener -C {folder} protocol check`")
    output.line(f"  2  screener -C {folder} --as COORDINATOR protocol adopt --reason 'first version'")
    output.line(
        f"  3  screener -C {folder} --as YOU import FILE...   or write queries/*.toml and   search run"
    )


@click.group("protocol", cls=SubGroup)
def protocol_command() -> None:
    """review.toml is a draft until a coordinator adopts it."""


@protocol_command.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Read review.toml (or FILE) and name every mistake with its line."""
    from screener.protocol import read_protocol
    from screener.steps.review import find_folder

    path = file or find_folder(settings().folder) / "review.toml"
    protocol = read_protocol(path)
    facts = {
        "title": protocol.title,
        "reviewers": len(protocol.reviewers),
        "outcomes": len(protocol.outcomes),
        "populations": len(protocol.populations),
        "nodes": len(protocol.nodes),
        "regimens": len(protocol.regimens),
    }
    if wants_json():
        output.data({"file": str(path), "ok": True, **facts})
    else:
        output.line(f"{path}: no mistakes; " + ", ".join(f"{v} {k}" for k, v in list(facts.items())[1:]))


@protocol_command.command("diff")
def diff() -> None:
    """What the draft changes against the protocol in force."""
    from screener.protocol import diff_protocols, read_protocol

    with review() as opened:
        changes = diff_protocols(opened.protocol, read_protocol(opened.folder / "review.toml"))
    if wants_json():
        output.data({"changes": changes})
    else:
        for change in changes or ["the draft is the protocol in force"]:
            output.line(change)


@protocol_command.command("adopt")
@click.option("--reason", required=True, help="Why, for the audit trail.")
def adopt(reason: str) -> None:
    """Put the draft in force (coordinators)."""
    from screener.steps import deduplication
    from screener.steps.review import adopt as adopt_draft

    progress = output.Progress()
    with review() as opened:
        act = adopt_draft(opened, reason)
        title = opened.protocol.title
        if deduplication.uncompared(opened):
            # The protocol has another word on duplicates: records follow it from here on.
            deduplication.deduplicate(opened, progress)
    progress.close()
    if wants_json():
        output.data({"id": act, "title": title})
    else:
        output.line(f"adopted: {title}")


@click.command("status", cls=Command)
def status_command() -> None:
    """What waits for you and where the review stands, from what you may see."""
    from screener.model.screening import Stage
    from screener.steps import deduplication
    from screener.steps.alerts import alerts
    from screener.steps.screening import overview

    with review() as opened:
        seen = overview(opened)
        pairs = len(deduplication.waiting_pairs(opened))
        raised = sum(alert.open for alert in alerts(opened))
        title = opened.protocol.title
        uncompared = deduplication.uncompared(opened)
        who = opened.me
    facts = {
        "title": title,
        "reviewer": who.id if who else None,
        "records": seen.records,
        "waiting": {stage.value: seen.waiting[stage] for stage in Stage},
        "voted": {stage.value: seen.voted[stage] for stage in Stage},
        "at_stage": {stage.value: seen.eligible[stage] for stage in Stage},
        "conflicts_for_you": seen.conflicts,
        "pairs_to_judge": pairs,
        "not_compared": uncompared,
        "alerts": raised,
        "included": seen.included,
    }
    if wants_json():
        output.data(facts)
        return
    output.line(title)
    if who is not None:
        roles = ", ".join(sorted(who.roles))
        output.line(f"{who.name} ({who.id}), {roles}")
    rows: list[list[object]] = [
        [stage.label, seen.waiting[stage], seen.voted[stage], seen.eligible[stage]] for stage in Stage
    ]
    output.table(["stage", "wait for you", "voted by you", "records at this stage"], rows)
    output.line(
        f"{seen.conflicts} conflicts you can settle, {pairs} pairs to judge, {seen.included} reports included"
    )
    if uncompared:
        output.line(
            f"! {uncompared:,} citations have not been compared with the others yet: `screener dedup`"
        )
    if raised:
        output.line(f"! {raised} alerts: `screener alerts list`")


@click.command("doctor", cls=Command)
def doctor_command() -> None:
    """Check the database, compare what is cached with the ledgers, and mend the cache."""
    from screener.steps.care import examine

    with review() as opened:
        findings = examine(opened)
    if wants_json():
        output.data({"ok": not findings, "findings": findings})
    else:
        for finding in findings or [
            "no findings: the database is sound and the records follow from the ledgers"
        ]:
            output.line(finding)
    if any(f.startswith("!") for f in findings):
        raise click.exceptions.Exit(1)


@click.command("backup", cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
def backup_command(file: Path | None) -> None:
    """Copy the whole database to FILE (coordinators); by default into db/backups."""
    from screener.steps.care import backup

    with review() as opened:
        written = backup(opened, file)
    if wants_json():
        output.data({"file": str(written)})
    else:
        output.line(str(written))
