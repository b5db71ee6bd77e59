"""The facts after one more message: what is told or corrected replaces, what is added or removed counts on."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from mhc_core.business.rules import Business
from mhc_core.concierge.facts import dishes
from mhc_core.concierge.facts.dishes import Menu
from mhc_core.concierge.facts.heads import Heads, counted, with_ages
from mhc_core.concierge.facts.memory import Allergy, Facts, Source, sourced
from mhc_core.concierge.facts.party import Party
from mhc_core.understanding.result import (
    Act,
    AgeRange,
    DialogueContext,
    ImpossibleDate,
    Segment,
    Slot,
    SlotName,
    Topic,
    Understood,
)

EARLIEST, LATEST = time(9), time(22, 30)
"""A party that begins outside these hours is asked about."""
OPTIONAL = ("ages", "children", "miles", "proteins", "name", "contact")
"""What a request can go without when the customer does not want to tell it or cannot."""
_OPEN_AT_ONCE = ("miles", "proteins")
_TELLING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.REMOVE, Act.AFFIRM, Act.DENY)
_ANSWERING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.REMOVE, Act.DENY)
_ASKED_OF_THE_PARTY = (Topic.PRICE_PARTY, Topic.BOOK, Topic.AVAILABILITY, Topic.BOOKING_CHANGE, Topic.TRAVEL)
_NOT_OF_THE_PARTY = (Topic.COMPLAINT, Topic.DATA_REQUEST, Topic.OTHER, Topic.PAYMENT, Topic.DAY_OF)
_OF_A_BOOKING = (Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL, Topic.BOOKING_STATUS)
_REACH = (SlotName.NAME, SlotName.PHONE, SlotName.EMAIL)
_HEADS = (SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST, SlotName.GUESTS)
_FURTHER = re.compile(r"\b(?:more|extra|additional|another|plus|más|further)\b")
_JOINING = re.compile(r"^\W*(?:oh\W+)?(?:and|plus)\b|\b(?:brings?|bringing|joins?|joining|coming|also|too)\b")
_OF_THEM = re.compile(r"\b(?:of (?:them|those|these|whom|which)|including|inclu\w+|de ellos)\b")
_EVERY = re.compile(r"\b(?:both|all|each|every|twins|triplets|ambos|todos)\b")
_NEGATED = re.compile(r"\b(?:not|instead of|rather than|isn'?t|from)\s+(?:on\s+|the\s+|for\s+)?$")
_PART_OF_AN_ADDRESS = re.compile(r"(?:unit|apt|apartment|suite|ste|#)", re.IGNORECASE)


def update(business: Business, facts: Facts, understood: Understood, context: DialogueContext, source: Source) -> Facts:
    """The facts after one more message, whose slots have their values.

    Args:
        context: what the message was read after; a thing that was asked for and is refused is not asked again.
        source: which message it is, and when it came.
    """
    new = facts
    for segment in understood.segments:
        new = _after(business, new, segment, context)
    new = _asked(new, facts, understood, context)
    new = replace(new, party=_party(business, new))
    new = sourced(facts, new, source)
    return replace(new, changed=True) if facts.reference and new.told != facts.told else new


def names_a_day(segment: Segment) -> bool:
    """Whether a question about booking, or about nothing else of ours, names a day: then it is about that party."""
    dated = any(slot.name is SlotName.DATE and isinstance(slot.value, date) for slot in segment.slots)
    return dated and segment.topic in (Topic.BOOKING_INFO, Topic.OTHER)


def proposed(business: Business, facts: Facts, understood: Understood, source: Source) -> Facts:
    """The facts with what our own staff wrote, once the customer agreed to it."""
    return update(business, facts, understood, DialogueContext(), source)


def _after(business: Business, facts: Facts, segment: Segment, context: DialogueContext) -> Facts:
    facts = _reachable(facts, segment)
    if segment.topic is Topic.ALLERGY or any(slot.name is SlotName.ALLERGEN for slot in segment.slots):
        facts = _allergies(facts, segment)
    asks = segment.act is Act.ASK
    if (segment.topic in _NOT_OF_THE_PARTY and not (asks and names_a_day(segment))) or not (
        segment.act in _TELLING or asks
    ):
        return facts
    if asks and segment.topic not in _ASKED_OF_THE_PARTY and not names_a_day(segment):
        return facts
    if segment.topic in _OF_A_BOOKING and not (facts.booking or facts.reference):
        return facts  # a party that is booked already, and not in this conversation
    facts = replace(facts, heads=_heads(business, facts.heads, segment, context))
    facts = _place(_when(facts, segment, context), segment)
    menu = Menu(facts.proteins, facts.party.upgrades, facts.party.add_ons)
    menu = dishes.changed(business, menu, segment)
    if "proteins" in context.asked:
        menu = dishes.counted(menu, segment)
    return replace(
        facts,
        proteins=menu.proteins,
        proteins_open=facts.proteins_open and not (menu.proteins or menu.upgrades),
        party=replace(facts.party, upgrades=menu.upgrades, add_ons=menu.add_ons),
    )


def _party(business: Business, facts: Facts) -> Party:
    heads = facts.heads
    if not heads.told:
        return facts.party
    if heads.kids is None and "children" in facts.declined:
        heads = replace(heads, kids=0)
    found = counted(business.prices, heads)
    return replace(
        facts.party,
        adults=found.adults,
        children=found.children,
        under_six=found.under_six,
        guests=found.guests,
        open_ages=heads.open or found.doubt is not None,
    )


# --- who comes -------------------------------------------------------------------------------------------------------
def _heads(business: Business, heads: Heads, segment: Segment, context: DialogueContext) -> Heads:
    counts = {name: _count(segment, name) for name in _HEADS}
    told = {name: count for name, count in counts.items() if count is not None}
    ages = [
        slot.value for slot in segment.slots if slot.name is SlotName.AGE and isinstance(slot.value, int | AgeRange)
    ]
    adding = segment.act is Act.ADD or any(_further(segment, name) for name in told)
    if ages and not told and segment.act is Act.INFORM and "ages" not in context.asked:
        # All ages are known: those of "and my cousin brings hers, 5 and 7" are further children's.
        adding = adding or (len(heads.ages) == heads.kids and bool(_JOINING.search(segment.text.casefold())))
    if segment.act is Act.REMOVE and any(told.values()):
        return _fewer(heads, told)
    if adding and heads.told and (told or ages):
        return _more(business, heads, told, ages)
    if told:
        heads = _replaced(heads, told, segment)
    elif segment.act is Act.DENY and context.asked & {"children", "ages"} and not heads.kids and not ages:
        heads = replace(heads, kids=0, ages=())
    asked = bool(context.asked & {"ages", "children", "guests"})
    if ages and (heads.kids or asked or len(ages) > 1):
        if segment.act is Act.CORRECT and heads.ages and len(ages) < (heads.kids or 0):
            return replace(heads, ages=())  # "the youngest is 6, not 5": they are asked for again
        heads = with_ages(business.prices, heads, ages, bool(_EVERY.search(segment.text.casefold())), False)
    return heads


def _count(segment: Segment, name: SlotName) -> int | None:
    values = [slot.value for slot in segment.slots if slot.name is name]
    if not values or not all(isinstance(value, int) for value in values):
        return None
    numbers = [value for value in values if isinstance(value, int)]
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


# --- when and where --------------------------------------------------------------------------------------------------
def _when(facts: Facts, segment: Segment, context: DialogueContext) -> Facts:
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
    """The slot that counts where one is named several times: not one that is denied, a number before a mere weekday."""
    found = [slot for slot in segment.slots if slot.name is name and fits(slot)]
    kept = [slot for slot in found if not _NEGATED.search(segment.text[: slot.start - segment.start].casefold())]
    exact = [slot for slot in kept if any(letter.isdigit() for letter in slot.text)]
    named = exact or kept or found
    return named[-1] if named else None


def _place(facts: Facts, segment: Segment) -> Facts:
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
    slot = _last(segment, name, lambda slot: True)
    return None if slot is None else str(slot.value or slot.text)


def _reachable(facts: Facts, segment: Segment) -> Facts:
    if segment.act is Act.REMOVE:
        return facts
    name, phone, email = (_text(segment, each) for each in _REACH)
    return replace(facts, name=name or facts.name, phone=phone or facts.phone, email=email or facts.email)


def _allergies(facts: Facts, segment: Segment) -> Facts:
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


# --- what was asked and not answered ---------------------------------------------------------------------------------
def _asked(new: Facts, before: Facts, understood: Understood, context: DialogueContext) -> Facts:
    """The facts with what need not be asked again: what is refused, or was twice not answered with anything."""
    open_ = [name for name in OPTIONAL if name in context.asked and not _answered(name, new, before)]
    refused, asks_back = Act.DENY in understood.acts, Act.ASK in understood.acts
    other = not understood.acts & {*_ANSWERING, Act.ASK} or new.told != before.told
    if not open_ or (other and not refused):
        return new
    decided = [
        name
        for name in open_
        if refused or new.unanswered.count(name) >= (2 if asks_back and name not in _OPEN_AT_ONCE else 1)
        or (name in _OPEN_AT_ONCE and not asks_back)
    ]  # fmt: skip
    waiting = [name for name in open_ if name not in decided]
    return replace(
        new,
        declined=tuple(dict.fromkeys((*new.declined, *decided))),
        unanswered=(*new.unanswered, *waiting),
        distance_open=new.distance_open or "miles" in decided,
        proteins_open=new.proteins_open or "proteins" in decided,
    )


def _answered(name: str, new: Facts, before: Facts) -> bool:
    return {
        "ages": new.heads != before.heads,
        "children": new.heads != before.heads,
        "miles": new.party.miles is not None,
        "proteins": bool(new.proteins or new.party.upgrades) and not dishes.uncounted(new.party),
        "name": new.name is not None,
        "contact": new.phone is not None or new.email is not None,
    }[name]
