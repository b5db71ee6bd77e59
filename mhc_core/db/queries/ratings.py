"""SQL of what people say about single answers and whole conversations, and its figures over a period."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.days import day_of
from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.tables import conversations, feedback, feedback_history, messages
from mhc_core.vocabulary import FeedbackVia

_C, _M, _F, _H = conversations.c, messages.c, feedback.c, feedback_history.c
_SAID = ("vote", "stars", "helpful", "accurate", "comment")
_SOURCE = {
    FeedbackVia.CHAT: "serving",
    FeedbackVia.EMAIL: "serving",
    FeedbackVia.SURVEY: "survey",
    FeedbackVia.AGENT: "agent",
}
"""A vote by e-mail and one in the chat are the same person's rating of the same answer."""


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person says; None means not said this time."""

    vote: str | None = None
    stars: int | None = None
    helpful: bool | None = None
    accurate: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """What is rated: an answer, or with no ``message_id`` the whole conversation. The customer is unknown to some."""

    conversation_id: UUID
    message_id: UUID | None
    customer_id: str | None


def answer(connection: sa.Connection, message_id: UUID, customer_id: str | None = None) -> Rated | None:
    """An answer that was given to a customer, to this one when an id is given; None when there is no such answer.

    An erasure of the customer waits until the caller's transaction ends.
    """
    query = (
        sa.select(_M.conversation_id, _M.id, _C.customer_id)
        .join(conversations, _C.id == _M.conversation_id)
        .where(_M.id == message_id, _M.role.in_(("assistant", "agent")), ~_C.channel_metadata.has_key(REDACTED))
        .with_for_update(read=True, key_share=True, of=conversations)
    )
    if customer_id is not None:
        query = query.where(_C.customer_id == customer_id)
    row = connection.execute(query).one_or_none()
    return Rated(*row) if row else None


def whole(connection: sa.Connection, conversation_id: UUID) -> Rated | None:
    """A conversation to rate; None when there is none, or its words are gone."""
    row = connection.execute(
        sa.select(_C.id, sa.null(), _C.customer_id)
        .where(_C.id == conversation_id, ~_C.channel_metadata.has_key(REDACTED))
        .with_for_update(read=True, key_share=True)
    ).one_or_none()
    return Rated(*row) if row else None


def save(
    connection: sa.Connection, rated: Rated, rating: Rating, via: FeedbackVia, now: datetime, by: str | None = None
) -> sa.Row[Any]:
    """Keep one rating per person and thing rated: what is said now replaces what was said before, the rest stays.

    The score computed from it is emptied for the scoring stage; every change is added to the history. ``by`` tells
    our own agents apart; a customer is known by the conversation. Returns id, verdict and the rating as it stands now.
    """
    person = by or rated.customer_id or ""
    source_id = f"{rated.message_id or rated.conversation_id}:{person}"
    source = _SOURCE[via]
    statement = insert(feedback).values(
        id=uuid5(rated.conversation_id, source_id if source == "serving" else f"{source}:{source_id}"),
        source=source,
        source_id=source_id,
        conversation_id=rated.conversation_id,
        message_id=rated.message_id,
        customer_id=None if via is FeedbackVia.AGENT else rated.customer_id,
        given_at=now,
        **{column: getattr(rating, column) for column in _SAID},
    )
    new = statement.excluded
    kept = {column: sa.func.coalesce(getattr(new, column), getattr(_F, column)) for column in _SAID}
    row = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_F.source, _F.source_id],
            set_={
                **kept,
                "given_at": new.given_at,
                "score": None,
                "comment_polarity": sa.case((new.comment.is_(None), _F.comment_polarity)),
            },
        ).returning(_F.id, _F.verdict, *(getattr(_F, column) for column in _SAID))
    ).one()
    _note(connection, row.id, via, now)
    connection.execute(
        sa.update(conversations)
        .where(_C.id == rated.conversation_id)
        .values(updated_at=sa.func.greatest(_C.updated_at, now))
    )
    return row


def _note(connection: sa.Connection, feedback_id: UUID, via: FeedbackVia, now: datetime) -> None:
    """Add the rating as it stands to its history, unless the last entry says the same."""
    last = (
        sa.select(*(getattr(_H, column) for column in _SAID))
        .where(_H.feedback_id == feedback_id)
        .order_by(_H.id.desc())
        .limit(1)
        .subquery()
    )
    same = sa.and_(*(getattr(last.c, column).is_not_distinct_from(getattr(_F, column)) for column in _SAID))
    columns = [getattr(_F, column) for column in _SAID]
    connection.execute(
        sa.insert(feedback_history).from_select(
            ["feedback_id", "via", "given_at", *_SAID],
            sa.select(_F.id, sa.literal(via), sa.literal(now, _H.given_at.type), *columns).where(
                _F.id == feedback_id, ~sa.exists(sa.select(sa.literal(1)).select_from(last).where(same))
            ),
        )
    )


def _figures(of: Any = _F) -> list[sa.Label[Any]]:
    return [
        sa.func.count().label("ratings"),
        sa.func.count().filter(of.vote == "up").label("up"),
        sa.func.count().filter(of.vote == "down").label("down"),
        sa.func.count().filter(of.verdict == "down").label("disliked"),
        sa.func.avg(of.stars).label("stars"),
    ]


def _verdicts() -> list[sa.Label[Any]]:
    return [
        sa.func.count().filter(_F.helpful).label("helpful"),
        sa.func.count().filter(sa.not_(_F.helpful)).label("not_helpful"),
        sa.func.count().filter(_F.accurate).label("accurate"),
        sa.func.count().filter(sa.not_(_F.accurate)).label("not_accurate"),
        sa.func.count().filter(sa.func.length(_F.comment) > 0).label("comments"),
    ]


def totals(connection: sa.Connection, since: datetime) -> sa.Row[Any]:
    """The figures of all feedback that customers gave since then."""
    row: sa.Row[Any] = connection.execute(
        sa.select(
            *_figures(),
            *_verdicts(),
        ).where(_F.given_at >= since, _F.source != _SOURCE[FeedbackVia.AGENT])
    ).one()
    return row


def by_agents(connection: sa.Connection, since: datetime) -> sa.Row[Any]:
    """The figures of what our own agents said about the assistant since then."""
    row: sa.Row[Any] = connection.execute(
        sa.select(*_figures()).where(_F.given_at >= since, _F.source == _SOURCE[FeedbackVia.AGENT])
    ).one()
    return row


_GROUPS = ("day", "channel", "intent", "model", "prompt", "knowledge")


def by_group(connection: sa.Connection, since: datetime) -> list[sa.Row[Any]]:
    """The customers' figures by day, channel, intent and by the versions that answered, in one pass.

    ``kind`` names the grouping, ``label`` the group (``unknown`` where nothing is recorded). A rating of a whole
    conversation counts for the versions of its last answer.
    """
    answered = (
        sa.select(_M.intent, _M.model_version_id, _M.prompt_version_id, _M.knowledge_version_id)
        .where(
            _M.conversation_id == _F.conversation_id,
            sa.or_(_M.id == _F.message_id, sa.and_(_F.message_id.is_(None), _M.role == "assistant")),
        )
        .order_by(_M.position.desc())
        .limit(1)
        .lateral("answered")
    )
    unknown = sa.literal("unknown")
    rated = (
        sa.select(
            sa.cast(day_of(_F.given_at), sa.Text).label("day"),
            _C.channel,
            sa.func.coalesce(sa.case((_F.message_id.is_not(None), answered.c.intent)), _C.intent, unknown).label(
                "intent"
            ),
            sa.func.coalesce(answered.c.model_version_id, unknown).label("model"),
            sa.func.coalesce(answered.c.prompt_version_id, unknown).label("prompt"),
            sa.func.coalesce(answered.c.knowledge_version_id, unknown).label("knowledge"),
            _F.vote,
            _F.stars,
            _F.verdict,
        )
        .select_from(feedback)
        .join(conversations, _C.id == _F.conversation_id)
        .outerjoin(answered, sa.true())
        .where(_F.given_at >= since, _F.source != _SOURCE[FeedbackVia.AGENT])
        .subquery()
    )
    columns = [rated.c[name] for name in _GROUPS]
    kind = sa.case(
        *((sa.func.grouping(column) == 0, name) for column, name in zip(columns, _GROUPS, strict=True))
    ).label("kind")
    label = sa.func.coalesce(*columns).label("label")
    return list(
        connection.execute(
            sa.select(kind, label, *_figures(rated.c)).group_by(sa.func.grouping_sets(*columns)).order_by(kind, label)
        )
    )
