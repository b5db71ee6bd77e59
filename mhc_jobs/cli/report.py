"""``mhc report``: the weekly report, made now."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.artifacts import store
from mhc_core.db.engine import database
from mhc_core.db.queries import weekly
from mhc_core.errors import NotFound
from mhc_core.monitoring.weekly import publishing
from mhc_jobs.cli.console import AsJson, respond


def command(
    mail: Annotated[
        bool, typer.Option(help="Write the e-mails to MHC_REPORT_TO too; each is sent once a week, by `mhc up`.")
    ] = False,
    week: Annotated[
        str | None, typer.Option(metavar="YEAR-WNN", help="Another week that is over, such as 2026-W10.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the report of the last full week, as every Monday at 9:00, and print it."""
    settings = configuration.load()
    with database(settings) as engine:
        made = publishing.publish(engine, settings, datetime.now(UTC), week=week, mail=mail)
        with engine.connect() as connection:
            kept = weekly.kept(connection, made.week)
    if kept is None:
        raise NotFound(f"the report of {made.week} was removed meanwhile; make it again")
    files = {"markdown": made.markdown_uri, "pdf": made.pdf_uri, "mails": made.mails}
    text = store.read_bytes(made.markdown_uri).decode()
    respond(as_json, kept.report | files, text, f"As files: {made.markdown_uri} and {made.pdf_uri}")
