"""Prices: works the price of a party out from the business file, or asks for what is missing. No model is asked."""

from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts import party
from mhc_core.concierge.tools import quote
from mhc_core.vocabulary import Intent

MODEL_ID = "tool/quote"


def claims(question: Question) -> int:
    """A question for the price of a party, or an answer to what the last one asked for."""
    said = party.read(question.business, question.text)
    if question.facts.party != question.before.party and not said.known:
        said = question.facts.party
    return 2 if quote.asked(question.text, said, question.notes.get("agent") == AGENT.name) else 0


def reply(question: Question, around: AgentContext) -> Reply:
    """The price, or what is missing for it."""
    facts = question.facts
    open_ = facts.distance_open or facts.address is not None
    worked = quote.work_out(question.business, facts.party, question.text, open_)
    return Reply(
        text=worked.text,
        agent=AGENT.name,
        intent=question.intent if question.intent is Intent.TRAVEL else Intent.PRICING,
        confidence=1.0,
        model_id=MODEL_ID,
        evidence=[worked.text],
        notes={"missing": list(worked.missing), "total_usd": str(worked.quote.total) if worked.quote else None},
    )


AGENT = Agent(
    name="quote", prompt="knowledge", temperature=0.3, tools=("quote", "travel_fee"), reply=reply, claims=claims
)
