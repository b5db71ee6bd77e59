"""The sample bookings go in whole, are enough for every forecast, and a later day only goes on."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mhc_core.business import pricing
from mhc_core.collection.importing import bookings as importing
from mhc_core.collection.importing.times import Calendar
from mhc_core.db.queries.imported_bookings import BookingRow
from mhc_jobs import sample
from mhc_jobs.sample.bookings import START, bookings

RULES = pricing.load()
NOW = datetime(2026, 11, 15, 18, tzinfo=UTC)


def rows(now: datetime) -> list[BookingRow]:
    calendar = Calendar(RULES.contact.zone)
    return [importing.row(one, "", calendar) for one in bookings(sample.SAMPLE_SEED, now, RULES)]


@pytest.fixture(scope="module")
def known() -> list[BookingRow]:
    return rows(NOW)


def test_there_is_enough_for_value_churn_demand_and_every_tier(known: list[BookingRow]) -> None:
    held = [one for one in known if one.status in ("confirmed", "completed")]
    completed = Counter(one.customer_id for one in known if one.status == "completed")
    assert len({one.customer_id for one in held}) > 700
    assert sum(count >= 10 for count in completed.values()) >= 5
    assert sum(4 <= count < 10 for count in completed.values()) >= 50
    assert (NOW.date() - START).days > 730, "two years, for the shape of the year"
    assert {one.status for one in known} >= {"confirmed", "completed", "cancelled", "declined", "refunded"}
    assert min(Counter(one.zip for one in held).values()) > 5


def test_it_reads_like_a_business_of_weekends_and_summers(known: list[BookingRow]) -> None:
    events = [one.event_at.astimezone(RULES.contact.zone) for one in known if one.event_at]
    weekdays = Counter(event.weekday() for event in events)
    assert weekdays[5] + weekdays[6] > len(events) / 2
    year = Counter(event.month for event in events if NOW - timedelta(days=365) < event < NOW)
    assert sum(year[month] for month in (5, 6, 7, 8)) > 1.3 * sum(year[month] for month in (12, 1, 2, 3))
    assert all(one.booked_at < one.event_at for one in known if one.event_at)
    assert all(one.booked_at < NOW for one in known)
    assert all(one.value_usd and one.value_usd >= RULES.prices.minimum for one in known)


def test_a_later_day_adds_and_moves_on_but_changes_nothing_else(known: list[BookingRow]) -> None:
    assert rows(NOW) == known
    later = {one.id: one for one in rows(NOW + timedelta(days=30))}
    assert len(later) > len(known)
    ends = {"completed", "cancelled", "declined", "refunded"}
    for one in known:
        then = later[one.id]
        assert then._replace(status=one.status) == one
        if then.status != one.status:
            assert one.status in ("requested", "confirmed") or then.status == "refunded"
            assert then.status in ends | {"confirmed"}
