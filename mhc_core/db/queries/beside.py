"""SQL of what stands beside conversations, for many of them with one statement: turns, bookings, ratings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.pages import ListedRating
from mhc_core.db.tables import booking_requests, feedback

_B, _F = booking_requests.c, feedback.c


class Said(NamedTuple):
    """One turn as staff read it. ``by`` names the person of the team who wrote it, where one did."""

    id: UUID
    conversation_id: UUID
    role: str
    text: str
    sent_at: datetime
    by: str | None
    confidence: float | None
    cached: bool


def turns(connection: sa.Connection, ids: Sequence[UUID], limit: int) -> dict[UUID, list[Said]]:
    """The last ``limit`` turns of each conversation, oldest first."""
    query = """
        select m.id, m.conversation_id, m.role, coalesce(m.edited_content, m.content), m.sent_at,
               case when m.role = 'agent' then m.edited_by end, m.confidence, m.cached
          from unnest(cast(:ids as uuid[])) wanted(id) cross join lateral (
               select * from ai.messages where conversation_id = wanted.id order by position desc limit :limit) m
         order by m.conversation_id, m.position
    """
    found: dict[UUID, list[Said]] = defaultdict(list)
    for row in connection.execute(sa.text(query), {"ids": list(ids), "limit": limit}):
        found[row[1]].append(Said(*row))
    return found


def bookings(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, Booking]:
    """The booking request of each conversation that has one."""
    columns = [_B[name] for name in Booking._fields]
    rows = connection.execute(sa.select(*columns).where(_B.conversation_id.in_(ids)))
    return {row[1]: Booking(*row) for row in rows}


def ratings(connection: sa.Connection, ids: Sequence[UUID], limit: int) -> dict[UUID, list[ListedRating]]:
    """The newest ``limit`` ratings of each conversation, newest first."""
    place = sa.func.row_number().over(partition_by=_F.conversation_id, order_by=(_F.given_at.desc(), _F.id.desc()))
    ranked = sa.select(*(_F[name] for name in ListedRating._fields), place.label("place"))
    inner = ranked.where(_F.conversation_id.in_(ids)).subquery()
    statement = sa.select(*(inner.c[name] for name in ListedRating._fields)).where(inner.c.place <= limit)
    found: dict[UUID, list[ListedRating]] = defaultdict(list)
    for row in connection.execute(statement.order_by(inner.c.conversation_id, inner.c.place)):
        found[row[1]].append(ListedRating(*row))
    return found
