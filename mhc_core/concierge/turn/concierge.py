"""One turn of a conversation, from the customer's message to the stored answer."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mhc_core.business.pricing import Business
from mhc_core.campaigns import optouts
from mhc_core.concierge import timing
from mhc_core.concierge.agents import courtesy, handover
from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.facts import memory
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards import history
from mhc_core.concierge.models.live import LiveVersions
from mhc_core.concierge.models.providers import Providers
from mhc_core.concierge.models.rollout import RolloutRouter
from mhc_core.concierge.turn import functions as functions_of_clients
from mhc_core.concierge.turn import repeats, storing, threads
from mhc_core.concierge.turn.answering import HANDOVER_MODEL_ID, Answering
from mhc_core.concierge.turn.functions import Call, Function
from mhc_core.concierge.turn.request import TurnRequest, TurnResult
from mhc_core.concierge.turn.response_cache import ResponseCache
from mhc_core.concierge.turn.store import CachedAnswerWithdrawn, TurnStore
from mhc_core.concierge.turn.threads import Place
from mhc_core.concierge.turn.warming import warm_up
from mhc_core.db.engine import autocommit
from mhc_core.db.queries.calls import HEARD_KEY, CallRow
from mhc_core.db.queries.serving import NewTurn, OpenConversation, StoredTurn
from mhc_core.db.queries.turns import Beginning, Turn
from mhc_core.errors import DataError, NotFound
from mhc_core.language.cleaning import cleaned
from mhc_core.languages import ENGLISH, speaking
from mhc_core.providers import attribution
from mhc_core.settings import Settings
from mhc_core.tracing import spans
from mhc_core.understanding.notes import READING
from mhc_core.vocabulary import Channel, ConversationStatus, Intent

log = logging.getLogger(__name__)


READ_TURNS = 100
"""So many turns of a transcript are read at most, the last ones."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A customer's message.

    ``transcript`` holds the turns before it where the client keeps them itself, ``client`` says which client that is,
    and ``follows`` names the answer it goes on from (``threads``). With ``may_begin`` a conversation that does not
    exist yet begins under the id that is given; with ``bypass_cache`` no cached answer is given. Messages with the same
    ``key`` are one (``repeats``). ``results`` is what functions of the client gave back that were called for this
    message (``functions``). ``vouched``: the client showed that it may say who the customer is.
    Of what was spoken ``heard`` says how sure the recogniser was of the words (0..1), and ``call`` what is known of the
    call, which is stored with its first turn.
    """

    message: str
    customer_id: str | None
    channel: Channel
    conversation_id: UUID | None = None
    transcript: Sequence[StoredTurn] = ()
    may_begin: bool = False
    bypass_cache: bool = False
    client: str = ""
    follows: UUID | None = None
    key: str | None = None
    results: Sequence[str] = ()
    vouched: bool = True
    heard: float | None = None
    call: CallRow | None = None

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(
            self.customer_id,
            self.channel,
            self.conversation_id,
            self.client,
            self.transcript,
            self.follows,
            self.vouched,
        )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The stored answer, empty while a person has the conversation and the customer was told so.

    ``escalated`` says that a person has the conversation now, ``cached`` that it was made for another customer's
    question.
    """

    conversation_id: UUID
    message_id: UUID
    reply: Reply
    escalated: bool
    cached: bool
    latency_ms: float


class Concierge:
    """Answers customers and stores what was said. Safe to use from several threads; needs no web server.

    ``live`` holds the versions that answer, ``rollout`` the candidate that is under way. Between ``start`` and ``stop``
    both are kept up to date in the background.
    """

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        providers: Providers,
        clock: Callable[[], datetime],
    ) -> None:
        self.live = LiveVersions(engine, business, providers, settings.refresh_seconds)
        self.rollout = RolloutRouter(engine, self.live, providers, settings, clock)
        self._settings = settings
        self._business = business
        self._engine = engine
        self._reads = autocommit(engine)
        self._cache = ResponseCache(settings, engine, clock)
        self._answering = Answering(settings, business, engine, self.live, self.rollout, self._cache)
        self._turns = TurnStore(engine)
        self._clock = clock

    def start(self) -> None:
        """Load the versions that are live and go on watching them; answer once to nobody."""
        self.live.start()
        warm_up(self._business, self.live.now, self._settings.minimum_confidence, self._clock())
        self.rollout.start()
        self._cache.start()

    def stop(self) -> None:
        """Store the turns that wait, then end the background work."""
        self._turns.close()
        self._cache.stop()
        self.rollout.stop()
        self.live.stop()

    def answer(self, incoming: Incoming) -> Outgoing:
        """Answer one message; both turns are on disk when this returns.

        Raises:
            DataError: the message is too long.
            NotFound: the conversation is not this customer's on this channel.
            Conflict: the key came with another message before.
        """
        self._check(incoming)
        with spans.span("concierge.turn", {"mhc.channel": incoming.channel.value}) as span:
            given = self._once(incoming)
            if span is not None:
                span.set_attributes(_traced(given))
        return given

    def _once(self, incoming: Incoming) -> Outgoing:
        """The answer that the message's key was given before, else a new one."""
        try:
            return self._repeated(incoming) or self._answer(incoming)
        except CachedAnswerWithdrawn:
            return self._once(replace(incoming, bypass_cache=True))
        except IntegrityError:  # the same message, or another one that began the conversation, was stored meanwhile
            repeated = self._repeated(incoming)
            if repeated is not None:
                return repeated
            if not incoming.may_begin:
                raise
            return self._once(replace(incoming, may_begin=False))

    def call(self, incoming: Incoming, functions: Sequence[Function], *, forced: bool) -> Call | None:
        """The function of the client to call for a message, if one is to be called. Nothing is stored.

        Raises:
            DataError: the message is too long, or one must be called and an argument it requires is not known.
            NotFound: the conversation is not this customer's on this channel.
        """
        self._check(incoming)
        opened, now = self._open(incoming), self._clock()
        if opened is not None and opened.status is ConversationStatus.ESCALATED and not forced:
            return None
        understood = self._answering.understand(self._request(incoming, opened, uuid4(), now))
        if understood.escalation is not None and not forced:
            return None
        return functions_of_clients.choose(understood.question, functions, forced=forced)

    def _check(self, incoming: Incoming) -> None:
        if len(_words(incoming.message, incoming.channel)) > self._settings.max_message_chars:
            raise DataError(
                f"the message is longer than {self._settings.max_message_chars} characters; send a shorter one"
            )

    def _repeated(self, incoming: Incoming) -> Outgoing | None:
        if incoming.key is None:
            return None
        question_id, answer_id = repeats.ids(incoming.client, incoming.customer_id, incoming.key)
        with self._reads.connect() as connection:
            found = repeats.given(connection, question_id, answer_id, incoming.message)
        if found is None:
            return None
        return Outgoing(found.conversation_id, answer_id, found.reply, found.escalated, found.cached, found.latency_ms)

    def _answer(self, incoming: Incoming) -> Outgoing:
        started, received_at = time.perf_counter(), self._clock()
        opened = self._open(incoming)
        begun_as = incoming.conversation_id if incoming.may_begin else None
        conversation_id = opened.id if opened else begun_as or uuid4()
        ids = repeats.ids(incoming.client, incoming.customer_id, incoming.key)
        calls = attribution.calls_for(feature="answers", conversation_id=conversation_id, message_id=ids[1])
        with calls, attribution.spending() as spent:
            result = self._result(incoming, opened, conversation_id, received_at)
        self._hear_opt_out(incoming, result, received_at)
        begins = None if opened else Beginning(incoming.customer_id, incoming.channel)
        before = memory.load(opened.facts) if opened and opened.facts is not None else None
        return self._store(incoming, begins, conversation_id, ids, result, spent.cost_usd, received_at, started, before)

    def _result(
        self, incoming: Incoming, opened: OpenConversation | None, conversation_id: UUID, now: datetime
    ) -> TurnResult:
        if opened is not None and opened.status is ConversationStatus.ESCALATED:
            return self._waiting(_language(opened), told=_told_to_wait(opened.turns))
        known = memory.load(opened.facts or {}) if opened is not None else Facts()
        words = _words(incoming.message, incoming.channel)
        if (language := optouts.keyword(words, incoming.channel, known.language)) is not None:
            heard_in = known.language if language == ENGLISH and known.language else language
            return TurnResult(courtesy.off_the_list(known, heard_in))
        return self._answering.answer(self._request(incoming, opened, conversation_id, now))

    def _hear_opt_out(self, incoming: Incoming, result: TurnResult, now: datetime) -> None:
        """Who wants no follow-ups gets none from now on, whoever has the conversation and whatever is answered."""
        words = _words(incoming.message, incoming.channel)
        exact = optouts.keyword(words, incoming.channel) is not None
        if incoming.customer_id is None or not (exact or storing.leaves(result)):
            return
        with self._engine.begin() as connection:
            how: optouts.How = "keyword" if exact else "words"
            optouts.note(connection, incoming.customer_id, how, incoming.channel, now)

    def _request(
        self, incoming: Incoming, opened: OpenConversation | None, conversation_id: UUID, now: datetime
    ) -> TurnRequest:
        turns = (
            history.without_refused(opened.turns) if opened else history.from_client(incoming.transcript[-READ_TURNS:])
        )
        return TurnRequest(
            _words(incoming.message, incoming.channel),
            tuple(_said(turn, incoming.channel, self._settings.max_message_chars) for turn in turns),
            memory.load(opened.facts) if opened and opened.facts is not None else None,
            conversation_id,
            now,
            incoming.customer_id,
            incoming.bypass_cache,
            tuple(incoming.results),
        )

    def _open(self, incoming: Incoming) -> OpenConversation | None:
        if incoming.place.new:
            return None
        with self._reads.connect() as connection:
            found = threads.find(connection, incoming.place, incoming.message, self._clock())
        if found is None and incoming.conversation_id is not None and not incoming.may_begin:
            raise NotFound(
                "there is no such conversation of this customer on this channel; leave its id out to start one"
            )
        return found

    def _waiting(self, language: str, told: bool = False) -> TurnResult:
        """While a person has the conversation the assistant says so once, and is silent then."""
        with speaking(language):
            text = "" if told else handover.waiting_text(self._business, self._clock())
        return TurnResult(Reply(text, "waiting", Intent.OTHER, 1.0, HANDOVER_MODEL_ID))

    def _store(
        self,
        incoming: Incoming,
        begins: Beginning | None,
        conversation_id: UUID,
        ids: tuple[UUID, UUID],
        result: TurnResult,
        cost_usd: Decimal,
        received_at: datetime,
        started: float,
        before: Facts | None,
    ) -> Outgoing:
        reply, (question_id, message_id) = result.reply, ids
        noted: dict[str, Any] = {READING: result.reading} if result.reading is not None else {}
        if incoming.client:
            noted[threads.THREAD] = threads.digest(incoming.place, incoming.message)
        if incoming.heard is not None:
            noted[HEARD_KEY] = round(incoming.heard, 4)
        language = (reply.facts or before or Facts()).language or ENGLISH
        latency_ms = (time.perf_counter() - started) * 1000
        sent_at = max(self._clock(), received_at)
        with timing.part("storing"):
            stored = self._turns.put(
                Turn(
                    conversation_id,
                    NewTurn(question_id, "user", incoming.message, received_at, reply.intent, notes=noted),
                    storing.answer_turn(message_id, result, cost_usd, sent_at, latency_ms),
                    begins=begins,
                    cached=None if incoming.bypass_cache else result.cached,  # looked up a moment ago: not again
                    waiting=None
                    if reply.agent == "waiting"
                    else lambda: storing.answer_turn(
                        message_id, self._waiting(language), cost_usd, sent_at, latency_ms
                    ),
                    facts=None if reply.facts is None else memory.dump(reply.facts),
                    rows=[
                        *storing.exposure_rows(result, message_id, received_at, sent_at),
                        *storing.diet_rows(conversation_id, question_id, before, reply, received_at),
                        *storing.suggestion_rows(conversation_id, message_id, reply, sent_at),
                        *storing.call_rows(incoming.call, conversation_id, received_at),
                    ],
                    effects=storing.effects(self._business, conversation_id, reply, sent_at),
                )
            )
        if stored.handed_over and reply.agent != "waiting":
            reply = self._waiting(language).reply
        elif result.candidate is not None:
            self._cache.offer(result.candidate, reply, message_id)
        log.info(
            "answered conversation=%s message=%s agent=%s model=%s intent=%s confidence=%.2f escalation=%s ms=%.0f",
            *(conversation_id, message_id, reply.agent, reply.model_id, reply.intent, reply.confidence),
            *(reply.escalation or "-", latency_ms),
        )
        escalated = reply.escalation is not None or reply.agent == "waiting"
        return Outgoing(conversation_id, message_id, reply, escalated, result.cached is not None, latency_ms)


def _words(text: str, channel: Channel) -> str:
    """What is read of a message: its writer's words. What is stored is the message as it came."""
    return cleaned(text, channel) or text


def _said(turn: StoredTurn, channel: Channel, longest: int) -> StoredTurn:
    """A turn as it is read; of one that no customer could have sent here, and no answer of ours is, the beginning."""
    words = turn.content if turn.role == "assistant" else _words(turn.content, channel)
    return replace(turn, content=words[: 2 * longest]) if len(words) > 2 * longest else replace(turn, content=words)


def _language(opened: OpenConversation) -> str:
    """What a conversation is held in."""
    return memory.load(opened.facts or {}).language or ENGLISH


def _traced(given: Outgoing) -> dict[str, str | bool]:
    """What a trace tells of an answer: who gave it, by names of the code and of versions."""
    reply = given.reply
    return {
        "mhc.agent": reply.agent,
        "mhc.intent": reply.intent.value,
        "mhc.model": reply.model_id,
        "mhc.answer.cached": given.cached,
        "mhc.answer.escalated": given.escalated,
        **({"mhc.knowledge_version": reply.knowledge_id} if reply.knowledge_id else {}),
    }


def _told_to_wait(turns: Sequence[StoredTurn]) -> bool:
    """Whether the customer was told since the assistant's last answer that a person has the conversation."""
    for turn in reversed(turns):
        if turn.notes.get("agent") == "waiting":
            return True
        if turn.role == "assistant":
            return False
    return False
