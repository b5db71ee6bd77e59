"""Settling a day of raw conversations: what is over is closed, what has no intent gets one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries.days import END, START, day_of, start_of, within
from mhc_core.db.queries.examples import held_by_error
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.tables import conversation_scores, conversations, feedback, messages

_C, _M, _S, _F = conversations.c, messages.c, conversation_scores.c, feedback.c


def close_idle(connection: sa.Connection, day: date, idle_since: datetime, now: datetime) -> int:
    """Close active conversations of a day that have been silent since ``idle_since``; returns how many.

    One without an outcome that ended with the customer's words was abandoned, any other counts as resolved.
    """
    return connection.execute(
        sa.text(f"""
            update ai.conversations c
            set status = 'closed', updated_at = :now,
                outcome = coalesce(c.outcome, case when l.role = 'user' then 'abandoned' else 'resolved' end)
            from (
                select distinct on (m.conversation_id) m.conversation_id, m.role
                from ai.messages m join ai.conversations i on i.id = m.conversation_id
                where i.status = 'active' and i.started_at >= {START} and i.started_at < {END}
                order by m.conversation_id, m.position desc
            ) l
            where l.conversation_id = c.id and c.status = 'active' and c.last_message_at < :idle_since
        """),
        {"now": now, "idle_since": idle_since, "day": day},
    ).rowcount


def untagged(connection: sa.Connection, day: date) -> list[tuple[UUID, str, str]]:
    """Customers' messages without an intent, and their channel, in conversations started on a day. Raw text."""
    rows = connection.execute(
        sa.select(_M.id, _M.content, _C.channel)
        .join(conversations, _C.id == _M.conversation_id)
        .where(within(_C.started_at, day), _M.role == "user", _M.intent.is_(None))
    )
    return [(row.id, row.content, row.channel) for row in rows]


def save_intents(connection: sa.Connection, intents: Sequence[tuple[UUID, str]]) -> None:
    """Write the intents of messages."""
    if intents:
        connection.execute(
            sa.text("""
                update ai.messages m set intent = n.intent
                from unnest(cast(:ids as uuid[]), cast(:intents as text[])) n(id, intent) where m.id = n.id
            """),
            {"ids": [identifier for identifier, _ in intents], "intents": [intent for _, intent in intents]},
        )


def days_with_work(
    connection: sa.Connection, scorer: str, scrubber: str, idle_since: datetime | None = None
) -> list[date]:
    """Days, oldest first, with something to do.

    That is: finished conversations that scoring or scrubbing has not seen as they are now or failed on, feedback
    without a score, or active conversations that have been silent since ``idle_since``, if it is given.
    """
    given = sa.select(sa.func.max(_F.created_at)).where(_F.conversation_id == _C.id).scalar_subquery()
    query = (
        sa.select(day_of(_C.started_at).label("day"))
        .outerjoin(conversation_scores, _S.conversation_id == _C.id)
        .where(
            _C.status != "active",
            ~_C.channel_metadata.has_key(REDACTED),
            sa.or_(
                _S.scored_at.is_(None),
                _S.scorer != scorer,
                _S.scored_at < sa.func.greatest(_C.updated_at, given),
                _S.scrubbed_at.is_(None),
                _S.scrubber != scrubber,
                _S.scrubbed_at < sa.func.greatest(_S.scored_at, _C.updated_at),
                held_by_error(_C.id),
            ),
        )
    )
    unscored = sa.select(day_of(_F.given_at)).where(_F.score.is_(None))
    parts = [query, unscored]
    if idle_since is not None:
        parts.append(sa.select(day_of(_C.started_at)).where(_C.status == "active", _C.last_message_at < idle_since))
    days = sa.union(*parts).subquery("days")
    return list(connection.scalars(sa.select(days.c[0]).order_by(days.c[0])))


class DaySummary(NamedTuple):
    """What came in on one day."""

    conversations: int
    messages: int
    customers: int
    escalated: int
    active: int


def summary(connection: sa.Connection, day: date) -> DaySummary:
    """Counts of conversations started on a day."""
    own = sa.select(_C.id, _C.customer_id, _C.status).where(within(_C.started_at, day)).cte("own")
    row = connection.execute(
        sa.select(
            sa.func.count(),
            sa.select(sa.func.count())
            .select_from(messages)
            .join(own, own.c.id == _M.conversation_id)
            .scalar_subquery(),
            sa.func.count(own.c.customer_id.distinct()),
            sa.func.count().filter(own.c.status == "escalated"),
            sa.func.count().filter(own.c.status == "active"),
        ).select_from(own)
    ).one()
    return DaySummary(*row)


def outside(connection: sa.Connection, first: date, last: date) -> int:
    """Conversations with raw text that started before the day ``first`` or after ``last``: no day collects them."""
    return connection.execute(
        sa.select(sa.func.count())
        .select_from(conversations)
        .where(
            sa.or_(_C.started_at < start_of(first), _C.started_at >= start_of(last + timedelta(days=1))),
            ~_C.channel_metadata.has_key(REDACTED),
        )
    ).scalar_one()
