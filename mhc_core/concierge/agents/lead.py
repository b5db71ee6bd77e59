"""Customers who have not decided: thanks, the price again where it is known, and one easy next step. No pressure."""

import re

from mhc_core.concierge.agents import asking
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.tools import booking
from mhc_core.languages import money, translated
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/lead"
_PRICEY = re.compile(r"\b(?:pricey|expensive|steep|much|budget|more than)\b")


def reply(question: Question, around: AgentContext) -> Reply:
    """No hurry, what is known, one next step."""
    written = asking.converse(AGENT, question, around, question.intent)
    if written is not None:
        return written
    business, facts = question.business, question.facts
    total = booking.total(business, facts)
    evidence = []
    parts = [translated("Of course, take your time.")]
    if _PRICEY.search(question.text.lower()):
        parts = [
            translated("I understand, it should fit your budget."),
            translated(
                "The food comes to at least {minimum} a party and every guest has {proteins} proteins with the sides "
                "included, so leaving out upgrades and add-ons is what keeps it lowest.",
                minimum=money(business.prices.minimum),
                proteins=business.menu.proteins_included,
            ),
        ]
    if total is not None:
        line = translated("For your party as you described it, the price is {total}.", total=money(total))
        evidence.append(line)
        parts.append(line)
    parts.append(
        translated(
            "I keep what you told me in this chat, so we can go on from here whenever you like. For a date you have in "
            "mind, {hours} hours ahead is the latest.",
            hours=business.booking.lead_hours,
        )
    )
    if not facts.party.people_known:
        parts.append(
            translated(
                "If you tell me how many of you there would be, I work out the price, and nothing is booked by it."
            )
        )
    return Reply(
        " ".join(parts), AGENT.name, Intent.PRICING if total is not None else Intent.SMALLTALK, 1.0, MODEL_ID,
        evidence=evidence,
    )  # fmt: skip


AGENT = Agent(
    name="lead",
    prompt="lead",
    temperature=0.6,
    tools=("quote", "policy_lookup", "hand_over"),
    reply=reply,
)
