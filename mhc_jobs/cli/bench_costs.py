"""``mhc bench costs``: how often the projection of a month's cost holds the truth, over simulated months."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond

ACCOUNTS = {"tuned_for": "the kind it was tuned to", "other_shapes": "another kind"}


def command(
    months: Annotated[int, typer.Option(min=100, help="Simulated months of each kind of account.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same months.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Project simulated months with a weekly season, growth and bursts, and count how often the interval holds."""
    from mhc_jobs.bench import costs

    report = costs.measure(months, seed)
    respond(as_json, report, *_shown(report))


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
    yield f"80 % intervals hold {low:.0%} to {high:.0%}: {'met' if report['met'] else 'NOT met'}"
