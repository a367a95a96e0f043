"""decide, conflicts, resolve, pilot, stop."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import click

from screener.cli import output
from screener.cli.app import Command, SubGroup, review, wants_json

if TYPE_CHECKING:
    from screener.steps.pilots import Pilot

_STAGES = click.Choice(["title_abstract", "full_text"])


@click.command("decide", cls=Command)
@click.argument("record")
@click.argument("vote", required=False, type=click.Choice(["include", "exclude", "maybe"]))
@click.option("--stage", required=True, type=_STAGES)
@click.option("--reason", help="An exclusion reason of the protocol.")
@click.option("--note")
@click.option(
    "--mark",
    "marks",
    multiple=True,
    metavar="ELEMENT=yes|no|unclear",
    help="A PICOS element as you read it; may be repeated.",
)
@click.option("--label", "labels", multiple=True, help="Your own word for finding it again; may be repeated.")
@click.option("--undo", is_flag=True, help="Take your vote back.")
def decide_command(
    record: str,
    vote: str | None,
    stage: str,
    reason: str | None,
    note: str | None,
    marks: tuple[str, ...],
    labels: tuple[str, ...],
    undo: bool,
) -> None:
    """Vote on RECORD, or take your vote back with --undo."""
    from screener.model.screening import Stage, Vote
    from screener.steps import screening
    from screener.store.citations import find_record

    if undo == (vote is not None):
        raise click.UsageError("Give a vote (include, exclude, maybe) or --undo.")
    with review() as opened:
        found = find_record(opened.store, record)
        if vote is None:
            screening.take_back(opened, found, Stage(stage))
        else:
            screening.vote(
                opened,
                found,
                Stage(stage),
                Vote(vote),
                reason=reason,
                note=note,
                marks=dict(mark.partition("=")[::2] for mark in marks),
                labels=labels,
            )
    if wants_json():
        output.data({"record": found, "stage": stage, "vote": vote, "reason": reason})
    else:
        output.line(f"{found}  {vote or 'taken back'}")


@click.command("conflicts", cls=Command)
@click.argument("record", required=False)
@click.option("--stage", type=_STAGES, help="With a record: at which stage.")
def conflicts_command(record: str | None, stage: str | None) -> None:
    """List conflicts and your part in them; with RECORD and --stage show its votes (this is recorded)."""
    from screener.model.screening import Stage
    from screener.steps import settling
    from screener.store.citations import find_record

    with review() as opened:
        if record is not None:
            if stage is None:
                raise click.UsageError("Give --stage with a record.")
            view = settling.open_conflict(opened, find_record(opened.store, record), Stage(stage))
            votes = [
                {"reviewer": v.reviewer, "vote": v.vote.value, "reason": v.reason, "note": v.note}
                for v in view.votes
            ]
            if wants_json():
                output.data(
                    {"record": view.card.record, "stage": stage, "your_part": view.role, "votes": votes}
                )
                return
            output.line(view.card.fields.title or "")
            for cast in votes:
                output.line("  ".join(str(v) for v in cast.values() if v))
            if view.proposal is not None:
                output.line(
                    f"{view.proposal['actor']} proposes {view.proposal['outcome']}: {view.proposal['why']}"
                )
            return
        found = settling.conflicts(opened)
    rows = [{"record": c.record, "stage": c.stage.value, "your_part": c.role} for c in found]
    if wants_json():
        output.data({"conflicts": rows})
    else:
        output.table(["record", "stage", "your part"], [list(row.values()) for row in rows])


@click.command("resolve", cls=Command)
@click.argument("record")
@click.argument("outcome", type=click.Choice(["include", "exclude"]))
@click.option("--stage", required=True, type=_STAGES)
@click.option("--how", required=True, type=click.Choice(["consensus", "adjudication"]))
@click.option("--why", default="", help="A sentence for the audit trail.")
@click.option("--reason", help="The exclusion reason, if not the first of the votes'.")
@click.option("--confirm", is_flag=True, help="Confirm the consensus that another voter wrote.")
def resolve_command(
    record: str, outcome: str, stage: str, how: str, why: str, reason: str | None, confirm: bool
) -> None:
    """Settle the conflict on RECORD: by consensus of the voters, or by an adjudicator who did not vote."""
    from screener.model.screening import Stage, Vote
    from screener.steps import settling
    from screener.store.citations import find_record

    with review() as opened:
        found = find_record(opened.store, record)
        settling.resolve(
            opened, found, Stage(stage), Vote(outcome), how=how, why=why, reason=reason, confirm=confirm
        )
    if wants_json():
        output.data({"record": found, "stage": stage, "outcome": outcome, "how": how, "confirmed": confirm})
    else:
        output.line(f"{found}  {outcome}")


@click.group("pilot", cls=SubGroup)
def pilot_command() -> None:
    """Calibration: a sample that all screeners read before the real start."""


@pilot_command.command("start")
@click.argument("records", nargs=-1)
@click.option("--stage", required=True, type=_STAGES)
@click.option("--name", default="pilot", show_default=True, help="What the report calls it.")
@click.option("--size", type=int, help="Draw so many of the open records at random.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed draws the same records.")
def pilot_start(records: tuple[str, ...], stage: str, name: str, size: int | None, seed: int) -> None:
    """Begin a round with RECORDS, or with --size records drawn at random (coordinator)."""
    from screener.model.screening import Stage
    from screener.steps import pilots
    from screener.store.citations import find_record

    if (size is None) == (not records):
        raise click.UsageError("Give records or --size.")
    with review() as opened:
        chosen = [find_record(opened.store, record) for record in records]
        done = pilots.start(opened, Stage(stage), name=name, size=size, seed=seed, chosen=chosen)
    _say_pilot(done)


@pilot_command.command("end")
@click.option("--stage", required=True, type=_STAGES)
@click.option("--note", help="What the team concluded.")
def pilot_end(stage: str, note: str | None) -> None:
    """End the open round: the other records wait from here on (coordinator)."""
    from screener.model.screening import Stage
    from screener.steps import pilots

    with review() as opened:
        done = pilots.end(opened, Stage(stage), note)
    _say_pilot(done)


@pilot_command.command("list")
def pilot_list() -> None:
    """All rounds, and how far they are."""
    from screener.model.screening import Stage
    from screener.steps import pilots

    with review() as opened:
        found = [pilot for stage in Stage for pilot in pilots.pilots(opened, stage)]
    if wants_json():
        output.data({"pilots": [_pilot(pilot) for pilot in found]})
    else:
        for pilot in found:
            _say_pilot(pilot)


@click.command("stop", cls=Command)
@click.option("--stage", required=True, type=_STAGES)
@click.option("--undo", is_flag=True, help="Take your stop back and read on.")
@click.option("--check", is_flag=True, help="Only say what the rule says of your votes.")
def stop_command(stage: str, undo: bool, check: bool) -> None:
    """Leave the rest unread, if the protocol's stopping rule is met by your own votes."""
    from screener.model.screening import Stage
    from screener.steps import stopping

    if undo and check:
        raise click.UsageError("Give --undo or --check.")
    at = Stage(stage)
    with review() as opened:
        rule = None if undo else stopping.rule(opened, at)
        now = (
            stopping.undo(opened, at)
            if undo
            else stopping.standing(opened, at)
            if check
            else stopping.stop(opened, at)
        )
    if wants_json():
        output.data(
            {
                "rule": rule.to_dict() if rule is not None else None,
                "stopped": now.mine is not None,
                "all_stopped": now.all_stopped,
                "excluded_by_automation": now.left,
            }
        )
        return
    if rule is not None:
        output.line(rule.describe())
    output.line("you have stopped" if now.mine is not None else "you read on")
    if now.all_stopped:
        output.line(f"all screeners have stopped: {now.left:,} records are excluded by automation")


def _pilot(pilot: Pilot) -> dict[str, object]:
    return {field.name: getattr(pilot, field.name) for field in fields(pilot)}


def _say_pilot(pilot: Pilot) -> None:
    if wants_json():
        output.data(_pilot(pilot))
        return
    mine = f", {pilot.mine} wait for you" if pilot.mine and not pilot.ended else ""
    standing = f"ended {pilot.ended[:10]}" if pilot.ended else "open"
    output.line(
        f"{pilot.name} ({pilot.stage.label}), {standing}: {pilot.drawn}; "
        f"{pilot.read} of {pilot.records} read by all {pilot.voters}{mine}"
    )
