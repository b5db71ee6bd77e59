"""Failed runs are written down where operators look."""

import dagster as dg

from mhc_assets.resources import Platform
from mhc_core.db.queries import audit


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
    description="Writes each failed run to ai.audit_log, once, with its job and the steps that failed.",
)
def record_failures(context: dg.RunFailureSensorContext, platform: Platform) -> None:
    """Writes each failed run to `ai.audit_log`, once, with its job and the steps that failed.

    The error's text stays in Dagster's event log: it is not copied, since not every library keeps data out of it.
    """
    run = context.dagster_run
    steps = sorted({event.step_key for event in context.get_step_failure_events() if event.step_key})
    with platform.engine.begin() as connection:
        audit.record_once(
            connection,
            "dagster",
            "run.failed",
            f"run:{run.run_id}",
            {"job": run.job_name, "steps": steps},
            platform.now(),
        )
