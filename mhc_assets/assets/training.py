"""The model a data set teaches."""

from collections.abc import Iterator

import dagster as dg

from mhc_assets import plots
from mhc_assets.assets.dataset import training_dataset
from mhc_assets.assets.evaluation_set import evaluation_set
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_assets.style import MODEL, OWNERS
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.training import TrainingJob
from mhc_core.errors import TransientError
from mhc_core.training import jobs
from mhc_core.vocabulary import JobStatus

RETRIES = 4
RETRY_SECONDS = 30.0
"""A provider that is busy, or still looks through the files it was sent, is asked again after so long."""
TRAINING_JOB = "mhc/training_job"
"""Run tag with the id of the job that the run goes on with; without it the run trains on its own data set."""


@dg.asset(
    group_name=MODEL,
    kinds={"scikitlearn", "openai", "pytorch"},
    owners=OWNERS,
    deps=[training_dataset, evaluation_set],  # not a line is taught before the set is known to be unseen
    output_required=False,
    pool="training",
    code_version="1",
)
def fine_tuned_model(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[dg.MaterializeResult[None]]:
    """A model trained on the data set of this run, or the newest, by the provider in `MHC_FINE_TUNER`.

    The providers `local` and `lora` train in this run; a `lora` run that was killed goes on from its last checkpoint
    when this asset is materialised again. A remote job is only submitted: while it is running this asset makes nothing
    and the assets after it are skipped; the sensor `fine_tune_poller` starts them when the job has ended. One data set
    and recipe are never paid twice, however often a run is killed and started again.
    """
    job = _job(context, platform)
    jobs.raise_if_failed(job)
    if job.state.status is not JobStatus.SUCCEEDED:
        context.log.info("job %d at %s is %s; the poller goes on from here", job.id, job.provider, job.state.status)
        return
    with platform.engine.begin() as connection:
        model_id = jobs.record(connection, job)
    measured = dict(job.state.metrics)
    curve, preferences = measured.get("curve"), measured.get("preference_curve")
    yield dg.MaterializeResult(
        metadata={
            "model": model_id,
            "dataset": job.dataset_id,
            "provider": job.provider,
            "base_model": job.base_model,
            "cost_usd": float(job.state.cost_usd or 0),
            "estimated_cost_usd": float(job.estimated_cost_usd or 0),
            "metrics": dg.MetadataValue.json(measured),
            **({"training_curve": plots.losses("loss (nats a token)", curve)} if curve else {}),
            **({"preference_curve": plots.losses("DPO loss", preferences)} if preferences else {}),
        },
        data_version=dg.DataVersion(model_id),
    )


def _job(context: dg.AssetExecutionContext, platform: Platform) -> TrainingJob:
    with platform.engine.connect() as connection:
        if ended := context.run.tags.get(TRAINING_JOB):
            return queries.get(connection, int(ended))
        dataset = datasets.usable(connection, made_by_run(context, training_dataset))
    try:
        return jobs.submit(platform.engine, platform.fine_tuner(), dataset, platform.now())
    except TransientError as error:
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=RETRY_SECONDS) from error
