"""Prices: works the price of a party out from the business file, or asks for what is missing. No model is asked."""

from collections.abc import Sequence
from dataclasses import replace

from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts import doubts
from mhc_core.concierge.tools import quote
from mhc_core.languages import translated
from mhc_core.understanding.result import Topic
from mhc_core.vocabulary import Intent

MODEL_ID = "tool/quote"


def reply(question: Question, around: AgentContext) -> Reply:
    """The price, or what is missing for it; who comes is asked once more where it was read with doubt."""
    facts = question.facts
    open_ = facts.distance_open or facts.address is not None
    of_the_way = question.topics == {Topic.TRAVEL}
    doubted = bool(doubts.again(facts) & {"guests", "children"}) and not of_the_way
    if doubted:
        missing, party = ("guests",), replace(facts.party, adults=None, guests=None)
        text = f"{translated('I am not sure that I counted everybody.')} {quote.ask(question.business, party)}"
        worked = quote.Worked(text, missing, None)
    else:
        worked = quote.work_out(question.business, facts.party, of_the_way, open_)
    return Reply(
        text=worked.text,
        agent=AGENT.name,
        intent=question.intent if question.intent is Intent.TRAVEL else Intent.PRICING,
        confidence=1.0,
        model_id=MODEL_ID,
        evidence=[worked.text],
        notes={"missing": _asked(worked.missing), "total_usd": str(worked.quote.total) if worked.quote else None},
    )


def _asked(missing: Sequence[str]) -> list[str]:
    """What a quote lacks, by the names that questions have."""
    names = {"adults": "ages"}
    heads = [name for name in missing if name in ("guests", "adults", "ages")]
    missing = heads or missing  # one thing at a time
    return list(dict.fromkeys("proteins" if name.startswith("number:") else names.get(name, name) for name in missing))


AGENT = Agent(name="quote", prompt="knowledge", temperature=0.3, tools=("quote", "travel_fee"), reply=reply)
