"""From a customer's message to a reply that may be given. Nothing is stored here.

A turn reads as it happens: understand, route, look up a cached answer, else let the agent answer, and check what a
model wrote.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import context, handover, knowledge, operations, router
from mhc_core.concierge.agents.reply import AgentContext, Question, Reply
from mhc_core.concierge.agents.router import Step
from mhc_core.concierge.guards import injection
from mhc_core.concierge.models.live import Live, LiveVersions
from mhc_core.concierge.models.rollout import Chosen, RolloutRouter
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.turn import composing, functions, suggesting
from mhc_core.concierge.turn.guarding import guarded
from mhc_core.concierge.turn.memo import FirstMessageMemo, MessageKey, message_key
from mhc_core.concierge.turn.request import TurnRequest, TurnResult
from mhc_core.concierge.turn.response_cache import ResponseCache
from mhc_core.concierge.turn.understanding import Understanding, keeping_needs, understand
from mhc_core.db.engine import autocommit
from mhc_core.db.queries import bookings, installation, loyalty
from mhc_core.db.queries.bookings import Booking
from mhc_core.languages import ENGLISH, speaking
from mhc_core.prompts import wordings
from mhc_core.protocols import Passage
from mhc_core.pseudonyms import customer_hash, person_id
from mhc_core.settings import Settings
from mhc_core.understanding.notes import reading_notes
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

HANDOVER_MODEL_ID = "rules/handover"
REFUSAL_MODEL_ID = "rules/injection"


class Answering:
    """Makes replies. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        live: LiveVersions,
        rollout: RolloutRouter,
        cache: ResponseCache,
    ) -> None:
        self._settings = settings
        self._business = business
        self._reads = autocommit(engine)
        self._live = live
        self._rollout = rollout
        self._cache = cache
        self._memo = FirstMessageMemo(live)
        self._zone = ZoneInfo(business.contact.timezone)

    def answer(self, request: TurnRequest) -> TurnResult:
        """The reply, with the facts from now on."""
        live, local = self._live.now, request.now.astimezone(self._zone)
        key = message_key(request, local.date())
        understood = self._understand(live, request, local, key)
        if understood.question.understood is None or understood.question.facts.identifying:
            key = None  # nothing else of it is remembered: it tells, or may tell, who somebody is
        with speaking(understood.question.language):
            return self._given(request, live, local, key, understood)

    def _given(
        self, request: TurnRequest, live: Live, local: datetime, key: MessageKey | None, understood: Understanding
    ) -> TurnResult:
        reading = _reading(understood.question)
        known = context.known(live)
        escalation = understood.escalation
        if escalation is not None and not router.overruled(understood.question, escalation, known):
            return replace(self._handed_over(live, understood, escalation, request), reading=reading)
        if understood.attack is not None:
            return replace(self._refused(understood, str(understood.attack.style)), reading=reading)

        if request.results:
            reply = functions.relayed(understood.question, request.results)
            return TurnResult(replace(reply, notes={**reply.notes, **understood.tone}), reading=reading)

        question, steps = understood.question, router.plan(understood.question, known)
        first = steps[0]
        looked_up = any(step.agent is knowledge.AGENT for step in steps)
        asks_models = len(steps) == 1 and looked_up
        intent = first.question.intent
        chosen = self._rollout.choose(live, request.customer, len(question.turns), intent, looked_up)
        result, candidate = None, None
        wording = live.prompts.choose(wordings.knowledge(intent), request.customer)
        alone = asks_models and not question.booking_open  # within a booking its own question follows
        # A shared answer would hide the wording that is on trial; it is kept in the language of its question alone.
        shared = alone and wording.exposure is None and question.language == ENGLISH
        if shared and chosen == Chosen(live) and not request.bypass_cache:
            result = self._memo.find("result", live, key)
        if shared and result is None:
            result, candidate = self._cache.find(first.question, wording.version.id, chosen.live)
        if result is None:
            reply = self._from_agents(steps, question, intent, request, local, live, chosen)
            result = TurnResult(reply, candidate=candidate if self._cache.admissible(reply) else None)
        if shared and chosen == Chosen(live):
            again = result if result.cached or _repeats(live, result) else None
            self._memo.keep("result", live, key, again)  # None: what was remembered may have been withdrawn
        reply = result.reply
        facts, notes = reply.facts or question.facts, {**reply.notes, **understood.tone}
        reply = replace(reply, facts=facts, notes=notes)
        finished = suggesting.finished(self._business, question, reply, self._desk(live, request))
        if finished.text != reply.text:  # what is added is this customer's alone
            result = replace(result, cached=None, candidate=None)
        return replace(result, reply=finished, exposure=chosen.exposure, reading=reading)

    def understand(self, request: TurnRequest) -> Understanding:
        """What the message says; nothing is answered or remembered."""
        return understand(self._business, self._live.now.reader, request, request.now.astimezone(self._zone).date())

    def _understand(self, live: Live, request: TurnRequest, local: datetime, key: MessageKey | None) -> Understanding:
        known: Understanding | None = self._memo.find("understanding", live, key)
        if known is not None:
            return _told_now(known, request.now)
        found = understand(self._business, live.reader, request, local.date())
        if found.question.understood is not None and not found.question.facts.identifying:
            self._memo.keep("understanding", live, key, found)
        return found

    def _handed_over(self, live: Live, understood: Understanding, reason: str, request: TurnRequest) -> TurnResult:
        question, now = understood.question, request.now
        text = handover.text(self._business, reason, now, question.text)
        facts = handover.handed(question.facts, reason)
        given = Reply(
            text,
            "handover",
            question.intent,
            1.0,
            HANDOVER_MODEL_ID,
            escalation=reason,
            facts=facts,
            notes=understood.tone,
        )
        return TurnResult(suggesting.finished(self._business, question, given, self._desk(live, request)))

    def _desk(self, live: Live, request: TurnRequest) -> suggesting.Desk:
        local = request.now.astimezone(self._zone)
        return suggesting.Desk(request.customer, request.conversation_id, local, live.offers)

    def _refused(self, understood: Understanding, style: str) -> TurnResult:
        log.info("a message tried to change the rules (%s)", style)
        question, notes = understood.question, {**understood.tone, "attack": style}
        text = injection.answer(self._business)
        return TurnResult(
            Reply(text, "refusal", question.intent, 1.0, REFUSAL_MODEL_ID, facts=keeping_needs(question), notes=notes)
        )

    def _from_agents(
        self,
        steps: Sequence[Step],
        question: Question,
        intent: Intent,
        request: TurnRequest,
        local: datetime,
        live: Live,
        chosen: Chosen,
    ) -> Reply:
        """The agents' reply; production's versions answer where a candidate's fail. What was found is found once."""
        before, retrieved = context.history(question.turns), set[int]()
        reference = operations.reference(self._business.short_name, request.conversation_id)

        @cache
        def search(topic: str) -> Sequence[Passage]:
            with speaking(question.language):
                passages = context.passages(self._reads, live, topic, before, self._settings.retrieval_top_k)
            retrieved.update(passage.chunk_id for passage in passages)
            return passages

        def booked() -> Booking | None:
            with self._reads.connect() as connection:
                return bookings.latest(connection, request.conversation_id, request.customer_id)

        def completed() -> int | None:
            if request.customer_id is None:
                return None
            with self._reads.connect() as connection:
                who = customer_hash(installation.salt(connection), person_id(request.customer_id))
                return loyalty.completed(connection, who)

        def answer(versions: Live) -> Reply:
            def ask(step: Step, part: Question) -> Reply:
                case = Case(self._business, part.facts, local, reference, search, booked, completed)
                around = AgentContext(versions, case, self._settings.minimum_confidence, request.customer)
                given = step.agent.reply(part, around)
                return guarded(self._business, part, given, local) if given.written else given

            return composing.answer(question, steps, ask)

        reply, failed = self._rollout.answered(chosen, live, intent, answer)
        notes = {**reply.notes, **({"retrieved": sorted(retrieved)} if retrieved else {})}
        return replace(reply, notes=notes | ({"fallback": failed} if failed else {}))


def _told_now(known: Understanding, now: datetime) -> Understanding:
    """What was understood of another customer's same words, as this one's: told now."""
    facts = known.question.facts
    sources = {name: replace(source, at=now) for name, source in facts.sources.items()}
    return replace(known, question=replace(known.question, facts=replace(facts, sources=sources)))


def _repeats(live: Live, result: TurnResult) -> bool:
    """Whether the next customer who begins with this message today would get the same although it may not be cached.

    It rests on passages, no model failed or differs from call to call, and no time of day is in it.
    """
    reply = result.reply
    plain = reply.escalation is None and "fallback" not in reply.notes and bool(reply.evidence)
    return plain and result.candidate is None and all(getattr(model, "deterministic", False) for model in live.models)


def _reading(question: Question) -> Mapping[str, Any] | None:
    """What is kept of how the message was read."""
    return None if question.understood is None else reading_notes(question.understood, question.context, question.text)
