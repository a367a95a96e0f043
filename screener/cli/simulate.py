"""`screener simulate`: what ranking would have saved on a data set that is labelled already."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import output
from screener.cli.app import Command, wants_json


@click.command("simulate", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--label", required=True, metavar="COLUMN", help="Column of the labels: 1 include, 0 exclude.")
@click.option(
    "--seeds", type=int, default=3, show_default=True, metavar="N", help="How many runs: seeds 0 to N-1."
)
@click.option(
    "--columns", default="", metavar="A,B", help="Columns to rank by (else title, abstract and keywords)."
)
def simulate_command(file: Path, label: str, seeds: int, columns: str) -> None:
    """Replay FILE (CSV with title, abstract, perhaps keywords, and a label) in ranked order, N times.

    Each run starts from one include and one exclude at random. WSS@95 is the reading saved at 95 % recall;
    loss is 0 for the perfect order.
    """
    from screener.steps.simulation import simulate

    progress = output.Progress()
    try:
        named = [name for name in columns.split(",") if name.strip()]
        done = simulate(file, label, seeds, columns=named, progress=progress)
    finally:
        progress.close()
    if wants_json():
        output.data(done)
        return
    output.line(
        f"{done['records']:,} records, {done['includes']:,} included; ranked by {', '.join(done['columns'])}"
    )
    header = ("seed", "WSS@95", "recall at 10 %", "loss", "seconds", "stopping rule")
    rows = [(str(run["seed"]), *_cells(run), _stop(run["stop"])) for run in done["seeds"]]
    output.table(header, [*rows, ("mean", *_cells(done), "")])


def _cells(run: dict[str, float]) -> tuple[str, ...]:
    return (f"{run['wss_95']:.3f}", f"{run['recall_10']:.3f}", f"{run['loss']:.3f}", f"{run['seconds']:.1f}")


def _stop(stop: dict[str, float] | None) -> str:
    if stop is None:
        return "never met"
    return f"after {stop['read']:,} at recall {stop['recall']:.3f}"
