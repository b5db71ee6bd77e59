"""One turn of a conversation, from the customer's message to the stored answer."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mhc_core import handover as handovers
from mhc_core import intents
from mhc_core.business import Business
from mhc_core.db.queries import serving as queries
from mhc_core.db.queries.serving import NewTurn, OpenConversation, StoredTurn
from mhc_core.db.queries.turns import Beginning, Turn
from mhc_core.errors import DataError, NotFound
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel, ConversationStatus
from mhc_serving import context
from mhc_serving.agents import handover, knowledge, pricing
from mhc_serving.agents.reply import Question, Reply, Surroundings
from mhc_serving.live import LiveVersions
from mhc_serving.store import TurnStore
from mhc_serving.tools import party

log = logging.getLogger(__name__)

HANDOVER_MODEL_ID = "rules/handover"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A customer's message. ``transcript`` holds the turns before it where the client keeps them itself; with
    ``may_begin`` a conversation that does not exist yet begins under the id that is given."""

    message: str
    customer_id: str | None
    channel: Channel
    conversation_id: UUID | None = None
    transcript: Sequence[StoredTurn] = ()
    may_begin: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The stored answer. ``escalated`` says that a person has the conversation now."""

    conversation_id: UUID
    message_id: UUID
    reply: Reply
    escalated: bool
    latency_ms: float


class Concierge:
    """Answers customers: rules first, then the quote tool, then the live model. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        live: LiveVersions,
        turns: TurnStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._business = business
        self._engine = engine
        self._live = live
        self._turns = turns
        self._clock = clock

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one message; both turns are on disk when this returns.

        Raises:
            DataError: the message is too long.
            NotFound: the conversation is not this customer's on this channel.
        """
        if len(incoming.message) > self._settings.max_message_chars:
            raise DataError(
                f"the message is longer than {self._settings.max_message_chars} characters; send a shorter one"
            )
        try:
            return self._answer(incoming)
        except IntegrityError:
            if not incoming.may_begin:
                raise
            return self._answer(replace(incoming, may_begin=False))  # another message began it meanwhile

    def _answer(self, incoming: Incoming) -> Outgoing:
        started = time.perf_counter()
        received_at = self._clock()
        opened = self._open(incoming)
        if opened is not None and opened.status is ConversationStatus.ESCALATED:
            reply = self._silent(incoming.message)
        else:
            reply = self._reply(incoming.message, opened.turns if opened else tuple(incoming.transcript))
        return self._store(incoming, opened, reply, received_at, started)

    def _open(self, incoming: Incoming) -> OpenConversation | None:
        conversation_id, customer_id, channel = incoming.conversation_id, incoming.customer_id, incoming.channel
        if customer_id is None:
            return None
        with self._engine.connect() as connection:
            if conversation_id is None:
                answers = [turn.content for turn in incoming.transcript if turn.role == "assistant"]
                if not answers:
                    return None
                conversation_id = queries.continued(connection, customer_id, channel, answers[-1], len(answers))
                if conversation_id is None:
                    return None
            found = queries.conversation(connection, conversation_id, customer_id, channel, context.TURNS)
        if found is None and incoming.may_begin:
            return None
        if found is None:
            raise NotFound(
                "there is no such conversation of this customer on this channel; leave its id out to start one"
            )
        return found

    def _reply(self, message: str, turns: Sequence[StoredTurn]) -> Reply:
        question = Question(message, turns, context.history(turns), self._business)
        situation = handover.Situation(
            message=message,
            party=party.combine(self._business, question.understood),
            answered=question.answered,
            offered=bool(question.notes.get("offered_person")),
        )
        reason = handover.check(self._business, situation)
        if reason is not None:
            return Reply(
                text=handover.text(self._business, reason, self._clock()),
                agent="handover",
                intent=intents.tag(message),
                confidence=1.0,
                model_id=HANDOVER_MODEL_ID,
                escalation=reason,
            )
        priced = pricing.reply(question)
        if priced is not None:
            return priced
        live = self._live.now
        found = context.passages(self._engine, live, message, question.history, self._settings.retrieval_top_k)
        return knowledge.reply(question, Surroundings(live, found, self._settings.minimum_confidence))

    def _silent(self, message: str) -> Reply:
        """While a person has the conversation the assistant only says so."""
        return Reply(
            text=handover.waiting_text(self._business, self._clock()),
            agent="waiting",
            intent=intents.tag(message),
            confidence=1.0,
            model_id=HANDOVER_MODEL_ID,
        )

    def _store(
        self,
        incoming: Incoming,
        opened: OpenConversation | None,
        reply: Reply,
        received_at: datetime,
        started: float,
    ) -> Outgoing:
        conversation_id = opened.id if opened else (incoming.conversation_id or uuid4())
        message_id = uuid4()
        latency_ms = (time.perf_counter() - started) * 1000
        sent_at = max(self._clock(), received_at)
        stored = self._turns.put(
            Turn(
                conversation_id,
                NewTurn(uuid4(), "user", incoming.message, received_at, reply.intent),
                _answer_turn(message_id, reply, sent_at, latency_ms),
                begins=None if opened else Beginning(incoming.customer_id, incoming.channel),
                waiting=lambda: _answer_turn(message_id, self._silent(incoming.message), sent_at, latency_ms),
                effects=[partial(self._hand_over, conversation_id, reply.escalation, sent_at)]
                if reply.escalation
                else (),
            )
        )
        if stored.handed_over:
            reply = self._silent(incoming.message)
        log.info(
            "answered conversation=%s message=%s agent=%s model=%s intent=%s confidence=%.2f escalation=%s ms=%.0f",
            *(conversation_id, message_id, reply.agent, reply.model_id, reply.intent, reply.confidence),
            *(reply.escalation or "-", latency_ms),
        )
        escalated = reply.escalation is not None or reply.agent == "waiting"
        return Outgoing(conversation_id, message_id, reply, escalated, latency_ms)

    def _hand_over(self, conversation_id: UUID, reason: str, now: datetime, connection: sa.Connection) -> None:
        handovers.begin(connection, self._business, conversation_id, reason, now)


def _answer_turn(message_id: UUID, reply: Reply, sent_at: datetime, latency_ms: float) -> NewTurn:
    return NewTurn(
        id=message_id,
        role="system" if reply.agent == "waiting" else "assistant",
        content=reply.text,
        sent_at=sent_at,
        intent=reply.intent,
        confidence=reply.confidence,
        model_version_id=reply.model_id,
        prompt_version_id=reply.prompt_id,
        knowledge_version_id=reply.knowledge_id,
        example_id=UUID(reply.example_id) if reply.example_id else None,
        citations=[
            {
                "id": passage.article_id,
                "title": passage.title,
                "score": round(passage.score, 4),
                "chunk": passage.chunk_id,
            }
            for passage in reply.citations
        ],
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_usd=reply.cost_usd,
        latency_ms=latency_ms,
        notes={"agent": reply.agent, **reply.notes},
    )
