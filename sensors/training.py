"""Retraining when enough is new, and jobs that providers are running."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from mhc_assets.assets.training import TRAINING_JOB
from mhc_assets.requests import once
from mhc_assets.resources import Platform
from mhc_core.db.queries import training as queries
from mhc_core.errors import MHCError
from mhc_core.monitoring.triggers import training_due
from mhc_core.training import jobs

RUNNING = dg.DefaultSensorStatus.RUNNING
# A job's end is asked about again for this long, should a tick die between storing it and starting the run.
LOOK_BACK = timedelta(days=1)


@dg.sensor(
    job_name="train",
    minimum_interval_seconds=30,
    default_status=RUNNING,
    description="Starts a training run when MHC_RETRAINING_THRESHOLD verified examples wait that no data set holds.",
)
def retraining(context: dg.SensorEvaluationContext, platform: Platform) -> dg.RunRequest | dg.SkipReason:
    with platform.engine.connect() as connection:
        due = training_due(connection, platform.settings)
    return once(context.instance, due)


@dg.sensor(
    job_name="finish_training",
    minimum_interval_seconds=30,
    default_status=RUNNING,
    description="Looks at jobs that a provider is running; when one ends, goes on with its model, or says why not.",
)
def fine_tune_poller(
    context: dg.SensorEvaluationContext, platform: Platform
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    with platform.engine.connect() as connection:
        waiting = [job for job in queries.jobs(connection, open_only=True) if job.provider != "local"]
        ended = queries.ended(connection, platform.now() - LOOK_BACK)
    if waiting:
        tuner = platform.fine_tuner()
        for job in waiting:
            if job.provider != tuner.provider:
                context.log.warning("job %d belongs to %s; set MHC_FINE_TUNER back to follow it", job.id, job.provider)
                continue
            try:
                job = jobs.poll(platform.engine, tuner, job, platform.now())
            except MHCError as error:
                context.log.warning("job %d: %s", job.id, error)
                continue
            if job.state.status.final:
                ended.append(job)
    if not ended:
        yield dg.SkipReason(f"{len(waiting)} jobs are running at providers")
    for job in ended:
        yield dg.RunRequest(run_key=f"job:{job.id}:{job.state.status}", tags={TRAINING_JOB: str(job.id)})
