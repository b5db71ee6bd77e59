"""Who answers: the agent that claims the message, else the one whose intent it is, else the knowledge agent.

The intent comes from the classifier that was trained with the live model; where there is none, or it is not sure, from
the rules of ``mhc_core.intents``.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable

from mhc_core import intents
from mhc_core.vocabulary import Intent
from mhc_serving import agents
from mhc_serving.agents.reply import Agent, Question

DEFAULT = "knowledge"
SURE_FROM = 0.4
"""A trained classifier below this probability leaves it to the rules."""

Classify = Callable[[str], tuple[Intent, float] | None]


@functools.cache
def known() -> tuple[Agent, ...]:
    """The agents of the package ``mhc_serving.agents``, by name: every file there that defines ``AGENT``."""
    modules = (
        importlib.import_module(f"{agents.__name__}.{found.name}") for found in pkgutil.iter_modules(agents.__path__)
    )
    return tuple(sorted((module.AGENT for module in modules if hasattr(module, "AGENT")), key=lambda agent: agent.name))


def route(question: Question, classify: Classify = lambda text: None) -> tuple[Agent, Intent]:
    """The agent for a question, and the intent it was taken for. The classifier is asked only when nobody claims it."""
    claims = [(agent.claims(question), agent) for agent in known()]
    strongest, claimed = max(claims, key=lambda claim: claim[0])
    tagged = intents.tag(question.text)
    if strongest:
        return claimed, tagged
    intent = _intent(question.text, tagged, classify)
    by_intent = {intent: agent for agent in known() for intent in agent.intents}
    fallback = next(agent for agent in known() if agent.name == DEFAULT)
    return by_intent.get(intent, fallback), intent


def _intent(text: str, tagged: Intent, classify: Classify) -> Intent:
    learned = classify(text)
    if learned is None or (learned[1] < SURE_FROM and tagged is not Intent.OTHER):
        return tagged
    return learned[0]
