"""SQL of lists that are read page by page: each page goes on after the last row of the one before (keyset).

A page costs the same wherever it is. ``after`` is the key of the last row that was read, None before the first page.
Each function gives one row more than it was asked for where there are more, so that nothing has to be counted.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.bookings import Booking
from mhc_core.db.tables import booking_requests, feedback, knowledge_articles
from mhc_core.vocabulary import ConversationStatus

_B, _F, _A = booking_requests.c, feedback.c, knowledge_articles.c


class ConversationKey(NamedTuple):
    """Where a page of conversations ended."""

    last_message_at: datetime
    id: UUID


class ListedConversation(NamedTuple):
    """A conversation without its words. ``customer_id`` is raw. Times are UTC."""

    id: UUID
    channel: str
    customer_id: str | None
    status: str
    intent: str | None
    outcome: str | None
    started_at: datetime
    last_message_at: datetime


_CONVERSATION = ", ".join(f"c.{name}" for name in ListedConversation._fields)


def conversations(
    connection: sa.Connection,
    status: ConversationStatus | None,
    channel: str | None,
    after: ConversationKey | None,
    limit: int,
) -> list[ListedConversation]:
    """Newest first. Each status is read along its own index, so a page looks at no more rows than it gives."""
    beyond = "" if after is None else "and (c.last_message_at, c.id) < (:at, :id)"
    of_channel = "" if channel is None else "and c.channel = :channel"
    parts = " union all ".join(
        f"(select {_CONVERSATION} from ai.conversations c where c.status = '{one}' {of_channel} {beyond} "
        "order by c.last_message_at desc, c.id desc limit :limit)"
        for one in ([status] if status else ConversationStatus)
    )
    values = {"limit": limit + 1, "channel": channel, **({} if after is None else {"at": after[0], "id": after[1]})}
    query = f"select * from ({parts}) c order by c.last_message_at desc, c.id desc limit :limit"
    return [ListedConversation(*row) for row in connection.execute(sa.text(query), values)]


class BookingKey(NamedTuple):
    """Where a page of booking requests ended."""

    event_on: date
    starts_at: time
    id: UUID


def bookings(
    connection: sa.Connection,
    status: str | None,
    first: date | None,
    last: date | None,
    after: BookingKey | None,
    limit: int,
) -> list[Booking]:
    """By the day of the party, soonest first; of a status, and of days from ``first`` to ``last``."""
    order = (_B.event_on, _B.starts_at, _B.id)
    statement = sa.select(*(_B[name] for name in Booking._fields)).where(
        _B.event_on.is_not(None), _B.starts_at.is_not(None)
    )
    for wanted in (
        None if status is None else _B.status == status,
        None if first is None else _B.event_on >= first,
        None if last is None else _B.event_on <= last,
        None if after is None else sa.tuple_(*order) > sa.tuple_(*after),
    ):
        statement = statement if wanted is None else statement.where(wanted)
    return [Booking(*row) for row in connection.execute(statement.order_by(*order).limit(limit + 1))]


class ListedCustomer(NamedTuple):
    """A customer under their pseudonym; money in USD, ``expected_usd`` of the next 52 weeks, ``churn_risk`` 0..1."""

    customer_hash: str
    tier: str
    bookings: int
    completed: int
    next_tier: str | None
    bookings_until_next: int | None
    last_booked_on: date | None
    last_channel: str | None
    usual_guests: int | None
    spend_usd: Decimal
    expected_usd: Decimal | None
    churn_risk: float | None


def customers(connection: sa.Connection, tier: str | None, after: str | None, limit: int) -> list[ListedCustomer]:
    """By pseudonym, which is no order of anything; of a tier."""
    names = ", ".join(ListedCustomer._fields)
    query = f"""
        select {names} from ai.customer_profiles
         where (cast(:tier as text) is null or tier = :tier)
           and (cast(:after as text) is null or customer_hash > :after)
         order by customer_hash limit :limit
    """
    rows = connection.execute(sa.text(query), {"tier": tier, "after": after, "limit": limit + 1})
    return [ListedCustomer(*row) for row in rows]


class Article(NamedTuple):
    """An article that answers may cite; scrubbed text where it was learned."""

    id: str
    title: str
    category: str
    tags: Sequence[str]
    body: str
    origin: str
    reviewed_at: datetime
    updated_at: datetime


def articles(connection: sa.Connection, category: str | None, after: str | None, limit: int) -> list[Article]:
    """Articles in use by id; of a category."""
    statement = sa.select(*(_A[name] for name in Article._fields)).where(_A.active)
    if category is not None:
        statement = statement.where(_A.category == category)
    if after is not None:
        statement = statement.where(_A.id > after)
    return [Article(*row) for row in connection.execute(statement.order_by(_A.id).limit(limit + 1))]


class RatingKey(NamedTuple):
    """Where a page of ratings ended."""

    given_at: datetime
    id: UUID


class ListedRating(NamedTuple):
    """What somebody said of an answer; ``comment`` is in their own words."""

    id: UUID
    conversation_id: UUID
    message_id: UUID | None
    vote: str | None
    stars: int | None
    helpful: bool | None
    accurate: bool | None
    verdict: str | None
    comment: str | None
    given_at: datetime


def ratings(connection: sa.Connection, verdict: str | None, after: RatingKey | None, limit: int) -> list[ListedRating]:
    """Newest first; those that liked or disliked (``up``, ``down``)."""
    statement = sa.select(*(_F[name] for name in ListedRating._fields))
    for wanted in (
        None if verdict is None else _F.verdict == verdict,
        None if after is None else sa.tuple_(_F.given_at, _F.id) < sa.tuple_(*after),
    ):
        statement = statement if wanted is None else statement.where(wanted)
    rows = connection.execute(statement.order_by(_F.given_at.desc(), _F.id.desc()).limit(limit + 1))
    return [ListedRating(*row) for row in rows]


def by_ids(connection: sa.Connection, ids: Sequence[UUID]) -> dict[UUID, ListedConversation]:
    """Conversations by id, with one statement; those that do not exist are left out."""
    query = sa.text(f"select {_CONVERSATION} from ai.conversations c where c.id = any(:ids)")
    rows: Sequence[Any] = connection.execute(query, {"ids": list(ids)}).all()
    return {row[0]: ListedConversation(*row) for row in rows}
