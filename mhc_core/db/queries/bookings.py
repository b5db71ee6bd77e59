"""SQL of booking requests: one for each conversation, replaced while the team has not decided on it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries import turns
from mhc_core.db.tables import booking_requests, conversations

_B, _C = booking_requests.c, conversations.c


def save(
    connection: sa.Connection,
    conversation_id: UUID,
    day: date,
    starts: time,
    people: tuple[int, int, int],
    total_usd: Decimal | None,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Store a request, or replace the conversation's earlier one: it then waits for the team again.

    Args:
        people: adults, children, the free youngest.
        total_usd: the price as quoted (USD); ``None`` while the distance is open.
        details: everything that was told, raw.
    """
    values = {
        "event_on": day,
        "starts_at": starts,
        "adults": people[0],
        "children": people[1],
        "under_six": people[2],
        "total_usd": total_usd,
        "details": dict(details),
        "status": "requested",
        "updated_at": now,
    }
    connection.execute(
        insert(booking_requests)
        .values(id=uuid4(), conversation_id=conversation_id, requested_at=now, **values)
        .on_conflict_do_update(index_elements=[_B.conversation_id], set_=values)
    )


class Booking(NamedTuple):
    """A request as stored. ``details`` holds everything that was told, raw; times are UTC but for ``starts_at``."""

    id: UUID
    conversation_id: UUID
    status: str
    event_on: date
    starts_at: time
    adults: int
    children: int
    under_six: int
    total_usd: Decimal | None
    details: Mapping[str, Any]
    requested_at: datetime
    updated_at: datetime


def page(
    connection: sa.Connection, status: str | None, first: date | None, last: date | None, limit: int, offset: int
) -> list[Booking]:
    """Requests by the day of the party, soonest first; those of a status and of days from ``first`` to ``last``."""
    statement = _booking().order_by(_B.event_on, _B.starts_at, _B.id).limit(limit).offset(offset)
    for wanted in (
        None if status is None else _B.status == status,
        None if first is None else _B.event_on >= first,
        None if last is None else _B.event_on <= last,
    ):
        statement = statement if wanted is None else statement.where(wanted)
    return [Booking(*row) for row in connection.execute(statement)]


def latest(connection: sa.Connection, conversation_id: UUID, customer_id: str | None) -> Booking | None:
    """The newest request of a conversation; where it has none, the newest of the same customer."""
    mine = _C.id == conversation_id
    whose = mine if customer_id is None else sa.or_(mine, _C.customer_id == customer_id)
    statement = _booking().join(conversations, _C.id == _B.conversation_id).where(whose)
    row = connection.execute(statement.order_by(mine.desc(), _B.updated_at.desc()).limit(1)).one_or_none()
    return Booking(*row) if row else None


def withdraw(connection: sa.Connection, booking_id: UUID, now: datetime) -> None:
    """Take a request back that the team has not decided on; any other is left as it is."""
    connection.execute(
        sa.update(booking_requests)
        .where(_B.id == booking_id, _B.status == "requested")
        .values(status="withdrawn", updated_at=sa.func.greatest(_B.updated_at, now))
    )


def locked(connection: sa.Connection, booking_id: UUID) -> Booking | None:
    """One request; others who lock it, or its conversation, wait until the transaction ends.

    The conversation is locked first, as everywhere, so that no two transactions wait for each other.
    """
    conversation = sa.select(_B.conversation_id).where(_B.id == booking_id).scalar_subquery()
    connection.execute(sa.select(_C.id).where(_C.id == conversation).with_for_update())
    row = connection.execute(_booking().where(_B.id == booking_id).with_for_update()).one_or_none()
    return Booking(*row) if row else None


def decide(
    connection: sa.Connection, found: Booking, status: str, message_id: UUID, told: str, now: datetime
) -> datetime:
    """Write a decision down and tell the customer, as the conversation's next turn; the caller holds the lock.

    Returns when it counts as changed.
    """
    changed = max(now, found.updated_at)
    connection.execute(sa.update(booking_requests).where(_B.id == found.id).values(status=status, updated_at=changed))
    tell(connection, found, message_id, told, {"booking": status}, now)
    return changed


def tell(
    connection: sa.Connection, found: Booking, message_id: UUID, told: str, notes: Mapping[str, Any], now: datetime
) -> None:
    """Say something to the customer of a request, as the conversation's next turn; the caller holds the lock."""
    turns.append(
        connection,
        found.conversation_id,
        now,
        id=message_id,
        role="system",
        content=told,
        message_metadata=dict(notes),
    )


def of_conversation(connection: sa.Connection, conversation_id: UUID) -> Booking | None:
    """The request of a conversation."""
    row = connection.execute(_booking().where(_B.conversation_id == conversation_id)).one_or_none()
    return Booking(*row) if row else None


def _booking() -> sa.Select[Any]:
    return sa.select(*(booking_requests.c[name] for name in Booking._fields))
