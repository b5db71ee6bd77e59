"""What a message says before anybody answers it: facts, tone, a reason to hand over, an attack, and who claims it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

from cachetools import TTLCache

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import handover, router
from mhc_core.concierge.agents.reply import Agent, Question
from mhc_core.concierge.facts import memory
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards import injection, tone
from mhc_core.concierge.guards.injection import Attack
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.language import intents
from mhc_core.response_cache.scope import MAX_CHARS

REMEMBERED = 5_000
REMEMBERED_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Heard:
    """``escalation`` is the reason why a person must answer, ``claimed`` the agent whose the message surely is."""

    question: Question
    sound: Mapping[str, str]
    escalation: str | None
    attack: Attack | None
    claimed: Agent | None


class Hearing:
    """Hears messages. Safe to use from several threads.

    One that begins a conversation says the same all day, so it is remembered for some minutes, unless it tells who
    somebody is: most customers begin with one of the same questions.
    """

    def __init__(self, business: Business) -> None:
        self._business = business
        self._known: TTLCache[tuple[str, date], Heard] = TTLCache(REMEMBERED, REMEMBERED_SECONDS, time.monotonic)
        self._lock = Lock()

    def hear(self, message: str, turns: Sequence[StoredTurn], stored: Facts | None, today: date) -> Heard:
        """What is heard after the turns before, oldest first. ``stored`` are the facts from before, None where the
        turns are all that is known; ``today`` is the day in the business's own time zone."""
        if turns or stored is not None or len(message) > MAX_CHARS:
            return self._hear(message, turns, stored, today)
        with self._lock:
            known = self._known.get((message, today))
        if known is None:
            known = self._hear(message, turns, stored, today)
            if not known.question.facts.identifying:
                with self._lock:
                    self._known[message, today] = known
        return known

    def _hear(self, message: str, turns: Sequence[StoredTurn], stored: Facts | None, today: date) -> Heard:
        before = memory.recall(self._business, turns, today) if stored is None else stored
        question = Question(message, turns, self._business, before, before, intents.tag(message))
        asked = frozenset(str(item) for item in question.notes.get("missing", ()))
        question = replace(question, facts=memory.update(self._business, before, message, asked, today))
        heard = tone.read(message, turns)
        escalation = handover.check(
            self._business,
            handover.Situation(
                message=message,
                party=question.facts.party,
                answered=question.answered,
                offered=bool(question.notes.get("offered_person")),
                upset=heard.abusive or heard.emotion is tone.Emotion.ANGRY,
            ),
        )
        attack = None if escalation else injection.detect(message)
        claimed = None if escalation or attack else router.claimed(question)
        sound = {"emotion": str(heard.emotion), "urgency": str(heard.urgency)}
        return Heard(question, sound, escalation, attack, claimed)
