"""What of a message was read with doubt, so that it is asked again and never sent as if it were certain.

Three signs: a slot that the model itself holds unlikely, a number that belongs to no slot, and guests that do not add
up. They are about what a wrong request costs most: who comes, how far away, and how many portions.
"""

import re
from collections.abc import Sequence

from mhc_core.business.rules import Prices
from mhc_core.concierge.facts.heads import Heads, counted
from mhc_core.concierge.facts.memory import Facts
from mhc_core.language.number_words import VALUES
from mhc_core.understanding.result import Act, DialogueContext, Segment, Slot, SlotName, Topic
from mhc_core.understanding.values.calendar_words import MONTHS, canonical
from mhc_core.understanding.values.word_lists import meaning

SURE_FROM, HALF_SURE_FROM = 0.65, 0.3
"""A count of people, and a date, a time or portions, with less probability are asked again."""
ASKED_AGAIN = 1
"""How often a thing read with doubt is asked again before a person looks at it."""
_OF = {
    SlotName.ADULTS: "guests",
    SlotName.GUESTS: "guests",
    SlotName.CHILDREN: "children",
    SlotName.YOUNGEST: "children",
    SlotName.AGE: "children",
    SlotName.MILES: "miles",
    SlotName.DISH: "proteins",
    SlotName.COUNT: "proteins",
    SlotName.DATE: "date",
    SlotName.TIME: "time",
}
_ASKED = {"guests": "guests", "ages": "children", "children": "children", "miles": "miles", "proteins": "proteins"}
_PEOPLE = frozenset({"guests", "children"})
_MAY_TELL = frozenset({Act.CORRECT, Act.ADD, Act.REMOVE, Act.AFFIRM, Act.INFORM})
_OTHER = frozenset({Topic.COMPLAINT, Topic.OTHER, Topic.DATA_REQUEST, Topic.PAYMENT})
ASKED_OF_THE_PARTY = (Topic.PRICE_PARTY, Topic.BOOK, Topic.AVAILABILITY, Topic.BOOKING_CHANGE, Topic.TRAVEL)
"""A question about these is about the customer's own party, and its counts are facts."""
_WORDS = "|".join(word for word, value in VALUES.items() if value > 1)
_NUMBER = re.compile(rf"(?:\b(?:at|to|for|by)\s+)?(?:(?<![\w.])\d[\w:.,/-]*|\b(?:{_WORDS})\b(?!-?\w))", re.IGNORECASE)
_DAY_OF_A_MONTH = re.compile(
    rf"\b\d{{1,2}}th\b|\b\d{{1,2}} (?:of )?(?:{'|'.join(MONTHS)})\b|\b(?:{'|'.join(MONTHS)}) \d{{1,2}}\b"
)
_FURTHER = re.compile(
    r"\W*(?:and|n|plus|y|&|\+|,)\s+(?:(?:my|his|her|our|the|mi|su)\s+)?(?P<person>[^\W\d]+)", re.IGNORECASE
)
_HEADS = (SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS)
_DENIED_CHARS = 40
_DENIED = re.compile(r"\b(?:not|instead of|rather than|isn['’]?t|from)\s+(?:the\s+|just\s+)?$", re.IGNORECASE)


def read_with_doubt(segments: Sequence[Segment], context: DialogueContext) -> frozenset[str]:
    """Which of date, time, guests, children, miles and proteins a message tells in a way that leaves doubt."""
    found: set[str] = set()
    for segment in segments:
        if not _tells(segment):
            continue
        told = {_OF[slot.name] for slot in segment.slots if slot.name in _OF}
        about = (told - {"date", "time"}) or {_ASKED[name] for name in context.asked if name in _ASKED}
        if numbers_left(segment):
            found |= about
        dated = any(slot.name is SlotName.DATE for slot in segment.slots)
        if dated and _DAY_OF_A_MONTH.search(canonical(_without_slots(segment))):
            found.add("date")
        found |= {_OF[slot.name] for slot in segment.slots if _unlikely(slot, segment)}
        if any(slot.name in _HEADS and _further_person(segment, slot) for slot in segment.slots):
            found.add("guests")
    return frozenset(found)


def _tells(segment: Segment) -> bool:
    """Whether the facts take anything from a segment; a question tells who comes too ("can you do 12 on the 3rd?")."""
    if segment.act is Act.ASK:
        return segment.topic in ASKED_OF_THE_PARTY and any(slot.name in _HEADS for slot in segment.slots)
    return segment.act in _MAY_TELL and segment.topic not in _OTHER


def _unlikely(slot: Slot, segment: Segment) -> bool:
    if slot.name not in _OF or slot.name in (SlotName.MILES, SlotName.DISH):
        return False
    if slot.name in (SlotName.DATE, SlotName.TIME, SlotName.COUNT):
        return slot.probability < HALF_SURE_FROM
    childless = any(other.name is SlotName.CHILDREN and other.value == 0 for other in segment.slots)
    grown = childless and slot.name in (SlotName.ADULTS, SlotName.GUESTS)  # then either name counts the same
    plain = grown or (slot.name is SlotName.CHILDREN and slot.value == 0)
    return (slot.probability < SURE_FROM and not plain) or (slot.name in _HEADS and slot.value is None)


def _further_person(segment: Segment, slot: Slot) -> bool:
    """Whether somebody is named right after a count and belongs to none: "nine ladies and myself"."""
    named = _FURTHER.match(_without_slots(segment), slot.end - segment.start)
    return named is not None and named["person"].casefold() in meaning("persons")


def numbers_left(segment: Segment) -> list[str]:
    """Numbers of the segment that belong to nothing that was understood, with the word before them."""
    text = _without_slots(segment)
    return [
        found[0].strip(" .,")
        for found in _NUMBER.finditer(text)
        if not _DENIED.search(text, max(0, found.start() - _DENIED_CHARS), found.start())
    ]


def _without_slots(segment: Segment) -> str:
    text = segment.text
    for slot in segment.slots:
        start, end = slot.start - segment.start, slot.end - segment.start
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def after(before: Sequence[str], heads: Heads, doubted: frozenset[str], told: frozenset[str]) -> tuple[str, ...]:
    """What stays in doubt after a message: a name once for each time it was told with doubt.

    Told again without doubt it is certain, and so are ``heads`` whose parts make up the total that was told with them.
    """
    unsure = [*(name for name in before if name in doubted or name not in told), *sorted(doubted)]
    aged = bool(heads.kids) and len(heads.ages) == heads.kids
    certain = _PEOPLE if _adds_up(heads) else {"children"} if aged else frozenset[str]()
    return tuple(name for name in unsure if name not in certain)


def _adds_up(heads: Heads) -> bool:
    if None in (heads.guests, heads.adults, heads.kids):
        return False
    young = 0 if heads.within else heads.youngest or 0
    agrees = len(heads.ages) in (0, heads.kids)
    return agrees and heads.guests == (heads.adults or 0) + (heads.kids or 0) + young


def told(segments: Sequence[Segment]) -> frozenset[str]:
    """Which of the things that can be in doubt a message tells."""
    return frozenset(_OF[slot.name] for segment in segments for slot in segment.slots if slot.name in _OF)


def again(facts: Facts) -> frozenset[str]:
    """What was read with doubt and is asked again."""
    return frozenset(name for name in facts.unsure if facts.unsure.count(name) <= ASKED_AGAIN)


def lasting(prices: Prices, facts: Facts) -> bool:
    """Whether something a request would tell is in doubt after it was asked again: a person looks at it then."""
    contradicts = facts.heads.told and counted(prices, facts.heads).doubt is not None
    return contradicts or any(facts.unsure.count(name) > ASKED_AGAIN for name in facts.unsure)
