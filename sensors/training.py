"""Retraining when enough is new, and jobs that providers are running."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from mhc_assets.assets.training import TRAINING_JOB
from mhc_assets.requests import ATTEMPTS, once
from mhc_assets.resources import Platform
from mhc_core.db.queries import training as queries
from mhc_core.errors import MHCError
from mhc_core.monitoring.triggers import Due, evaluation_due, training_due
from mhc_core.training import jobs
from mhc_core.vocabulary import JobStatus

RUNNING = dg.DefaultSensorStatus.RUNNING
JOBS = ("train", "finish_training")
# A job's end is asked about again for this long, should a tick die between storing it and starting the run.
LOOK_BACK = timedelta(days=1)


@dg.sensor(
    job_name="train",
    minimum_interval_seconds=30,
    default_status=RUNNING,
    description="Starts a training run when MHC_RETRAINING_THRESHOLD verified examples wait that no data set holds, or "
    "the training on the newest data set was interrupted.",
)
def retraining(context: dg.SensorEvaluationContext, platform: Platform) -> dg.RunRequest | dg.SkipReason:
    with platform.engine.connect() as connection:
        due = training_due(connection, platform.settings)
    return once(context.instance, due, platform.now(), JOBS)


@dg.sensor(
    job_name="finish_training",
    minimum_interval_seconds=30,
    default_status=RUNNING,
    description="Looks at jobs that a provider is running; when one ends, goes on with its model, or says why not. "
    "Does so with a trained model that was never evaluated.",
)
def fine_tune_poller(
    context: dg.SensorEvaluationContext, platform: Platform
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    with platform.engine.connect() as connection:
        waiting = [
            job for job in queries.jobs(connection, open_only=True) if job.provider not in queries.TRAINED_IN_A_RUN
        ]
        ended = queries.ended(connection, platform.now() - LOOK_BACK)
        unevaluated = evaluation_due(connection, platform.settings)
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
    for job in ended:
        due = Due(f"job:{job.id}:{job.state.status}", f"job {job.id} is {job.state.status}", job.id)
        succeeded = job.state.status is JobStatus.SUCCEEDED
        yield _finish(context, platform, due, ATTEMPTS if succeeded else 1)
    if not ended and unevaluated.key:
        yield _finish(context, platform, unevaluated, ATTEMPTS)
    elif not ended:
        yield dg.SkipReason(f"{len(waiting)} jobs are running at providers")


def _finish(
    context: dg.SensorEvaluationContext, platform: Platform, due: Due, attempts: int
) -> dg.RunRequest | dg.SkipReason:
    tags = {TRAINING_JOB: str(due.job)}
    return once(context.instance, due, platform.now(), JOBS, attempts=attempts, tags=tags)
