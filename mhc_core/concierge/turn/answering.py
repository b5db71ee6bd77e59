"""From a customer's message to a reply that may be given: what is remembered, the rules, the agent, the guards."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge import timing
from mhc_core.concierge.agents import booking, context, handover, knowledge, router
from mhc_core.concierge.agents.reply import Agent, AgentContext, Asked, Question, Reply
from mhc_core.concierge.facts import memory
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards import final_check, injection
from mhc_core.concierge.models.choice import RemoteModel
from mhc_core.concierge.models.live import Live, LiveVersions
from mhc_core.concierge.models.rollout import Chosen, RolloutRouter
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.turn.recent_replies import KnownIntents, RecentReplies, repeats, spelling
from mhc_core.concierge.turn.response_cache import AnswerCache
from mhc_core.concierge.turn.understanding import Heard, Hearing
from mhc_core.concierge.turn.workers import Workers
from mhc_core.db.engine import autocommit
from mhc_core.prompts import wordings
from mhc_core.protocols import Classifier, Passage
from mhc_core.response_cache.cache import CacheCandidate
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

HANDOVER_MODEL_ID = "rules/handover"
REFUSAL_MODEL_ID = "rules/injection"


class Answering:
    """Makes replies; stores nothing. Safe to use from several threads.

    With ``workers`` what has to be worked out is worked out by them, and this process only looks replies up.
    """

    def __init__(
        self,
        settings: Settings,
        business: Business,
        engine: sa.Engine,
        live: LiveVersions,
        arms: RolloutRouter,
        answers: AnswerCache,
        workers: Workers | None = None,
    ) -> None:
        self._settings = settings
        self._business = business
        self._reads = autocommit(engine)
        self._live = live
        self._arms = arms
        self._answers = answers
        self._workers = workers
        self._recent = RecentReplies()
        self._intents = KnownIntents()
        self._hearing = Hearing(business)
        self._zone = ZoneInfo(business.contact.timezone)

    def reply(self, asked: Asked) -> Reply:
        """The reply, with the facts from now on."""
        local = asked.now.astimezone(self._zone)
        live, spelled = self._live.now, spelling(asked.message)
        if asked.afresh:
            self._recent.forget(spelled)
        if self._delegates(live) and not self._intents.seen(live, spelled):
            done = self._elsewhere(live, asked, spelled, local)
            if done is not None:
                return done
        heard = self._hearing.hear(asked.message, asked.turns, asked.stored, local.date())
        question, facts = heard.question, heard.question.facts
        if heard.escalation is not None:
            text = handover.text(self._business, heard.escalation, asked.now)
            return self._rule(question, text, "handover", HANDOVER_MODEL_ID, facts, heard.sound, heard.escalation)
        if heard.attack is not None:
            log.info("a message tried to change the rules (%s)", heard.attack.style)
            notes = {**heard.sound, "attack": str(heard.attack.style)}
            text = injection.answer(self._business)
            return self._rule(question, text, "refusal", REFUSAL_MODEL_ID, question.before, notes)
        given = self._from_agent(live, heard, asked, spelled, local)
        return replace(given, facts=given.facts or facts, notes={**given.notes, **heard.sound})

    def known_intent(self, message: str) -> tuple[Intent, float] | None:
        """What the live model took a message for a while ago."""
        return self._intents.find(self._live.now, spelling(message))

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

    def _from_agent(self, live: Live, heard: Heard, asked: Asked, spelled: bytes, local: datetime) -> Reply:
        question, delegates = heard.question, self._delegates(live)
        seen = self._intents.seen(live, spelled)
        agent, intent = router.route(question, heard.claimed, self._classify(live, spelled))
        question = replace(question, intent=intent)
        asks_models = agent is knowledge.AGENT
        chosen = self._arms.choose(live, asked.customer, len(question.turns), intent, asks_models)
        sharing = None
        repeatable = False
        wording = live.prompts.choose(wordings.knowledge(intent), asked.customer)
        if asks_models and wording.exposure is None:  # a kept answer would hide what is on trial
            repeatable = chosen == Chosen(live)
            remembers = repeatable and not asked.afresh
            recent = self._recent.find(live, question, spelled, local.date()) if remembers else None
            if recent is not None and recent.kept is not None:
                return recent
            found: Reply | CacheCandidate | None = None
            if seen or delegates:
                found = self._answers.exact(question, wording.version.id, chosen.live)
            if found is None and recent is None and not delegates:
                found = self._answers.similar(question, wording.version.id, chosen.live)
            if isinstance(found, Reply):
                given = replace(found, met=chosen.met, repeatable=repeatable)
                self._recent.keep(live, spelled, local.date(), given)
                return given
            if recent is not None:
                return recent
            sharing = found
        if delegates and asks_models and (done := self._elsewhere(live, asked, spelled, local)) is not None:
            return done
        given, failed = self._arms.answered(chosen, live, intent, self._work(agent, question, asked, local, live))
        given = replace(given, met=chosen.met, notes={**given.notes, "fallback": failed} if failed else given.notes)
        reminder = booking.reminder(question) if agent is not booking.AGENT and given.escalation is None else None
        if reminder:
            given = replace(given, text=f"{given.text}\n{reminder}")
        given = replace(given, repeatable=repeatable and repeats(question, given, live))
        self._recent.keep(live, spelled, local.date(), given)
        return replace(given, sharing=sharing)

    def _work(
        self, agent: Agent, question: Question, asked: Asked, local: datetime, searched: Live
    ) -> Callable[[Live], Reply]:
        """How the agent answers with the versions it is given; what was found is found once for all versions."""
        before = context.history(question.turns)
        reference = f"{self._business.short_name}-{asked.conversation_id.hex[:8].upper()}"

        @cache
        def search(topic: str) -> Sequence[Passage]:
            return context.passages(self._reads, searched, topic, before, self._settings.retrieval_top_k)

        def answer(live: Live) -> Reply:
            case = Case(self._business, question.facts, local, reference, search)
            around = AgentContext(live, case, self._settings.minimum_confidence, asked.customer)
            given = agent.reply(question, around)
            return self._guarded(question, given, local) if given.written else given

        return answer

    def _delegates(self, live: Live) -> bool:
        """Whether workers do the work. Providers' models are asked from here: waiting takes a thread, no process."""
        ready = self._workers is not None and self._workers.ready > 0
        return ready and not any(isinstance(model, RemoteModel) for model in live.models)

    def _elsewhere(self, live: Live, asked: Asked, spelled: bytes, local: datetime) -> Reply | None:
        """The reply as a worker made it, remembered here; None where this process has to make it."""
        done = self._workers.reply(asked) if self._workers is not None else None
        if done is None:
            return None
        timing.add(done.parts)
        if done.versions == live.versions:
            self._intents.keep(live, spelled, done.intent)
            self._recent.keep(live, spelled, local.date(), done.reply)
        return done.reply

    def _classify(self, live: Live, spelled: bytes) -> Callable[[str], tuple[Intent, float] | None]:
        """Asks the live model's own classifier; nothing where no such model is live or the embedder fails."""
        trained = next((model for model in live.models if isinstance(model, Classifier)), None)

        def classify(text: str) -> tuple[Intent, float] | None:
            if trained is None or live.embedder is None:
                self._intents.keep(live, spelled, None)
                return None
            known = self._intents.find(live, spelled)
            if known is not None:
                return known
            try:
                with timing.part("embedding"):
                    vector = live.embedder.embed([text])[0]
                found = trained.classify(vector)
            except Exception as error:
                log.warning("the intent was not classified (%s): by the rules", type(error).__name__)
                return None
            self._intents.keep(live, spelled, found)
            return found

        return classify

    def _guarded(self, question: Question, given: Reply, now: datetime) -> Reply:
        """A model's reply without its prompt, without figures that nothing supports, in polite words.

        Where nothing is left of it, a person takes over.
        """
        said = [turn.content for turn in question.turns if turn.role == "user"] + [question.text]
        people = [turn.content for turn in question.turns if turn.role == "agent"]
        evidence = [*given.evidence, *people, memory.told(question.facts)]
        checked = final_check.check(self._business, given.text, evidence, said, given.prompt, now.date())
        if not checked.unsupported:
            return replace(given, text=checked.text)
        log.warning("an answer of %s held %d things that nothing supports", given.model_id, len(checked.unsupported))
        notes = {**given.notes, "unsupported": len(checked.unsupported)}
        if checked.emptied:
            reason = given.escalation or handover.UNCONFIRMED
            text = handover.text(self._business, reason, now)
            return replace(given, text=text, citations=(), booking=None, escalation=reason, notes=notes)
        return replace(given, text=checked.text, notes=notes)
