"""From a customer's message to a reply that may be given: what is remembered, the rules, the agent, the guards."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from threading import Lock
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from cachetools import LRUCache

from mhc_core import prompts
from mhc_core.business import Business
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.providers.protocols import Classifier, Passage
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_serving import context, injection, last_look, memory, router, timing
from mhc_serving.agents import booking, handover, knowledge
from mhc_serving.agents.reply import Question, Reply, Surroundings
from mhc_serving.cache import AnswerCache
from mhc_serving.canary import Arms, Chosen
from mhc_serving.hearing import Heard, Hearing
from mhc_serving.live import Live, LiveVersions
from mhc_serving.memory import Facts
from mhc_serving.recent_replies import RecentReplies
from mhc_serving.tools.case import Case

log = logging.getLogger(__name__)

HANDOVER_MODEL_ID = "rules/handover"
REFUSAL_MODEL_ID = "rules/injection"
KNOWN_INTENTS = 10_000
"""Questions whose intent is remembered, by hash: one that is asked again is not embedded to classify it."""


class Answering:
    """Makes replies; stores nothing. Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        live: LiveVersions,
        arms: Arms,
        answers: AnswerCache,
    ) -> None:
        self._settings = settings
        self._business = business
        self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._live = live
        self._arms = arms
        self._answers = answers
        self._intents: LRUCache[bytes, tuple[Intent, float]] = LRUCache(KNOWN_INTENTS)
        self._lock = Lock()
        self._recent = RecentReplies()
        self._hearing = Hearing(business)
        self._zone = ZoneInfo(business.contact.timezone)

    def reply(
        self,
        message: str,
        turns: Sequence[StoredTurn],
        stored: Facts | None,
        conversation_id: UUID,
        now: datetime,
        customer_id: str | None = None,
    ) -> Reply:
        """The reply with the facts from now on. ``stored`` is None where the turns are all that is known."""
        local = now.astimezone(self._zone)
        heard = self._hearing.hear(message, turns, stored, local.date())
        question, facts = heard.question, heard.question.facts
        if heard.escalation is not None:
            text = handover.text(self._business, heard.escalation, now)
            return self._rule(question, text, "handover", HANDOVER_MODEL_ID, facts, heard.sound, heard.escalation)
        if heard.attack is not None:
            log.info("a message tried to change the rules (%s)", heard.attack.style)
            notes = {**heard.sound, "attack": str(heard.attack.style)}
            text = injection.answer(self._business)
            return self._rule(question, text, "refusal", REFUSAL_MODEL_ID, question.before, notes)
        given = self._from_agent(heard, conversation_id, local, customer_id or str(conversation_id))
        return replace(given, facts=given.facts or facts, notes={**given.notes, **heard.sound})

    def _rule(
        self,
        question: Question,
        text: str,
        agent: str,
        model_id: str,
        facts: Facts,
        notes: Mapping[str, str],
        escalation: str | None = None,
    ) -> Reply:
        return Reply(text, agent, question.intent, 1.0, model_id, escalation=escalation, facts=facts, notes=notes)

    def _from_agent(self, heard: Heard, conversation_id: UUID, now: datetime, customer: str) -> Reply:
        live, question = self._live.now, heard.question
        before = context.history(question.turns)

        @cache
        def search(topic: str) -> Sequence[Passage]:
            return context.passages(self._reads, live, topic, before, self._settings.retrieval_top_k)

        agent, intent = router.route(question, heard.claimed, self._classifier(live))
        question = replace(question, intent=intent)
        chosen = self._arms.choose(live, customer, len(question.turns), intent, agent is knowledge.AGENT)
        sharing, recent = None, None
        wording = live.prompts.choose(prompts.knowledge(intent), customer)
        if agent is knowledge.AGENT and wording.exposure is None:  # a kept answer would hide what is on trial
            if chosen == Chosen(live):
                recent = self._recent.find(live, question, now.date())
            found = self._answers.find(question, wording.version.id, chosen.live, exactly=recent is not None)
            if isinstance(found, Reply):
                return replace(found, met=chosen.met)
            sharing = found
        if recent is not None:
            return recent
        reference = f"{self._business.short_name}-{conversation_id.hex[:8].upper()}"

        def answer(live: Live) -> Reply:
            case = Case(self._business, question.facts, now, reference, search)
            given = agent.reply(question, Surroundings(live, case, self._settings.minimum_confidence, customer))
            return self._guarded(question, given, now) if given.written else given

        given = self._arms.answered(chosen, live, intent, answer)
        reminder = booking.reminder(question) if agent is not booking.AGENT and given.escalation is None else None
        if reminder:
            given = replace(given, text=f"{given.text}\n{reminder}")
        if agent is knowledge.AGENT and wording.exposure is None and chosen == Chosen(live):
            self._recent.keep(live, question, now.date(), given)
        return replace(given, sharing=sharing)

    def _classifier(self, live: Live) -> Callable[[str], tuple[Intent, float] | None]:
        """Asks the live model's own classifier; nothing where no such model is live or the embedder fails."""
        trained = next((model for model in live.models if isinstance(model, Classifier)), None)

        def classify(text: str) -> tuple[Intent, float] | None:
            if trained is None or live.embedder is None:
                return None
            key = hashlib.sha256(f"{trained.version_id}\n{live.artifact_sha256}\n{text}".encode("utf-8", "replace"))
            with self._lock:
                known = self._intents.get(key.digest())
            if known is not None:
                return known
            try:
                with timing.part("embedding"):
                    vector = live.embedder.embed([text])[0]
                found = trained.classify(vector)
            except Exception as error:
                log.warning("the intent was not classified (%s): by the rules", type(error).__name__)
                return None
            with self._lock:
                self._intents[key.digest()] = found
            return found

        return classify

    def _guarded(self, question: Question, given: Reply, now: datetime) -> Reply:
        """A model's reply without its prompt, without figures that nothing supports, in polite words.

        Where nothing is left of it, a person takes over.
        """
        said = [turn.content for turn in question.turns if turn.role == "user"] + [question.text]
        people = [turn.content for turn in question.turns if turn.role == "agent"]
        evidence = [*given.evidence, *people, memory.told(question.facts)]
        checked = last_look.over(self._business, given.text, evidence, said, given.prompt, now.date())
        if not checked.unsupported:
            return replace(given, text=checked.text)
        log.warning("an answer of %s held %d things that nothing supports", given.model_id, len(checked.unsupported))
        notes = {**given.notes, "unsupported": len(checked.unsupported)}
        if checked.emptied:
            reason = given.escalation or handover.UNCONFIRMED
            text = handover.text(self._business, reason, now)
            return replace(given, text=text, citations=(), booking=None, escalation=reason, notes=notes)
        return replace(given, text=checked.text, notes=notes)
