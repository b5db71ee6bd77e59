"""``mhc bench graphql``: hostile queries against ``/graphql``, how each is answered and how long it takes."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from mhc_core.db.engine import database
from mhc_core.settings import Settings
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    queries: Annotated[int, typer.Option(min=10, help="Hostile queries to send.")] = 10_000,
    conversations: Annotated[int, typer.Option(min=1, help="In the database, with 30 turns each.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the queries.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Send generated hostile queries to the API in process, over a database of its own, and time each."""
    from mhc_jobs.bench.graphql import measure as bench

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(state_dir=Path(folder) / "state", database_url=None)
        with database(settings) as engine:
            bench.fill(engine, conversations)
            with bench.calling(engine, settings) as client:
                figures = bench.measure(client, queries, seed)
    table = columns("shape", ">queries", ">worst ms")
    for shape, times in sorted(figures.times.items()):
        table.add_row(shape, str(len(times)), f"{max(times):.1f}")
    respond(as_json, figures.document() | {"slowest": figures.slowest}, table)
