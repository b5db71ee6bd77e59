"""``mhc feedback``: what an e-mail needs so that its reader can say how we did."""

from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import ids, installation, ratings
from mhc_core.errors import NotFound
from mhc_core.feedback.links import FeedbackLinks
from mhc_jobs.cli.console import AsJson

app = typer.Typer(help="Feedback links for e-mails.", no_args_is_help=True)


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
        links = FeedbackLinks(installation.salt(connection), settings.public_address, settings.feedback_link_days)
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
        links = FeedbackLinks(installation.salt(connection), settings.public_address, settings.feedback_link_days)
    link = links.survey(found, datetime.now(UTC))
    typer.echo(orjson.dumps({"link": link}).decode() if as_json else link)
