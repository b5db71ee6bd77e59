"""Is the forecast of demand as right as it used to be?"""

import dagster as dg

from mhc_assets.assets.demand import demand_forecast
from mhc_assets.resources import Platform
from mhc_core.db.queries import days
from mhc_core.db.queries import demand as queries
from mhc_core.demand import bookings, drift


@dg.asset_check(asset=demand_forecast)
def forecast_errs_as_before(platform: Platform) -> dg.AssetCheckResult:
    """The method in use did not err more over the last 28 days than on 95 % of its past origins; a warning if it did.

    It says that demand has changed in a way that the method does not know: look at the picture of the forecast, at
    what was imported, and at the errors of the other methods.
    """
    with platform.engine.begin() as connection:
        method = queries.method(connection)
        if method is None:
            return dg.AssetCheckResult(passed=True, description="there is no forecast yet")
        events = queries.events(connection, platform.business().regions)
        booked = bookings.booked((one.event_on, one.booked_on) for one in events)
        found = drift.drift(booked, days.at(connection, platform.now()), platform.settings.holiday_area, method)
    told = f"{method}: error {found.recent:.2f}, usually {found.usual:.2f}"
    return dg.AssetCheckResult(
        passed=not found.drifted,
        severity=dg.AssetCheckSeverity.WARN,
        description=told if found.share is not None else "the past is too short to tell",
        metadata={"method": method} | ({} if found.share is None else {"origins_that_err_as_much": found.share}),
    )
