"""Training jobs: one job for each data set and recipe, bought at most once however often a run is killed."""

import hashlib
import time
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.locks import exclusive
from mhc_core.db.queries.training import TrainingJob
from mhc_core.errors import Conflict, NotFound
from mhc_core.protocols import FineTuner, JobState
from mhc_core.providers.openai import deprecations
from mhc_core.training import code_version
from mhc_core.vocabulary import JobStatus


def job_key(dataset_id: str, tuner: FineTuner) -> str:
    """The deterministic name of a job: the data set with everything that shapes the result."""
    recipe = orjson.dumps([tuner.provider, tuner.base_model, dict(tuner.hyperparameters)], option=orjson.OPT_SORT_KEYS)
    return f"{dataset_id}-{tuner.provider}-{hashlib.sha256(recipe).hexdigest()[:8]}"


def submit(engine: sa.Engine, tuner: FineTuner, dataset: DatasetVersion, now: datetime) -> TrainingJob:
    """Make sure the job for this data set exists, and start it unless a run before already did.

    The intent is committed before anything is bought, and every effect is committed as soon as it is known; the adapter
    finds by key what a killed run bought but could not record. Two submitters at once wait for each other.

    Raises:
        Conflict: the job failed or was cancelled; a retry is a person's decision.
        BudgetExceeded, AccessDenied, ProviderUnavailable: from the adapter.
    """
    key = job_key(dataset.id, tuner)
    with exclusive(engine, f"ai.training_jobs/{key}"):
        with engine.begin() as connection:
            job = queries.intend(
                connection,
                key=key,
                dataset_id=dataset.id,
                provider=tuner.provider,
                base_model=tuner.base_model,
                hyperparameters=tuner.hyperparameters,
                estimated_cost_usd=tuner.estimate_usd(dataset.files),
            )
            retries = queries.set_aside_count(connection, key)
        raise_if_failed(job)
        started = time.monotonic()
        # The provider still knows the jobs that were set aside: under their name it would find one of them again.
        bought_as = f"{key}-retry-{retries}" if retries else key
        if job.state.status is JobStatus.INTENDED:

            def save(state: JobState) -> None:
                with engine.begin() as connection:
                    queries.save_state(connection, job.id, state, now + timedelta(seconds=time.monotonic() - started))

            known = deprecations.find(tuner.provider, tuner.base_model)
            with engine.begin() as connection:
                queries.begin(connection, job.id, now, code_version.current(), known.licence if known else None)
            save(tuner.submit(dataset.files, bought_as, job.state, save))
    with engine.connect() as connection:
        return queries.get(connection, job.id)


def raise_if_failed(job: TrainingJob) -> None:
    """Refuse to go on with a job that ended badly.

    Raises:
        Conflict: it failed or was cancelled; a retry is a person's decision.
    """
    if job.state.status in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise Conflict(
            f"training job {job.id} {job.state.status}: {job.state.error or 'no reason given'}; "
            f"start another with `mhc models retry {job.id}`"
        )


def poll(engine: sa.Engine, tuner: FineTuner, job: TrainingJob, now: datetime) -> TrainingJob:
    """Look once at a job the provider is running, and store what it says."""
    if job.state.status.final or job.state.status is JobStatus.INTENDED:
        return job
    state = tuner.poll(job.state)
    with engine.begin() as connection:
        queries.save_state(connection, job.id, state, now)
        return queries.get(connection, job.id)


def record(connection: sa.Connection, job: TrainingJob) -> str:
    """The model version that a succeeded job made; recorded once.

    Raises:
        Conflict: the job has not succeeded.
    """
    if job.state.status is not JobStatus.SUCCEEDED:
        raise Conflict(f"training job {job.id} is {job.state.status}, there is no model to record yet")
    made = job.state.artifact_sha256 or job.state.provider_model_id or job.key
    model_id = f"{job.provider}-{hashlib.sha256(f'{job.key}:{made}'.encode()).hexdigest()[:12]}"
    queries.save_model(connection, model_id, job)
    return model_id


def retry(connection: sa.Connection, job_id: int) -> None:
    """Set a failed or cancelled job aside, so that the next run buys another one.

    Raises:
        NotFound: no such job.
        Conflict: the job is still open, or succeeded.
    """
    job = queries.find(connection, job_id)
    if job is None:
        raise NotFound(f"there is no training job {job_id}; `mhc models jobs` lists them")
    if job.state.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise Conflict(f"training job {job_id} is {job.state.status}; only a failed or cancelled one can be retried")
    queries.set_aside(connection, job)
