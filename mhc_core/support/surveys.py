"""Asking how an event was, the day after: in the chat where the customer wrote there, else by a link that staff send.

What a customer is asked and that they were asked is one transaction, so a run that is killed, or repeated, asks once.
The answers come back as feedback of the conversation, from which the learning loop learns as from any other.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.db.queries import audit, installation
from mhc_core.db.queries import surveys as queries
from mhc_core.db.queries.surveys import Due
from mhc_core.errors import NotFound
from mhc_core.feedback.links import FeedbackLinks, keys
from mhc_core.languages import ENGLISH, speaking, translated, weekday_and_day
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel

SENT_BY_US = frozenset({Channel.WEB})
"""Channels on which the platform itself can reach a customer: what stands in the conversation is shown there."""
LATEST = timedelta(days=7)
"""An event longer ago is not asked about any more, so that a first start asks nobody of last year."""


class Asked(NamedTuple):
    """How many customers were asked in the chat, and how many links wait for staff to send them."""

    chat: int
    staff: int


def ask_due(connection: sa.Connection, business: Business, settings: Settings, now: datetime) -> Asked:
    """Ask all whose confirmed event was yesterday, or up to a week ago, and who were not asked."""
    today = now.astimezone(business.contact.zone).date()
    due = queries.due(connection, today - LATEST, today - timedelta(days=1))
    if not due:
        return Asked(0, 0)
    links = of_installation(connection, settings)
    words = {
        one.booking_id: _asked(one, links.survey(one.conversation_id, now)) for one in due if one.channel in SENT_BY_US
    }
    queries.ask(connection, due, words, now)
    return Asked(len(words), len(due) - len(words))


def of_installation(connection: sa.Connection, settings: Settings) -> FeedbackLinks:
    """What makes links to this installation."""
    secrets = settings.link_secrets.get_secret_value() if settings.link_secrets else None
    made = keys(installation.salt(connection), secrets, settings.feedback_link_days)
    return FeedbackLinks(made, settings.public_address, settings.feedback_link_days)


def note_sent(connection: sa.Connection, booking_id: UUID, by: str, now: datetime) -> None:
    """Staff sent a customer the link.

    Raises:
        NotFound: no link of this booking waits to be sent.
    """
    if not queries.sent(connection, booking_id, now):
        raise NotFound(
            f"no survey of booking {booking_id} waits to be sent; `mhc feedback surveys` lists those that do"
        )
    audit.record(connection, by, "survey.sent", str(booking_id), {}, now)


def _asked(one: Due, link: str) -> str:
    """What the customer reads."""
    with speaking(one.language or ENGLISH):
        return translated(
            "We hope you had a good time on {day}. How was it, and did the assistant do a good job? Tell us in a "
            "minute: {link}",
            day=weekday_and_day(one.event_on),
            link=link,
        )
