"""What somebody who eats along cannot or does not eat, as one message after the other tells it.

Statements are kept in the order they were made and none is ever taken off: an allergen is not forgotten, it may only be
said to hold no longer. What is told surely enough stands among the allergies of the request, for the chef.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from mhc_core.concierge.facts.memory import Allergy, Facts, Need
from mhc_core.understanding.diets import mentions, stances
from mhc_core.understanding.diets.mentions import UNNAMED, Kind, Mention, Stance, Whom
from mhc_core.understanding.diets.stances import Judged
from mhc_core.understanding.result import SlotName, Understood
from mhc_core.understanding.values.allergies import allergen_group

log = logging.getLogger(__name__)

SURE_FROM = 0.4
"""A need said less surely than this keeps suggestions away, and is not told to the chef."""
NOT_ORDERED_FROM = 0.75
"""The same where the words were read as a dish."""
MOST = 40
_OPPOSITE = {"spicy": "mild"}
_WHOM = {Whom.SELF: "the customer", Whom.CHILD: "a child", Whom.GUEST: "a guest", Whom.ALL: None}


def told(facts: Facts, text: str, read: Understood | None) -> Facts:
    """The facts with what a message says of what somebody cannot or does not eat."""
    known = {(need.kind, need.value): need for need in facts.needs}
    fresh: dict[tuple[str, str], Need] = {}
    for judged in _judged(text, read):
        need = _need(judged)
        if need is None:
            continue
        before = fresh.get((need.kind, need.value)) or known.get((need.kind, need.value))
        if need.stance is Stance.WITHDRAWN and (before is None or before.stance is Stance.WITHDRAWN):
            continue  # nothing to take back
        if before is None or before.stance is not need.stance or before.certainty < SURE_FROM <= need.certainty:
            fresh[need.kind, need.value] = need
    needs = (*facts.needs, *fresh.values())[-MOST:]
    return replace(facts, needs=needs, allergies=_for_the_chef(facts.allergies, needs))


def standing(facts: Facts) -> list[Need]:
    """The newest statement about each thing, without what holds no longer."""
    newest = {(need.kind, need.value): need for need in facts.needs}
    return [need for need in newest.values() if need.stance is not Stance.WITHDRAWN]


def to_keep(facts: Facts) -> list[str]:
    """What a dish must go with, by the words of the business file; allergens and diets alike."""
    return sorted({need.value for need in standing(facts)} | {_group(one.allergen) for one in facts.allergies})


def allergy_named(facts: Facts) -> bool:
    """Whether an allergen is stated: then nothing is suggested."""
    return bool(facts.allergies) or any(
        need.kind == Kind.ALLERGEN and need.stance is Stance.STATED for need in standing(facts)
    )


def _judged(text: str, read: Understood | None) -> list[Judged]:
    found = mentions.find(text, read.language if read is not None else "")
    for slot in read.slots if read is not None else ():
        if slot.name is SlotName.ALLERGEN and not any(one.start < slot.end and slot.start < one.end for one in found):
            value = str(slot.value or slot.text).casefold()
            found.append(Mention(Kind.ALLERGEN, allergen_group(value) or value, slot.start, slot.end))
    if any(one.kind is Kind.ALLERGEN and one.value != UNNAMED for one in found):
        found = [one for one in found if one.value != UNNAMED]
    if not found:
        return []
    try:
        return [_less_sure_if_ordered(one, read) for one in stances.of_text(text).of(text, found)]
    except Exception as error:
        log.warning("what a message says of food was not read (%s): it counts as needs", type(error).__name__)
        return [Judged(one, Stance.STATED, Whom.ALL, 0.0) for one in found]


def _less_sure_if_ordered(judged: Judged, read: Understood | None) -> Judged:
    """What was read as a dish on the order ("chicken and shrimp for everyone") and is not very surely a need: it keeps
    suggestions away, and the chef is told nothing of it."""
    mention = judged.mention
    ordered = read is not None and any(
        slot.name is SlotName.DISH and slot.start < mention.end and mention.start < slot.end for slot in read.slots
    )
    unsure = SURE_FROM <= judged.certainty < NOT_ORDERED_FROM
    return replace(judged, certainty=SURE_FROM - 0.01) if ordered and unsure else judged


def _need(judged: Judged) -> Need | None:
    mention, stance = judged.mention, judged.stance
    if stance is Stance.MENTIONED:
        return None
    value = mention.value
    if stance is Stance.AVOIDED and value in _OPPOSITE:
        value, stance = _OPPOSITE[value], Stance.STATED
    return Need(str(mention.kind), value, judged.whom, stance, judged.certainty)


def _for_the_chef(allergies: tuple[Allergy, ...], needs: Sequence[Need]) -> tuple[Allergy, ...]:
    """The allergies with every allergen that was surely stated, and without those that hold no longer."""
    newest = {need.value: need for need in needs if need.kind == Kind.ALLERGEN}
    gone = {value for value, need in newest.items() if need.stance is Stance.WITHDRAWN}
    kept = [one for one in allergies if _group(one.allergen) not in gone]
    known = {_group(one.allergen) for one in kept}
    for value, need in newest.items():
        if need.stance is Stance.STATED and need.certainty >= SURE_FROM and value not in known and value != UNNAMED:
            kept.append(Allergy(value, whom=_WHOM[need.whom]))
    return tuple(kept)


def _group(allergen: str) -> str:
    return allergen_group(allergen) or allergen
