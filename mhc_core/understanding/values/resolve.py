"""Values for all slots of a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mhc_core.business.pricing import Business
from mhc_core.understanding.multilingual import grammars, script
from mhc_core.understanding.result import (
    AgeRange,
    DialogueContext,
    ImpossibleDate,
    Segment,
    Slot,
    SlotName,
    SlotValue,
    Understood,
)
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
from mhc_core.understanding.values.spelling import tidy

_PARTED = re.compile(r"\b(?:not|or|but|instead|no)\b|n['’]?t\b", re.IGNORECASE)
_NEAR = 25
"""How much text may lie between a weekday and the day of the month that it goes with (characters)."""
_FROM = re.compile(r"\b(?:between|from|entre|desde|de los)(?: the)?(?: ages?(?: of)?)?\W*$", re.IGNORECASE)
_TO = ("and", "to", "-", "–", "y", "a", "&", "n")
_FOLLOWING = 12
"""How much of the text behind a time may belong to it (characters)."""


def resolve(
    understood: Understood, business: Business, today: date, context: DialogueContext, about: date | None = None
) -> Understood:
    """The message with a value in each slot whose words give one; words are never changed.

    ``today`` is the day it was written in the business's zone, ``about`` the day of the party as far as it is known,
    which "make it the 14th" refers to. An impossible date has ``ImpossibleDate`` as its value.
    """
    said = _Said(business, today, about, SlotName.DATE in context.known, script.reading(understood.language))
    segments = []
    for segment in understood.segments:
        slots = []
        for slot in segment.slots:
            resolved = replace(slot, value=_value(slot, segment, said))
            said.slots.append(resolved)
            slots.append(resolved)
        slots = _ranges(slots, segment)
        segments.append(replace(segment, slots=tuple(slots)))
    return replace(understood, segments=tuple(segments))


def _ranges(slots: Sequence[Slot], segment: Segment) -> list[Slot]:
    """The slots, two ages of "all between 7 and 11" as the one span that they are."""
    found: list[Slot] = []
    for slot in slots:
        last = found[-1] if found else None
        if last is not None and isinstance(last.value, int) and last.name is slot.name is SlotName.AGE:
            before, between = segment.text[: last.start - segment.start], segment.text[last.end - segment.start :]
            joined = between[: slot.start - last.end].strip().casefold() in _TO
            if joined and isinstance(slot.value, int) and slot.value > last.value and _FROM.search(before):
                words = segment.text[last.start - segment.start : slot.end - segment.start]
                found[-1] = replace(last, end=slot.end, text=words, value=AgeRange(last.value, slot.value))
                continue
        found.append(slot)
    return found


@dataclass(slots=True)
class _Said:
    """What the words of a slot are read after; ``slots`` stand before it in the message."""

    business: Business
    today: date
    about: date | None
    day_known: bool
    language: str | None = None
    slots: list[Slot] = field(default_factory=list)

    def words(self, slot: Slot, segment: Segment) -> str:
        """The words of a slot as the readers of values know them: those of another language in English."""
        if self.language is None:
            return slot.text
        before = segment.text[: slot.start - segment.start]
        return grammars.english(slot.name, slot.text, self.language, self.today, before)

    def day(self, slot: Slot, words: str, segment: Segment) -> SlotValue | None:
        """The day that a date slot names."""
        dates_before = [one for one in self.slots if one.name is SlotName.DATE]
        about = next((one.value for one in reversed(dates_before) if isinstance(one.value, date)), self.about)
        last = dates_before[-1] if dates_before else None
        joined = last is not None and (last.value is None or _belongs(last, slot, segment))
        before = last.text if last and joined and self.language is None else ""
        found = dates.day(words, self.today, about, self.day_known, before)
        return replace(found, written=slot.text) if isinstance(found, ImpossibleDate) else found


def _belongs(last: Slot, slot: Slot, segment: Segment) -> bool:
    between = segment.text[max(last.end - segment.start, 0) : slot.start - segment.start]
    return last.start >= segment.start and len(between) <= _NEAR and not _PARTED.search(between)


def _value(slot: Slot, segment: Segment, said: _Said) -> SlotValue | None:
    words = said.words(slot, segment)
    if said.language is not None and slot.name in (SlotName.OCCASION, SlotName.WHOM):
        return tidy(words) or None  # as the customer calls it
    match slot.name:
        case SlotName.ADULTS | SlotName.CHILDREN | SlotName.YOUNGEST | SlotName.GUESTS:
            last = said.slots[-1].value if said.slots and said.slots[-1].name is slot.name else None
            return counts.people(words, last if isinstance(last, int) else None)
        case SlotName.COUNT:
            return counts.portions(words)
        case SlotName.AGE:
            return ages.age(words, said.business.prices.adult_from_age)
        case SlotName.DATE:
            return said.day(slot, words, segment)
        case SlotName.TIME:
            end = slot.end - segment.start if said.language is None else len(segment.text)
            return times.start(words, segment.text[end : end + _FOLLOWING])
        case SlotName.MILES:
            return amounts.miles(words)
        case SlotName.BUDGET:
            return amounts.budget(words)
        case SlotName.DISH:
            return dishes.dish(words, said.business)
        case SlotName.ALLERGEN:
            return allergies.allergen(words)
        case SlotName.SEVERITY:
            return allergies.severity(words)
        case SlotName.WHOM:
            return occasions.whom(words)
        case SlotName.OCCASION:
            return occasions.occasion(words)
        case SlotName.REFERENCE:
            return contacts.reference(words, said.business.short_name)
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
