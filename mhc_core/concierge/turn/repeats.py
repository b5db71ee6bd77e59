"""The same message sent twice is one turn: the key that a client sends with it names the ids under which it is stored.

So several processes need not tell each other: the database takes one question of an id, and whoever comes later is
given what was answered.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

import sqlalchemy as sa

from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.turn.answering import HANDOVER_MODEL_ID
from mhc_core.db.queries import serving as queries
from mhc_core.errors import Conflict
from mhc_core.protocols import Passage
from mhc_core.vocabulary import ConversationStatus, Intent

_OURS = UUID("7a1f6a5e-3f0c-4d0e-9d43-0a6f2b8f5c11")


def ids(client: str, customer_id: str | None, key: str | None) -> tuple[UUID, UUID]:
    """The ids of the question and of its answer; drawn where there is no key."""
    if key is None:
        return uuid4(), uuid4()
    question = uuid5(_OURS, "\0".join((client, customer_id or "", key)))
    return question, uuid5(question, "answer")


@dataclass(frozen=True, slots=True)
class Repeated:
    """A stored turn as it was answered; ``escalated``: a person has the conversation now."""

    conversation_id: UUID
    reply: Reply
    escalated: bool
    cached: bool
    latency_ms: float


def given(connection: sa.Connection, question_id: UUID, answer_id: UUID, message: str) -> Repeated | None:
    """What was answered under these ids; None where nothing was.

    Raises:
        Conflict: the key came with another message before.
    """
    found = queries.given(connection, question_id, answer_id)
    if found is None:
        return None
    if found.question != message:
        raise Conflict("this Idempotency-Key came with another message before; send a new key with a new message")
    answer = found.answer
    escalated = found.status is ConversationStatus.ESCALATED
    if answer is None:  # nothing was said: a person has the conversation, and the customer knew it
        waiting = Reply("", "waiting", Intent.OTHER, 1.0, HANDOVER_MODEL_ID)
        return Repeated(found.conversation_id, waiting, escalated, False, 0.0)
    reply = Reply(
        answer.content,
        str(answer.notes.get("agent", "")),
        answer.intent or Intent.OTHER,
        answer.confidence if answer.confidence is not None else 1.0,
        answer.model_version_id or "",
        citations=[
            Passage(cited.get("chunk", 0), cited["id"], cited["title"], "", cited["score"])
            for cited in answer.citations
        ],
        knowledge_id=answer.knowledge_version_id,
        notes=answer.notes,
    )
    return Repeated(found.conversation_id, reply, escalated, answer.cached, answer.latency_ms or 0.0)
