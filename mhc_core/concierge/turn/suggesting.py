"""One suggestion a conversation, beside a price or a summary; it is taken back aloud when it does not suit somebody.

What fits decides first, then what others took (``mhc_core.offers``). Nothing is suggested once an allergen was named or
asked about, in a complaint, after a no, to who wants no extras, or once a person has the conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mhc_core.business.rules import Business
from mhc_core.concierge.agents import booking, pricing
from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.facts import diets
from mhc_core.concierge.facts.accepting import SUGGESTION
from mhc_core.concierge.facts.memory import Facts, Suggested
from mhc_core.concierge.guards.tone import Emotion
from mhc_core.languages import current, known, listed, money, named, speaking, translated
from mhc_core.offers import choosing, declining, fitting
from mhc_core.offers.choosing import OfferState
from mhc_core.understanding.result import EVERYONE, Act, Topic

SETTLED, TAKEN_BACK = "suggestion_settled", "suggestion_withdrawn"
"""Notes of an answer, beside what it suggests: whether the party has what was suggested now, and what it takes back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a suggestion depends on beside the conversation; the same state suggests the same."""

    customer: str
    conversation_id: UUID
    now: datetime
    state: OfferState = field(default_factory=OfferState)


def finished(business: Business, question: Question, given: Reply, desk: Desk) -> Reply:
    """The answer with a suggestion where one is fine, or with the words that take an earlier one back."""
    facts = given.facts or question.facts
    facts = replace(facts, no_offers=facts.no_offers or _unwelcome(question, given))
    text, notes = given.text, dict[str, Any](given.notes)
    if (taken_back := _taken_back(business, facts)) is not None:
        facts = replace(facts, suggested=replace(taken_back[0], withdrawn=True))
        text = f"{taken_back[1]}\n{text}"
        notes[TAKEN_BACK] = taken_back[0].offer
    elif facts.suggested is None and _fitting_moment(question, given, facts):
        made = _chosen(business, question, facts, desk)
        if made is not None:
            facts = replace(facts, suggested=made)
            notes[SUGGESTION] = {"offer": made.offer, "segment": str(made.segment), "shown": made.shown}
            text = _beside(text, given, words(business, made.offer)) if made.shown else text
    facts = _settled(business, facts, notes)
    return replace(given, text=text, facts=facts if facts != question.facts else given.facts, notes=notes)


def words(business: Business, name: str) -> str:
    """How an offer is made: its price is that of the menu."""
    offer = business.offers.suggested[name]
    price = _price(business, name)
    if not price:
        return translated("An idea, if you like: {offer}. It is within the price.", offer=named(offer.says))
    said = {"offer": named(offer.says), "price": money(price)}
    if offer.items[0] in business.upgrades or offer.per == "person":
        return translated(
            "An idea, if you like: {offer}, {price} per person. Tell me for how many, and I add it.", **said
        )
    return translated("An idea, if you like: {offer}, {price} per portion. Tell me for how many, and I add it.", **said)


def made_in(business: Business, answer: str) -> str | None:
    """The offer that one of our own answers makes, where its notes are not at hand; None where it makes none."""
    for language in dict.fromkeys((current(), *known())):
        with speaking(language):
            for name in business.offers.suggested:
                if words(business, name) in answer:
                    return name
    return None


def recalled(business: Business, facts: Facts, answer: str) -> Facts:
    """The facts with what one of our own answers suggested, where the facts were not stored."""
    name = made_in(business, answer)
    if name is None:
        return facts
    party = facts.party
    kind = choosing.segment(party.adults or 0, (party.children or 0) + (party.under_six or 0))
    return replace(facts, suggested=Suggested(name, kind, shown=True))


def _unwelcome(question: Question, given: Reply) -> bool:
    """Whether this message is none after which anything should be suggested."""
    asked = any(part.act is Act.ASK and part.topic is Topic.ALLERGY for part in question.segments)
    upset = Act.COMPLAIN in question.acts or Topic.COMPLAINT in question.topics
    angry = given.notes.get("emotion") == str(Emotion.ANGRY)
    refused = given.agent == "refusal"
    return asked or upset or angry or refused or given.escalation is not None or diets.allergy_named(question.facts)


def _fitting_moment(question: Question, given: Reply, facts: Facts) -> bool:
    """Whether a price or a summary stands in the answer and nothing speaks against a suggestion."""
    if facts.no_offers or facts.handed or facts.stopped or given.escalation is not None or given.booking is not None:
        return False
    if given.notes.get("offered_person") or given.withdraws is not None or Act.DENY in question.acts:
        return False
    priced = given.agent == pricing.AGENT.name and given.notes.get("total_usd") and not given.notes.get("missing")
    summed_up = given.agent == booking.AGENT.name and given.notes.get("confirm") and not given.notes.get("refused")
    return bool(priced or (summed_up and not facts.reference))


def _chosen(business: Business, question: Question, facts: Facts, desk: Desk) -> Suggested | None:
    party = facts.party
    ordered = [*facts.proteins, *party.upgrades, *party.add_ons]
    fits = fitting.allowed(business, diets.to_keep(facts), ordered, facts.day or desk.now.date())
    said = [turn.content for turn in question.turns if turn.role == "user"] + [question.text]
    if not fits or declining.load().declined(said):
        return None
    kind = choosing.segment(party.adults or 0, (party.children or 0) + (party.under_six or 0))
    name = choosing.choose(desk.state, fits, kind, ordered, desk.conversation_id)
    if name is None:
        return None
    held = choosing.held_out(desk.state, desk.customer, business.offers.holdout_percent)
    return Suggested(name, kind, shown=not held)


def _taken_back(business: Business, facts: Facts) -> tuple[Suggested, str] | None:
    """The suggestion that stands and does not go with somebody, with what is said of it; nothing of one never made."""
    suggested = facts.suggested
    if suggested is None or suggested.withdrawn or not suggested.shown:
        return None
    against = fitting.breaks(business, suggested.offer, diets.to_keep(facts))
    if not against:
        return None
    offer = business.offers.suggested.get(suggested.offer)
    text = translated(
        "I take back what I suggested, {offer}: I cannot say that it goes with {needs}.",
        offer=named(offer.says if offer is not None else suggested.offer),
        needs=listed([_reason(need) for need in against]),
    )
    if offer is None or not _has(facts, offer.items):
        return suggested, text
    return suggested, f"{text} {translated('It still stands in your order; tell me, and I take it off.')}"


def _reason(need: str) -> str:
    return translated("the allergy") if need == "unnamed" else named(need)


def _settled(business: Business, facts: Facts, notes: dict[str, Any]) -> Facts:
    """The facts with whether the party has what was suggested, noted where that changed."""
    suggested = facts.suggested
    offer = business.offers.suggested.get(suggested.offer) if suggested else None
    if suggested is None or offer is None or (has := _has(facts, offer.items)) == suggested.accepted:
        return facts
    notes[SETTLED] = {"accepted": has, "usd": str(_value(business, facts, suggested.offer) if has else Decimal(0))}
    return replace(facts, suggested=replace(suggested, accepted=has))


def _has(facts: Facts, items: Sequence[str]) -> bool:
    return {*items} <= {*facts.proteins, *facts.party.upgrades, *facts.party.add_ons}


def _value(business: Business, facts: Facts, name: str) -> Decimal:
    """What the accepted offer costs (USD); one portion where the number is open."""
    [item, *_] = business.offers.suggested[name].items
    count = {**facts.party.upgrades, **facts.party.add_ons}.get(item)
    return _price(business, name) * (facts.party.head_count if count == EVERYONE else count or 1)


def _price(business: Business, name: str) -> Decimal:
    [item, *_] = business.offers.suggested[name].items
    if item in business.upgrades:
        return business.upgrades[item].price
    return business.add_ons[item].price if item in business.add_ons else Decimal(0)


def _beside(text: str, given: Reply, suggestion: str) -> str:
    """The suggestion at the end, but before the question that the answer ends with."""
    if not given.notes.get("confirm"):
        return f"{text}\n{suggestion}"
    head, _, question = text.rpartition("\n")
    return f"{head}\n{suggestion}\n{question}" if head else f"{suggestion}\n{text}"
