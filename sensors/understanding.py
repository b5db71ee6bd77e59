"""Understanding when enough was corrected, and once at the start."""

import dagster as dg

from mhc_assets.requests import once
from mhc_assets.resources import Platform
from mhc_core.monitoring.triggers import understanding_due
from mhc_core.understanding.recipe import NAME


@dg.sensor(
    job_name="understanding",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Trains a version of understanding after MHC_UNDERSTANDING_THRESHOLD new labelled messages, after an "
    "erasure, and when there is none of this release.",
)
def understanding_update(context: dg.SensorEvaluationContext, platform: Platform) -> dg.RunRequest | dg.SkipReason:
    with platform.engine.connect() as connection:
        due = understanding_due(connection, platform.settings, NAME)
    return once(context.instance, due, platform.now(), ["understanding"])
