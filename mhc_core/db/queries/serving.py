"""SQL of the concierge: what was said in a conversation so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.tables import conversations, messages, model_versions
from mhc_core.vocabulary import Channel, ConversationStatus, Intent

SOURCE = "serving"
_C, _M = conversations.c, messages.c


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One message of a conversation as stored; ``notes`` is its metadata, ``intent`` what it was about."""

    role: str
    content: str
    notes: Mapping[str, Any]
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A conversation that a customer goes on with; turns oldest first."""

    id: UUID
    status: ConversationStatus
    turns: tuple[StoredTurn, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A message about to be stored. Times are UTC, latency is in milliseconds, cost in USD."""

    id: UUID
    role: str
    content: str
    sent_at: datetime
    intent: Intent | None = None
    confidence: float | None = None
    model_version_id: str | None = None
    prompt_version_id: str | None = None
    knowledge_version_id: str | None = None
    example_id: UUID | None = None
    citations: Sequence[Mapping[str, Any]] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    latency_ms: float | None = None
    cached: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)


def conversation(
    connection: sa.Connection, conversation_id: UUID, customer_id: str, channel: Channel, limit: int
) -> OpenConversation | None:
    """The conversation with its last ``limit`` turns; None when it is not this customer's on this channel."""
    found = connection.execute(
        sa.select(_C.status, _C.facts).where(
            _C.id == conversation_id, _C.customer_id == customer_id, _C.channel == channel, _C.source == SOURCE
        )
    ).one_or_none()
    if found is None:
        return None
    rows = connection.execute(
        sa.select(_M.role, _M.content, _M.message_metadata, _M.intent)
        .where(_M.conversation_id == conversation_id)
        .order_by(_M.position.desc())
        .limit(limit)
    ).all()
    return OpenConversation(
        conversation_id,
        ConversationStatus(found.status),
        tuple(StoredTurn(*row) for row in reversed(rows)),
        found.facts,
    )


def continued(
    connection: sa.Connection, customer_id: str, channel: Channel, last_answer: str, answers: int
) -> UUID | None:
    """The customer's newest conversation that has this many answers and ends with this one.

    A client that sends the whole transcript with every request names no conversation: its last answer does.
    """
    answer = messages.alias("answer")
    newest = (
        sa.select(
            answer.c.conversation_id, sa.func.max(answer.c.position).label("position"), sa.func.count().label("n")
        )
        .join(conversations, _C.id == answer.c.conversation_id)
        .where(_C.customer_id == customer_id, _C.channel == channel, _C.source == SOURCE, answer.c.role != "user")
        .group_by(answer.c.conversation_id)
        .subquery()
    )
    return connection.scalar(
        sa.select(_M.conversation_id)
        .join(newest, sa.and_(newest.c.conversation_id == _M.conversation_id, newest.c.position == _M.position))
        .where(_M.content == last_answer, newest.c.n == answers)
        .order_by(_M.sent_at.desc())
        .limit(1)
    )


def record_stock_model(connection: sa.Connection, version_id: str, provider: str, name: str) -> None:
    """Record a provider's untuned model once, so that every stored answer's model can be looked up."""
    connection.execute(
        insert(model_versions)
        .values(id=version_id, provider=provider, base_model=name, provider_model_id=name)
        .on_conflict_do_nothing()
    )
