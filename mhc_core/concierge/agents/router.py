"""Who answers: the agent that claims the message, else the one whose intent it is, else the knowledge agent.

The intent comes from the classifier that was trained with the live model; where there is none, or it is not sure, from
the rules of ``mhc_core.language.intents``.
"""

import functools
from collections.abc import Callable, Mapping

from mhc_core.concierge.agents import booking, complaint, knowledge, lead, operations, pricing
from mhc_core.concierge.agents.reply import Agent, Question
from mhc_core.vocabulary import Intent

SURE_FROM = 0.4
"""A trained classifier below this probability leaves it to the rules."""

Classify = Callable[[str], tuple[Intent, float] | None]


AGENTS: tuple[Agent, ...] = (
    booking.AGENT,
    complaint.AGENT,
    knowledge.AGENT,
    lead.AGENT,
    operations.AGENT,
    pricing.AGENT,
)
"""Where two claim a message equally surely, the first of them answers."""


def claimed(question: Question) -> Agent | None:
    """The agent who claims a question most surely, whatever its intent; None where nobody does."""
    claims = [(agent.claims(question), agent) for agent in AGENTS]
    strongest, agent = max(claims, key=lambda claim: claim[0])
    return agent if strongest else None


def route(question: Question, claimed: Agent | None, classify: Classify = lambda text: None) -> tuple[Agent, Intent]:
    """The agent for a question, and the intent it is taken for; ``question.intent`` is the one by the rules.

    The classifier is asked only when nobody claims the question.
    """
    if claimed is not None:
        return claimed, question.intent
    intent = _intent(question.text, question.intent, classify)
    return _by_intent()[intent], intent


@functools.cache
def _by_intent() -> Mapping[Intent, Agent]:
    return dict.fromkeys(Intent, knowledge.AGENT) | {intent: agent for agent in AGENTS for intent in agent.intents}


def _intent(text: str, tagged: Intent, classify: Classify) -> Intent:
    learned = classify(text)
    if learned is None or (learned[1] < SURE_FROM and tagged is not Intent.OTHER):
        return tagged
    return learned[0]
