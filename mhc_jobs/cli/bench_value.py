"""``mhc bench value``: whether forecasts of purchases come true, and what a million customers cost."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[Path, typer.Option(help="Folder of value_cdnow_master.csv.gz.")],
    weeks: Annotated[int, typer.Option(min=8, help="Weeks that are known; the forecast is of those after them.")] = 39,
    ahead: Annotated[int, typer.Option(min=1, help="Weeks of the forecast.")] = 39,
    customers: Annotated[int, typer.Option(min=0, help="Invented customers to time; 0 for none.")] = 1_000_000,
    ceiling: Annotated[
        bool, typer.Option(help="Also what a model that is taught the later weeks reaches on unseen customers.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the invented customers.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Fit on the first weeks and judge by those after them, beside plain BG/NBD and Pareto/NBD."""
    from mhc_jobs.bench.value import benchmark, cdnow, scale

    report = benchmark.measure(cdnow.read(data), weeks, ahead, ceiling)
    if customers:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            report["scale"] = pool.submit(scale.measure, customers, seed).result()
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "model", ">forecast / actual", ">top tenth holds", ">log score",
        title=f"{report['customers']:,} customers, {report['weeks']} weeks known, {report['ahead']} ahead",
    )  # fmt: skip
    for name, one in report["models"].items():
        table.add_row(name, f"{one['total']:.3f}", f"{one['top_decile']:.1%}", f"{one['log_score']:.4f}")
    yield table
    spend = report["spend"]
    yield (
        f"spend: forecast / actual {spend['total']:.3f}; the top tenth holds {spend['top_decile_of_spend']:.1%} of it, "
        f"and {spend['top_decile_of_discs']:.1%} of the discs"
    )
    yield f"80 % intervals of purchases hold {report['coverage_of_80']:.1%}"
    if "ceiling_of_top_decile" in report:
        yield f"a model taught the later weeks: its top tenth holds {report['ceiling_of_top_decile']:.1%} of purchases"
    if "scale" in report:
        one = report["scale"]
        yield f"{one['customers']:,} invented customers: {one['cpu_seconds']} s of processor, {one['peak_rss_mb']:,} MB"
