"""Bookings that exist, customers' data, payments and the day itself: says what the team needs, and confirms nothing."""

import re

from mhc_core.concierge.agents import asking, handover
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/operations"
_BOOKED = (
    r"(?:my|our|the|existing|current) (?:\w+ )?(?:booking|reservation|party|event|deposit"
    r"|confirmation|headcount|guest count)"
)
_EXISTING = re.compile(
    rf"\b(?:is|are|was)\b.{{0,30}}\b{_BOOKED}\b.{{0,40}}\b(?:confirm\w*|booked|set|on the (?:schedule|calendar))\b"
    rf"|\b(?:confirm|check|look up|find|verify|update|change|edit|add \d+ \w+ (?:\w+ )?to)\b.{{0,25}}\b{_BOOKED}\b"
    r"|\bdid (?:you|u) (?:get|receive)\b.{0,20}\b(?:deposit|payment|e?-?mail|message)\b"
    r"|\bnever (?:got|received)\b.{0,20}\b(?:confirmation|e?-?mail|invoice|receipt|link)\b"
    r"|\bupdate my (?:headcount|number)"
    r"|\bmy account\b"
)
_TODAY = re.compile(
    r"\b(?:today|tonight|right now|in an hour|on (?:the|his|her|their) way"
    r"|chef)\b.{0,60}\b(?:gate code|parking|park|where|eta|call|arriv\w*"
    r"|running late|address|number|doorbell|entrance)\b|\bgate code\b|\b(?:chef'?s?|his|her) (?:eta|phone|number)\b"
)  # fmt: skip
_DATA = re.compile(r"\b(?:delete|erase|remove|my data|privacy|unsubscribe|opt out|stop (?:texting|emailing))\b")
_PAYMENT = re.compile(
    r"\b(?:pay\w*|paid|invoice|receipt|balance|deposit|card|charge\w*|venmo|zelle|declined|billing)\b"
)
_CONTACT = re.compile(r"\b(?:e-?mail|phone|cell|number|address|contact|name)\b")


def claims(question: Question) -> int:
    """Something about a booking that exists, or about the day itself."""
    text = question.text.lower().replace("’", "'")
    if question.facts.booking and question.told:
        return 0
    return 3 if _TODAY.search(text) else 2 if _EXISTING.search(text) else 0


def reply(question: Question, around: AgentContext) -> Reply:
    """What the team needs to help, and the offer to pass it on."""
    written = asking.converse(AGENT, question, around, Intent.ACCOUNT)
    if written is not None:
        return written
    business, text, facts = question.business, question.text.lower(), question.facts
    contact = business.contact
    name, reach = facts.name is None, facts.phone is None and facts.email is None
    needs = [
        *(["the name the party is booked under"] if name else []),
        *(["the date of the party"] if facts.day is None else []),
        *(["a phone number or e-mail address"] if reach else []),
    ]
    if _TODAY.search(text):
        opening = f"For the day itself the team is quickest by text: {contact.phone}. I can pass it on from here too."
    elif _DATA.search(text):
        opening = "Your data is yours: a person of our team handles that, and confirms it to you."
    elif _PAYMENT.search(text):
        opening = "I cannot see payments or invoices; the team can, and answers that here. Please send no card details."
    elif _CONTACT.search(text) and Intent.ACCOUNT is question.intent:
        opening = "I cannot change what is on file myself; the team does that. Please write the new details here."
    else:
        opening = "I cannot see bookings, so I cannot confirm or change one myself; the team can."
    asks = (
        f"So that they find you, please tell me {_listed(needs)}." if needs else "They have what they need to find you."
    )
    return Reply(
        f"{opening} {asks}\n{handover.offer_text(business)}", AGENT.name, Intent.ACCOUNT, 1.0, MODEL_ID,
        notes={"offered_person": True},
    )  # fmt: skip


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


AGENT = Agent(
    name="operations",
    prompt="operations",
    temperature=0.3,
    tools=("policy_lookup", "hand_over"),
    reply=reply,
    intents=frozenset({Intent.ACCOUNT}),
    claims=claims,
)
