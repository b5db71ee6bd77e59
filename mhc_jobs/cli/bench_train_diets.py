"""``mhc bench train-diets``: make the files of what reads diets, wishes for no extras and answers to a suggestion."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, respond


def command(
    diets: Annotated[Path, typer.Option(help="The shipped one is mhc_core/understanding/diets/stances.npz.")],
    declining: Annotated[Path, typer.Option(help="The shipped one is mhc_core/offers/declining.npz.")],
    taking: Annotated[Path, typer.Option(help="The shipped one is mhc_core/offers/taking.npz.")],
    multilingual: Annotated[
        Path | None, typer.Option(help="The shipped one is mhc_core/understanding/diets/stances_multilingual.npz.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train all three on the sentences of the release, and say how those are read that were kept out (three minutes).

    What is said of answers to a suggestion is said of the shipped classifier.
    """
    from mhc_jobs.bench.offers import training

    found = training.measure()
    diets.write_bytes(training.train().dump())
    declining.write_bytes(training.train_declining().dump())
    answers = training.measure_taking()
    taking.write_bytes(training.train_taking().dump())
    if multilingual is not None:
        found["multilingual"] = training.measure_multilingual()
        multilingual.write_bytes(training.train_multilingual().dump())
    shown = [
        f"{part}: {one['needs_found']} of {one['needs']} needs found, {one['let_be']} of {one['mentions']} mentions "
        f"let be, {one['whose_right']} times the right person, {one['taken_back']} of {one['withdrawals']} taken back"
        for part, one in found.items()
    ]
    shown += [
        f"{part}: {one['right']} of {one['answers']} answers to a suggestion read rightly, {one['ordered_wrongly']} of "
        f"{one['others']} others taken for an order"
        for part, one in answers.items()
    ]
    files = [str(diets), str(declining), str(taking)]
    respond(as_json, {"files": files, **found, "answers_to_suggestions": answers}, *shown)
