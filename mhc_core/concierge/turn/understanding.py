"""What a message says before anybody answers it: facts, tone, a reason to hand over, an attack, and who claims it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import handover, router
from mhc_core.concierge.agents.reply import Agent, Question
from mhc_core.concierge.facts import memory
from mhc_core.concierge.guards import injection, tone
from mhc_core.concierge.guards.injection import Attack
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.language import intents


@dataclass(frozen=True, slots=True)
class Understanding:
    """A message with its place in the conversation. ``tone`` is noted with the answer, ``escalation`` is the reason why
    a person must answer, ``claimed`` the agent whose the message surely is."""

    question: Question
    tone: Mapping[str, str]
    escalation: str | None
    attack: Attack | None
    claimed: Agent | None


def understand(business: Business, request: TurnRequest, today: date) -> Understanding:
    """What a message says after the turns before it; ``today`` is the day in the business's own time zone."""
    message, turns = request.message, request.turns
    before = memory.recall(business, turns, today) if request.stored is None else request.stored
    question = Question(message, turns, business, before, before, intents.tag(message))
    asked = frozenset(str(item) for item in question.notes.get("missing", ()))
    question = replace(question, facts=memory.update(business, before, message, asked, today))
    read = tone.read(message, turns)
    escalation = handover.check(
        business,
        handover.Situation(
            message=message,
            party=question.facts.party,
            answered=question.answered,
            offered=bool(question.notes.get("offered_person")),
            upset=read.abusive or read.emotion is tone.Emotion.ANGRY,
        ),
    )
    attack = None if escalation else injection.detect(message)
    claimed = None if escalation or attack else router.claimed(question)
    return Understanding(
        question, {"emotion": str(read.emotion), "urgency": str(read.urgency)}, escalation, attack, claimed
    )
