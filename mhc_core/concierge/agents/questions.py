"""What a booking asks for, in plain words: one question at a time, in a fixed order.

The words name what is asked for by its obvious noun, as customers' own software reads them too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mhc_core.business.rules import Business
from mhc_core.concierge.agents import handover
from mhc_core.concierge.facts import dishes
from mhc_core.concierge.facts.details import meant
from mhc_core.concierge.facts.heads import counted
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.tools import booking, quote
from mhc_core.languages import ENGLISH, current, known, listed, marked, named, read_back, speaking, translated

TOGETHER = (("date", "time"), ("guests",), ("ages",), ("children",), ("address",), ("miles",), ("proteins",), ("name",),
            ("contact",))  # fmt: skip
"""What is asked in one question, in the order of asking."""
OPENING = marked(
    "Happy to set that up! I cannot see the calendar, so I put together a request and our team tells you whether the "
    "date is free; it stands once it is confirmed."
)
"""What every answer says that begins a booking."""
SENT = marked("Your request {reference} is with our team: {day} at {time}.")
CONFIRM = marked("Shall I send this request to our team?")
CONFIRM_CHANGE = marked("Shall I send the change to our team?")
ASK = marked("Please tell me {needs}.")
_REFERENCE = re.compile(r"\w+-[0-9A-F]{8}")
_FROM_ENGLISH = re.compile(r"\brequest (?P<reference>\w+-[0-9A-F]{8}) is with our team")
_BEGUN_IN_ENGLISH = "I put together a request"
_NOUNS = {
    "date": marked("the date"),
    "time": marked("the start time"),
    "guests": marked("how many guests"),
    "ages": marked("the ages of the children"),
    "children": marked("how many children"),
    "address": marked("the address"),
    "miles": marked("how many miles"),
    "proteins": marked("which proteins"),
    "name": marked("your name"),
    "contact": marked("a phone number or e-mail address"),
}


_EXAMPLES = {
    "date": marked("“December 12”"),
    "time": marked("“6:30 pm”"),
    "guests": marked("“12 adults and 2 children”"),
    "ages": marked("“7, 9 and 12”"),
    "address": marked("“12 Oak Street, Davis”"),
}


@dataclass(frozen=True, slots=True)
class Pending:
    """The question that a booking waits with. ``notes`` tell the next turn what was asked."""

    text: str
    notes: Mapping[str, Any] = field(default_factory=dict)


def pending(business: Business, facts: Facts) -> Pending | None:
    """The next question of a booking that is being put together; None where there is none."""
    if not facts.booking or (facts.reference and not facts.changed):
        return None
    needs = following(booking.missing(business, facts))
    if needs:
        return Pending(translated(ASK, needs=asked(business, facts, needs)), {"missing": list(needs)})
    return Pending(translated(CONFIRM_CHANGE if facts.reference else CONFIRM), {"confirm": True})


def following(missing: Sequence[str]) -> tuple[str, ...]:
    """What of all that is missing is asked for now."""
    for group in TOGETHER:
        needs = tuple(name for name in group if name in missing)
        if needs:
            return needs
    return ()


def asked(business: Business, facts: Facts, needs: Sequence[str]) -> str:
    """The words for what is asked."""
    return listed([_words(business, facts, name) + _example(facts, name) for name in needs])


def _example(facts: Facts, name: str) -> str:
    """How an answer may look, once one could not be read."""
    if name not in facts.unanswered or name not in _EXAMPLES:
        return ""
    return translated(", such as {example}", example=translated(_EXAMPLES[name]))


def _words(business: Business, facts: Facts, name: str) -> str:
    noun = translated(_NOUNS[name])
    if name == "time" and facts.odd_time is not None:
        said, likely = booking.clock(facts.odd_time), booking.clock(meant(facts.odd_time))
        if said == likely:
            return translated("{noun}: you wrote {said}, is {likely} right", noun=noun, said=said, likely=likely)
        return translated("{noun}: did you mean {likely}", noun=noun, likely=likely)
    if name == "guests":
        return translated("{noun} come: how many adults and how many children", noun=noun)
    if name == "ages":
        people, prices = counted(business.prices, facts.heads), business.prices
        if people.adults is None:
            return translated(
                "how many of your {guests} guests are children, and {noun}", guests=people.guests, noun=noun
            )
        return translated(
            "{noun}: {child_from} to {child_to} pay the child's price",
            noun=noun,
            child_from=prices.child_from_age,
            child_to=prices.adult_from_age - 1,
        )
    if name == "children":
        return translated("{noun} come along, and their ages", noun=noun)
    if name == "address":
        return translated("{noun} of the party, with the city", noun=noun)
    if name == "miles":
        return translated("about {noun} that is from our kitchen, if you know", noun=noun)
    if name == "proteins":
        return _proteins(business, facts, noun)
    if name == "contact":
        return translated("{noun} to reach you", noun=noun)
    return translated("{noun}, as the person who books", noun=noun) if name == "name" else noun


def _proteins(business: Business, facts: Facts, noun: str) -> str:
    open_ = dishes.uncounted(facts.party)
    if open_:
        return translated("for how many guests you would like {dishes}", dishes=listed(list(map(named, open_))))
    menu = business.menu
    premium = [name for name, upgrade in business.upgrades.items() if upgrade.premium]
    return translated(
        "{noun} you would like: {number} for each guest out of {proteins} ({premium} cost extra); undecided is fine "
        "too",
        noun=noun,
        number=menu.proteins_included,
        proteins=", ".join(map(named, menu.proteins)),
        premium=", ".join(map(named, premium)),
    )


def with_state(facts: Facts, answer: str) -> Facts:
    """The facts with the state of a booking as one of our own answers tells it, where the facts were not stored."""
    sent = _FROM_ENGLISH.search(answer) or read_back(SENT, answer)
    if sent is not None and _REFERENCE.fullmatch(sent["reference"]):
        return replace(facts, booking=True, reference=sent["reference"], changed=False)
    begun = _BEGUN_IN_ENGLISH in answer or read_back(OPENING, answer) is not None
    return replace(facts, booking=True) if begun else facts


def asked_in(business: Business, answer: str) -> Mapping[str, Any]:
    """What one of our own answers asked for, in whichever language, where its notes are not at hand, such as in a
    client's transcript."""
    last = answer.strip().rsplit("\n", 1)[-1]
    for language in dict.fromkeys((current(), *known())):
        with speaking(language):
            if found := _asked_in(business, last):
                return found
    return {}


def _asked_in(business: Business, last: str) -> Mapping[str, Any]:
    if translated(CONFIRM) in last or translated(CONFIRM_CHANGE) in last:
        return {"confirm": True}
    if handover.offer_text(business) in last:
        return {"offered_person": True}
    if quote.how_far() in last:
        return {"missing": ["miles"]}
    said = "lease tell me" if current() == ENGLISH else translated(ASK, needs="\n")
    if not all(part in last for part in said.split("\n")):
        return {}
    asked_for = following([name for name, noun in _NOUNS.items() if translated(noun) in last])
    return {"missing": list(asked_for)} if asked_for else {}
