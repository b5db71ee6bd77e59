"""The sample bookings: two years of parties as another system would export them, up to the moment they are asked for.

Customers come at a rate of the day, some of them again and again, some never more; parties lie on weekends, in the warm
months, on holidays and in December. Each day and each customer draws from a source of their own, so a later moment adds
bookings and moves statuses on, and changes nothing else. Customers are those of the sample conversations.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from mhc_core.business.pricing import Business, QuoteRequest, quote
from mhc_jobs.sample.customers import customer_id
from mhc_jobs.sample.places import TOWNS, Town

START = date(2024, 9, 1)
NEW_A_DAY = 1.15
GROWTH_A_YEAR = 0.12
_MONTHS = (0.7, 0.7, 0.85, 0.95, 1.2, 1.4, 1.4, 1.25, 1.15, 1.0, 0.9, 1.15)
_WEEKDAYS = (0.25, 0.22, 0.28, 0.4, 1.1, 2.6, 2.0)  # from Monday on
_FEASTS = {(7, 4): 2.2, (12, 24): 2.0, (12, 31): 2.4, (2, 14): 1.6, (10, 31): 1.4, (12, 25): 0.3}
_NEAR = range(-4, 5)
"""Days around the one that was thought of, among which the party's is chosen."""
_UNANSWERED = timedelta(hours=3)
_HOURS = (16, 17, 17, 18, 18, 18, 19, 19)


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a kind of customer comes back: with which chance after each party, and after how many days on average."""

    share: float
    again: float
    gap: float


_HABITS = (_Habit(0.55, 0.10, 240), _Habit(0.30, 0.62, 150), _Habit(0.15, 0.93, 46))


def bookings(seed: int, now: datetime, business: Business) -> Iterator[dict[str, Any]]:
    """Bookings made before ``now``, customer by customer; each is a record as ``mhc import bookings`` reads it."""
    zone = business.contact.zone
    today = now.astimezone(zone).date()
    number = 0
    for ordinal in range(START.toordinal(), today.toordinal() + 1):
        day = date.fromordinal(ordinal)
        for _ in range(_poisson(Random(f"{seed}:{ordinal}"), _rate(day))):
            number += 1
            yield from _customer(Random(f"{seed}:customer:{number}"), seed, number, day, now, business)


def _customer(
    rng: Random, seed: int, number: int, day: date, now: datetime, business: Business
) -> Iterator[dict[str, Any]]:
    habit = rng.choices(_HABITS, [one.share for one in _HABITS])[0]
    town = rng.choice(TOWNS)
    usual = min(28, max(6, round(rng.lognormvariate(2.45, 0.35))))
    zone = business.contact.zone
    for place in range(1, 200):
        booked = datetime.combine(day, time(rng.randrange(8, 21), rng.randrange(60)), zone)
        if booked >= now:
            return
        party = _party_day(rng, day)
        event = datetime.combine(party, time(rng.choice(_HOURS), rng.choice((0, 30))), zone)
        guests = max(4, round(usual * rng.uniform(0.8, 1.25)))
        yield {
            "id": f"sample-{number:05d}-{place:02d}",
            "source": "sample",
            "customer": customer_id(seed, number),
            "booked_at": booked.astimezone(UTC).isoformat(),
            "event_at": event.astimezone(UTC).isoformat(),
            "guests": guests,
            "value": _price(rng, business, guests, town),
            "status": _status(rng, booked, event, now),
            "zip": town.zip,
        }
        if rng.random() >= habit.again:
            return
        day = party + timedelta(days=3 + round(rng.gammavariate(2.0, habit.gap / 2)))


def _party_day(rng: Random, booked: date) -> date:
    """Two days ahead or more, three weeks on average, where a party is most likely around there."""
    thought = booked + timedelta(days=6 + round(rng.expovariate(1 / 19)))
    days = [thought + timedelta(days=shift) for shift in _NEAR]
    return rng.choices(days, [_pull(day) for day in days])[0]


def _status(rng: Random, booked: datetime, event: datetime, now: datetime) -> str:
    fate, when = rng.random(), rng.random()
    if fate < 0.02:
        return "declined" if now > booked + _UNANSWERED else "requested"
    if fate < 0.08:
        if now > booked + when * (event - booked):
            return "cancelled"
    elif fate < 0.09 and now > event + timedelta(days=2):
        return "refunded"
    if now <= booked + _UNANSWERED:
        return "requested"
    return "completed" if now > event + timedelta(hours=3) else "confirmed"


def _price(rng: Random, business: Business, guests: int, town: Town) -> str:
    children = min(guests - 2, round(guests * rng.betavariate(1.2, 4)))
    upgrades = {next(iter(business.upgrades)): guests // 2} if business.upgrades and rng.random() < 0.3 else {}
    request = QuoteRequest(guests - children, children, miles=town.miles, upgrades=upgrades)
    return str(quote(business, request).total)


def _pull(day: date) -> float:
    return _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * _FEASTS.get((day.month, day.day), 1.0)


def _rate(day: date) -> float:
    """New customers of a day: parties are thought of three weeks ahead."""
    ahead = day + timedelta(days=21)
    return NEW_A_DAY * _MONTHS[ahead.month - 1] * math.pow(1 + GROWTH_A_YEAR, (day - START).days / 365)


def _poisson(rng: Random, mean: float) -> int:
    """Knuth's way, which is short and good for small means."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
