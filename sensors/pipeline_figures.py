"""What the pipeline says of itself, kept up to date without a run."""

from datetime import datetime, timedelta

import dagster as dg

from mhc_assets import telling
from mhc_assets.assets import monitoring
from mhc_assets.resources import Platform

REPORT_EVERY = timedelta(minutes=30)
"""Half of what the asset's freshness policy allows; each report is an event in Dagster's log."""


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Every minute: writes down runs by status, when each asset was made last, how long runs wait and which "
    "ticks failed, for /metrics. Reports to the asset of this name twice an hour.",
)
def pipeline_figures(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult | dg.SkipReason:
    rows, now = telling.write(context.instance, platform), platform.now()
    reported = datetime.fromisoformat(context.cursor) if context.cursor else None
    if reported is not None and now - reported < REPORT_EVERY:
        return dg.SkipReason(f"{rows} figures")
    event = dg.AssetMaterialization(monitoring.pipeline_figures.key, metadata={"dagster/row_count": rows})
    return dg.SensorResult(asset_events=[event], cursor=now.isoformat())
