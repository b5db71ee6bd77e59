"""``mhc audit``: whether the audit log is as it was written."""

from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import audit as queries
from mhc_jobs.cli.console import AsJson, respond

app = typer.Typer(help="The log of who did what.", no_args_is_help=True)


@app.command()
def verify(
    known: Annotated[
        str, typer.Option("--known", metavar="SHA256", help="A hash from before, such as a backup's: it must be in it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Work out the chain of hashes anew. Exit code 1 when an entry was changed, added or taken away."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.verify(connection, known)
    said = f"{found.entries:,} entries fit; the last hash is {found.sha256 or 'none'}"
    respond(as_json, found._asdict(), said if found.problem is None else f"{said}; then: {found.problem}")
    if found.problem is not None:
        raise typer.Exit(1)
