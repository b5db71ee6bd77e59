"""``mhc bench review``: how many labels the review's choice saves against labels of questions drawn at random."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.errors import NotFound
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[Path, typer.Option(help="Folder of intents_clinc150.jsonl.gz and intents_banking77.jsonl.gz.")],
    seeds: Annotated[int, typer.Option(min=1, help="Draws of the pool.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Teach a classifier with labels that are drawn, that head the queue, or that teach most, and count them."""
    from mhc_core.providers import select
    from mhc_jobs.bench import review

    embedder = select.embedder(configuration.load())
    report = {name: review.measure(data, name, embedder, seeds) for name in review.SETS}
    found = {name: one for name, one in report.items() if one is not None}
    if not found:
        raise NotFound(f"there is no set of intents in {data}; name the folder with --data")
    respond(as_json, {"seeds": seeds, "labels": review.LABELS, "sets": found}, *_shown(found, review.LABELS))


def _shown(found: dict[str, dict[str, Any]], labels: int) -> Iterator[RenderableType]:
    table = columns(
        "set", "chosen", f">labels to be as right as {labels:,} drawn", ">share", f">right with {labels // 3}"
    )
    for name, one in found.items():
        for way, needed in one["labels_needed"].items():
            third = one["accuracy_at_a_third"][way]
            table.add_row(name if way == "random" else "", way, f"{needed:,}", f"{needed / labels:.0%}", f"{third:.1%}")
    yield table
    for name, one in found.items():
        yield f"{name}: a third of the labels is {'enough' if one['met'] else 'NOT enough'}"
