"""``mhc bench recipes``: does it help to leave out what people edited, to keep the best half, to order by quality?"""

from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError, DataError
from mhc_jobs.cli.console import console


def command(
    seeds: Annotated[int, typer.Option(min=1, help="Splits to train and measure on.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train the local model by several recipes on the verified examples, and compare them on held-out questions.

    After `mhc demo` these are the sample's. Nothing is stored.
    """
    from mhc_core.db.queries import dataset as datasets
    from mhc_core.providers import select
    from mhc_jobs.bench import recipes

    settings = configuration.load()
    if settings.embedder != "local":
        raise ConfigurationError("every text is embedded for this, which costs nothing with MHC_EMBEDDER=local; set it")
    embedder = select.embedder(settings)
    with database(settings) as engine, engine.connect() as connection:
        examples = datasets.verified(connection, embedder.id)
    if len(examples) < settings.dataset_min_examples:
        raise DataError(
            f"{len(examples)} verified examples, {settings.dataset_min_examples} needed: review more, or `mhc demo`"
        )
    drawn = range(settings.seed, settings.seed + seeds)
    report = recipes.compare(examples, pricing.load(settings.business_file), settings, embedder, drawn)
    if as_json:
        typer.echo(orjson.dumps(report).decode())
    else:
        _show(report)


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['questions']:,} held-out questions, {len(report['seeds'])} splits")
    for heading in ("recipe", "examples", "similarity", "right"):
        table.add_column(heading, justify="left" if heading == "recipe" else "right")
    for name, found in report["recipes"].items():
        row = (f"{found['trained_on']:,.0f}", f"{found['similarity']:.3f}", f"{found['right']:.1%}")
        table.add_row(name.replace("_", " "), *row)
    console.print(table)
    for found in report["comparisons"]:
        low, high = found["interval"]
        console.print(
            f"{found['recipe']} against {found['against']}: {found['difference']:+.4f} ({low:+.4f} to {high:+.4f}), "
            f"p {found['p_corrected']:.3f}: {found['verdict']}".replace("_", " "),
            markup=False,
        )
