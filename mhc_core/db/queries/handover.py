"""SQL of hand-overs: opening one, who has it, and how it ended. One conversation has at most one open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import turns
from mhc_core.db.queries.serving import SOURCE
from mhc_core.db.tables import conversations, handovers, messages
from mhc_core.vocabulary import PERSON, ConversationStatus, HandoverState

_H, _C, _M = handovers.c, conversations.c, messages.c
# A literal: once a statement is prepared, PostgreSQL does not match parameters with the predicate of a partial index.
_OPEN = sa.text("state in ('waiting', 'claimed')")
_OPENED = sa.text(
    f"""
    with opened as (
        insert into ai.handovers (conversation_id, reason, queue, urgent, opened_at)
        values (:conversation, :reason, :queue, :urgent, :now)
        on conflict (conversation_id) where {_OPEN} do nothing
        returning id, reason
    ), marked as (
        update ai.conversations c
           set status = '{ConversationStatus.ESCALATED}', outcome = 'escalated',
               escalation_reason = coalesce(c.escalation_reason, o.reason),
               escalated_at = coalesce(c.escalated_at, :now), updated_at = greatest(c.updated_at, :now)
          from opened o
         where c.id = :conversation
    ), told as (
        insert into ai.webhook_deliveries (id, handover_id, due_at) select gen_random_uuid(), id, :now from opened
    )
    select id from opened
    """
)


class Handover(NamedTuple):
    """A hand-over as stored. ``claimed_by`` is the name of the key of the person who has it; times are UTC."""

    id: int
    conversation_id: UUID
    state: str
    reason: str | None
    queue: str
    urgent: bool
    opened_at: datetime
    claimed_by: str | None
    claimed_at: datetime | None
    closed_at: datetime | None


def insert_open(
    connection: sa.Connection, conversation_id: UUID, reason: str, queue: str, urgent: bool, now: datetime
) -> int | None:
    """Open a hand-over, mark the conversation escalated and put the webhook into the outbox; None, and nothing is
    changed, when one is open already. The first reason stays."""
    about = {"conversation": conversation_id, "reason": reason, "queue": queue, "urgent": urgent, "now": now}
    opened: int | None = connection.scalar(_OPENED, about)
    return opened


def waiting(connection: sa.Connection, queue: str | None, limit: int) -> list[Handover]:
    """Open hand-overs, urgent ones first, then the longest waiting; of one queue, or of all."""
    statement = sa.select(handovers).where(_OPEN).order_by(_H.urgent.desc(), _H.opened_at, _H.id).limit(limit)
    if queue is not None:
        statement = statement.where(_H.queue == queue)
    return [Handover(*row) for row in connection.execute(statement)]


def locked(connection: sa.Connection, handover_id: int) -> Handover | None:
    """One hand-over; others who lock it, or its conversation, wait until the transaction ends.

    The conversation is locked first, as everywhere, so that no two transactions wait for each other.
    """
    conversation = sa.select(_H.conversation_id).where(_H.id == handover_id).scalar_subquery()
    connection.execute(sa.select(_C.id).where(_C.id == conversation).with_for_update())
    row = connection.execute(sa.select(handovers).where(_H.id == handover_id).with_for_update()).one_or_none()
    return Handover(*row) if row else None


def claim(connection: sa.Connection, handover_id: int, by: str, now: datetime) -> None:
    """Write down who has it; the caller holds the lock."""
    connection.execute(
        sa.update(handovers)
        .where(_H.id == handover_id)
        .values(state=HandoverState.CLAIMED, claimed_by=by, claimed_at=now)
    )


def close(
    connection: sa.Connection, found: Handover, state: HandoverState, status: ConversationStatus, now: datetime
) -> None:
    """End a hand-over and give its conversation this status; the caller holds the lock."""
    connection.execute(sa.update(handovers).where(_H.id == found.id).values(state=state, closed_at=now))
    connection.execute(
        sa.update(conversations)
        .where(_C.id == found.conversation_id)
        .values(status=status, updated_at=sa.func.greatest(_C.updated_at, now))
    )


def add_reply(connection: sa.Connection, found: Handover, message_id: UUID, text: str, by: str, now: datetime) -> None:
    """Store a person's words as the conversation's next turn; the caller holds the lock."""
    turns.append(
        connection,
        found.conversation_id,
        now,
        id=message_id,
        role="agent",
        content=text,
        message_metadata={"agent": PERSON},
        edited_by=by,
        edited_at=now,
    )


def one(connection: sa.Connection, handover_id: int) -> Handover | None:
    """One hand-over as it stands, without waiting for anybody."""
    row = connection.execute(sa.select(handovers).where(_H.id == handover_id)).one_or_none()
    return Handover(*row) if row else None


def open_of(connection: sa.Connection, conversation_id: UUID) -> Handover | None:
    """The hand-over of a conversation that waits or is claimed."""
    row = connection.execute(sa.select(handovers).where(_H.conversation_id == conversation_id, _OPEN)).one_or_none()
    return Handover(*row) if row else None


class Said(NamedTuple):
    """One turn as people read it. ``by`` names the person who wrote it, where one did; ``notes`` is its metadata."""

    id: UUID
    role: str
    text: str
    sent_at: datetime
    by: str | None
    notes: Mapping[str, Any]


def said(connection: sa.Connection, conversation_id: UUID, after: UUID | None, limit: int) -> list[Said]:
    """Turns of a conversation, oldest first: the first ones, or those that follow the turn ``after``."""
    text = sa.func.coalesce(_M.edited_content, _M.content)
    statement = (
        sa.select(_M.id, _M.role, text, _M.sent_at, sa.case((_M.role == "agent", _M.edited_by)), _M.message_metadata)
        .where(_M.conversation_id == conversation_id)
        .order_by(_M.position)
        .limit(limit)
    )
    if after is not None:
        seen = messages.alias("seen")
        place = sa.select(seen.c.position).where(seen.c.id == after, seen.c.conversation_id == conversation_id)
        statement = statement.where(_M.position > place.scalar_subquery())
    return [Said(*row) for row in connection.execute(statement)]


def status_for(connection: sa.Connection, conversation_id: UUID, customer_id: str) -> ConversationStatus | None:
    """The status of a customer's own conversation; None when there is no such conversation of this customer."""
    status = connection.scalar(
        sa.select(_C.status).where(_C.id == conversation_id, _C.customer_id == customer_id, _C.source == SOURCE)
    )
    return ConversationStatus(status) if status is not None else None
