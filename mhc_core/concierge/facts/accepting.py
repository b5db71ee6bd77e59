"""A yes to what was just suggested: then it is ordered, for as many as were named, else for everyone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mhc_core.business.offering import Offer
from mhc_core.business.rules import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.offers import taking
from mhc_core.offers.taking import Answer
from mhc_core.understanding.result import EVERYONE, Act, DialogueContext, SlotName, Understood

_PARTY = frozenset({SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS})
_COUNTS = _PARTY | {SlotName.COUNT}
_SAID_OF_IT = _COUNTS | {SlotName.DISH}
SUGGESTION = "suggestion"
"""The note of an answer that suggests something: ``offer``, ``segment`` and whether it was ``shown``."""


def accepted(
    business: Business,
    before: Facts,
    facts: Facts,
    message: str,
    read: Understood,
    context: DialogueContext,
    notes: Mapping[str, Any],
) -> Facts:
    """The facts with the item that the last answer suggested, where this message says yes to it.

    ``before`` are the facts without the message, ``notes`` those of the last answer. While a request waits for its yes,
    a bare yes is about the request. "Add shrimp" right after the upgrade was suggested is the upgrade, not a portion
    more of what everybody may choose anyway, and "for 6 people" are six who take it, not six guests more.
    """
    made = notes.get(SUGGESTION) or {}
    offer = business.offers.suggested.get(str(made.get("offer")))
    if offer is None or not made.get("shown") or Act.DENY in read.acts:
        return facts
    slots = [slot for slot in read.slots if slot.name not in _SAID_OF_IT]
    dishes = [str(slot.value or slot.text).casefold() for slot in read.slots if slot.name is SlotName.DISH]
    if any(business.upgrade_names.get(dish) not in offer.items for dish in dishes):
        return facts
    answer = taking.load().answer(message) if not slots else Answer.OTHER
    if answer is Answer.OTHER:
        agreeing = {Act.ADD} if context.confirming and not dishes else {Act.ADD, Act.AFFIRM}
        takes = any(
            part.act in agreeing and not any(slot.name in _PARTY for slot in part.slots) for part in read.segments
        )
    else:
        takes = answer is not Answer.AGREES or not context.confirming
    if not takes:
        return facts
    if answer is not Answer.OTHER or dishes:
        kept = replace(before.party, upgrades=before.party.upgrades, add_ons=before.party.add_ons)
        facts = replace(facts, party=kept, heads=before.heads, proteins=before.proteins)
    return _ordered(business, facts, offer, _portions(before, read, answer))


def _portions(before: Facts, read: Understood, answer: Answer) -> int:
    """How many take it: as many as are named, else all who are meant."""
    named = [slot.value for slot in read.slots if slot.name in _COUNTS and isinstance(slot.value, int)]
    if named:
        return named[-1]
    if answer is Answer.ADULTS:
        return before.party.adults or EVERYONE
    if answer is Answer.CHILDREN:
        return (before.party.children or 0) + (before.party.under_six or 0) or EVERYONE
    return EVERYONE


def _ordered(business: Business, facts: Facts, offer: Offer, count: int) -> Facts:
    party, proteins = facts.party, dict(facts.proteins)
    for item in offer.items:
        if item in business.upgrades:
            party = replace(party, upgrades={**party.upgrades, item: count})
        elif item in business.add_ons:
            party = replace(party, add_ons={**party.add_ons, item: count})
        else:
            proteins.setdefault(item, None)
    return replace(facts, party=party, proteins=proteins)
