"""alerts."""

from __future__ import annotations

import click

from screener.cli import output
from screener.cli.app import SubGroup, review, wants_json
from screener.steps import alerts as step


@click.group("alerts", cls=SubGroup)
def alerts_command() -> None:
    """What happened to papers after they came in: retracted, corrected, changed, no longer returned."""


@alerts_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were seen to as well.")
def list_(everything: bool) -> None:
    """Open alerts with the record, the study and the effects that they touch."""
    with review() as opened:
        found = [alert for alert in step.alerts(opened) if everything or alert.open]
    if wants_json():
        output.data({"alerts": [alert.to_dict() for alert in found]})
        return
    for alert in found:
        touched = f"; study {alert.study}, {len(alert.effects)} effects" if alert.study else ""
        output.line(f"{alert.id[:8]}  {alert.kind:10}  record {alert.record[:8]}{touched}")
        output.line(f"    {alert.text}")
        for change in alert.changes:
            output.line(
                f"    {'!' if change.material else ' '} {change.field}: {change.before} -> {change.after}"
            )
        if not alert.open:
            output.line(f"    seen to by {alert.seen_by} on {(alert.seen_at or '')[:10]}: {alert.note or ''}")
    output.line(f"{sum(alert.open for alert in found)} open alerts")


@alerts_command.command("see")
@click.argument("alert")
@click.option("--note", help="What was done about it.")
def see(alert: str, note: str | None) -> None:
    """Say that ALERT (its id or the start of it) has been seen to."""
    with review() as opened:
        done = step.see(opened, alert, note)
    if wants_json():
        output.data(done.to_dict())
    else:
        output.line(f"{done.kind} on record {done.record[:8]}: seen to by {done.seen_by}")
