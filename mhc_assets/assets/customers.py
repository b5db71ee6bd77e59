"""What is expected of each customer: worth, and the risk of losing them. Who does what about it is not here."""

import dagster as dg

from mhc_assets.assets.collection import conversations
from mhc_assets.freshness import WEEKLY
from mhc_assets.plots import distribution
from mhc_assets.resources import Platform
from mhc_assets.style import CUSTOMERS, OWNERS
from mhc_core.customers import listing
from mhc_core.db.queries import customers as queries
from mhc_core.db.queries import days
from mhc_core.errors import DataError


@dg.asset(
    group_name=CUSTOMERS,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations],
    code_version="1",
    freshness_policy=WEEKLY,
)
def customer_value(platform: Platform) -> dg.MaterializeResult[None]:
    """Bookings and spend expected of each customer in the next 52 weeks, with 80 % intervals (`ai.customer_value`).

    BG/NBD with a burst and gamma-gamma, calibrated on the past; pseudonyms only. Below 500 customers nothing is said.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        try:
            found = listing.values(queries.bookings(connection), days.at(connection, now))
        except DataError as error:
            return dg.MaterializeResult(metadata={"dagster/row_count": 0, "waits": str(error)})
        queries.replace_values(connection, found, now)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(found),
            "expected_bookings": round(sum(one.expected_bookings for one in found), 1),
            "expected_usd": round(sum(one.expected_usd for one in found), 2),
            "values": distribution("USD expected in the next 52 weeks", [one.expected_usd for one in found]),
        }
    )


@dg.asset(
    group_name=CUSTOMERS,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations],
    code_version="1",
    freshness_policy=WEEKLY,
)
def churn_risk(platform: Platform) -> dg.MaterializeResult[None]:
    """The risk that a customer does not book within 1.5 times their usual gap, and three reasons (`ai.churn_risk`).

    Learned from days of the past and calibrated on the latest whose outcome is known; pseudonyms only.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        try:
            found = listing.risks(queries.bookings(connection), days.at(connection, now))
        except DataError as error:
            return dg.MaterializeResult(metadata={"dagster/row_count": 0, "waits": str(error)})
        queries.replace_risks(connection, found, now)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(found),
            "at_70_percent_or_more": sum(one.risk >= queries.LIKELY for one in found),
            "risks": distribution("risk of losing the customer", [one.risk for one in found]),
        }
    )
