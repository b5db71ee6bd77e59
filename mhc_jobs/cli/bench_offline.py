"""``mhc bench offline``: how often the offline gate promotes what is no better, and misses what is."""

from typing import Annotated

import orjson
import typer
from rich.table import Table

from mhc_jobs.cli.console import console


def command(
    runs: Annotated[int, typer.Option(min=10, help="Simulated evaluations for each line.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the first of them.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Simulate evaluations with a known true gain: the share promoted, beside simpler rules on the same data."""
    from mhc_jobs.bench import offline_gate

    rows = offline_gate.measure(runs, seed)
    if as_json:
        typer.echo(orjson.dumps({"runs": runs, "seed": seed, "lines": rows}).decode())
        return
    table = Table(title=f"promoted, of {runs:,} simulated evaluations")
    for heading in ("customers", "true gain", "gate", "interval alone", "questions as independent", "mean is higher"):
        table.add_column(heading, justify="right")
    for row in rows:
        shares = [f"{share:.1%}" for share in row["promoted"].values()]
        table.add_row(str(row["customers"]), f"{row['true_gain']:+.2f}", *shares)
    console.print(table)
