"""From a customer's message to a reply that may be given: what is remembered, the rules, the agent, the guards."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core import intents
from mhc_core.business import Business
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.providers.protocols import Classifier, Embedder, Passage
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_serving import context, injection, last_look, memory, router, signals
from mhc_serving.agents import booking, handover
from mhc_serving.agents.reply import Question, Reply, Surroundings
from mhc_serving.live import Live, LiveVersions
from mhc_serving.memory import Facts
from mhc_serving.tools.case import Case

log = logging.getLogger(__name__)

HANDOVER_MODEL_ID = "rules/handover"
REFUSAL_MODEL_ID = "rules/injection"


class Answering:
    """Makes replies; stores nothing. Safe to use from several threads."""

    def __init__(self, settings: Settings, business: Business, engine: sa.Engine, live: LiveVersions) -> None:
        self._settings = settings
        self._business = business
        self._engine = engine
        self._live = live
        self._zone = ZoneInfo(business.contact.timezone)

    def reply(
        self, message: str, turns: Sequence[StoredTurn], stored: Facts | None, conversation_id: UUID, now: datetime
    ) -> Reply:
        """The reply with the facts from now on. ``stored`` is None where the turns are all that is known."""
        local = now.astimezone(self._zone)
        before = memory.recall(self._business, turns, local.date()) if stored is None else stored
        question = Question(message, turns, self._business, before, before)
        asked = frozenset(str(item) for item in question.notes.get("missing", ()))
        facts = memory.update(self._business, before, message, asked, local.date())
        question = replace(question, facts=facts)
        heard = signals.read(message, turns)
        reason = handover.check(
            self._business,
            handover.Situation(
                message=message,
                party=facts.party,
                answered=question.answered,
                offered=bool(question.notes.get("offered_person")),
                upset=heard.abusive or heard.emotion is signals.Emotion.ANGRY,
            ),
        )
        sound = {"emotion": str(heard.emotion), "urgency": str(heard.urgency)}
        if reason is not None:
            return self._rule(message, handover.text(self._business, reason, now), "handover", HANDOVER_MODEL_ID, facts,
                              sound, reason)  # fmt: skip
        attack = injection.look(message)
        if attack is not None:
            log.info("a message tried to change the rules (%s)", attack.style)
            notes = {**sound, "attack": str(attack.style)}
            return self._rule(message, injection.answer(self._business), "refusal", REFUSAL_MODEL_ID, before, notes)
        given = self._from_agent(question, conversation_id, local)
        return replace(given, facts=given.facts or facts, notes={**given.notes, **sound})

    def _rule(
        self,
        message: str,
        text: str,
        agent: str,
        model_id: str,
        facts: Facts,
        notes: dict[str, str],
        escalation: str | None = None,
    ) -> Reply:
        return Reply(text, agent, intents.tag(message), 1.0, model_id, escalation=escalation, facts=facts, notes=notes)

    def _from_agent(self, question: Question, conversation_id: UUID, now: datetime) -> Reply:
        live = self._live.now
        if live.embedder is not None:
            live = replace(live, embedder=_Remembering(live.embedder))
        before = context.history(question.turns)

        @cache
        def search(topic: str) -> Sequence[Passage]:
            return context.passages(self._engine, live, topic, before, self._settings.retrieval_top_k)

        agent, intent = router.route(question, _classifier(live))
        question = replace(question, intent=intent)
        reference = f"{self._business.short_name}-{conversation_id.hex[:8].upper()}"
        case = Case(self._business, question.facts, now, reference, search)
        given = agent.reply(question, Surroundings(live, case, self._settings.minimum_confidence))
        if given.written:
            given = self._guarded(question, given)
        reminder = booking.reminder(question) if agent is not booking.AGENT and given.escalation is None else None
        return replace(given, text=f"{given.text}\n{reminder}") if reminder else given

    def _guarded(self, question: Question, given: Reply) -> Reply:
        """A model's reply without its prompt, without figures that nothing supports, in polite words."""
        said = [turn.content for turn in question.turns if turn.role == "user"] + [question.text]
        checked = last_look.over(self._business, given.text, given.evidence, said, given.prompt)
        if not checked.unsupported:
            return replace(given, text=checked.text)
        log.warning("an answer of %s held %d things that nothing supports", given.model_id, len(checked.unsupported))
        notes = {**given.notes, "unsupported": len(checked.unsupported)}
        if checked.emptied:
            notes["offered_person"] = True
        return replace(given, text=checked.text, notes=notes)


class _Remembering:
    """An embedder for one turn: what was embedded once is not embedded again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[tuple[str, ...], NDArray[np.float32]] = {}

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._embedder.embed(texts)
        return self._known[key]


def _classifier(live: Live) -> Callable[[str], tuple[Intent, float] | None]:
    """Asks the live model's own classifier; nothing where no such model is live or the embedder fails."""
    trained = next((model for model in live.models if isinstance(model, Classifier)), None)

    def classify(text: str) -> tuple[Intent, float] | None:
        if trained is None or live.embedder is None:
            return None
        try:
            return trained.classify(live.embedder.embed([text])[0])
        except Exception as error:
            log.warning("the intent was not classified (%s): by the rules", type(error).__name__)
            return None

    return classify
