"""How busy the days to come will be. Who cooks when is not here."""

from dataclasses import asdict

import dagster as dg

from mhc_assets.assets.collection import conversations
from mhc_assets.freshness import DAILY
from mhc_assets.plots import outlook as picture
from mhc_assets.resources import Platform
from mhc_assets.style import DEMAND, OWNERS
from mhc_core.db.queries import days
from mhc_core.db.queries import demand as queries
from mhc_core.demand import regions
from mhc_core.errors import DataError


@dg.asset(
    group_name=DEMAND,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations],
    code_version="2",
    freshness_policy=DAILY,
)
def demand_forecast(platform: Platform) -> dg.MaterializeResult[None]:
    """Parties a day for the next 30 days, in all and by region, with 80 and 95 % intervals (`ai.demand_forecast`).

    Weekday, season, holidays, trend, level, and what is booked already; used where it was better on past origins than
    seasonal naive, ETS and MSTL, whose errors are told beside its own.
    """
    now, business = platform.now(), platform.business()
    with platform.engine.begin() as connection:
        events = queries.events(connection, business.regions)
        try:
            found = regions.outlooks(events, days.at(connection, now), platform.settings.holiday_area)
        except DataError as error:
            return dg.MaterializeResult(metadata={"dagster/row_count": 0, "waits": str(error)})
        rows = [
            queries.Forecast(region=region, method=one.method, **asdict(day))
            for region, one in found.outlooks.items()
            for day in one.days
        ]
        queries.replace(connection, rows, now)
    everywhere = found.outlooks[regions.EVERYWHERE]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "method": everywhere.method,
            "mase": {name: round(error, 3) for name, error in everywhere.mase.items()},
            "parties_expected": {
                region: round(sum(day.expected for day in one.days), 1) for region, one in found.outlooks.items()
            },
            "regions_that_wait": list(found.waiting),
            "forecast": picture("parties a day", everywhere.days),
        }
    )
