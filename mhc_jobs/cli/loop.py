"""``mhc loop``: the learning loop, once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.monitoring.status import status
from mhc_core.settings import Settings
from mhc_jobs.cli.console import err, respond
from mhc_jobs.cli.summary import show

SECONDS_BETWEEN_LINES = 10.0
"""Of progress where nobody sees the line that changes."""


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as one JSON object.")] = False,
) -> None:
    """Run every stage once on whatever is new: score, scrub, review, learn, train, evaluate, promote."""
    settings = configuration.load()
    with database(settings) as engine:
        run(engine, settings)
        with engine.connect() as connection:
            document = status(connection, settings, datetime.now(UTC))
    if as_json:
        respond(True, document)
    else:
        show(document)


def run(engine: sa.Engine, settings: Settings) -> None:
    """The loop with its progress on standard error."""
    err.print("starting Dagster …")
    from mhc_jobs.loop import run_loop

    with _reporting(engine, settings) as (instance, report):
        run_loop(engine, instance, settings, report)


def run_forecasts(engine: sa.Engine, settings: Settings) -> None:
    """What is expected of customers and of the days to come, with its progress on standard error."""
    from mhc_jobs import loop

    with _reporting(engine, settings) as (instance, report):
        loop.run_forecasts(instance, report)


@contextmanager
def _reporting(engine: sa.Engine, settings: Settings) -> Iterator[tuple[Any, Callable[[str], None]]]:
    """Dagster's instance, and where progress is told."""
    from mhc_jobs import dagster_home

    url = engine.url.render_as_string(hide_password=False)
    with dagster_home.instance(settings, url) as instance, err.status("collect: starting") as line:
        printed: list[str] = []
        told = 0.0

        def report(text: str) -> None:
            nonlocal told
            line.update(text)
            job = text.partition(":")[0]
            if job not in printed:
                printed.append(job)
                err.print(f"  {job} …")
            elif not err.is_terminal and time.monotonic() - told >= SECONDS_BETWEEN_LINES:
                err.print(f"  {text}", soft_wrap=True)
            else:
                return
            told = time.monotonic()

        yield instance, report
