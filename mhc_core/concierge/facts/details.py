"""When and where a party is, whom to reach about it, and what nobody may eat, as a message tells it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from mhc_core.concierge.facts.memory import Allergy, Facts
from mhc_core.understanding.result import Act, DialogueContext, ImpossibleDate, Segment, Slot, SlotName, Topic
from mhc_core.understanding.values.calendar_words import canonical

EARLIEST, LATEST = time(9), time(22, 30)
"""A party that begins outside these hours is asked about."""
_REACH = (SlotName.NAME, SlotName.PHONE, SlotName.EMAIL)
_STATE = ("ca", "calif", "california")
"""No city, though it stands where one might."""
_NEGATED = re.compile(r"\b(?:not|instead of|rather than|isn'?t|from)\s+(?:on\s+|the\s+|for\s+)?$")
_DIGIT = re.compile(r"\d")
_PART_OF_AN_ADDRESS = re.compile(r"(?:unit|apt|apartment|suite|ste|#)", re.IGNORECASE)


def when(facts: Facts, segment: Segment, context: DialogueContext) -> Facts:
    """The facts with the day and the start time of a segment; an odd time waits for a yes."""
    dated = _last(segment, SlotName.DATE, lambda slot: isinstance(slot.value, date | ImpossibleDate))
    timed = _last(segment, SlotName.TIME, lambda slot: isinstance(slot.value, time))
    if dated is not None:
        impossible = dated.value.reason if isinstance(dated.value, ImpossibleDate) else None
        day = dated.value if isinstance(dated.value, date) else None
        facts = replace(facts, day=day, impossible_day=impossible)
    if timed is not None and isinstance(timed.value, time):
        odd = not EARLIEST <= timed.value <= LATEST and facts.odd_time != timed.value
        facts = replace(facts, starts=None if odd else timed.value, odd_time=timed.value if odd else None)
    elif facts.odd_time is not None and "time" in context.asked and segment.act is Act.AFFIRM:
        facts = replace(facts, starts=meant(facts.odd_time), odd_time=None)
    elif facts.odd_time is not None and "time" in context.asked and segment.act is Act.DENY:
        facts = replace(facts, odd_time=None)
    return facts


def meant(odd: time) -> time:
    """The time that somebody probably means who wrote an odd one: the afternoon's for one of the small hours."""
    return odd.replace(hour=odd.hour + 12) if odd < EARLIEST and odd.hour + 12 <= LATEST.hour else odd


def _last(segment: Segment, name: SlotName, fits: Callable[[Slot], bool]) -> Slot | None:
    """The slot that counts where one is named several times: none that is denied, a day of a month before a weekday."""
    found = [slot for slot in segment.slots if slot.name is name and fits(slot)]
    kept = [slot for slot in found if not _NEGATED.search(segment.text[: slot.start - segment.start].casefold())]
    exact = [slot for slot in kept if _DIGIT.search(canonical(slot.text) if name is SlotName.DATE else slot.text)]
    named = exact or kept or found
    return named[-1] if named else None


def place(facts: Facts, segment: Segment) -> Facts:
    """The facts with address, city, distance, occasion and budget of a segment."""
    address, city = _text(segment, SlotName.ADDRESS), _text(segment, SlotName.CITY)
    zip_code, miles = _text(segment, SlotName.ZIP), _last(segment, SlotName.MILES, lambda slot: slot.value is not None)
    if address and facts.address and _PART_OF_AN_ADDRESS.match(address):
        address = f"{facts.address.split(', ')[0]}, {address}"
    elif address and address != facts.address:
        facts = replace(facts, zip=None)  # the one that was told belongs to another street
    if miles is not None and isinstance(miles.value, Decimal | int):
        facts = replace(facts, party=replace(facts.party, miles=Decimal(miles.value)), distance_open=False)
    budget = _last(segment, SlotName.BUDGET, lambda slot: isinstance(slot.value, Decimal))
    return replace(
        facts,
        address=address or facts.address,
        city=city or facts.city,
        zip=zip_code or facts.zip,
        occasion=_text(segment, SlotName.OCCASION) or facts.occasion,
        budget=budget.value if budget is not None and isinstance(budget.value, Decimal) else facts.budget,
    )


def _text(segment: Segment, name: SlotName) -> str | None:
    slot = _last(segment, name, lambda slot: slot.text.casefold().strip(" .") not in _STATE)
    return None if slot is None else str(slot.value or slot.text)


def reachable(facts: Facts, segment: Segment) -> Facts:
    """The facts with the name, telephone number and e-mail address of a segment."""
    if segment.act is Act.REMOVE:
        return facts
    name, phone, email = (_text(segment, each) for each in _REACH)
    return replace(facts, name=name or facts.name, phone=phone or facts.phone, email=email or facts.email)


def allergies(facts: Facts, segment: Segment) -> Facts:
    """The facts with what a segment says that somebody cannot eat."""
    severity, whom = _text(segment, SlotName.SEVERITY), _text(segment, SlotName.WHOM)
    named = [
        Allergy(str(slot.value or slot.text).casefold(), severity, whom)
        for slot in segment.slots
        if slot.name is SlotName.ALLERGEN
    ]
    names = {each.allergen for each in named}
    kept = [each for each in facts.allergies if each.allergen not in names]
    if segment.act is Act.REMOVE:
        return replace(facts, allergies=tuple(kept))
    if segment.act is Act.ASK and segment.topic is not Topic.ALLERGY:
        return facts
    replaced = [] if segment.act is Act.CORRECT and named and len(facts.allergies) == 1 else kept
    return replace(facts, allergies=(*replaced, *named))
