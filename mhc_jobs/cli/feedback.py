"""``mhc feedback``: what an e-mail needs so that its reader can say how we did."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import orjson
import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import ids, ratings
from mhc_core.db.queries import surveys as surveys_waiting
from mhc_core.errors import NotFound
from mhc_core.support.surveys import note_sent, of_installation
from mhc_jobs.cli.console import AsJson, By, columns, respond

app = typer.Typer(help="Links with which customers say how we did.", no_args_is_help=True)


@app.command()
def footer(
    message: Annotated[str, typer.Option("--message", metavar="ID", help="The answer that the e-mail carries.")],
    as_json: AsJson = False,
) -> None:
    """Print the footer that asks whether an answer helped, as HTML and as text."""
    from mhc_serving.web import feedback_pages

    settings = configuration.load()
    now = datetime.now(UTC)
    with database(settings) as engine, engine.begin() as connection:
        answer = ids.message(connection, message)
        if ratings.answer(connection, answer) is None:
            raise NotFound(f"{message} is no answer to a customer; give the message_id of a chat answer")
        links = of_installation(connection, settings)
    parts = feedback_pages.footer(
        pricing.load(settings.business_file), links.vote(answer, "up", now), links.vote(answer, "down", now)
    )
    typer.echo(orjson.dumps(parts._asdict()).decode() if as_json else f"{parts.html}\n{parts.text}", nl=as_json)


@app.command()
def survey(
    conversation: Annotated[str, typer.Option("--conversation", metavar="ID", help="The one that led to a booking.")],
    as_json: AsJson = False,
) -> None:
    """Print the link to the survey after a booking."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        found = ids.conversation(connection, conversation)
        if ratings.whole(connection, found) is None:
            raise NotFound(f"there is no conversation {conversation}; give the conversation_id of a chat answer")
        links = of_installation(connection, settings)
    link = links.survey(found, datetime.now(UTC))
    typer.echo(orjson.dumps({"link": link}).decode() if as_json else link)


@app.command()
def surveys(as_json: AsJson = False) -> None:
    """List customers whose event is over and whom only you can reach, with the link to send each."""
    settings, now = configuration.load(), datetime.now(UTC)
    with database(settings) as engine, engine.begin() as connection:
        links = of_installation(connection, settings)
        waiting = [
            one._asdict() | {"link": links.survey(one.conversation_id, now)}
            for one in surveys_waiting.for_staff(connection)
        ]
    table = columns("event", "channel", "booking", "link")
    for row in waiting:
        table.add_row(str(row["event_on"]), row["channel"], str(row["booking_id"]), row["link"])
    shown = (table, "Note each that you sent: `mhc feedback sent --booking ID --by NAME`.")
    respond(as_json, waiting, *(shown if waiting else ("No survey waits to be sent.",)))


@app.command()
def sent(
    booking: Annotated[UUID, typer.Option("--booking", metavar="ID", help="The booking whose survey you sent.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Note that you sent a customer the link to the survey."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        note_sent(connection, booking, by, datetime.now(UTC))
        left = len(surveys_waiting.for_staff(connection))
    waiting = f"{left} more wait: `mhc feedback surveys`" if left else "no other waits"
    respond(as_json, {"booking_id": str(booking), "waiting": left}, f"Noted for booking {booking}; {waiting}.")
