"""What goes wrong is written down where people and other systems look: incidents, and the daemon's sign of life."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from mhc_assets.resources import Platform
from mhc_core.db.queries import audit
from mhc_core.monitoring import incidents

RUNNING = dg.DefaultSensorStatus.RUNNING


@dg.run_failure_sensor(
    default_status=RUNNING,
    minimum_interval_seconds=15,
    monitor_all_code_locations=True,  # runs of `mhc loop` belong to none
    description="Writes each failed run to ai.audit_log, once, and opens incidents for its job and blocking checks.",
)
def record_failures(context: dg.RunFailureSensorContext, platform: Platform) -> None:
    """Writes each failed run to `ai.audit_log`, once, and opens incidents for its job and its blocking checks.

    The error's text stays in Dagster's event log: it is not copied, since not every library keeps data out of it.
    """
    run, ended = context.dagster_run, _ended(context)
    steps = sorted({event.step_key for event in context.get_step_failure_events() if event.step_key})
    blocking = [name for name, check in _checks(context) if not check.passed and check.blocking]
    # This tick may come after that of a run that has put it right: then there is nothing left to open.
    later = dg.RunsFilter(job_name=run.job_name, statuses=[dg.DagsterRunStatus.SUCCESS], updated_after=ended)
    mended = bool(context.instance.get_run_records(later, limit=1))
    with platform.engine.begin() as connection:
        details = {"job": run.job_name, "steps": steps}
        audit.record_once(connection, "dagster", "run.failed", f"run:{run.run_id}", details, platform.now())
        if not mended:
            incidents.run_failed(connection, run.job_name, steps, blocking, ended)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=RUNNING,
    minimum_interval_seconds=15,
    monitor_all_code_locations=True,
    description="Closes the incidents of a job, and of its checks that passed, when a run of it ends well.",
)
def record_recoveries(context: dg.RunStatusSensorContext, platform: Platform) -> None:
    """Closes the incidents of a job, and of its checks that passed, when a run of it ends well."""
    passed = [name for name, check in _checks(context) if check.passed]
    with platform.engine.begin() as connection:
        incidents.run_succeeded(connection, context.dagster_run.job_name, passed, _ended(context))


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=RUNNING,
    description="The daemon's sign of life, and which assets are later than their freshness policy allows.",
)
def watch(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SkipReason:
    """Starts no run: what it writes down is read by `mhc status` and `/readyz`."""
    keys = list(context.repository_def.asset_graph.get_all_asset_keys()) if context.repository_def else []
    late, fresh = set[str](), set[str]()
    for key, record in context.instance.get_freshness_state_records(keys).items():
        (late if record.freshness_state == "FAIL" else fresh).add(key.to_user_string())
    with platform.engine.begin() as connection:
        incidents.daemon_is_alive(connection, late, fresh, platform.now())
    return dg.SkipReason(f"late: {', '.join(sorted(late))}" if late else "nothing is late")


def _ended(context: dg.RunStatusSensorContext) -> datetime:
    """When the run ended: ticks come later, and not in the order of the runs."""
    [record] = context.instance.get_run_records(dg.RunsFilter(run_ids=[context.dagster_run.run_id]))
    return datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)


def _checks(context: dg.RunStatusSensorContext) -> Iterator[tuple[str, dg.AssetCheckEvaluation]]:
    """The checks of a run, each under ``asset:check``."""
    of_type = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    for record in context.instance.get_records_for_run(context.dagster_run.run_id, of_type=of_type).records:
        check = record.event_log_entry.get_dagster_event().asset_check_evaluation_data
        yield f"{check.asset_key.to_user_string()}:{check.check_name}", check
