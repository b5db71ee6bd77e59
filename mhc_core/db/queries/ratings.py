"""SQL of what customers say about single answers while they chat, and its figures over a period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import conversations, feedback, messages

SOURCE = "serving"
_C, _M, _F = conversations.c, messages.c, feedback.c


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer says about one answer; None means not said this time."""

    vote: str | None = None
    stars: int | None = None
    helpful: bool | None = None
    accurate: bool | None = None
    comment: str | None = None


def rated_conversation(connection: sa.Connection, message_id: UUID, customer_id: str) -> UUID | None:
    """The conversation of an answer that this customer was given; None when there is no such answer."""
    return connection.scalar(
        sa.select(_M.conversation_id)
        .join(conversations, _C.id == _M.conversation_id)
        .where(_M.id == message_id, _M.role.in_(("assistant", "agent")), _C.customer_id == customer_id)
    )


def save(
    connection: sa.Connection,
    conversation_id: UUID,
    message_id: UUID,
    customer_id: str,
    rating: Rating,
    now: datetime,
) -> sa.Row[Any]:
    """Keep one rating per customer and answer: what is said now replaces what was said before, the rest stays.

    The score computed from it is emptied for the scoring stage. Returns id and the rating as it stands now.
    """
    statement = insert(feedback).values(
        id=uuid5(conversation_id, f"{message_id}:{customer_id}"),
        source=SOURCE,
        source_id=f"{message_id}:{customer_id}",
        conversation_id=conversation_id,
        message_id=message_id,
        customer_id=customer_id,
        vote=rating.vote,
        stars=rating.stars,
        helpful=rating.helpful,
        accurate=rating.accurate,
        comment=rating.comment,
        given_at=now,
    )
    said = statement.excluded
    kept = {
        column: sa.func.coalesce(getattr(said, column), getattr(_F, column))
        for column in ("vote", "stars", "helpful", "accurate", "comment")
    }
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_F.source, _F.source_id], set_={**kept, "given_at": said.given_at, "score": None}
        ).returning(_F.id, _F.vote, _F.stars, _F.helpful, _F.accurate)
    ).one()
    connection.execute(
        sa.update(conversations).where(_C.id == conversation_id).values(updated_at=sa.func.greatest(_C.updated_at, now))
    )
    return row


def _figures() -> list[sa.Label[Any]]:
    return [
        sa.func.count().label("ratings"),
        sa.func.count().filter(_F.vote == "up").label("up"),
        sa.func.count().filter(_F.vote == "down").label("down"),
        sa.func.avg(_F.stars).label("stars"),
        sa.func.count().filter(_F.helpful).label("helpful"),
        sa.func.count().filter(sa.not_(_F.helpful)).label("not_helpful"),
        sa.func.count().filter(_F.accurate).label("accurate"),
        sa.func.count().filter(sa.not_(_F.accurate)).label("not_accurate"),
        sa.func.count().filter(sa.func.length(_F.comment) > 0).label("comments"),
    ]


def totals(connection: sa.Connection, since: datetime) -> sa.Row[Any]:
    """The figures of all feedback given since then."""
    return connection.execute(sa.select(*_figures()).where(_F.given_at >= since)).one()


def by_group(connection: sa.Connection, since: datetime) -> list[sa.Row[Any]]:
    """The same figures by day, by channel and by intent of the answer, in one pass.

    ``kind`` names the grouping, ``label`` the group (an unknown intent is ``unknown``).
    """
    rated = (
        sa.select(
            sa.cast(sa.func.timezone("UTC", _F.given_at), sa.Date).label("day"),
            _C.channel,
            sa.func.coalesce(_M.intent, _C.intent, "unknown").label("intent"),
            *(getattr(_F, name) for name in ("vote", "stars", "helpful", "accurate", "comment")),
        )
        .select_from(feedback)
        .join(conversations, _C.id == _F.conversation_id)
        .outerjoin(messages, _M.id == _F.message_id)
        .where(_F.given_at >= since)
        .subquery()
    )
    r = rated.c
    kind = sa.case(
        (sa.func.grouping(r.day) == 0, "day"), (sa.func.grouping(r.channel) == 0, "channel"), else_="intent"
    ).label("kind")
    label = sa.func.coalesce(sa.cast(r.day, sa.Text), r.channel, r.intent).label("label")
    return list(
        connection.execute(
            sa.select(
                kind,
                label,
                sa.func.count().label("ratings"),
                sa.func.count().filter(r.vote == "up").label("up"),
                sa.func.count().filter(r.vote == "down").label("down"),
                sa.func.avg(r.stars).label("stars"),
            )
            .group_by(sa.func.grouping_sets(r.day, r.channel, r.intent))
            .order_by(kind, label)
        )
    )
