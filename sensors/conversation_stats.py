"""Figures of dashboards, kept up to date without a run."""

from datetime import datetime, timedelta

import dagster as dg

from mhc_assets.assets import monitoring
from mhc_assets.resources import Platform
from mhc_core.db.queries import conversation_stats as stats

REPORT_EVERY = timedelta(hours=1)
"""A run every five minutes wrote 5 MB a day to the event log; the event of a refresh is written this often at most."""


@dg.sensor(
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Every five minutes: brings the figures of days up to date on which something changed. Reports to the "
    "asset of this name once an hour.",
)
def conversation_stats(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult | dg.SkipReason:
    now = platform.now()
    with platform.engine.begin() as connection:
        changed = stats.refresh(connection, now)
        rows = stats.count(connection)
    reported = datetime.fromisoformat(context.cursor) if context.cursor else None
    if not changed or (reported is not None and now - reported < REPORT_EVERY):
        return dg.SkipReason(f"{changed} of {rows} rows changed")
    event = dg.AssetMaterialization(monitoring.conversation_stats.key, metadata=monitoring.told(rows, changed))
    return dg.SensorResult(asset_events=[event], cursor=now.isoformat())
