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

from mhc_core.business.pricing import Business
from mhc_core.concierge import timing
from mhc_core.concierge.agents import context, handover
from mhc_core.concierge.agents.reply import Asked, Reply
from mhc_core.concierge.facts import memory
from mhc_core.concierge.models import exposures, rollout
from mhc_core.concierge.models.live import LiveVersions
from mhc_core.concierge.models.rollout import RolloutRouter
from mhc_core.concierge.tools.case import BookingRequest
from mhc_core.concierge.turn.answering import HANDOVER_MODEL_ID, Answering
from mhc_core.concierge.turn.response_cache import AnswerCache
from mhc_core.concierge.turn.store import CachedAnswerWithdrawn, TurnStore
from mhc_core.concierge.turn.workers import Workers
from mhc_core.db.engine import autocommit
from mhc_core.db.queries import bookings
from mhc_core.db.queries import serving as queries
from mhc_core.db.queries.serving import NewTurn, OpenConversation, StoredTurn
from mhc_core.db.queries.turns import Beginning, CachedAnswer, Effect, Turn
from mhc_core.errors import DataError, NotFound
from mhc_core.language import intents
from mhc_core.settings import Settings
from mhc_core.support import handover as handovers
from mhc_core.vocabulary import Channel, ConversationStatus

log = logging.getLogger(__name__)


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
    """Answers customers and stores what was said. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        live: LiveVersions,
        arms: RolloutRouter,
        turns: TurnStore,
        answers: AnswerCache,
        clock: Callable[[], datetime],
        workers: Workers | None = None,
    ) -> None:
        self._settings = settings
        self._business = business
        self._reads = autocommit(engine)
        self._answering = Answering(settings, business, engine, live, arms, answers, workers)
        self._turns = turns
        self._answers = answers
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
        afresh = False
        while True:  # either comes once at most
            try:
                return self._answer(incoming, afresh)
            except CachedAnswerWithdrawn:
                afresh = True
            except IntegrityError:
                if not incoming.may_begin:
                    raise
                incoming = replace(incoming, may_begin=False)  # another message began it meanwhile

    def _answer(self, incoming: Incoming, afresh: bool) -> Outgoing:
        started = time.perf_counter()
        received_at = self._clock()
        opened = self._open(incoming)
        begun_as = incoming.conversation_id if incoming.may_begin else None
        conversation_id = opened.id if opened else begun_as or uuid4()
        if opened is not None and opened.status is ConversationStatus.ESCALATED:
            reply = self._silent(incoming.message)
        else:
            turns = opened.turns if opened else tuple(incoming.transcript)
            facts = memory.load(opened.facts) if opened else None
            reply = self._answering.reply(
                Asked(incoming.message, turns, facts, conversation_id, received_at, incoming.customer_id, afresh)
            )
        checked = None if afresh else reply.kept  # what was looked up this moment is not looked at again
        return self._store(incoming, opened, conversation_id, reply, checked, received_at, started)

    def _open(self, incoming: Incoming) -> OpenConversation | None:
        conversation_id, customer_id, channel = incoming.conversation_id, incoming.customer_id, incoming.channel
        answers = [turn.content for turn in incoming.transcript if turn.role == "assistant"]
        if customer_id is None or (conversation_id is None and not answers):
            return None
        with self._reads.connect() as connection:
            if conversation_id is None:
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
        conversation_id: UUID,
        reply: Reply,
        checked: CachedAnswer | None,
        received_at: datetime,
        started: float,
    ) -> Outgoing:
        message_id = uuid4()
        latency_ms = (time.perf_counter() - started) * 1000
        sent_at = max(self._clock(), received_at)
        with timing.part("storing"):
            stored = self._turns.put(
                Turn(
                    conversation_id,
                    NewTurn(uuid4(), "user", incoming.message, received_at, reply.intent),
                    _answer_turn(message_id, reply, sent_at, latency_ms),
                    begins=None if opened else Beginning(incoming.customer_id, incoming.channel),
                    kept=checked,
                    waiting=lambda: _answer_turn(message_id, self._silent(incoming.message), sent_at, latency_ms),
                    facts=None if reply.facts is None else memory.dump(reply.facts),
                    rows=[*exposures.rows(reply.exposure, message_id, sent_at), *rollout.rows(reply.met, received_at)],
                    effects=self._effects(conversation_id, reply, sent_at),
                )
            )
        if stored.handed_over:
            reply = self._silent(incoming.message)
        elif reply.sharing is not None:
            self._answers.offer(reply.sharing, reply, message_id)
        log.info(
            "answered conversation=%s message=%s agent=%s model=%s intent=%s confidence=%.2f escalation=%s ms=%.0f",
            *(conversation_id, message_id, reply.agent, reply.model_id, reply.intent, reply.confidence),
            *(reply.escalation or "-", latency_ms),
        )
        escalated = reply.escalation is not None or reply.agent == "waiting"
        return Outgoing(conversation_id, message_id, reply, escalated, latency_ms)

    def _effects(self, conversation_id: UUID, reply: Reply, now: datetime) -> list[Effect]:
        effects: list[Effect] = []
        if reply.escalation is not None:
            effects.append(partial(self._hand_over, conversation_id, reply.escalation, now))
        if reply.booking is not None:
            effects.append(partial(_save_booking, conversation_id, reply.booking, now))
        return effects

    def _hand_over(self, conversation_id: UUID, reason: str, now: datetime, connection: sa.Connection) -> None:
        handovers.begin(connection, self._business, conversation_id, reason, now)


def _save_booking(conversation_id: UUID, asked: BookingRequest, now: datetime, connection: sa.Connection) -> None:
    people = asked.facts.party
    bookings.save(
        connection,
        conversation_id,
        asked.day,
        asked.starts,
        (people.adults or 0, people.children or 0, people.under_six or 0),
        asked.total_usd,
        memory.dump(asked.facts),
        now,
    )


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
        cached=reply.cached,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_usd=reply.cost_usd,
        latency_ms=latency_ms,
        notes={"agent": reply.agent, **reply.notes},
    )
