"""The net under the model: what a message tells exactly, though no slot was found for it.

Only forms that leave no choice are caught: a bare number in answer to the one thing that was asked, an e-mail address,
a telephone number, "at 6", "all adults", a number right before a dish, and a date or a time where that was asked for.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from mhc_core.business.rules import Business
from mhc_core.concierge.turn.coherence import coherent
from mhc_core.language.number_words import ONES, TENS, VALUES
from mhc_core.languages import ENGLISH
from mhc_core.understanding.result import (
    Act,
    AgeRange,
    DialogueContext,
    Segment,
    Slot,
    SlotName,
    SlotValue,
    Topic,
    Understood,
)
from mhc_core.understanding.values import ages, contacts, dates, times
from mhc_core.understanding.values.resolve import resolve

_WORDED = "|".join(sorted(ONES[2:], key=len, reverse=True))
_NUMBER = rf"\d{{1,4}}|(?:{'|'.join(TENS)})(?:[ -](?:{'|'.join(ONES[1:10])}))?|{_WORDED}"
_BARE = re.compile(
    r"\W*(?:(?:about|around|like|maybe|just|only|its|it's|probably|roughly|idk|dunno|not sure)\W+){0,2}"
    rf"(?P<number>{_NUMBER})\b\W*(?:i think|i guess|or so|ish|maybe|give or take|total|tops)?\W*",
    re.IGNORECASE,
)
_ASKED_NUMBERS = {
    "miles": SlotName.MILES,
    "guests": SlotName.GUESTS,
    "children": SlotName.CHILDREN,
    "time": SlotName.TIME,
}
_AT = re.compile(
    r"(?:\bat|@) ?(?P<time>\d{1,2}(?::\d{2})?(?: ?[ap]\.?m\b)?)(?![\d:/]| ?(?:mi|people|adults|guests|%))",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_WEEKDAY = re.compile(
    r"\b(?P<day>(?:next|this|coming|on|for) (?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?)\b",
    re.IGNORECASE,
)
_ALL_ADULTS = re.compile(
    r"\b(?:all|only|just|everyone(?:'s| is)? an?) adults?\b|\badults only\b|\bno (?:kids|children)\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(r"(?:the |el )?\d{1,2}(?:st|nd|rd|th)?")
_CHILDREN = re.compile(r"\b(?:grand)?(?:kids?|kiddos?|child\w*|babies)\b|\bniñ[oa]s?\b|\bnietos\b", re.IGNORECASE)
_WORDS = "|".join(VALUES)
_A_NUMBER = re.compile(rf"(?<![\w.])(?:{_NUMBER})(?!\w|[.:]\d|\s*(?:min|h(?:ou)?rs?\b|km))", re.IGNORECASE)
_BEFORE_A_DISH = re.compile(
    rf"(?<![\w$.:/-])(?P<count>\d{{1,3}}|{_WORDS})\s*x?\s+"
    r"(?:(?:portions?|orders?|servings?|plates?)\s+)?(?:of\s+)?(?:(?:the|those|my|our)\s+)?$",
    re.IGNORECASE,
)
_OF_A_BOOKING = (Topic.BOOK, Topic.BOOKING_CHANGE)
_TELLING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.AFFIRM, Act.REMOVE)


def completed(read: Understood, business: Business, today: date, context: DialogueContext) -> Understood:
    """The message with the slots that its form leaves no doubt of; the others are as the model found them."""
    bare = _bare_answer(read, context)
    if bare is not None:
        return resolve(bare, business, today, context)
    if read.language != ENGLISH:
        return read  # its grammar knows the exact forms of its language
    text = " ".join(segment.text for segment in read.segments)
    segments = [_with_month(_with_exact(coherent(segment, context)), text, today) for segment in read.segments]
    slots = [slot for segment in segments for slot in segment.slots]
    told = {slot.name for slot in slots if slot.name is not SlotName.PHONE or contacts.phone(slot.text)}
    if len(segments) == 1 and segments[0].act in _TELLING:
        adult_from = business.prices.adult_from_age
        segments = [_with_asked(segments[0], told, today, context, adult_from)]
    found = replace(read, segments=tuple(segments))
    if found == read:
        return read
    known = {(slot.name, slot.start): slot.value for slot in found.slots if slot.value is not None}
    resolved = resolve(found, business, today, context)
    return replace(resolved, segments=[_with_values(segment, known) for segment in resolved.segments])


def _with_values(segment: Segment, known: Mapping[tuple[SlotName, int], SlotValue]) -> Segment:
    return replace(
        segment,
        slots=tuple(replace(slot, value=known.get((slot.name, slot.start), slot.value)) for slot in segment.slots),
    )


def _bare_answer(read: Understood, context: DialogueContext) -> Understood | None:
    """The message as an answer to the one thing asked, where it is a number and little else."""
    asked = next(iter(context.asked)) if len(context.asked) == 1 else None
    name = _ASKED_NUMBERS.get(asked or "")
    text = " ".join(segment.text for segment in read.segments)
    number = _BARE.fullmatch(text)
    if name is None or number is None or any(slot.name is name for slot in read.slots):
        return None
    slot = Slot(name, number.start("number"), number.end("number"), number["number"], None)
    part = Segment(0, len(text), text, Act.INFORM, 1.0, Topic.BOOK, 1.0, (slot,))
    return replace(read, segments=(part,))


def _with_exact(segment: Segment) -> Segment:
    if segment.act is Act.COMPLAIN:
        return segment
    found = [_slot(segment, SlotName.EMAIL, match) for match in _EMAIL.finditer(segment.text)]
    found += [_slot(segment, SlotName.PHONE, match) for match in _PHONE.finditer(segment.text)]
    adults = _ALL_ADULTS.search(segment.text)
    if adults and segment.act is not Act.ASK and not any(slot.name is SlotName.CHILDREN for slot in segment.slots):
        found.append(replace(_slot(segment, SlotName.CHILDREN, adults), value=0))
    if segment.act is Act.REMOVE and not segment.slots and (gone := _CHILDREN.search(segment.text)):
        found.append(replace(_slot(segment, SlotName.CHILDREN, gone), value=0))  # "the kids arent coming"
    if segment.act is Act.AFFIRM or (segment.act in _TELLING and segment.topic in _OF_A_BOOKING):
        if not any(slot.name is SlotName.TIME for slot in segment.slots):
            found += [_slot(segment, SlotName.TIME, match, "time") for match in _AT.finditer(segment.text)][:1]
        if not any(slot.name is SlotName.DATE for slot in segment.slots):
            found += [_slot(segment, SlotName.DATE, match, "day") for match in _WEEKDAY.finditer(segment.text)][:1]
        found += [count for slot in segment.slots if (count := _count_before(segment, slot))]
    fresh = [slot for slot in found if not any(_overlap(slot, other) for other in segment.slots)]
    if not fresh:
        return segment
    return replace(segment, slots=tuple(sorted((*segment.slots, *fresh), key=lambda slot: slot.start)))


def _count_before(segment: Segment, dish: Slot) -> Slot | None:
    if dish.name is not SlotName.DISH:
        return None
    number = _BEFORE_A_DISH.search(segment.text[: dish.start - segment.start])
    return None if number is None else _slot(segment, SlotName.COUNT, number, "count")


def _with_asked(
    segment: Segment, told: set[SlotName], today: date, context: DialogueContext, adult_from: int
) -> Segment:
    """The segment with the date, time, ages, distance or number to call that was asked for, read from all its words."""
    slots: list[Slot] = list(segment.slots)
    start, end, text = segment.start, segment.end, segment.text
    if "date" in context.asked and SlotName.DATE not in told and isinstance(dates.day(text, today), date):
        slots.append(Slot(SlotName.DATE, start, end, text, None))
    if "time" in context.asked and SlotName.TIME not in told and not slots and times.start(text) is not None:
        slots.append(Slot(SlotName.TIME, start, end, text, None))
    if "ages" in context.asked and not slots and isinstance(ages.age(text, adult_from), AgeRange):
        slots.append(Slot(SlotName.AGE, start, end, text, None))
    elif "ages" in context.asked and not slots and all(int(number) < adult_from for number in _DIGITS.findall(text)):
        slots += [_slot(segment, SlotName.AGE, number) for number in _DIGITS.finditer(text)]
    if "contact" in context.asked and SlotName.PHONE not in told and contacts.phone(text) is not None:
        slots.append(Slot(SlotName.PHONE, start, end, text, None))
    numbers = list(_A_NUMBER.finditer(text)) if context.asked == {"miles"} and SlotName.MILES not in told else []
    if len(numbers) == 1 and len(_DIGITS.findall(text)) < 2:
        slots.append(_slot(segment, SlotName.MILES, numbers[0]))
    return replace(segment, slots=tuple(slots)) if len(slots) > len(segment.slots) else segment


def _with_month(segment: Segment, message: str, today: date) -> Segment:
    """The segment with the month that stands further ahead: "she turns 70 in January … a Sunday, the 10th"."""
    slots = []
    for slot in segment.slots:
        before = _DIGITS.sub(" ", message[: slot.start])
        if slot.name is SlotName.DATE and isinstance(slot.value, date) and _NUMBERED.fullmatch(slot.text.casefold()):
            meant = dates.day(slot.text, today, before=before)
            slot = replace(slot, value=meant) if isinstance(meant, date) else slot
        slots.append(slot)
    return replace(segment, slots=tuple(slots))


def _slot(segment: Segment, name: SlotName, match: re.Match[str], group: str | int = 0) -> Slot:
    start, end = segment.start + match.start(group), segment.start + match.end(group)
    return Slot(name, start, end, match[group], None)


def _overlap(one: Slot, other: Slot) -> bool:
    return one.start < other.end and other.start < one.end
