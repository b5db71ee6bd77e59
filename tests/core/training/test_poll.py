"""A job is followed until it ends, and its model is recorded once."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW, WordEmbedder
from fakes.training_shop import Killed, dataset, engine, hosted, jobs, kill_at

from mhc_core.artifacts import store
from mhc_core.db.queries import training as queries
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.training import ensure_baseline
from mhc_core.db.tables import training_jobs
from mhc_core.errors import Conflict
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.training import jobs as training
from mhc_core.vocabulary import JobStatus

__all__ = ["dataset", "engine"]


def test_openai_from_submission_to_one_recorded_model(
    engine: sa.Engine, dataset: DatasetVersion, openai_standin: StandIn
) -> None:
    tuner = hosted(openai_standin)
    job = training.submit(engine, tuner, dataset, NOW)
    assert job.state.status is JobStatus.SUBMITTED
    with engine.begin() as connection, pytest.raises(Conflict, match="no model to record yet"):
        training.record(connection, job)
    while not job.state.status.final:
        job = training.poll(engine, tuner, job, NOW)
    with engine.begin() as connection:
        assert [found.id for found in queries.ended(connection, NOW)] == [job.id]
        model_id = training.record(connection, job)
        assert training.record(connection, job) == model_id
        assert queries.ended(connection, NOW) == []
        [model] = queries.models(connection)
    assert (model.id, model.provider, model.dataset_id) == (model_id, "openai", "ds-1")
    assert model.provider_model_id in {found["fine_tuned_model"] for found in openai_standin.state.jobs.values()}
    assert model.cost_usd > 0
    asked = len(openai_standin.requests)
    assert training.poll(engine, tuner, job, NOW) == job
    assert training.submit(engine, tuner, dataset, NOW) == job
    assert len(openai_standin.requests) == asked


def test_the_local_trainer_ends_within_submit_and_makes_the_same_model_twice(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path
) -> None:
    tuner = LocalFineTuner(WordEmbedder(), tmp_path.as_uri(), seed=5)
    job = training.submit(engine, tuner, dataset, NOW)
    assert (job.state.status, job.started_at, job.estimated_cost_usd) == (JobStatus.SUCCEEDED, NOW, Decimal(0))
    assert job.finished_at is not None
    assert timedelta(0) < job.finished_at - NOW < timedelta(minutes=5)
    with engine.begin() as connection:
        model_id = training.record(connection, job)
        assert training.record(connection, job) == model_id
        model = queries.latest_trained(connection)
        assert model is not None
        assert (model.id, model.training_job_id, model.artifact_sha256) == (model_id, job.id, job.state.artifact_sha256)
        assert model.artifact_uri is not None
        assert store.read_verified(model.artifact_uri, str(model.artifact_sha256))
        assert queries.ended(connection, NOW) == [], "a local model is recorded by the run that trained it"
        connection.execute(sa.text("delete from ai.model_versions"))
        connection.execute(sa.delete(training_jobs))
    again = training.submit(engine, tuner, dataset, NOW)
    with engine.begin() as connection:
        assert training.record(connection, again) == model_id


def test_a_local_training_that_was_killed_is_done_again(
    engine: sa.Engine, dataset: DatasetVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuner = LocalFineTuner(WordEmbedder(), tmp_path.as_uri(), seed=5)
    with monkeypatch.context() as patch:
        kill_at(patch, 1, "before")
        with pytest.raises(Killed):
            training.submit(engine, tuner, dataset, NOW)
    (job,) = jobs(engine)
    assert job.state.status is JobStatus.INTENDED
    assert training.poll(engine, tuner, job, NOW) == job, "the poller leaves it alone"
    again = training.submit(engine, tuner, dataset, NOW)
    assert (again.id, again.state.status) == (job.id, JobStatus.SUCCEEDED)
    assert len(list((tmp_path / "models").iterdir())) == 1


def test_the_baseline_is_recorded_once(connection: sa.Connection) -> None:
    assert ensure_baseline(connection) == ensure_baseline(connection) == "knowledge-only"
    model = queries.model(connection, "knowledge-only")
    assert model is not None
    assert (model.provider, model.dataset_id) == ("knowledge", None)
