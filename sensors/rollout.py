"""The candidate among customers: looked at often, moved when their outcomes decide."""

from datetime import datetime, timedelta

import dagster as dg

from mhc_assets.assets.rollout import report
from mhc_assets.resources import Platform
from mhc_core.db.queries import rollout as queries
from mhc_core.rollout import tick
from mhc_core.vocabulary import RolloutAction

REPORT_EVERY = timedelta(hours=1)
LOOKS_SHOWN = 500


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks at the candidate that customers meet: advances, holds, promotes or rolls back, and starts the "
    "next one that waits. Each decision and an hourly look are reported to the asset of this name.",
)
def live_rollout(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SensorResult | dg.SkipReason:
    now = platform.now()
    with platform.engine.begin() as connection:
        done = tick.tick(connection, platform.settings, now)
        looks = queries.looks(connection, done.rollout.id, LOOKS_SHOWN) if done.rollout else []
    if done.rollout is None:
        return dg.SkipReason(done.said)
    if done.action in (RolloutAction.HOLD, RolloutAction.ROLLBACK):
        context.log.warning("%s: %s; see `mhc rollout show`", done.rollout.model_version_id, done.said)
    reported = datetime.fromisoformat(context.cursor) if context.cursor else None
    if done.action is None and reported is not None and now - reported < REPORT_EVERY:
        return dg.SkipReason(done.said)
    return dg.SensorResult(asset_events=[report(done.rollout, looks, done.said)], cursor=now.isoformat())
