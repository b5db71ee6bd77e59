"""Values for all slots of a message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mhc_core.business.pricing import Business
from mhc_core.understanding.result import DialogueContext, Segment, Slot, SlotName, SlotValue, Understood
from mhc_core.understanding.values import (
    ages,
    allergies,
    amounts,
    contacts,
    counts,
    dates,
    dishes,
    occasions,
    times,
)

_FOLLOWING = 12
"""How much of the text behind a time may belong to it (characters)."""


def resolve(understood: Understood, business: Business, today: date, context: DialogueContext) -> Understood:
    """The message with a value in each slot whose words give one; words are never changed.

    ``today`` is the day it was written in the business's zone. An impossible date has ``ImpossibleDate`` as its value.
    """
    before: list[Slot] = []
    segments = []
    for segment in understood.segments:
        slots = []
        for slot in segment.slots:
            resolved = replace(slot, value=_value(slot, segment, before, business, today, context))
            before.append(resolved)
            slots.append(resolved)
        segments.append(replace(segment, slots=tuple(slots)))
    return replace(understood, segments=tuple(segments))


def _value(
    slot: Slot, segment: Segment, before: Sequence[Slot], business: Business, today: date, context: DialogueContext
) -> SlotValue | None:
    words = slot.text
    match slot.name:
        case SlotName.ADULTS | SlotName.CHILDREN | SlotName.YOUNGEST | SlotName.GUESTS:
            last = before[-1].value if before and before[-1].name is slot.name else None
            return counts.people(words, last if isinstance(last, int) else None)
        case SlotName.COUNT:
            return counts.portions(words)
        case SlotName.AGE:
            return ages.age(words, business.prices.adult_from_age)
        case SlotName.DATE:
            earlier = next((one.value for one in reversed(before) if isinstance(one.value, date)), None)
            return dates.day(words, today, earlier, known=SlotName.DATE in context.known)
        case SlotName.TIME:
            end = slot.end - segment.start
            return times.start(words, segment.text[end : end + _FOLLOWING])
        case SlotName.MILES:
            return amounts.miles(words)
        case SlotName.BUDGET:
            return amounts.budget(words)
        case SlotName.DISH:
            return dishes.dish(words, business)
        case SlotName.ALLERGEN:
            return allergies.allergen(words)
        case SlotName.SEVERITY:
            return allergies.severity(words)
        case SlotName.WHOM:
            return occasions.whom(words)
        case SlotName.OCCASION:
            return occasions.occasion(words)
        case SlotName.REFERENCE:
            return contacts.reference(words, business.short_name)
        case SlotName.NAME:
            return contacts.name(words)
        case SlotName.PHONE:
            return contacts.phone(words)
        case SlotName.EMAIL:
            return contacts.email(words)
        case SlotName.ZIP:
            return contacts.zip_code(words)
        case SlotName.CITY:
            return contacts.city(words)
        case SlotName.ADDRESS:
            return contacts.address(words)
