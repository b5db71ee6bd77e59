"""A yes to what was just suggested: then it is ordered, for as many as were named, else for everyone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mhc_core.business.rules import Business
from mhc_core.concierge.facts.memory import Facts
from mhc_core.understanding.result import EVERYONE, Act, DialogueContext, SlotName, Understood

SUGGESTION = "suggestion"
"""The note of an answer that suggests something: ``offer``, ``segment`` and whether it was ``shown``."""


def accepted(
    business: Business,
    before: Facts,
    facts: Facts,
    read: Understood,
    context: DialogueContext,
    notes: Mapping[str, Any],
) -> Facts:
    """The facts with the item that the last answer suggested, where this message says yes to it.

    ``before`` are the facts without the message, ``notes`` those of the last answer. While a request waits for its yes,
    a bare yes is about the request. "Add shrimp" right after the upgrade was suggested is the upgrade, not a portion
    more of what everybody may choose anyway.
    """
    made = notes.get(SUGGESTION) or {}
    offer = business.offers.suggested.get(str(made.get("offer")))
    if offer is None or not made.get("shown") or Act.DENY in read.acts:
        return facts
    dishes = [str(slot.value or slot.text).casefold() for slot in read.slots if slot.name is SlotName.DISH]
    agreeing = {Act.ADD} if context.confirming and not dishes else {Act.ADD, Act.AFFIRM}
    if not read.acts & agreeing or any(business.upgrade_names.get(dish) not in offer.items for dish in dishes):
        return facts
    if dishes:
        kept = replace(facts.party, upgrades=before.party.upgrades, add_ons=before.party.add_ons)
        facts = replace(facts, party=kept, proteins=before.proteins)
    counts = [slot.value for slot in read.slots if slot.name is SlotName.COUNT and isinstance(slot.value, int)]
    count = counts[-1] if counts else EVERYONE
    party, proteins = facts.party, dict(facts.proteins)
    for item in offer.items:
        if item in business.upgrades:
            party = replace(party, upgrades={**party.upgrades, item: count})
        elif item in business.add_ons:
            party = replace(party, add_ons={**party.add_ons, item: count})
        else:
            proteins.setdefault(item, None)
    return replace(facts, party=party, proteins=proteins)
