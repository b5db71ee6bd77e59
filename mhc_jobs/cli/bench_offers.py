"""``mhc bench offers``: what is suggested beside what guests cannot eat, in dialogues written for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core.settings import Settings
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder with dialogues.jsonl, played beside this project's own."
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A version of understanding; trained on the gold without it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play negations, typing slips, third persons and allergens named too late through the whole concierge.

    `dev` was looked at while the offers were built; `test` never was. Takes five minutes, nearly all for the training.
    """
    from mhc_core.business.pricing import load
    from mhc_core.providers.minilm import paired
    from mhc_core.understanding import examples
    from mhc_core.understanding.model import UnderstandingModel
    from mhc_jobs.bench.offers import measure, sets

    settings = Settings()
    business = load(settings.business_file)
    reader = (
        UnderstandingModel.from_bytes(model.read_bytes(), model.name, paired.load(1))
        if model
        else UnderstandingModel.train(examples.gold(), paired.load(1), settings.seed)
    )
    folders = {half: sets.SETS / half for half in sets.HALVES} | ({data.name: data} if data else {})
    report = {name: measure.measure(business, reader, sets.dialogues(folder))[0] for name, folder in folders.items()}
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, dict[str, Any]]) -> Iterator[RenderableType]:
    table = columns(
        "set", ">dialogues", ">against a need", ">taken back", ">more than one", ">silence broken",
        ">suggested where fine", ">beside a mere mention",
    )  # fmt: skip
    for name, one in report.items():
        table.add_row(
            name,
            str(one["dialogues"]),
            f"{one['against_a_need']} of {one['with_a_need']}",
            f"{one['taken_back']} of {one['standing']}",
            str(one["more_than_one"]),
            f"{one['silent_broken']} of {one['silent']}",
            f"{one['fine_suggested']} of {one['fine']}",
            f"{one['mentions_suggested']} of {one['mentions']}",
        )
    yield table
