"""Who answers: the agent that claims the message, else the one whose intent it is, else the knowledge agent.

The intent comes from the classifier that was trained with the live model; where there is none, or it is not sure, from
the rules of ``mhc_core.language.intents``.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping

from mhc_core.concierge import agents
from mhc_core.concierge.agents.reply import Agent, Question
from mhc_core.vocabulary import Intent

DEFAULT = "knowledge"
SURE_FROM = 0.4
"""A trained classifier below this probability leaves it to the rules."""

Classify = Callable[[str], tuple[Intent, float] | None]


@functools.cache
def known() -> tuple[Agent, ...]:
    """The agents of the package ``mhc_core.concierge.agents``, by name: every file there that defines ``AGENT``."""
    modules = (
        importlib.import_module(f"{agents.__name__}.{found.name}") for found in pkgutil.iter_modules(agents.__path__)
    )
    return tuple(sorted((module.AGENT for module in modules if hasattr(module, "AGENT")), key=lambda agent: agent.name))


def claimed(question: Question) -> Agent | None:
    """The agent who claims a question most surely, whatever its intent; None where nobody does."""
    claims = [(agent.claims(question), agent) for agent in known()]
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
    fallback = next(agent for agent in known() if agent.name == DEFAULT)
    return dict.fromkeys(Intent, fallback) | {intent: agent for agent in known() for intent in agent.intents}


def _intent(text: str, tagged: Intent, classify: Classify) -> Intent:
    learned = classify(text)
    if learned is None or (learned[1] < SURE_FROM and tagged is not Intent.OTHER):
        return tagged
    return learned[0]
