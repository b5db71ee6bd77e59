"""What is known and expected of each customer: profile, worth, risk of losing them. What is done about it: not here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import dagster as dg
import sqlalchemy as sa

from mhc_assets.assets.collection import conversations
from mhc_assets.freshness import DAILY, WEEKLY
from mhc_assets.plots import distribution
from mhc_assets.resources import Platform
from mhc_assets.style import CUSTOMERS, OWNERS
from mhc_core.customers import listing, profiles
from mhc_core.db.queries import customers as queries
from mhc_core.db.queries import days
from mhc_core.db.queries.customers import Booking
from mhc_core.errors import DataError

Row = TypeVar("Row")
_of_customers = partial(dg.asset, group_name=CUSTOMERS, kinds={"postgres", "python"}, owners=OWNERS)


@_of_customers(deps=[conversations], code_version="2", freshness_policy=WEEKLY)
def customer_value(platform: Platform) -> dg.MaterializeResult[None]:
    """Bookings and spend expected of each customer in the next 52 weeks, with 80 % intervals (`ai.customer_value`).

    BG/NBD with a burst and gamma-gamma, calibrated on the past; pseudonyms only. Below 500 customers nothing is said.
    """
    return _of_bookings(
        platform,
        listing.values,
        queries.replace_values,
        lambda found: {
            "expected_bookings": round(sum(one.expected_bookings for one in found), 1),
            "expected_usd": round(sum(one.expected_usd for one in found), 2),
            "values": distribution("USD expected in the next 52 weeks", [one.expected_usd for one in found]),
        },
    )


@_of_customers(deps=[conversations], code_version="2", freshness_policy=WEEKLY)
def churn_risk(platform: Platform) -> dg.MaterializeResult[None]:
    """The risk that a customer does not book within 1.5 times their usual gap, and three reasons (`ai.churn_risk`).

    Learned from days of the past and calibrated on the latest whose outcome is known; pseudonyms only.
    """
    return _of_bookings(
        platform,
        listing.risks,
        queries.replace_risks,
        lambda found: {
            "at_70_percent_or_more": sum(one.risk >= queries.LIKELY for one in found),
            "risks": distribution("risk of losing the customer", [one.risk for one in found]),
        },
    )


@_of_customers(deps=[customer_value, churn_risk], code_version="1", freshness_policy=DAILY)
def customer_profiles(platform: Platform) -> dg.MaterializeResult[None]:
    """A row for each customer who ever booked: bookings, spend, guests, tier, value, risk (`ai.customer_profiles`).

    What counts for loyalty is appended to `ai.loyalty_events` on the way. Only customers of whom something changed
    since the last run are counted anew; pseudonyms only.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        done = profiles.refresh(connection, platform.business(), now)
        tiers = queries.tiers(connection)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(tiers.values()),
            "customers_looked_at": done.customers,
            "profiles_written": done.written,
            "loyalty_events": done.events,
            "tiers": tiers,
        }
    )


def _of_bookings(
    platform: Platform,
    find: Callable[[Sequence[Booking], date], list[Row]],
    replace: Callable[[sa.Connection, Sequence[Row], datetime], None],
    told: Callable[[list[Row]], Mapping[str, Any]],
) -> dg.MaterializeResult[None]:
    """What is found in all bookings takes the place of what was found before; with too few, nothing is written."""
    now = platform.now()
    with platform.engine.begin() as connection:
        try:
            found = find(queries.bookings(connection), days.at(connection, now))
        except DataError as error:
            return dg.MaterializeResult(metadata={"dagster/row_count": 0, "waits": str(error)})
        replace(connection, found, now)
    return dg.MaterializeResult(metadata={"dagster/row_count": len(found), **told(found)})
