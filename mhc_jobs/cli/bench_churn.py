"""``mhc bench churn``: whether the model of churn knows who leaves, and means its probabilities."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[Path, typer.Option(help="Folder of churn_telco.csv.gz.")],
    folds: Annotated[int, typer.Option(min=2, help="Outer folds.")] = 10,
    repeats: Annotated[int, typer.Option(min=1, help="Other cuts into folds, averaged.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of folds and models.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Nested cross-validation beside a plain logistic regression."""
    from mhc_jobs.bench.churn import benchmark, telco

    report = benchmark.measure(*telco.read(data), folds, repeats, seed)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "model", ">AUROC", ">ECE", ">Brier", ">log loss",
        title=f"{report['customers']:,} customers, {report['lost_share']:.1%} lost, "
        f"{report['folds']} folds, {report['repeats']} times",
    )  # fmt: skip
    for name, one in report["models"].items():
        table.add_row(name, *(f"{one[part]:.4f}" for part in ("auroc", "ece", "brier", "log_loss")))
    yield table
    for one in report["highest"]:
        yield f"{one['probability']:.0%}: {'; '.join(one['reasons'])}"
