"""Retraining when enough is new, and jobs that providers are running."""

from collections.abc import Iterator

import dagster as dg

from mhc_assets.resources import Platform
from mhc_core import training
from mhc_core.db.queries import training as queries
from mhc_core.errors import TransientError
from mhc_core.triggers import training_due
from mhc_jobs import jobs

RUNNING = dg.DefaultSensorStatus.RUNNING


@dg.sensor(job=jobs.train, minimum_interval_seconds=30, default_status=RUNNING)
def retraining(platform: Platform) -> dg.RunRequest | dg.SkipReason:
    """Starts a training run when `MHC_RETRAINING_THRESHOLD` verified examples wait that no data set holds yet."""
    with platform.engine.connect() as connection:
        due = training_due(connection, platform.settings)
    return dg.RunRequest(run_key=due.key) if due.key else dg.SkipReason(due.reason)


@dg.sensor(job=jobs.finish_training, minimum_interval_seconds=30, default_status=RUNNING)
def fine_tune_poller(
    context: dg.SensorEvaluationContext, platform: Platform
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Looks at jobs a provider is running; when one ends, goes on with its model, or with a run that says why not."""
    with platform.engine.connect() as connection:
        waiting = [job for job in queries.jobs(connection, open_only=True) if job.provider != "local"]
        ended = queries.unrecorded(connection)
    if waiting:
        tuner = platform.fine_tuner()
        for job in waiting:
            if job.provider != tuner.provider:
                context.log.warning("job %d belongs to %s; set MHC_FINE_TUNER back to follow it", job.id, job.provider)
                continue
            try:
                job = training.poll(platform.engine, tuner, job, platform.now())
            except TransientError as error:
                context.log.warning("job %d: %s", job.id, error)
                continue
            if job.state.status.final:
                ended.append(job)
    if not ended:
        yield dg.SkipReason(f"{len(waiting)} jobs are running at providers")
    for job in ended:
        yield dg.RunRequest(run_key=f"job:{job.id}:{job.state.status}", tags={"mhc/training_job": str(job.id)})
