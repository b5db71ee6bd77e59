"""SQL of the outbox of webhooks: filled by the statement that opens a hand-over, taken by whoever sends, closed when it
arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import handovers, webhook_deliveries

_D, _H = webhook_deliveries.c, handovers.c
_OPEN = sa.and_(_D.delivered_at.is_(None), _D.given_up_at.is_(None))


class Delivery(NamedTuple):
    """One webhook to send. ``attempts`` counts this one; what it tells is what the hand-over was opened with."""

    id: UUID
    attempts: int
    handover_id: int
    conversation_id: UUID
    reason: str | None
    queue: str
    urgent: bool
    opened_at: datetime


def take(connection: sa.Connection, now: datetime, lease: timedelta, limit: int) -> Sequence[Delivery]:
    """Take the deliveries that are due, longest due first. Nobody else gets them until ``lease`` is over.

    Others who take at the same time are not waited for: they get other ones.
    """
    due = (
        sa.select(_D.id)
        .where(_OPEN, _D.due_at <= now)
        .order_by(_D.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = connection.execute(
        sa.update(webhook_deliveries)
        .where(_D.id.in_(sa.select(due.c.id)), _D.handover_id == _H.id)
        .values(due_at=now + lease, attempts=_D.attempts + 1)
        .returning(_D.id, _D.attempts, _H.id, _H.conversation_id, _H.reason, _H.queue, _H.urgent, _H.opened_at)
    )
    return sorted((Delivery(*row) for row in rows), key=lambda found: (found.opened_at, found.handover_id))


def delivered(connection: sa.Connection, delivery_id: UUID, now: datetime) -> None:
    """It arrived."""
    _set(connection, delivery_id, delivered_at=now, last_failure=None)


def failed(connection: sa.Connection, delivery_id: UUID, failure: str, due_at: datetime) -> None:
    """It did not arrive and is sent again at ``due_at``."""
    _set(connection, delivery_id, last_failure=failure, due_at=due_at)


def give_up(connection: sa.Connection, delivery_id: UUID, now: datetime) -> None:
    """It is not sent again; the last failure stays."""
    _set(connection, delivery_id, given_up_at=now)


def forget(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Remove deliveries that arrived or were given up before then; how many, ``limit`` at most. Open ones stay."""
    over = sa.select(_D.id).where(sa.func.coalesce(_D.delivered_at, _D.given_up_at) < before).limit(limit)
    return connection.execute(sa.delete(webhook_deliveries).where(_D.id.in_(over))).rowcount


def _set(connection: sa.Connection, delivery_id: UUID, **values: object) -> None:
    connection.execute(sa.update(webhook_deliveries).where(_D.id == delivery_id, _OPEN).values(**values))
