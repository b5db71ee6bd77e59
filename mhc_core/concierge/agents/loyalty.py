"""Where the customer stands with our loyalty tiers: said to the customer it belongs to and to nobody else.

Whom that is the platform knows by the id that the channel vouches for, never by what is written in the chat. Anybody
else is told how the tiers work.
"""

from mhc_core.business.customers import Loyalty, Tier
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.customers.loyalty import Standing, standing
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/loyalty"
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def reply(question: Question, around: AgentContext) -> Reply:
    """The customer's tier and the bookings until the next; the rules alone where none is known of them."""
    rules = question.business.loyalty
    completed = around.case.completed()
    if rules is None:
        text = "We have no loyalty tiers at the moment."
    elif completed:
        text = _standing(standing(rules, completed))
    else:
        text = _rules(rules)
        if completed is None:
            text += " I cannot see here who you are, so I cannot tell you where you stand; our team can."
        else:
            text += " I see no completed booking of yours yet."
    return Reply(text, AGENT.name, Intent.ACCOUNT, 1.0, MODEL_ID, evidence=[text])


def _standing(found: Standing) -> str:
    text = f"You have {_bookings(found.completed, 'completed booking')}, so you are {found.tier.name}: "
    text += f"{_benefits(found.tier)}."
    if found.next is None or found.until_next is None:
        return f"{text} That is our highest tier."
    more = _bookings(found.until_next, "more booking").capitalize()
    return f"{text} {more} until {found.next.name}: {_benefits(found.next)}."


def _rules(rules: Loyalty) -> str:
    tiers = [
        f"{tier.name} {f'from {tier.bookings} completed bookings on' if tier.bookings else 'from the start'}: "
        f"{_benefits(tier)}"
        for tier in rules.tiers
    ]
    return f"Our loyalty tiers go by completed bookings. {'; '.join(tiers)}."


def _benefits(tier: Tier) -> str:
    parts = [f"{tier.percent} % off your next party", *tier.benefits] if tier.percent else [*tier.benefits]
    return " and ".join(([", ".join(parts[:-1])] if parts[1:] else []) + parts[-1:])


def _bookings(count: int, noun: str) -> str:
    number = _WORDS[count] if count < len(_WORDS) else str(count)
    return f"{number} {noun}{'' if count == 1 else 's'}"


AGENT = Agent(name="loyalty", prompt="operations", temperature=0.3, tools=("policy_lookup", "hand_over"), reply=reply)
