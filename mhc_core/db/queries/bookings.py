"""SQL of booking requests: one for each conversation, replaced while the team has not decided on it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import booking_requests

_B = booking_requests.c


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
