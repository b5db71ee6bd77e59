"""The facts after one more message: what is told or corrected replaces, what is added or removed counts on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mhc_core.business.rules import Business
from mhc_core.concierge.facts import details, dishes, doubts, guests
from mhc_core.concierge.facts.dishes import Menu
from mhc_core.concierge.facts.heads import counted
from mhc_core.concierge.facts.memory import Facts, Source, sourced
from mhc_core.concierge.facts.party import Party
from mhc_core.understanding.result import (
    Act,
    DialogueContext,
    Segment,
    SlotName,
    Topic,
    Understood,
)

OPTIONAL = ("ages", "children", "miles", "proteins", "name", "contact")
"""What a request can go without when the customer does not want to tell it or cannot."""
NEEDED = ("date", "time", "guests", "address")
"""Without these there is no request."""
_REMEMBERED = 20
_OPEN_AT_ONCE = ("miles", "proteins")
_TELLING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.REMOVE, Act.AFFIRM, Act.DENY)
_ANSWERING = (Act.INFORM, Act.CORRECT, Act.ADD, Act.REMOVE, Act.DENY)
_NOT_OF_THE_PARTY = (Topic.COMPLAINT, Topic.DATA_REQUEST, Topic.OTHER, Topic.PAYMENT, Topic.DAY_OF)
_OF_A_BOOKING = (Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL, Topic.BOOKING_STATUS)


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
    doubted = doubts.read_with_doubt(understood.segments, context)
    new = replace(new, unsure=doubts.after(facts.unsure, new.heads, doubted, doubts.told(understood.segments)))
    return replace(new, changed=True) if facts.reference and new.told != facts.told else new


def names_a_day(segment: Segment) -> bool:
    """Whether a question about booking, or about nothing else of ours, names a day: then it is about that party."""
    dated = any(slot.name is SlotName.DATE and isinstance(slot.value, date) for slot in segment.slots)
    return dated and segment.topic in (Topic.BOOKING_INFO, Topic.OTHER)


def proposed(business: Business, facts: Facts, understood: Understood, source: Source) -> Facts:
    """The facts with what our own staff wrote, once the customer agreed to it."""
    return update(business, facts, understood, DialogueContext(), source)


def _after(business: Business, facts: Facts, segment: Segment, context: DialogueContext) -> Facts:
    facts = details.reachable(facts, segment)
    if segment.topic is Topic.ALLERGY or any(slot.name is SlotName.ALLERGEN for slot in segment.slots):
        facts = details.allergies(facts, segment)
    asks = segment.act is Act.ASK
    if (segment.topic in _NOT_OF_THE_PARTY and not (asks and names_a_day(segment))) or not (
        segment.act in _TELLING or asks
    ):
        return facts
    if asks and segment.topic not in doubts.ASKED_OF_THE_PARTY and not names_a_day(segment):
        return facts
    if segment.topic in _OF_A_BOOKING and not (facts.booking or facts.reference):
        return facts  # a party that is booked already, and not in this conversation
    facts = replace(facts, heads=guests.told(business, facts.heads, segment, context))
    facts = details.place(details.when(facts, segment, context), segment)
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


def _asked(new: Facts, before: Facts, understood: Understood, context: DialogueContext) -> Facts:
    """The facts with what need not be asked again: what is refused, or was twice not answered with anything."""
    refused, asks_back = Act.DENY in understood.acts, Act.ASK in understood.acts
    names = OPTIONAL if asks_back else (*OPTIONAL, *NEEDED)
    open_ = [name for name in names if name in context.asked and not _answered(name, new, before)]
    other = not understood.acts & {*_ANSWERING, Act.ASK} or new.told != before.told
    if not open_ or (other and not refused):
        return new
    decided = [name for name in open_ if name in OPTIONAL and _decided(name, new.unanswered, refused, asks_back)]
    waiting = [name for name in open_ if name not in decided]
    return replace(
        new,
        declined=tuple(dict.fromkeys((*new.declined, *decided))),
        unanswered=(*new.unanswered, *waiting)[-_REMEMBERED:],
        distance_open=new.distance_open or "miles" in decided,
        proteins_open=new.proteins_open or "proteins" in decided,
    )


def _decided(name: str, unanswered: Sequence[str], refused: bool, asks_back: bool) -> bool:
    """Whether a thing that was not answered is not asked again: a question back is no refusal the first times."""
    if refused:
        return True
    if name in _OPEN_AT_ONCE:
        return not asks_back or name in unanswered
    return unanswered.count(name) >= (2 if asks_back else 1)


def _answered(name: str, new: Facts, before: Facts) -> bool:
    return {
        "ages": new.heads != before.heads,
        "children": new.heads != before.heads,
        "miles": new.party.miles is not None,
        "proteins": bool(new.proteins or new.party.upgrades) and not dishes.uncounted(new.party),
        "name": new.name is not None,
        "contact": new.phone is not None or new.email is not None,
        "date": new.day is not None or new.impossible_day is not None,
        "time": new.starts is not None or new.odd_time is not None,
        "guests": new.heads != before.heads,
        "address": new.address is not None,
    }[name]
