"""Dates and times of day that follow from those that were named, by the rules of the business file."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from mhc_core.business.pricing import Business
from mhc_core.language.figures import Figure

HALF_DAY = 720
"""Minutes: a start at 5 is answered with 4:45, without a word on the half of the day."""


def next_day(figure: Figure, today: date) -> date | None:
    """The next day, from today on, that a date without a year means; without a month, of the next month it fits."""
    month, number = divmod(int(figure.value), 100)
    for step in range(13 if month == 0 else 5 * 12):
        year, at = divmod(today.month - 1 + step, 12)
        if month in (0, at + 1):
            try:
                day = date(today.year + year, at + 1, number)
            except ValueError:
                continue
            if day >= today:
                return day
    return None


def deadlines(business: Business, day: date, named: Collection[int]) -> Iterator[date]:
    """The days on which something ends for a party of that day: refunds, the free change, the final count.

    Only those that are ``named`` so many days before.
    """
    booking = business.booking
    before = {tier.days for tier in business.cancellation}
    before |= {
        hours // 24
        for hours in (
            booking.lead_hours,
            booking.reschedule_notice_hours,
            booking.final_count_hours_min,
            booking.final_count_hours_max,
        )
    }
    return (day - timedelta(days) for days in sorted(before.intersection(named)) if days > 0)


def around(business: Business, start: int) -> Iterator[int]:
    """When the chef of a party comes and when it ends, in minutes after midnight, as ``start`` is given."""
    timing = business.timing
    yield from (start - minutes for minutes in (timing.arrival_minutes_min, timing.arrival_minutes_max))
    yield start + timing.duration_minutes
    yield from (start + int(hours * 60) for hours in timing.large_party_hours)
