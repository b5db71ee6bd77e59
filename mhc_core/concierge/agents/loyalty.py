"""Where the customer stands with our loyalty tiers: said to the customer it belongs to and to nobody else.

Whom that is the platform knows by the id that the channel vouches for, never by what is written in the chat. Anybody
else is told how the tiers work.
"""

from mhc_core.business.customers import Loyalty, Tier
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.customers.loyalty import Standing, standing
from mhc_core.languages import ENGLISH, current, listed, named, plural, translated
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/loyalty"
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def reply(question: Question, around: AgentContext) -> Reply:
    """The customer's tier and the bookings until the next; the rules alone where none is known of them."""
    rules = question.business.loyalty
    completed = around.case.completed()
    if rules is None:
        text = translated("We have no loyalty tiers at the moment.")
    elif completed:
        text = _standing(standing(rules, completed))
    else:
        if completed is None:
            also = translated("I cannot see here who you are, so I cannot tell you where you stand; our team can.")
        else:
            also = translated("I see no completed booking of yours yet.")
        text = f"{_rules(rules)} {also}"
    return Reply(text, AGENT.name, Intent.ACCOUNT, 1.0, MODEL_ID, evidence=[text])


def _standing(found: Standing) -> str:
    text = plural(
        "You have {number} completed booking, so you are {tier}: {benefits}.",
        "You have {number} completed bookings, so you are {tier}: {benefits}.",
        found.completed,
        number=_number(found.completed),
        tier=named(found.tier.name),
        benefits=_benefits(found.tier),
    )
    if found.next is None or found.until_next is None:
        return f"{text} {translated('That is our highest tier.')}"
    more = plural(
        "{number} more booking until {tier}: {benefits}.",
        "{number} more bookings until {tier}: {benefits}.",
        found.until_next,
        number=_number(found.until_next).capitalize(),
        tier=named(found.next.name),
        benefits=_benefits(found.next),
    )
    return f"{text} {more}"


def _rules(rules: Loyalty) -> str:
    tiers = [
        translated(
            "{tier} from {bookings} completed bookings on: {benefits}",
            tier=named(tier.name),
            bookings=tier.bookings,
            benefits=_benefits(tier),
        )
        if tier.bookings
        else translated("{tier} from the start: {benefits}", tier=named(tier.name), benefits=_benefits(tier))
        for tier in rules.tiers
    ]
    return translated("Our loyalty tiers go by completed bookings. {tiers}.", tiers="; ".join(tiers))


def _benefits(tier: Tier) -> str:
    parts = list(map(named, tier.benefits))
    if tier.percent:
        parts.insert(0, translated("{percent} % off your next party", percent=tier.percent))
    return listed(parts)


def _number(count: int) -> str:
    """A small number in words, as English writes it."""
    return _WORDS[count] if current() == ENGLISH and count < len(_WORDS) else str(count)


AGENT = Agent(name="loyalty", prompt="operations", temperature=0.3, tools=("policy_lookup", "hand_over"), reply=reply)
