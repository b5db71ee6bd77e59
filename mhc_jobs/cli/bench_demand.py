"""``mhc bench demand``: how far forecasts of a day's demand are off, beside the usual methods."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[Path, typer.Option(help="Folder of demand_chicago_ridership.csv.gz.")],
    origins: Annotated[int, typer.Option(min=1, help="Origins: the last ones of the series.")] = 12,
    ahead: Annotated[int, typer.Option(min=1, help="Days of each forecast.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Forecast from rolling origins and compare with MSTL, ETS and the week before, in the same run."""
    from mhc_jobs.bench.demand import benchmark

    report = benchmark.measure(*benchmark.read(data), origins, ahead)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "method", ">MASE", ">against MSTL",
        title=f"{report['origins']} origins from {report['first_origin']}, {report['ahead']} days ahead",
    )  # fmt: skip
    for name, score in report["mase"].items():
        table.add_row(name, f"{score:.3f}", f"{score / report['mase']['mstl']:.2f}")
    yield table
    yield f"90 % intervals hold {report['coverage_of_90']:.1%} of the days"
