"""What was read without what contradicts itself, in the message or with what was asked.

The model reads each word by its neighbours; the whole sometimes leaves no choice: a bare number in answer to the miles
counts no guests, and "grandkids" are children whatever the slot was called.
"""

import re
from dataclasses import replace

from mhc_core.language.number_words import TENS, VALUES
from mhc_core.understanding.result import Act, DialogueContext, Segment, Slot, SlotName, Topic

_CHILDREN = re.compile(r"\b(?:grand)?(?:kids?|kiddos?|child\w*|babies)\b|\bniñ[oa]s?\b|\bnietos\b", re.IGNORECASE)
_ADULTS = re.compile(r"\badults?\b|\bgrown[ -]?(?:ups?|people|folks)\b|\badultos?\b", re.IGNORECASE)
_WORDS = "|".join(VALUES)
_HOUR = re.compile(rf"\d{{1,2}}|{_WORDS}", re.IGNORECASE)
_BEFORE_A_NUMBER = re.compile(rf"\b(?:{'|'.join(TENS)}|\w+ hundred(?: and)?)[ -]$", re.IGNORECASE)
_BEFORE_A_DAY = re.compile(rf"\b(?:an?|\d{{1,2}}|{_WORDS}) (?:days?|weeks?|months?) (?:from|after) $", re.IGNORECASE)
_SURE_FROM = 0.6
_STARTS_WITH_A_NUMBER = re.compile(rf"(?:\d|(?:{_WORDS})\b)", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:[,.&+]|(?:and|y)\b|$)", re.IGNORECASE)
_NEXT_WORD = re.compile(r" \w+")
_HEADS = (SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS)
_NUMBERS = (*_HEADS, SlotName.AGE, SlotName.MILES, SlotName.COUNT)
_PAST = re.compile(r"\blast (?:year|time|month|week|summer|spring|fall|winter|christmas)\b", re.IGNORECASE)
_OF_A_SENT_ONE = (Topic.BOOKING_STATUS, Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL)
_TO_COME = (Topic.BOOK, Topic.PRICE_PARTY, Topic.AVAILABILITY)
_CAN_WAIT = frozenset({"proteins", "miles", "name", "contact"})


def coherent(segment: Segment, context: DialogueContext) -> Segment:
    """The segment without what contradicts itself.

    A complaint is about something that went wrong, so details of a party to come are told; grandkids are children; and
    a day told first is that of a new party, unless it is surely about one that is booked.
    """
    tells = segment.topic in _TO_COME and bool(segment.slots)
    act = Act.INFORM if segment.act is Act.COMPLAIN and tells else segment.act
    if act is Act.GOODBYE and context.asked & _CAN_WAIT:
        act = Act.DENY  # "later"
    counted = () if _PAST.search(segment.text) else _HEADS  # "you cooked for 30 of us last year"
    slots = tuple(
        _named(_whole(slot, segment), segment, context)
        for slot in segment.slots
        if (slot.name in counted or slot.name not in _HEADS) and not _misread(slot, segment, context)
    )
    dated = SlotName.DATE not in context.known and any(slot.name is SlotName.DATE for slot in slots)
    unsure = segment.topic in _OF_A_SENT_ONE and segment.topic_probability < _SURE_FROM
    return replace(segment, act=act, slots=slots, topic=Topic.BOOK if dated and unsure else segment.topic)


def _misread(slot: Slot, segment: Segment, context: DialogueContext) -> bool:
    """Whether a slot cannot be what it was taken for: a mere number for another time than the one that is known, or for
    guests in answer to the miles; an unlikely name while something else was asked; where the miles are counted from for
    the city of the party."""
    if slot.name in _HEADS:
        return context.asked == {"miles"} and slot.text.isdigit() and segment.act is Act.INFORM
    if slot.name is SlotName.CITY:
        return SlotName.CITY in context.known and "miles" in context.asked and segment.act is Act.INFORM
    if slot.name is SlotName.NAME:
        return slot.probability < _SURE_FROM and bool(context.asked) and not context.asked & {"name", "contact"}
    if slot.name is not SlotName.TIME or segment.act is Act.CORRECT or not _HOUR.fullmatch(slot.text):
        return False
    return SlotName.TIME in context.known and bool(context.asked) and "time" not in context.asked


def _whole(slot: Slot, segment: Segment) -> Slot:
    """The slot with all of its number: "forty two miles" where only "two miles" was found, "two weeks from" a day."""
    head = segment.text[: slot.start - segment.start]
    if slot.name is SlotName.DATE and (before := _BEFORE_A_DAY.search(head)):
        return replace(slot, start=segment.start + before.start(), text=before[0] + slot.text, value=None)
    before = _BEFORE_A_NUMBER.search(head)
    if before is None or not _STARTS_WITH_A_NUMBER.match(slot.text) or slot.name not in _NUMBERS:
        return slot
    return replace(slot, start=segment.start + before.start(), text=before[0] + slot.text, value=None)


def _named(slot: Slot, segment: Segment, context: DialogueContext) -> Slot:
    """The slot under the name that its own noun, or what was asked, gives it."""
    if slot.name is SlotName.YOUNGEST and context.asked & {"ages", "children"} and slot.probability < _SURE_FROM:
        return replace(slot, name=SlotName.AGE, value=None)  # "9, 6, 3 and the newborn"
    if _are_children(slot):
        return replace(slot, name=SlotName.CHILDREN)
    aged = any(other.name is SlotName.AGE for other in segment.slots)
    grown = slot.name in (SlotName.ADULTS, SlotName.GUESTS)
    listed = _LISTED.match(segment.text, slot.end - segment.start)  # not "16 are 13 or older, 4 are 6 to 12"
    if grown and "ages" in context.asked and aged and listed and _HOUR.fullmatch(slot.text):
        return replace(slot, name=SlotName.AGE, value=None)  # "15, 12, 9, 6 and 2"
    following = _NEXT_WORD.match(segment.text, slot.end - segment.start)
    noun = slot.text + (following[0] if following else "")
    adults, children = bool(_ADULTS.search(noun)), bool(_CHILDREN.search(noun))
    if grown and adults and not children:
        return replace(slot, name=SlotName.ADULTS, probability=max(slot.probability, _SURE_FROM))
    if slot.name is SlotName.CHILDREN and children and not adults:
        return replace(slot, probability=max(slot.probability, _SURE_FROM))
    return slot


def _are_children(slot: Slot) -> bool:
    if slot.name is SlotName.YOUNGEST:
        return slot.probability < _SURE_FROM  # their ages are asked for then
    return slot.name is SlotName.ADULTS and bool(_CHILDREN.search(slot.text))
