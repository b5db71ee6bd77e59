"""``mhc bench costs``: how often the projection of a month's cost holds the truth, over simulated months."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.settings import Settings
from mhc_jobs.cli.console import AsJson, columns, respond

ACCOUNTS = {"tuned_for": "the kind it was tuned to", "other_shapes": "another kind"}


def command(
    months: Annotated[int, typer.Option(min=100, help="Simulated months of each kind of account.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same months.")] = 1,
    calls: Annotated[
        int,
        typer.Option(
            min=0, help="Also time reading the figures over a year of so many calls, in a database of its own."
        ),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Project simulated months with a weekly season, growth and bursts, and count how often the interval holds."""
    from mhc_jobs.bench import costs

    report = costs.measure(months, seed)
    if calls:
        taken = _read(calls)
        report["reads"] = {
            "calls": calls,
            "median_ms": round(taken[len(taken) // 2], 1),
            "worst_ms": round(taken[-1], 1),
        }
    respond(as_json, report, *_shown(report))


def _read(calls: int) -> list[float]:
    from mhc_jobs.bench import cost_reads

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(state_dir=Path(folder) / "state", database_url=None)
        zone = pricing.load(settings.business_file).contact.zone
        with database(settings) as engine:
            return cost_reads.milliseconds(engine, calls, zone, datetime.now(UTC))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "account", "projected on", ">months", ">held by 80 %", ">below it", ">median error", ">of so far", ">width",
    )  # fmt: skip
    for name, title in ACCOUNTS.items():
        found = report[name]
        parts = {"any day": found} | {part: each for part, each in found.items() if isinstance(each, dict)}
        for part, one in parts.items():
            shares = (one[key] for key in (
                "coverage", "below", "median_error", "median_error_of_so_far", "median_width",
            ))  # fmt: skip
            shown = title if part == "any day" else ""
            table.add_row(shown, part, f"{one['projections']:,}", *(f"{share:.1%}" for share in shares))
    yield table
    low, high = report["target"]
    if reads := report.get("reads"):
        yield f"The figures of {reads['calls']:,} calls: median {reads['median_ms']} ms, worst {reads['worst_ms']} ms."
    yield f"80 % intervals hold {low:.0%} to {high:.0%}: {'met' if report['met'] else 'NOT met'}"
