"""Who comes, as a message tells it: counts and ages that replace, add or take away."""

import re
from collections.abc import Sequence
from dataclasses import replace

from mhc_core.business.rules import Business
from mhc_core.concierge.facts.heads import Heads, counted, with_ages
from mhc_core.understanding.result import Act, AgeRange, DialogueContext, Segment, SlotName

_HEADS = (SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS)
_FURTHER = re.compile(r"\b(?:more|extra|additional|another|plus|más|further)\b")
_JOINING = re.compile(r"^\W*(?:oh\W+)?(?:and|plus)\b|\b(?:brings?|bringing|joins?|joining|coming|also|too)\b")
_LEAVING = re.compile(
    r"\b(?:(?:can'?t|cannot|won'?t|not|isn'?t|aren'?t) (?:make it|com(?:e|ing)|join(?:ing)?)|dropped out|dropping out"
    r"|bailed|backed out|cancell?ed on us|no (?:puede|pueden|viene|vienen))\b"
)
_NOW = re.compile(
    r"\b(?:so|now|makes?(?: it| us)?|leaves?(?: us)?|down to|that'?s|only|we'?re|we are|becomes?)\W+(?:\w+\W+)?$"
)
_FEWER = re.compile(r"\W*(?:fewer|less|menos)\b")
_OF_THEM = re.compile(
    r"\b(?:of (?:them|those|these|whom|which)|including|inclu\w+|de ellos|de los cuales)\b|其中|(?:その)?うち"
)
_ALTOGETHER = re.compile(r"\b(?:altogether|all together|in all|in total|total|en total)\b")
_OF_AGE = re.compile(
    r"\W*(?:(?:all )?(?:aged|of age)|del?|(?:que )?tienen|的(?:孩子|小孩|小朋友|儿童|兒童)?"
    r"|の(?:子(?:供|ども)?|お子(?:様|さん))?[がは]?|[がは])\W*|",
    re.IGNORECASE,
)
"""Between children and the one age of all of them: "4 kids aged 8", "4 niños de 8 años"; nothing in "4个8岁的孩子"."""
_EVERY = re.compile(r"\b(?:both|all|each|every|twins|triplets|ambos|todos)\b|都|全|みんな|双")


def told(business: Business, heads: Heads, segment: Segment, context: DialogueContext) -> Heads:
    """The heads after one segment of a message."""
    segment = _with_total(segment)
    counts = {name: _count(segment, name) for name in _HEADS}
    told = {name: count for name, count in counts.items() if count is not None}
    ages = [
        slot.value for slot in segment.slots if slot.name is SlotName.AGE and isinstance(slot.value, int | AgeRange)
    ]
    adding = segment.act is Act.ADD or any(_further(segment, name) for name in told)
    if ages and not told and segment.act is Act.INFORM and "ages" not in context.asked:
        # All ages are known: those of "and my cousin brings hers, 5 and 7" are further children's.
        adding = adding or (len(heads.ages) == heads.kids and bool(_JOINING.search(segment.text.casefold())))
    leaving = segment.act in (Act.CORRECT, Act.INFORM) and heads.told and bool(_LEAVING.search(segment.text.casefold()))
    if (segment.act is Act.REMOVE or leaving) and any(told.values()) and not _what_is_left(segment):
        return _fewer(heads, told)
    if adding and heads.told and (told or ages):
        return _more(business, heads, told, ages)
    if len(ages) > 2 and not told and context.asked & {"children", "guests"} and ages[0] == len(ages) - 1:
        told, ages = {SlotName.CHILDREN: len(ages) - 1}, ages[1:]  # "4. 9, 6, 3 and a newborn"
    spread = _ages_by_count(segment)
    if spread and sum(spread.values()) in (heads.kids, told.get(SlotName.CHILDREN)):
        ages = [age for age, count in spread.items() for _ in range(count)]
    if told and "proteins" in context.asked and segment.act is Act.INFORM and _split(heads) is not None:
        return heads  # "for two kids chicken": they are among those who were counted
    if told:
        known, heads = heads, _replaced(heads, told, segment)
        if "guests" in context.asked and known.told and counted(business.prices, heads).doubt:
            heads = _replaced(Heads(), told, segment)  # told anew, as what was told before did not agree
    elif segment.act is Act.DENY and context.asked & {"children", "ages"} and not heads.kids and not ages:
        heads = replace(heads, kids=0, ages=())
    asked = bool(context.asked & {"ages", "children", "guests"})
    if ages and (heads.kids or asked or len(ages) > 1):
        if segment.act is Act.CORRECT and heads.ages and len(ages) < (heads.kids or 0):
            return replace(heads, ages=())  # "the youngest is 6, not 5": they are asked for again
        heads = with_ages(business.prices, heads, ages, bool(_EVERY.search(segment.text.casefold())), False)
    return heads


def _with_total(segment: Segment) -> Segment:
    """The segment with a count of adults that is told as the total, "8 grownups and 3 teens, 11 altogether", as one."""
    adults = [slot for slot in segment.slots if slot.name is SlotName.ADULTS]
    if len(adults) < 2 or not _ALTOGETHER.search(segment.text.casefold(), adults[-1].start - segment.start):
        return segment
    slots = [replace(slot, name=SlotName.GUESTS) if slot is adults[-1] else slot for slot in segment.slots]
    return replace(segment, slots=tuple(slots))


def _what_is_left(segment: Segment) -> bool:
    """Whether the count beside somebody who does not come is of those who do: "she cannot come, so ten adults"."""
    text = segment.text.casefold()
    return any(
        _NOW.search(text[: slot.start - segment.start]) and not _FEWER.match(text, slot.end - segment.start)
        for slot in segment.slots
        if slot.name in _HEADS
    )


def _ages_by_count(segment: Segment) -> dict[int, int]:
    """How many have which age: "five are 7 and three are 8", "four aged 8". Empty unless each count stands before its
    own age."""
    slots = [slot for slot in segment.slots if slot.name in (SlotName.CHILDREN, SlotName.AGE)]
    if len(slots) == 2:
        count, age = sorted(slots, key=lambda slot: slot.name is SlotName.AGE)
        between = segment.text[slots[0].end - segment.start : slots[1].start - segment.start]
        of_age = age.name is not count.name and _OF_AGE.fullmatch(between)
        if of_age and isinstance(age.value, int) and isinstance(count.value, int):
            return {age.value: count.value}
        return {}
    pairs = list(zip(slots[::2], slots[1::2], strict=False))
    by_age = {
        age.value: count.value
        for count, age in pairs
        if count.name is SlotName.CHILDREN and isinstance(count.value, int) and isinstance(age.value, int)
    }
    return by_age if len(by_age) == len(pairs) and len(slots) % 2 == 0 else {}


def _count(segment: Segment, name: SlotName) -> int | None:
    values = [slot.value for slot in segment.slots if slot.name is name]
    numbers = [value for value in values if isinstance(value, int)]
    if not numbers:
        return None
    return numbers[-1] if name is SlotName.GUESTS or segment.act is Act.CORRECT else sum(numbers)


def _further(segment: Segment, name: SlotName) -> bool:
    said = " ".join(slot.text for slot in segment.slots if slot.name is name)
    return bool(_FURTHER.search(said.casefold()))


def _replaced(heads: Heads, told: dict[SlotName, int], segment: Segment) -> Heads:
    adults, kids = told.get(SlotName.ADULTS), told.get(SlotName.CHILDREN)
    youngest, guests = told.get(SlotName.YOUNGEST), told.get(SlotName.GUESTS)
    new = replace(
        heads,
        adults=heads.adults if adults is None else adults,
        kids=heads.kids if kids is None else kids,
        youngest=heads.youngest if youngest is None else youngest,
        guests=heads.guests if guests is None else guests,
        within=bool(_OF_THEM.search(segment.text.casefold())) if youngest else heads.within,
    )
    if kids is not None and len(heads.ages) != kids:
        new = replace(new, ages=(), open=False)
    if guests is not None and adults is None and guests != heads.guests and _split(heads) not in (None, guests):
        # The total is another now: nobody knows yet who is more or fewer, but with no children it is the adults.
        alone = not heads.kids and heads.kids is not None and not heads.youngest
        return replace(new, adults=None) if alone else Heads(guests=guests)
    if guests is None and heads.guests is not None and _split(new) not in (None, heads.guests):
        whole = adults is not None and (kids is not None or youngest is not None)
        if whole or segment.act is Act.CORRECT:
            return replace(new, guests=None)
    return new


def _split(heads: Heads) -> int | None:
    """Everybody, as far as it follows from the parts; None where a part is not known."""
    if heads.adults is None:
        return None
    return heads.adults + (heads.kids or 0) + (0 if heads.within else heads.youngest or 0)


def _more(business: Business, heads: Heads, told: dict[SlotName, int], ages: Sequence[int | AgeRange]) -> Heads:
    kids = told.get(SlotName.CHILDREN, len(ages) if not told else 0)
    adults, youngest = told.get(SlotName.ADULTS, 0), told.get(SlotName.YOUNGEST, 0)
    guests = told.get(SlotName.GUESTS, 0)
    further = kids + adults + youngest
    if guests and not further and heads.adults is not None and heads.kids is None and not heads.youngest:
        adults = further = guests  # only adults were spoken of so far
    elif guests and not further:
        return Heads(guests=_total(heads) + guests)
    new = replace(
        heads,
        adults=heads.adults if not adults else (heads.adults or 0) + adults,
        kids=heads.kids if not kids else (heads.kids or 0) + kids,
        youngest=heads.youngest if not youngest else (heads.youngest or 0) + youngest,
        guests=None if heads.guests is None else heads.guests + further,
    )
    return with_ages(business.prices, new, ages, False, True) if ages else new


def _fewer(heads: Heads, told: dict[SlotName, int]) -> Heads:
    adults, kids = told.get(SlotName.ADULTS, 0), told.get(SlotName.CHILDREN, 0)
    youngest, guests = told.get(SlotName.YOUNGEST, 0), told.get(SlotName.GUESTS, 0)
    if guests and not (adults or kids or youngest):
        if heads.kids or heads.youngest or heads.adults is None:
            return Heads(guests=max(_total(heads) - guests, 0))
        adults = guests
    gone = adults + kids + youngest
    left = None if heads.kids is None else max(heads.kids - kids, 0)
    return replace(
        heads,
        adults=None if heads.adults is None else max(heads.adults - adults, 0),
        kids=left,
        youngest=None if heads.youngest is None else max(heads.youngest - youngest, 0),
        guests=None if heads.guests is None else max(heads.guests - gone, 0),
        ages=heads.ages if not kids else (),
    )


def _total(heads: Heads) -> int:
    return heads.guests if heads.guests is not None else _split(heads) or 0
