"""How suggestions fare. Who is suggested what is decided while a customer is answered, and is not here."""

import dagster as dg

from mhc_assets.assets.collection import conversations
from mhc_assets.freshness import DAILY
from mhc_assets.resources import Platform
from mhc_assets.style import CUSTOMERS, OWNERS
from mhc_core.offers import statistics


@dg.asset(
    group_name=CUSTOMERS,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations],
    code_version="1",
    freshness_policy=DAILY,
)
def offer_statistics(platform: Platform) -> dg.MaterializeResult[None]:
    """What past bookings hold together, and how often each suggestion was taken, by kind of party.

    The next suggestions are drawn from `ai.offer_statistics` (Thompson sampling); `mhc offers report` compares the
    customers who are held out.
    """
    with platform.engine.begin() as connection:
        found = statistics.refresh(connection, platform.business(), platform.now())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(found),
            "shown": sum(one.shown for one in found),
            "accepted": sum(one.accepted for one in found),
            "bookings": max((one.bookings for one in found), default=0),
        }
    )
