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
    business: Business, facts: Facts, read: Understood, context: DialogueContext, notes: Mapping[str, Any]
) -> Facts:
    """The facts with the item that the last answer suggested, where this message says yes to it and names no dish.

    ``notes`` are those of the last answer. While a request waits for its yes, a bare yes is about the request.
    """
    made = notes.get(SUGGESTION) or {}
    offer = business.offers.suggested.get(str(made.get("offer")))
    if offer is None or not made.get("shown") or Act.DENY in read.acts:
        return facts
    agreeing = {Act.ADD} if context.confirming else {Act.ADD, Act.AFFIRM}
    if not read.acts & agreeing or any(slot.name is SlotName.DISH for slot in read.slots):
        return facts
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
