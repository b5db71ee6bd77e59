"""Greetings, thanks and goodbyes, a "no thanks", and the wish to hear nothing more."""

from dataclasses import replace

from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
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
    facts = replace(question.facts, stopped=True)
    return Reply(text, AGENT.name, Intent.OTHER, 1.0, MODEL_ID, facts=facts, notes={"stopped": True})


AGENT = Agent(name="courtesy", prompt="knowledge", temperature=0.3, tools=(), reply=reply)
