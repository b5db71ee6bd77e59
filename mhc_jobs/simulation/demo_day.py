"""The day before somebody looks at the demo: customers ask the live concierge, rate it and book, staff do their part.

Nothing here writes a row by itself. The concierge answers, hand-overs and requests come of what it is told, and staff
act as on their pages, so that every page shows what really happens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.campaigns import consents
from mhc_core.concierge.turn import suggesting
from mhc_core.concierge.turn.concierge import Concierge, Incoming
from mhc_core.db.queries import bookings as requests
from mhc_core.db.queries import handover as handovers
from mhc_core.pseudonyms import person_id
from mhc_core.settings import Settings
from mhc_core.support import bookings, handover, notes
from mhc_core.vocabulary import Channel, Intent
from mhc_jobs.sample.customers import Customer, invent
from mhc_jobs.sample.staff import AGENTS
from mhc_jobs.simulation.asking import Clock, Given, ask, rate, serving
from mhc_jobs.simulation.customers import Need, draw

CUSTOMERS, BOOKING = 50, 12
"""Customers of the day, and how many of them go on to book."""
LEAVING = 5
"""Customers who write by SMS what they want and do not say yes: a follow-up is planned for those who agreed to it."""
LAST_HOURS = 20
UNKNOWN = (
    "Do you rent out karaoke machines too?",
    "Can the chef bring a live lobster tank?",
    "Is there parking for a tour bus at your place?",
    "Which knife brand do your chefs swear by?",
    "Do you ship your sauces to Alaska?",
    "Could you cater a wedding on a moving train?",
)
"""What no article answers."""
_BOOK = (
    "I want to book for {adults} adults and no kids on {date} at {time}, chicken and steak for everyone, at {street}, "
    "{town}, {miles} miles. My name is {name}, {phone}.",
    "Please book {date} at {time} for {adults} adults, no kids, all with shrimp and chicken. We are at {street}, "
    "{town}, about {miles} miles from you. {name}, {email}",
)
_YES = ("yes, please send it", "Yes", "yes send it")
_ADD = ("good idea, please add that for everyone", "Please add it for everyone")
_WORDING = "Yes, text me offers of My Hibachi Chef. I can reply STOP at any time."


@dataclass(frozen=True, slots=True)
class Held:
    """What came of the day."""

    conversations: int
    bookings: int
    handovers: int


def hold(engine: sa.Engine, settings: Settings, business: Business, now: datetime, seed: int) -> Held:
    """Live the day that ends at ``now``; its conversations begin within ``LAST_HOURS``."""
    rng, clock = Random(seed), Clock(now)
    needs = _needs(rng, business, now)
    with serving(settings, business, engine, clock) as concierge:
        given = ask(concierge, clock, settings, needs)
        going_on = [one for one in given if not one.escalated]
        booked = rng.sample(going_on, min(BOOKING, len(going_on)))
        for one in booked:
            _book(concierge, clock, rng, one, business)
        for one in [one for one in going_on if one.need.channel == Channel.SMS and one not in booked][:LEAVING]:
            clock.now = one.need.asked_at + timedelta(minutes=2)
            concierge.answer(_said(_wish(rng, invent(rng, one.need.customer_id), clock.now), one))
    rate(engine, clock, rng, [replace(one, met=one.met or one in booked) for one in given])
    with engine.begin() as connection:
        _agree_to_texts(connection, rng, needs, now)
        opened = _answer_handovers(connection, rng, now)
        asked = _decide_bookings(connection, business, now)
    return Held(len(given), asked, opened)


def _needs(rng: Random, business: Business, now: datetime) -> list[Need]:
    """The day's questions in order."""
    drawn = draw(rng, business, now.date(), CUSTOMERS, "demo")
    odd = [
        Need(
            f"demo-odd-{number}",
            rng.choice(list(Channel)),
            now,
            text,
            Intent.OTHER,
            ("I do not know that.",),
            None,
            False,
        )
        for number, text in enumerate(UNKNOWN, 1)
    ]
    needs = [_by_phone(rng, need) for need in rng.sample([*drawn, *odd], len(drawn) + len(odd))]
    moments = sorted(now - timedelta(minutes=rng.randrange(10, LAST_HOURS * 60)) for _ in needs)
    return [replace(need, asked_at=moment) for need, moment in zip(needs, moments, strict=True)]


def _by_phone(rng: Random, need: Need) -> Need:
    """Who writes by SMS is known by their number."""
    if need.channel != Channel.SMS:
        return need
    return replace(need, customer_id=person_id(invent(rng, need.customer_id).phone))


def _agree_to_texts(connection: sa.Connection, rng: Random, needs: Sequence[Need], now: datetime) -> None:
    """Two of three who write by SMS had ticked that they may be texted offers."""
    lines = [
        consents.Line(
            customer=need.customer_id,
            channel="sms",
            given_at=need.asked_at,
            how="ticked on the web form",
            wording=_WORDING,
        )
        for need in needs
        if need.channel == Channel.SMS and rng.random() < 2 / 3
    ]
    consents.add(connection, lines, (), "demo", now)


def _book(concierge: Concierge, clock: Clock, rng: Random, asked: Given, business: Business) -> None:
    """Go on from an answer to a request: everything in one message, what was suggested now and then, then a yes."""
    need, customer = asked.need, invent(rng, asked.need.customer_id)
    clock.now = need.asked_at + timedelta(minutes=2)
    texts = [_wish(rng, customer, clock.now)]
    while texts:
        said = texts.pop()
        answer = concierge.answer(_said(said, asked)).reply.text
        clock.now += timedelta(minutes=1)
        if said not in _YES:
            takes = suggesting.made_in(business, answer) is not None and rng.random() < 0.5
            texts.append(rng.choice(_ADD if takes else _YES))


def _said(text: str, asked: Given) -> Incoming:
    """One more message in a conversation."""
    return Incoming(text, asked.need.customer_id, Channel(asked.need.channel), asked.conversation_id)


def _wish(rng: Random, customer: Customer, now: datetime) -> str:
    day = now + timedelta(days=rng.randrange(6, 40))
    return rng.choice(_BOOK).format(
        adults=rng.randrange(8, 22),
        date=f"{day:%B} {day.day}",
        time=rng.choice(("5 pm", "5:30 pm", "6 pm", "6:30 pm", "7 pm")),
        street=customer.street,
        town=customer.town.name,
        miles=customer.town.miles,
        name=customer.name,
        phone=customer.phone,
        email=customer.email,
    )


def _answer_handovers(connection: sa.Connection, rng: Random, now: datetime) -> int:
    """Staff have done with the older half, have one in hand, and the newest wait; how many were opened."""
    waiting = sorted(handovers.waiting(connection, None, 100), key=lambda one: one.opened_at)
    for number, one in enumerate(waiting[: len(waiting) // 2 + 1]):
        agent = AGENTS[number % len(AGENTS)]
        handover.claim(connection, one.id, agent, now)
        notes.tag(connection, one.conversation_id, rng.choice(("call back", "regular guest", "price")), agent, now)
        if number == len(waiting) // 2:
            notes.note(
                connection, one.conversation_id, "Asked the kitchen; will write as soon as they answer.", agent, now
            )
            continue
        handover.reply(
            connection, one.id, f"Hi, this is {agent}. I looked at it and have sent you the details.", agent, now
        )
        (handover.resolve if number % 3 else handover.give_back)(connection, one.id, agent, now)
    return len(waiting)


def _decide_bookings(connection: sa.Connection, business: Business, now: datetime) -> int:
    """Half of the requests are confirmed, one is declined, one gets another date proposed; how many there are."""
    asked = requests.page(connection, "requested", None, None, 100, 0)
    for number, one in enumerate(asked[: len(asked) // 2]):
        agent = AGENTS[number % len(AGENTS)]
        if number == 1:
            later = one.event_on + timedelta(days=7)
            bookings.propose(connection, business, one.id, later, one.starts_at, one.updated_at, agent, now)
        else:
            fate: bookings.Decision = "declined" if number == 2 else "confirmed"
            bookings.decide(connection, business, one.id, fate, one.updated_at, agent, now)
    return len(asked)
