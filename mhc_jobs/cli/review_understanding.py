"""``mhc review understanding``: see how messages were read, and say how they should have been."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.scrubbing import loading
from mhc_core.understanding import correcting
from mhc_core.understanding.labelled import written
from mhc_jobs.cli.console import AsJson, By, columns, respond

app = typer.Typer(help="See how messages were read, and correct it. Scrubbed text only.", no_args_is_help=True)
MessageId = Annotated[UUID, typer.Argument(metavar="MESSAGE_ID", help="A message, as `list` shows it.")]


@app.command("list")
def list_(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20, as_json: AsJson = False) -> None:
    """Readings that are probably wrong: hand-overs given back without a word, messages after which the customer
    corrected the concierge, and unsure readings."""
    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        scrubber = loading.scrubber(connection, settings)
        found = correcting.to_review(connection, scrubber, limit, settings.confidence_threshold)
    table = columns("message", "why", ">sure", "as it was read")
    for each in found:
        sure = "–" if each.confidence is None else f"{each.confidence:.2f}"
        table.add_row(str(each.message_id), each.why or "", sure, each.line.replace("[", r"\["))
    shown = table if found else "no reading waits to be looked at"
    respond(as_json, [each._asdict() for each in found], shown)


@app.command("show")
def show(message_id: MessageId, as_json: AsJson = False) -> None:
    """How one message was read, as a line to correct."""
    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        found = correcting.reading(connection, loading.scrubber(connection, settings), message_id)
    sure = "" if found.confidence is None else f", {found.confidence:.0%} sure"
    by = f"read by {found.model}{sure}" if found.model else "no model read it"
    respond(as_json, found._asdict(), found.line, by)


@app.command("correct")
def correct(
    message_id: MessageId,
    line: Annotated[str, typer.Argument(metavar="LINE", help=f"All of the message: {correcting.FORMAT}")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Say how a message should be read. The next version learns it.

    Take the line from `show` and change its labels. The same line again confirms the reading. Acts: ask, inform,
    correct, add, remove, affirm, deny, greet, thank, goodbye, complain, person, stop. `!reason` stands where a person
    must answer.
    """
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        reasons = pricing.load(settings.business_file).handover.reasons
        scrubber = loading.scrubber(connection, settings)
        stored = correcting.correct(connection, scrubber, reasons, message_id, line, by, datetime.now(UTC))
    kept = written(stored)
    respond(as_json, {"message_id": message_id, "line": kept, "by": by}, f"{message_id} is an example now: {kept}")
