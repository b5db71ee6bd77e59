"""SQL of the concierge: what was said in a conversation, and storing each exchange with the versions that made it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from mhc_core.db.queries.privacy import REDACTED
from mhc_core.db.tables import conversations, messages, model_versions
from mhc_core.errors import NotFound
from mhc_core.vocabulary import Channel, ConversationStatus, Intent

SOURCE = "serving"
_C, _M = conversations.c, messages.c


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One message of a conversation as stored; ``notes`` is its metadata."""

    role: str
    content: str
    notes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A conversation that a customer goes on with; turns oldest first."""

    id: UUID
    status: ConversationStatus
    turns: tuple[StoredTurn, ...]


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
    status = connection.scalar(
        sa.select(_C.status).where(
            _C.id == conversation_id, _C.customer_id == customer_id, _C.channel == channel, _C.source == SOURCE
        )
    )
    if status is None:
        return None
    rows = connection.execute(
        sa.select(_M.role, _M.content, _M.message_metadata)
        .where(_M.conversation_id == conversation_id)
        .order_by(_M.position.desc())
        .limit(limit)
    ).all()
    return OpenConversation(
        conversation_id, ConversationStatus(status), tuple(StoredTurn(*row) for row in reversed(rows))
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


def begin(
    connection: sa.Connection, conversation_id: UUID, customer_id: str | None, channel: Channel, now: datetime
) -> None:
    """Write a new conversation without messages."""
    connection.execute(
        sa.insert(conversations).values(
            id=conversation_id,
            source=SOURCE,
            source_id=str(conversation_id),
            channel=channel,
            customer_id=customer_id,
            started_at=now,
            last_message_at=now,
            updated_at=now,
        )
    )


def lock(connection: sa.Connection, conversation_id: UUID) -> ConversationStatus:
    """The status now. Others who lock this conversation wait until the transaction ends.

    Raises:
        NotFound: its words were erased since it was opened.
    """
    erased = _C.channel_metadata.has_key(REDACTED)
    row = connection.execute(sa.select(_C.status, erased).where(_C.id == conversation_id).with_for_update()).one()
    if row[1]:
        raise NotFound("this conversation was erased; leave its id out to start another")
    return ConversationStatus(row.status)


def append(connection: sa.Connection, conversation_id: UUID, turns: Sequence[NewTurn]) -> None:
    """Store turns after the last one. The caller holds the lock, so positions follow each other without gaps."""
    start = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(_M.position) + 1, 0)).where(_M.conversation_id == conversation_id)
    ).scalar_one()
    connection.execute(
        sa.insert(messages),
        [
            {
                "id": turn.id,
                "conversation_id": conversation_id,
                "position": start + offset,
                "role": turn.role,
                "content": turn.content,
                "intent": turn.intent,
                "confidence": turn.confidence,
                "model_version_id": turn.model_version_id,
                "prompt_version_id": turn.prompt_version_id,
                "knowledge_version_id": turn.knowledge_version_id,
                "example_id": turn.example_id,
                "citations": [dict(citation) for citation in turn.citations],
                "input_tokens": turn.input_tokens,
                "output_tokens": turn.output_tokens,
                "cost_usd": turn.cost_usd,
                "latency_ms": turn.latency_ms,
                "sent_at": turn.sent_at,
                "message_metadata": dict(turn.notes),
            }
            for offset, turn in enumerate(turns)
        ],
    )
    last = turns[-1].sent_at
    intent = next((turn.intent for turn in turns if turn.intent is not None), None)
    connection.execute(
        sa.update(conversations)
        .where(_C.id == conversation_id)
        .values(
            last_message_at=sa.func.greatest(_C.last_message_at, last),
            updated_at=sa.func.greatest(_C.updated_at, last),
            intent=sa.func.coalesce(_C.intent, intent),
        )
    )


def record_stock_model(connection: sa.Connection, version_id: str, provider: str, name: str) -> None:
    """Record a provider's untuned model once, so that every stored answer's model can be looked up."""
    connection.execute(
        insert(model_versions)
        .values(id=version_id, provider=provider, base_model=name, provider_model_id=name)
        .on_conflict_do_nothing()
    )
