"""Greetings, thanks and goodbyes, a "no thanks", and the wish to hear nothing more."""

from dataclasses import replace

from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts.memory import Facts
from mhc_core.languages import speaking, translated
from mhc_core.understanding.result import Act
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/courtesy"


def reply(question: Question, around: AgentContext) -> Reply:
    """A word in the same kind."""
    acts, business = question.acts, question.business
    if Act.STOP in acts:
        return _stopped(question)
    if Act.GOODBYE in acts:
        text = translated("Goodbye, and thank you for writing!")
    elif Act.THANK in acts:
        text = translated("You are welcome!")
    elif Act.DENY in acts:
        text = translated("All right. Just write when you need anything.")
    elif Act.AFFIRM in acts:
        text = translated("Great! What would you like to know, or shall I put together a booking request?")
    else:
        text = translated(
            "Hello, this is the automatic assistant of {business}. Ask me about prices, the menu, dates or our rules, "
            "or tell me how many guests you expect and I work out the price.",
            business=business.name,
        )
    return Reply(text, AGENT.name, Intent.SMALLTALK, 1.0, MODEL_ID)


def _stopped(question: Question) -> Reply:
    """One confirmation; the conversation goes on as before, should the customer write again."""
    if question.before.stopped:
        text = translated("You are off our list already.")
    else:
        text = translated(
            "You are off our list: we send you no offers or reminders any more. You can still write to us here "
            "whenever you like."
        )
    return _noted(text, question.facts)


def off_the_list(facts: Facts, language: str) -> Reply:
    """The same to a keyword such as STOP, in the keyword's language. "Cancel" is one, so it says what becomes of a
    booking."""
    with speaking(language):
        if facts.stopped:
            return _noted(translated("You are off our list already."), facts)
        text = translated(
            "You are off our list: we send you no offers or reminders any more. A booking of yours stays as it is."
        )
    return _noted(text, facts)


def _noted(text: str, facts: Facts) -> Reply:
    notes = {"stopped": True}
    return Reply(text, AGENT.name, Intent.OTHER, 1.0, MODEL_ID, facts=replace(facts, stopped=True), notes=notes)


AGENT = Agent(name="courtesy", prompt="knowledge", temperature=0.3, tools=(), reply=reply)
