"""``mhc status``: where the loop stands, and what is behind an answer."""

from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import ids
from mhc_core.monitoring.disk import usage
from mhc_core.monitoring.provenance import of_message
from mhc_core.monitoring.status import status
from mhc_core.training import deadlines
from mhc_jobs.cli.console import AsJson, console, respond
from mhc_jobs.cli.disk import show_disk
from mhc_jobs.cli.summary import show


def command(
    message: Annotated[
        str | None, typer.Option("--message", help="Show what is behind this stored answer: its id, or the beginning.")
    ] = None,
    disk: Annotated[bool, typer.Option("--disk", help="Show what takes space, instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Counts by stage, versions, the last evaluation and what is live; or the versions behind one answer; or space."""
    settings, now = configuration.load(), datetime.now(UTC)
    with database(settings) as engine, engine.connect() as connection:
        if message:
            document = of_message(connection, ids.message(connection, message))
        elif disk:
            document = usage(connection, settings)
        else:
            near = deadlines.near(connection, settings, now.date())
            document = status(connection, settings, now) | {"model_deadlines": [str(due) for due in near]}
    if as_json:
        respond(True, document)
    elif message:
        console.print_json(orjson.dumps(document).decode())
    elif disk:
        show_disk(document)
    else:
        show(document)
