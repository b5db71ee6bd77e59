"""``mhc bench offline``: how often the offline gate promotes what is no better, and misses what is."""

from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    runs: Annotated[int, typer.Option(min=10, help="Simulated evaluations for each line.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the first of them.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate evaluations with a known true gain: the share promoted, beside simpler rules on the same data."""
    from mhc_jobs.bench import offline_gate

    rows = offline_gate.measure(runs, seed)
    table = columns(
        ">customers", ">true gain", ">gate", ">interval alone", ">questions as independent", ">mean is higher",
        title=f"promoted, of {runs:,} simulated evaluations",
    )  # fmt: skip
    for row in rows:
        shares = [f"{share:.1%}" for share in row["promoted"].values()]
        table.add_row(str(row["customers"]), f"{row['true_gain']:+.2f}", *shares)
    respond(as_json, {"runs": runs, "seed": seed, "lines": rows}, table)
