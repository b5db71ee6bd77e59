"""``mhc models card``: the card of a model version, to read, to keep beside it, or to publish."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import ids
from mhc_core.evaluation import model_card
from mhc_jobs.cli.console import AsJson, console, echo


def command(
    model_id: Annotated[str, typer.Argument(metavar="ID", help="A model version, or its beginning.")],
    as_json: AsJson = False,
    output: Annotated[Path | None, typer.Option("--output", help="Write to this file instead.", dir_okay=False)] = None,
) -> None:
    """The model card in Markdown: data, code, hyperparameters, cost, training curve, evaluations and approvals."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = model_card.card(connection, ids.complete(connection, ids.MODEL, model_id))
    text = orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() if as_json else model_card.markdown(found)
    if output is None:
        echo(text)
        return
    output.write_text(text.rstrip() + "\n", "utf-8")
    console.print(f"written to {output}")
