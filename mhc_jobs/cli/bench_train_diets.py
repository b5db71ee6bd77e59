"""``mhc bench train-diets``: make the files of what reads diets, and wishes for no extras, again."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, respond


def command(
    diets: Annotated[Path, typer.Option(help="The shipped one is mhc_core/understanding/diets/stances.npz.")],
    declining: Annotated[Path, typer.Option(help="The shipped one is mhc_core/offers/declining.npz.")],
    multilingual: Annotated[
        Path | None, typer.Option(help="The shipped one is mhc_core/understanding/diets/stances_multilingual.npz.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train both on the sentences of the release; how the diets' are read that were kept out (three minutes)."""
    from mhc_jobs.bench.offers import training

    found = training.measure()
    diets.write_bytes(training.train().dump())
    declining.write_bytes(training.train_declining().dump())
    if multilingual is not None:
        found["multilingual"] = training.measure_multilingual()
        multilingual.write_bytes(training.train_multilingual().dump())
    shown = [
        f"{part}: {one['needs_found']} of {one['needs']} needs found, {one['let_be']} of {one['mentions']} mentions "
        f"let be, {one['whose_right']} times the right person, {one['taken_back']} of {one['withdrawals']} taken back"
        for part, one in found.items()
    ]
    respond(as_json, {"files": [str(diets), str(declining)], **found}, *shown)
