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
from mhc_core.concierge.tools import booking

TOGETHER = (("date", "time"), ("guests",), ("ages",), ("children",), ("address",), ("miles",), ("proteins",), ("name",),
            ("contact",))  # fmt: skip
"""What is asked in one question, in the order of asking."""
OPENING = "I put together a request"
"""What every answer says that begins a booking."""
_SENT = re.compile(r"\brequest (?P<reference>\w+-[0-9A-F]{8}) is with our team")
CONFIRM = "Shall I send this request to our team?"
CONFIRM_CHANGE = "Shall I send the change to our team?"
_NOUNS = {
    "date": "the date",
    "time": "the start time",
    "guests": "how many guests",
    "ages": "the ages of the children",
    "children": "how many children",
    "address": "the address",
    "miles": "how many miles",
    "proteins": "which proteins",
    "name": "your name",
    "contact": "a phone number or e-mail address",
}


_EXAMPLES = {
    "date": "“December 12”",
    "time": "“6:30 pm”",
    "guests": "“12 adults and 2 children”",
    "ages": "“7, 9 and 12”",
    "address": "“12 Oak Street, Davis”",
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
        return Pending(f"Please tell me {asked(business, facts, needs)}.", {"missing": list(needs)})
    return Pending(CONFIRM_CHANGE if facts.reference else CONFIRM, {"confirm": True})


def following(missing: Sequence[str]) -> tuple[str, ...]:
    """What of all that is missing is asked for now."""
    for group in TOGETHER:
        needs = tuple(name for name in group if name in missing)
        if needs:
            return needs
    return ()


def asked(business: Business, facts: Facts, needs: Sequence[str]) -> str:
    """The words for what is asked."""
    return " and ".join(_words(business, facts, name) + _example(facts, name) for name in needs)


def _example(facts: Facts, name: str) -> str:
    """How an answer may look, once one could not be read."""
    return f", such as {_EXAMPLES[name]}" if name in facts.unanswered and name in _EXAMPLES else ""


def _words(business: Business, facts: Facts, name: str) -> str:
    noun = _NOUNS[name]
    if name == "time" and facts.odd_time is not None:
        said, likely = booking.clock(facts.odd_time), booking.clock(meant(facts.odd_time))
        return f"{noun}: you wrote {said}, is {likely} right" if said == likely else f"{noun}: did you mean {likely}"
    if name == "guests":
        return f"{noun} come: how many adults and how many children"
    if name == "ages":
        people = counted(business.prices, facts.heads)
        if people.adults is None:
            return f"how many of your {people.guests} guests are children, and {noun}"
        return f"{noun}: {business.prices.child_from_age} to {business.prices.adult_from_age - 1} pay the child's price"
    if name == "children":
        return f"{noun} come along, and their ages"
    if name == "address":
        return f"{noun} of the party, with the city"
    if name == "miles":
        return f"about {noun} that is from our kitchen, if you know"
    if name == "proteins":
        return _proteins(business, facts)
    return {"contact": f"{noun} to reach you", "name": f"{noun}, as the person who books"}.get(name, noun)


def _proteins(business: Business, facts: Facts) -> str:
    open_ = dishes.uncounted(facts.party)
    if open_:
        return f"for how many guests you would like {' and '.join(open_)}"
    menu = business.menu
    premium = [name for name, upgrade in business.upgrades.items() if upgrade.premium]
    return (
        f"{_NOUNS['proteins']} you would like: {menu.proteins_included} for each guest out of "
        f"{', '.join(menu.proteins)} ({', '.join(premium)} cost extra); undecided is fine too"
    )


def with_state(facts: Facts, answer: str) -> Facts:
    """The facts with the state of a booking as one of our own answers tells it, where the facts were not stored."""
    sent = _SENT.search(answer)
    if sent is not None:
        return replace(facts, booking=True, reference=sent["reference"], changed=False)
    return replace(facts, booking=True) if OPENING in answer else facts


def asked_in(business: Business, answer: str) -> Mapping[str, Any]:
    """What one of our own answers asked for, where its notes are not at hand, such as in a client's transcript."""
    last = answer.strip().rsplit("\n", 1)[-1]
    if CONFIRM in last or CONFIRM_CHANGE in last:
        return {"confirm": True}
    if handover.offer_text(business) in last:
        return {"offered_person": True}
    asks = "lease tell me" in last or "how many miles are you" in last
    named = [name for name, noun in _NOUNS.items() if noun in last] if asks else []
    if named:
        first = following(named)
        return {"missing": list(first)}
    return {}
