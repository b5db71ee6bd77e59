"""The whole concierge without a database: for evaluation, benches and played conversations. Nothing is stored."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import context, handover, operations, router
from mhc_core.concierge.agents.reply import AgentContext, Question, Reply
from mhc_core.concierge.agents.router import Step
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards import injection
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.turn import composing, suggesting
from mhc_core.concierge.turn.guarding import guarded
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.concierge.turn.understanding import Understanding, keeping_needs, understand
from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.languages import speaking
from mhc_core.protocols import Passage

Search = Callable[[str, Sequence[StoredTurn]], Sequence[Passage]]
"""The passages found for a question after the turns before it."""


class OfflineConcierge:
    """Understanding, agents, tools and guards with the versions it is given. Safe to use from several threads."""

    def __init__(self, business: Business, live: Live, search: Search, minimum_confidence: float) -> None:
        self._business = business
        self._live = live
        self._search = search
        self._minimum_confidence = minimum_confidence
        self._zone = ZoneInfo(business.contact.timezone)

    def answer(
        self,
        message: str,
        turns: Sequence[StoredTurn],
        stored: Facts | None,
        conversation_id: UUID,
        now: datetime,
        booked: Callable[[], Booking | None] = lambda: None,
    ) -> Reply:
        """The answer to a message after ``turns``, with the facts from then on.

        Without ``stored`` the facts are those that the turns tell. ``booked`` looks up an earlier request.
        """
        local = now.astimezone(self._zone)
        request = TurnRequest(message, turns, stored, conversation_id, now)
        understood = understand(self._business, self._live.reader, request, local.date())
        with speaking(understood.question.language):
            return self._given(understood, turns, local, conversation_id, booked)

    def _given(
        self,
        understood: Understanding,
        turns: Sequence[StoredTurn],
        local: datetime,
        conversation_id: UUID,
        booked: Callable[[], Booking | None],
    ) -> Reply:
        question, now = understood.question, local
        known = context.known(self._live)
        desk = suggesting.Desk(str(conversation_id), conversation_id, local, self._live.offers)
        if understood.escalation is not None and not router.overruled(question, understood.escalation, known):
            text = handover.text(self._business, understood.escalation, now, question.text)
            facts = handover.handed(question.facts, understood.escalation)
            given = Reply(text, "handover", question.intent, 1.0, "-", escalation=understood.escalation, facts=facts)
            return suggesting.finished(self._business, question, given, desk)
        if understood.attack is not None:
            text = injection.answer(self._business)
            return Reply(text, "refusal", question.intent, 1.0, "-", facts=keeping_needs(question))

        @cache
        def search(topic: str) -> Sequence[Passage]:
            with speaking(question.language):
                return self._search(topic, turns)

        reference = operations.reference(self._business.short_name, conversation_id)

        def ask(step: Step, part: Question) -> Reply:
            case = Case(self._business, part.facts, local, reference, search, booked)
            given = step.agent.reply(
                part, AgentContext(self._live, case, self._minimum_confidence, str(conversation_id))
            )
            return guarded(self._business, part, given, local) if given.written else given

        given = composing.answer(question, router.plan(question, known), ask)
        given = suggesting.finished(self._business, question, given, desk)
        return replace(given, facts=given.facts or question.facts)
