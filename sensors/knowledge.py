"""Knowledge when enough was approved."""

import dagster as dg

from mhc_assets.requests import once
from mhc_assets.resources import Platform
from mhc_core.monitoring.triggers import knowledge_due


@dg.sensor(
    job_name="knowledge",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Updates the knowledge after every MHC_KNOWLEDGE_THRESHOLD approved answers.",
)
def knowledge_update(context: dg.SensorEvaluationContext, platform: Platform) -> dg.RunRequest | dg.SkipReason:
    with platform.engine.connect() as connection:
        due = knowledge_due(connection, platform.settings)
    return once(context.instance, due, platform.now(), ["knowledge"])
