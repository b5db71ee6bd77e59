"""Greetings, thanks and goodbyes, a "no thanks", and the wish to hear nothing more."""

from dataclasses import replace
from typing import Literal

from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts.memory import Facts
from mhc_core.understanding.result import Act
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/courtesy"


def reply(question: Question, around: AgentContext) -> Reply:
    """A word in the same kind."""
    acts, business = question.acts, question.business
    if Act.STOP in acts:
        return _stopped(question)
    if Act.GOODBYE in acts:
        text = "Goodbye, and thank you for writing!"
    elif Act.THANK in acts:
        text = "You are welcome!"
    elif Act.DENY in acts:
        text = "All right. Just write when you need anything."
    elif Act.AFFIRM in acts:
        text = "Great! What would you like to know, or shall I put together a booking request?"
    else:
        text = (
            f"Hello, this is the automatic assistant of {business.name}. Ask me about prices, the menu, dates or our "
            "rules, or tell me how many guests you expect and I work out the price."
        )
    return Reply(text, AGENT.name, Intent.SMALLTALK, 1.0, MODEL_ID)


def _stopped(question: Question) -> Reply:
    """One confirmation; the conversation goes on as before, should the customer write again."""
    text = "You are off our list: we send you no offers or reminders any more."
    if question.before.stopped:
        text = "You are off our list already."
    else:
        text += " You can still write to us here whenever you like."
    return _noted(text, question.facts)


def off_the_list(facts: Facts, language: Literal["en", "es"]) -> Reply:
    """The same to a keyword such as STOP. "Cancel" is one, so it says what becomes of a booking."""
    if language == "es":
        text = "Listo: no le enviamos más ofertas ni recordatorios. Si tiene una reserva, queda como está."
        again = "Ya no le enviamos ofertas."
    else:
        text = "You are off our list: we send you no offers or reminders any more. A booking of yours stays as it is."
        again = "You are off our list already."
    return _noted(again if facts.stopped else text, facts)


def _noted(text: str, facts: Facts) -> Reply:
    notes = {"stopped": True}
    return Reply(text, AGENT.name, Intent.OTHER, 1.0, MODEL_ID, facts=replace(facts, stopped=True), notes=notes)


AGENT = Agent(name="courtesy", prompt="knowledge", temperature=0.3, tools=(), reply=reply)
