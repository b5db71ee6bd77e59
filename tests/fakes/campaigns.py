"""Customers as campaigns find them: who asked and did not book, who had a party, who agreed to what; and a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fakes.stored import say, talk
from mhc_core.business import pricing
from mhc_core.campaigns import consents
from mhc_core.campaigns.consents import Line
from mhc_core.campaigns.rules import Campaigns
from mhc_core.campaigns.sending import Sender
from mhc_core.db.queries import bookings, installation
from mhc_core.providers.messaging.result import Message, Result
from mhc_core.pseudonyms import customer_hash, person_id
from mhc_core.settings import Settings

NOW = datetime(2026, 3, 5, 21, tzinfo=UTC)
"""One in the afternoon for the business, four in New York, eleven in Honolulu."""
TODAY = date(2026, 3, 5)
PHONE, MAIL = "+19165550101", "guest@example.com"

SETTINGS = Settings(_env_file=None, campaigns=True, public_url="https://chat.example.com")
ACCEPTED = Result("accepted", "SM1")


@dataclass
class Service:
    """Takes messages, or does with them what ``does`` says."""

    does: Callable[[Message], Result] = lambda message: ACCEPTED
    got: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Result:
        self.got.append(message)
        return self.does(message)


def sender(database: sa.Engine, campaigns: Campaigns, service: Service, now: datetime = NOW, **changed: Any) -> Sender:
    services = dict.fromkeys(("sms", "whatsapp", "email"), service.send)
    given = SETTINGS.model_copy(update=changed)
    return Sender(database, campaigns, pricing.load(), given, services, lambda: now)


def agree(
    connection: sa.Connection,
    customer: str,
    channel: str | None = None,
    at: datetime = NOW - timedelta(days=400),
    wording: str = "Yes, send me offers; I can end them at any time.",
) -> None:
    """A consent with its proof."""
    line = Line(
        customer=customer, channel=channel or ("email" if "@" in customer else "sms"), given_at=at,  # type: ignore[arg-type]
        how="form on the site", wording=wording,
    )  # fmt: skip
    consents.add(connection, [line], [], "Ann", at)


def asked(
    connection: sa.Connection,
    customer: str,
    ago: timedelta,
    channel: str = "sms",
    language: str | None = None,
    **columns: Any,
) -> UUID:
    """Somebody who wanted to book, and stopped answering so long ago."""
    at = NOW - ago
    facts = {"booking": True, "day": "2026-04-04", "zip": "95630"} | ({"language": language} if language else {})
    conversation, _ = talk(
        connection, say("user", "we want a party"), at=at,
        **{"channel": channel, "customer_id": customer, "status": "active", "facts": facts, **columns},
    )  # fmt: skip
    return conversation


def party(connection: sa.Connection, customer: str, on: date, status: str = "confirmed", channel: str = "sms") -> UUID:
    """Somebody who has, or had, a party; its booking."""
    at = datetime.combine(on, time(18), UTC) - timedelta(days=20)
    conversation, _ = talk(
        connection, say("user", "book it"), say("assistant", "Thank you!"), at=at, channel=channel,
        customer_id=customer, facts={"zip": "95630"},
    )  # fmt: skip
    bookings.save(connection, conversation, on, time(18), (12, 3, 1), None, {}, at)
    query = sa.text("update ai.booking_requests set status = :s where conversation_id = :c returning id")
    booking: UUID = connection.execute(query, {"s": status, "c": conversation}).scalar_one()
    return booking


def risk(connection: sa.Connection, customer: str, value: float, at: datetime = NOW) -> None:
    """How likely it is that somebody does not come back."""
    connection.execute(
        sa.text("""
            insert into ai.churn_risk (customer_hash, risk, within_days, reasons, judged_at)
            values (:who, :risk, 90, '["the wait is long"]', :at)
        """),
        {"who": pseudonym(connection, customer), "risk": value, "at": at},
    )


def pseudonym(connection: sa.Connection, customer: str) -> str:
    return customer_hash(installation.salt(connection), person_id(customer))


def touches(connection: sa.Connection) -> list[tuple[str, str, str, str | None]]:
    """Campaign, step, state and reason of everything that is planned."""
    query = "select campaign, step, state, reason from ai.campaign_touches order by due_at, campaign, step, id"
    return [tuple(row) for row in connection.execute(sa.text(query))]  # type: ignore[misc]
