"""SQL of the concierge: what was said in a conversation so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
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
    """A conversation that a customer goes on with; turns oldest first. Without ``facts`` the turns are all that holds:
    the customer goes on from an earlier one than the last."""

    id: UUID
    status: ConversationStatus
    turns: tuple[StoredTurn, ...]
    facts: Mapping[str, Any] | None = field(default_factory=dict)


class Known(NamedTuple):
    """A turn that a customer goes on from. ``newest``: nobody went on from it before."""

    conversation_id: UUID
    position: int
    newest: bool


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
    connection: sa.Connection,
    conversation_id: UUID,
    customer_id: str | None,
    channel: Channel,
    limit: int,
    until: int | None = None,
) -> OpenConversation | None:
    """The conversation with its last ``limit`` turns; None when it is not this customer's on this channel.

    With ``until`` it is the conversation as it was at that position, before anything that followed.
    """
    found = connection.execute(
        sa.select(_C.status, _C.facts).where(
            _C.id == conversation_id,
            _C.customer_id.is_not_distinct_from(customer_id),
            _C.channel == channel,
            _C.source == SOURCE,
        )
    ).one_or_none()
    if found is None:
        return None
    statement = (
        sa.select(_M.role, _M.content, _M.message_metadata, _M.intent)
        .where(_M.conversation_id == conversation_id)
        .order_by(_M.position.desc())
        .limit(limit)
    )
    rows = connection.execute(statement if until is None else statement.where(_M.position <= until)).all()
    return OpenConversation(
        conversation_id,
        ConversationStatus(found.status),
        tuple(StoredTurn(*row) for row in reversed(rows)),
        found.facts if until is None else None,
    )


_NEWEST = """
    not exists (select from ai.messages l
                 where l.conversation_id = m.conversation_id and l.position > m.position and l.role = 'user')
"""
_THREAD = sa.text(
    f"""
    select conversation_id, position, newest from (
        select m.conversation_id, m.position, m.sent_at, {_NEWEST} as newest
          from ai.messages m join ai.conversations c on c.id = m.conversation_id
         where m.message_metadata ? 'thread' and m.message_metadata ->> 'thread' = :thread
           and c.customer_id is not distinct from cast(:customer as text) and c.channel = :channel
           and c.source = '{SOURCE}' and (cast(:since as timestamptz) is null or m.sent_at >= :since)) found
     where newest or cast(:back as boolean)
     order by newest desc, sent_at desc
     limit 1
    """
)
_ANSWERED = sa.text(
    f"""
    select m.conversation_id, m.position, {_NEWEST} as newest
      from ai.messages m join ai.conversations c on c.id = m.conversation_id
     where m.id = :answer and m.role <> 'user' and c.source = '{SOURCE}'
       and c.customer_id is not distinct from cast(:customer as text)
    """
)


def thread(
    connection: sa.Connection,
    customer_id: str | None,
    channel: Channel,
    thread: str,
    since: datetime | None = None,
    *,
    back: bool,
) -> Known | None:
    """The question of this customer with this digest of all they said up to it; the newest of a conversation first, and
    others only with ``back``.
    """
    about = {"customer": customer_id, "channel": channel, "thread": thread, "since": since, "back": back}
    row = connection.execute(_THREAD, about).one_or_none()
    return Known(*row) if row else None


def answered(connection: sa.Connection, answer_id: UUID, customer_id: str | None) -> Known | None:
    """Where an answer of this customer stands."""
    row = connection.execute(_ANSWERED, {"answer": answer_id, "customer": customer_id}).one_or_none()
    return Known(*row) if row else None


class Given(NamedTuple):
    """A question that was answered before, with the answer; ``answer`` is None where a person had the conversation."""

    conversation_id: UUID
    status: ConversationStatus
    question: str
    answer: NewTurn | None


def given(connection: sa.Connection, question_id: UUID, answer_id: UUID) -> Given | None:
    """The turn with these ids; None where no such question was stored."""
    reply = messages.alias("reply")
    row = connection.execute(
        sa.select(
            _M.conversation_id,
            _C.status,
            _M.content,
            *(reply.c[name] for name in ("id", "role", "content", "sent_at", "intent", "confidence")),
            *(reply.c[name] for name in ("model_version_id", "knowledge_version_id", "citations", "cached")),
            reply.c.latency_ms,
            reply.c.message_metadata,
        )
        .join(conversations, _C.id == _M.conversation_id)
        .outerjoin(reply, reply.c.id == answer_id)
        .where(_M.id == question_id)
    ).one_or_none()
    if row is None:
        return None
    conversation_id, status, question, reply_id, *rest = row
    if reply_id is None:
        return Given(conversation_id, ConversationStatus(status), question, None)
    role, content, sent_at, intent, confidence, model_id, knowledge_id, citations, cached, latency_ms, notes = rest
    answer = NewTurn(
        reply_id,
        role,
        content,
        sent_at,
        intent=Intent(intent) if intent else None,
        confidence=confidence,
        model_version_id=model_id,
        knowledge_version_id=knowledge_id,
        citations=citations,
        latency_ms=latency_ms,
        cached=cached,
        notes=notes,
    )
    return Given(conversation_id, ConversationStatus(status), question, answer)


def record_stock_model(connection: sa.Connection, version_id: str, provider: str, name: str) -> None:
    """Record a provider's untuned model once, so that every stored answer's model can be looked up."""
    connection.execute(
        insert(model_versions)
        .values(id=version_id, provider=provider, base_model=name, provider_model_id=name)
        .on_conflict_do_nothing()
    )
